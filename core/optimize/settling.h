// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/optimize/problem.h"
#include "core/sim/simulator.h"

#include <cstddef>
#include <string>
#include <vector>

namespace ohm::optimize {

/// The last moment at which `out` is outside `tolerance` around the ideal step, s: a cubic through
/// the four points around the crossing. The last time if it is outside then, the first if it never
/// is. Thread: any.
double settlingTime(const std::vector<double>& time, const std::vector<double>& out, double step,
                    double tolerance);

/// Where an Outcome keeps a settling time that was found by `simulateSettling`: a key of its
/// measurements.
std::string settlingKey(const Measure& measure);

/// The settling measurements of a bench whose transient may be run with fewer steps: it has one
/// transient from 0 and no other analysis, of which nothing but settling times and offsets is read.
/// Else none. Thread: any.
std::vector<const Measure*> settlingsAlone(const Problem& problem, std::size_t bench);

/// Settling times with no more time steps than they need. A transient of eight times the declared
/// step tells which outputs never settle and after which time nothing happens any more; up to
/// there the step is halved until two runs agree, and their times are extrapolated to no step
/// (Richardson; the trapezoidal rule errs by the square of the step). An output that comes near the
/// edge of its band once more counts as not agreed before the declared step. Where that cannot be
/// told, and where a run fails, the declared transient is run. `job` has that one analysis. Errors:
/// those of the pool. Thread: any; blocks its caller.
Expected<sim::Outcome> simulateSettling(sim::SimulatorPool& pool, const sim::Job& job,
                                        const std::vector<const Measure*>& settlings,
                                        const StopToken& stop);

} // namespace ohm::optimize
