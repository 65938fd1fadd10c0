// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <span>
#include <vector>

namespace ohm::learn {

/// Quality of predicted values over a whole split. A plain value.
struct RegressionMetrics {
    std::size_t count = 0;
    double mse = 0; ///< in units squared
    double mae = 0;
    double r2 = 0;
    /// Acc@K (Hakhamaneshi et al., Eq. 1): the share of |error| <= (max y - min y) / K, the range
    /// taken over the whole split.
    std::map<int, double> accAt;
};

/// Measures over pairs of (predicted, true). A prediction that is not finite is wrong for every K
/// and makes the other figures NaN. `range` > 0 replaces the pairs' own range, for parts of a
/// split. Thread: any.
RegressionMetrics regressionMetrics(std::span<const float> predicted, std::span<const float> truth,
                                    const std::vector<int>& ks = {100}, double range = 0);

/// Acc@K at a K that may lie between the measured ones: linear over log K, constant beyond the ends.
/// NaN if none was measured.
double accuracyAt(const std::map<int, double>& accAt, int k);

} // namespace ohm::learn
