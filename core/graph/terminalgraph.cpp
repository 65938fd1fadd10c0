// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/terminalgraph.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace ohm::graph {

using netlist::DeviceId;

namespace {

/// Edges among the terminals of one device: the complete subgraph, or a ring where `ring`.
std::uint64_t edgesWithin(std::uint64_t terminals, bool ring) {
    if (ring && terminals > 2)
        return terminals;
    return terminals * (terminals - (terminals > 0 ? 1 : 0)) / 2;
}

/// The greatest terminal count that still gets a complete subgraph within `maxEdges`. `histogram`
/// holds (terminals, devices), ascending by terminals.
std::size_t completeUpTo(const std::vector<std::pair<std::size_t, std::uint64_t>>& histogram,
                         std::uint64_t terminalEdges, std::uint64_t maxEdges) {
    std::uint64_t rings = terminalEdges;
    for (const auto& [terminals, devices] : histogram)
        rings += devices * edgesWithin(terminals, true);
    std::size_t limit = 3; // a ring of three is complete
    for (const auto& [terminals, devices] : histogram) {
        rings += devices * (edgesWithin(terminals, false) - edgesWithin(terminals, true));
        if (rings > maxEdges && terminals > 3)
            return limit;
        limit = std::max(limit, terminals);
    }
    return std::numeric_limits<std::size_t>::max();
}

} // namespace

TerminalGraph::TerminalGraph(netlist::CircuitPtr circuit, std::size_t maxEdges)
    : m_circuit(std::move(circuit)) {
    const netlist::Circuit& c = *m_circuit;
    m_terminals = c.terminalCount();
    m_nets = c.netCount();
    const std::size_t devices = c.deviceCount();

    std::uint64_t complete = m_terminals;
    std::vector<std::uint32_t> sizes(devices);
    for (std::size_t d = 0; d < devices; ++d) {
        const auto n = c.deviceNets(static_cast<DeviceId>(d)).size();
        sizes[d] = static_cast<std::uint32_t>(n);
        complete += edgesWithin(n, false);
    }
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    if (complete > maxEdges) {
        std::vector<std::uint32_t> sorted = sizes;
        std::sort(sorted.begin(), sorted.end());
        std::vector<std::pair<std::size_t, std::uint64_t>> histogram;
        for (std::uint32_t n : sorted) {
            if (histogram.empty() || histogram.back().first != n)
                histogram.emplace_back(n, 0);
            ++histogram.back().second;
        }
        limit = completeUpTo(histogram, m_terminals, maxEdges);
    }
    std::uint64_t edges = m_terminals;
    for (std::uint32_t n : sizes) {
        edges += edgesWithin(n, n > limit);
        m_incomplete += n > limit ? 1 : 0;
    }

    // Row lengths: a terminal sees its device's other terminals (its two ring neighbours where the
    // device is incomplete) and its net; a net sees its terminals.
    m_rows.assign(nodeCount() + 1, 0);
    for (std::size_t d = 0, t = 0; d < devices; ++d) {
        const std::uint32_t n = sizes[d];
        const std::uint32_t degree = n > limit ? 3 : n; // n-1 siblings and the net
        const auto nets = c.deviceNets(static_cast<DeviceId>(d));
        for (std::uint32_t i = 0; i < n; ++i, ++t) {
            m_rows[t + 1] = degree;
            ++m_rows[nodeOfNet(nets[i]) + 1];
        }
    }
    for (std::size_t i = 1; i < m_rows.size(); ++i)
        m_rows[i] += m_rows[i - 1];
    m_columns.resize(edges * 2);
    m_edges.resize(edges * 2);

    std::vector<std::uint32_t> netFill(m_rows.begin() + static_cast<std::ptrdiff_t>(m_terminals),
                                       m_rows.end());
    std::uint32_t* within = m_edges.data();
    std::uint32_t* column = m_columns.data();
    std::uint32_t* tie = m_edges.data() + (edges - m_terminals) * 2;
    std::uint32_t first = 0;
    for (std::size_t d = 0; d < devices; ++d) {
        const std::uint32_t n = sizes[d];
        const bool ring = n > limit;
        const auto nets = c.deviceNets(static_cast<DeviceId>(d));
        for (std::uint32_t i = 0; i < n; ++i) {
            const std::uint32_t node = first + i;
            if (!ring) {
                for (std::uint32_t j = 0; j < n; ++j)
                    if (j != i)
                        *column++ = first + j;
                for (std::uint32_t j = i + 1; j < n; ++j) {
                    *within++ = node;
                    *within++ = first + j;
                }
            } else {
                const std::uint32_t before = first + (i + n - 1) % n;
                const std::uint32_t after = first + (i + 1) % n;
                *column++ = std::min(before, after);
                *column++ = std::max(before, after);
                *within++ = std::min(node, after);
                *within++ = std::max(node, after);
            }
            const std::uint32_t net = nodeOfNet(nets[i]);
            *column++ = net;
            *tie++ = node;
            *tie++ = net;
            m_columns[netFill[nets[i]]++] = node;
        }
        first += n;
    }
}

netlist::DeviceId TerminalGraph::deviceOf(std::uint32_t terminal) const {
    return m_circuit->terminalDevice(terminal);
}

std::string TerminalGraph::nodeName(std::uint32_t node) const {
    const netlist::Circuit& c = *m_circuit;
    if (isNet(node))
        return c.netName(netOf(node));
    const DeviceId device = deviceOf(node);
    const auto count = static_cast<unsigned>(c.deviceNets(device).size());
    const std::string_view role =
        netlist::terminalRole(c.deviceKind(device), node - c.firstTerminal(device), count);
    return c.deviceName(device) + ":" + std::string(role);
}

} // namespace ohm::graph
