// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace ohm::deep {

/// Mse: mean of e^2. Mpgd: mean of e^2 over the entries with |e| > threshold, over all if there are
/// none (MPGD's adaptive MSE). Shrinkage: mean of e^2 / (1 + exp(a (c - |e|))) (Lu et al., ECCV
/// 2018).
enum class LossKind { Mse, Mpgd, Shrinkage };

struct Loss {
    LossKind kind = LossKind::Mse;
    double threshold = 0.007; ///< Mpgd, in units of the labels
    double shrinkA = 10;
    double shrinkC = 0.2;
};

struct LossValue {
    double loss = 0;
    double square = 0;        ///< mean of e^2 over all entries that count
    double selected = 1;      ///< share of them that the gradient looks at
    std::int64_t entries = 0; ///< that count
};

/// Loss over the rows whose `rows` is not 0 (empty = all) and its derivative by the predictions (0
/// elsewhere; may be empty). Entries [rows, outputs]; a label that is not finite does not count.
/// Sums in double, in order. Thread: any.
template <typename T>
LossValue lossOf(const Loss& loss, std::span<const T> predictions, std::span<const T> labels,
                 std::span<const std::uint8_t> rows, int outputs, std::span<T> derivatives);

} // namespace ohm::deep
