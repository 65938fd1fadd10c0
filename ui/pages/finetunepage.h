// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/finetuning.h"
#include "ui/workbench.h"

#include <QWidget>

class QButtonGroup;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;
class QSlider;
class QSpinBox;
class QStackedWidget;
class QTableWidget;
class QToolButton;

namespace ohm::widgets {
class MessageBar;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

/// Corrects a network with a few samples of the open circuit: choose them, see the split, watch it
/// train, compare before and after, keep or discard. Thread: GUI.
class FinetunePage : public QWidget {
    Q_OBJECT
public:
    explicit FinetunePage(const Workbench& workbench, QWidget* parent = nullptr);

    /// What the form says now.
    FinetuneSetup setup() const;
    widgets::MessageBar* bar() const { return m_bar; }
    QTableWidget* knobTable() const { return m_knobs; }
    QTableWidget* figures() const { return m_figures; }
    QTableWidget* netTable() const { return m_nets; }
    QPushButton* trainButton() const { return m_train; }
    QPushButton* collectButton() const { return m_collect; }
    QPushButton* pauseButton() const { return m_pause; }
    QPushButton* stopButton() const { return m_stop; }
    QPushButton* keepButton() const { return m_keep; }
    QPushButton* discardButton() const { return m_discard; }
    QLineEdit* nameEdit() const { return m_name; }
    QSpinBox* countBox() const { return m_count; }
    QSpinBox* stepsBox() const { return m_steps; }
    QComboBox* spreadBox() const { return m_spread; }
    QString splitText() const;
    /// A dataset to take the samples from; `samples` ("0-4, 9") are trained on, if there are any.
    void chooseFile(const QString& path, const QString& samples = {});

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildSetup();
    QWidget* buildSimulate();
    QWidget* buildFile();
    QWidget* buildResult();
    void connectAll();
    void showModels();
    void showKnobs();
    void fillRanges();
    void showSamples();
    void showPhase();
    void showReports();
    void showResult();
    void showStatus();
    void start(bool train);
    void keep();
    void browse();

    Workbench m_bench;
    widgets::MessageBar* m_bar;
    QWidget* m_form = nullptr;
    QComboBox* m_model = nullptr;
    QRadioButton* m_bySimulation = nullptr;
    QRadioButton* m_byFile = nullptr;
    QStackedWidget* m_sources = nullptr;
    QSpinBox* m_count = nullptr;
    QComboBox* m_spread = nullptr;
    QToolButton* m_fold = nullptr;
    QTableWidget* m_knobs = nullptr;
    QLabel* m_knobsHint = nullptr;
    QLineEdit* m_file = nullptr;
    QRadioButton* m_byFraction = nullptr;
    QRadioButton* m_byChoice = nullptr;
    QDoubleSpinBox* m_fraction = nullptr;
    QLineEdit* m_chosen = nullptr;
    QSpinBox* m_validation = nullptr;
    QSpinBox* m_heldOut = nullptr;
    QLabel* m_split = nullptr;
    QSpinBox* m_steps = nullptr;
    QDoubleSpinBox* m_rate = nullptr;
    QComboBox* m_freeze = nullptr;
    QSpinBox* m_k = nullptr;
    QPushButton* m_train = nullptr;
    QPushButton* m_collect = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_stop = nullptr;
    QLabel* m_status = nullptr;
    widgets::PlotView* m_loss = nullptr;
    widgets::PlotView* m_accuracy = nullptr;
    QWidget* m_results = nullptr;
    QTableWidget* m_figures = nullptr;
    QTableWidget* m_nets = nullptr;
    QToolButton* m_before = nullptr;
    QToolButton* m_after = nullptr;
    QLineEdit* m_name = nullptr;
    QPushButton* m_keep = nullptr;
    QPushButton* m_discard = nullptr;
    bool m_filling = false;
    Finetuning::Phase m_phase = Finetuning::Phase::Idle; ///< shown
};

} // namespace ohm::ui
