// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/optimize/evaluator.h"

#include <string>
#include <vector>

namespace ohm::optimize {

/// A design under one set of conditions. Thread: a plain value.
struct ConditionResult {
    std::string name; ///< of the corner, or "sample 12"
    Evaluation evaluation;
    std::vector<bool> holds; ///< per spec; false throughout when it could not be simulated
    bool pass = false;       ///< every spec that is asked for here holds
};

/// A design in all corners. Thread: a plain value.
struct CornerReport {
    std::vector<ConditionResult> corners; ///< [0] is "nominal"
    /// Per spec: the corner that is worst by penalty, then by the value; and whether it holds
    /// wherever it is asked for: in every corner, or in those that its `corners` names.
    std::vector<std::size_t> worst;
    std::vector<bool> holds;
    bool pass = false;
};

/// Whether a spec is asked for in a corner: all of them unless it names some.
bool askedFor(const Spec& spec, const std::string& corner);

/// Simulates a design as drawn and in every corner of the project, all benches of all corners at
/// once on the pool; results come from and go to `cacheFile`. A corner whose simulation fails is
/// told and holds nothing. Errors: OPT-020 stopped, those of Evaluator. Thread: any.
Expected<CornerReport> evaluateCorners(const Problem& problem, const Design& design,
                                       std::shared_ptr<sim::SimulatorPool> pool,
                                       const std::filesystem::path& cacheFile = {},
                                       StopToken stop = {}, ProgressSink& progress = noProgress());

/// A share of samples with its 95 % confidence interval (Wilson's score interval).
struct Share {
    std::size_t passing = 0, count = 0;
    double rate = 0, low = 0, high = 0;
};
Share shareOf(std::size_t passing, std::size_t count);

/// How a measurement scatters over the samples that could be simulated.
struct Statistics {
    double mean = 0, sigma = 0; ///< sigma of the sample (n - 1); NaN below two
    double least = 0, greatest = 0;
    double percentile5 = 0, median = 0, percentile95 = 0;
};
/// NaN throughout for no values.
Statistics statisticsOf(std::vector<double> values);

struct MonteCarloReport {
    std::vector<ConditionResult> samples;
    std::size_t failed = 0; ///< samples without a result; they count as missing every spec
    Share yield;            ///< samples that meet every spec
    std::vector<Share> specs;
    std::vector<Statistics> measures;
    std::vector<std::size_t> worst; ///< per spec, the sample with the worst value
};

/// Simulates `count` samples of the process and mismatch scatter of the project around a design.
/// The same seed gives the same samples on every machine and for every number of workers; more
/// samples go on where fewer ended. Errors: OPT-040 the project declares no scatter, OPT-005 a
/// scatter names no model or parameter of any bench, OPT-020 stopped, those of Evaluator.
/// Thread: any.
Expected<MonteCarloReport> monteCarlo(const Problem& problem, const Design& design,
                                      std::size_t count, std::uint64_t seed,
                                      std::shared_ptr<sim::SimulatorPool> pool, StopToken stop = {},
                                      ProgressSink& progress = noProgress());

} // namespace ohm::optimize
