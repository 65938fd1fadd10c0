// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/explore/points.h"

#include <vector>

namespace ohm::explore {

/// Principal components. A plain value.
struct Pca {
    std::size_t width = 0;
    std::vector<double> mean;       ///< [width]
    std::vector<double> components; ///< [kept, width], orthonormal rows, greatest variance first;
                                    ///< the entry of greatest size is positive
    std::vector<double> variance;   ///< [kept] of the points along each (divisor: count)
    double total = 0;               ///< variance over all directions
    std::size_t kept() const { return variance.size(); }
};

/// The first `keep` components of the covariance (cyclic Jacobi, fp64). O(count width^2 + width^3).
/// Errors: EXPL-001 no points, or a value that is not finite; EXPL-002 wider than 1024.
/// Thread: any.
Expected<Pca> fitPca(const Points& points, std::size_t keep, int threads = 0);
/// Coordinates [count, kept].
std::vector<float> project(const Pca& pca, const Points& points, int threads = 0);

} // namespace ohm::explore
