// SPDX-License-Identifier: GPL-3.0-or-later
// The pages beside the circuit's: data and training. They need no open circuit.
#include "ui/pages/datapage.h"
#include "ui/pages/deeppage.h"
#include "ui/pages/embeddingpage.h"
#include "ui/pages/errorspage.h"
#include "ui/pages/estimatepane.h"
#include "ui/pages/finetunepage.h"
#include "ui/pages/optimizepage.h"
#include "ui/pages/parasiticspage.h"
#include "ui/pages/reportpage.h"
#include "ui/pages/runspage.h"
#include "ui/pages/trainpage.h"
#include "ui/panes/couplingbar.h"
#include "ui/window/mainwindow.h"
#include "ui/window/services.h"
#include "ui/window/workspacepage.h"
#include "widgets/common/icons.h"

#include <QActionGroup>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kFirstPage = 2; ///< in the stack, after the start page and the circuit's

/// In the order of MainWindow::Page.
QStringList pageIds() {
    return {u"page.circuit"_s,   u"page.data"_s,   u"page.train"_s, u"page.optimize"_s,
            u"page.embedding"_s, u"page.errors"_s, u"page.runs"_s,  u"page.parasitics"_s,
            u"page.deep"_s,      u"page.report"_s};
}
} // namespace

void MainWindow::buildLearnPages() {
    m_data = new DataPage(m_services->jobs, m_services->datasets, m_services->session, this);
    m_train = new TrainPage(m_services->trainings, m_services->jobs, this);
    m_pages->addWidget(m_data);
    m_pages->addWidget(m_train);
    m_optimize = new OptimizePage(m_services->jobs, this);
    m_optimize->setPrediction(&m_services->prediction);
    m_pages->addWidget(m_optimize);
    m_embedding =
        new EmbeddingPage(m_services->jobs, m_services->datasets, m_services->trainings,
                          m_services->session, m_services->hub, m_services->samples, this);
    m_pages->addWidget(m_embedding);
    m_errors = new ErrorsPage(m_services->jobs, m_services->datasets, m_services->trainings,
                              m_services->samples, this);
    m_pages->addWidget(m_errors);
    m_runs = new RunsPage(m_services->jobs, this);
    m_pages->addWidget(m_runs);
    m_parasitics = new ParasiticsPage(m_services->jobs, m_services->session, m_services->hub,
                                      m_services->voltages, m_services->couplings, this);
    m_pages->addWidget(m_parasitics);
    m_deep = new DeepPage(m_services->jobs, this);
    m_pages->addWidget(m_deep);
    m_report = new ReportPage(m_services->jobs, this);
    m_pages->addWidget(m_report);
    connect(m_runs, &RunsPage::reportRequested, this, &MainWindow::reportOn);
    connect(m_train, &TrainPage::reportRequested, this, &MainWindow::reportOn);
    connect(m_parasitics, &ParasiticsPage::circuitRequested, this,
            [this] { showPage(Page::Circuit); });
    connect(m_workspace->couplings(), &CouplingBar::tableRequested, this, [this] {
        m_parasitics->tabs()->setCurrentWidget(m_parasitics->estimatePane());
        showPage(Page::Parasitics);
    });
    connect(m_runs, &RunsPage::inspectRequested, this, [this](const QString& model) {
        showPage(Page::Errors);
        m_errors->choose(model);
    });
    connect(&m_services->samples, &SampleLink::openRequested, this, [this](const QString& path) {
        showPage(Page::Circuit);
        openPath(path);
    });
    connect(&m_services->samples, &SampleLink::showRequested, this,
            [this] { showPage(Page::Circuit); });
    connect(m_embedding, &EmbeddingPage::circuitRequested, this,
            [this] { showPage(Page::Circuit); });
    connect(m_optimize, &OptimizePage::openRequested, this, [this](const QString& path) {
        showPage(Page::Circuit);
        openPath(path);
    });
    connect(m_optimize, &OptimizePage::schematicRequested, this,
            [this](const std::vector<std::pair<std::string, double>>& values, const QString& text) {
                showPage(Page::Circuit);
                showDock(u"whatIfDock"_s);
                m_bench->whatIf.showValues(values, text);
            });
    connect(m_data, &DataPage::openRequested, this, [this](const QString& path) {
        showPage(Page::Circuit);
        openPath(path);
    });
    connect(m_data, &DataPage::finetuneRequested, this,
            [this](const QString& file, const QString& samples) {
                showPage(Page::Circuit);
                m_workspace->showFinetune();
                m_workspace->finetune()->chooseFile(file, samples);
            });
    connect(m_data, &DataPage::trainRequested, this, [this](const QString& file) {
        m_train->setData(file);
        showPage(Page::Train);
    });
}

