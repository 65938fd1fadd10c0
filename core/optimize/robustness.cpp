// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/robustness.h"

#include "core/optimize/check.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::optimize {
namespace {

constexpr std::size_t kBatch = 32; ///< samples whose decks are in memory at once

/// How bad a value is: what it misses by, then how near it is to the limit.
std::pair<double, double> badness(const Spec& spec, double value) {
    double margin = std::numeric_limits<double>::infinity();
    if (spec.min)
        margin = std::min(margin, value - *spec.min);
    if (spec.max)
        margin = std::min(margin, *spec.max - value);
    return {spec.penalty(value), -margin};
}

ConditionResult resultOf(const Problem& problem, std::string name, Evaluation evaluation) {
    ConditionResult r;
    r.name = std::move(name);
    r.evaluation = std::move(evaluation);
    r.pass = r.evaluation.valid;
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        const bool holds = r.evaluation.valid &&
                           problem.specs[s].penalty(r.evaluation.values[problem.measureOf[s]]) == 0;
        r.holds.push_back(holds);
        r.pass = r.pass && (holds || !askedFor(problem.specs[s], r.name));
    }
    return r;
}

/// The index of the result with the worst value of a spec; one that failed is worse than any.
template <typename Counts>
std::size_t worstOf(const Problem& problem, const std::vector<ConditionResult>& results,
                    std::size_t spec, const Counts& counts) {
    std::size_t worst = 0;
    std::pair<double, double> most{-1, 0};
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (!counts(results[i]))
            continue;
        const Evaluation& e = results[i].evaluation;
        const auto here = e.valid ? badness(problem.specs[spec], e.values[problem.measureOf[spec]])
                                  : std::pair(std::numeric_limits<double>::infinity(), 0.0);
        if (here > most || most.first < 0) {
            most = here;
            worst = i;
        }
    }
    return worst;
}

} // namespace

bool askedFor(const Spec& spec, const std::string& corner) {
    if (spec.corners.empty())
        return true;
    return std::any_of(spec.corners.begin(), spec.corners.end(), [&](const std::string& name) {
        return name == "all" || name == corner ||
               corner.compare(0, name.size() + 1, name + " ") == 0;
    });
}

Expected<CornerReport> evaluateCorners(const Problem& given, const Design& design,
                                       std::shared_ptr<sim::SimulatorPool> pool,
                                       const std::filesystem::path& cacheFile, StopToken stop,
                                       ProgressSink& progress) {
    const Problem problem = given.asDrawn();
    if (const auto fine = checkProblem(problem); !fine)
        return fine.failure();
    Evaluator evaluator(problem, std::move(pool), cacheFile);
    std::vector<Variation> variations(1);
    variations.front().corner.name = kNominalCorner;
    for (const Corner& corner : problem.corners)
        variations.push_back({corner, {}, 0, 0});
    CornerReport report;
    for (std::size_t first = 0; first < variations.size(); first += kBatch) {
        const std::size_t end = std::min(first + kBatch, variations.size());
        progress.report(static_cast<double>(first) / static_cast<double>(variations.size()),
                        std::to_string(variations.size()) + " corners");
        auto results =
            evaluator.evaluateUnder(design,
                                    {variations.begin() + static_cast<std::ptrdiff_t>(first),
                                     variations.begin() + static_cast<std::ptrdiff_t>(end)},
                                    stop);
        if (!results)
            return results.failure();
        for (std::size_t i = 0; i < results->size(); ++i)
            report.corners.push_back(
                resultOf(problem, variations[first + i].corner.name, std::move((*results)[i])));
    }
    report.pass = true;
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        const auto counts = [&](const ConditionResult& r) {
            return askedFor(problem.specs[s], r.name);
        };
        report.worst.push_back(worstOf(problem, report.corners, s, counts));
        const bool holds = std::all_of(report.corners.begin(), report.corners.end(),
                                       [&](const auto& r) { return r.holds[s] || !counts(r); });
        report.holds.push_back(holds);
        report.pass = report.pass && holds;
    }
    return report;
}

