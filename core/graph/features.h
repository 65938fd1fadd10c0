// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/terminalgraph.h"

#include <string>
#include <vector>

namespace ohm::graph {

/// Which published node encoding to build (Hakhamaneshi et al. and its public code).
///
/// Resistive, 9 wide: [value | gnd rt vn vnode_i vnode_o vp vsrcm vsrcp]. The value of a resistor
/// (ohms) or source (volts) stands on both its terminals; nets have 0. `vsrcp`/`vsrcm` are the
/// terminals of the input source (the one named vin, else the first named like it, else the first),
/// `vp`/`vn` those of all others. `vnode_i` are nets that voltage sources alone tie to ground,
/// `vnode_o` all others: those are the ones to predict.
///
/// Analog, 15 wide: [p0 p1 p2 | M I V R C VNode | first second | D G S B]. Properties stand on
/// every terminal: MOS [multiplier m, 0, 0] (W and L are not features there), sources [ac
/// magnitude, ac phase in degrees, dc], R and C [value, 0, 0] in ohms and farads. The code is a
/// one-hot per level; the two bits of its second level are shared: first = N, PLUS or a net, second
/// = P, MINUS or ground. To predict: all nets but ground.
///
/// The columns of each one-hot run in the order named here. The published data files write every
/// one-hot with its bits reversed, which matters only to who reads those files.
enum class FeatureSchema {
    Resistive,
    Analog,
};

/// "resistive" or "analog": stable words of the exports.
const char* schemaName(FeatureSchema schema);

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
