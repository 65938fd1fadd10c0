// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::graph {

/// An undirected graph with weighted springs and node masses, as compressed symmetric rows.
struct SpringGraph {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> columns;
    std::vector<float> weights;
    std::vector<float> masses;
    std::size_t size() const { return masses.size(); }
};

/// From pairs of nodes, all masses 1. Springs of hubs are weaker, by the greater degree over a
/// usual one, so that a supply net does not pull its thousands of terminals into one spot.
SpringGraph springGraph(std::size_t nodes, std::span<const std::uint32_t> edges);

/// Joins matched pairs of nodes into one: along the heaviest spring per mass first, then pairs of
/// leftovers that share a neighbour (so that stars shrink too). `parent` gets the coarse node of
/// each. The order is random by `seed`, the result depends on nothing else.
SpringGraph coarsen(const SpringGraph& fine, std::uint64_t seed,
                    std::vector<std::uint32_t>& parent);

/// A small deterministic generator (splitmix64), the same on every platform.
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_state(seed) {}
    std::uint64_t next();
    float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24f; } ///< [0,1)

private:
    std::uint64_t m_state;
};

} // namespace ohm::graph
