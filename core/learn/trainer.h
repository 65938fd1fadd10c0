// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/dataset/graphset.h"
#include "core/learn/checkpoint.h"
#include "core/learn/metrics.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace ohm::learn {

/// How a network is trained. A plain value, stored in the checkpoint it leads to.
struct Recipe {
    std::string name;
    nn::NetworkSpec network;
    std::int64_t steps = 30000; ///< optimiser steps in all; the schedule is tied to them
    std::int64_t warmup = 1000; ///< steps of linear warm-up from 0 to peakRate
    double peakRate = 1e-3;
    double endRate = 1e-4;             ///< reached at the last step
    bool cosine = false;               ///< decay along half a cosine instead of a line
    std::int64_t batch = 256;          ///< graphs per step
    double weightDecay = 0;            ///< decoupled (AdamW)
    double clipNorm = 0;               ///< 0 = no gradient clipping
    std::int64_t validateEvery = 1000; ///< steps
    int k = 100;                       ///< of Acc@K in the reports
    std::uint64_t seed = 0;
};

/// Learning rate of step `step` (0-based).
double learningRate(const Recipe& recipe, std::int64_t step);

struct TrainingReport {
    std::int64_t step = 0;
    double rate = 0;
    double trainLoss = 0; ///< mean since the last report, in normalised units
    double seconds = 0;   ///< since the training (or its resumption) began
    double graphsPerSecond = 0;
    std::optional<RegressionMetrics> validation; ///< in the label's unit
    std::int64_t skipped = 0;                    ///< steps left out by the NaN guard so far
};

struct TrainingOptions {
    std::string device = "cpu";
    std::filesystem::path
        snapshot; ///< written atomically at every validation; resumed from if it exists
    std::optional<Checkpoint> from;                    ///< start from these weights (finetuning)
    std::function<void(const TrainingReport&)> report; ///< called on the training thread
};

/// Trains on node labels with mean squared error. Both sets must be normalised already; the metrics
/// are given in the label's unit through `normalization`. Batches are drawn by (seed, epoch) alone,
/// so a resumed training takes the very steps an uninterrupted one would have taken.
/// Errors: LEARN-010 empty or unfit data, LEARN-011 the loss is not finite, LEARN-012 stopped (the
/// snapshot is written first), LEARN-013 the snapshot belongs to another recipe.
/// Thread: any; one training per call.
Expected<Checkpoint> train(const Recipe& recipe, const dataset::GraphSet& training,
                           const dataset::GraphSet& validation,
                           const dataset::Normalization& normalization,
                           const TrainingOptions& options, StopToken stop = {},
                           ProgressSink& progress = noProgress());

/// Predictions for all output nodes of a normalised set, in the label's unit, in order.
Expected<std::vector<float>> predictAll(nn::Network& network, const dataset::GraphSet& set,
                                        const dataset::Normalization& normalization,
                                        StopToken stop = {});
/// Metrics of a network on a normalised set, in the label's unit.
Expected<RegressionMetrics> evaluate(nn::Network& network, const dataset::GraphSet& set,
                                     const dataset::Normalization& normalization,
                                     const std::vector<int>& ks, StopToken stop = {});

} // namespace ohm::learn
