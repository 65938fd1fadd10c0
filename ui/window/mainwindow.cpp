// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/mainwindow.h"

#include "core/base/log.h"
#include "ui/dialogs/aboutdialog.h"
#include "ui/dialogs/shortcutsdialog.h"
#include "ui/docks/inspectordock.h"
#include "ui/docks/projectdock.h"
#include "ui/pages/optimizepage.h"
#include "ui/panes/graphpane.h"
#include "ui/panes/schematicpane.h"
#include "ui/panes/sourcepane.h"
#include "ui/panes/tablepane.h"
#include "ui/services/text.h"
#include "ui/window/palettefeed.h"
#include "ui/window/recentfiles.h"
#include "ui/window/services.h"
#include "ui/window/workspacepage.h"
#include "widgets/common/commandpalette.h"
#include "widgets/common/exportview.h"
#include "widgets/common/issuesview.h"
#include "widgets/common/jobstrip.h"
#include "widgets/common/logview.h"
#include "widgets/common/messagebar.h"
#include "widgets/common/startpage.h"
#include "widgets/common/theme.h"

#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QToolBar>
#include <QVBoxLayout>

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kLayoutVersion = 3; ///< raise when docks are added or renamed

QStringList localFiles(const QMimeData* data) {
    QStringList paths;
    for (const QUrl& url : data->urls()) {
        if (url.isLocalFile())
            paths.push_back(url.toLocalFile());
    }
    return paths;
}
} // namespace

MainWindow::MainWindow(const QString& settingsFile, QWidget* parent)
    : MainWindow(settingsFile, Learning::standard(), parent) {}

