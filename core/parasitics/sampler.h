// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/circuitgraph.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::parasitics {

struct SamplerOptions {
    std::vector<int> fanouts{64, 64, 64, 64}; ///< neighbours per node and hop; -1 = all
    bool disjoint = false;                    ///< every seed (or link) has a subgraph of its own
    bool directed =
        false; ///< only the edges walked along, towards the seed; else all among the nodes
};

/// A sampled neighbourhood. Local nodes are numbered in the order they were met: seeds first.
/// Thread: a plain value.
struct Subgraph {
    std::vector<std::uint32_t> nodes; ///< local to global
    std::vector<std::uint32_t> tree; ///< local: which seed or link it belongs to (disjoint), else 0
    std::vector<std::uint64_t> rows; ///< messages into each local node
    std::vector<std::uint32_t> columns;
    std::vector<std::uint32_t> hops;  ///< local nodes up to and with each hop, [hops + 1]
    std::vector<std::uint32_t> seeds; ///< local node of every seed as given
};

/// Samples neighbourhoods without replacement. Holds scratch memory of one number per node of the
/// graph, so that a sample costs what it touches. Thread: owner only; one sampler per thread.
class NeighbourSampler {
public:
    /// `adjacency` must outlive the sampler.
    NeighbourSampler(const Adjacency& adjacency, SamplerOptions options);
    /// Around nodes. Deterministic by `seed`.
    Subgraph sample(std::span<const std::uint32_t> seeds, std::uint64_t seed);
    /// Around links (a, b): seeds are all a, then all b; with `disjoint` both ends share a
    /// subgraph.
    Subgraph sampleLinks(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                         std::uint64_t seed);

private:
    Subgraph run(std::span<const std::uint32_t> seeds, std::span<const std::uint32_t> trees,
                 std::uint64_t seed);
    std::uint32_t localOf(Subgraph& out, std::uint32_t node, std::uint32_t tree);
    std::uint32_t find(std::uint32_t node, std::uint32_t tree) const;

    const Adjacency& m_adjacency;
    SamplerOptions m_options;
    std::vector<std::uint32_t> m_local; ///< global to local + 1 (joint)
    struct Slot {
        std::uint64_t key = ~std::uint64_t{0};
        std::uint32_t local = 0;
    };
    std::vector<Slot> m_slots; ///< (tree, node) to local (disjoint)
    std::size_t m_used = 0;
};

/// Hops to the two anchors (the ends of a link) within its subgraph, the positional encoding of
/// CircuitGPS: [nodes] each, `most` where out of reach. `subgraph` must be undirected and disjoint.
struct AnchorDistances {
    std::vector<std::uint16_t> toSource, toTarget;
};
AnchorDistances anchorDistances(const Subgraph& subgraph, std::size_t links, std::uint16_t most);

} // namespace ohm::parasitics
