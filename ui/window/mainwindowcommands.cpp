// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of the window, its menus and its tool bar.
#include "ui/dialogs/aboutdialog.h"
#include "ui/dialogs/shortcutsdialog.h"
#include "ui/panes/graphpane.h"
#include "ui/panes/schematicpane.h"
#include "ui/panes/sourcepane.h"
#include "ui/panes/tablepane.h"
#include "ui/services/text.h"
#include "ui/session/prediction.h"
#include "ui/window/mainwindow.h"
#include "ui/window/palettefeed.h"
#include "ui/window/recentfiles.h"
#include "ui/window/services.h"
#include "ui/window/workspacepage.h"
#include "widgets/common/commandpalette.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/graph/graphview.h"
#include "widgets/schematic/schematicview.h"

#include <QActionGroup>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
QList<QKeySequence> key(const QString& text) {
    return {QKeySequence(text)};
}
QList<QKeySequence> standard(QKeySequence::StandardKey which, const QString& otherwise) {
    const QList<QKeySequence> keys = QKeySequence::keyBindings(which);
    return keys.isEmpty() ? key(otherwise) : keys;
}
} // namespace

void MainWindow::registerCommands() {
    Commands& c = m_bench->commands;
    const QString file = tr("File");
    c.add({u"file.open"_s, tr("&Open\u2026"), u"open"_s, standard(QKeySequence::Open, u"Ctrl+O"_s),
           tr("Opens a netlist, a schematic or a project file."), file},
          [this] { openDialog(); });
    c.add({u"file.openProject"_s, tr("Open &project folder\u2026"), u"folder"_s,
           key(u"Ctrl+Shift+O"_s), tr("Opens a folder that holds a project.yaml."), file},
          [this] { openProjectDialog(); });
    c.add({u"file.reload"_s, tr("&Reload from disk"), u"reload"_s, key(u"Ctrl+R"_s),
           tr("Reads the circuit's files again; selection and place are kept."), file},
          [this] { m_bench->session.reload(); });
    c.add({u"file.exportAll"_s, tr("&Export all views\u2026"), u"export"_s, key(u"Ctrl+Shift+E"_s),
           tr("Writes everything that the page shows into a folder."), file},
          [this] { exportAllDialog(); });
    c.add({u"file.close"_s, tr("&Close circuit"), u"close"_s,
           standard(QKeySequence::Close, u"Ctrl+W"_s), tr("Goes back to the start page."), file},
          [this] { closeCircuit(); });
    c.add({u"file.clearRecent"_s,
           tr("Clear recent files"),
           u"clear"_s,
           {},
           tr("Forgets everything that is not pinned."),
           file},
          [this] { m_recent->clear(); });
    c.add({u"file.quit"_s,
           tr("&Quit"),
           {},
           standard(QKeySequence::Quit, u"Ctrl+Q"_s),
           tr("Closes the window."),
           file},
          [this] { close(); });

    const QString edit = tr("Edit");
    c.add({u"edit.find"_s, tr("&Find\u2026"), u"search"_s,
           standard(QKeySequence::Find, u"Ctrl+F"_s),
           tr("Finds nets and devices in the view that has the keyboard, or text in the source."),
           edit},
          [this] { find(); });
    c.add({u"edit.palette"_s,
           tr("Command &palette\u2026"),
           u"command"_s,
           {QKeySequence(u"Ctrl+K"_s), QKeySequence(u"Ctrl+Shift+P"_s)},
           tr("Finds commands, nets, devices and recent files by typing."),
           edit,
           false,
           false},
          [this] {
              m_palette->setSources(m_feed->sources());
              m_palette->popup(this);
          });
    c.add({u"edit.back"_s, tr("Previous &selection"), u"back"_s, key(u"Alt+Left"_s),
           tr("Goes back to what was selected before."), edit},
          [this] { m_bench->hub.goBack(); });
    c.add({u"edit.forward"_s, tr("Next s&election"), u"forward"_s, key(u"Alt+Right"_s),
           tr("Goes forward again."), edit},
          [this] { m_bench->hub.goForward(); });
    c.add({u"edit.deselect"_s, tr("&Clear selection"), u"select"_s,
           standard(QKeySequence::Deselect, u"Ctrl+Shift+A"_s), tr("Selects nothing."), edit},
          [this] { m_bench->hub.select(QVector<ObjectId>{}, SelectionSource::Program); });

    const QString simulate = tr("Simulate");
    c.add({u"sim.op"_s, tr("&Simulate operating point"), u"simulate"_s, key(u"F5"_s),
           tr("Finds DC voltages and currents with ngspice and shows them on schematic and graph."),
           simulate},
          [this] { this->simulate(false); });
    c.add({u"sim.stop"_s, tr("S&top simulation"), u"stop"_s, key(u"Shift+F5"_s),
           tr("Stops the running simulation."), simulate},
          [this] { m_bench->simulation.stop(); });
    const auto toggle = [&](const QString& id, const QString& text, const QString& keys,
                            const QString& help, bool (Settings::*get)() const,
                            void (Settings::*set)(bool), const QString& icon) {
        QAction* action = c.addToggle({id, text, icon, key(keys), help, simulate},
                                      [this, set](bool on) { (m_bench->settings.*set)(on); });
        action->setChecked((m_bench->settings.*get)());
    };
    toggle(u"sim.voltages"_s, tr("Show &voltages"), u"Ctrl+1"_s, tr("Node voltages beside nets."),
           &Settings::showVoltages, &Settings::setShowVoltages, u"voltage"_s);
    toggle(u"sim.currents"_s, tr("Show &currents"), u"Ctrl+2"_s,
           tr("Device currents beside symbols."), &Settings::showCurrents,
           &Settings::setShowCurrents, u"wave"_s);
    toggle(u"sim.regions"_s, tr("Show operating &regions"), u"Ctrl+3"_s,
           tr("Saturation, triode and so on beside transistors."), &Settings::showRegions,
           &Settings::setShowRegions, u"mosfet"_s);
}

