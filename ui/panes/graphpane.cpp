// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes/graphpane.h"

#include "ui/panes/paneheader.h"
#include "ui/services/settings.h"
#include "ui/services/text.h"
#include "ui/session/circuitsession.h"
#include "ui/session/couplingdisplay.h"
#include "ui/session/describe.h"
#include "ui/session/graphnavigator.h"
#include "ui/session/simulation.h"
#include "ui/session/voltagedisplay.h"
#include "widgets/common/findbar.h"
#include "widgets/common/icons.h"
#include "widgets/common/messagebar.h"
#include "widgets/graph/graphview.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr std::size_t kMaxLit = 20'000;   ///< nodes lit for one selection
constexpr std::size_t kMaxMatches = 2000; ///< of a search
constexpr std::size_t kSearched = 500'000;
} // namespace

GraphPane::GraphPane(const Workbench& workbench, QWidget* parent)
    : QWidget(parent)
    , m_bench(workbench)
    , m_summary(new QLabel(this))
    , m_hops(new QSpinBox(this))
    , m_kinds(new QMenu(this))
    , m_bar(new widgets::MessageBar(this))
    , m_find(new widgets::FindBar(this))
    , m_view(new widgets::GraphView(this)) {
    setObjectName(u"graphPane"_s);
    m_view->setObjectName(u"graphView"_s);
    m_view->setAccessibleName(tr("Terminal-node graph"));
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_summary->setIndent(4);

    auto* header = new PaneHeader(this);
    header->setLead(m_summary);
    m_back = header->addButton(u"back"_s, tr("Walk back"));
    m_forward = header->addButton(u"forward"_s, tr("Walk forward"));
    m_hops->setRange(1, 6);
    m_hops->setSuffix(tr(" hops"));
    m_hops->setToolTip(tr("How far the neighbourhood reaches"));
    m_hops->setAccessibleName(tr("Hops of the neighbourhood"));
    header->addWidget(m_hops);
    m_whole =
        header->addButton(u"graph"_s, tr("Whole circuit"), tr("Show all nodes of the circuit"));
    m_part = header->addButton(
        u"neighbours"_s, tr("Neighbourhood"),
        tr("Show what surrounds the selection; double-click a node to walk there"));
    m_whole->setCheckable(true);
    m_part->setCheckable(true);
    header->addGap();
    header->addMenuButton(u"filter"_s, tr("Kinds of nodes shown"), m_kinds);
    QToolButton* fit = header->addButton(u"fit"_s, tr("Fit graph"));
    QToolButton* in = header->addButton(u"zoom-in"_s, tr("Zoom into the graph"));
    QToolButton* out = header->addButton(u"zoom-out"_s, tr("Zoom out of the graph"));
    auto* exports = new widgets::ExportActions([this] { return renderable(); }, this);
    header->addMenuButton(u"export"_s, tr("Export graph"), exports->menu());
    connect(exports, &widgets::ExportActions::exported, this, &GraphPane::exported);
    connect(exports, &widgets::ExportActions::failed, this, &GraphPane::exportFailed);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(m_bar);
    column->addWidget(m_view, 1);
    column->addWidget(m_find);
    m_bar->hide();
    m_find->hide();

    GraphNavigator& navigator = m_bench.navigator;
    connect(m_back, &QToolButton::clicked, &navigator, &GraphNavigator::goBack);
    connect(m_forward, &QToolButton::clicked, &navigator, &GraphNavigator::goForward);
    connect(m_whole, &QToolButton::clicked, this, [this] {
        m_bench.navigator.setMode(GraphNavigator::Mode::Whole);
        showState();
    });
    connect(m_part, &QToolButton::clicked, this, [this] {
        std::vector<std::uint32_t> nodes;
        for (const ObjectId id : m_bench.hub.selection()) {
            const auto more = graphNodes(id);
            nodes.insert(nodes.end(), more.begin(), more.end());
        }
        m_bench.navigator.focus(std::move(nodes));
        m_bench.navigator.setMode(GraphNavigator::Mode::Neighbourhood);
        showState();
    });
    connect(m_hops, &QSpinBox::valueChanged, this,
            [this](int hops) { m_bench.navigator.setHops(static_cast<unsigned>(hops)); });
    connect(m_kinds, &QMenu::aboutToShow, this, [this] { // the legend switches kinds, too
        for (QAction* action : m_kinds->actions()) {
            const QSignalBlocker quiet(action);
            action->setChecked(m_view->isKindVisible(action->data().toInt()));
        }
    });
    connect(fit, &QToolButton::clicked, m_view, &widgets::GraphView::fit);
    connect(in, &QToolButton::clicked, m_view, &widgets::GraphView::zoomIn);
    connect(out, &QToolButton::clicked, m_view, &widgets::GraphView::zoomOut);

    connect(&navigator, &GraphNavigator::pictureChanged, this, &GraphPane::showPicture);
    connect(&navigator, &GraphNavigator::stateChanged, this, &GraphPane::showState);
    connect(&navigator, &GraphNavigator::positionsChanged, this,
            [this](const std::vector<float>& x, const std::vector<float>& y, bool final) {
                if (m_shown != m_bench.navigator.picture())
                    showPicture();
                m_view->setPositions(x, y);
                if (final || !m_fitted) {
                    m_view->fit();
                    m_fitted = true;
                }
                if (final) {
                    m_ready = true;
                    if (m_pendingReveal)
                        reveal(*std::exchange(m_pendingReveal, std::nullopt));
                }
            });
    connect(&navigator, &GraphNavigator::failed, this, [this](const Error& error) {
        m_ready = true;
        m_view->setPlaceholder(tr("No graph"));
        m_bar->showError(error);
    });
    connect(&m_bench.session, &CircuitSession::circuitChanged, this, [this] {
        m_bar->dismiss();
        m_bench.navigator.setGraph(nullptr);
        m_view->setPlaceholder(m_bench.session.circuit() ? tr("Building the graph\u2026")
                                                         : QString());
    });
    connect(&m_bench.session, &CircuitSession::graphReady, this,
            [this] { m_bench.navigator.setGraph(m_bench.session.graph()); });
    connect(&m_bench.session, &CircuitSession::graphFailed, this, [this](const Error& error) {
        m_ready = true;
        m_view->setPlaceholder(tr("No graph"));
        m_bar->showError(error);
    });
    connect(&m_bench.hub, &SelectionHub::selectionChanged, this, [this](SelectionSource source) {
        const auto current = m_bench.hub.current();
        // In a large circuit the graph follows what is picked elsewhere, so that it is in sight.
        if (m_bench.navigator.mode() == GraphNavigator::Mode::Neighbourhood && current &&
            source != SelectionSource::Graph && sceneNodes(*current).empty())
            m_bench.navigator.focus(graphNodes(*current));
        showSelection();
    });
    connect(&m_bench.hub, &SelectionHub::hoverChanged, this, &GraphPane::showHover);
    connect(&m_bench.hub, &SelectionHub::revealRequested, this,
            [this](ObjectId id, SelectionSource source) {
                if (source != SelectionSource::Graph)
                    reveal(id);
            });
    connect(&m_bench.voltages, &VoltageDisplay::changed, this, &GraphPane::annotate);

    connect(&m_bench.couplings, &CouplingDisplay::changed, this, &GraphPane::drawCouplings);
    connect(m_view, &widgets::GraphView::linkClicked, this,
            [this](int link, Qt::KeyboardModifiers modifiers) {
                // What is clicked may be drawn anew because of it.
                const CouplingLines::Line line = m_couplings[static_cast<std::size_t>(link)];
                m_bench.couplings.select(line, modifiers, SelectionSource::Graph);
            });
    m_view->setLinkTooltipProvider([this](int link) {
        return m_bench.couplings.tooltip(m_couplings[static_cast<std::size_t>(link)]);
    });

    connect(m_view, &widgets::GraphView::nodeClicked, this,
            [this](std::uint32_t node, Qt::KeyboardModifiers modifiers) {
                const auto id = idOf(node);
                if (!id)
                    return;
                if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
                    m_bench.hub.toggle(*id, SelectionSource::Graph);
                else
                    m_bench.hub.select(*id, SelectionSource::Graph);
            });
    connect(m_view, &widgets::GraphView::nodeDoubleClicked, this, &GraphPane::walkTo);
    connect(m_view, &widgets::GraphView::nodesLassoed, this,
            [this](const std::vector<std::uint32_t>& nodes, Qt::KeyboardModifiers modifiers) {
                QVector<ObjectId> ids;
                if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
                    ids = m_bench.hub.selection();
                for (const std::uint32_t node : nodes) {
                    const auto id = idOf(node);
                    if (id && static_cast<std::size_t>(ids.size()) < kMaxLit)
                        ids.push_back(*id);
                }
                m_bench.hub.select(ids, SelectionSource::Graph);
            });
    connect(m_view, &widgets::GraphView::backgroundClicked, this,
            [this] { m_bench.hub.clear(SelectionSource::Graph); });
    connect(m_view, &widgets::GraphView::hovered, this, [this](std::int64_t node) {
        m_bench.hub.setHover(idOf(node), SelectionSource::Graph);
    });
    connect(m_view, &widgets::GraphView::contextMenuRequested, this, &GraphPane::contextMenu);
    m_view->setTooltipProvider([this](std::uint32_t node) { return tooltip(node); });
    connect(m_find, &widgets::FindBar::searchChanged, this, &GraphPane::search);
    connect(m_find, &widgets::FindBar::nextRequested, this, [this] { step(1); });
    connect(m_find, &widgets::FindBar::previousRequested, this, [this] { step(-1); });
    connect(m_find, &widgets::FindBar::closed, m_view, qOverload<>(&QWidget::setFocus));
    showState();
}

