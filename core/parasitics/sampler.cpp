// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/sampler.h"

#include "core/dataset/random.h"

#include <algorithm>
#include <numeric>

namespace ohm::parasitics {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFFu;

std::uint64_t keyOf(std::uint32_t node, std::uint32_t tree) {
    return (std::uint64_t{tree} << 32) | node;
}
std::size_t hashOf(std::uint64_t key) {
    return static_cast<std::size_t>(key * 0x9E3779B97F4A7C15ull >> 17);
}

} // namespace

NeighbourSampler::NeighbourSampler(const Adjacency& adjacency, SamplerOptions options)
    : m_adjacency(adjacency)
    , m_options(std::move(options)) {
    if (!m_options.disjoint)
        m_local.assign(adjacency.nodes(), 0);
}

std::uint32_t NeighbourSampler::find(std::uint32_t node, std::uint32_t tree) const {
    if (!m_options.disjoint)
        return m_local[node] - 1; // 0 becomes kNone
    if (m_slots.empty())
        return kNone;
    const std::uint64_t key = keyOf(node, tree);
    std::size_t slot = hashOf(key) & (m_slots.size() - 1);
    while (m_slots[slot].key != ~std::uint64_t{0}) {
        if (m_slots[slot].key == key)
            return m_slots[slot].local;
        slot = (slot + 1) & (m_slots.size() - 1);
    }
    return kNone;
}

std::uint32_t NeighbourSampler::localOf(Subgraph& out, std::uint32_t node, std::uint32_t tree) {
    const std::uint32_t known = find(node, tree);
    if (known != kNone)
        return known;
    const auto local = static_cast<std::uint32_t>(out.nodes.size());
    out.nodes.push_back(node);
    out.tree.push_back(tree);
    if (!m_options.disjoint) {
        m_local[node] = local + 1;
        return local;
    }
    if ((m_used + 1) * 2 > m_slots.size()) {
        std::vector<Slot> old = std::move(m_slots);
        m_slots.assign(std::max<std::size_t>(1024, old.size() * 2), Slot{});
        for (const Slot& entry : old) {
            if (entry.key == ~std::uint64_t{0})
                continue;
            std::size_t slot = hashOf(entry.key) & (m_slots.size() - 1);
            while (m_slots[slot].key != ~std::uint64_t{0})
                slot = (slot + 1) & (m_slots.size() - 1);
            m_slots[slot] = entry;
        }
    }
    const std::uint64_t key = keyOf(node, tree);
    std::size_t slot = hashOf(key) & (m_slots.size() - 1);
    while (m_slots[slot].key != ~std::uint64_t{0})
        slot = (slot + 1) & (m_slots.size() - 1);
    m_slots[slot] = {key, local};
    ++m_used;
    return local;
}

Subgraph NeighbourSampler::sample(std::span<const std::uint32_t> seeds, std::uint64_t seed) {
    std::vector<std::uint32_t> trees(seeds.size(), 0);
    if (m_options.disjoint)
        std::iota(trees.begin(), trees.end(), 0u);
    return run(seeds, trees, seed);
}

Subgraph NeighbourSampler::sampleLinks(std::span<const std::uint32_t> a,
                                       std::span<const std::uint32_t> b, std::uint64_t seed) {
    std::vector<std::uint32_t> seeds(a.begin(), a.end());
    seeds.insert(seeds.end(), b.begin(), b.end());
    std::vector<std::uint32_t> trees(seeds.size(), 0);
    if (m_options.disjoint) {
        for (std::size_t i = 0; i < seeds.size(); ++i)
            trees[i] = static_cast<std::uint32_t>(i % a.size());
    }
    return run(seeds, trees, seed);
}