MainWindow::MainWindow(const QString& settingsFile, Learning learning, QWidget* parent)
    : QMainWindow(parent)
    , m_services(std::make_unique<Services>(settingsFile, std::move(learning)))
    , m_bench(std::make_unique<Workbench>(
          Workbench{m_services->jobs, m_services->hub, m_services->settings, m_services->commands,
                    m_services->session, m_services->simulation, m_services->navigator,
                    m_services->prediction, m_services->voltages, m_services->whatIf,
                    m_services->finetuning, m_services->couplings})) {
    setObjectName(u"mainWindow"_s);
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    setDockOptions(dockOptions() | QMainWindow::AllowTabbedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setUnifiedTitleAndToolBarOnMac(true);
    applyTheme();
    buildPages();
    buildDocks();
    buildLearnDocks();
    buildLearnPages();
    registerPageCommands();
    registerCommands();
    registerLearnCommands();
    registerViewCommands();
    buildMenus();
    buildToolBar();
    buildPageBar();
    connectSession();
    connectLearning();
    connectJobs();
    connect(&m_bench->settings, &Settings::themeChanged, this, &MainWindow::applyTheme);
    m_bench->session.setIncludeFolders(m_bench->settings.includeFolders());
    connect(&m_bench->settings, &Settings::includeFoldersChanged, this, [this] {
        m_bench->session.setIncludeFolders(m_bench->settings.includeFolders());
        m_bench->session.reload();
    });

    const int em = fontMetrics().averageCharWidth();
    resize(em * 190, fontMetrics().height() * 52);
    resetLayout();
    m_defaultState = saveState(kLayoutVersion);
    if (const QByteArray geometry = m_bench->settings.windowGeometry(); !geometry.isEmpty())
        restoreGeometry(geometry);
    if (const QByteArray state = m_bench->settings.windowState(kLayoutVersion); !state.isEmpty())
        restoreState(state, kLayoutVersion);
    m_workspace->restoreState(m_bench->settings.viewState(u"workspace"_s));
    showPanels(false); // the start page has the window for itself
    m_recent->refresh();
    m_recent->loadDemos();
    updateTitle();
    updateEnabled();
}

MainWindow::~MainWindow() {
    if (m_logSink != 0)
        log::removeSink(m_logSink);
    // Widgets go before the services they talk to.
    delete m_palette;
    delete takeCentralWidget();
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        delete dock;
}

void MainWindow::buildPages() {
    m_pages = new QStackedWidget(this);
    // The highest page is no measure of the circuit, which shares the height with the docks.
    m_pages->setMinimumHeight(fontMetrics().height() * 22);
    auto* start = new QWidget(this);
    auto* column = new QVBoxLayout(start);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_startBar = new widgets::MessageBar(start);
    m_startBar->hide();
    m_start = new widgets::StartPage(start);
    m_start->setVersion(AboutDialog::versionLine());
    column->addWidget(m_startBar);
    column->addWidget(m_start, 1);
    m_workspace = new WorkspacePage(*m_bench, this);
    m_pages->addWidget(start);
    m_pages->addWidget(m_workspace);
    setCentralWidget(m_pages);

    m_recent = new RecentFiles(m_bench->jobs, this);
    m_feed = new PaletteFeed(*m_bench, this);
    m_palette = new widgets::CommandPalette(this);
    m_palette->hide();
    connect(m_palette, &widgets::CommandPalette::chosen, m_feed, &PaletteFeed::choose);
    connect(m_feed, &PaletteFeed::openRequested, this, &MainWindow::openPath);
    connect(m_recent, &RecentFiles::changed, this, [this] {
        m_start->setRecent(m_recent->entries());
        QVector<widgets::PaletteEntry> entries;
        for (const widgets::RecentEntry& recent : m_recent->entries())
            entries.push_back(
                {recent.path, recent.title, recent.place, {}, u"recent"_s, !recent.missing});
        m_feed->setRecent(entries);
    });
    connect(m_recent, &RecentFiles::demosChanged, this,
            [this] { m_start->setDemos(m_recent->demos()); });
    connect(m_start, &widgets::StartPage::openRequested, this, &MainWindow::openDialog);
    connect(m_start, &widgets::StartPage::openProjectRequested, this,
            &MainWindow::openProjectDialog);
    connect(m_start, &widgets::StartPage::recentActivated, this, &MainWindow::openPath);
    connect(m_start, &widgets::StartPage::demoActivated, this, &MainWindow::openPath);
    connect(m_start, &widgets::StartPage::filesDropped, this, &MainWindow::openPaths);
    connect(m_start, &widgets::StartPage::pinToggled, m_recent, &RecentFiles::setPinned);
    connect(m_start, &widgets::StartPage::removeRequested, m_recent, &RecentFiles::remove);
}

QDockWidget* MainWindow::addDock(const QString& name, const QString& title, QWidget* content,
                                 Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::buildDocks() {
    m_project = new ProjectDock(*m_bench, this);
    m_inspector = new InspectorDock(*m_bench, this);
    m_nets = new TablePane(TableKind::Nets, *m_bench, this);
    m_devices = new TablePane(TableKind::Devices, *m_bench, this);
    m_issues = new widgets::IssuesView(this);
    m_log = new widgets::LogView(this);
    addDock(u"projectDock"_s, tr("Project"), m_project, Qt::LeftDockWidgetArea);
    addDock(u"inspectorDock"_s, tr("Inspector"), m_inspector, Qt::RightDockWidgetArea);
    QDockWidget* nets = addDock(u"netsDock"_s, tr("Nets"), m_nets, Qt::BottomDockWidgetArea);
    QDockWidget* devices =
        addDock(u"devicesDock"_s, tr("Devices"), m_devices, Qt::BottomDockWidgetArea);
    QDockWidget* issues =
        addDock(u"issuesDock"_s, tr("Issues"), m_issues, Qt::BottomDockWidgetArea);
    QDockWidget* logDock = addDock(u"logDock"_s, tr("Log"), m_log, Qt::BottomDockWidgetArea);
    tabifyDockWidget(nets, devices);
    tabifyDockWidget(devices, issues);
    tabifyDockWidget(issues, logDock);
    nets->raise();
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);

    connect(m_issues, &widgets::IssuesView::activated, this, &MainWindow::jumpTo);
    connect(m_issues, &widgets::IssuesView::countsChanged, this,
            [issues](int errors, int warnings, int) {
                const int urgent = errors + warnings;
                issues->setWindowTitle(urgent > 0 ? tr("Issues (%L1)").arg(urgent) : tr("Issues"));
            });
    connect(m_inspector, &InspectorDock::sourceRequested, this,
            [this](const QString& path, int line) {
                m_workspace->showSource();
                m_workspace->source()->jumpTo(path, line);
            });
    for (TablePane* table : {m_nets, m_devices}) {
        connect(table, &TablePane::exportFailed, this,
                [this](const Error& error) { m_workspace->showError(error); });
    }
    for (const auto& pane : {m_workspace->schematic()}) {
        connect(pane, &SchematicPane::exportFailed, this,
                [this](const Error& error) { m_workspace->showError(error); });
        connect(pane, &SchematicPane::sourceRequested, this, [this](ObjectId id) {
            m_workspace->showSource();
            m_workspace->source()->showObject(id);
        });
    }
    connect(m_workspace->graph(), &GraphPane::exportFailed, this,
            [this](const Error& error) { m_workspace->showError(error); });
    connect(m_workspace->graph(), &GraphPane::sourceRequested, this, [this](ObjectId id) {
        m_workspace->showSource();
        m_workspace->source()->showObject(id);
    });

    // The log is written on any thread; lines arrive here through the event loop.
    m_logSink = log::addSink([view = QPointer<widgets::LogView>(m_log), this](
                                 log::Level level, std::string_view room, std::string_view text) {
        widgets::LogLine line;
        line.level = static_cast<widgets::LogLine::Level>(level);
        line.room = qs(room);
        line.text = qs(text);
        QMetaObject::invokeMethod(
            this,
            [view, line] {
                if (view)
                    view->append(line);
            },
            Qt::QueuedConnection);
    });
}

void MainWindow::connectSession() {
    CircuitSession& session = m_bench->session;
    connect(&session, &CircuitSession::circuitChanged, this, [this, &session] {
        const QString name = QFileInfo(session.circuitPath()).fileName();
        const bool again =
            std::exchange(m_shownCircuit, session.circuitPath()) == session.circuitPath() &&
            session.isOpen();
        m_bench->simulation.setCircuit(session.circuit(), name);
        m_bench->prediction.setCircuit(session.circuit(), name, again);
        m_startBar->dismiss();
        m_workspace->bar()->dismiss();
        showPage(Page::Circuit);
        updateTitle();
        updateEnabled();
        updateIssues();
        if (!session.isOpen())
            return;
        m_recent->touch(session.openedPath(), session.isProject()
                                                  ? qs(session.project().name)
                                                  : QFileInfo(session.openedPath()).fileName());
        m_bench->settings.setLastFile(session.openedPath());
        const Diagnostics findings = session.diagnostics();
        if (!session.circuit())
            m_workspace->showMessage(
                widgets::MessageBar::Kind::Warning,
                tr("The drawing could be read, but no circuit could be made of it. See Issues."));
        else if (std::any_of(findings.begin(), findings.end(),
                             [](const Diagnostic& finding) { return finding.code == "NET-012"; }))
            m_workspace->showMessage(
                widgets::MessageBar::Kind::Warning,
                tr("Files outside this circuit's folder were not included. See Issues."),
                tr("Add include folder\u2026"), [this] { addIncludeFolderDialog(); });
    });
    connect(&session, &CircuitSession::loadingChanged, this, &MainWindow::updateEnabled);
    connect(&session, &CircuitSession::placeChanged, this, &MainWindow::updateEnabled);
    connect(&session, &CircuitSession::openFailed, this, &MainWindow::openFailed);
    connect(&session, &CircuitSession::fileChangedOnDisk, this, [this](const QString& path) {
        m_bench->simulation.markStale();
        m_bench->prediction.markStale();
        m_workspace->showMessage(
            widgets::MessageBar::Kind::Note,
            QFileInfo::exists(path)
                ? tr("%1 has changed on disk.").arg(QFileInfo(path).fileName())
                : tr("%1 has been moved or deleted.").arg(QFileInfo(path).fileName()),
            tr("Reload"), [this] { m_bench->session.reload(); });
    });
    connect(&m_bench->simulation, &Simulation::runningChanged, this, &MainWindow::updateEnabled);
    connect(&m_bench->simulation, &Simulation::resultChanged, this, [this] {
        updateEnabled();
        updateIssues();
    });
    connect(&m_bench->simulation, &Simulation::failed, this, [this](const Error& error) {
        if (error.code == "SIM-020")
            m_workspace->showError(error, tr("Simulate without them"), [this] { simulate(true); });
        else
            m_workspace->showError(error, tr("Try again"), [this] { simulate(false); });
    });
    connect(&m_bench->hub, &SelectionHub::historyChanged, this, &MainWindow::updateEnabled);
}

void MainWindow::connectJobs() {
    m_strip = new widgets::JobStrip(this);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addPermanentWidget(m_strip, 1);
    connect(&m_bench->jobs, &JobService::changed, this, [this] {
        QVector<widgets::JobInfo> infos;
        const QVector<JobStatus> jobs = m_bench->jobs.jobs();
        for (auto it = jobs.crbegin(); it != jobs.crend(); ++it) {
            if (it->quiet)
                continue;
            widgets::JobInfo info;
            info.id = it->id;
            info.title = it->title;
            info.state = static_cast<widgets::JobInfo::State>(it->state);
            info.fraction = it->fraction;
            info.elapsedMs = it->elapsedMs;
            if (it->fraction > 0.02 && it->state == JobState::Running)
                info.remainingMs = static_cast<qint64>(static_cast<double>(it->elapsedMs) *
                                                       (1 - it->fraction) / it->fraction);
            info.text = it->state == JobState::Failed ? qs(it->error.text) : it->step;
            info.pausable = it->pool == Pool::Cpu || it->pool == Pool::Train;
            info.hasLog = it->state == JobState::Failed;
            infos.push_back(info);
        }
        m_strip->setJobs(infos);
    });
    connect(m_strip, &widgets::JobStrip::stopRequested, &m_bench->jobs, &JobService::stop);
    connect(m_strip, &widgets::JobStrip::pauseRequested, &m_bench->jobs, &JobService::setPaused);
    connect(m_strip, &widgets::JobStrip::clearFinishedRequested, &m_bench->jobs,
            &JobService::clearFinished);
    connect(m_strip, &widgets::JobStrip::logRequested, this, [this] { showDock(u"logDock"_s); });
}

void MainWindow::applyTheme() {
    static constexpr widgets::ThemeMode modes[] = {
        widgets::ThemeMode::System, widgets::ThemeMode::Light, widgets::ThemeMode::Dark};
    widgets::Theme::instance().apply(modes[static_cast<int>(m_bench->settings.theme())]);
}

void MainWindow::updateTitle() {
    const QString title = m_bench->session.title();
    setWindowTitle(title.isEmpty() ? u"Ohmscape"_s : title + u" \u2013 Ohmscape"_s);
    setWindowFilePath(m_bench->session.circuitPath());
}

void MainWindow::updateIssues() {
    Diagnostics all = m_bench->session.diagnostics();
    if (const OperatingPointPtr& point = m_bench->simulation.operatingPoint())
        all.insert(all.end(), point->diagnostics.begin(), point->diagnostics.end());
    m_issues->setDiagnostics(all);
}

void MainWindow::showPanels(bool on) {
    if (on == m_panelsShown)
        return;
    m_panelsShown = on;
    if (!on)
        m_panelState = saveState(kLayoutVersion);
    if (on)
        restoreState(m_panelState, kLayoutVersion);
    else
        for (QDockWidget* dock : findChildren<QDockWidget*>())
            dock->hide();
}

bool MainWindow::isWorkspaceShown() const {
    return m_pages->currentIndex() == 1;
}

void MainWindow::showDock(const QString& name) {
    if (!m_panelsShown)
        return;
    if (auto* dock = findChild<QDockWidget*>(name)) {
        dock->show();
        dock->raise();
    }
}

void MainWindow::jumpTo(const Diagnostic& finding) {
    if (!finding.object.empty()) {
        if (const auto id = m_bench->session.find(qs(finding.object)))
            m_bench->hub.reveal(*id, SelectionSource::Issues);
    }
    if (!finding.file.empty() && finding.line > 0) {
        m_workspace->showSource();
        m_workspace->source()->jumpTo(qs(finding.file), finding.line, finding.column);
    }
}

// --- opening
// --------------------------------------------------------------------------------------

void MainWindow::openPath(const QString& path) {
    (isWorkspaceShown() ? m_workspace->bar() : m_startBar)->dismiss();
    m_bench->session.open(path);
}

void MainWindow::openPaths(const QStringList& paths) {
    if (paths.isEmpty())
        return;
    for (qsizetype i = paths.size() - 1; i > 0; --i)
        m_recent->touch(QFileInfo(paths.at(i)).absoluteFilePath(),
                        QFileInfo(paths.at(i)).fileName());
    openPath(paths.first());
}

void MainWindow::openFailed(const QString& path, const Error& error) {
    if (error.code == "UI-002")
        return;
    if (isWorkspaceShown())
        m_workspace->showError(error, tr("Try again"), [this, path] { openPath(path); });
    else
        m_startBar->showError(error);
    m_recent->refresh(); // what is gone gets its mark
}

void MainWindow::openDialog() {
    auto* dialog = new QFileDialog(this, tr("Open circuit"), m_bench->settings.lastFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Circuits and projects (*.sp *.spi *.spice *.cir *.ckt *.net *.cdl "
                               "*.scs *.subckt *.asc *.yaml)"),
                            tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_bench->settings.setLastFolder(QFileInfo(file).absolutePath());
        openPath(file);
    });
    dialog->open();
}

