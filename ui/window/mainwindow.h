// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "ui/services/learning.h"
#include "ui/services/selectionhub.h"
#include "ui/workbench.h"

#include <QMainWindow>
#include <QPointer>

#include <chrono>
#include <filesystem>
#include <memory>
#include <vector>

class QDockWidget;
class QStackedWidget;

namespace ohm::widgets {
class CommandPalette;
class IssuesView;
class JobStrip;
class LogView;
class MessageBar;
class StartPage;
} // namespace ohm::widgets

namespace ohm::ui {

class AboutDialog;
class DataPage;
class TrainPage;
class EmbeddingPage;
class ErrorsPage;
class ReportPage;
class RunsPage;
class OptimizePage;
class ParasiticsPage;
class DeepPage;
class InspectorDock;
class PaletteFeed;
class PredictDock;
class ProjectDock;
class RecentFiles;
class ShortcutsDialog;
class TablePane;
class WhatIfDock;
class WorkspacePage;

/// The window: puts services, pages and docks together and nothing else. Thread: GUI.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// `settingsFile` empty: the user's own.
    explicit MainWindow(const QString& settingsFile = {}, QWidget* parent = nullptr);
    /// With other networks than the real ones, for tests.
    MainWindow(const QString& settingsFile, Learning learning, QWidget* parent = nullptr);
    ~MainWindow() override;

    void openPath(const QString& path);
    void openPaths(const QStringList& paths); ///< the first is shown; others are remembered
    void openDialog();
    void openProjectDialog();
    void simulate(bool allowMissing = false);
    /// Remembers a folder that netlists may include from, and reads the circuit again.
    void addIncludeFolder(const QString& folder);
    void closeCircuit();
    /// Writes every view into a folder; returns the files written.
    Expected<QStringList> exportAll(const QString& folder);

    Workbench& bench() { return *m_bench; }
    WorkspacePage* workspace() const { return m_workspace; }
    widgets::StartPage* startPage() const { return m_start; }
    widgets::CommandPalette* palettePopup() const { return m_palette; }
    widgets::IssuesView* issues() const { return m_issues; }
    widgets::MessageBar* startBar() const { return m_startBar; }
    TablePane* nets() const { return m_nets; }
    TablePane* devices() const { return m_devices; }
    ProjectDock* projectDock() const { return m_project; }
    InspectorDock* inspector() const { return m_inspector; }
    PredictDock* predictDock() const { return m_predict; }
    WhatIfDock* whatIfDock() const { return m_whatIf; }
    ShortcutsDialog* shortcuts(); ///< made when first asked for
    AboutDialog* about();
    bool isWorkspaceShown() const;
    enum class Page {
        Circuit,
        Data,
        Train,
        Optimize,
        Embedding,
        Errors,
        Runs,
        Parasitics,
        Deep,
        Report
    };
    void showPage(Page page);
    Page page() const;
    DataPage* dataPage() const { return m_data; }
    TrainPage* trainPage() const { return m_train; }
    OptimizePage* optimizePage() const { return m_optimize; }
    EmbeddingPage* embeddingPage() const { return m_embedding; }
    ErrorsPage* errorsPage() const { return m_errors; }
    RunsPage* runsPage() const { return m_runs; }
    ParasiticsPage* parasiticsPage() const { return m_parasitics; }
    DeepPage* deepPage() const { return m_deep; }
    ReportPage* reportPage() const { return m_report; }
    /// The Report page with these runs ticked.
    void reportOn(const std::vector<std::filesystem::path>& folders);
    void showDock(const QString& name); ///< "netsDock", "issuesDock", ...
    void restoreSession();
    /// Stops all work and waits a while for it; false if some did not end. At the program's end.
    bool shutdown(std::chrono::milliseconds grace);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildPages();
    void buildDocks();
    void buildMenus();
    void buildToolBar();
    void registerCommands();
    void registerViewCommands();
    void connectSession();
    void buildLearnDocks();
    void buildLearnPages();
    void registerPageCommands();
    void buildPageBar();
    void registerLearnCommands();
    void connectLearning();
    void connectJobs();
    void applyTheme();
    void resetLayout();
    void showPanels(bool on);
    void updateTitle();
    void updateEnabled();
    void updateIssues();
    void jumpTo(const Diagnostic& finding);
    void openFailed(const QString& path, const Error& error);
    void exportAllDialog();
    void addIncludeFolderDialog();
    void find();
    void toggleSidePanels();
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content,
                         Qt::DockWidgetArea area);

    struct Services;
    std::unique_ptr<Services> m_services;
    std::unique_ptr<Workbench> m_bench;
    QStackedWidget* m_pages = nullptr;
    widgets::StartPage* m_start = nullptr;
    widgets::MessageBar* m_startBar = nullptr;
    WorkspacePage* m_workspace = nullptr;
    DataPage* m_data = nullptr;
    EmbeddingPage* m_embedding = nullptr;
    ErrorsPage* m_errors = nullptr;
    RunsPage* m_runs = nullptr;
    ParasiticsPage* m_parasitics = nullptr;
    DeepPage* m_deep = nullptr;
    ReportPage* m_report = nullptr;
    TrainPage* m_train = nullptr;
    OptimizePage* m_optimize = nullptr;
    ProjectDock* m_project = nullptr;
    InspectorDock* m_inspector = nullptr;
    PredictDock* m_predict = nullptr;
    WhatIfDock* m_whatIf = nullptr;
    TablePane* m_nets = nullptr;
    TablePane* m_devices = nullptr;
    widgets::IssuesView* m_issues = nullptr;
    widgets::LogView* m_log = nullptr;
    widgets::JobStrip* m_strip = nullptr;
    widgets::CommandPalette* m_palette = nullptr;
    RecentFiles* m_recent = nullptr;
    PaletteFeed* m_feed = nullptr;
    QPointer<ShortcutsDialog> m_shortcuts;
    QPointer<AboutDialog> m_about;
    QByteArray m_defaultState;
    QByteArray m_panelState; ///< of the docks while the start page hides them
    bool m_panelsShown = true;
    QString m_shownCircuit; ///< to tell another circuit from the same read again
    int m_logSink = 0;
};

} // namespace ohm::ui
