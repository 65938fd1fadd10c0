// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/seen.h"

#include "core/dataset/normalization.h"

#include <algorithm>
#include <cmath>

namespace ohm::learn {
namespace {

constexpr double kQuantile = 0.99;
constexpr double kLeastSpread = 1e-6; ///< of the mean

double rawDistance(const float* embedding, const Seen& seen) {
    double sum = 0;
    std::size_t used = 0;
    for (std::size_t c = 0; c < seen.embeddingMean.size(); ++c) {
        if (!(seen.embeddingDeviation[c] > 0))
            continue; // a channel that never moves says nothing
        const double d = (embedding[c] - seen.embeddingMean[c]) / seen.embeddingDeviation[c];
        sum += d * d;
        ++used;
    }
    return used ? std::sqrt(sum / static_cast<double>(used)) : 0;
}

} // namespace

Seen Seen::measureRanges(const dataset::GraphSet& training) {
    Seen seen;
    seen.properties =
        training.featureWidth == 9 ? 1 : std::min<std::size_t>(3, training.featureWidth);
    for (std::size_t i = 0; i < training.nodeCount(); ++i) {
        const float* row = training.x.data() + i * training.featureWidth;
        auto& ranges = seen.byCode[dataset::Normalization::codeOf(row, seen.properties,
                                                                  training.featureWidth)];
        if (ranges.empty()) {
            for (std::size_t p = 0; p < seen.properties; ++p)
                ranges.emplace_back(row[p], row[p]);
        }
        for (std::size_t p = 0; p < seen.properties; ++p) {
            ranges[p].first = std::min(ranges[p].first, row[p]);
            ranges[p].second = std::max(ranges[p].second, row[p]);
        }
    }
    return seen;
}

double Seen::distance(const std::vector<float>& embedding) const {
    if (embedding.size() != embeddingMean.size() || !(distanceScale > 0))
        return std::nan("");
    return rawDistance(embedding.data(), *this) / distanceScale;
}

void Seen::measureEmbeddings(const std::vector<float>& training, const std::vector<float>& held,
                             std::size_t hidden) {
    const std::size_t count = hidden > 0 ? training.size() / hidden : 0;
    if (count == 0)
        return;
    embeddingMean.assign(hidden, 0);
    embeddingDeviation.assign(hidden, 0);
    for (std::size_t c = 0; c < hidden; ++c) {
        double mean = 0;
        double square = 0;
        for (std::size_t g = 0; g < count; ++g)
            mean += training[g * hidden + c] / static_cast<double>(count);
        for (std::size_t g = 0; g < count; ++g) {
            const double d = training[g * hidden + c] - mean;
            square += d * d / static_cast<double>(count);
        }
        embeddingMean[c] = static_cast<float>(mean);
        // Rounding alone is no spread.
        const double deviation = std::sqrt(square);
        embeddingDeviation[c] =
            deviation > kLeastSpread * std::fabs(mean) ? static_cast<float>(deviation) : 0;
    }
    const std::vector<float>& judged = held.size() >= hidden ? held : training;
    std::vector<double> distances;
    for (std::size_t g = 0; g + 1 <= judged.size() / hidden; ++g)
        distances.push_back(rawDistance(judged.data() + g * hidden, *this));
    const auto at =
        std::min(distances.size() - 1,
                 static_cast<std::size_t>(kQuantile * static_cast<double>(distances.size())));
    std::nth_element(distances.begin(), distances.begin() + static_cast<std::ptrdiff_t>(at),
                     distances.end());
    distanceScale = distances[at];
}

} // namespace ohm::learn
