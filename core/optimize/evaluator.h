// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/optimize/problem.h"
#include "core/sim/simulator.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ohm::optimize {

/// What simulating a design gave. Thread: a plain value.
struct Evaluation {
    bool valid = false;
    std::vector<double> values; ///< per measure; empty when not valid
    std::string failure;        ///< error code and sentence when not valid
    bool cached = false;
};

/// Simulates designs: all benches of all designs at once on the pool. A deck that was simulated
/// before, by this or any earlier process, is not simulated again. Thread: one call at a time.
class Evaluator {
public:
    /// `cacheFile`: where results are kept, append-only; empty = in memory only.
    Evaluator(Problem problem, std::shared_ptr<sim::SimulatorPool> pool,
              std::filesystem::path cacheFile = {});
    ~Evaluator();
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;

    const Problem& problem() const;
    /// Replaces the specs (the rest must be the same); costs follow, nothing is simulated.
    void setSpecs(const Problem& problem);
    /// One evaluation per design; a bench that hangs or does not converge makes that design
    /// invalid and costs its timeout, nothing else. Errors: OPT-020 stopped, SIM-001, NET-* (a
    /// bench that cannot be read), SIM-010..012.
    Expected<std::vector<Evaluation>> evaluate(const std::vector<Design>& designs,
                                               StopToken stop = {});
    /// The same of one design under several conditions, in their order.
    Expected<std::vector<Evaluation>> evaluateUnder(const Design& design,
                                                    const std::vector<Variation>& variations,
                                                    StopToken stop = {});
    std::size_t simulated() const; ///< designs really simulated by this object
    /// The deck of a bench with a design's values, under its corner or the variation.
    Expected<std::string> deck(std::size_t bench, const Design& design,
                               const Variation* variation = nullptr) const;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Where results of simulations are kept for all sessions of this user:
/// $XDG_CACHE_HOME/ohmscape/simulations.jsonl (or ~/.cache/...). Empty if there is no home.
std::filesystem::path defaultCacheFile();

} // namespace ohm::optimize