void MainWindow::registerViewCommands() {
    Commands& c = m_bench->commands;
    const QString view = tr("View");
    c.add({u"view.fit"_s, tr("&Fit views"), u"fit"_s, key(u"Ctrl+0"_s),
           tr("Shows all of schematic and graph."), view},
          [this] {
              m_workspace->schematic()->view()->fit();
              m_workspace->graph()->view()->fit();
          });
    c.add({u"view.zoomIn"_s, tr("Zoom &in"), u"zoom-in"_s,
           standard(QKeySequence::ZoomIn, u"Ctrl++"_s),
           tr("Zooms into the view that has the keyboard."), view},
          [this] {
              if (m_workspace->graph()->view()->hasFocus())
                  m_workspace->graph()->view()->zoomIn();
              else
                  m_workspace->schematic()->view()->zoomIn();
          });
    c.add({u"view.zoomOut"_s, tr("Zoom &out"), u"zoom-out"_s,
           standard(QKeySequence::ZoomOut, u"Ctrl+-"_s),
           tr("Zooms out of the view that has the keyboard."), view},
          [this] {
              if (m_workspace->graph()->view()->hasFocus())
                  m_workspace->graph()->view()->zoomOut();
              else
                  m_workspace->schematic()->view()->zoomOut();
          });
    c.add({u"view.up"_s, tr("&Up one level"), u"up"_s, key(u"Ctrl+Up"_s),
           tr("Leaves the shown subcircuit."), view},
          [this] { m_bench->session.leave(); });
    c.add({u"view.down"_s, tr("Open selected &subcircuit"), u"down"_s, key(u"Ctrl+Down"_s),
           tr("Enters the selected block."), view},
          [this] {
              const auto id = m_bench->hub.current();
              if (id && id->kind == ObjectKind::Block)
                  m_bench->session.enter(m_bench->session.blockPath(*id));
          });
    c.add({u"view.graph"_s, tr("Show &graph"), u"graph"_s, key(u"Ctrl+Shift+G"_s),
           tr("Shows the graph beside the schematic."), view},
          [this] { m_workspace->showGraph(); });
    c.add({u"view.source"_s, tr("Show s&ource"), u"source"_s, key(u"Ctrl+U"_s),
           tr("Shows the netlist's text beside the schematic."), view},
          [this] { m_workspace->showSource(); });
    c.add({u"view.sidePanels"_s, tr("Hide or show side &panels"), u"layout"_s, key(u"F9"_s),
           tr("Gives all room to the drawings, and back."), view},
          [this] { toggleSidePanels(); });
    c.add({u"view.fullScreen"_s, tr("F&ull screen"), u"drop"_s,
           standard(QKeySequence::FullScreen, u"F11"_s), tr("Fills the screen, and back."), view},
          [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    c.add({u"view.resetLayout"_s,
           tr("&Reset layout"),
           u"split"_s,
           {},
           tr("Puts all panels back to their places."),
           view},
          [this] { resetLayout(); });
    const std::pair<QString, QString> docks[] = {
        {u"projectDock"_s, u"Ctrl+Alt+1"_s}, {u"inspectorDock"_s, u"Ctrl+Alt+2"_s},
        {u"netsDock"_s, u"Ctrl+Alt+3"_s},    {u"devicesDock"_s, u"Ctrl+Alt+4"_s},
        {u"issuesDock"_s, u"Ctrl+Alt+5"_s},  {u"logDock"_s, u"Ctrl+Alt+6"_s},
        {u"predictDock"_s, u"Ctrl+Alt+7"_s}, {u"whatIfDock"_s, u"Ctrl+Alt+8"_s}};
    static const char* const icons[] = {"tree",   "device", "net",     "table",
                                        "issues", "log",    "predict", "whatif"};
    int i = 0;
    for (const auto& [name, keys] : docks) {
        const QString title = findChild<QDockWidget*>(name)->windowTitle();
        c.add({u"view."_s + name, tr("Go to %1").arg(title), QLatin1String(icons[i++]), key(keys),
               tr("Shows the panel and gives it the keyboard."), view},
              [this, name = name] {
                  showDock(name);
                  QWidget* content = findChild<QDockWidget*>(name)->widget();
                  const QWidgetList inside = content->findChildren<QWidget*>();
                  for (QWidget* widget : inside) {
                      if (widget->focusPolicy() == Qt::StrongFocus ||
                          widget->focusPolicy() == Qt::WheelFocus) {
                          widget->setFocus(Qt::ShortcutFocusReason);
                          break;
                      }
                  }
              });
    }

    const QString settings = tr("Settings");
    auto* themes = new QActionGroup(this);
    const std::tuple<QString, QString, QString, Settings::Theme> looks[] = {
        {u"settings.themeSystem"_s, tr("Look: &follow the desktop"), u"settings"_s,
         Settings::Theme::System},
        {u"settings.themeLight"_s, tr("Look: &light"), u"light"_s, Settings::Theme::Light},
        {u"settings.themeDark"_s, tr("Look: &dark"), u"dark"_s, Settings::Theme::Dark}};
    for (const auto& [id, text, icon, theme] : looks) {
        QAction* action = c.addToggle({id, text, icon, {}, tr("Colours of the window."), settings},
                                      [this, theme = theme](bool on) {
                                          if (on)
                                              m_bench->settings.setTheme(theme);
                                      });
        themes->addAction(action);
        action->setChecked(m_bench->settings.theme() == theme);
    }
    QAction* restore = c.addToggle({u"settings.restore"_s,
                                    tr("&Open last circuit at start"),
                                    u"recent"_s,
                                    {},
                                    tr("Opens what was open when the window was closed."),
                                    settings},
                                   [this](bool on) { m_bench->settings.setRestoreSession(on); });
    restore->setChecked(m_bench->settings.restoreSession());
    c.add({u"settings.simulator"_s,
           tr("Choose &simulator\u2026"),
           u"simulate"_s,
           {},
           tr("Uses another ngspice program than the one of the system."),
           settings},
          [this] {
              auto* dialog = new QFileDialog(this, tr("Choose the ngspice program"),
                                             m_bench->settings.simulator());
              dialog->setAttribute(Qt::WA_DeleteOnClose);
              dialog->setFileMode(QFileDialog::ExistingFile);
              connect(dialog, &QFileDialog::fileSelected, &m_bench->settings,
                      &Settings::setSimulator);
              dialog->open();
          });
    c.add({u"settings.simulatorDefault"_s,
           tr("Use the system's simulator"),
           {},
           {},
           tr("Goes back to ngspice from the search path."),
           settings},
          [this] { m_bench->settings.setSimulator({}); });

    c.add({u"settings.addIncludeFolder"_s,
           tr("Add &include folder\u2026"),
           u"folder"_s,
           {},
           tr("Lets netlists include files from a further folder that you trust."),
           settings},
          [this] { addIncludeFolderDialog(); });
    c.add({u"settings.clearIncludeFolders"_s,
           tr("Forget include folders"),
           u"clear"_s,
           {},
           tr("Netlists include from their own folder and the shipped models only."),
           settings},
          [this] { m_bench->settings.setIncludeFolders({}); });

    const QString help = tr("Help");
    c.add({u"help.shortcuts"_s,
           tr("&Keyboard shortcuts\u2026"),
           u"keyboard"_s,
           {QKeySequence(u"Ctrl+?"_s), QKeySequence(u"Ctrl+Shift+,"_s), QKeySequence(Qt::Key_F1)},
           tr("Shows and changes the shortcuts of all commands."),
           help},
          [this] {
              shortcuts()->show();
              shortcuts()->raise();
              shortcuts()->activateWindow();
          });
    c.add({u"help.about"_s,
           tr("&About Ohmscape"),
           u"help"_s,
           {},
           tr("Versions of the program and its libraries."),
           help},
          [this] {
              about()->show();
              about()->raise();
          });
}

void MainWindow::buildMenus() {
    Commands& c = m_bench->commands;
    // Icons here, where widgets is known; the registry itself knows no look.
    for (const CommandInfo& info : c.all()) {
        if (!info.icon.isEmpty())
            c.action(info.id)->setIcon(widgets::themedIcon(info.icon));
        addAction(c.action(info.id)); // shortcuts work with the menu bar hidden, too
    }
    const auto menu = [&](const QString& title, const QStringList& ids) {
        QMenu* made = menuBar()->addMenu(title);
        made->setToolTipsVisible(true);
        for (const QString& id : ids) {
            if (id.isEmpty())
                made->addSeparator();
            else
                made->addAction(c.action(id));
        }
        return made;
    };
    QMenu* file = menu(tr("&File"), {u"file.open"_s,
                                     u"file.openProject"_s,
                                     u"file.reload"_s,
                                     u"sizing.save"_s,
                                     {},
                                     u"file.exportAll"_s,
                                     u"page.report"_s,
                                     {},
                                     u"file.close"_s,
                                     u"file.quit"_s});
    auto* recent = new QMenu(tr("Open &recent"), file);
    recent->setIcon(widgets::themedIcon(u"recent"_s));
    file->insertMenu(c.action(u"file.reload"_s), recent);
    connect(recent, &QMenu::aboutToShow, this, [this, recent] {
        recent->clear();
        for (const widgets::RecentEntry& entry : m_recent->entries()) {
            QAction* action =
                recent->addAction(entry.title, this, [this, path = entry.path] { openPath(path); });
            action->setToolTip(entry.path);
            action->setEnabled(!entry.missing);
        }
        if (m_recent->entries().isEmpty())
            recent->addAction(tr("Nothing yet"))->setEnabled(false);
        recent->addSeparator();
        recent->addAction(m_bench->commands.action(u"file.clearRecent"_s));
    });
    menu(tr("&Edit"), {u"edit.undo"_s,
                       u"edit.redo"_s,
                       {},
                       u"edit.find"_s,
                       u"edit.palette"_s,
                       {},
                       u"edit.back"_s,
                       u"edit.forward"_s,
                       u"edit.deselect"_s});
    menu(tr("&Simulate"),
         {u"sim.op"_s, u"sim.stop"_s, {}, u"sim.voltages"_s, u"sim.currents"_s, u"sim.regions"_s});
    menu(tr("&Predict"), {u"predict.run"_s,
                          u"predict.stop"_s,
                          {},
                          u"predict.finetune"_s,
                          u"predict.whatIf"_s,
                          {},
                          u"predict.showSimulated"_s,
                          u"predict.showPredicted"_s,
                          u"predict.showBoth"_s,
                          u"predict.showError"_s,
                          {},
                          u"predict.couplings"_s,
                          {},
                          u"predict.refresh"_s});
    QMenu* view = menu(tr("&View"), {u"page.circuit"_s,
                                     u"page.data"_s,
                                     u"page.train"_s,
                                     u"page.optimize"_s,
                                     u"page.embedding"_s,
                                     u"page.errors"_s,
                                     u"page.runs"_s,
                                     u"page.parasitics"_s,
                                     u"page.deep"_s,
                                     u"page.report"_s,
                                     {},
                                     u"view.fit"_s,
                                     u"view.zoomIn"_s,
                                     u"view.zoomOut"_s,
                                     {},
                                     u"view.up"_s,
                                     u"view.down"_s,
                                     {},
                                     u"view.graph"_s,
                                     u"view.source"_s,
                                     {},
                                     u"view.sidePanels"_s,
                                     u"view.fullScreen"_s});
    auto* panels = view->addMenu(tr("P&anels"));
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        panels->addAction(dock->toggleViewAction());
    auto* jump = view->addMenu(tr("&Go to panel"));
    for (const QString& name :
         {u"projectDock"_s, u"inspectorDock"_s, u"netsDock"_s, u"devicesDock"_s, u"issuesDock"_s,
          u"logDock"_s, u"predictDock"_s, u"whatIfDock"_s})
        jump->addAction(c.action(u"view."_s + name));
    view->addAction(c.action(u"view.resetLayout"_s));
    menu(tr("Se&ttings"), {u"settings.themeSystem"_s,
                           u"settings.themeLight"_s,
                           u"settings.themeDark"_s,
                           {},
                           u"settings.restore"_s,
                           {},
                           u"settings.simulator"_s,
                           u"settings.simulatorDefault"_s,
                           {},
                           u"settings.addIncludeFolder"_s,
                           u"settings.clearIncludeFolders"_s});
    menu(tr("&Help"), {u"help.shortcuts"_s, u"help.about"_s});
}

void MainWindow::buildToolBar() {
    Commands& c = m_bench->commands;
    QToolBar* bar = addToolBar(tr("Tools"));
    bar->setObjectName(u"toolBar"_s);
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonIconOnly);
    const auto add = [&](const QString& id, bool text = false) {
        bar->addAction(c.action(id));
        auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(c.action(id)));
        button->setAccessibleName(Commands::plainText(c.action(id)->text()));
        button->setFocusPolicy(Qt::TabFocus);
        if (text)
            button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    };
    c.action(u"sim.op"_s)->setIconText(tr("Simulate"));
    c.action(u"predict.run"_s)->setIconText(tr("Predict"));
    c.action(u"sim.voltages"_s)->setIconText(tr("Voltages"));
    c.action(u"sim.currents"_s)->setIconText(tr("Currents"));
    c.action(u"sim.regions"_s)->setIconText(tr("Regions"));
    c.action(u"edit.palette"_s)->setIconText(tr("Find anything"));
    add(u"file.open"_s);
    add(u"file.reload"_s);
    bar->addSeparator();
    add(u"edit.back"_s);
    add(u"edit.forward"_s);
    bar->addSeparator();
    add(u"sim.op"_s, true);
    add(u"sim.stop"_s);
    add(u"predict.run"_s, true);
    bar->addSeparator();
    add(u"sim.voltages"_s, true);
    auto* which = new QMenu(tr("Voltages shown"), bar);
    for (const QString& id : {u"predict.showSimulated"_s, u"predict.showPredicted"_s,
                              u"predict.showBoth"_s, u"predict.showError"_s})
        which->addAction(c.action(id));
    auto* voltages = qobject_cast<QToolButton*>(bar->widgetForAction(c.action(u"sim.voltages"_s)));
    voltages->setMenu(which);
    voltages->setPopupMode(QToolButton::MenuButtonPopup);
    add(u"sim.currents"_s, true);
    add(u"sim.regions"_s, true);
    auto* spring = new QWidget(bar);
    spring->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(spring);
    add(u"edit.palette"_s, true);
    add(u"view.sidePanels"_s);
}

