// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/layout.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::graph {

/// A connected component with its own node numbers. Thread: a plain value.
struct Component {
    std::vector<std::uint32_t> nodes; ///< in the whole graph, ascending
    std::vector<std::uint32_t> edges; ///< pairs of indices into `nodes`; simple
};

/// The connected components, largest first (ties: lowest node first). Loops, repeated edges and
/// edges to nodes that do not exist are dropped. Linear but for a sort within each row.
std::vector<Component> splitComponents(std::size_t nodes, std::span<const std::uint32_t> edges);

/// Sets components beside each other in rows, largest first, in a frame of about 4:3, and moves the
/// whole to (0,0). `local[i]` are the positions of components[i]; `gap` is the room between,
/// points.
std::vector<Point> packComponents(std::size_t nodes, const std::vector<Component>& components,
                                  const std::vector<std::vector<Point>>& local, float gap);

/// Pushes apart nodes that lie closer than `distance`, a little at a time, and leaves the rest
/// alone. Deterministic; about linear.
void separateNodes(std::vector<Point>& points, float distance);

} // namespace ohm::graph
