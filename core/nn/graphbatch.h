// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ohm::dataset {
struct GraphSet;
}

namespace ohm::nn {

/// Several graphs of any topologies as one disconnected graph: what a network computes on.
/// Adjacency as compressed rows, symmetric: the neighbours of node i are
/// columns[rows[i] .. rows[i+1]). A plain value. Thread: any for const access.
struct GraphBatch {
    std::int64_t nodes = 0;
    std::int64_t graphs = 0;
    std::int64_t width = 0;             ///< features per node
    std::vector<float> x;               ///< [nodes, width]
    std::vector<std::int32_t> rows;     ///< [nodes + 1]
    std::vector<std::int32_t> columns;  ///< [2 * edges]
    std::vector<std::int64_t> outputs;  ///< nodes whose value is predicted, ascending
    std::vector<float> labels;          ///< [outputs], or [graphs] of a graph label; may be empty
    std::vector<std::int64_t> graphPtr; ///< [graphs + 1] first node of each graph
};

/// The graphs `indices` of a set, batched in that order, with the node labels ("voltages") or the
/// graph label `target`; a label that the set has not leaves `labels` empty. O(nodes + edges).
GraphBatch makeBatch(const dataset::GraphSet& set, std::span<const std::size_t> indices,
                     const std::string& target = "voltages");

} // namespace ohm::nn