void MainWindow::registerPageCommands() {
    Commands& c = m_bench->commands;
    auto* group = new QActionGroup(this);
    const std::tuple<QString, QString, QString, QString, QString, Page> pages[] = {
        {u"page.circuit"_s, tr("&Circuit"), u"schematic"_s, u"Ctrl+Shift+1"_s,
         tr("The open circuit: schematic, graph, source."), Page::Circuit},
        {u"page.data"_s, tr("&Data"), u"table"_s, u"Ctrl+Shift+2"_s,
         tr("Labelled circuits to learn from: look at them, make more."), Page::Data},
        {u"page.train"_s, tr("&Train"), u"wave"_s, u"Ctrl+Shift+3"_s,
         tr("Trains networks and compares runs."), Page::Train},
        {u"page.optimize"_s, tr("&Optimize"), u"whatif"_s, u"Ctrl+Shift+4"_s,
         tr("Sizes the project's circuit: searches designs that meet its specs."), Page::Optimize},
        {u"page.embedding"_s, tr("&Embedding"), u"graph"_s, u"Ctrl+Shift+5"_s,
         tr("Lays out what a network makes of nets and circuits."), Page::Embedding},
        {u"page.errors"_s, tr("E&rrors"), u"issues"_s, u"Ctrl+Shift+6"_s,
         tr("Where a network is wrong, down to the net."), Page::Errors},
        {u"page.runs"_s, tr("R&uns"), u"log"_s, u"Ctrl+Shift+7"_s,
         tr("Trainings and sizings of the past: tags, notes, a baseline, comparison."), Page::Runs},
        {u"page.parasitics"_s, tr("&Parasitics"), u"capacitor"_s, u"Ctrl+Shift+8"_s,
         tr("Capacitances of the layout before there is one."), Page::Parasitics},
        {u"page.deep"_s, tr("&Deep"), u"tree"_s, u"Ctrl+Shift+9"_s,
         tr("Deep networks on routed designs: congestion, memory, losses."), Page::Deep},
        {u"page.report"_s, tr("Rep&ort"), u"export"_s, u"Ctrl+Shift+0"_s,
         tr("Writes runs as a page and a PDF, with every figure and what makes it again."),
         Page::Report}};
    for (const auto& [id, text, icon, keys, help, page] : pages) {
        QAction* action = c.addToggle({id, text, icon, {QKeySequence(keys)}, help, tr("Pages")},
                                      [this, page = page](bool on) {
                                          if (on)
                                              showPage(page);
                                      });
        group->addAction(action);
        const QSignalBlocker quiet(action); // the window is not whole yet
        action->setChecked(page == Page::Circuit);
    }
    c.add({u"sizing.save"_s, tr("&Save the sizing set-up"), u"save"_s,
           QKeySequence::keyBindings(QKeySequence::Save),
           tr("Writes the tables of the Optimize page into project.yaml."), tr("File")},
          [this] { m_optimize->save(); });
}

void MainWindow::buildPageBar() {
    Commands& c = m_bench->commands;
    auto* bar = new QToolBar(tr("Pages"), this);
    bar->setObjectName(u"pageBar"_s);
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    addToolBar(Qt::LeftToolBarArea, bar);
    for (const QString& id : pageIds()) {
        QAction* action = c.action(id);
        action->setIconText(Commands::plainText(action->text()));
        bar->addAction(action);
        auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action));
        button->setAccessibleName(Commands::plainText(action->text()));
        button->setFocusPolicy(Qt::TabFocus);
    }
}

void MainWindow::reportOn(const std::vector<std::filesystem::path>& folders) {
    m_report->choose(folders);
    showPage(Page::Report);
}

void MainWindow::showPage(Page page) {
    m_bench->commands.action(pageIds()[static_cast<int>(page)])->setChecked(true);
    const bool open = m_bench->session.isOpen();
    if (page == Page::Optimize && m_bench->session.isProject())
        m_optimize->openProject(m_bench->session.openedPath());
    if (page == Page::Circuit)
        m_pages->setCurrentIndex(open ? 1 : 0);
    else
        m_pages->setCurrentIndex(kFirstPage + static_cast<int>(page) - 1);
    showPanels(page == Page::Circuit && open);
}

MainWindow::Page MainWindow::page() const {
    const int index = m_pages->currentIndex();
    return index < kFirstPage ? Page::Circuit : static_cast<Page>(index - kFirstPage + 1);
}

} // namespace ohm::ui
