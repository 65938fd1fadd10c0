// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/parasiticsamples.h"

#include "core/parasitics/pairs.h"
#include "core/parasitics/subgraphclasses.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace ohm::learn {
namespace {

using parasitics::Design;
using parasitics::Quantity;

/// Extractions that print only what is above a threshold say nothing about what does not couple.
constexpr float kFineThreshold = 5e-18F;

std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

class Collection {
public:
    Collection(const ParasiticSpec& spec, const std::vector<std::vector<std::uint32_t>>& classOf)
        : m_spec(spec)
        , m_classOf(classOf) {}

    void pair(std::uint32_t design, std::uint32_t a, std::uint32_t b, float label,
              const parasitics::PairContext* context) {
        add(design, a, label);
        out.b.push_back(place(design, b));
        if (context) {
            out.features.resize(out.features.size() + parasitics::kPairFeatures);
            context->features(
                a, b, out.features.data() + out.features.size() - parasitics::kPairFeatures);
        }
        const auto low = static_cast<std::uint64_t>(std::min(out.a.back(), out.b.back()));
        const auto high = static_cast<std::uint64_t>(std::max(out.a.back(), out.b.back()));
        split(mixed((high << 32) + low + 1));
    }
    void net(std::uint32_t design, std::uint32_t net, float label) {
        add(design, net, label);
        split(mixed(static_cast<std::uint64_t>(out.a.back()) + 1));
    }
    ParasiticSamples out;

private:
    std::int64_t place(std::uint32_t design, std::uint32_t node) const {
        return m_classOf.empty() ? node : m_classOf[design][node];
    }
    void add(std::uint32_t design, std::uint32_t node, float label) {
        out.a.push_back(place(design, node));
        out.label.push_back(label);
        out.klass.push_back(parasitics::classOf(static_cast<double>(label)));
        out.design.push_back(design);
    }
    /// Equal neighbourhoods stay on one side: the side follows from the classes alone.
    void split(std::uint64_t key) {
        const double at =
            static_cast<double>(mixed(key + m_spec.seed * 0x9E3779B97F4A7C15ull) >> 11) * 0x1.0p-53;
        (at < m_spec.validationShare ? out.validation : out.training).push_back(out.size() - 1);
    }
    const ParasiticSpec& m_spec;
    const std::vector<std::vector<std::uint32_t>>& m_classOf;
};

} // namespace

Expected<ParasiticSamples> collectSamples(const ParasiticSpec& spec,
                                          const std::vector<const Design*>& designs,
                                          const std::vector<std::vector<std::uint32_t>>& classOf) {
    Collection all(spec, classOf);
    const bool features = spec.method == "ohmscape" && spec.task != "ground";
    for (std::uint32_t d = 0; d < designs.size(); ++d) {
        const Design& design = *designs[d];
        if (spec.task == "ground") {
            for (std::uint32_t n = 0; n < design.graph.nets; ++n) {
                if (design.ground[n] > 0)
                    all.net(d, n,
                            static_cast<float>(parasitics::normalized(
                                static_cast<double>(design.ground[n]), Quantity::Ground)));
            }
            continue;
        }
        const parasitics::PairContext context(design.graph);
        const auto* used = features ? &context : nullptr;
        if (spec.task == "coupling") {
            for (const parasitics::Coupling& c : design.couplings) {
                const auto farad = static_cast<double>(c.farad);
                if (farad > parasitics::kLeastCoupling && farad < parasitics::kMostCoupling)
                    all.pair(d, c.a, c.b,
                             static_cast<float>(parasitics::normalized(farad, Quantity::Coupling)),
                             used);
            }
            continue;
        }
        float least = 1;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> coupled;
        for (const parasitics::Coupling& c : design.couplings) {
            least = std::min(least, c.farad);
            coupled.emplace_back(c.a, c.b);
        }
        if (least > kFineThreshold)
            continue;
        for (const auto& [a, b] : context.candidates())
            all.pair(d, a, b,
                     std::binary_search(coupled.begin(), coupled.end(), std::make_pair(a, b))
                         ? 1.0F
                         : 0.0F,
                     used);
    }
    if (all.out.training.size() < 4 || all.out.validation.empty())
        return fail("LEARN-010", "There are too few labels to learn from",
                    std::to_string(all.out.size()) + " of the task " + spec.task);
    return std::move(all.out);
}

