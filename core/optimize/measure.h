// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/optimize/problem.h"
#include "core/sim/simulator.h"

#include <vector>

namespace ohm::optimize {

/// Takes a measurement from the outcomes of all benches (in the problem's order; only those it
/// needs are looked at). Crossings are interpolated linearly in the logarithms of frequency and
/// magnitude, the phase linearly in the logarithm of frequency. Errors: OPT-010 a net or source is
/// not in the results, OPT-011 the measurement found nothing. Thread: any.
Expected<double> takeMeasure(const Measure& measure,
                             const std::vector<const sim::Outcome*>& benches);

/// Takes a derived measurement from the values of those it is derived from; `design` has the
/// parameters that an expression may use. Errors: OPT-011.
Expected<double> takeDerived(const Problem& problem, const Measure& measure, const Design& design,
                             const std::vector<double>& values);

/// The order in which derived measurements can be taken: each after those it is taken from. The
/// problem has no circles (linkExpressions). Thread: any.
std::vector<std::size_t> derivedOrder(const Problem& problem);

/// Finds what each expression refers to. Errors: OPT-005 a name is neither a measurement nor a
/// parameter nor a constant, OPT-006 measurements that refer to each other in a circle,
/// NET-101..106 an expression that is not understood. `where` begins the place in errors. Thread:
/// any.
Expected<void> linkExpressions(Problem& problem, const std::string& where);

/// The value of a parameter that follows others. Errors: OPT-005 it uses a name that does not vary,
/// NET-101..106 an expression that is not understood. Thread: any.
Expected<double> matchedValue(const Problem& problem, const Match& match, const Design& design);

/// A measured value with its unit for people: "343.5", "18.64 MHz", "46.7 deg", "54.5 dB".
std::string formatMeasure(const Measure& measure, double value);

} // namespace ohm::optimize
