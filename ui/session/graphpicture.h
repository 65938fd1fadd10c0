// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/graph/layout.h"
#include "core/graph/nodekind.h"
#include "core/graph/terminalgraph.h"
#include "widgets/graph/graphview.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ohm::ui {

using TerminalGraphPtr = std::shared_ptr<const graph::TerminalGraph>;

/// A drawable part of a terminal-node graph, or the whole of it. Immutable once made. Thread: any.
struct GraphPicture {
    TerminalGraphPtr graph;
    std::shared_ptr<const widgets::GraphScene> scene;
    bool whole = true;
    std::vector<std::uint32_t> nodes;  ///< scene node -> graph node; empty when whole
    std::vector<std::uint32_t> hidden; ///< per scene node: neighbours left out; empty when whole
    std::vector<std::pair<std::uint32_t, std::uint32_t>>
        sorted; ///< (graph node, scene node), ascending
    bool truncated = false;

    std::uint32_t toGraph(std::uint32_t sceneNode) const {
        return whole ? sceneNode : nodes[sceneNode];
    }
    std::optional<std::uint32_t> toScene(std::uint32_t graphNode) const;
    std::size_t size() const { return scene ? scene->kind.size() : 0; }
};
using GraphPicturePtr = std::shared_ptr<const GraphPicture>;

/// Receives positions while a layout forms; called on the layout's thread.
using LayoutPreview = std::function<void(std::span<const graph::Point>)>;

/// Node kinds of a whole graph, reused for every part that is shown of it.
using NodeKindsPtr = std::shared_ptr<const std::vector<graph::NodeKind>>;

/// Scene of the whole graph without positions (all at the origin). Thread: any.
GraphPicturePtr wholePicture(const TerminalGraphPtr& graph, const NodeKindsPtr& kinds);
/// Lays out the whole graph. Errors: GRAPH-00x. Thread: any.
Expected<std::vector<graph::Point>> layoutWhole(const graph::TerminalGraph& graph,
                                                const LayoutPreview& preview, StopToken stop,
                                                ProgressSink& progress);
/// The part around some nodes, laid out. Errors: GRAPH-00x. Thread: any.
Expected<GraphPicturePtr> neighbourhoodPicture(const TerminalGraphPtr& graph,
                                               const NodeKindsPtr& kinds,
                                               const std::vector<std::uint32_t>& seeds,
                                               unsigned hops, std::size_t maxNodes, StopToken stop);

/// Groups of node kinds as the legend shows them.
struct LegendGroup {
    const char* text; ///< untranslated, context "LegendGroup"
    int palette;
    widgets::GraphScene::Kind::Marker marker;
    float radius;
};
std::span<const LegendGroup> legendGroups();
int legendGroupOf(graph::NodeKind kind);

} // namespace ohm::ui