void nodeStatistics(const parasitics::CircuitGraph& g, std::vector<std::uint8_t>& kinds,
                    std::vector<float>& stats) {
    kinds.assign(g.nodes(), 0);
    stats.assign(std::size_t{g.nodes()} * parasitics::kNetStats, 0);
    std::copy(g.netStats.begin(), g.netStats.end(), stats.begin());
    for (std::uint32_t d = 0; d < g.devices; ++d) {
        kinds[g.deviceNode(d)] = 1;
        std::copy_n(g.deviceStats.data() + std::size_t{d} * parasitics::kDeviceStats,
                    parasitics::kDeviceStats,
                    stats.data() + std::size_t{g.deviceNode(d)} * parasitics::kNetStats);
    }
    for (std::uint32_t p = 0; p < g.pins; ++p)
        kinds[g.pinNode(p)] = 2;
}

namespace {

/// ClusterGCN's matrix with self loops over classes, and its transpose.
SparseMatrix clusterMatrix(const parasitics::SubgraphClasses& classes) {
    const std::size_t count = classes.count();
    std::vector<std::int64_t> rows{0}, rowsT(count + 1, 0);
    std::vector<std::int32_t> columns;
    std::vector<float> weights;
    const auto add = [&](std::size_t column, float weight) {
        columns.push_back(static_cast<std::int32_t>(column));
        weights.push_back(weight);
        ++rowsT[column + 1];
    };
    for (std::size_t i = 0; i < count; ++i) {
        float degree = 1;
        for (std::uint64_t e = classes.rows[i]; e < classes.rows[i + 1]; ++e)
            degree += classes.counts[e];
        add(i, 1 / degree);
        for (std::uint64_t e = classes.rows[i]; e < classes.rows[i + 1]; ++e)
            add(classes.columns[e], classes.counts[e] / degree);
        rows.push_back(static_cast<std::int64_t>(columns.size()));
    }
    for (std::size_t i = 0; i < count; ++i)
        rowsT[i + 1] += rowsT[i];
    std::vector<std::int64_t> fill(rowsT.begin(), rowsT.end() - 1);
    std::vector<std::int32_t> columnsT(columns.size());
    std::vector<float> weightsT(columns.size());
    for (std::size_t i = 0; i < count; ++i) {
        for (auto e = static_cast<std::size_t>(rows[i]); e < static_cast<std::size_t>(rows[i + 1]);
             ++e) {
            const auto at = static_cast<std::size_t>(fill[static_cast<std::size_t>(columns[e])]++);
            columnsT[at] = static_cast<std::int32_t>(i);
            weightsT[at] = weights[e];
        }
    }
    SparseMatrix m;
    m.rows = torch::tensor(rows);
    m.rowsT = torch::tensor(rowsT);
    m.columns = torch::tensor(columns, torch::kInt32);
    m.columnsT = torch::tensor(columnsT, torch::kInt32);
    m.weights = torch::tensor(weights);
    m.weightsT = torch::tensor(weightsT);
    return m;
}

} // namespace

AnchorBatches::AnchorBatches(const parasitics::CircuitGraph& graph, const ParasiticSpec& spec,
                             const ParasiticCheckpoint& scales)
    : m_graph(graph)
    , m_adjacency(parasitics::adjacencyOf(graph))
    , m_sampler(m_adjacency, {std::vector<int>(static_cast<std::size_t>(spec.hops),
                                               static_cast<int>(spec.fanout)),
                              true, false}) {
    nodeStatistics(graph, m_kinds, m_stats);
    scaleStatistics(m_stats, m_kinds, scales, logarithmic(spec));
    m_roles.assign(graph.nodes(), 0);
    for (std::uint32_t p = 0; p < graph.pins; ++p)
        m_roles[graph.pinNode(p)] = graph.pinRole[p];
    m_layers = static_cast<int>(spec.layers);
    for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
        std::uint64_t colour = mixed(1 + m_kinds[node] + 4 * std::uint64_t{m_roles[node]});
        for (std::size_t c = 0; c < parasitics::kNetStats; ++c)
            colour = mixed(colour ^ std::bit_cast<std::uint32_t>(
                                        m_stats[std::size_t{node} * parasitics::kNetStats + c]));
        m_colour.push_back(colour);
    }
}