void MainWindow::openProjectDialog() {
    auto* dialog = new QFileDialog(this, tr("Open project folder"), m_bench->settings.lastFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        m_bench->settings.setLastFolder(folder);
        openPath(folder);
    });
    dialog->open();
}

void MainWindow::closeCircuit() {
    m_bench->session.close();
    m_bench->settings.setLastFile({});
}

void MainWindow::restoreSession() {
    const QString last = m_bench->settings.lastFile();
    if (m_bench->settings.restoreSession() && !last.isEmpty() && QFileInfo::exists(last))
        openPath(last);
}

void MainWindow::simulate(bool allowMissing) {
    m_workspace->bar()->dismiss();
    m_bench->simulation.run(allowMissing);
}

Expected<QStringList> MainWindow::exportAll(const QString& folder) {
    QStringList written;
    const QDir dir(folder);
    struct Export {
        widgets::Renderable what;
        QStringList suffixes;
    };
    QVector<Export> exports;
    if (page() == Page::Circuit) {
        exports = {{m_workspace->schematic()->renderable(), {u"png"_s, u"svg"_s, u"pdf"_s}},
                   {m_workspace->graph()->renderable(), {u"png"_s, u"svg"_s, u"pdf"_s}},
                   {m_nets->renderable(), {u"csv"_s}},
                   {m_devices->renderable(), {u"csv"_s}}};
    } else { // whatever can be exported by itself and is in sight
        for (const auto* actions :
             m_pages->currentWidget()->findChildren<widgets::ExportActions*>()) {
            if (actions->view()->isVisible())
                exports.push_back(
                    {actions->renderable(), {u"png"_s, u"svg"_s, u"pdf"_s, u"csv"_s}});
        }
    }
    for (const Export& one : exports) {
        if (one.what.size.isEmpty() && page() != Page::Circuit)
            continue; // nothing in it, no CSV either
        for (const QString& suffix : one.suffixes) {
            QString path = dir.filePath(one.what.name + u'.' + suffix);
            for (int n = 2; written.contains(path); ++n)
                path = dir.filePath(one.what.name + u"-%1."_s.arg(n) + suffix);
            const Expected<void> done = widgets::exportTo(one.what, path);
            if (!done && done.error().code == "WID-002")
                continue; // an empty view has no picture
            if (!done)
                return done.failure();
            written.push_back(path);
        }
    }
    return written;
}

