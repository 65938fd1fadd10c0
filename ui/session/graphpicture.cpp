// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/graphpicture.h"

#include "core/graph/neighbourhood.h"
#include "core/graph/quicklayout.h"
#include "core/netlist/device.h"
#include "ui/services/text.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace ohm::ui {

namespace {
using Marker = widgets::GraphScene::Kind::Marker;

/// Below this Graphviz is quick and its drawings are the finer ones.
constexpr std::size_t kGraphvizNodes = 1200;

constexpr std::array<LegendGroup, 12> kGroups{{
    {QT_TRANSLATE_NOOP("LegendGroup", "Net"), 0, Marker::Disc, 6.0F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Ground"), 7, Marker::Triangle, 7.0F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Supply or input net"), 4, Marker::Disc, 7.0F},
    {QT_TRANSLATE_NOOP("LegendGroup", "MOSFET terminal"), 1, Marker::Square, 3.6F},
    {QT_TRANSLATE_NOOP("LegendGroup", "BJT or JFET terminal"), 6, Marker::Square, 3.6F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Diode terminal"), 6, Marker::Diamond, 4.2F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Resistor terminal"), 2, Marker::Square, 3.6F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Capacitor terminal"), 5, Marker::Square, 3.6F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Inductor terminal"), 5, Marker::Diamond, 4.2F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Source terminal"), 3, Marker::Diamond, 4.2F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Block terminal"), 4, Marker::Square, 3.6F},
    {QT_TRANSLATE_NOOP("LegendGroup", "Other terminal"), 7, Marker::Diamond, 4.2F},
}};

/// Fills kinds, edges, groups and labels for the given graph nodes.
std::shared_ptr<widgets::GraphScene> makeScene(const TerminalGraphPtr& graph,
                                               const std::vector<graph::NodeKind>& kinds,
                                               const std::vector<std::uint32_t>* nodes) {
    auto scene = std::make_shared<widgets::GraphScene>();
    for (const LegendGroup& group : kGroups) {
        widgets::GraphScene::Kind kind;
        kind.name = QCoreApplication::translate("LegendGroup", group.text);
        kind.paletteIndex = group.palette;
        kind.marker = group.marker;
        kind.radius = group.radius;
        scene->kinds.push_back(std::move(kind));
    }
    const std::size_t count = nodes ? nodes->size() : graph->nodeCount();
    scene->x.resize(count);
    scene->y.resize(count);
    scene->kind.resize(count);
    scene->group.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t node = nodes ? (*nodes)[i] : static_cast<std::uint32_t>(i);
        scene->kind[i] = static_cast<std::uint8_t>(legendGroupOf(kinds[node]));
        scene->group[i] =
            graph->isNet(node) ? widgets::GraphScene::kNoGroup : graph->deviceOf(node);
    }
    const auto shown = std::make_shared<const std::vector<std::uint32_t>>(
        nodes ? *nodes : std::vector<std::uint32_t>());
    const auto nodeAt = [shown](std::uint32_t i) { return shown->empty() ? i : shown->at(i); };
    scene->label = [graph, nodeAt](std::uint32_t i) {
        return shownText(graph->nodeName(nodeAt(i)));
    };
    scene->mark = [graph, nodeAt](std::uint32_t i) {
        const std::uint32_t node = nodeAt(i);
        if (graph->isNet(node))
            return QString();
        const netlist::Circuit& circuit = graph->circuit();
        const netlist::DeviceId device = graph->deviceOf(node);
        const auto terminals = static_cast<unsigned>(circuit.deviceNets(device).size());
        if (terminals < 3)
            return QString(); // plus and minus say nothing that the drawing needs
        return shownText(netlist::terminalRole(circuit.deviceKind(device),
                                               node - circuit.firstTerminal(device), terminals))
            .toUpper()
            .left(2);
    };
    scene->groupLabel = [graph](std::uint32_t device) {
        return device < graph->circuit().deviceCount()
                   ? shownText(graph->circuit().deviceName(device))
                   : QString();
    };
    return scene;
}
} // namespace

