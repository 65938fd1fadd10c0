// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/tour.h"

#include "ui/dialogs/aboutdialog.h"
#include "ui/dialogs/shortcutsdialog.h"
#include "ui/docks/whatifdock.h"
#include "ui/pages/datapage.h"
#include "ui/pages/deeppage.h"
#include "ui/pages/depthpane.h"
#include "ui/pages/distributionpane.h"
#include "ui/pages/embeddingpage.h"
#include "ui/pages/errorspage.h"
#include "ui/pages/estimatepane.h"
#include "ui/pages/finetunepage.h"
#include "ui/pages/mapimagespane.h"
#include "ui/pages/maptrainform.h"
#include "ui/pages/optimizepage.h"
#include "ui/pages/parasiticspage.h"
#include "ui/pages/reportpage.h"
#include "ui/pages/runspage.h"
#include "ui/pages/sizingjudgepane.h"
#include "ui/pages/sizingrunpane.h"
#include "ui/panes/graphpane.h"
#include "ui/panes/schematicpane.h"
#include "ui/panes/sourcepane.h"
#include "ui/panes/tablepane.h"
#include "ui/services/text.h"
#include "ui/session/couplingdisplay.h"
#include "ui/session/graphnavigator.h"
#include "ui/window/palettefeed.h"
#include "ui/window/services.h"
#include "ui/window/workspacepage.h"
#include "widgets/common/commandpalette.h"
#include "widgets/common/noticebar.h"
#include "widgets/graph/graphview.h"
#include "widgets/scatter/scatterview.h"
#include "widgets/schematic/schematicview.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <optional>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kPollMs = 50;
constexpr int kSettleRounds = 6; ///< polls after "ready" in which views paint and settle
constexpr int kTourSamples = 24;
constexpr int kTourSteps = 80;
constexpr int kTourDesigns = 130;
constexpr int kTourLayers = 10, kTourChannels = 32, kTourEpochs = 40; // of a deep network
constexpr int kTourSweepEpochs = 8;
constexpr int kTourMapWidth = 4, kTourMapBatch = 4, kTourMapEpochs = 5; // of one on maps
constexpr double kTourMapRate = 1e-2;
constexpr int kPatienceMs = 180'000; ///< for one step
constexpr QSize kWindow{1600, 1000};

/// Something to look at: the output, else the net with the most connections that is neither ground
/// nor held by a source.
std::optional<netlist::NetId> netToShow(const netlist::Circuit* circuit) {
    if (!circuit || circuit->netCount() == 0)
        return std::nullopt;
    for (const char* name : {"out", "vout", "output", "vo", "outp", "vref"}) {
        if (const auto net = circuit->findNet(name))
            return net;
    }
    std::optional<netlist::NetId> best;
    std::size_t most = 0;
    for (netlist::NetId net = 0; net < circuit->netCount(); ++net) {
        const auto terminals = circuit->netTerminals(net);
        const bool held = std::any_of(terminals.begin(), terminals.end(), [&](std::uint32_t t) {
            return circuit->deviceKind(circuit->terminalDevice(t)) ==
                   netlist::DeviceKind::VoltageSource;
        });
        if (!circuit->isGround(net) && !held && terminals.size() > most) {
            most = terminals.size();
            best = net;
        }
    }
    return best;
}
} // namespace

