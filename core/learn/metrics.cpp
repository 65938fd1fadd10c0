// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace ohm::learn {

RegressionMetrics regressionMetrics(std::span<const float> predicted, std::span<const float> truth,
                                    const std::vector<int>& ks, double givenRange) {
    assert(predicted.size() == truth.size());
    RegressionMetrics m;
    m.count = truth.size();
    for (const int k : ks)
        m.accAt[k] = 0;
    if (truth.empty())
        return m;
    const auto count = static_cast<double>(truth.size());
    const auto [low, high] = std::minmax_element(truth.begin(), truth.end());
    const double range = givenRange > 0 ? givenRange : static_cast<double>(*high) - *low;
    double mean = 0;
    for (const float value : truth)
        mean += value / count;
    double spread = 0;
    std::vector<double> errors(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        errors[i] = std::fabs(static_cast<double>(predicted[i]) - truth[i]);
        m.mse += errors[i] * errors[i] / count;
        m.mae += errors[i] / count;
        spread += (truth[i] - mean) * (truth[i] - mean) / count;
    }
    // Sorted once, any number of K costs a search each. NaN goes last: wrong for every K.
    std::sort(errors.begin(), errors.end(),
              [](double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; });
    for (auto& [k, share] : m.accAt) {
        const double band = range / k;
        const auto end = std::partition_point(errors.begin(), errors.end(),
                                              [&](double error) { return error <= band; });
        share = static_cast<double>(end - errors.begin()) / count;
    }
    m.r2 = spread > 0 ? 1 - m.mse / spread : 0;
    return m;
}

double accuracyAt(const std::map<int, double>& accAt, int k) {
    if (accAt.empty())
        return std::nan("");
    const auto above = accAt.lower_bound(k);
    if (above == accAt.end())
        return accAt.rbegin()->second;
    if (above->first == k || above == accAt.begin())
        return above->second;
    const auto below = std::prev(above);
    const double part =
        (std::log(k) - std::log(below->first)) / (std::log(above->first) - std::log(below->first));
    return below->second + part * (above->second - below->second);
}

} // namespace ohm::learn
