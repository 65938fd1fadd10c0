// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ohm::explore {

/// What one input does to an output. Thread: a plain value.
struct Importance {
    double rank = 0;  ///< Spearman's rank correlation, -1 to 1: the direction of the influence
    double share = 0; ///< 0 to 1, all inputs together 1: how much worse a model gets without it
};

/// Spearman's rank correlation of two columns; equal values share their mean rank. Pairs in which a
/// value is not finite are left out; 0 for fewer than three, or where a column is constant. Thread:
/// any.
double rankCorrelation(const std::vector<double>& a, const std::vector<double>& b);

struct ImportanceOptions {
    int trees = 40;
    int depth = 8;
    std::size_t mostRows = 1500; ///< drawn for each tree
    std::uint64_t seed = 1;
};

/// How much each input explains of the output. The model is bagged regression trees (Breiman, 2001)
/// on the output's ranks, so that outliers do not rule; an input's share is how much the error on
/// the rows a tree has not seen grows when that input is shuffled. Inputs that only help by chance
/// have 0. `inputs`: one column each, as long as `output`; rows with values that are not finite are
/// left out. All zero for fewer than ten rows, a constant output, or when stopped. Thread: any.
std::vector<Importance> importanceOf(const std::vector<std::vector<double>>& inputs,
                                     const std::vector<double>& output,
                                     const ImportanceOptions& options = {}, StopToken stop = {});

} // namespace ohm::explore
