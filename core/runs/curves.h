// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/run.h"
#include "core/runs/runkind.h"

#include <string>
#include <vector>

namespace ohm::runs {

/// What of a run is drawn. A plain value.
struct RunHistory {
    RunKind kind = RunKind::Training;
    std::string name;
    std::string recipeName;
    /// Alike for runs that differ in nothing but the seed.
    std::string family;
    std::vector<learn::TrainingReport> log;
    std::map<int, double> accAt; ///< measured last, as RunInfo::last
    /// Of runs that are no training, by the names of RunCurves: over simulated designs, epochs or
    /// steps.
    std::map<std::string, std::map<double, double>> series;
    bool goesOn = false; ///< what comes after its last point is not known yet, so nothing is held
};

/// Of any kind of run. Errors: LEARN-015. Thread: any, as everything here.
Expected<RunHistory> readHistory(const std::filesystem::path& run);
RunHistory historyOf(const learn::RunInfo& info);

/// A run, or several that differ in their seed alone, over steps or K.
struct RunCurve {
    std::string name; ///< of the run; "RECIPE, 3 seeds" for several
    std::vector<std::string> runs;
    std::size_t place = 0; ///< among all curves of its kind, those without a point too
    std::vector<double> x, mean;
    std::vector<double> low, high; ///< least and greatest of the seeds; empty for one run
};

/// The curves of runs, in the order they were given. A plain value.
struct RunCurves {
    std::vector<RunCurve> loss; ///< training loss over steps (deep: epochs), in normalised units
    std::vector<RunCurve> accuracy; ///< Acc@k on the validation split over steps
    std::vector<RunCurve> accAtK;   ///< measured last, over K
    // Sizing, over simulated designs. Between two iterations the last value holds, and a run that
    // has ended keeps it.
    std::vector<RunCurve> cost;     ///< of the best design
    std::vector<RunCurve> meanCost; ///< of the best 20
    std::vector<RunCurve> met;      ///< designs that meet every spec
    std::vector<RunCurve> pearson;  ///< deep: correlation on the validation part over epochs
    std::vector<RunCurve> selected; ///< with mpgd: share of entries chosen, over steps or epochs
    std::vector<RunCurve> overlap;  ///< of them with those chosen before, over steps or epochs
    /// Deep, maps, estimators: mean squared error on the validation part over epochs or steps.
    std::vector<RunCurve> validation;
    std::vector<RunCurve> p99;      ///< maps: 99th percentile of the errors there
    std::vector<RunCurve> greatest; ///< maps: the greatest error there
    std::vector<RunCurve> score;    ///< estimators: R2 or F1 there, of the first member
};
/// `bands`: runs that differ in nothing but the seed become one curve with a band; at each place
/// the mean is taken over those that have got so far. Curves without a point are left out.
RunCurves curvesOf(const std::vector<RunHistory>& runs, int k, bool bands);

/// curve, name, x, mean, low, high.
std::string toCsv(const RunCurves& curves);

} // namespace ohm::runs
