// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace ohm::dataset {

/// Many labelled graphs, concatenated. Graph g owns the nodes nodePtr[g] .. nodePtr[g+1] and the
/// undirected edges edgePtr[g] .. edgePtr[g+1]; edges hold node indices local to their graph.
/// A plain value; treat as immutable once built. Thread: any for const access.
struct GraphSet {
    std::size_t featureWidth = 0;
    std::vector<std::string> featureNames; ///< [featureWidth]
    std::vector<std::int64_t> nodePtr{0};  ///< [graphs + 1]
    std::vector<std::int64_t> edgePtr{0};  ///< [graphs + 1]
    std::vector<float> x;                  ///< [nodes, featureWidth], row-major
    std::vector<std::int32_t> edges;       ///< [edges, 2], local node indices, u < v
    std::vector<std::uint8_t> outputMask;  ///< [nodes], 1 where `y` is a label
    std::vector<float> y;                  ///< [nodes], V (0 where the mask is 0)
    std::vector<std::int32_t> topology;    ///< [graphs] class of the topology, e.g. branches
    std::vector<std::string> graphLabelNames;
    std::vector<float> graphLabels;                ///< [graphs, graphLabelNames], may be empty
    std::map<std::string, std::string> attributes; ///< provenance: generator, seed, version, ...

    std::size_t graphCount() const { return nodePtr.size() - 1; }
    std::size_t nodeCount() const { return static_cast<std::size_t>(nodePtr.back()); }
    std::size_t edgeCount() const { return static_cast<std::size_t>(edgePtr.back()); }

    /// Appends one graph. Sizes must agree with featureWidth and each other.
    void append(std::span<const float> nodeFeatures, std::span<const std::int32_t> graphEdges,
                std::span<const std::uint8_t> mask, std::span<const float> labels,
                std::int32_t topologyClass);
    /// The graphs `indices`, in that order.
    GraphSet subset(std::span<const std::size_t> indices) const;
    /// Appends all graphs of a set with the same features. Errors: DATA-010.
    Expected<void> extend(const GraphSet& other);
    /// Checks every size and index, as after reading a foreign file. Errors: DATA-011.
    Expected<void> validate() const;
};

/// Least, greatest, mean and standard deviation (population) of the labelled values.
struct LabelStatistics {
    std::size_t count = 0;
    double minimum = 0, maximum = 0, mean = 0, deviation = 0;
    std::vector<std::size_t> histogram; ///< equal bins over [minimum, maximum]
};
LabelStatistics labelStatistics(const GraphSet& set, std::size_t bins = 40);

/// A seeded permutation of 0..count-1, the same on every machine.
std::vector<std::size_t> permutation(std::size_t count, std::uint64_t seed);

} // namespace ohm::dataset
