// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/learn/evaluate.h"
#include "core/nn/network.h"

namespace ohm::learn {

/// Engine::train without the module: for the engine itself and for tests. Both sets are raw; the
/// normalisation is measured on `data.training` or taken from `options.from`. Batches are drawn by
/// (seed, epoch) alone, so a resumed training takes the very steps an uninterrupted one would have
/// taken. Thread: any; one training per call.
Expected<TrainingResult> train(const Recipe& recipe, const TrainingData& data,
                               const TrainingOptions& options, StopToken stop = {},
                               ProgressSink& progress = noProgress());

/// Predictions for a raw set, in the label's unit, in the order of `targetsOf` (evaluate.h).
Expected<std::vector<float>> predictSet(nn::Network& network, const Checkpoint& checkpoint,
                                        const dataset::GraphSet& set, StopToken stop = {});

} // namespace ohm::learn