torch::Tensor AnchorBatches::joined(ParasiticNetImpl& net, std::span<const std::uint32_t> a,
                                    std::span<const std::uint32_t> b, std::uint64_t seed) {
    const bool links = !b.empty();
    const parasitics::Subgraph s =
        links ? m_sampler.sampleLinks(a, b, seed) : m_sampler.sample(a, seed);
    // A net is its own second anchor.
    parasitics::AnchorDistances d;
    if (links) {
        d = parasitics::anchorDistances(s, a.size(), kMostDistance);
    } else {
        parasitics::Subgraph twice = s;
        twice.seeds.insert(twice.seeds.end(), s.seeds.begin(), s.seeds.end());
        d = parasitics::anchorDistances(twice, a.size(), kMostDistance);
    }
    std::vector<std::uint64_t> colour(s.nodes.size());
    for (std::size_t i = 0; i < colour.size(); ++i)
        colour[i] =
            mixed(m_colour[s.nodes[i]] + (std::uint64_t{d.toSource[i]} << 16) + d.toTarget[i]);
    const auto classes = parasitics::joinEqual(s, std::move(colour), m_layers);
    const std::size_t count = classes.count();
    std::vector<std::int64_t> kind(count), role(count), source(count), target(count);
    std::vector<float> stats(count * parasitics::kNetStats);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t local = classes.member[i], node = s.nodes[local];
        kind[i] = m_kinds[node];
        role[i] = m_roles[node];
        source[i] = d.toSource[local];
        target[i] = d.toTarget[local];
        std::copy_n(m_stats.data() + std::size_t{node} * parasitics::kNetStats,
                    parasitics::kNetStats, stats.data() + i * parasitics::kNetStats);
    }
    const SparseMatrix m = clusterMatrix(classes);
    const torch::Tensor states =
        net.nodes(m, torch::tensor(kind), torch::tensor(role),
                  torch::tensor(stats).view({static_cast<std::int64_t>(count),
                                             static_cast<std::int64_t>(parasitics::kNetStats)}),
                  torch::tensor(source), torch::tensor(target));
    std::vector<std::int64_t> first(s.seeds.begin(),
                                    s.seeds.begin() + static_cast<std::ptrdiff_t>(a.size()));
    std::vector<std::int64_t> second(s.seeds.begin() + static_cast<std::ptrdiff_t>(a.size()),
                                     s.seeds.end());
    for (auto* seeds : {&first, &second}) {
        for (std::int64_t& node : *seeds)
            node = classes.classOf[static_cast<std::size_t>(node)];
    }
    return net.join(states, torch::tensor(first), links ? torch::tensor(second) : torch::Tensor(),
                    {});
}

ParasiticDraw::ParasiticDraw(const ParasiticSamples& samples)
    : m_samples(samples.training) {
    std::vector<double> sizes;
    for (const std::size_t i : m_samples) {
        sizes.resize(std::max<std::size_t>(sizes.size(), samples.design[i] + 1), 0);
        sizes[samples.design[i]] += 1;
    }
    double sum = 0;
    for (const std::size_t i : m_samples) {
        sum += 1 / std::sqrt(sizes[samples.design[i]]);
        m_cumulative.push_back(sum);
    }
    for (const std::size_t i : m_samples)
        m_chances.push_back(1 / std::sqrt(sizes[samples.design[i]]) / sum);
}

std::vector<std::int64_t> ParasiticDraw::draw(dataset::Random& random, std::size_t count) const {
    std::vector<std::int64_t> chosen;
    for (std::size_t i = 0; i < count && !m_samples.empty(); ++i) {
        const double at = random.uniform() * m_cumulative.back();
        const auto it = std::upper_bound(m_cumulative.begin(), m_cumulative.end(), at);
        const auto k = std::min<std::size_t>(static_cast<std::size_t>(it - m_cumulative.begin()),
                                             m_samples.size() - 1);
        chosen.push_back(static_cast<std::int64_t>(m_samples[k]));
    }
    return chosen;
}

} // namespace ohm::learn