GraphPane::~GraphPane() {
    m_view->setTooltipProvider(nullptr);
    m_view->setLinkTooltipProvider(nullptr);
    m_view->setValues(nullptr);
}

void GraphPane::showPicture() {
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    m_fitted = false;
    m_matches.clear();
    if (!picture) {
        m_ready = false;
        m_shown.reset();
        m_view->setScene(nullptr);
        drawCouplings();
        m_kinds->clear();
        showState();
        return;
    }
    // A whole graph has no positions yet: it is shown with the first ones.
    m_shown = picture;
    m_view->setScene(picture->scene);
    rebuildKinds();
    annotate();
    drawCouplings();
    showSelection();
    if (!picture->whole) {
        m_view->fit();
        m_fitted = true;
        m_ready = true;
        if (m_pendingReveal)
            reveal(*std::exchange(m_pendingReveal, std::nullopt));
    }
    showState();
}

QString GraphPane::summary() const {
    const TerminalGraphPtr& graph = m_bench.navigator.graph();
    if (!graph)
        return {};
    const QString all = tr("%L1 nodes, %L2 edges").arg(graph->nodeCount()).arg(graph->edgeCount());
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    if (m_bench.navigator.mode() == GraphNavigator::Mode::Whole || !picture || picture->whole)
        return all;
    const auto& focus = m_bench.navigator.focused();
    const QString around = focus.empty() ? QString() : qs(graph->nodeName(focus.front()));
    return tr("Around %1: %L2 of %L3 nodes")
        .arg(around)
        .arg(picture->size())
        .arg(graph->nodeCount());
}

