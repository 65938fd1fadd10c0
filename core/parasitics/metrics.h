// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/labels.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ohm::parasitics {

/// Errors of predicted capacitances. `mae`, `mse`, `rmse`, `r2` on the normalised label, as in the
/// paper; the others on the physical scale. r2 is nothing where all labels are equal.
struct CapacitanceMetrics {
    std::size_t count = 0;
    double mae = 0, mse = 0, rmse = 0;
    std::optional<double> r2;
    std::optional<double> pearson;
    double maeFarad = 0; ///< mean absolute error, F
    std::optional<double> r2Farad;
    double medianRatio = 0; ///< median of max(p/t, t/p)
    double within2 = 0;     ///< share within a factor of two
    struct Decade {
        int exponent = 0; ///< labels 10^exponent .. 10^(exponent+1) F
        std::size_t count = 0;
        double mae = 0;  ///< normalised
        double bias = 0; ///< mean of predicted - true, normalised
    };
    std::vector<Decade> decades;
};
/// `predicted` normalised, clipped to [0, 1] here as the labels are; `label` normalised. Thread:
/// any.
CapacitanceMetrics measureCapacitances(std::span<const float> predicted,
                                       std::span<const float> label, Quantity quantity);

/// Of the classes of labels.h. Macro values average over classes that occur in the labels or the
/// predictions; `Without` leaves out samples whose label is the most frequent class of the
/// training.
struct ClassMetrics {
    std::size_t count = 0;
    double accuracy = 0, precision = 0, recall = 0, f1 = 0;
    std::size_t countWithout = 0;
    double accuracyWithout = 0, precisionWithout = 0, recallWithout = 0, f1Without = 0;
    std::array<std::array<std::size_t, kClasses>, kClasses> confusion{}; ///< [label][predicted]
};
ClassMetrics measureClasses(std::span<const int> predicted, std::span<const int> label,
                            int frequent);

} // namespace ohm::parasitics
