// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/session.h"
#include "ui/services/jobservice.h"
#include "ui/workbench.h"

#include <QPointer>
#include <QTimer>
#include <QVector>
#include <QWidget>

#include <memory>
#include <mutex>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace ohm::widgets {
class MessageBar;
class PlotView;
} // namespace ohm::widgets

namespace ohm::ui {

/// Sizes a project's circuit: what may vary and what must hold as tables, an algorithm, Start; then
/// costs, specs and designs live while it runs. Sessions lie in the user's data
/// folder (or $OHMSCAPE_SIZINGS); one that was left goes on when it is started again. Thread: GUI.
class OptimizePage : public QWidget {
    Q_OBJECT
public:
    OptimizePage(JobService& jobs, QWidget* parent = nullptr);

    /// Shows a project's sizing part; one without says so.
    void openProject(const QString& path);
    bool isRunning() const { return m_job != 0; }

    widgets::MessageBar* bar() const { return m_bar; }
    QTableWidget* variableTable() const { return m_variables; }
    QTableWidget* specTable() const { return m_specs; }
    QTableWidget* designTable() const { return m_designs; }
    QPushButton* startButton() const { return m_start; }
    QPushButton* pauseButton() const { return m_pause; }
    QPushButton* stopButton() const { return m_stop; }
    QPushButton* netlistButton() const { return m_netlist; }
    QComboBox* algorithmBox() const { return m_algorithm; }
    QSpinBox* budgetBox() const { return m_budget; }
    QSpinBox* seedBox() const { return m_seed; }
    widgets::PlotView* costPlot() const { return m_cost; }
    widgets::PlotView* specPlot() const { return m_met; }
    widgets::PlotView* scatterPlot() const { return m_scatter; }

signals:
    /// A netlist was written and wants to be opened.
    void openRequested(const QString& path);

private:
    /// What the running session leaves for the window, taken up ten times a second.
    struct Feed {
        std::mutex mutex;
        std::vector<optimize::IterationReport> history;
        std::vector<optimize::Member> members;
        bool fresh = false;
    };
    struct Run {
        QString name;
        std::vector<optimize::IterationReport> history;
    };

    QWidget* buildSetup();
    QWidget* buildResults();
    void showProblem();
    bool readTables(); ///< the tables' values into the problem; false (with a word) if they are bad
    void start();
    void ended(const Expected<optimize::Ending>& ending);
    void takeUp();
    void showPlots();
    void showScatter();
    void showDesigns();
    void showStatus();
    void sendToNetlist();
    QString sessionFolder() const;

    JobService& m_jobs;
    widgets::MessageBar* m_bar;
    QLabel* m_title = nullptr;
    QPushButton* m_demo = nullptr; ///< where there is nothing to size
    QTableWidget* m_variables = nullptr;
    QTableWidget* m_specs = nullptr;
    QComboBox* m_algorithm = nullptr;
    QSpinBox* m_budget = nullptr;
    QSpinBox* m_seed = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_stop = nullptr;
    QLabel* m_status = nullptr;
    widgets::PlotView* m_cost = nullptr;
    widgets::PlotView* m_met = nullptr;
    widgets::PlotView* m_scatter = nullptr;
    QComboBox* m_scatterX = nullptr;
    QComboBox* m_scatterY = nullptr;
    QTableWidget* m_designs = nullptr;
    QPushButton* m_netlist = nullptr;
    QTimer m_timer;

    QString m_path;
    optimize::Problem m_problem; ///< as the tables say
    bool m_hasProblem = false;
    bool m_filling = false;
    bool m_paused = false;
    JobId m_job = 0;
    std::shared_ptr<Feed> m_feed;
    std::vector<optimize::Member> m_members;
    QVector<Run> m_runs;         ///< of this window, the last one is the present one
    QVector<std::size_t> m_rows; ///< member shown in each row of the designs
};

} // namespace ohm::ui
