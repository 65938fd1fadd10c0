// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/metrics.h"
#include "core/deep/loss.h"
#include "core/maps/model.h"

#include <functional>
#include <optional>

namespace ohm::maps {

/// How a network on maps is trained. A plain value.
struct TrainConfig {
    learn::MapNetworkSpec network; ///< inputs and outputs follow from the images
    deep::Loss loss;               ///< in units of the targets
    int epochs = 20;
    int batch = 8; ///< images per step, at most the training images
    double rate = 1e-3, decay = 0;
    double clipNorm = 0;
    bool cosine = true; ///< the rate falls to 0 as a half cosine over the steps
    bool flips = false; ///< images are mirrored at random, both ways
    /// Of the figures: what lies above is a hotspot; range of the values, for SSIM.
    double hotspot = 0.05, range = 1;
};

/// Figures of one target over the images of one part: means of those where they are defined, the
/// greatest error is that of all.
struct TargetFigures {
    std::string target;
    std::size_t images = 0, undefined = 0; ///< images whose NRMSE is not defined (flat targets)
    double mse = 0, mae = 0, maxError = 0, p99Error = 0;
    congestion::Figure pearson, r2, nrmse, ssim, hotspotF1, peakNrmse;
};

/// What is known after an epoch. A plain value.
struct EpochFigures {
    int epoch = 0; ///< from 1
    std::int64_t steps = 0;
    double loss = 0;        ///< of the training images, by the chosen loss, before each update
    double trainSquare = 0; ///< mean squared error of the same
    /// Of the validation images, over all targets; NaN without any. The 99th percentile is the mean
    /// of those of the images.
    double validationSquare = 0, validationMax = 0, validationP99 = 0;
    congestion::Figure nrmse, ssim;          ///< of the first target, means
    std::optional<double> selected, overlap; ///< Mpgd; overlap with the epoch before
    double gradientNorm = 0, seconds = 0;
};
using EpochSink = std::function<void(const EpochFigures&)>;

/// Where a training stands between two epochs. A plain value.
struct TrainState {
    int epoch = 0;
    std::int64_t steps = 0;
    std::vector<nn::NamedArray> network; ///< MapNetwork::state(true)
    std::vector<nn::NamedArray> best;    ///< weights of the best epoch; empty before the first
    double bestValidate = 0;             ///< NaN before the first
    int bestEpoch = 0;
    std::vector<std::uint8_t> chosen; ///< Mpgd: [images, targets, rows, columns], as last seen
};

/// How a training is kept while it runs, as deep::Keeping.
struct Keeping {
    const TrainState* from = nullptr;
    double everySeconds = 2;
    std::function<Expected<void>(const TrainState&)> keep;
};

struct TrainingResult {
    MapModel model; ///< weights of the epoch with the least validation error, else of the last
    int bestEpoch = 0;
    std::int64_t parameters = 0, steps = 0;
    std::vector<TargetFigures> validation, test, testZero; ///< per target
    double secondsPerEpoch = 0;                            ///< median, without the figures
};

/// Trains a network on the training images. Batches, flips and weights are drawn by the seed alone,
/// so that a training that goes on ends with the same weights to the bit (with as many threads).
/// Errors: MAPS-003 nothing to train on, MAPS-006 an impossible setting, MAPS-007 the loss is no
/// longer a number, MAPS-008 the state belongs to another training, MAPS-009 stopped, LEARN-04x no
/// engine, those of `keep`. Thread: any.
Expected<TrainingResult> trainOn(const Images& images, const TrainConfig& config,
                                 StopToken stop = {}, ProgressSink& progress = noProgress(),
                                 const EpochSink& sink = {}, const Keeping& keeping = {});

/// Figures of predictions of these images, per target; `zero`: of the predictor that says 0.
/// Errors: CONG-04x.
Expected<std::vector<TargetFigures>> figuresOf(const Images& images,
                                               std::span<const std::size_t> which,
                                               std::span<const std::vector<float>> predictions,
                                               double hotspot, double range, bool zero);

/// The images of a part, in order.
std::vector<std::size_t> imagesOf(const Images& images, Part part);

} // namespace ohm::maps
