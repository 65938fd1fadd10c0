// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::graph {

/// The terminal-node graph of Hakhamaneshi et al. (arXiv 2203.15913, section III): every device
/// terminal is a node, the terminals of one device form a complete subgraph, every net is a node,
/// each terminal is tied to its net. Simple and undirected.
///
/// Nodes: terminals 0..T-1 in the circuit's terminal order, then nets T..T+N-1 (ground included
/// where present). Edges: device by device the complete subgraph (i<j, row by row), then one edge
/// per terminal to its net. Immutable. Thread: any. Built in time linear in nodes and edges.
///
/// A complete subgraph grows with the square of a device's terminals, so a hostile black box could
/// ask for more memory than there is. Beyond kMaxEdges edges in all, the devices with the most
/// terminals get a ring instead of a complete subgraph; `incompleteDevices()` says how many.
class TerminalGraph {
public:
    static constexpr std::size_t kMaxEdges = std::size_t{1} << 27;

    explicit TerminalGraph(netlist::CircuitPtr circuit, std::size_t maxEdges = kMaxEdges);

    std::size_t incompleteDevices() const { return m_incomplete; }

    const netlist::Circuit& circuit() const { return *m_circuit; }
    const netlist::CircuitPtr& circuitPtr() const { return m_circuit; }
    std::size_t nodeCount() const { return m_terminals + m_nets; }
    std::size_t terminalCount() const { return m_terminals; }
    std::size_t netCount() const { return m_nets; }
    std::size_t edgeCount() const { return m_edges.size() / 2; }

    bool isNet(std::uint32_t node) const { return node >= m_terminals; }
    netlist::NetId netOf(std::uint32_t node) const {
        return node - static_cast<std::uint32_t>(m_terminals);
    }
    std::uint32_t nodeOfNet(netlist::NetId net) const {
        return static_cast<std::uint32_t>(m_terminals) + net;
    }
    netlist::DeviceId deviceOf(std::uint32_t terminal) const;
    /// "x1.m3:g" for a terminal, the net's name for a net.
    std::string nodeName(std::uint32_t node) const;

    /// Undirected edges as pairs u0,v0,u1,v1,...; u < v. Size 2E.
    std::span<const std::uint32_t> edges() const { return m_edges; }
    /// Compressed rows of the symmetric adjacency: neighbours of node i are
    /// columns()[rows()[i] .. rows()[i+1]), ascending. Sizes nodes+1 and 2E.
    std::span<const std::uint32_t> rows() const { return m_rows; }
    std::span<const std::uint32_t> columns() const { return m_columns; }

private:
    netlist::CircuitPtr m_circuit;
    std::size_t m_terminals = 0;
    std::size_t m_nets = 0;
    std::size_t m_incomplete = 0;
    std::vector<std::uint32_t> m_edges;
    std::vector<std::uint32_t> m_rows;
    std::vector<std::uint32_t> m_columns;
};

} // namespace ohm::graph