Tour::Tour(MainWindow& window, const QString& folder, const QString& project, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_folder(folder)
    , m_project(project)
    , m_timer(new QTimer(this)) {
    m_timer->setInterval(kPollMs);
    connect(m_timer, &QTimer::timeout, this, &Tour::poll);
    connect(&m_window.bench().session, &CircuitSession::openFailed, this,
            [this](const QString&, const Error& error) { m_failure = qs(error.message()); });
    addSteps();
}

Tour::~Tour() = default;

void Tour::addSteps() {
    Workbench& bench = m_window.bench();
    m_steps.push_back({u"start-light"_s,
                       [this, &bench] {
                           bench.settings.setTheme(Settings::Theme::Light);
                           m_window.resize(kWindow);
                           m_window.show();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"start-dark"_s,
                       [&bench] { bench.settings.setTheme(Settings::Theme::Dark); },
                       [] { return true; }});
    m_steps.push_back(
        {{},
         [this] { m_window.openPath(m_project); },
         [this, &bench] {
             return bench.session.isOpen() && m_window.workspace()->schematic()->isReady() &&
                    (!bench.session.circuit() || m_window.workspace()->graph()->isReady()) &&
                    bench.jobs.isIdle();
         }});
    m_steps.push_back({{},
                       [this, &bench] {
                           if (bench.session.circuit())
                               m_window.simulate(true);
                       },
                       [&bench] { return !bench.simulation.isRunning() && bench.jobs.isIdle(); }});
    m_steps.push_back({{},
                       [&bench] {
                           if (bench.session.circuit() && bench.prediction.model())
                               bench.prediction.run();
                       },
                       [&bench] { return !bench.prediction.isRunning() && bench.jobs.isIdle(); }});
    m_steps.push_back({{},
                       [this] {
                           m_window.workspace()->showFinetune();
                           FinetunePage* page = m_window.workspace()->finetune();
                           page->countBox()->setValue(kTourSamples);
                           page->stepsBox()->setValue(kTourSteps);
                       },
                       [&bench] { return bench.jobs.isIdle(); },
                       [this] { m_window.workspace()->finetune()->trainButton()->click(); }});
    m_steps.push_back({{},
                       [&bench] { bench.finetuning.showAfter(false); },
                       [&bench] { return !bench.finetuning.isBusy() && bench.jobs.isIdle(); },
                       [&bench] { bench.finetuning.showAfter(false); }});
    for (const QString& look : {u"light"_s, u"dark"_s})
        addWorkspaceSteps(look);
}

void Tour::addWorkspaceSteps(const QString& look) {
    Workbench& bench = m_window.bench();
    const auto now = [] { return true; };
    m_steps.push_back(
        {u"workspace-"_s + look,
         [this, &bench, look] {
             bench.settings.setTheme(look == u"dark"_s ? Settings::Theme::Dark
                                                       : Settings::Theme::Light);
             m_window.workspace()->showGraph();
             m_window.showDock(u"netsDock"_s);
             // Dialogs and panels change the panes' sizes; both looks start alike.
             if (bench.navigator.canShowWhole())
                 bench.navigator.setMode(GraphNavigator::Mode::Whole);
             if (const auto net = netToShow(bench.session.circuit().get()))
                 bench.hub.select(ObjectId{ObjectKind::Net, *net}, SelectionSource::Program);
         },
         [&bench] { return !bench.navigator.isBusy() && bench.jobs.isIdle(); },
         [this] {
             m_window.workspace()->schematic()->view()->fit();
             m_window.workspace()->graph()->view()->fit();
         }});
    const auto fit = [this] {
        m_window.workspace()->schematic()->view()->fit();
        m_window.workspace()->graph()->view()->fit();
    };
    m_steps.push_back({u"predict-"_s + look,
                       [this, &bench] {
                           bench.hub.clear();
                           m_window.showDock(u"predictDock"_s);
                       },
                       now, fit});
    m_steps.push_back({u"errors-"_s + look,
                       [&bench] { bench.settings.setVoltages(Settings::Voltages::Error); }, now});
    m_steps.push_back({u"finetune-"_s + look,
                       [this, &bench] {
                           bench.settings.setVoltages(Settings::Voltages::Both);
                           m_window.workspace()->showFinetune();
                           bench.finetuning.showAfter(true);
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({{},
                       [&bench] { bench.finetuning.showAfter(false); },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"whatif-"_s + look,
                       [this] {
                           m_window.workspace()->showGraph();
                           m_window.showDock(u"whatIfDock"_s);
                       },
                       [&bench] { return bench.jobs.isIdle(); },
                       [&bench] { // turned a good way, so that something moves
                           WhatIf& whatIf = bench.whatIf;
                           if (!whatIf.tunable())
                               return;
                           auto order = WhatIf::ordered(*whatIf.tunable(), bench.session.project());
                           order.resize(std::min<std::size_t>(order.size(), 3));
                           for (const std::size_t i : order) {
                               const generate::Knob& knob = whatIf.knobs()[i];
                               const double goal = knob.nominal + (knob.high - knob.nominal) / 8;
                               const int at = sliderPosition(knob, goal, WhatIfDock::kSteps);
                               whatIf.setValue(i, sliderValue(knob, at, WhatIfDock::kSteps),
                                               WhatIf::newGesture());
                           }
                       }});
    m_steps.push_back({{},
                       [this, &bench] {
                           bench.whatIf.reset();
                           bench.settings.setVoltages(Settings::Voltages::Both);
                           m_window.showDock(u"inspectorDock"_s);
                           m_window.workspace()->notices()->setDetailsShown(false);
                       },
                       now});
    m_steps.push_back({u"source-"_s + look,
                       [this] {
                           m_window.workspace()->showSource();
                           m_window.showDock(u"devicesDock"_s);
                       },
                       [this, &bench] {
                           return m_window.workspace()->source()->isReady() && bench.jobs.isIdle();
                       }});
    m_steps.push_back({u"issues-"_s + look, [this] { m_window.showDock(u"issuesDock"_s); }, now});
    m_steps.push_back({u"log-"_s + look, [this] { m_window.showDock(u"logDock"_s); }, now});
    m_steps.push_back({u"neighbourhood-"_s + look,
                       [this, &bench] {
                           m_window.workspace()->showGraph();
                           m_window.showDock(u"netsDock"_s);
                           bench.navigator.setMode(GraphNavigator::Mode::Neighbourhood);
                       },
                       [&bench] { return !bench.navigator.isBusy() && bench.jobs.isIdle(); }});
    m_steps.push_back({u"data-"_s + look,
                       [this] {
                           m_window.showPage(MainWindow::Page::Data);
                           m_window.dataPage()->list()->setCurrentRow(0);
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"distributions-"_s + look,
                       [this] {
                           m_window.dataPage()->tabs()->setCurrentIndex(1);
                           DistributionPane* pane = m_window.dataPage()->distributions();
                           for (int i = 0; i < 2; ++i)
                               pane->sets()->item(i)->setCheckState(Qt::Checked);
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({{}, [this] { m_window.dataPage()->tabs()->setCurrentIndex(0); }, now});
    m_steps.push_back({u"train-"_s + look, [this] { m_window.showPage(MainWindow::Page::Train); },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"optimize-"_s + look,
                       [this] {
                           m_window.showPage(MainWindow::Page::Optimize);
                           OptimizePage* page = m_window.optimizePage();
                           page->tabs()->setCurrentIndex(0);
                           SizingRunPane* pane = page->runPane();
                           if (!page->runs().runs().isEmpty() || !pane->isReady())
                               return;
                           pane->algorithmBox()->setCurrentIndex(
                               pane->algorithmBox()->findData(u"bayes"_s));
                           pane->budgetBox()->setValue(kTourDesigns);
                           pane->startButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"designs-"_s + look,
                       [this] { m_window.optimizePage()->tabs()->setCurrentIndex(1); },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"design-"_s + look,
                       [this] { m_window.optimizePage()->tabs()->setCurrentIndex(2); },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"judge-"_s + look,
                       [this] {
                           OptimizePage* page = m_window.optimizePage();
                           page->tabs()->setCurrentWidget(page->judgePane());
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"embedding-"_s + look,
                       [this] {
                           m_window.showPage(MainWindow::Page::Embedding);
                           EmbeddingPage* page = m_window.embeddingPage();
                           if (page->scatter()->count() == 0 && page->modelBox()->count() > 0 &&
                               !page->embedding().isRunning()) {
                               page->stepsBox()->setValue(400);
                               page->startButton()->click();
                           }
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"inspection-"_s + look,
                       [this] {
                           m_window.showPage(MainWindow::Page::Errors);
                           ErrorsPage* page = m_window.errorsPage();
                           if (!page->inspection().report() && page->modelBox()->count() > 0 &&
                               !page->inspection().isRunning()) {
                               page->dataBox()->setCurrentIndex(1);
                               page->startButton()->click();
                           }
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"runs-"_s + look,
                       [this] {
                           m_window.showPage(MainWindow::Page::Runs);
                           m_window.runsPage()->tabs()->setCurrentIndex(0);
                       },
                       [&bench] { return bench.jobs.isIdle(); },
                       [this] { m_window.runsPage()->table()->selectAll(); }});
    m_steps.push_back({u"comparison-"_s + look,
                       [this] { m_window.runsPage()->tabs()->setCurrentIndex(1); },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"report-"_s + look,
                       [this] {
                           m_window.showPage(MainWindow::Page::Report);
                           m_window.reportPage()->allRunsButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); },
                       [this] { m_window.reportPage()->allRunsButton()->click(); }});
    m_steps.push_back({{},
                       [this] {
                           m_window.showPage(MainWindow::Page::Parasitics);
                           ParasiticsPage* page = m_window.parasiticsPage();
                           if (!page->work().annotation())
                               page->estimatePane()->estimateButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"parasitics-"_s + look,
                       [this] {
                           EstimatePane* pane = m_window.parasiticsPage()->estimatePane();
                           if (pane->measures()->rowCount() == 0 &&
                               pane->measureButton()->isEnabled())
                               pane->measureButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); },
                       [this] {
                           QTableView* table = m_window.parasiticsPage()->estimatePane()->table();
                           if (table->model()->rowCount() > 0)
                               table->selectRow(0);
                       }});
    m_steps.push_back(
        {u"parasiticdrawing-"_s + look,
         [this] { m_window.parasiticsPage()->estimatePane()->drawButton()->setChecked(true); },
         [&bench] { return bench.jobs.isIdle(); }});
    // The couplings alone, those of the thickest one's nets lit.
    m_steps.push_back({u"couplings-"_s + look,
                       [this, &bench] {
                           m_window.workspace()->showGraph();
                           if (bench.navigator.canShowWhole())
                               bench.navigator.setMode(GraphNavigator::Mode::Whole);
                           bench.couplings.setTotals(false);
                           if (!bench.couplings.lines().empty())
                               bench.couplings.select(bench.couplings.lines().back(), {},
                                                      SelectionSource::Program);
                       },
                       [&bench] { return !bench.navigator.isBusy() && bench.jobs.isIdle(); },
                       [this] {
                           m_window.workspace()->schematic()->view()->fit();
                           m_window.workspace()->graph()->view()->fit();
                       }});
    m_steps.push_back(
        {{},
         [this] { m_window.parasiticsPage()->estimatePane()->drawButton()->setChecked(false); },
         now});
    m_steps.push_back({{},
                       [this] {
                           m_window.showPage(MainWindow::Page::Deep);
                           if (!m_window.deepPage()->work().designs())
                               m_window.deepPage()->exampleButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"deep-"_s + look,
                       [this] {
                           DeepPage* page = m_window.deepPage();
                           if (page->work().outcome())
                               return;
                           // The user's list of runs is none of a tour's business.
                           static const QTemporaryDir runs;
                           page->work().setFolder(runs.path().toStdString());
                           page->layersBox()->setValue(kTourLayers);
                           page->channelsBox()->setValue(kTourChannels);
                           page->epochsBox()->setValue(kTourEpochs);
                           page->lossBox()->setCurrentIndex(1);
                           page->trainButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"depth-"_s + look,
                       [this] {
                           DeepPage* page = m_window.deepPage();
                           page->tabs()->setCurrentIndex(1);
                           if (!page->depthPane()->work().points().empty())
                               return;
                           page->depthPane()->epochsBox()->setValue(kTourSweepEpochs);
                           page->depthPane()->startButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({{},
                       [this] {
                           MapTrainForm* form = m_window.deepPage()->imagesPane()->trainForm();
                           m_window.deepPage()->tabs()->setCurrentIndex(2);
                           if (form->work().info())
                               return;
                           static const QTemporaryDir examples;
                           form->work().setExampleFolder(examples.path());
                           form->work().setFolder(examples.filePath(u"runs"_s).toStdString());
                           form->exampleButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"mapcurves-"_s + look,
                       [this] {
                           MapTrainForm* form = m_window.deepPage()->imagesPane()->trainForm();
                           m_window.deepPage()->imagesPane()->tabs()->setCurrentIndex(1);
                           if (form->work().outcome() || !form->trainButton()->isEnabled())
                               return;
                           form->targetBox()->setCurrentIndex(
                               form->targetBox()->findData(u"aerial_nominal"_s));
                           form->lossBox()->setCurrentIndex(1);
                           form->widthBox()->setValue(kTourMapWidth);
                           form->batchBox()->setValue(kTourMapBatch);
                           form->epochsBox()->setValue(kTourMapEpochs);
                           form->rateBox()->setValue(kTourMapRate);
                           form->trainButton()->click();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({u"maps-"_s + look,
                       [this] { m_window.deepPage()->imagesPane()->tabs()->setCurrentIndex(0); },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({{}, [this] { m_window.deepPage()->tabs()->setCurrentIndex(0); }, now});
    m_steps.push_back({u"palette-"_s + look,
                       [this, &bench] {
                           m_window.showPage(MainWindow::Page::Circuit);
                           bench.commands.trigger(u"edit.palette"_s);
                       },
                       now});
    m_steps.push_back({u"shortcuts-"_s + look,
                       [this] {
                           m_window.palettePopup()->hide();
                           m_window.shortcuts()->show();
                       },
                       now});
    m_steps.push_back({u"about-"_s + look,
                       [this] {
                           m_window.shortcuts()->hide();
                           m_window.about()->show();
                       },
                       [&bench] { return bench.jobs.isIdle(); }});
    m_steps.push_back({{},
                       [this, &bench] {
                           m_window.about()->hide();
                           if (bench.navigator.canShowWhole())
                               bench.navigator.setMode(GraphNavigator::Mode::Whole);
                       },
                       [&bench] { return !bench.navigator.isBusy() && bench.jobs.isIdle(); }});
}

void Tour::start() {
    if (!QDir().mkpath(m_folder)) {
        QTimer::singleShot(0, this,
                           [this] { stop(tr("The folder %1 cannot be made.").arg(m_folder)); });
        return;
    }
    m_timer->start();
    next();
}

void Tour::next() {
    if (++m_step >= m_steps.size()) {
        m_timer->stop();
        emit finished(true);
        return;
    }
    m_settled = 0;
    m_finished = false;
    m_clock.start();
    m_steps.at(m_step).act();
}

void Tour::poll() {
    const Step& step = m_steps.at(m_step);
    if (!m_failure.isEmpty()) {
        stop(m_failure);
        return;
    }
    if (!step.ready()) {
        m_settled = 0;
        if (m_clock.elapsed() > kPatienceMs)
            stop(tr("The page \u201c%1\u201d was not ready within %2 s.")
                     .arg(step.picture)
                     .arg(kPatienceMs / 1000));
        return;
    }
    if (++m_settled < kSettleRounds)
        return;
    if (step.finish && !m_finished) {
        m_finished = true;
        m_settled = 0;
        step.finish();
        return;
    }
    if (!step.picture.isEmpty() && !grab(step.picture))
        return;
    next();
}

bool Tour::grab(const QString& name) {
    QWidget* shown = &m_window;
    if (name.startsWith(u"shortcuts"_s))
        shown = m_window.shortcuts();
    else if (name.startsWith(u"about"_s))
        shown = m_window.about();
    const QString path = QDir(m_folder).filePath(name + u".png"_s);
    QPixmap picture = shown->grab();
    if (m_window.palettePopup()->isVisible()) { // a window of its own, above this one
        QPainter painter(&picture);
        painter.drawPixmap(m_window.mapFromGlobal(m_window.palettePopup()->mapToGlobal(QPoint())),
                           m_window.palettePopup()->grab());
    }
    if (!picture.save(path, "PNG")) {
        stop(tr("The picture %1 cannot be written.").arg(path));
        return false;
    }
    m_pictures.push_back(path);
    return true;
}

void Tour::stop(const QString& error) {
    m_timer->stop();
    m_error = error;
    emit finished(false);
}

} // namespace ohm::ui
