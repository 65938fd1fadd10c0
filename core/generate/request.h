// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/dataset/graphset.h"

#include <string>

namespace ohm::generate {

/// Graphs as a recipe or a command names them: the path of a dataset file, or a request
/// "KIND[:BRANCHES]:COUNT[:seed=N]" with the kinds of `datasetKinds()`, e.g.
/// "ladder:2-10:20000:seed=1", "bridge:1000:seed=10". Sample i depends only on (seed, i).
/// Errors: GEN-020 not understood (the text names the kinds), DATA-* of the file. Thread: any.
Expected<dataset::GraphSet> loadOrGenerate(const std::string& request, StopToken stop = {});

/// What can be made without a simulator: "ladder", "ladder-series", "ladder-parallel", "divider",
/// "bridge", "rout".
const std::vector<std::string>& resistiveKinds();

/// `count` graphs of a resistive kind; branches [low, high] matter to ladders only ("rout" is the
/// ten-branch ladder with its graph label). Errors: GEN-020.
Expected<dataset::GraphSet> generateKind(const std::string& kind, int low, int high,
                                         std::size_t count, std::uint64_t seed);

} // namespace ohm::generate
