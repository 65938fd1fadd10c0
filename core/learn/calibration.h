// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ohm::learn {

/// Estimates with their truth, on the normalised scale, to fit bounds on. Thread: a plain value.
struct BoundSamples {
    std::vector<float> predicted; ///< of the ensemble's mean
    std::vector<float> label;
    std::vector<float> spread;        ///< variance over the members; zeros of a single network
    std::vector<std::uint32_t> group; ///< design: a design counts by the root of its samples
    std::size_t size() const { return predicted.size(); }
};

/// Deviation of an estimate: sqrt(residual[fifth of the estimate]^2 + spreadFactor * spread).
/// Thread: a plain value.
struct Bounds {
    std::vector<double> residual; ///< [kClasses]
    double spreadFactor = 1;
};

/// The likeliest such bounds under normal errors (few samples of a fifth lean on all), then scaled
/// so that one deviation holds 68.3 % of the samples, as the bounds say. `samples` is not empty.
/// Thread: any.
Bounds fitBounds(const BoundSamples& samples);
double deviationOf(const Bounds& bounds, float predicted, float spread);

/// Shares of labels within one and within 1.645 deviations (68.3 % and 90 % if errors are normal).
struct Coverage {
    double one = 0, ninety = 0;
};
Coverage coverageOf(const std::vector<float>& predicted, const std::vector<float>& label,
                    const std::vector<float>& deviation);
/// Of every group with bounds fitted on the others alone: what to expect of a design that nobody
/// has seen. NaN with less than two groups.
Coverage coverageLeftOut(const BoundSamples& samples);

} // namespace ohm::learn
