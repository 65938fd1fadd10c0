// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace ohm::learn {

RegressionMetrics regressionMetrics(std::span<const float> predicted, std::span<const float> truth,
                                    const std::vector<int>& ks) {
    assert(predicted.size() == truth.size());
    RegressionMetrics m;
    m.count = truth.size();
    for (const int k : ks)
        m.accAt[k] = 0;
    if (truth.empty())
        return m;
    const auto count = static_cast<double>(truth.size());
    const auto [low, high] = std::minmax_element(truth.begin(), truth.end());
    const double range = static_cast<double>(*high) - *low;
    double mean = 0;
    for (const float value : truth)
        mean += value / count;
    double spread = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double error = std::fabs(static_cast<double>(predicted[i]) - truth[i]);
        m.mse += error * error / count;
        m.mae += error / count;
        spread += (truth[i] - mean) * (truth[i] - mean) / count;
        for (auto& [k, share] : m.accAt)
            share += error <= range / k ? 1 / count : 0; // false for NaN
    }
    m.r2 = spread > 0 ? 1 - m.mse / spread : 0;
    return m;
}

} // namespace ohm::learn
