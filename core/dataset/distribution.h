// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"
#include "core/dataset/split.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ohm::dataset {

/// The values of a label in one set or a part of it. A plain value.
struct LabelSample {
    std::string name; ///< of the set; ", test" and the like where it is a part
    std::vector<float> values;
};

/// How a set is taken apart before its labels are compared.
enum class DivideBy {
    Nothing,
    Seed,     ///< training, validation and test, each a tenth for the latter two, as trainings do
    Topology, ///< the same by whole topology classes
    Classes   ///< one sample for each topology class
};

/// The label of a set (`label` empty: voltages of labelled nets), whole or in parts. Errors:
/// DATA-040 the set has no such label, DATA-020 it cannot be divided so. Thread: any, as everything
/// here.
Expected<std::vector<LabelSample>> labelSamples(const GraphSet& set, const std::string& name,
                                                const std::string& label = {},
                                                DivideBy by = DivideBy::Nothing);

/// Least and greatest finite value of all samples; (0, 0) if there is none.
std::pair<double, double> rangeOf(const std::vector<LabelSample>& samples);

/// A curve over `places`.
struct Curve {
    std::vector<double> places, heights;
};
/// Density of the finite values by Gaussian kernels at `points` places over [low, high], per unit
/// of the label; empty without values. The kernel's deviation is Silverman's, 0.9 min(s, IQR
/// / 1.34) n^(-1/5), at least the distance of two places. Source: B. W. Silverman, Density
/// Estimation for Statistics and Data Analysis, 1986, eq. 3.31.
Curve densityOf(std::span<const float> values, double low, double high, std::size_t points = 256);
/// The share of the finite values that is at most the place: the stairs themselves for up to
/// `points` values, else thinned evenly; begins at 0 and ends at 1.
Curve cumulativeOf(std::span<const float> values, std::size_t points = 1000);

} // namespace ohm::dataset
