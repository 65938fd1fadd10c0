// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::graph {

struct Point {
    float x = 0;
    float y = 0;
};

enum class LayoutEngine { Auto, Neato, Sfdp, Dot, Quick };

/// Positions for the nodes of any undirected graph, in points (1/72 inch), y down, bounding box
/// starting at (0,0). `edges` holds pairs of node indices.
/// Graphviz through cgraph/gvc: it has static state, so calls are serialised inside (one layout at
/// a time) and it cannot be interrupted mid-way: `Auto` takes neato for small components (under 100
/// ms) and `Quick`, a multilevel layout of our own that honours `stop`, for all others. Components
/// are laid out one by one and packed. `initial`, when of the nodes' size, gives starting positions
/// (progressive refinement). Same input, same result. Errors: GRAPH-001 Graphviz failed, GRAPH-002
/// stopped, GRAPH-003 too large for the engine that was asked for. Thread: any, internally locked.
Expected<std::vector<Point>> layoutGraph(std::size_t nodes, std::span<const std::uint32_t> edges,
                                         LayoutEngine engine = LayoutEngine::Auto,
                                         StopToken stop = {}, ProgressSink& progress = noProgress(),
                                         std::span<const Point> initial = {});

} // namespace ohm::graph