void GraphPane::showState() {
    const GraphNavigator& navigator = m_bench.navigator;
    const bool part = navigator.mode() == GraphNavigator::Mode::Neighbourhood;
    const bool any = navigator.graph() != nullptr;
    m_whole->setEnabled(any && navigator.canShowWhole());
    m_part->setEnabled(any);
    m_whole->setChecked(any && !part);
    m_part->setChecked(any && part);
    m_hops->setVisible(part && any);
    m_hops->setValue(static_cast<int>(navigator.hops()));
    m_back->setVisible(part && any);
    m_forward->setVisible(part && any);
    m_back->setEnabled(navigator.canGoBack());
    m_forward->setEnabled(navigator.canGoForward());
    if (any && navigator.isBusy() && !m_shown)
        m_view->setPlaceholder(tr("Laying out the graph\u2026"));
    m_summary->setText(summary());
    m_summary->setToolTip(m_summary->text());
}

void GraphPane::rebuildKinds() {
    m_kinds->clear();
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    std::vector<std::size_t> counts(picture->scene->kinds.size());
    for (const std::uint8_t kind : picture->scene->kind)
        ++counts[kind];
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0)
            continue;
        QAction* action =
            m_kinds->addAction(tr("%1 (%L2)").arg(picture->scene->kinds[i].name).arg(counts[i]));
        action->setCheckable(true);
        action->setData(static_cast<int>(i));
        action->setChecked(true);
        connect(action, &QAction::toggled, this,
                [this, kind = static_cast<int>(i)](bool on) { m_view->setKindVisible(kind, on); });
    }
}

