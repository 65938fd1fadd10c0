// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/quotient.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <unordered_set>

namespace ohm::parasitics {
namespace {

std::uint64_t mix(std::uint64_t z) {
    z += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

/// The leading bits of a statistic: sums in another order must not part equal nodes.
std::uint32_t rounded(float value) {
    return (std::bit_cast<std::uint32_t>(value) + 0x200u) & ~0x3FFu;
}

std::uint64_t hashOf(const float* values, std::size_t count, std::uint64_t h) {
    for (std::size_t i = 0; i < count; ++i)
        h = mix(h ^ rounded(values[i]));
    return h;
}

std::vector<std::uint64_t> firstColours(const CircuitGraph& g, Likeness likeness) {
    std::vector<std::uint64_t> colour(g.nodes());
    if (likeness == Likeness::Kinds) {
        for (std::uint32_t n = 0; n < g.nodes(); ++n)
            colour[n] = mix(static_cast<std::uint64_t>(g.kind(n)));
        return colour;
    }
    for (std::uint32_t n = 0; n < g.nets; ++n)
        colour[n] = hashOf(g.netStats.data() + std::size_t{n} * kNetStats, kNetStats, 1);
    for (std::uint32_t d = 0; d < g.devices; ++d)
        colour[g.deviceNode(d)] =
            hashOf(g.deviceStats.data() + std::size_t{d} * kDeviceStats, kDeviceStats, 2);
    for (std::uint32_t p = 0; p < g.pins; ++p)
        colour[g.pinNode(p)] =
            mix(mix(3) ^ (std::uint64_t{g.pinRole[p]} << 8) ^ std::uint64_t{g.pinRail[p]});
    return colour;
}

std::size_t distinct(const std::vector<std::vector<std::uint64_t>>& colours) {
    std::unordered_set<std::uint64_t> seen;
    for (const auto& list : colours)
        seen.insert(list.begin(), list.end());
    return seen.size();
}

} // namespace

Quotient refine(std::span<const CircuitGraph* const> graphs, int rounds, Likeness likeness) {
    Quotient q;
    std::vector<Adjacency> adjacency;
    std::vector<std::vector<std::uint64_t>> colours;
    for (const CircuitGraph* g : graphs) {
        adjacency.push_back(adjacencyOf(*g));
        colours.push_back(firstColours(*g, likeness));
    }
    if (likeness != Likeness::Nothing) {
        std::size_t before = distinct(colours);
        for (; q.rounds < rounds; ++q.rounds) {
            for (std::size_t i = 0; i < graphs.size(); ++i) {
                const std::vector<std::uint64_t> old = colours[i];
                for (std::uint32_t n = 0; n < old.size(); ++n) {
                    std::uint64_t sum = 0; // of a multiset: the order does not count
                    for (const std::uint32_t other : adjacency[i].of(n))
                        sum += mix(old[other]);
                    colours[i][n] = mix(old[n] ^ mix(sum));
                }
            }
            const std::size_t now = distinct(colours);
            if (now == before)
                break;
            before = now;
        }
    } else {
        q.rounds = rounds;
        std::uint64_t number = 0;
        for (auto& list : colours) {
            for (auto& colour : list)
                colour = number++;
        }
    }
    std::unordered_map<std::uint64_t, std::uint32_t> classes;
    std::vector<std::pair<std::size_t, std::uint32_t>> representative;
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        std::vector<std::uint32_t> of(colours[i].size());
        for (std::uint32_t n = 0; n < of.size(); ++n) {
            const auto [it, fresh] = classes.emplace(colours[i][n], q.classes);
            if (fresh) {
                ++q.classes;
                q.members.push_back(0);
                representative.emplace_back(i, n);
            }
            of[n] = it->second;
            q.members[it->second] += 1;
        }
        q.classOf.push_back(std::move(of));
    }
    q.stats.assign(std::size_t{q.classes} * kNetStats, 0);
    q.rows.push_back(0);
    std::vector<std::int32_t> neighbours;
    for (std::uint32_t c = 0; c < q.classes; ++c) {
        const auto [i, n] = representative[c];
        const CircuitGraph& g = *graphs[i];
        const NodeKind kind = g.kind(n);
        q.kind.push_back(static_cast<std::uint8_t>(kind));
        q.role.push_back(0);
        q.rail.push_back(0);
        q.deviceType.push_back(0);
        float* stats = q.stats.data() + std::size_t{c} * kNetStats;
        if (kind == NodeKind::Net) {
            std::copy_n(g.netStats.data() + std::size_t{n} * kNetStats, kNetStats, stats);
        } else if (kind == NodeKind::Device) {
            const std::uint32_t d = n - g.nets;
            std::copy_n(g.deviceStats.data() + std::size_t{d} * kDeviceStats, kDeviceStats, stats);
            q.deviceType.back() = g.deviceType[d];
        } else {
            const std::uint32_t p = n - g.nets - g.devices;
            q.role.back() = g.pinRole[p];
            q.rail.back() = g.pinRail[p];
        }
        neighbours.clear();
        for (const std::uint32_t other : adjacency[i].of(n))
            neighbours.push_back(static_cast<std::int32_t>(q.classOf[i][other]));
        std::sort(neighbours.begin(), neighbours.end());
        for (std::size_t k = 0; k < neighbours.size();) {
            std::size_t end = k;
            while (end < neighbours.size() && neighbours[end] == neighbours[k])
                ++end;
            q.columns.push_back(neighbours[k]);
            q.counts.push_back(static_cast<float>(end - k));
            k = end;
        }
        q.rows.push_back(static_cast<std::int64_t>(q.columns.size()));
        q.degree.push_back(static_cast<float>(neighbours.size()));
    }
    return q;
}

std::vector<std::uint32_t> coarsen(const Quotient& fine, const Quotient& coarse) {
    std::vector<std::uint32_t> of(fine.classes, 0);
    for (std::size_t i = 0; i < fine.classOf.size(); ++i) {
        for (std::size_t n = 0; n < fine.classOf[i].size(); ++n)
            of[fine.classOf[i][n]] = coarse.classOf[i][n];
    }
    return of;
}

} // namespace ohm::parasitics
