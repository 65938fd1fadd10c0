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

/// Adds `sim measure` to the noun `sim`.
void addSimMeasure(CLI::App& noun, Context& context);

/// `bench sim`: designs per second, beside one process per bench with files.
void benchSimulations(Context& context);

} // namespace ohm::cli
