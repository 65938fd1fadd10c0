// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/parasiticwork.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace ohm::widgets {
class PlotView;
class ScatterView;
} // namespace ohm::widgets

namespace ohm::ui {

/// Trains an estimator on some designs and compares it with others: predicted against extracted,
/// error by decade, confusion of classes. Thread: GUI.
class AccuracyPane : public QWidget {
    Q_OBJECT
public:
    AccuracyPane(ParasiticWork& work, QWidget* parent);

    QListWidget* designList() const { return m_list; }
    QComboBox* methodBox() const { return m_method; }
    QComboBox* taskBox() const { return m_task; }
    QComboBox* lossBox() const { return m_loss; }
    QPushButton* pauseButton() const { return m_pause; }
    QPushButton* anewButton() const { return m_anew; } ///< seen where a training can go on
    QSpinBox* stepsBox() const { return m_steps; }
    QSpinBox* pretrainingBox() const { return m_pretraining; }
    QPushButton* trainButton() const { return m_train; }
    QPushButton* checkButton() const { return m_check; }
    QComboBox* modelBox() const { return m_model; }
    widgets::ScatterView* scatter() const { return m_scatter; }
    widgets::PlotView* curve() const { return m_curve; }
    widgets::PlotView* lossCurve() const { return m_lossCurve; }
    QTableWidget* confusion() const { return m_confusion; }
    QTableWidget* decades() const { return m_decades; }
    /// Where earlier versions put trained networks; they are runs now.
    static QString folder();
    /// What would be trained now.
    learn::ParasiticSpec spec() const;

private:
    QWidget* buildSide();
    QWidget* buildMain();
    void fillLosses();
    void report(const QString& phase, double step, double loss, double score);
    void showDesigns();
    void showState();
    void showInterrupted(); ///< whether a training with these settings can go on
    void start(bool anew);
    void showChecked();
    QStringList chosen() const;

    ParasiticWork& m_work;
    QListWidget* m_list = nullptr;
    QComboBox* m_method = nullptr;
    QComboBox* m_task = nullptr;
    QComboBox* m_loss = nullptr;
    QSpinBox* m_pretraining = nullptr;
    QSpinBox* m_steps = nullptr;
    QPushButton* m_train = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_anew = nullptr;
    QSpinBox* m_seed = nullptr;
    std::optional<InterruptedRun> m_interrupted; ///< of what the form says
    QComboBox* m_model = nullptr;
    QPushButton* m_check = nullptr;
    QLabel* m_summary = nullptr;
    widgets::PlotView* m_curve = nullptr;
    widgets::PlotView* m_lossCurve = nullptr;
    widgets::ScatterView* m_scatter = nullptr;
    QTableWidget* m_confusion = nullptr;
    QTableWidget* m_decades = nullptr;
    struct Curve {
        QVector<double> x, y;
    };
    Curve m_score, m_trainingLoss, m_alignment, m_scattering;
};

} // namespace ohm::ui