std::optional<ObjectId> GraphPane::idOf(std::int64_t sceneNode) const {
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    if (!picture || sceneNode < 0 || static_cast<std::size_t>(sceneNode) >= picture->size())
        return std::nullopt;
    const std::uint32_t node = picture->toGraph(static_cast<std::uint32_t>(sceneNode));
    if (picture->graph->isNet(node))
        return ObjectId{ObjectKind::Net, picture->graph->netOf(node)};
    return ObjectId{ObjectKind::Terminal, node};
}

std::vector<std::uint32_t> GraphPane::graphNodes(ObjectId id) const {
    std::vector<std::uint32_t> nodes;
    const TerminalGraphPtr& graph = m_bench.navigator.graph();
    if (!graph)
        return nodes;
    const netlist::Circuit& circuit = graph->circuit();
    switch (id.kind) {
    case ObjectKind::Net:
        nodes.push_back(graph->nodeOfNet(id.index));
        break;
    case ObjectKind::Terminal:
        nodes.push_back(id.index);
        break;
    case ObjectKind::Device: {
        const std::uint32_t first = circuit.firstTerminal(id.index);
        for (std::uint32_t i = 0; i < circuit.deviceNets(id.index).size(); ++i)
            nodes.push_back(first + i);
        break;
    }
    case ObjectKind::Block: {
        // Its ports: what the block is to the rest of the circuit.
        const CellPath path = m_bench.session.blockPath(id);
        if (path.empty())
            break;
        const CellPath above(path.begin(), path.end() - 1);
        const auto cell = cellAt(circuit, above);
        if (!cell)
            break;
        for (const std::uint32_t local : circuit.cellInstance(*cell, path.back()).nets) {
            if (const auto net = circuit.flatNet(above, local))
                nodes.push_back(graph->nodeOfNet(*net));
        }
        break;
    }
    default:
        break;
    }
    return nodes;
}

std::vector<std::uint32_t> GraphPane::sceneNodes(ObjectId id) const {
    std::vector<std::uint32_t> nodes;
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    if (!picture)
        return nodes;
    for (const std::uint32_t node : graphNodes(id)) {
        if (const auto shown = picture->toScene(node))
            nodes.push_back(*shown);
    }
    return nodes;
}

void GraphPane::showSelection() {
    std::vector<std::uint32_t> nodes;
    for (const ObjectId id : m_bench.hub.selection()) {
        if (nodes.size() >= kMaxLit)
            break;
        const auto more = sceneNodes(id);
        nodes.insert(nodes.end(), more.begin(), more.end());
    }
    m_view->setSelection(nodes);
}

void GraphPane::showHover() {
    const auto hover = m_bench.hub.hover();
    const auto nodes = hover ? sceneNodes(*hover) : std::vector<std::uint32_t>();
    m_view->setHover(nodes.empty() ? -1 : static_cast<std::int64_t>(nodes.front()));
}

void GraphPane::reveal(ObjectId id) {
    const auto nodes = graphNodes(id);
    if (nodes.empty())
        return;
    const auto shown = sceneNodes(id);
    if (!m_ready || shown.empty()) {
        m_pendingReveal = id;
        if (m_bench.navigator.mode() == GraphNavigator::Mode::Neighbourhood && shown.empty()) {
            m_ready = false;
            m_bench.navigator.focus(nodes);
        }
        return;
    }
    m_view->reveal(shown.front());
}

