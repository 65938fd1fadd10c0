// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/loss.h"

#include "core/deep/names.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace ohm::deep {
namespace {

constexpr Names<LossKind, 3> kLosses{
    {{LossKind::Mse, "mse"}, {LossKind::Mpgd, "mpgd"}, {LossKind::Shrinkage, "shrinkage"}}};

/// One sample, or all: entries first .. last - 1.
template <typename T>
struct Stretch {
    const Loss& loss;
    std::span<const T> predictions, labels;
    std::span<const std::uint8_t> rows;
    std::size_t width, first, last;

    bool counts(std::size_t i) const {
        return (rows.empty() || rows[i / width] != 0) && std::isfinite(labels[i]);
    }
    double error(std::size_t i) const {
        return static_cast<double>(predictions[i]) - static_cast<double>(labels[i]);
    }
    /// Above it an entry is chosen.
    double threshold() const {
        if (loss.kind != LossKind::Mpgd || loss.quantile <= 0)
            return loss.threshold;
        std::vector<double> sizes;
        for (std::size_t i = first; i < last; ++i) {
            if (counts(i))
                sizes.push_back(std::fabs(error(i)));
        }
        if (sizes.empty())
            return 0;
        const auto place = static_cast<std::size_t>(
            std::max(1.0, std::ceil(loss.quantile * static_cast<double>(sizes.size()))));
        const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(place - 1);
        std::nth_element(sizes.begin(), at, sizes.end());
        return *at;
    }
};

struct Sums {
    double loss = 0; ///< of the stretch
    double square = 0;
    std::int64_t entries = 0, taken = 0;
};

/// `share`: what the stretch's loss counts in the whole.
template <typename T>
Sums overStretch(const Stretch<T>& s, double share, std::span<T> derivatives,
                 std::span<std::uint8_t> chosen) {
    Sums sums;
    const double threshold = s.threshold();
    std::int64_t above = 0;
    double squareAbove = 0;
    for (std::size_t i = s.first; i < s.last; ++i) {
        if (!s.counts(i))
            continue;
        const double e = s.error(i);
        ++sums.entries;
        sums.square += e * e;
        if (std::fabs(e) > threshold) {
            ++above;
            squareAbove += e * e;
        }
    }
    if (sums.entries == 0)
        return sums;
    const double n = static_cast<double>(sums.entries);
    const bool picks = s.loss.kind == LossKind::Mpgd && above > 0;
    sums.taken = picks ? above : sums.entries;
    const double divisor = picks ? std::max(static_cast<double>(above), s.loss.floor * n) : n;
    sums.loss = (picks ? squareAbove : sums.square) / divisor;
    double shrunk = 0;
    for (std::size_t i = s.first; i < s.last; ++i) {
        if (!s.counts(i))
            continue;
        const double e = s.error(i), size = std::fabs(e);
        double slope = 2 * e;
        if (s.loss.kind == LossKind::Shrinkage) {
            const double weight = 1 / (1 + std::exp(s.loss.shrinkA * (s.loss.shrinkC - size)));
            shrunk += e * e * weight;
            slope = 2 * e * weight + s.loss.shrinkA * e * size * weight * (1 - weight);
        } else if (picks && size <= threshold) {
            continue;
        }
        if (!derivatives.empty())
            derivatives[i] = static_cast<T>(slope / divisor * share);
        if (!chosen.empty())
            chosen[i] = 1;
    }
    if (s.loss.kind == LossKind::Shrinkage)
        sums.loss = shrunk / n;
    return sums;
}

} // namespace

std::string nameOf(LossKind loss) {
    return nameIn(loss, kLosses);
}
Expected<LossKind> lossKindOf(const std::string& name) {
    return valueIn(name, "loss", kLosses);
}

Expected<void> checkLoss(const Loss& loss) {
    const auto impossible = [](const char* what, const char* why) {
        return fail("DEEP-002", "This loss does not exist", why, what);
    };
    if (!(loss.threshold >= 0) || !std::isfinite(loss.threshold))
        return impossible("threshold", "The threshold is not negative");
    if (!(loss.shrinkA > 0) || !(loss.shrinkC >= 0))
        return impossible("shrinkage", "a is positive and c not negative");
    if (!(loss.quantile >= 0 && loss.quantile < 1))
        return impossible("quantile", "It lies between 0 (a fixed threshold) and 1");
    if (!(loss.floor >= 0 && loss.floor <= 1))
        return impossible("floor", "It is a share of the entries, 0 to 1");
    return {};
}

template <typename T>
LossValue lossOf(const Loss& loss, std::span<const T> predictions, std::span<const T> labels,
                 std::span<const std::uint8_t> rows, int outputs, std::span<T> derivatives,
                 std::span<std::uint8_t> chosen, std::size_t sampleEntries) {
    std::fill(derivatives.begin(), derivatives.end(), T{0});
    std::fill(chosen.begin(), chosen.end(), std::uint8_t{0});
    const std::size_t size = predictions.size();
    const bool apart =
        loss.kind == LossKind::Mpgd && loss.perSample && sampleEntries > 0 && size > 0;
    const std::size_t step = apart ? sampleEntries : std::max<std::size_t>(size, 1);
    const auto stretch = [&](std::size_t first) {
        return Stretch<T>{loss,
                          predictions,
                          labels,
                          rows,
                          static_cast<std::size_t>(outputs),
                          first,
                          std::min(size, first + step)};
    };
    std::int64_t filled = apart ? 0 : 1; // samples with an entry that counts
    for (std::size_t first = 0; apart && first < size; first += step) {
        const Stretch<T> s = stretch(first);
        for (std::size_t i = s.first; i < s.last; ++i) {
            if (s.counts(i)) {
                ++filled;
                break;
            }
        }
    }
    LossValue value;
    const double share = 1 / static_cast<double>(std::max<std::int64_t>(filled, 1));
    std::int64_t taken = 0;
    for (std::size_t first = 0; first < size; first += step) {
        const Sums sums = overStretch(stretch(first), share, derivatives, chosen);
        value.loss += sums.loss * share;
        value.square += sums.square;
        value.entries += sums.entries;
        taken += sums.taken;
    }
    if (value.entries == 0)
        return value;
    value.square /= static_cast<double>(value.entries);
    value.selected = static_cast<double>(taken) / static_cast<double>(value.entries);
    return value;
}

template LossValue lossOf(const Loss&, std::span<const float>, std::span<const float>,
                          std::span<const std::uint8_t>, int, std::span<float>,
                          std::span<std::uint8_t>, std::size_t);
template LossValue lossOf(const Loss&, std::span<const double>, std::span<const double>,
                          std::span<const std::uint8_t>, int, std::span<double>,
                          std::span<std::uint8_t>, std::size_t);

} // namespace ohm::deep