std::span<const LegendGroup> legendGroups() {
    return kGroups;
}

int legendGroupOf(graph::NodeKind kind) {
    using K = graph::NodeKind;
    switch (kind) {
    case K::Net:
        return 0;
    case K::Ground:
        return 1;
    case K::SupplyNet:
    case K::InputNet:
        return 2;
    case K::MosDrain:
    case K::MosGate:
    case K::MosSource:
    case K::MosBulk:
        return 3;
    case K::BjtCollector:
    case K::BjtBase:
    case K::BjtEmitter:
    case K::BjtSubstrate:
    case K::Fet:
        return 4;
    case K::Diode:
        return 5;
    case K::Resistor:
        return 6;
    case K::Capacitor:
        return 7;
    case K::Inductor:
        return 8;
    case K::VoltageSource:
    case K::CurrentSource:
    case K::ControlledSource:
        return 9;
    case K::Block:
        return 10;
    case K::Switch:
    case K::TransmissionLine:
    case K::Other:
        break;
    }
    return 11;
}

std::optional<std::uint32_t> GraphPicture::toScene(std::uint32_t graphNode) const {
    if (whole)
        return graphNode < size() ? std::optional(graphNode) : std::nullopt;
    const auto found =
        std::lower_bound(sorted.begin(), sorted.end(), std::pair{graphNode, std::uint32_t{0}});
    if (found == sorted.end() || found->first != graphNode)
        return std::nullopt;
    return found->second;
}

GraphPicturePtr wholePicture(const TerminalGraphPtr& graph, const NodeKindsPtr& kinds) {
    auto picture = std::make_shared<GraphPicture>();
    picture->graph = graph;
    const auto scene = makeScene(graph, *kinds, nullptr);
    const auto edges = graph->edges();
    scene->edges.assign(edges.begin(), edges.end());
    picture->scene = scene;
    return picture;
}

Expected<std::vector<graph::Point>> layoutWhole(const graph::TerminalGraph& graph,
                                                const LayoutPreview& preview, StopToken stop,
                                                ProgressSink& progress) {
    if (graph.nodeCount() <= kGraphvizNodes)
        return graph::layoutGraph(graph.nodeCount(), graph.edges(), graph::LayoutEngine::Auto,
                                  std::move(stop), progress);
    graph::QuickOptions options;
    options.preview = preview;
    return graph::quickLayout(graph.nodeCount(), graph.edges(), options, std::move(stop), progress);
}

Expected<GraphPicturePtr> neighbourhoodPicture(const TerminalGraphPtr& graph,
                                               const NodeKindsPtr& kinds,
                                               const std::vector<std::uint32_t>& seeds,
                                               unsigned hops, std::size_t maxNodes,
                                               StopToken stop) {
    graph::Neighbourhood part = graph::neighbourhood(*graph, seeds, hops, maxNodes);
    auto picture = std::make_shared<GraphPicture>();
    picture->graph = graph;
    picture->whole = false;
    picture->truncated = part.truncated;
    const auto scene = makeScene(graph, *kinds, &part.nodes);
    const auto points = graph::layoutGraph(part.nodes.size(), part.edges, graph::LayoutEngine::Auto,
                                           std::move(stop));
    if (!points)
        return points.failure();
    for (std::size_t i = 0; i < points->size(); ++i) {
        scene->x[i] = (*points)[i].x;
        scene->y[i] = (*points)[i].y;
    }
    scene->edges = std::move(part.edges);
    picture->scene = scene;
    picture->sorted.reserve(part.nodes.size());
    for (std::size_t i = 0; i < part.nodes.size(); ++i)
        picture->sorted.emplace_back(part.nodes[i], static_cast<std::uint32_t>(i));
    std::sort(picture->sorted.begin(), picture->sorted.end());
    picture->nodes = std::move(part.nodes);
    picture->hidden = std::move(part.hidden);
    return GraphPicturePtr(std::move(picture));
}

} // namespace ohm::ui
