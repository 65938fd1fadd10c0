// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/metrics.h"
#include "core/deeptrain/checkpoint.h"

#include <functional>
#include <optional>

namespace ohm::deeptrain {

/// Figures of one part of the data: each is the mean over designs (of those where it is defined),
/// the greatest error is that of all designs.
struct PartFigures {
    std::size_t designs = 0, nodes = 0;
    double mse = 0; ///< over all nodes
    double mae = 0, maxError = 0, p99Error = 0;
    congestion::Figure pearson, spearman, kendall, r2, nrmse, peakNrmse;
};

/// What is known after an epoch. A plain value.
struct EpochFigures {
    int epoch = 0;          ///< from 1
    double loss = 0;        ///< of the training nodes, by the chosen loss
    double trainSquare = 0; ///< mean squared error of the training nodes
    PartFigures validation;
    /// Mpgd only: the share |E|/n of entries that the loss looked at, and |E and E'| / |E or E'|
    /// with those of the step before on the same designs (not in the first epoch).
    std::optional<double> selected, overlap;
    double gradientNorm = 0;
    double seconds = 0;             ///< of training; validation's figures are not counted
    std::size_t measuredBytes = 0;  ///< peak of everything the network holds
    std::size_t predictedBytes = 0; ///< the formula's
};
using EpochFiguresSink = std::function<void(const EpochFigures&)>;

/// How a network did on one design's nodes of one part.
struct DesignFigures {
    std::string design;
    deep::Part part = deep::Part::Test;
    congestion::Comparison figures; ///< beside the predictor that always says 0
};

struct TrainingResult {
    DeepModel model; ///< weights of the epoch with the least validation error
    int bestEpoch = 0;
    std::vector<DesignFigures> designs; ///< validation and test
    PartFigures validation, test;
    PartFigures testZero;                        ///< of the predictor that always says 0
    std::vector<std::vector<float>> predictions; ///< [nodes] per design of the task
    double secondsPerEpoch = 0;                  ///< median
    std::size_t measuredBytes = 0, predictedBytes = 0;
};

/// Trains on a task; inputs and outputs of `config.network` are set here. Errors: those of
/// deep::train, CONG-04x a figure cannot be made. Thread: any.
Expected<TrainingResult> trainOn(const Task& task, deep::TrainConfig config, StopToken stop = {},
                                 ProgressSink& progress = noProgress(),
                                 const EpochFiguresSink& sink = {},
                                 const deep::Keeping& keeping = {});

/// Mean over designs of one part; `zero` of the zero predictor.
PartFigures meanFigures(std::span<const DesignFigures> designs, deep::Part part, bool zero);

/// Figures of one set of predictions on the nodes of `part`, per design that has at least two.
Expected<std::vector<DesignFigures>>
figuresOf(const Task& task, std::span<const std::vector<float>> predictions, deep::Part part);

} // namespace ohm::deeptrain
