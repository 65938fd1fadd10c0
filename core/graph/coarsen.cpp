// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/coarsen.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ohm::graph {

namespace {

constexpr std::uint32_t kUnmatched = 0xFFFFFFFFu;
constexpr float kUsualDegree = 8;
constexpr std::uint32_t kMostSharing = 12;

} // namespace

std::uint64_t Random::next() {
    std::uint64_t z = (m_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

SpringGraph springGraph(std::size_t nodes, std::span<const std::uint32_t> edges) {
    SpringGraph graph;
    graph.masses.assign(nodes, 1.0f);
    graph.rows.assign(nodes + 1, 0);
    for (std::uint32_t node : edges)
        ++graph.rows[node + 1];
    for (std::size_t i = 1; i < graph.rows.size(); ++i)
        graph.rows[i] += graph.rows[i - 1];
    graph.columns.resize(edges.size());
    graph.weights.resize(edges.size());
    std::vector<std::uint32_t> fill(graph.rows.begin(), graph.rows.end() - 1);
    const auto degree = [&](std::uint32_t node) { return graph.rows[node + 1] - graph.rows[node]; };
    for (std::size_t e = 0; e + 1 < edges.size(); e += 2) {
        const std::uint32_t u = edges[e];
        const std::uint32_t v = edges[e + 1];
        const auto hub = static_cast<float>(std::max(degree(u), degree(v)));
        const float weight = hub <= kUsualDegree ? 1.0f : std::pow(kUsualDegree / hub, 1.5f);
        graph.columns[fill[u]] = v;
        graph.weights[fill[u]++] = weight;
        graph.columns[fill[v]] = u;
        graph.weights[fill[v]++] = weight;
    }
    return graph;
}

SpringGraph coarsen(const SpringGraph& fine, std::uint64_t seed,
                    std::vector<std::uint32_t>& parent) {
    const auto n = static_cast<std::uint32_t>(fine.size());
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    Random random(seed);
    for (std::uint32_t i = n; i > 1; --i)
        std::swap(order[i - 1], order[random.next() % i]);

    std::vector<std::uint32_t> mate(n, kUnmatched);
    for (std::uint32_t u : order) {
        if (mate[u] != kUnmatched)
            continue;
        float best = 0;
        std::uint32_t partner = kUnmatched;
        for (std::uint32_t k = fine.rows[u]; k < fine.rows[u + 1]; ++k) {
            const std::uint32_t v = fine.columns[k];
            const float score = fine.weights[k] / fine.masses[v];
            if (mate[v] == kUnmatched && score > best) {
                best = score;
                partner = v;
            }
        }
        if (partner != kUnmatched) {
            mate[u] = partner;
            mate[partner] = u;
        }
    }
    for (std::uint32_t hub : order) {
        std::uint32_t waiting = kUnmatched;
        // Two terminals on one supply may be far apart otherwise: only leaves are paired there.
        const bool supply = fine.rows[hub + 1] - fine.rows[hub] > kMostSharing;
        for (std::uint32_t k = fine.rows[hub]; k < fine.rows[hub + 1]; ++k) {
            const std::uint32_t v = fine.columns[k];
            if (mate[v] != kUnmatched || (supply && fine.rows[v + 1] - fine.rows[v] > 1))
                continue;
            if (waiting == kUnmatched) {
                waiting = v;
            } else {
                mate[v] = waiting;
                mate[waiting] = v;
                waiting = kUnmatched;
            }
        }
    }

    parent.assign(n, kUnmatched);
    SpringGraph coarse;
    std::vector<std::uint32_t> firstOf;
    for (std::uint32_t u = 0; u < n; ++u) {
        if (parent[u] != kUnmatched)
            continue;
        const auto id = static_cast<std::uint32_t>(firstOf.size());
        firstOf.push_back(u);
        parent[u] = id;
        float mass = fine.masses[u];
        if (mate[u] != kUnmatched) {
            parent[mate[u]] = id;
            mass += fine.masses[mate[u]];
        }
        coarse.masses.push_back(mass);
    }

    // Springs between coarse nodes add up. `slot` remembers where a neighbour of the present row
    // is.
    coarse.rows.reserve(firstOf.size() + 1);
    coarse.rows.push_back(0);
    std::vector<std::uint32_t> slot(firstOf.size(), kUnmatched);
    for (std::uint32_t id = 0; id < firstOf.size(); ++id) {
        const auto start = static_cast<std::uint32_t>(coarse.columns.size());
        const auto take = [&](std::uint32_t u) {
            for (std::uint32_t k = fine.rows[u]; k < fine.rows[u + 1]; ++k) {
                const std::uint32_t other = parent[fine.columns[k]];
                if (other == id)
                    continue;
                if (slot[other] == kUnmatched || slot[other] < start ||
                    slot[other] >= coarse.columns.size() || coarse.columns[slot[other]] != other) {
                    slot[other] = static_cast<std::uint32_t>(coarse.columns.size());
                    coarse.columns.push_back(other);
                    coarse.weights.push_back(fine.weights[k]);
                } else {
                    coarse.weights[slot[other]] += fine.weights[k];
                }
            }
        };
        take(firstOf[id]);
        if (mate[firstOf[id]] != kUnmatched)
            take(mate[firstOf[id]]);
        coarse.rows.push_back(static_cast<std::uint32_t>(coarse.columns.size()));
    }
    return coarse;
}

} // namespace ohm::graph
