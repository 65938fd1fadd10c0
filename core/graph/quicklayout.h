// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/graph/layout.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ohm::graph {

/// How the layout of our own works. Thread: a plain value.
struct QuickOptions {
    std::uint64_t seed = 1;
    unsigned threads = 0; ///< 0: as many as the machine has, 1 for small graphs; same result always
    /// Called on the layout's thread with positions of all nodes as they form (at most a few times
    /// per second); nothing by default.
    std::function<void(std::span<const Point>)> preview;
};

/// Multilevel spring-electrical layout: the graph is coarsened by matching, each level is laid out
/// from the one above with repulsion from a quadtree (Barnes-Hut, a node's leaf at a time) and
/// springs of length K along edges (Hu, "Efficient, high-quality force-directed graph drawing",
/// 2005). Edges of hubs pull less, so that supplies do not collapse the drawing. Components are
/// laid out one by one and packed. Near linear time: 100k nodes in seconds.
/// Same input, same seed: same result, whatever the number of threads.
/// Positions as in layoutGraph(). Errors: GRAPH-002 stopped (within 50 ms). Thread: any.
Expected<std::vector<Point>> quickLayout(std::size_t nodes, std::span<const std::uint32_t> edges,
                                         const QuickOptions& options = {}, StopToken stop = {},
                                         ProgressSink& progress = noProgress(),
                                         std::span<const Point> initial = {});

} // namespace ohm::graph
