// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/tsne.h"

#include "core/base/parallel.h"
#include "core/explore/clones.h"
#include "core/explore/pca.h"

#include <cmath>
#include <random>
#include <string>

namespace ohm::explore {
namespace {

constexpr std::size_t kExactUpTo = 1200; ///< points; beyond, the grid is faster
constexpr std::size_t kBlock = 512;
constexpr double kStartDeviation = 1e-4;
constexpr float kLeastGain = 0.01F;
constexpr double kLeastRate = 50;

/// attraction_i = sum of p_ij q_ij (y_i - y_j) for rows begin..end, times `scale`.
OHM_CLONES void attract(const std::int64_t* rows, const std::int32_t* columns, const float* p,
                        const float* y, float scale, float* out, std::size_t begin,
                        std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
        const float x0 = y[2 * i], y0 = y[2 * i + 1];
        float fx = 0, fy = 0;
#pragma GCC ivdep
        for (std::int64_t e = rows[i]; e < rows[i + 1]; ++e) {
            const std::size_t j = static_cast<std::size_t>(columns[e]);
            const float dx = x0 - y[2 * j], dy = y0 - y[2 * j + 1];
            const float w = p[e] / (1.0F + dx * dx + dy * dy);
            fx += w * dx;
            fy += w * dy;
        }
        out[2 * i] = scale * fx;
        out[2 * i + 1] = scale * fy;
    }
}

double divergenceOf(const Affinities& a, const std::vector<float>& y, double z, int threads) {
    const std::size_t n = a.count();
    std::vector<double> sums((n + kBlock - 1) / kBlock, 0);
    parallelBlocks(n, kBlock, threadCount(threads), [&](std::size_t begin, std::size_t end) {
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i) {
            for (std::int64_t e = a.rows[i]; e < a.rows[i + 1]; ++e) {
                const auto j = static_cast<std::size_t>(a.columns[static_cast<std::size_t>(e)]);
                const double dx = static_cast<double>(y[2 * i]) - static_cast<double>(y[2 * j]);
                const double dy =
                    static_cast<double>(y[2 * i + 1]) - static_cast<double>(y[2 * j + 1]);
                sum += static_cast<double>(a.values[static_cast<std::size_t>(e)]) *
                       std::log1p(dx * dx + dy * dy);
            }
        }
        sums[begin / kBlock] = sum;
    });
    double attraction = 0, mass = 0;
    for (const double s : sums)
        attraction += s;
    for (const float p : a.values)
        mass += static_cast<double>(p);
    return a.entropyTerm + attraction + mass * std::log(z);
}

} // namespace

Expected<Tsne> Tsne::create(const Points& points, const TsneOptions& options, StopToken stop,
                            ProgressSink& progress) {
    const auto k = static_cast<std::size_t>(std::max(3.0, std::floor(3 * options.perplexity)));
    const auto neighbours = nearestNeighbours(points, k, options.threads, stop, progress);
    if (!neighbours)
        return neighbours.failure();
    const auto pca = fitPca(points, 2, options.threads);
    if (!pca)
        return pca.failure();
    std::vector<float> start = project(*pca, points, options.threads);
    if (pca->kept() < 2) {
        std::vector<float> wide(2 * points.count, 0.0F);
        for (std::size_t i = 0; i < points.count; ++i)
            wide[2 * i] = start[i];
        start = std::move(wide);
    }
    const double deviation = std::sqrt(std::max(pca->variance.front(), 1e-300));
    std::mt19937_64 random(options.seed);
    const auto noise = [&] {
        // Uniform, not std::normal_distribution, whose values differ between libraries.
        return (static_cast<double>(random() >> 11) * 0x1p-53 - 0.5) * 1e-2 * kStartDeviation;
    };
    for (float& v : start)
        v = static_cast<float>(static_cast<double>(v) / deviation * kStartDeviation + noise());
    return create(std::make_shared<const Affinities>(
                      makeAffinities(*neighbours, options.perplexity, options.threads)),
                  std::move(start), options);
}