void MainWindow::updateEnabled() {
    Commands& c = m_bench->commands;
    const bool open = m_bench->session.isOpen();
    const bool circuit = m_bench->session.circuit() != nullptr;
    const bool running = m_bench->simulation.isRunning();
    for (const QString& id : {u"file.reload"_s, u"file.close"_s, u"edit.find"_s, u"edit.deselect"_s,
                              u"view.fit"_s, u"view.zoomIn"_s, u"view.zoomOut"_s, u"view.graph"_s,
                              u"view.source"_s, u"view.down"_s, u"view.sidePanels"_s})
        c.action(id)->setEnabled(open);
    c.action(u"file.exportAll"_s)->setEnabled(open || page() != Page::Circuit);
    c.action(u"sim.op"_s)->setEnabled(circuit && !running);
    c.action(u"sim.stop"_s)->setEnabled(running);
    c.action(u"predict.run"_s)->setEnabled(circuit && !m_bench->prediction.isRunning());
    c.action(u"predict.couplings"_s)->setEnabled(circuit);
    c.action(u"predict.finetune"_s)->setEnabled(circuit);
    c.action(u"predict.whatIf"_s)->setEnabled(circuit);
    c.action(u"predict.stop"_s)->setEnabled(m_bench->prediction.isRunning());
    c.action(u"view.up"_s)->setEnabled(m_bench->session.canLeave());
    c.action(u"edit.back"_s)->setEnabled(m_bench->hub.canGoBack());
    c.action(u"edit.forward"_s)->setEnabled(m_bench->hub.canGoForward());
}

