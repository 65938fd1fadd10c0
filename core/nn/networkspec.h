// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace ohm::nn {

/// Architecture of a network, enough to build it again. Stored in every checkpoint. A plain value.
struct NetworkSpec {
    /// Backbone: "deepgen" (Hakhamaneshi et al.), "gcn", "gat", "sage", "clustergcn", or "mlp",
    /// which takes graphs of one fixed topology only.
    std::string architecture = "deepgen";
    std::int64_t inputWidth = 9; ///< node features
    std::int64_t hidden = 128;
    std::int64_t layers = 15;        ///< message-passing blocks (mlp: hidden layers)
    std::int64_t heads = 8;          ///< gat: attention heads, averaged
    double dropout = 0;              ///< in every block and in the head
    bool sigmoid = true;             ///< output in (0, 1), as for resistive circuits
    std::string activation = "relu"; ///< mlp: "relu" or "tanh"
    std::int64_t headLayers = 3;     ///< linear layers of the output head

    /// "node": one value per output node (voltages). "graph": one value per graph (a metric).
    std::string task = "node";
    /// Of a graph task: "attention" (learned latents attend to all nodes) or "mean".
    std::string readout = "attention";
    std::int64_t latents = 16;
    std::int64_t latentWidth = 16;
    std::int64_t readoutLayers = 3;
    bool trainLatents = true; ///< false: as in the authors' code

    /// mlp only: nodes of the one topology and how many of them are outputs.
    std::int64_t nodesPerGraph = 0;
    std::int64_t outputsPerGraph = 0;

    bool operator==(const NetworkSpec&) const = default;
};

} // namespace ohm::nn
