// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/netlist/circuit.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ohm::parasitics {

enum class NodeKind : std::uint8_t { Net, Device, Pin };

/// Columns of the net statistics X_C (CircuitGCL), SI units: 0 MOS count (each device once, times
/// its multiplier) - 1 gate terminals - 2 source and drain terminals - 3 bulk terminals - 4 W over
/// source and drain contacts - 5 L over gate contacts - 6 resistors - 7, 8 their W and L - 9
/// capacitors - 10, 11 their fingers and finger lengths - 12 diodes - 13, 14 their areas and
/// perimeters - 15 port flag
/// - 16 1 / hierarchy level.
inline constexpr std::size_t kNetStats = 17;
/// Columns of the device statistics: 0 multiplier - 1 W - 2 L - 3, 4 diffusion area and perimeter
/// (always 0: a schematic does not know them) - 5 R multiplier - 6, 7 its W and L - 8 C multiplier
/// - 9, 10 fingers and finger length - 11 diode multiplier - 12, 13 area and perimeter - 14
/// terminals - 15 type code (DeviceType).
inline constexpr std::size_t kDeviceStats = 16;

enum class DeviceType : std::uint8_t { Other, Nmos, Pmos, Resistor, Capacitor, Diode, Bjt };

/// Heterogeneous graph of a circuit (CircuitGCL): nodes are nets, then devices, then pins; edges
/// are device-pin and pin-net. Bulk terminals of MOS transistors have no pin. Ground and supplies
/// are no nodes; their pins stay. Thread: any for const access.
struct CircuitGraph {
    std::string name;
    std::uint32_t nets = 0, devices = 0, pins = 0;
    std::vector<std::string> netNames;    ///< [nets] canonical; empty in generated graphs
    std::vector<std::string> deviceNames; ///< [devices] canonical; empty unless asked for
    std::vector<std::uint32_t> netIds;    ///< [nets] flat NetId in the circuit
    std::vector<std::uint32_t> pinDevice; ///< [pins]
    std::vector<std::uint32_t> pinNet;    ///< [pins] or kNoNet (ground, supply)
    std::vector<std::uint8_t> pinRole;    ///< [pins] 0 drain, 1 gate, 2 source; else the terminal
    std::vector<std::uint8_t> deviceType; ///< [devices] DeviceType
    std::vector<float> netStats;          ///< [nets, kNetStats]
    std::vector<float> deviceStats;       ///< [devices, kDeviceStats]
    std::vector<std::uint8_t> pinRail;    ///< [pins] 1 ground, 2 supply, 0 a net that is a node

    static constexpr std::uint32_t kNoNet = 0xFFFFFFFFu;
    std::uint32_t nodes() const { return nets + devices + pins; }
    NodeKind kind(std::uint32_t node) const {
        return node < nets             ? NodeKind::Net
               : node < nets + devices ? NodeKind::Device
                                       : NodeKind::Pin;
    }
    std::uint32_t deviceNode(std::uint32_t device) const { return nets + device; }
    std::uint32_t pinNode(std::uint32_t pin) const { return nets + devices + pin; }
    /// Message edges, each once: device-pin and pin-net.
    std::size_t edgeCount() const;
};

struct GraphOptions {
    std::vector<std::string> ground, supply; ///< further names of rails
    bool deviceNames = false;
};

/// Builds the graph of a flat circuit. W, L of files in micrometres or with magic's "700000u" are
/// told by the size of the MOS lengths and brought to metres. Errors: PAR-008 no devices, PAR-020
/// no nets but rails. Thread: any.
Expected<CircuitGraph> buildGraph(const netlist::Circuit& circuit,
                                  const GraphOptions& options = {});

/// Symmetric adjacency as compressed rows. Thread: a plain value.
struct Adjacency {
    std::vector<std::uint64_t> rows; ///< [nodes + 1]
    std::vector<std::uint32_t> columns;
    std::size_t nodes() const { return rows.empty() ? 0 : rows.size() - 1; }
    std::span<const std::uint32_t> of(std::uint32_t node) const {
        return {columns.data() + rows[node], columns.data() + rows[node + 1]};
    }
};
Adjacency adjacencyOf(const CircuitGraph& graph);

/// A generated memory-like graph of about `nodes` nodes (a third of them devices with three pins
/// each), for measurements: cells on word and bit lines beside random logic. Deterministic by seed.
CircuitGraph generateGraph(std::uint32_t nodes, std::uint64_t seed);

} // namespace ohm::parasitics
