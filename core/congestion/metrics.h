// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ohm::congestion {

/// A figure that may not exist: a correlation with a constant has none. Undefined values are left
/// out of means and counted.
using Figure = std::optional<double>;

/// Shares of the entries with the largest labels that peakNRMSE looks at.
inline constexpr std::array kPeakShares{0.005, 0.01, 0.02, 0.05};

struct MetricOptions {
    std::size_t columns = 0; ///< width of the map, for SSIM; 0 = no map (nodes of a graph)
    double range = 1;        ///< of the values, for SSIM's constants (L)
    double hotspot = 0.05;   ///< labels and predictions above it are hot
    bool quantise = false;   ///< cut to [0, range] and round to 256 levels, as CircuitNet's scripts
};

/// All figures of one prediction of a map or of the nodes of a graph. Thread: a plain value.
struct Metrics {
    std::size_t count = 0;
    double mse = 0, mae = 0, maxError = 0;
    double p99Error = 0; ///< 99th percentile of |error|, linear between order statistics
    Figure pearson;      ///< undefined if one side is constant
    Figure spearman;     ///< of mean ranks; undefined if one side is constant
    Figure kendall;      ///< tau-b; undefined if one side is constant
    Figure r2;           ///< undefined for constant labels
    Figure nrmse;        ///< RMSE / (max - min of the labels); undefined for constant labels
    std::array<Figure, kPeakShares.size()> peakNrmse; ///< over the largest labels, see below
    Figure peakNrmseMean;                             ///< of the four; undefined if one is
    Figure ssim;      ///< undefined without a map of at least 11 x 11
    Figure hotspotF1; ///< undefined if nothing is hot on either side
    std::size_t hotTrue = 0, hotPredicted = 0, hotBoth = 0;
};

/// A prediction's figures beside those of the predictor that always says 0.
struct Comparison {
    Metrics prediction;
    Metrics zero;
};

/// Measures. `predicted` and `truth` row by row for a map. Ties of the labels at the edge of a
/// peak share go to the lower index; a share is at least one entry. Errors: CONG-040 nothing to
/// compare, another length, or no whole rows; CONG-041 a value that is not finite. Thread: any.
Expected<Comparison> compare(std::span<const float> predicted, std::span<const float> truth,
                             const MetricOptions& options = {});

/// Mean of a figure over samples where it is defined, and how many it is not.
struct FigureMean {
    Figure mean;
    std::size_t undefined = 0;
};
FigureMean meanOf(std::span<const Figure> figures);

Figure pearson(std::span<const float> a, std::span<const float> b);
Figure spearman(std::span<const float> a, std::span<const float> b);
/// Kendall's tau-b in O(n log n) with corrections for ties (Knight, JASA 61, 1966). Exact counts
/// for any n below 2^32.
Figure kendallTauB(std::span<const float> a, std::span<const float> b);
/// Structural similarity (Wang et al., IEEE TIP 13, 2004): 11 x 11 Gaussian of sigma 1.5, K1 = .01,
/// K2 = .03, mean without a border of 5.
Figure ssim(std::span<const float> a, std::span<const float> b, std::size_t columns, double range);
/// NRMSE over the share `share` of the entries with the largest labels (CircuitNet's peakNRMSE);
/// undefined if these labels are all equal.
Figure peakNrmse(std::span<const float> predicted, std::span<const float> truth, double share);

} // namespace ohm::congestion
