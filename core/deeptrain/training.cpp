// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deeptrain/training.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ohm::deeptrain {
namespace {

constexpr std::size_t kLeastNodes = 2; ///< for a correlation

congestion::Figure meanOf(std::span<const DesignFigures> designs, deep::Part part, bool zero,
                          congestion::Figure congestion::Metrics::*member) {
    std::vector<congestion::Figure> values;
    for (const DesignFigures& design : designs) {
        if (design.part == part)
            values.push_back((zero ? design.figures.zero : design.figures.prediction).*member);
    }
    return congestion::meanOf(values).mean;
}

} // namespace

PartFigures meanFigures(std::span<const DesignFigures> designs, deep::Part part, bool zero) {
    PartFigures out;
    for (const DesignFigures& design : designs) {
        if (design.part != part)
            continue;
        const congestion::Metrics& m = zero ? design.figures.zero : design.figures.prediction;
        ++out.designs;
        out.nodes += m.count;
        out.mse += m.mse * static_cast<double>(m.count);
        out.mae += m.mae;
        out.p99Error += m.p99Error;
        out.maxError = std::max(out.maxError, m.maxError);
    }
    if (out.designs == 0)
        return out;
    out.mse /= static_cast<double>(out.nodes);
    out.mae /= static_cast<double>(out.designs);
    out.p99Error /= static_cast<double>(out.designs);
    using M = congestion::Metrics;
    out.pearson = meanOf(designs, part, zero, &M::pearson);
    out.spearman = meanOf(designs, part, zero, &M::spearman);
    out.kendall = meanOf(designs, part, zero, &M::kendall);
    out.r2 = meanOf(designs, part, zero, &M::r2);
    out.nrmse = meanOf(designs, part, zero, &M::nrmse);
    out.peakNrmse = meanOf(designs, part, zero, &M::peakNrmseMean);
    return out;
}

Expected<std::vector<DesignFigures>>
figuresOf(const Task& task, std::span<const std::vector<float>> predictions, deep::Part part) {
    std::vector<DesignFigures> out;
    for (std::size_t d = 0; d < task.designs.size(); ++d) {
        const TaskDesign& design = task.designs[d];
        std::vector<float> predicted, truth;
        for (std::size_t n = 0; n < design.labels.size(); ++n) {
            if (design.parts[n] != part || !std::isfinite(design.labels[n]))
                continue;
            predicted.push_back(predictions[d][n]);
            truth.push_back(design.labels[n]);
        }
        if (truth.size() < kLeastNodes)
            continue;
        const auto figures = congestion::compare(predicted, truth);
        if (!figures) {
            Error error = figures.error();
            error.where = design.name;
            return Unexpected{error};
        }
        out.push_back({design.name, part, *figures});
    }
    return out;
}

Expected<TrainingResult> trainOn(const Task& task, deep::TrainConfig config, StopToken stop,
                                 ProgressSink& progress, const EpochFiguresSink& sink,
                                 const deep::Keeping& keeping) {
    config.network.inputs = task.features();
    config.network.outputs = 1;
    if (const auto possible = deep::checkConfig(config.network); !possible)
        return possible.failure();
    const std::vector<deep::Sample> samples = task.samples();
    const std::size_t predicted =
        deep::predictedBytes(config.network, largestSize(task.designs, config.network));
    std::optional<Error> problem;
    const auto told = [&](const deep::EpochReport& report) {
        EpochFigures epoch;
        epoch.epoch = report.epoch;
        epoch.loss = report.trainLoss;
        epoch.trainSquare = report.trainSquare;
        epoch.gradientNorm = report.gradientNorm;
        epoch.seconds = report.seconds;
        epoch.measuredBytes = report.memory.peak;
        epoch.predictedBytes = predicted;
        if (config.loss.kind == deep::LossKind::Mpgd) {
            epoch.selected = report.selected;
            if (std::isfinite(report.overlap))
                epoch.overlap = report.overlap;
        }
        const auto figures = figuresOf(task, report.predictions, deep::Part::Validate);
        if (figures)
            epoch.validation = meanFigures(*figures, deep::Part::Validate, false);
        else if (!problem)
            problem = figures.error();
        if (sink)
            sink(epoch);
    };
    auto trained = deep::train(samples, config, stop, progress, told, keeping);
    if (!trained)
        return trained.failure();
    if (problem)
        return Unexpected{*problem};
    TrainingResult result;
    for (const deep::Part part : {deep::Part::Validate, deep::Part::Test}) {
        auto figures = figuresOf(task, trained->predictions, part);
        if (!figures)
            return figures.failure();
        result.designs.insert(result.designs.end(), figures->begin(), figures->end());
    }
    result.validation = meanFigures(result.designs, deep::Part::Validate, false);
    result.test = meanFigures(result.designs, deep::Part::Test, false);
    result.testZero = meanFigures(result.designs, deep::Part::Test, true);
    result.bestEpoch = trained->bestEpoch > 0 ? trained->bestEpoch : trained->epochs;
    result.predictions = std::move(trained->predictions);
    result.secondsPerEpoch = trained->secondsPerEpoch;
    result.measuredBytes = trained->memory.peak;
    result.predictedBytes = predicted;
    result.model.network = config.network;
    result.model.weights = std::move(trained->weights);
    result.model.normalisation = task.normalisation;
    result.model.featureNames = task.featureNames;
    result.model.label = task.label;
    result.model.provenance = {{"loss", nameOf(config.loss.kind)},
                               {"epochs", std::to_string(config.epochs)},
                               {"best_epoch", std::to_string(result.bestEpoch)}};
    return result;
}

} // namespace ohm::deeptrain
