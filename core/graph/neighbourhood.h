// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/terminalgraph.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ohm::graph {

/// A part of a graph that is small enough to be laid out and walked.
struct Neighbourhood {
    std::vector<std::uint32_t> nodes;  ///< in the whole graph; seeds first, then hop by hop
    std::vector<std::uint32_t> edges;  ///< pairs of indices into `nodes`: the induced subgraph
    std::vector<std::uint16_t> hops;   ///< per entry of `nodes`: distance from the nearest seed
    std::vector<std::uint32_t> hidden; ///< per entry of `nodes`: neighbours that were left out
    bool truncated = false;            ///< the node limit, not the hop limit, ended it

    /// Index into `nodes` of a node of the whole graph. O(log n).
    std::optional<std::uint32_t> indexOf(std::uint32_t node) const;

    std::vector<std::uint32_t> sorted; ///< indices into `nodes`, ascending by node
};

/// The nodes within `hops` of `seeds`, at most `maxNodes` of them (all seeds are kept as long as
/// they fit). Devices stay whole where they fit: with a terminal come its siblings. Nets that many
/// terminals share are expanded last within each hop, so that a supply cannot crowd out the
/// signal path. Seeds outside the graph and repeated ones are ignored. Deterministic. Time depends
/// on what is returned, not on the whole graph's size. Thread: any.
Neighbourhood neighbourhood(const TerminalGraph& graph, std::span<const std::uint32_t> seeds,
                            unsigned hops, std::size_t maxNodes);

} // namespace ohm::graph
