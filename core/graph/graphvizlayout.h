// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/graph/layout.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::graph {

/// Most nodes an engine is given: what it lays out in some seconds, since it cannot be stopped.
std::size_t graphvizLimit(LayoutEngine engine);

/// One connected graph by Graphviz (neato, sfdp or dot). Waits its turn (Graphviz is not
/// thread-safe) and gives up waiting when stopped. `initial` is used by neato only. No name or text
/// of the user's reaches Graphviz. Errors: GRAPH-001, GRAPH-002, GRAPH-003 too large.
Expected<std::vector<Point>> graphvizLayout(std::size_t nodes, std::span<const std::uint32_t> edges,
                                            LayoutEngine engine, const StopToken& stop,
                                            std::span<const Point> initial = {});

} // namespace ohm::graph
