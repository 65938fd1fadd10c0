// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/loss.h"
#include "core/deep/model.h"

#include <functional>

namespace ohm::deep {

/// Step number `step` (from 1) from the model's gradients; returns their norm before clipping. A
/// norm that is not finite changes nothing. Thread: owner of the model.
template <typename T>
double adamStep(Model<T>& model, const AdamOptions& options, std::int64_t step, double rate);

/// Which set a node belongs to.
enum class Part : std::uint8_t { Unused = 0, Train, Validate, Test };

/// One graph with its features and labels; the spans must outlive the training.
struct Sample {
    const Incidence* graph = nullptr;
    std::span<const float> features; ///< [nodes, inputs]
    std::span<const float> labels;   ///< [nodes, outputs]; NaN = unknown
    std::span<const Part> parts;     ///< [nodes]
};

struct TrainConfig {
    NetworkConfig network;
    AdamOptions adam;
    Loss loss;
    int epochs = 250;
    int warmup = 0;      ///< epochs of rising learning rate
    bool cosine = false; ///< learning rate falls to 0 as a half cosine, else it is constant
};

/// What is told after an epoch. The spans live during the call only.
struct EpochReport {
    int epoch = 0;                             ///< from 1
    double trainLoss = 0;                      ///< before the update, by the chosen loss
    double trainSquare = 0;                    ///< mean squared error on the training nodes
    double validateSquare = 0, testSquare = 0; ///< by the last predictions; NaN without nodes
    double selected = 1;                       ///< share of entries that the loss looks at
    double overlap = 0; ///< |E and E'| / |E or E'| of these with those of the step before on the
                        ///< same graphs; NaN where there is none, and but for Mpgd
    double gradientNorm = 0;
    double seconds = 0; ///< of forward, backward and update of the epoch
    MemoryUse memory;
    /// Per sample [nodes, outputs]: of a graph with training nodes from the weights before its own
    /// step, of the others from those after all steps.
    std::span<const std::vector<float>> predictions;
};
using EpochSink = std::function<void(const EpochReport&)>;

/// Where a training stands between two epochs: what it needs to go on as if nothing had been. A
/// plain value.
struct TrainState {
    int epoch = 0; ///< that are done
    std::int64_t steps = 0;
    std::vector<float> weights, firstMoments, secondMoments; ///< ParameterLayout
    double bestValidate = 0;                                 ///< NaN before the first
    int bestEpoch = 0;
    std::vector<float> bestWeights;                ///< empty before the first
    std::vector<std::vector<std::uint8_t>> chosen; ///< Mpgd: per sample, by the step before
};

/// How a training is kept while it runs.
struct Keeping {
    const TrainState* from = nullptr; ///< go on from here
    double everySeconds = 2;          ///< at least so long apart, and at the end of an epoch
    /// Called on the training's thread; a failure ends the training. The state is the callee's.
    std::function<Expected<void>(TrainState&&)> keep;
};

struct TrainResult {
    int epochs = 0;
    double bestValidate = 0; ///< least validation error and its epoch; NaN, 0 without such nodes
    int bestEpoch = 0;
    std::vector<float> weights; ///< of the best epoch, else of the last (ParameterLayout)
    std::vector<std::vector<float>> predictions; ///< of these weights, per sample
    MemoryUse memory;
    std::size_t predictedBytes = 0;
    double secondsPerEpoch = 0; ///< median
};

/// Trains one network on the training nodes of all samples: an epoch takes one step per sample that
/// has any; graphs with none come last. The predictions of an epoch's forward pass go to `sink`,
/// where the caller computes what correlations it wants. A training that goes on from a kept state
/// ends with the same weights to the bit. Errors: DEEP-002 impossible configuration,
/// DEEP-003 stopped, DEEP-004 out of range, DEEP-005 no memory, DEEP-006 the data do not fit the
/// graph, or there is nothing to train on, DEEP-007 the loss is no longer a number, DEEP-010 the
/// state belongs to another network or other data; those of `keep`. Thread: any.
Expected<TrainResult> train(std::span<const Sample> samples, const TrainConfig& config,
                            StopToken stop = {}, ProgressSink& progress = noProgress(),
                            const EpochSink& sink = {}, const Keeping& keeping = {});

/// Predictions [nodes, outputs] with given weights. Errors as `train`.
Expected<std::vector<float>> predict(const NetworkConfig& config, std::span<const float> weights,
                                     const Incidence& graph, std::span<const float> features,
                                     StopToken stop = {});

} // namespace ohm::deep
