// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

namespace ohm::dataset {

/// Scaling of features and labels, measured on a training split and applied to everything else.
/// The first `properties` columns of x are numbers, the rest is a type code; each number is
/// z-scored among the nodes of the same code (population standard deviation; a constant becomes 0).
/// Labels are z-scored as one, or their logarithms are. The identity when `properties` is 0 and the
/// label scale is (0, 1) without logarithm.
/// Source: Hakhamaneshi et al. and its public code (few published statistics). A plain value.
struct Normalization {
    struct Moments {
        double mean = 0;
        double deviation = 0;
        bool operator==(const Moments&) const = default;
    };
    std::size_t properties = 0;
    std::map<std::uint64_t, std::vector<Moments>> byCode; ///< bit i = column properties + i is set
    double labelMean = 0;
    double labelDeviation = 1;
    bool labelLog = false; ///< mean and deviation are those of the labels' natural logarithm

    /// Measures on `training` (at most 64 code columns).
    static Normalization measure(const GraphSet& training, std::size_t properties,
                                 bool scaleLabels);
    /// Scales features and labels in place. Codes never seen in training keep zeros; their number
    /// of nodes is returned.
    std::size_t apply(GraphSet& set) const;
    /// Scales the features alone, [nodes, width] row-major; returns the nodes of unseen codes.
    std::size_t applyFeatures(std::vector<float>& x, std::size_t width) const;
    /// The type code of a feature row, as the keys of `byCode`.
    static std::uint64_t codeOf(const float* row, std::size_t properties, std::size_t width);
    /// A predicted value back in the label's unit.
    double toUnit(double value) const {
        const double plain = value * labelDeviation + labelMean;
        return labelLog ? std::exp(plain) : plain;
    }
    /// A label, in its unit, as the network learns it.
    double fromUnit(double label) const {
        return ((labelLog ? std::log(label) : label) - labelMean) / labelDeviation;
    }
    bool operator==(const Normalization&) const = default;
};

} // namespace ohm::dataset
