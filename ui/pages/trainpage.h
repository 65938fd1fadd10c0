// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/trainings.h"

#include <QSet>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSlider;
class QSpinBox;
class QTableWidget;

namespace ohm::widgets {
class MessageBar;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

/// Trains networks: a recipe as a form, runs in a list, their loss and Acc@K side by side while
/// they run. Needs no open circuit. Thread: GUI.
class TrainPage : public QWidget {
    Q_OBJECT
public:
    TrainPage(Trainings& trainings, JobService& jobs, QWidget* parent = nullptr);

    /// What the form says now.
    TrainingSetup setup() const;
    void setRecipe(const learn::Recipe& recipe);
    void openRecipe(const QString& path);
    void setData(const QString& names); ///< e.g. a dataset's file, from the Data page
    QString currentRun() const;

    widgets::MessageBar* bar() const { return m_bar; }
    QTableWidget* runTable() const { return m_runs; }
    QPushButton* startButton() const { return m_start; }
    QPushButton* pauseButton() const { return m_pause; }
    QPushButton* stopButton() const { return m_stop; }
    widgets::PlotView* lossPlot() const { return m_loss; }
    widgets::PlotView* accuracyPlot() const { return m_accuracy; }
    widgets::PlotView* curvePlot() const { return m_curve; }
    widgets::PlotView* selectedPlot() const { return m_selected; } ///< seen with MPGD alone
    QComboBox* lossBox() const { return m_lossKind; }
    QDoubleSpinBox* thresholdBox() const { return m_threshold; }
    QSlider* kSlider() const { return m_k; }
    QCheckBox* bandsBox() const { return m_bands; }
    QSpinBox* stepsBox() const { return m_steps; }
    QComboBox* recipeBox() const { return m_recipes; }
    QPushButton* reportButton() const { return m_report; }

signals:
    /// A report of the runs that are shown.
    void reportRequested(const std::vector<std::filesystem::path>& folders);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildForm();
    QWidget* buildRuns();
    void loadRecipes();
    void start();
    void saveRecipe();
    void showRuns();
    void showPlots();
    void showStatus();
    QVector<const TrainingRun*> shownRuns() const;
    int shownK() const;

    Trainings& m_trainings;
    JobService& m_jobs;
    learn::Recipe m_recipe; ///< chosen; the form changes a copy
    widgets::MessageBar* m_bar;
    QComboBox* m_recipes = nullptr;
    QLabel* m_description = nullptr;
    QLineEdit* m_data = nullptr;
    QComboBox* m_from = nullptr;
    QComboBox* m_architecture = nullptr;
    QSpinBox* m_layers = nullptr;
    QSpinBox* m_hidden = nullptr;
    QSpinBox* m_steps = nullptr;
    QSpinBox* m_batch = nullptr;
    QDoubleSpinBox* m_peak = nullptr;
    QDoubleSpinBox* m_end = nullptr;
    QSpinBox* m_warmup = nullptr;
    QComboBox* m_schedule = nullptr;
    QComboBox* m_lossKind = nullptr;
    QDoubleSpinBox* m_threshold = nullptr; ///< of MPGD, as the next three
    QComboBox* m_per = nullptr;
    QDoubleSpinBox* m_quantile = nullptr;
    QDoubleSpinBox* m_floor = nullptr;
    QDoubleSpinBox* m_shrinkA = nullptr; ///< of shrinkage, as the next
    QDoubleSpinBox* m_shrinkC = nullptr;
    QDoubleSpinBox* m_fraction = nullptr;
    QSpinBox* m_validate = nullptr;
    QLineEdit* m_seeds = nullptr;
    QComboBox* m_device = nullptr;
    QPushButton* m_start = nullptr;
    QTableWidget* m_runs = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_stop = nullptr;
    QPushButton* m_resume = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_undo = nullptr;
    QPushButton* m_report = nullptr;
    QLabel* m_status = nullptr;
    widgets::PlotView* m_loss = nullptr;
    widgets::PlotView* m_accuracy = nullptr;
    widgets::PlotView* m_curve = nullptr;
    widgets::PlotView* m_selected = nullptr;
    QSlider* m_k = nullptr;
    QCheckBox* m_bands = nullptr;
    QLabel* m_kText = nullptr;
    QPlainTextEdit* m_log = nullptr;
    QSet<QString> m_hiddenRuns;
    QSet<QString> m_seenRuns;
    bool m_filling = false;
};

} // namespace ohm::ui
