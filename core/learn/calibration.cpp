// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/calibration.h"

#include "core/parasitics/labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace ohm::learn {
namespace {

constexpr double kOne = 0.6827;   ///< of a normal distribution within one deviation
constexpr double kNinety = 1.645; ///< deviations that hold 90 %
constexpr double kLean = 10;      ///< samples' worth of all fifths in each
constexpr double kLeast = 1e-6;   ///< variance

constexpr std::array<double, 8> kFactors{1, 0, 0.25, 0.5, 2, 4, 8, 16};

std::size_t fifthOf(float predicted) {
    return static_cast<std::size_t>(parasitics::classOf(static_cast<double>(predicted)));
}

/// Every sample's weight; the mean is 1.
std::vector<double> weightsOf(const BoundSamples& samples) {
    std::vector<double> sizes;
    for (const std::uint32_t group : samples.group) {
        if (sizes.size() <= group)
            sizes.resize(group + 1, 0);
        sizes[group] += 1;
    }
    std::vector<double> weights;
    for (const std::uint32_t group : samples.group)
        weights.push_back(1 / std::sqrt(sizes[group]));
    const double mean =
        std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
    for (double& w : weights)
        w /= mean;
    return weights;
}

double squaredError(const BoundSamples& samples, std::size_t i) {
    const double error = static_cast<double>(samples.predicted[i]) - samples.label[i];
    return error * error;
}

/// Residuals for a factor of the spread: what the spread does not explain.
Bounds residualsFor(const BoundSamples& samples, const std::vector<double>& weights,
                    double factor) {
    std::vector<double> sum(parasitics::kClasses, 0), count(parasitics::kClasses, 0);
    double all = 0, total = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double rest =
            squaredError(samples, i) - factor * static_cast<double>(samples.spread[i]);
        const std::size_t k = fifthOf(samples.predicted[i]);
        sum[k] += weights[i] * rest;
        count[k] += weights[i];
        all += weights[i] * rest;
        total += weights[i];
    }
    all = std::max(all / total, kLeast);
    Bounds bounds;
    bounds.spreadFactor = factor;
    for (std::size_t k = 0; k < sum.size(); ++k)
        bounds.residual.push_back(
            std::sqrt(std::max((sum[k] + kLean * all) / (count[k] + kLean), kLeast)));
    return bounds;
}

double surprise(const BoundSamples& samples, const std::vector<double>& weights,
                const Bounds& bounds) {
    double sum = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double d = deviationOf(bounds, samples.predicted[i], samples.spread[i]);
        sum += weights[i] * (std::log(d) + squaredError(samples, i) / (2 * d * d));
    }
    return sum;
}

/// The number of deviations that hold kOne of the samples.
double scaleOf(const BoundSamples& samples, const std::vector<double>& weights,
               const Bounds& bounds) {
    std::vector<std::pair<double, double>> ratios; // with their weights
    double total = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        ratios.emplace_back(std::sqrt(squaredError(samples, i)) /
                                deviationOf(bounds, samples.predicted[i], samples.spread[i]),
                            weights[i]);
        total += weights[i];
    }
    std::sort(ratios.begin(), ratios.end());
    double below = 0;
    for (const auto& [ratio, weight] : ratios) {
        below += weight;
        if (below >= kOne * total)
            return std::max(ratio, 1e-3);
    }
    return 1;
}

} // namespace

double deviationOf(const Bounds& bounds, float predicted, float spread) {
    const double r = bounds.residual[fifthOf(predicted)];
    return std::sqrt(r * r + bounds.spreadFactor * static_cast<double>(spread));
}

Bounds fitBounds(const BoundSamples& samples) {
    const std::vector<double> weights = weightsOf(samples);
    const bool single = std::all_of(samples.spread.begin(), samples.spread.end(),
                                    [](float variance) { return variance <= 0; });
    Bounds best;
    double least = std::numeric_limits<double>::infinity();
    for (const double factor : kFactors) {
        const Bounds bounds = residualsFor(samples, weights, factor);
        const double now = surprise(samples, weights, bounds);
        if (now < least) {
            least = now;
            best = bounds;
        }
        if (single)
            break; // nothing to tell factors apart by
    }
    const double scale = scaleOf(samples, weights, best);
    for (double& r : best.residual)
        r *= scale;
    best.spreadFactor *= scale * scale;
    return best;
}

Coverage coverageOf(const std::vector<float>& predicted, const std::vector<float>& label,
                    const std::vector<float>& deviation) {
    Coverage out;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        const auto error = static_cast<double>(std::abs(predicted[i] - label[i]));
        const auto d = static_cast<double>(deviation[i]);
        out.one += error <= d ? 1 : 0;
        out.ninety += error <= kNinety * d ? 1 : 0;
    }
    const auto n = static_cast<double>(predicted.size());
    return {out.one / n, out.ninety / n};
}

Coverage coverageLeftOut(const BoundSamples& samples) {
    const std::set<std::uint32_t> groups(samples.group.begin(), samples.group.end());
    if (groups.size() < 2)
        return {std::nan(""), std::nan("")};
    std::vector<float> deviation(samples.size(), 0);
    for (const std::uint32_t out : groups) {
        BoundSamples others;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (samples.group[i] == out)
                continue;
            others.predicted.push_back(samples.predicted[i]);
            others.label.push_back(samples.label[i]);
            others.spread.push_back(samples.spread[i]);
            others.group.push_back(samples.group[i]);
        }
        const Bounds bounds = fitBounds(others);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            if (samples.group[i] == out)
                deviation[i] = static_cast<float>(
                    deviationOf(bounds, samples.predicted[i], samples.spread[i]));
        }
    }
    return coverageOf(samples.predicted, samples.label, deviation);
}

} // namespace ohm::learn
