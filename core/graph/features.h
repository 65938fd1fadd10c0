// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/terminalgraph.h"

#include <string>
#include <vector>

namespace ohm::graph {

/// Which published node encoding to build (Hakhamaneshi et al. and its public code).
enum class FeatureSchema {
    Resistive, ///< 9 wide: raw value, then one-hot of gnd, rt, vn, vnode_i, vnode_o, vp, vsrcm, vsrcp
    Analog,    ///< 15 wide: 3 device properties (raw, SI), then a 12-wide hierarchical one-hot code
};

/// Node features of a terminal graph, row-major [nodes, width], raw (normalisation is learned from
/// a training split later). Columns have names. A node whose device the schema does not know has a
/// zero type code and `known[node] == 0`.
struct NodeFeatures {
    FeatureSchema schema = FeatureSchema::Analog;
    std::size_t width = 0;
    std::vector<std::string> columns;
    std::vector<float> values;
    std::vector<std::uint8_t> known;      ///< [nodes]
    std::vector<std::uint8_t> outputMask; ///< [nodes], 1 where a voltage is to be predicted
};

/// Resistive if the circuit has only R and dc V devices, else Analog.
FeatureSchema naturalSchema(const netlist::Circuit& circuit);

NodeFeatures nodeFeatures(const TerminalGraph& graph, FeatureSchema schema);

} // namespace ohm::graph
