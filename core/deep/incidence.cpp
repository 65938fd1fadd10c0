// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/incidence.h"

#include <algorithm>
#include <limits>
#include <string>

namespace ohm::deep {
namespace {

/// Calls fn(m) for every run of equal entries in the ascending range.
template <typename Fn>
void forRuns(const std::int32_t* begin, const std::int32_t* end, Fn&& fn) {
    while (begin != end) {
        const std::int32_t* next = begin;
        while (next != end && *next == *begin)
            ++next;
        fn(*begin, static_cast<std::int64_t>(next - begin));
        begin = next;
    }
}

/// Counting sort of pins by one end, keeping the order of the others.
void sortBy(std::int64_t count, std::span<const Pin> pins, bool byNet,
            std::vector<std::int32_t>& start, std::vector<std::int32_t>& others) {
    start.assign(static_cast<std::size_t>(count) + 1, 0);
    for (const Pin& pin : pins)
        ++start[static_cast<std::size_t>(byNet ? pin.net : pin.node) + 1];
    for (std::size_t i = 1; i < start.size(); ++i)
        start[i] += start[i - 1];
    others.resize(pins.size());
    std::vector<std::int32_t> next(start.begin(), start.end() - 1);
    for (const Pin& pin : pins) {
        auto& at = next[static_cast<std::size_t>(byNet ? pin.net : pin.node)];
        others[static_cast<std::size_t>(at++)] = byNet ? pin.node : pin.net;
    }
    for (std::size_t i = 0; i + 1 < start.size(); ++i)
        std::sort(others.begin() + start[i], others.begin() + start[i + 1]);
}

} // namespace

Expected<Incidence> makeIncidence(std::int64_t nodes, std::int64_t nets,
                                  std::span<const Pin> pins) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max() - 1;
    if (nodes < 1 || nodes > kMost || nets < 0 || nets > kMost ||
        static_cast<std::int64_t>(pins.size()) > kMost)
        return fail("DEEP-001", "A graph needs at least one node and at most 2^31 nodes and pins");
    for (const Pin& pin : pins) {
        if (pin.net < 0 || pin.net >= nets || pin.node < 0 || pin.node >= nodes)
            return fail("DEEP-001", "A pin refers to a node or net that does not exist",
                        "net " + std::to_string(pin.net) + ", node " + std::to_string(pin.node));
    }
    Incidence graph;
    graph.nodes = nodes;
    graph.nets = nets;
    sortBy(nets, pins, true, graph.netStart, graph.netNodes);
    sortBy(nodes, pins, false, graph.nodeStart, graph.nodeNets);
    return graph;
}

Expected<Incidence> makeIncidence(std::int64_t nodes, std::int64_t nets,
                                  std::span<const std::int32_t> pinNets,
                                  std::span<const std::int32_t> pinNodes) {
    if (pinNets.size() != pinNodes.size())
        return fail("DEEP-001", "Every pin needs a net and a node",
                    std::to_string(pinNets.size()) + " nets, " + std::to_string(pinNodes.size()) +
                        " nodes");
    std::vector<Pin> pins(pinNets.size());
    for (std::size_t i = 0; i < pins.size(); ++i)
        pins[i] = {pinNets[i], pinNodes[i]};
    return makeIncidence(nodes, nets, pins);
}

std::int64_t cliqueEdges(const Incidence& graph) {
    std::int64_t edges = 0;
    for (std::size_t e = 0; e < static_cast<std::size_t>(graph.nets); ++e) {
        const std::int64_t pins = graph.pinsOf(static_cast<std::int64_t>(e));
        edges += pins * pins;
        forRuns(graph.netNodes.data() + graph.netStart[e],
                graph.netNodes.data() + graph.netStart[e + 1],
                [&](std::int32_t, std::int64_t m) { edges -= m * m; });
    }
    return edges;
}

std::vector<std::int64_t> cliqueDegrees(const Incidence& graph) {
    std::vector<std::int64_t> degrees(static_cast<std::size_t>(graph.nodes), 0);
    for (std::size_t i = 0; i < degrees.size(); ++i) {
        forRuns(
            graph.nodeNets.data() + graph.nodeStart[i],
            graph.nodeNets.data() + graph.nodeStart[i + 1],
            [&](std::int32_t net, std::int64_t m) { degrees[i] += m * (graph.pinsOf(net) - m); });
    }
    return degrees;
}

CliqueGraph expandCliques(const Incidence& graph) {
    CliqueGraph out;
    const auto degrees = cliqueDegrees(graph);
    out.start.assign(degrees.size() + 1, 0);
    for (std::size_t i = 0; i < degrees.size(); ++i)
        out.start[i + 1] = out.start[i] + degrees[i];
    out.sources.resize(static_cast<std::size_t>(out.start.back()));
    for (std::size_t i = 0; i < degrees.size(); ++i) {
        auto at = static_cast<std::size_t>(out.start[i]);
        for (std::int32_t p = graph.nodeStart[i]; p < graph.nodeStart[i + 1]; ++p) {
            const auto net = static_cast<std::size_t>(graph.nodeNets[static_cast<std::size_t>(p)]);
            for (std::int32_t q = graph.netStart[net]; q < graph.netStart[net + 1]; ++q) {
                const std::int32_t j = graph.netNodes[static_cast<std::size_t>(q)];
                if (j != static_cast<std::int32_t>(i))
                    out.sources[at++] = j;
            }
        }
    }
    return out;
}

} // namespace ohm::deep
