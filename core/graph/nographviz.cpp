// SPDX-License-Identifier: GPL-3.0-or-later
// Stands in for graphvizlayout.cpp in a build without Graphviz.
#include "core/graph/graphvizlayout.h"

namespace ohm::graph {

std::size_t graphvizLimit(LayoutEngine) {
    return 0;
}

Expected<std::vector<Point>> graphvizLayout(std::size_t, std::span<const std::uint32_t>,
                                            LayoutEngine, const StopToken&,
                                            std::span<const Point>) {
    return fail("GRAPH-001", "This build lays out no graphs: it was made without Graphviz");
}

} // namespace ohm::graph