Share shareOf(std::size_t passing, std::size_t count) {
    Share share{passing, count, 0, 0, 1};
    if (count == 0)
        return share;
    constexpr double z = 1.959963984540054;
    const auto n = static_cast<double>(count);
    const double p = static_cast<double>(passing) / n;
    const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    share.rate = p;
    share.low = passing == 0 ? 0 : std::max(0.0, middle - half);
    share.high = passing == count ? 1 : std::min(1.0, middle + half);
    return share;
}

Statistics statisticsOf(std::vector<double> values) {
    const double nan = std::nan("");
    if (values.empty())
        return {nan, nan, nan, nan, nan, nan, nan};
    std::sort(values.begin(), values.end());
    const auto n = static_cast<double>(values.size());
    Statistics s;
    s.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double squares = 0;
    for (const double v : values)
        squares += (v - s.mean) * (v - s.mean);
    s.sigma = values.size() > 1 ? std::sqrt(squares / (n - 1)) : nan;
    s.least = values.front();
    s.greatest = values.back();
    const auto at = [&](double share) {
        const double place = share * (n - 1);
        const auto low = static_cast<std::size_t>(place);
        const std::size_t high = std::min(low + 1, values.size() - 1);
        return values[low] + (place - std::floor(place)) * (values[high] - values[low]);
    };
    s.percentile5 = at(0.05);
    s.median = at(0.5);
    s.percentile95 = at(0.95);
    return s;
}

Expected<MonteCarloReport> monteCarlo(const Problem& given, const Design& design, std::size_t count,
                                      std::uint64_t seed, std::shared_ptr<sim::SimulatorPool> pool,
                                      StopToken stop, ProgressSink& progress) {
    const Problem problem = given.asDrawn();
    if (problem.monteCarlo.spreads.empty())
        return fail("OPT-040", "The project does not say how anything scatters", {},
                    problem.folder.string(), "Add monte_carlo to project.yaml (docs/sizing.md)");
    Evaluator evaluator(problem, std::move(pool));
    MonteCarloReport report;
    while (report.samples.size() < count) {
        progress.report(static_cast<double>(report.samples.size()) / static_cast<double>(count),
                        std::to_string(report.samples.size()) + " of " + std::to_string(count) +
                            " samples");
        const std::size_t first = report.samples.size();
        std::vector<Variation> variations;
        for (std::size_t i = first; i < std::min(first + kBatch, count); ++i)
            variations.push_back({{}, problem.monteCarlo.spreads, seed, i});
        auto results = evaluator.evaluateUnder(design, variations, stop);
        if (!results)
            return results.failure();
        for (Evaluation& e : *results) {
            report.samples.push_back(
                resultOf(problem, "sample " + std::to_string(report.samples.size()), std::move(e)));
            // Scatter is asked of every spec, whatever corners it names.
            ConditionResult& r = report.samples.back();
            r.pass = std::all_of(r.holds.begin(), r.holds.end(), [](bool held) { return held; });
            report.failed += r.evaluation.valid ? 0 : 1;
        }
    }
    std::size_t passing = 0;
    for (const ConditionResult& r : report.samples)
        passing += r.pass ? 1 : 0;
    report.yield = shareOf(passing, report.samples.size());
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        const auto held = std::count_if(report.samples.begin(), report.samples.end(),
                                        [s](const ConditionResult& r) { return bool(r.holds[s]); });
        report.specs.push_back(shareOf(static_cast<std::size_t>(held), report.samples.size()));
        report.worst.push_back(worstOf(problem, report.samples, s, [](const ConditionResult& r) {
            return r.evaluation.valid;
        }));
    }
    for (std::size_t m = 0; m < problem.measures.size(); ++m) {
        std::vector<double> values;
        for (const ConditionResult& r : report.samples) {
            if (r.evaluation.valid)
                values.push_back(r.evaluation.values[m]);
        }
        report.measures.push_back(statisticsOf(std::move(values)));
    }
    return report;
}

} // namespace ohm::optimize
