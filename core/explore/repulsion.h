// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace ohm::explore {

/// The repulsive half of the t-SNE gradient for points of the plane: with q_ij = 1 / (1 + |y_i -
/// y_j|^2), force_i = sum over j of q_ij^2 (y_i - y_j), and Z = sum over i != j of q_ij.
class Repulsion {
public:
    virtual ~Repulsion() = default;
    /// `y` and `force` are [count, 2]. Returns Z. Thread: one call at a time.
    virtual double evaluate(const float* y, std::size_t count, float* force) = 0;
};

/// Every pair. O(count^2).
std::unique_ptr<Repulsion> exactRepulsion(int threads = 0);

/// On a grid: charges are spread over 4 x 4 nodes by cubic interpolation, convolved with the
/// kernels by FFT, and read back the same way (after Linderman et al. 2019, with the force's own
/// kernel in place of three of its potentials, and Z from the spectrum alone, so that one transform
/// forth and two back do). Node spacing at most 1/3, so that the error of a force is about a
/// hundredth of it.
std::unique_ptr<Repulsion> fourierRepulsion(int threads = 0);

} // namespace ohm::explore
