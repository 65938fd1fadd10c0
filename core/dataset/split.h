// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"

#include <cstdint>
#include <vector>

namespace ohm::dataset {

/// The split of every training: it does not move with the training's seed, so that several seeds are
/// measured on the same graphs.
inline constexpr std::uint64_t kTrainingSplitSeed = 20220315;

/// How a set is divided. A plain value.
struct SplitSpec {
    enum class By {
        Seed,    ///< a seeded permutation: training first, then validation, then test
        Topology ///< whole topology classes: none of a test graph's class is trained on
    } by = By::Seed;
    double validationShare = 0.1;
    double testShare = 0;
    double fraction = 1; ///< of the training part that is kept: its first graphs
    std::uint64_t seed = 0;
};

/// Graph numbers of the three parts, in the order they are used.
struct Split {
    std::vector<std::size_t> training, validation, test;
};

/// Divides `set`. Every share above zero yields at least one graph where there are enough of them.
/// By topology the classes are shuffled and dealt until each share is reached.
/// Errors: DATA-020 a share is not in [0, 1], the shares leave nothing to train on, or there are
/// fewer topology classes than parts. Thread: any.
Expected<Split> splitSet(const GraphSet& set, const SplitSpec& spec);

} // namespace ohm::dataset
