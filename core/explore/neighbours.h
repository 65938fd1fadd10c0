// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/explore/points.h"

#include <cstdint>
#include <vector>

namespace ohm::explore {

/// The nearest of every point, itself left out. A plain value.
struct Neighbours {
    std::size_t k = 0;               ///< of every point
    std::vector<std::int32_t> index; ///< [points, k], the nearest first; ties by index
    std::vector<float> squared;      ///< [points, k] squared Euclidean distances
};

/// Exact search by blocks of matrix products. `k` is cut to count - 1. O(count^2 width).
/// Errors: EXPL-001 fewer than two points or values that are not finite, EXPL-003 stopped.
/// Thread: any.
Expected<Neighbours> nearestNeighbours(const Points& points, std::size_t k, int threads = 0,
                                       StopToken stop = {}, ProgressSink& progress = noProgress());

/// Share of the `k` nearest neighbours in `points` that are among the `k` nearest in `layout`, over
/// every point or an even sample of `most`. In [0, 1]. Errors: as nearestNeighbours.
Expected<double> neighbourPreservation(const Points& points, const Points& layout,
                                       std::size_t k = 10, std::size_t most = 5000, int threads = 0,
                                       StopToken stop = {});

} // namespace ohm::explore