Expected<Tsne> Tsne::create(std::shared_ptr<const Affinities> affinities, std::vector<float> start,
                            const TsneOptions& options) {
    const bool sane = options.perplexity >= 1 && options.perplexity <= 1e5 &&
                      options.exaggeration >= 1 && options.exaggeration <= 1e4 &&
                      options.exaggerationSteps >= 0 && options.steps >= 1;
    if (!sane || start.size() != 2 * affinities->count())
        return fail("EXPL-004", "The settings of the layout make no sense",
                    "perplexity " + std::to_string(options.perplexity) + ", exaggeration " +
                        std::to_string(options.exaggeration) + ", " +
                        std::to_string(options.steps) + " steps",
                    {}, "Perplexity, exaggeration and steps must be at least 1");
    Tsne t;
    t.m_options = options;
    t.m_affinities = std::move(affinities);
    const bool exact =
        options.method == TsneOptions::Method::Exact ||
        (options.method == TsneOptions::Method::Automatic && t.m_affinities->count() <= kExactUpTo);
    t.m_repulsion = exact ? exactRepulsion(options.threads) : fourierRepulsion(options.threads);
    t.m_y = std::move(start);
    t.m_velocity.assign(t.m_y.size(), 0.0F);
    t.m_gains.assign(t.m_y.size(), 1.0F);
    t.m_gradient.assign(t.m_y.size(), 0.0F);
    t.m_repulsive.assign(t.m_y.size(), 0.0F);
    return t;
}

/// Half of half the gradient: exaggeration * attraction - repulsion / Z. Returns Z.
double Tsne::forces(double exaggeration, std::vector<float>& out) {
    const Affinities& a = *m_affinities;
    const std::size_t n = a.count();
    parallelBlocks(n, kBlock, threadCount(m_options.threads),
                   [&](std::size_t begin, std::size_t end) {
                       attract(a.rows.data(), a.columns.data(), a.values.data(), m_y.data(),
                               static_cast<float>(exaggeration), out.data(), begin, end);
                   });
    const double z = std::max(m_repulsion->evaluate(m_y.data(), n, m_repulsive.data()), 1e-12);
    const auto inverse = static_cast<float>(1 / z);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] -= m_repulsive[i] * inverse;
    return z;
}

void Tsne::step() {
    const bool early = m_done - m_began < m_options.exaggerationSteps;
    const double exaggeration = early ? m_options.exaggeration : 1;
    forces(exaggeration, m_gradient);
    // The rate of Belkina et al. 2019 (points over exaggeration), with the gradient's factor of 4
    // in the rate.
    const auto n = static_cast<double>(m_affinities->count());
    const auto rate = static_cast<float>(std::max(kLeastRate, n / exaggeration));
    const float momentum = early ? 0.5F : 0.8F;
    for (std::size_t i = 0; i < m_y.size(); ++i) {
        const bool turned = (m_gradient[i] > 0) != (m_velocity[i] > 0);
        m_gains[i] = std::max(kLeastGain, turned ? m_gains[i] + 0.2F : m_gains[i] * 0.8F);
        m_velocity[i] = momentum * m_velocity[i] - rate * m_gains[i] * m_gradient[i];
        m_y[i] += m_velocity[i];
    }
    // Around zero, where floats are finest.
    double mx = 0, my = 0;
    for (std::size_t i = 0; i < m_y.size(); i += 2) {
        mx += static_cast<double>(m_y[i]) / n;
        my += static_cast<double>(m_y[i + 1]) / n;
    }
    for (std::size_t i = 0; i < m_y.size(); i += 2) {
        m_y[i] -= static_cast<float>(mx);
        m_y[i + 1] -= static_cast<float>(my);
    }
    ++m_done;
}

void Tsne::restart() {
    m_began = m_done;
    m_options.steps += m_done;
    std::fill(m_velocity.begin(), m_velocity.end(), 0.0F);
    std::fill(m_gains.begin(), m_gains.end(), 1.0F);
}

double Tsne::divergence() {
    const double z = std::max(
        m_repulsion->evaluate(m_y.data(), m_affinities->count(), m_repulsive.data()), 1e-12);
    return divergenceOf(*m_affinities, m_y, z, m_options.threads);
}

std::vector<float> Tsne::gradient(double exaggeration) {
    std::vector<float> out(m_y.size());
    forces(exaggeration, out);
    for (float& v : out)
        v *= 4;
    return out;
}

double exactDivergence(const Affinities& affinities, const std::vector<float>& layout,
                       int threads) {
    std::vector<float> force(layout.size());
    const double z =
        exactRepulsion(threads)->evaluate(layout.data(), affinities.count(), force.data());
    return divergenceOf(affinities, layout, std::max(z, 1e-12), threads);
}

} // namespace ohm::explore