// --- window events
// --------------------------------------------------------------------------------

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_optimize->setup().isModified()) {
        showPage(Page::Optimize); // what the question is about
        if (!m_optimize->mayLeave())
            return event->ignore();
    }
    m_bench->settings.setWindow(
        saveGeometry(), m_panelsShown ? saveState(kLayoutVersion) : m_panelState, kLayoutVersion);
    m_bench->settings.setViewState(u"workspace"_s, m_workspace->saveState());
    m_bench->settings.sync();
    m_bench->jobs.stopAll();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!localFiles(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QStringList paths = localFiles(event->mimeData());
    if (paths.isEmpty())
        return;
    event->acceptProposedAction();
    openPaths(paths);
}

void MainWindow::resetLayout() {
    if (!m_panelsShown) {
        m_panelState = m_defaultState;
        return;
    }
    if (!m_defaultState.isEmpty()) {
        restoreState(m_defaultState, kLayoutVersion);
        m_workspace->resetLayout();
    }
    const int em = fontMetrics().averageCharWidth();
    const auto dock = [this](const QString& name) { return findChild<QDockWidget*>(name); };
    resizeDocks({dock(u"projectDock"_s), dock(u"inspectorDock"_s)}, {em * 38, em * 54},
                Qt::Horizontal);
    resizeDocks({dock(u"netsDock"_s)}, {fontMetrics().height() * 14}, Qt::Vertical);
    dock(u"netsDock"_s)->raise();
    dock(u"inspectorDock"_s)->raise();
}

bool MainWindow::shutdown(std::chrono::milliseconds grace) {
    return m_bench->jobs.shutdown(grace);
}

ShortcutsDialog* MainWindow::shortcuts() {
    if (!m_shortcuts)
        m_shortcuts = new ShortcutsDialog(m_bench->commands, this);
    return m_shortcuts;
}

AboutDialog* MainWindow::about() {
    if (!m_about)
        m_about = new AboutDialog(m_bench->jobs, m_bench->settings.simulator(), this);
    return m_about;
}

} // namespace ohm::ui