void GraphPane::walkTo(std::uint32_t sceneNode) {
    const auto id = idOf(sceneNode);
    if (!id)
        return;
    m_bench.hub.select(*id, SelectionSource::Graph);
    if (m_bench.navigator.mode() == GraphNavigator::Mode::Neighbourhood)
        m_bench.navigator.focus({m_bench.navigator.picture()->toGraph(sceneNode)});
    else
        m_bench.hub.reveal(*id, SelectionSource::Graph);
}

void GraphPane::annotate() {
    const OperatingPointPtr point = m_bench.simulation.operatingPoint();
    const GraphPicturePtr picture = m_bench.navigator.picture();
    const bool voltages = m_bench.voltages.isOn();
    const bool currents = point && m_bench.settings.showCurrents();
    const bool regions = point && m_bench.settings.showRegions();
    const bool known = m_bench.voltages.point() || m_bench.voltages.prediction() ||
                       m_bench.voltages.showsCapacitances();
    colourNodes();
    if (!picture || !((voltages && known) || currents || regions)) {
        m_view->setValues(nullptr);
        m_valued = false;
        showLegend();
        return;
    }
    const auto style = m_bench.simulation.isStale() ? widgets::Annotation::Style::Error
                                                    : widgets::Annotation::Style::Simulated;
    m_valued = true;
    showLegend();
    m_view->setValues([&display = m_bench.voltages, point, picture, currents, regions,
                       style](std::uint32_t sceneNode) -> widgets::Annotation {
        if (sceneNode >= picture->size())
            return {};
        const std::uint32_t node = picture->toGraph(sceneNode);
        const netlist::Circuit& circuit = picture->graph->circuit();
        if (picture->graph->isNet(node)) {
            const netlist::NetId net = picture->graph->netOf(node);
            return circuit.isGround(net) ? widgets::Annotation()
                                         : display.annotation(net).value_or(widgets::Annotation());
        }
        const netlist::DeviceId device = picture->graph->deviceOf(node);
        if (!(currents || regions) || circuit.firstTerminal(device) != node ||
            device >= point->devices.size())
            return {}; // a device's values stand at its first terminal
        QStringList parts;
        if (currents)
            parts.push_back(currentText(*point, device));
        if (regions)
            parts.push_back(regionText(point->devices[device].region));
        parts.removeAll(QString());
        return {parts.join(u' '), style, {}};
    });
}

void GraphPane::showLegend() {
    widgets::ValueLegend legend = m_valued ? m_bench.voltages.legend() : widgets::ValueLegend();
    m_bench.couplings.explain(legend, m_couplings.size());
    m_view->setValueLegend(legend);
}

void GraphPane::drawCouplings() {
    std::vector<widgets::Link<std::uint32_t>> links;
    m_couplings.clear();
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    // Lines belong to the circuit that is open, whose graph may still be in the making.
    if (picture && m_shown == picture &&
        &picture->graph->circuit() == m_bench.session.circuit().get()) {
        for (const CouplingLines::Line& line : m_bench.couplings.lines()) {
            const auto a = picture->toScene(picture->graph->nodeOfNet(line.a));
            const auto b = picture->toScene(picture->graph->nodeOfNet(line.b));
            if (!a || !b)
                continue; // not in the neighbourhood that is shown
            links.push_back({*a, *b, line.strength});
            m_couplings.push_back(line);
        }
    }
    m_view->setLinks(std::move(links));
    showLegend();
}

void GraphPane::colourNodes() {
    const GraphPicturePtr picture = m_bench.navigator.picture();
    const bool errors = picture && m_bench.voltages.isOn() &&
                        (m_bench.voltages.mode() == VoltageDisplay::Mode::Error ||
                         m_bench.voltages.showsCapacitances());
    if (!errors) {
        if (std::exchange(m_coloured, false))
            m_view->setColours({});
        return;
    }
    std::vector<std::uint32_t> colours(picture->size());
    for (std::uint32_t i = 0; i < picture->size(); ++i) {
        const std::uint32_t node = picture->toGraph(i);
        if (picture->graph->isNet(node))
            colours[i] = m_bench.voltages.colour(picture->graph->netOf(node));
    }
    m_coloured = true;
    m_view->setColours(std::move(colours));
}