void MainWindow::find() {
    const QWidget* focus = QApplication::focusWidget();
    const auto inside = [focus](const QWidget* pane) { return focus && pane->isAncestorOf(focus); };
    if (inside(m_workspace->source()) ||
        (m_workspace->isSourceShown() && !inside(m_workspace->schematic())))
        m_workspace->source()->openFind();
    else if (inside(m_workspace->graph()))
        m_workspace->graph()->openFind();
    else if (inside(m_nets))
        m_nets->filter()->setFocus();
    else if (inside(m_devices))
        m_devices->filter()->setFocus();
    else
        m_workspace->schematic()->openFind();
}

void MainWindow::toggleSidePanels() {
    if (!m_panelsShown)
        return;
    bool any = false;
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        any = any || (!dock->isFloating() && !dock->isHidden());
    for (QDockWidget* dock : findChildren<QDockWidget*>()) {
        if (!dock->isFloating())
            dock->setVisible(!any);
    }
}

void MainWindow::addIncludeFolder(const QString& folder) {
    const QString path = QDir::cleanPath(QFileInfo(folder).absoluteFilePath());
    QStringList folders = m_bench->settings.includeFolders();
    if (!folders.contains(path))
        folders.push_back(path);
    m_bench->settings.setIncludeFolders(folders);
}

void MainWindow::addIncludeFolderDialog() {
    // Mostly it is the folder above the circuit's own.
    const QString near = m_bench->session.isOpen()
                             ? QFileInfo(m_bench->session.circuitPath()).absolutePath()
                             : m_bench->settings.lastFolder();
    auto* dialog = new QFileDialog(this, tr("Choose a folder to include files from"), near);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::addIncludeFolder);
    dialog->open();
}

void MainWindow::exportAllDialog() {
    auto* dialog =
        new QFileDialog(this, tr("Export all views into a folder"), m_bench->settings.lastFolder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        const Expected<QStringList> written = exportAll(folder);
        const QString told =
            written ? tr("%L1 files written to %2.").arg(written->size()).arg(folder) : QString();
        auto* bar = m_pages->currentWidget()->findChild<widgets::MessageBar*>();
        if (page() != Page::Circuit && bar) {
            if (written)
                bar->showMessage(widgets::MessageBar::Kind::Success, told);
            else
                bar->showError(written.error());
        } else if (!written) {
            m_workspace->showError(written.error());
        } else {
            m_workspace->showMessage(widgets::MessageBar::Kind::Success, told);
        }
    });
    dialog->open();
}

} // namespace ohm::ui