Subgraph NeighbourSampler::run(std::span<const std::uint32_t> seeds,
                               std::span<const std::uint32_t> trees, std::uint64_t seed) {
    Subgraph out;
    dataset::Random random(seed, 11);
    struct Edge {
        std::uint32_t to, from;
    };
    std::vector<Edge> walked;
    for (std::size_t i = 0; i < seeds.size(); ++i)
        out.seeds.push_back(localOf(out, seeds[i], trees[i]));
    out.hops.push_back(static_cast<std::uint32_t>(out.nodes.size()));
    std::vector<std::uint32_t> chosen;
    std::uint32_t first = 0;
    for (const int fanout : m_options.fanouts) {
        const auto last = static_cast<std::uint32_t>(out.nodes.size());
        for (std::uint32_t local = first; local < last; ++local) {
            const auto all = m_adjacency.of(out.nodes[local]);
            const std::uint32_t tree = out.tree[local];
            const auto take = [&](std::uint32_t node) {
                const std::uint32_t other = localOf(out, node, tree);
                if (m_options.directed)
                    walked.push_back({local, other});
            };
            if (fanout < 0 || all.size() <= static_cast<std::size_t>(fanout)) {
                for (const std::uint32_t node : all)
                    take(node);
                continue;
            }
            // Floyd's sampling without replacement: as many draws as neighbours wanted.
            chosen.clear();
            const auto wanted = static_cast<std::size_t>(fanout);
            for (std::size_t k = all.size() - wanted; k < all.size(); ++k) {
                auto pick = static_cast<std::uint32_t>(random.below(k + 1));
                if (std::find(chosen.begin(), chosen.end(), pick) != chosen.end())
                    pick = static_cast<std::uint32_t>(k);
                chosen.push_back(pick);
                take(all[pick]);
            }
        }
        first = last;
        out.hops.push_back(static_cast<std::uint32_t>(out.nodes.size()));
    }
    const std::size_t count = out.nodes.size();
    out.rows.assign(count + 1, 0);
    if (m_options.directed) {
        for (const Edge& edge : walked)
            ++out.rows[edge.to + 1];
        std::partial_sum(out.rows.begin(), out.rows.end(), out.rows.begin());
        out.columns.resize(walked.size());
        std::vector<std::uint64_t> next(out.rows.begin(), out.rows.end() - 1);
        for (const Edge& edge : walked)
            out.columns[next[edge.to]++] = edge.from;
    } else {
        for (std::uint32_t local = 0; local < count; ++local) {
            for (const std::uint32_t node : m_adjacency.of(out.nodes[local])) {
                const std::uint32_t other = find(node, out.tree[local]);
                if (other != kNone)
                    out.columns.push_back(other);
            }
            out.rows[local + 1] = out.columns.size();
        }
    }
    if (m_options.disjoint) {
        if (m_slots.size() > 4 * m_used + 1024)
            m_slots.clear();
        else
            std::fill(m_slots.begin(), m_slots.end(), Slot{});
        m_used = 0;
    } else {
        for (const std::uint32_t node : out.nodes)
            m_local[node] = 0;
    }
    return out;
}

AnchorDistances anchorDistances(const Subgraph& s, std::size_t links, std::uint16_t most) {
    AnchorDistances d;
    const std::size_t count = s.nodes.size();
    std::vector<std::uint32_t> queue;
    const auto search = [&](std::size_t begin, std::vector<std::uint16_t>& distance) {
        distance.assign(count, most);
        queue.clear();
        for (std::size_t i = 0; i < links; ++i) {
            const std::uint32_t node = s.seeds[begin + i];
            if (distance[node] != 0)
                queue.push_back(node);
            distance[node] = 0;
        }
        for (std::size_t k = 0; k < queue.size(); ++k) {
            const std::uint32_t node = queue[k];
            if (distance[node] + 1 >= most)
                continue;
            for (std::uint64_t e = s.rows[node]; e < s.rows[node + 1]; ++e) {
                if (distance[s.columns[e]] == most) {
                    distance[s.columns[e]] = static_cast<std::uint16_t>(distance[node] + 1);
                    queue.push_back(s.columns[e]);
                }
            }
        }
    };
    search(0, d.toSource);
    search(links, d.toTarget);
    return d;
}

} // namespace ohm::parasitics
