// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/maptraining.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace ohm::widgets {
class PlotView;
}

namespace ohm::ui {

/// What a network on maps is trained on and how; its curves are a widget of their own, to be put
/// beside it. A training that is stopped is kept and goes on. Thread: GUI.
class MapTrainForm : public QWidget {
    Q_OBJECT
public:
    explicit MapTrainForm(JobService& jobs, QWidget* parent = nullptr);

    MapTraining& work() { return m_work; }
    QWidget* curves() const { return m_curves; } ///< errors, large errors, what MPGD selects
    QPushButton* dataButton() const { return m_data; }
    QPushButton* exampleButton() const { return m_example; }
    QPushButton* trainButton() const { return m_train; }
    QPushButton* pauseButton() const { return m_pause; }
    QPushButton* anewButton() const { return m_anew; } ///< seen where a training can go on
    QComboBox* targetBox() const { return m_target; }
    QComboBox* lossBox() const { return m_loss; }
    QDoubleSpinBox* thresholdBox() const { return m_threshold; }
    QComboBox* perBox() const { return m_per; } ///< of MPGD, as the next two
    QDoubleSpinBox* quantileBox() const { return m_quantile; }
    QDoubleSpinBox* floorBox() const { return m_floor; }
    QSpinBox* widthBox() const { return m_width; }
    QSpinBox* epochsBox() const { return m_epochs; }
    QSpinBox* batchBox() const { return m_batch; }
    QDoubleSpinBox* rateBox() const { return m_rate; }
    QLineEdit* seedsEdit() const { return m_seeds; }
    QLabel* liveLabel() const { return m_live; }
    QLabel* resultLabel() const { return m_result; }
    widgets::PlotView* errorPlot() const { return m_error; }
    widgets::PlotView* tailPlot() const { return m_tail; }
    widgets::PlotView* selectedPlot() const { return m_selected; }
    /// What would be trained now; no seeds where they cannot be read.
    MapTrainingSetup setup() const;
    void setTestData(const QString& file); ///< empty: a share of the data

signals:
    void failed(const ohm::Error& error);

private:
    void buildForm();
    void buildCurves();
    void showData();
    void showState();
    void showResult();
    void start(bool anew);
    void clearCurves();
    void addEpoch(quint64 seed, const maps::EpochFigures& epoch);

    MapTraining m_work;
    QString m_testData;
    QWidget* m_curves = nullptr;
    QPushButton *m_data = nullptr, *m_example = nullptr, *m_test = nullptr, *m_train = nullptr,
                *m_pause = nullptr, *m_anew = nullptr;
    QComboBox *m_target = nullptr, *m_loss = nullptr, *m_norm = nullptr, *m_per = nullptr;
    QDoubleSpinBox *m_threshold = nullptr, *m_quantile = nullptr, *m_floor = nullptr,
                   *m_rate = nullptr;
    QFormLayout* m_form = nullptr;
    QSpinBox *m_width = nullptr, *m_epochs = nullptr, *m_batch = nullptr;
    QCheckBox* m_flips = nullptr;
    QLineEdit* m_seeds = nullptr;
    QLabel *m_file = nullptr, *m_live = nullptr, *m_result = nullptr;
    widgets::PlotView *m_error = nullptr, *m_tail = nullptr, *m_selected = nullptr;
    bool m_resumable = false;
    QVector<maps::EpochFigures> m_seen; ///< of the seed at work
};

} // namespace ohm::ui
