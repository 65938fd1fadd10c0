// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::parasitics {

/// A mixture of one-dimensional Gaussians. A plain value.
struct Mixture {
    std::vector<double> weight, mean, variance;
    double logDensity(double x) const;
};

/// Fits by expectation maximisation from evenly spread quantiles; deterministic. Fewer components
/// come out when some lose all their samples. Variances stay above `floor`. Thread: any.
Mixture fitMixture(std::span<const float> values, std::size_t components, double floor = 1e-5,
                   int iterations = 200);

/// The same of values that count as much as their weights say, which are positive.
Mixture fitMixture(std::span<const float> values, std::span<const double> weights,
                   std::size_t components, double floor = 1e-5, int iterations = 200);

} // namespace ohm::parasitics
