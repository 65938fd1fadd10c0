// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/dataset/graphset.h"

#include <string>

namespace ohm::generate {

/// Graphs as a recipe or a command names them: the path of a dataset file, or a request
/// "KIND[:BRANCHES]:COUNT[:seed=N]" with a kind of `resistiveKinds()` or `opampKinds()`, e.g.
/// "ladder:2-10:20000:seed=1", "bridge:1000:seed=10", "opamp:1000:seed=3". Sample i depends only on
/// (seed, i). Op-amps are simulated by the `ngspice` that is installed; the rest needs none.
/// Errors: GEN-020 not understood (the hint names the kinds), GEN-012 stopped, DATA-* of the file,
/// those of generateOpamps. Thread: any; blocks.
Expected<dataset::GraphSet> loadOrGenerate(const std::string& request, StopToken stop = {},
                                           ProgressSink& progress = noProgress());

/// What can be made without a simulator: "ladder", "ladder-series", "ladder-parallel", "divider",
/// "bridge", "rout".
const std::vector<std::string>& resistiveKinds();
/// What needs ngspice: "opamp", "opamp-biased-pmos", "opamp-gain" (the same circuits as the former:
/// they have both labels).
const std::vector<std::string>& opampKinds();

/// `count` graphs of a resistive kind; branches [low, high] matter to ladders only ("rout" is the
/// ten-branch ladder with its graph label). Errors: GEN-020, GEN-012.
Expected<dataset::GraphSet> generateKind(const std::string& kind, int low, int high,
                                         std::size_t count, std::uint64_t seed, StopToken stop = {},
                                         ProgressSink& progress = noProgress());

} // namespace ohm::generate
