// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/dataset/graphset.h"
#include "core/explore/points.h"
#include "core/learn/engine.h"

#include <string>
#include <vector>

namespace ohm::explore {

/// What is embedded and how much of it.
struct EmbeddingRequest {
    enum class Level { Nodes, Outputs, Graphs } level = Level::Outputs;
    int layer = -1;            ///< block of the network: 0 input layer, -1 the last
    std::size_t most = 20'000; ///< points; more are thinned to an even choice of whole graphs
    std::int64_t always = -1;  ///< number of a graph that is never left out
};

/// Points with what is known about each. Columns as long as `count`. A plain value.
struct EmbeddingTable {
    std::size_t count = 0, width = 0;
    std::vector<float> values;          ///< [count, width]
    std::vector<std::int32_t> graph;    ///< of the set
    std::vector<std::int32_t> node;     ///< within its graph; -1 for a whole graph
    std::vector<std::int32_t> topology; ///< of its graph
    std::vector<std::uint32_t> kind;    ///< code bits of the node's features, 0 for a whole graph
    std::vector<float> label;           ///< V or the graph label; NaN where there is none
    std::vector<float> predicted;       ///< the same unit; NaN where the network predicts none
    std::vector<std::string> codeNames; ///< of the bits of `kind`, from the least
    Points points() const { return {values, count, width}; }
    /// "R", "M D", ... in words of the features; "graph" for a whole one.
    std::string kindName(std::size_t i) const;
};

/// Runs the network over the set and collects. Errors: EXPL-005 nothing to embed or no such layer,
/// EXPL-003 stopped, NN-* as Model::embed. Thread: any; the model serves one caller at a time.
Expected<EmbeddingTable> embed(learn::Model& model, const dataset::GraphSet& set,
                               const EmbeddingRequest& request, StopToken stop = {},
                               ProgressSink& progress = noProgress());

/// graph, node, kind, topology, label, predicted and the coordinates [count, 2] as CSV.
std::string toCsv(const EmbeddingTable& table, const std::vector<float>& layout);

} // namespace ohm::explore
