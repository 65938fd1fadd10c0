// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/normalization.h"

#include <cmath>

namespace ohm::dataset {
std::uint64_t Normalization::codeOf(const float* row, std::size_t properties, std::size_t width) {
    std::uint64_t code = 0;
    for (std::size_t c = properties; c < width && c - properties < 64; ++c)
        code |= static_cast<std::uint64_t>(row[c] != 0.0F) << (c - properties);
    return code;
}

Normalization Normalization::measure(const GraphSet& training, std::size_t properties,
                                     bool scaleLabels) {
    struct Sums {
        double count = 0;
        std::vector<double> sum, squares, shift;
    };
    Normalization n;
    n.properties = properties;
    std::map<std::uint64_t, Sums> sums;
    for (std::size_t i = 0; properties > 0 && i < training.nodeCount(); ++i) {
        const float* row = training.x.data() + i * training.featureWidth;
        Sums& s = sums[codeOf(row, properties, training.featureWidth)];
        if (s.count == 0) {
            s.sum.assign(properties, 0);
            s.squares.assign(properties, 0);
            s.shift.assign(row, row + properties);
        }
        // Shifted by the first value: no cancellation for values like 1e-12 F.
        for (std::size_t p = 0; p < properties; ++p) {
            const double value = static_cast<double>(row[p]) - s.shift[p];
            s.sum[p] += value;
            s.squares[p] += value * value;
        }
        s.count += 1;
    }
    for (const auto& [code, s] : sums) {
        std::vector<Moments> moments(properties);
        for (std::size_t p = 0; p < properties; ++p) {
            const double mean = s.sum[p] / s.count;
            moments[p].mean = mean + s.shift[p];
            moments[p].deviation = std::sqrt(std::max(0.0, s.squares[p] / s.count - mean * mean));
        }
        n.byCode[code] = std::move(moments);
    }
    if (scaleLabels) {
        const LabelStatistics labels = labelStatistics(training, 1);
        n.labelMean = labels.mean;
        n.labelDeviation = labels.deviation > 0 ? labels.deviation : 1;
    }
    return n;
}

std::size_t Normalization::applyFeatures(std::vector<float>& x, std::size_t width) const {
    std::size_t unseen = 0;
    for (std::size_t i = 0; properties > 0 && i + width <= x.size(); i += width) {
        float* row = x.data() + i;
        const auto found = byCode.find(codeOf(row, properties, width));
        if (found == byCode.end())
            ++unseen;
        for (std::size_t p = 0; p < properties; ++p) {
            const Moments m = found == byCode.end() ? Moments{} : found->second[p];
            row[p] = m.deviation > 0
                         ? static_cast<float>((static_cast<double>(row[p]) - m.mean) / m.deviation)
                         : 0.0F;
        }
    }
    return unseen;
}

std::size_t Normalization::apply(GraphSet& set) const {
    const std::size_t unseen = applyFeatures(set.x, set.featureWidth);
    if (labelLog || labelMean != 0 || labelDeviation != 1) {
        for (std::size_t i = 0; i < set.y.size(); ++i) {
            if (set.outputMask[i])
                set.y[i] = static_cast<float>(fromUnit(set.y[i]));
        }
    }
    return unseen;
}

} // namespace ohm::dataset
