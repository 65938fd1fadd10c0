// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace ohm::parasitics {
namespace {

double logNormal(double x, double mean, double variance) {
    return -0.5 * (std::log(2 * std::numbers::pi * variance) + (x - mean) * (x - mean) / variance);
}

double logSum(std::span<const double> values) {
    const double most = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (const double v : values)
        sum += std::exp(v - most);
    return most + std::log(sum);
}

} // namespace

double Mixture::logDensity(double x) const {
    std::vector<double> terms;
    for (std::size_t k = 0; k < weight.size(); ++k)
        terms.push_back(std::log(weight[k]) + logNormal(x, mean[k], variance[k]));
    return logSum(terms);
}

Mixture fitMixture(std::span<const float> values, std::size_t components, double floor,
                   int iterations) {
    return fitMixture(values, std::vector<double>(values.size(), 1.0), components, floor,
                      iterations);
}

Mixture fitMixture(std::span<const float> values, std::span<const double> weights,
                   std::size_t components, double floor, int iterations) {
    Mixture m;
    if (values.empty() || components == 0 || weights.size() != values.size())
        return m;
    // Equal labels are common (clones of one cell): work on distinct values with their weights,
    // which add up to how many values there are.
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
    const auto total = static_cast<double>(values.size());
    const double unit = total / std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<double> x, count;
    for (const std::size_t i : order) {
        const auto v = static_cast<double>(values[i]);
        if (x.empty() || v > x.back()) {
            x.push_back(v);
            count.push_back(0);
        }
        count.back() += unit * weights[i];
    }
    const double span = x.back() - x.front();
    std::size_t place = 0;
    double below = count.front(); // weight up to and with x[place]
    for (std::size_t k = 0; k < components; ++k) {
        // Whatever rounding does to the weights: half a value inside.
        const double at =
            std::floor((static_cast<double>(k) + 0.5) / static_cast<double>(components) * total) +
            0.5;
        while (below <= at && place + 1 < x.size())
            below += count[++place];
        const double mean = x[place];
        // Components that start at one place would stay together for ever.
        if (!m.mean.empty() && mean <= m.mean.back())
            continue;
        m.mean.push_back(mean);
        m.variance.push_back(
            std::max(floor, std::pow(span / (2 * static_cast<double>(components)), 2)));
    }
    m.weight.assign(m.mean.size(), 1.0 / static_cast<double>(m.mean.size()));
    double before = -1e300;
    for (int round = 0; round < iterations; ++round) {
        const std::size_t size = m.mean.size();
        std::vector<double> mass(size, 0), first(size, 0), second(size, 0), terms(size);
        double likelihood = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            for (std::size_t k = 0; k < size; ++k)
                terms[k] = std::log(m.weight[k]) + logNormal(x[i], m.mean[k], m.variance[k]);
            const double sum = logSum(terms);
            likelihood += count[i] * sum;
            for (std::size_t k = 0; k < size; ++k) {
                const double r = count[i] * std::exp(terms[k] - sum);
                mass[k] += r;
                first[k] += r * x[i];
                second[k] += r * x[i] * x[i];
            }
        }
        Mixture next;
        for (std::size_t k = 0; k < size; ++k) {
            if (mass[k] < 1e-3)
                continue;
            const double mean = first[k] / mass[k];
            next.weight.push_back(mass[k] / total);
            next.mean.push_back(mean);
            next.variance.push_back(std::max(floor, second[k] / mass[k] - mean * mean));
        }
        m = std::move(next);
        if (likelihood - before < 1e-7 * total)
            break;
        before = likelihood;
    }
    return m;
}

} // namespace ohm::parasitics
