// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/designinspection.h"
#include "ui/session/sizingruns.h"
#include "ui/session/sizingsetup.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;
class QTabWidget;

namespace ohm::widgets {
class MessageBar;
}

namespace ohm::ui {

class SizingDesignsPane;
class SizingInspectPane;
class SizingJudgePane;
class SizingProgressPane;
class SizingRunPane;
class SizingSetupPane;

/// Sizes a project's circuit: the set-up as tables, an algorithm, Start; then costs, specs and
/// designs live while it runs, and each design closely. Sessions lie in the user's data folder (or
/// $OHMSCAPE_SIZINGS); one that was left goes on when it is started again. Thread: GUI.
class OptimizePage : public QWidget {
    Q_OBJECT
public:
    explicit OptimizePage(JobService& jobs, QWidget* parent = nullptr);
    ~OptimizePage() override;

    /// Predicts beside simulating where a network is at hand; may be null.
    void setPrediction(const Prediction* prediction) { m_inspection.setPrediction(prediction); }
    /// Shows a project's sizing part; one without says so. A project with unsaved changes stays,
    /// with a question above it.
    void openProject(const QString& path);
    bool isRunning() const { return m_runs.isRunning(); }
    /// False if there are unsaved changes and the user wants to keep working on them.
    bool mayLeave();
    void save();

    SizingSetup& setup() { return m_setup; }
    SizingRuns& runs() { return m_runs; }
    DesignInspection& inspection() { return m_inspection; }
    widgets::MessageBar* bar() const { return m_bar; }
    SizingSetupPane* setupPane() const { return m_setupPane; }
    SizingRunPane* runPane() const { return m_runPane; }
    SizingProgressPane* progressPane() const { return m_progress; }
    SizingDesignsPane* designsPane() const { return m_designs; }
    SizingInspectPane* inspectPane() const { return m_inspect; }
    SizingJudgePane* judgePane() const { return m_judge; }
    QTabWidget* tabs() const { return m_tabs; }
    QPushButton* demoButton() const { return m_demo; }

signals:
    /// A netlist was written and wants to be opened.
    void openRequested(const QString& path);
    /// The open circuit is to take these parameters.
    void schematicRequested(const std::vector<std::pair<std::string, double>>& values,
                            const QString& text);
    void undoChanged();

private:
    QWidget* buildSide();
    void load(const QString& path);
    void showSetup();
    void start();
    void restartFrom(int member);
    void compare(const QStringList& algorithms, const QVector<int>& seeds);
    void sendToNetlist(int member);
    void copyValues(int member);
    void inspect(int member);
    void showDesign();
    void ended(int run);
    const optimize::Member* memberAt(int member) const;
    void checkCircuits();
    void measureDrawn();
    void showDrawn();

    JobService& m_jobs;
    SizingSetup m_setup;
    SizingRuns m_runs;
    DesignInspection m_inspection;
    widgets::MessageBar* m_bar;
    QLabel* m_title = nullptr;
    QPushButton* m_demo = nullptr; ///< where there is nothing to size
    SizingSetupPane* m_setupPane;
    SizingRunPane* m_runPane;
    SizingProgressPane* m_progress;
    SizingDesignsPane* m_designs;
    SizingInspectPane* m_inspect;
    SizingJudgePane* m_judge;
    QTabWidget* m_tabs;
    QString m_path;
    QTimer m_checkLater;         ///< until edits rest
    bool m_checkTold = false;    ///< the bar says what the check found
    std::vector<double> m_drawn; ///< per measure, of the circuit as drawn; empty: not known
    std::vector<SizingSetup::Rows> m_drawnOf; ///< the tables it was measured by
    QString m_drawnSignature;                 ///< with the netlists as they were
    JobId m_drawnJob = 0;
    QStringList m_benchNotes; ///< of the circuits, as they were told
    QString m_benchText;      ///< the sentence in the bar about them
    bool m_conflict = false;  ///< the file was changed by others; the next save goes over it
};

} // namespace ohm::ui
