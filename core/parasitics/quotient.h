// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/circuitgraph.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::parasitics {

/// The graphs of several designs with nodes that no message passing can tell apart joined into
/// classes (colour refinement, Weisfeiler and Leman): two nodes are of one class when their kinds,
/// roles and statistics and those of everything within `rounds` hops agree. A network of at most
/// `rounds` message-passing layers computes exactly the same on the classes as on the nodes, as
/// every class keeps its representative's neighbours with their counts; a memory array shrinks by
/// an order of magnitude. Statistics count as equal when they differ by less than about 1e-4.
/// Thread: any for const access.
struct Quotient {
    std::uint32_t classes = 0;
    std::vector<std::vector<std::uint32_t>> classOf; ///< [graphs][nodes]
    std::vector<double> members;                     ///< [classes] nodes of each
    std::vector<std::uint8_t> kind;                  ///< [classes] NodeKind
    std::vector<std::uint8_t> role;                  ///< [classes] of pins
    std::vector<std::uint8_t> rail;                  ///< [classes] of pins: 1 ground, 2 supply
    std::vector<std::uint8_t> deviceType;            ///< [classes] of devices
    std::vector<float> stats; ///< [classes, kNetStats], raw; devices padded with 0, pins all 0
    std::vector<std::int64_t> rows;    ///< [classes + 1]
    std::vector<std::int32_t> columns; ///< neighbour classes, ascending in each row
    std::vector<float> counts;         ///< neighbours of that class that a member has
    std::vector<float> degree;         ///< [classes] neighbours of a member
    int rounds = 0;                    ///< of refinement; fewer when nothing changed any more
};

/// What nodes must agree on to be equal at the start.
enum class Likeness : std::uint8_t {
    Statistics, ///< kind, role, rail and statistics
    Kinds,      ///< kind alone: for networks that see nothing else, with fewer classes
    Nothing     ///< every node is a class of its own, for comparison
};

/// O(rounds * edges).
Quotient refine(std::span<const CircuitGraph* const> graphs, int rounds,
                Likeness likeness = Likeness::Statistics);

/// Class of `coarse` that each class of `fine` lies in; both of the same graphs, and what is equal
/// in `fine` must be in `coarse`.
std::vector<std::uint32_t> coarsen(const Quotient& fine, const Quotient& coarse);

} // namespace ohm::parasitics
