// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/neighbourhood.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace ohm::graph {

namespace {

/// Grows the node set hop by hop.
class Walker {
public:
    Walker(const TerminalGraph& graph, std::size_t maxNodes, Neighbourhood& out)
        : m_graph(graph)
        , m_max(maxNodes)
        , m_out(out) {}

    bool full() const { return m_out.nodes.size() >= m_max; }
    /// False if there was no room for a node that is not there yet.
    bool add(std::uint32_t node, unsigned hop) {
        if (const auto it = m_index.find(node); it != m_index.end()) {
            std::uint16_t& known = m_out.hops[it->second]; // a sibling met again on a shorter way
            known = static_cast<std::uint16_t>(std::min<unsigned>(known, hop));
            return true;
        }
        if (full())
            return false;
        m_index.emplace(node, static_cast<std::uint32_t>(m_out.nodes.size()));
        m_out.nodes.push_back(node);
        m_out.hops.push_back(static_cast<std::uint16_t>(std::min(hop, 65535u)));
        return true;
    }

    /// Adds a node with its device, if it is a terminal and the whole device fits.
    bool addWhole(std::uint32_t node, unsigned hop) {
        if (!add(node, hop))
            return false;
        if (m_graph.isNet(node))
            return true;
        const netlist::DeviceId device = m_graph.deviceOf(node);
        const std::uint32_t first = m_graph.circuit().firstTerminal(device);
        const std::size_t count = m_graph.circuit().deviceNets(device).size();
        if (m_out.nodes.size() + count > m_max)
            return true; // its siblings come one by one in the next hop, as far as there is room
        for (std::uint32_t t = first; t < first + count; ++t)
            add(t, t == node ? hop : hop + 1);
        return true;
    }

    const std::unordered_map<std::uint32_t, std::uint32_t>& index() const { return m_index; }

private:
    const TerminalGraph& m_graph;
    std::size_t m_max;
    Neighbourhood& m_out;
    std::unordered_map<std::uint32_t, std::uint32_t> m_index;
};

} // namespace

std::optional<std::uint32_t> Neighbourhood::indexOf(std::uint32_t node) const {
    const auto it =
        std::lower_bound(sorted.begin(), sorted.end(), node,
                         [this](std::uint32_t i, std::uint32_t n) { return nodes[i] < n; });
    if (it == sorted.end() || nodes[*it] != node)
        return std::nullopt;
    return *it;
}

Neighbourhood neighbourhood(const TerminalGraph& graph, std::span<const std::uint32_t> seeds,
                            unsigned hops, std::size_t maxNodes) {
    Neighbourhood out;
    const auto rows = graph.rows();
    const auto columns = graph.columns();
    const auto degree = [&](std::uint32_t node) { return rows[node + 1] - rows[node]; };
    Walker walker(graph, maxNodes, out);
    for (std::uint32_t seed : seeds)
        if (seed < graph.nodeCount() && !walker.add(seed, 0))
            out.truncated = true;

    std::vector<std::uint32_t> frontier = out.nodes;
    for (unsigned hop = 1; hop <= hops && !frontier.empty() && !out.truncated; ++hop) {
        std::stable_sort(frontier.begin(), frontier.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return degree(a) < degree(b); });
        for (std::uint32_t node : frontier) {
            for (std::uint32_t k = rows[node]; k < rows[node + 1]; ++k) {
                const std::uint32_t other = columns[k];
                if (!walker.addWhole(other, hop)) {
                    out.truncated = true;
                    break;
                }
            }
            if (out.truncated)
                break;
        }
        frontier.clear();
        for (std::size_t i = 0; i < out.nodes.size(); ++i)
            if (out.hops[i] == hop)
                frontier.push_back(out.nodes[i]);
    }

    // Induced edges, each found from the end with the lower index. A hub's row may be far longer
    // than the set, so it is searched instead of walked.
    const std::size_t n = out.nodes.size();
    out.hidden.assign(n, 0);
    out.sorted.resize(n);
    std::iota(out.sorted.begin(), out.sorted.end(), 0u);
    std::sort(out.sorted.begin(), out.sorted.end(),
              [&](std::uint32_t a, std::uint32_t b) { return out.nodes[a] < out.nodes[b]; });
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t node = out.nodes[i];
        const auto row = columns.subspan(rows[node], degree(node));
        std::uint32_t inside = 0;
        if (row.size() <= 8 * n) {
            for (std::uint32_t other : row) {
                const auto it = walker.index().find(other);
                if (it == walker.index().end())
                    continue;
                ++inside;
                if (i < it->second)
                    out.edges.insert(out.edges.end(), {i, it->second});
            }
        } else {
            for (std::uint32_t j : out.sorted) {
                if (!std::binary_search(row.begin(), row.end(), out.nodes[j]))
                    continue;
                ++inside;
                if (i < j)
                    out.edges.insert(out.edges.end(), {i, j});
            }
        }
        out.hidden[i] = degree(node) - inside;
    }
    return out;
}

} // namespace ohm::graph