QString GraphPane::tooltip(std::uint32_t sceneNode) const {
    const auto id = idOf(sceneNode);
    const netlist::CircuitPtr circuit = m_bench.session.circuit();
    if (!id || !circuit)
        return {};
    const DescribeContext context = m_bench.voltages.context(*circuit);
    QString text;
    if (id->kind == ObjectKind::Net) {
        text = tooltipNet(context, id->index);
    } else {
        const auto device = circuit->terminalDevice(id->index);
        const auto nets = circuit->deviceNets(device);
        const std::uint32_t index = id->index - circuit->firstTerminal(device);
        text = tr("Terminal %1 on net %2")
                   .arg(qs(netlist::terminalRole(circuit->deviceKind(device), index,
                                                 static_cast<unsigned>(nets.size()))),
                        qs(circuit->netName(nets[index]))) +
               u'\n' + tooltipDevice(context, device);
    }
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    if (!picture->whole && picture->hidden[sceneNode] > 0)
        text +=
            u'\n' +
            tr("%L1 more neighbours: double-click to walk here").arg(picture->hidden[sceneNode]);
    return text;
}

void GraphPane::contextMenu(const QPoint& at, std::int64_t node) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const auto id = idOf(node)) {
        m_bench.hub.select(*id, SelectionSource::Graph);
        const ObjectId chosen = *id;
        menu->addAction(widgets::themedIcon(u"schematic"_s), tr("Show in schematic"), this,
                        [this, chosen] { m_bench.hub.reveal(chosen, SelectionSource::Graph); });
        menu->addAction(widgets::themedIcon(u"neighbours"_s), tr("Show neighbourhood"), this,
                        [this, chosen] {
                            m_bench.navigator.focus(graphNodes(chosen));
                            m_bench.navigator.setMode(GraphNavigator::Mode::Neighbourhood);
                        });
        if (chosen.kind == ObjectKind::Terminal)
            menu->addAction(widgets::themedIcon(u"source"_s), tr("Show in source"), this,
                            [this, chosen] { emit sourceRequested(chosen); });
        menu->addAction(widgets::themedIcon(u"copy"_s), tr("Copy name"), this, [this, chosen] {
            QGuiApplication::clipboard()->setText(m_bench.session.nameOf(chosen));
        });
        menu->addSeparator();
    }
    menu->addAction(widgets::themedIcon(u"fit"_s), tr("Fit graph"), m_view,
                    &widgets::GraphView::fit);
    menu->popup(at);
}

void GraphPane::openFind() {
    m_find->open();
}

void GraphPane::search(const QString& text, bool caseSensitive) {
    m_matches.clear();
    m_match = -1;
    const GraphPicturePtr& picture = m_bench.navigator.picture();
    if (picture && !text.isEmpty() && picture->size() <= kSearched) {
        const auto sensitivity = caseSensitive ? Qt::CaseSensitive : Qt::CaseInsensitive;
        // Nets first: that is what one looks for.
        for (const bool nets : {true, false}) {
            for (std::uint32_t i = 0; i < picture->size() && m_matches.size() < kMaxMatches; ++i) {
                const std::uint32_t node = picture->toGraph(i);
                if (picture->graph->isNet(node) == nets &&
                    qs(picture->graph->nodeName(node)).contains(text, sensitivity))
                    m_matches.push_back(i);
            }
        }
    }
    step(1);
}

void GraphPane::step(int direction) {
    if (m_matches.empty()) {
        m_find->setMatches(0, 0);
        return;
    }
    const int count = static_cast<int>(m_matches.size());
    m_match = (m_match + direction + count) % count;
    m_find->setMatches(m_match + 1, count);
    const std::uint32_t node = m_matches[static_cast<std::size_t>(m_match)];
    if (const auto id = idOf(node))
        m_bench.hub.select(*id, SelectionSource::Graph);
    m_view->reveal(node);
}

widgets::Renderable GraphPane::renderable() const {
    widgets::Renderable made;
    made.name = QFileInfo(m_bench.session.circuitPath()).completeBaseName() + u"-graph"_s;
    made.size = m_view->drawingSize();
    made.paint = [this](QPainter& painter, const QRectF& target) {
        m_view->render(painter, target, true);
    };
    return made;
}

} // namespace ohm::ui
