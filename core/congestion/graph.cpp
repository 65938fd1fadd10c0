// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/graph.h"

#include <algorithm>

namespace ohm::congestion {
namespace {

constexpr std::size_t kCap = 8;

/// Values of `value` grouped by `key`, in order of the pins.
Neighbours grouped(std::size_t groups, const std::vector<std::int32_t>& key,
                   const std::vector<std::int32_t>& value) {
    Neighbours out;
    out.rowPtr.assign(groups + 1, 0);
    for (const std::int32_t k : key)
        ++out.rowPtr[static_cast<std::size_t>(k) + 1];
    for (std::size_t g = 0; g < groups; ++g)
        out.rowPtr[g + 1] += out.rowPtr[g];
    out.column.resize(value.size());
    auto next = out.rowPtr;
    for (std::size_t i = 0; i < key.size(); ++i)
        out.column[static_cast<std::size_t>(next[static_cast<std::size_t>(key[i])]++)] = value[i];
    return out;
}

/// Calls fn(m) for each node of the net with m pins on it; `pins` is sorted.
template <typename Fn>
void runs(const std::int32_t* pins, std::size_t count, Fn&& fn) {
    for (std::size_t i = 0; i < count;) {
        std::size_t j = i + 1;
        while (j < count && pins[j] == pins[i])
            ++j;
        fn(pins[i], j - i);
        i = j;
    }
}

Neighbours sortedNets(const Incidence& incidence) {
    Neighbours nets = grouped(incidence.nets, incidence.pinNet, incidence.pinNode);
    for (std::size_t n = 0; n < incidence.nets; ++n)
        std::sort(nets.column.begin() + nets.rowPtr[n], nets.column.begin() + nets.rowPtr[n + 1]);
    return nets;
}

} // namespace

GraphCounts countGraphs(const Incidence& incidence) {
    GraphCounts c;
    c.nodes = incidence.nodes;
    c.nets = incidence.nets;
    c.pins = incidence.pins();
    const Neighbours nets = sortedNets(incidence);
    std::size_t two = 0, few = 0;
    for (std::size_t n = 0; n < incidence.nets; ++n) {
        const auto d = static_cast<std::size_t>(nets.rowPtr[n + 1] - nets.rowPtr[n]);
        std::size_t squares = 0, distinct = 0;
        runs(nets.column.data() + nets.rowPtr[n], d, [&](std::int32_t, std::size_t m) {
            squares += m * m;
            ++distinct;
        });
        c.distinctPairs += distinct;
        c.cliqueEdges += d * d - squares;
        c.perNetUnique += distinct * (distinct - std::min<std::size_t>(1, distinct));
        c.capped8 += distinct > kCap ? distinct * (kCap - 1)
                                     : distinct * (distinct - std::min<std::size_t>(1, distinct));
        if (d < 4) {
            c.directTerms += d * d - squares;
        } else {
            c.directTerms += 2 * d;
            ++c.directNets;
        }
        c.largestNet = std::max(c.largestNet, d);
        two += d == 2;
        few += d <= kCap;
    }
    c.withSelfLoops = c.cliqueEdges + c.nodes;
    c.hyperTerms = 2 * c.pins;
    if (c.nets > 0) {
        c.meanNetPins = static_cast<double>(c.pins) / static_cast<double>(c.nets);
        c.shareOfTwo = static_cast<double>(two) / static_cast<double>(c.nets);
        c.shareUpTo8 = static_cast<double>(few) / static_cast<double>(c.nets);
    }
    return c;
}

Expected<Neighbours> cliqueGraph(const Incidence& incidence, CliqueKind kind,
                                 std::size_t maxEdges) {
    const std::size_t edges = countGraphs(incidence).cliqueEdges;
    if (edges > maxEdges)
        return fail("CONG-050", "The clique graph of the netlist is too large",
                    std::to_string(edges) + " edges, at most " + std::to_string(maxEdges), {},
                    "Aggregate over nets instead");
    const Neighbours nets = grouped(incidence.nets, incidence.pinNet, incidence.pinNode);
    const Neighbours nodes = grouped(incidence.nodes, incidence.pinNode, incidence.pinNet);
    Neighbours out;
    out.rowPtr.reserve(incidence.nodes + 1);
    out.rowPtr.push_back(0);
    out.column.reserve(kind == CliqueKind::Multiplicity ? edges : edges / 2);
    for (std::size_t i = 0; i < incidence.nodes; ++i) {
        const auto begin = static_cast<std::ptrdiff_t>(out.column.size());
        for (auto p = nodes.rowPtr[i]; p < nodes.rowPtr[i + 1]; ++p) {
            const auto net = static_cast<std::size_t>(nodes.column[static_cast<std::size_t>(p)]);
            for (auto q = nets.rowPtr[net]; q < nets.rowPtr[net + 1]; ++q) {
                const std::int32_t other = nets.column[static_cast<std::size_t>(q)];
                if (other != static_cast<std::int32_t>(i))
                    out.column.push_back(other);
            }
        }
        if (kind == CliqueKind::Simple) {
            std::sort(out.column.begin() + begin, out.column.end());
            out.column.erase(std::unique(out.column.begin() + begin, out.column.end()),
                             out.column.end());
        }
        out.rowPtr.push_back(static_cast<std::int64_t>(out.column.size()));
    }
    return out;
}

FactorisedGraph factorisedGraph(const Incidence& incidence) {
    FactorisedGraph out;
    out.netsOfNode = grouped(incidence.nodes, incidence.pinNode, incidence.pinNet);
    out.nodesOfNet = grouped(incidence.nets, incidence.pinNet, incidence.pinNode);
    out.self.assign(incidence.nodes, 0);
    std::vector<std::int32_t> nets;
    for (std::size_t i = 0; i < incidence.nodes; ++i) {
        nets.assign(out.netsOfNode.column.begin() + out.netsOfNode.rowPtr[i],
                    out.netsOfNode.column.begin() + out.netsOfNode.rowPtr[i + 1]);
        std::sort(nets.begin(), nets.end());
        runs(nets.data(), nets.size(),
             [&](std::int32_t, std::size_t m) { out.self[i] += static_cast<std::int64_t>(m * m); });
    }
    return out;
}

} // namespace ohm::congestion
