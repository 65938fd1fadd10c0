// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <span>
#include <string>

namespace ohm::deep {

/// Mse: mean of e^2. Mpgd: mean of e^2 over the entries with |e| > threshold, over all if there are
/// none (MPGD's adaptive MSE). Shrinkage: mean of e^2 / (1 + exp(a (c - |e|))) (Lu et al., ECCV
/// 2018).
enum class LossKind { Mse, Mpgd, Shrinkage };

/// Lower-case names; the value of a name, or DEEP-002.
std::string nameOf(LossKind loss);
Expected<LossKind> lossKindOf(const std::string& name);

struct Loss {
    LossKind kind = LossKind::Mse;
    double threshold = 0.007; ///< Mpgd, in units of the labels
    double shrinkA = 10;
    double shrinkC = 0.2;
    /// Mpgd: the ceil(quantile n)-th smallest |e| is the threshold; 0 = the fixed one.
    double quantile = 0;
    double floor = 0; ///< Mpgd: the sum is divided by at least this share of the entries
    /// Mpgd: entries are chosen in each sample by itself and the samples' losses averaged, else
    /// over all of a step. Training on graphs takes a graph per step: there it is the same.
    bool perSample = false;
};

/// Nothing, or DEEP-002 with the number that is impossible.
Expected<void> checkLoss(const Loss& loss);

struct LossValue {
    double loss = 0;
    double square = 0;        ///< mean of e^2 over all entries that count
    double selected = 1;      ///< share of them that the gradient looks at
    std::int64_t entries = 0; ///< that count
};

/// Loss over the rows whose `rows` is not 0 (empty = all) and its derivative by the predictions (0
/// elsewhere; may be empty). Entries [rows, outputs]; a label that is not finite does not count.
/// `chosen` [rows, outputs], may be empty: 1 where the gradient looks. Samples are `sampleEntries`
/// consecutive entries each (0 = all are one). Sums in double, in order. Thread: any.
template <typename T>
LossValue lossOf(const Loss& loss, std::span<const T> predictions, std::span<const T> labels,
                 std::span<const std::uint8_t> rows, int outputs, std::span<T> derivatives,
                 std::span<std::uint8_t> chosen = {}, std::size_t sampleEntries = 0);

} // namespace ohm::deep
