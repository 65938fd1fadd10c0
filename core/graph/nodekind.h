// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/terminalgraph.h"

#include <cstdint>
#include <vector>

namespace ohm::graph {

/// What a node is, for legends, colours and exports. Stable: new kinds are added at the end only.
enum class NodeKind : std::uint8_t {
    Ground,
    SupplyNet, ///< tied to ground by a voltage source and feeding devices, or named like a supply
    InputNet,  ///< tied to ground by a voltage source, and not a supply
    Net,
    MosDrain,
    MosGate,
    MosSource,
    MosBulk,
    BjtCollector,
    BjtBase,
    BjtEmitter,
    BjtSubstrate,
    Fet, ///< any terminal of a JFET or MESFET
    Diode,
    Resistor,
    Capacitor,
    Inductor,
    VoltageSource,
    CurrentSource,
    ControlledSource, ///< E, F, G, H and behavioural sources
    Switch,
    TransmissionLine,
    Block, ///< black-box subcircuits and XSPICE devices
    Other
};
inline constexpr int kNodeKindCount = static_cast<int>(NodeKind::Other) + 1;

/// A stable English word for exports: "ground", "supply", "mos-gate", "resistor", ...
const char* nodeKindName(NodeKind kind);

/// English text for people: "Ground", "Supply net", "MOSFET gate", "Resistor", ...
const char* nodeKindText(NodeKind kind);

/// The kind of one node. A net costs time in its terminals; use nodeKinds() for all of them.
NodeKind nodeKind(const TerminalGraph& graph, std::uint32_t node);

/// The kinds of all nodes, in linear time.
std::vector<NodeKind> nodeKinds(const TerminalGraph& graph);

/// Nets whose voltage ideal voltage sources fix: reached from ground over voltage sources alone
/// (whatever their value). One byte per net; ground itself is 1.
std::vector<std::uint8_t> sourceDrivenNets(const TerminalGraph& graph);

} // namespace ohm::graph
