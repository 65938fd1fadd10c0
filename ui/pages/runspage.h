// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/runlist.h"

#include <QWidget>

class QCheckBox;
class QLineEdit;
class QPushButton;
class QSlider;
class QLabel;
class QSortFilterProxyModel;
class QTableView;
class QTableWidget;
class QTabWidget;

namespace ohm::widgets {
class MessageBar;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

class RunTable;

/// Trainings, sizings and other runs of the past: sorted, filtered, tagged, with notes and a pinned
/// baseline; the chosen ones beside each other, curves, settings and metrics; taken off the list
/// and brought back; their folder, their errors, a report. Needs no open circuit. Thread: GUI.
class RunsPage : public QWidget {
    Q_OBJECT
public:
    explicit RunsPage(JobService& jobs, QWidget* parent = nullptr);

    RunList& list() { return m_list; }
    RunTable* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    QLineEdit* filterEdit() const { return m_filter; }
    QLineEdit* tagEdit() const { return m_tag; }
    QPushButton* pinButton() const { return m_pin; }
    QPushButton* removeButton() const { return m_remove; }
    QPushButton* restoreButton() const { return m_restore; }
    QPushButton* folderButton() const { return m_folder; }
    QPushButton* errorsButton() const { return m_errors; }
    QPushButton* reportButton() const { return m_report; }
    QTabWidget* tabs() const { return m_tabs; }
    QCheckBox* bandsBox() const { return m_bands; }
    QSlider* kSlider() const { return m_k; }
    widgets::PlotView* curvePlot() const { return m_curve; }
    widgets::PlotView* accuracyPlot() const { return m_accuracy; }
    widgets::PlotView* lossPlot() const { return m_loss; }
    widgets::PlotView* costPlot() const { return m_cost; } ///< of sizings
    widgets::PlotView* metPlot() const { return m_met; }
    widgets::PlotView* correlationPlot() const { return m_pearson; }   ///< of deep networks
    widgets::PlotView* validationPlot() const { return m_validation; } ///< deep, maps, estimators
    widgets::PlotView* scorePlot() const { return m_score; }           ///< of estimators
    widgets::PlotView* tailPlot() const { return m_tail; }             ///< of networks on maps
    QTableWidget* settingsTable() const { return m_settings; }
    QTableWidget* metricsTable() const { return m_metrics; }
    widgets::MessageBar* bar() const { return m_bar; }
    /// Those chosen, in the order of the table.
    std::vector<runs::RunRecord> chosen() const;
    void restore(); ///< the runs removed last

signals:
    /// The network of a finished run, to be looked at.
    void inspectRequested(const QString& model);
    /// A report of the chosen runs.
    void reportRequested(const std::vector<std::filesystem::path>& folders);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* buildList();
    QWidget* buildCurves();
    QWidget* buildComparison();
    void showRuns();
    void showChosen();
    void showCurves();
    void showComparison();
    void showButtons();
    void remove();

    RunList m_list;
    widgets::MessageBar* m_bar;
    RunTable* m_model = nullptr;
    QSortFilterProxyModel* m_proxy = nullptr;
    QLineEdit* m_filter = nullptr;
    QLabel* m_count = nullptr;
    QTableView* m_table = nullptr;
    QLineEdit* m_tag = nullptr;
    QPushButton* m_pin = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_restore = nullptr;
    QPushButton* m_folder = nullptr;
    QPushButton* m_errors = nullptr;
    QPushButton* m_report = nullptr;
    QTabWidget* m_tabs = nullptr;
    widgets::PlotView* m_curve = nullptr;
    widgets::PlotView* m_accuracy = nullptr;
    widgets::PlotView* m_loss = nullptr;
    widgets::PlotView* m_cost = nullptr;
    widgets::PlotView* m_met = nullptr;
    widgets::PlotView* m_pearson = nullptr;
    widgets::PlotView* m_validation = nullptr;
    widgets::PlotView* m_score = nullptr;
    widgets::PlotView* m_tail = nullptr;
    QSlider* m_k = nullptr;
    QLabel* m_kText = nullptr;
    QCheckBox* m_bands = nullptr;
    QLabel* m_settingsTitle = nullptr;
    QTableWidget* m_settings = nullptr;
    QTableWidget* m_metrics = nullptr;
};

} // namespace ohm::ui
