// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/explore/affinities.h"
#include "core/explore/repulsion.h"

#include <memory>
#include <optional>
#include <vector>

namespace ohm::explore {

struct TsneOptions {
    double perplexity = 30;
    double exaggeration = 12; ///< of the attraction, at first
    int exaggerationSteps = 250;
    int steps = 1000; ///< planned, the exaggerated ones included
    enum class Method { Automatic, Exact, Fourier } method = Method::Automatic;
    int threads = 0;
    std::uint64_t seed = 0; ///< of the tiny noise that parts points lying on one spot
};

/// Throws nothing away between steps: t-SNE (van der Maaten and Hinton 2008) into the plane, one
/// gradient step at a time, so that a window can show, pause and take it up again. The layout
/// begins with the first two principal components, scaled to a deviation of 1e-4. With the same
/// options and number of points, the same layout. Thread: one at a time.
class Tsne {
public:
    /// Searches neighbours and measures similarities. Errors: EXPL-001, EXPL-002, EXPL-003,
    /// EXPL-004 an option makes no sense.
    static Expected<Tsne> create(const Points& points, const TsneOptions& options,
                                 StopToken stop = {}, ProgressSink& progress = noProgress());
    /// On given similarities, from the layout `start` [count, 2]. Errors: EXPL-004.
    static Expected<Tsne> create(std::shared_ptr<const Affinities> affinities,
                                 std::vector<float> start, const TsneOptions& options);

    void step();
    /// Begins again from the present layout: momentum forgotten, exaggeration anew.
    void restart();

    int stepsDone() const { return m_done; }
    bool finished() const { return m_done >= m_options.steps; }
    const TsneOptions& options() const { return m_options; }
    /// [count, 2], no unit.
    const std::vector<float>& layout() const { return m_y; }
    const std::shared_ptr<const Affinities>& affinities() const { return m_affinities; }
    /// Kullback-Leibler divergence of the present layout (without exaggeration), in nats. Z is
    /// taken from the method at work. O(entries).
    double divergence();
    /// Gradient of the divergence [count, 2] at the present layout; for tests and plots.
    std::vector<float> gradient(double exaggeration = 1);

private:
    Tsne() = default;
    double forces(double exaggeration, std::vector<float>& out);

    TsneOptions m_options;
    std::shared_ptr<const Affinities> m_affinities;
    std::unique_ptr<Repulsion> m_repulsion;
    std::vector<float> m_y, m_velocity, m_gains, m_gradient, m_repulsive;
    int m_done = 0;
    int m_began = 0; ///< the step of the last restart
};

/// Divergence with Z over all pairs, whatever made the layout. O(count^2).
double exactDivergence(const Affinities& affinities, const std::vector<float>& layout,
                       int threads = 0);

} // namespace ohm::explore
