// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/problem.h"
#include "core/optimize/robustness.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ohm::optimize {

/// What a judge believed of a design before it was simulated. Probabilities per spec; empty: it
/// says nothing of that. Thread: a plain value.
struct Belief {
    std::vector<double> meets;  ///< that the spec holds
    std::vector<double> better; ///< that the design is better than the reference
};

/// One such probability, and whether the simulation confirmed it.
struct Claim {
    double said = 0;
    bool came = false;
};

/// What was said of the designs of an iteration about one spec. Thread: a plain value.
struct SpecClaims {
    std::string spec;
    std::vector<Claim> meets, better;
};

/// What to compare by: the greater the better. Within the limits of a spec that has two, all are
/// alike. `values` per measure.
double qualityOf(const Problem& problem, std::size_t spec, const std::vector<double>& values);

/// Sets beliefs against measured values. `values` of a design: per measure, empty for one that
/// could not be simulated, which then says nothing; `reference`: the values of the design that
/// "better" refers to. Equal quality counts as better for a spec with an upper limit, as the judge
/// is taught. Nothing where no belief was given. Thread: any.
std::vector<SpecClaims> claimsOf(const Problem& problem, const std::vector<Belief>& beliefs,
                                 const std::vector<std::vector<double>>& values,
                                 const std::vector<double>& reference);

/// How well probabilities agree with what came. Thread: a plain value.
struct Calibration {
    struct Bin {
        double low = 0, high = 0; ///< of the probabilities
        std::size_t count = 0;
        double said = 0; ///< their mean
        Share came;
    };
    std::size_t count = 0;
    double said = 0;       ///< mean probability
    Share came;            ///< share that came true, with its 95 % interval
    double right = 0;      ///< share told rightly at a half
    double brier = 0;      ///< mean squared difference; 0.25 is that of "half" throughout
    double error = 0;      ///< expected calibration error: mean of |said - came| over the bins
    std::vector<Bin> bins; ///< those that hold something

    enum class Verdict { TooFew, Fits, TooSure, TooDoubtful };
    /// By whether the mean probability lies within the interval of what came, or nearer to it than
    /// five points; fewer than kLeast claims are too few. "Too sure": more was promised than came
    /// true.
    Verdict verdict() const;
    static constexpr std::size_t kLeast = 20;
};

/// Over `bins` equal ranges of probability (Murphy and Winkler, Reliability of subjective
/// probability forecasts, 1977; Naeini et al., Obtaining well calibrated probabilities using
/// Bayesian binning, 2015, for the error). Zeros for no claims. Thread: any.
Calibration calibrationOf(std::span<const Claim> claims, std::size_t bins = 5);

} // namespace ohm::optimize
