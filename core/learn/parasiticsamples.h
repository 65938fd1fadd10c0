// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

#include "core/dataset/random.h"
#include "core/learn/parasiticnet.h"
#include "core/parasitics/sampler.h"

#include <random>

namespace ohm::learn {

/// Labelled pairs or nets of several designs.
struct ParasiticSamples {
    std::vector<std::int64_t> a,
        b;                    ///< classes of the quotient (circuitgps: nodes); b empty for nets
    std::vector<float> label; ///< normalised, or 0/1 of a link
    std::vector<std::int64_t> klass;
    std::vector<float> features; ///< [n, kPairFeatures], raw; empty unless the network uses them
    std::vector<std::uint32_t> design;
    std::vector<std::size_t> training, validation;
    std::size_t size() const { return label.size(); }
};

/// Collects and splits. `classOf` of the quotient, or empty lists to keep node numbers. Errors:
/// LEARN-010 too few labels.
Expected<ParasiticSamples> collectSamples(const ParasiticSpec& spec,
                                          const std::vector<const parasitics::Design*>& designs,
                                          const std::vector<std::vector<std::uint32_t>>& classOf);

/// How training samples are drawn: with replacement, designs by the square root of how many each
/// has, for the largest alone would be all there is. Thread: any (const).
class ParasiticDraw {
public:
    ParasiticDraw() = default;
    explicit ParasiticDraw(const ParasiticSamples& samples);

    /// Numbers of samples.
    std::vector<std::int64_t> draw(dataset::Random& random, std::size_t count) const;
    /// Of each training sample, the probability that it is the next; they add up to 1. What losses
    /// know of the labels (priors, mixture, bins) is weighed by it, else it would be that of other
    /// labels than the network meets.
    const std::vector<double>& chances() const { return m_chances; }

private:
    std::vector<std::size_t> m_samples;
    std::vector<double> m_cumulative, m_chances;
};

/// Node states for circuitgps from sampled subgraphs of one graph. Equal nodes of a batch are
/// computed once: its subgraphs are mostly alike.
class AnchorBatches {
public:
    AnchorBatches(const parasitics::CircuitGraph& graph, const ParasiticSpec& spec,
                  const ParasiticCheckpoint& scales);
    /// What the head sees of links (a, b) or of nets (b empty).
    torch::Tensor joined(ParasiticNetImpl& net, std::span<const std::uint32_t> a,
                         std::span<const std::uint32_t> b, std::uint64_t seed);

private:
    const parasitics::CircuitGraph& m_graph;
    parasitics::Adjacency m_adjacency;
    parasitics::NeighbourSampler m_sampler;
    std::vector<std::uint8_t> m_kinds, m_roles;
    std::vector<float> m_stats;          ///< scaled, [nodes, kNetStats]
    std::vector<std::uint64_t> m_colour; ///< [nodes] of kind, role and statistics
    int m_layers;
};

/// The kinds and raw statistics of every node, as the quotient has them per class.
void nodeStatistics(const parasitics::CircuitGraph& graph, std::vector<std::uint8_t>& kinds,
                    std::vector<float>& stats);

} // namespace ohm::learn
