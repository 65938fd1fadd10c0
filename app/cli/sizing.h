// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/optimize/problem.h"
#include "core/sim/simulator.h"

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace ohm::cli {

struct Context;

/// The sizing problem of a project; its findings go to stderr. Errors: PROJ-*, OPT-*.
Expected<optimize::Problem> sizingProblem(const std::string& path, Context& context);

/// 0 workers = one per core.
std::shared_ptr<sim::SimulatorPool> sizingPool(const std::string& ngspice, int workers);

/// The design nearest to the nominal one with `name=value` set. Errors: OPT-005.
Expected<optimize::Design> designOf(const optimize::Problem& problem,
                                    const std::vector<std::string>& settings);

/// Prints a design in every corner of the project.
void tellCorners(const optimize::Problem& problem, const optimize::Design& design,
                 std::shared_ptr<sim::SimulatorPool> pool, Context& context);

/// Adds `corners` and `montecarlo` to `optimize`.
void addRobustness(CLI::App& verb, Context& context);

/// Adds `sim measure` to the noun `sim`.
void addSimMeasure(CLI::App& noun, Context& context);

/// `bench sim`: designs per second, beside one process per bench with files.
void benchSimulations(Context& context);

} // namespace ohm::cli
