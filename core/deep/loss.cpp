// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/loss.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace ohm::deep {

template <typename T>
LossValue lossOf(const Loss& loss, std::span<const T> predictions, std::span<const T> labels,
                 std::span<const std::uint8_t> rows, int outputs, std::span<T> derivatives) {
    const auto width = static_cast<std::size_t>(outputs);
    const auto counts = [&](std::size_t i) {
        return (rows.empty() || rows[i / width] != 0) && std::isfinite(labels[i]);
    };
    const auto errorOf = [&](std::size_t i) {
        return static_cast<double>(predictions[i]) - static_cast<double>(labels[i]);
    };
    LossValue value;
    std::int64_t above = 0;
    double square = 0, squareAbove = 0;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        if (!counts(i))
            continue;
        const double e = errorOf(i);
        ++value.entries;
        square += e * e;
        if (std::fabs(e) > loss.threshold) {
            ++above;
            squareAbove += e * e;
        }
    }
    std::fill(derivatives.begin(), derivatives.end(), T{0});
    if (value.entries == 0)
        return value;
    const double n = static_cast<double>(value.entries);
    value.square = square / n;
    const bool picks = loss.kind == LossKind::Mpgd && above > 0;
    if (picks)
        value.selected = static_cast<double>(above) / n;
    value.loss = picks ? squareAbove / static_cast<double>(above) : value.square;
    const double share = picks ? static_cast<double>(above) : n;
    double shrunk = 0;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        if (!counts(i))
            continue;
        const double e = errorOf(i), size = std::fabs(e);
        double slope = 2 * e;
        if (loss.kind == LossKind::Shrinkage) {
            const double s = 1 / (1 + std::exp(loss.shrinkA * (loss.shrinkC - size)));
            shrunk += e * e * s;
            slope = 2 * e * s + loss.shrinkA * e * size * s * (1 - s);
        } else if (picks && size <= loss.threshold) {
            continue;
        }
        if (!derivatives.empty())
            derivatives[i] = static_cast<T>(slope / share);
    }
    if (loss.kind == LossKind::Shrinkage)
        value.loss = shrunk / n;
    return value;
}

template LossValue lossOf(const Loss&, std::span<const float>, std::span<const float>,
                          std::span<const std::uint8_t>, int, std::span<float>);
template LossValue lossOf(const Loss&, std::span<const double>, std::span<const double>,
                          std::span<const std::uint8_t>, int, std::span<double>);

} // namespace ohm::deep
