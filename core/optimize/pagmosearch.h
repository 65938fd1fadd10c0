// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/algorithm.h"

namespace ohm::optimize {

/// True for "de", "cmaes" and "nsga2".
bool isPagmoAlgorithm(const std::string& name);

/// Differential evolution, CMA-ES or NSGA-II of pagmo, one generation per iteration. Each parameter
/// is a number in [0, 1) cut into as many equal cells as its grid has points; a cell's index is the
/// grid point. A generation's candidates follow from the population before it, so they are found by
/// a trial run without fitness and simulated together, those that were tried before left out.
/// DE and CMA-ES minimise the cost, NSGA-II the penalty of each spec. Errors: OPT-025 this build
/// has no pagmo. Thread: owner only.
Expected<std::unique_ptr<Algorithm>> makePagmo(const Problem& problem,
                                               const AlgorithmOptions& options);

} // namespace ohm::optimize
