// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/sampler.h"

#include <cstdint>
#include <vector>

namespace ohm::parasitics {

/// The nodes of a sampled subgraph with equal ones joined, as Quotient does for whole graphs: the
/// subgraphs around the links of a regular design are mostly the same. A network of at most as many
/// message-passing layers as rounds computes the same on the classes. Thread: a plain value.
struct SubgraphClasses {
    std::vector<std::uint32_t> classOf; ///< [local nodes]
    std::vector<std::uint32_t> member;  ///< [classes] a local node of each
    std::vector<std::uint64_t> rows;    ///< [classes + 1] messages into a member
    std::vector<std::uint32_t> columns; ///< classes, ascending in each row
    std::vector<float> counts;          ///< neighbours of that class that a member has
    std::size_t count() const { return member.size(); }
};

/// `colour` [local nodes]: what nodes must agree on to begin with, as numbers that are equal where
/// they agree (hashes of 64 bits are taken for the thing itself). O(rounds * edges).
SubgraphClasses joinEqual(const Subgraph& subgraph, std::vector<std::uint64_t> colour, int rounds);

} // namespace ohm::parasitics
