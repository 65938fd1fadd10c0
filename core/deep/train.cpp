// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/train.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace ohm::deep {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Mean squared error on the nodes of one part, over all samples.
double squareOn(std::span<const Sample> samples, const std::vector<std::vector<float>>& predictions,
                Part part, int outputs) {
    double sum = 0;
    std::int64_t count = 0;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        for (std::size_t i = 0; i < predictions[s].size(); ++i) {
            const float label = samples[s].labels[i];
            if (samples[s].parts[i / static_cast<std::size_t>(outputs)] != part ||
                !std::isfinite(label))
                continue;
            const double e = static_cast<double>(predictions[s][i] - label);
            sum += e * e;
            ++count;
        }
    }
    return count > 0 ? sum / static_cast<double>(count) : kNaN;
}

Expected<void> checkSamples(std::span<const Sample> samples, const NetworkConfig& network) {
    bool any = false;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        const Sample& sample = samples[s];
        const std::string where = "graph " + std::to_string(s + 1);
        if (!sample.graph)
            return fail("DEEP-006", "A sample has no graph", {}, where);
        const auto n = static_cast<std::size_t>(sample.graph->nodes);
        if (sample.features.size() != n * static_cast<std::size_t>(network.inputs) ||
            sample.labels.size() != n * static_cast<std::size_t>(network.outputs) ||
            sample.parts.size() != n)
            return fail("DEEP-006", "Features, labels or parts do not fit the graph's nodes",
                        std::to_string(n) + " nodes", where);
        for (const float value : sample.features) {
            if (!std::isfinite(value))
                return fail("DEEP-006", "A feature is not a number", {}, where);
        }
        for (std::size_t i = 0; i < sample.labels.size(); ++i)
            any = any ||
                  (sample.parts[i / static_cast<std::size_t>(network.outputs)] == Part::Train &&
                   std::isfinite(sample.labels[i]));
    }
    if (!any)
        return fail("DEEP-006", "There is no node with a label to train on");
    return {};
}

double rateOf(const TrainConfig& config, int epoch) {
    double rate = config.adam.rate;
    if (epoch < config.warmup)
        rate *= (epoch + 1.0) / (config.warmup + 1.0);
    if (config.cosine)
        rate *= 0.5 * (1 + std::cos(3.14159265358979323846 * epoch / std::max(1, config.epochs)));
    return rate;
}

/// |A and B| and |A or B| of two sets of marks.
void countOverlap(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                  std::int64_t& both, std::int64_t& either) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        both += a[i] & b[i];
        either += a[i] | b[i];
    }
}

Expected<void> restore(const TrainState& state, std::span<const Sample> samples,
                       const TrainConfig& config, Model<float>& model, TrainResult& result,
                       std::vector<std::vector<std::uint8_t>>& chosen) {
    const std::size_t size = model.weights().size();
    bool fits = state.epoch >= 0 && state.epoch <= config.epochs && state.weights.size() == size &&
                state.firstMoments.size() == size && state.secondMoments.size() == size &&
                (state.bestWeights.empty() || state.bestWeights.size() == size);
    if (!state.chosen.empty()) {
        fits = fits && state.chosen.size() == samples.size();
        for (std::size_t s = 0; fits && s < samples.size(); ++s)
            fits = state.chosen[s].empty() || state.chosen[s].size() == samples[s].labels.size();
    }
    if (!fits)
        return fail("DEEP-010", "The training that is to go on had another network or other data",
                    {}, {}, "Start anew in another folder");
    std::copy(state.weights.begin(), state.weights.end(), model.weights().begin());
    model.writeMoments(state.firstMoments, state.secondMoments);
    result.bestValidate = state.bestValidate;
    result.bestEpoch = state.bestEpoch;
    result.weights = state.bestWeights;
    if (!state.chosen.empty())
        chosen = state.chosen;
    return {};
}

} // namespace

Expected<TrainResult> train(std::span<const Sample> samples, const TrainConfig& config,
                            StopToken stop, ProgressSink& progress, const EpochSink& sink,
                            const Keeping& keeping) {
    const NetworkConfig& network = config.network;
    const auto possible = checkConfig(network);
    if (!possible)
        return possible.failure();
    const auto loses = checkLoss(config.loss);
    if (!loses)
        return loses.failure();
    const auto fits = checkSamples(samples, network);
    if (!fits)
        return fits.failure();

    std::vector<GraphPlan<float>> plans;
    GraphSize largest;
    std::vector<std::vector<std::uint8_t>> trains(samples.size());
    std::vector<std::vector<float>> predictions(samples.size());
    std::vector<float> derivatives;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        plans.push_back(makePlan<float>(*samples[s].graph, network));
        const GraphSize& size = plans.back().size;
        largest.nodes = std::max(largest.nodes, size.nodes);
        largest.edges = std::max(largest.edges, size.edges);
        largest.netRows = std::max(largest.netRows, size.netRows);
        largest.indexBytes = std::max(largest.indexBytes, size.indexBytes);
        for (const Part part : samples[s].parts)
            trains[s].push_back(part == Part::Train ? 1 : 0);
        predictions[s].resize(samples[s].labels.size());
    }
    auto made = makeModel<float>(network, largest);
    if (!made)
        return made.failure();
    Model<float>& model = **made;

    TrainResult result;
    result.predictedBytes = predictedBytes(network, largest);
    result.bestValidate = kNaN;
    std::vector<double> times;
    std::int64_t steps = 0;
    // Graphs to train on first, so that those that only validate see the weights after them.
    std::vector<std::size_t> order(samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_partition(order.begin(), order.end(), [&](std::size_t s) {
        return std::any_of(trains[s].begin(), trains[s].end(),
                           [](std::uint8_t t) { return t != 0; });
    });
    const bool picks = config.loss.kind == LossKind::Mpgd;
    std::vector<std::vector<std::uint8_t>> chosen(samples.size()); // by the last step
    std::vector<std::uint8_t> now;
    int first = 0;
    if (keeping.from) {
        const auto restored = restore(*keeping.from, samples, config, model, result, chosen);
        if (!restored)
            return restored.failure();
        first = keeping.from->epoch;
        steps = keeping.from->steps;
        result.epochs = first;
    }
    auto kept = std::chrono::steady_clock::now();
    const auto keep = [&](int epochs) -> Expected<void> {
        TrainState state;
        state.epoch = epochs;
        state.steps = steps;
        state.weights.assign(model.weights().begin(), model.weights().end());
        model.readMoments(state.firstMoments, state.secondMoments);
        state.bestValidate = result.bestValidate;
        state.bestEpoch = result.bestEpoch;
        state.bestWeights = result.weights;
        if (picks)
            state.chosen = chosen;
        kept = std::chrono::steady_clock::now();
        return keeping.keep(std::move(state));
    };
    for (int epoch = first; epoch < config.epochs; ++epoch) {
        EpochReport report;
        report.epoch = epoch + 1;
        std::int64_t entries = 0, both = 0, either = 0;
        double selected = 0;
        bool considered = false;
        // Once all predictions of the epoch are there, with the weights that made the last of them.
        const auto consider = [&] {
            considered = true;
            report.validateSquare = squareOn(samples, predictions, Part::Validate, network.outputs);
            report.testSquare = squareOn(samples, predictions, Part::Test, network.outputs);
            if (std::isfinite(report.validateSquare) &&
                !(report.validateSquare >= result.bestValidate)) {
                result.bestValidate = report.validateSquare;
                result.bestEpoch = epoch + 1;
                result.weights.assign(model.weights().begin(), model.weights().end());
            }
        };
        for (const std::size_t s : order) {
            const auto start = std::chrono::steady_clock::now();
            model.bind(plans[s]);
            const auto forth =
                model.forward(samples[s].features.data(), predictions[s].data(), stop);
            if (!forth)
                return forth.failure();
            derivatives.resize(predictions[s].size());
            now.resize(picks ? predictions[s].size() : 0);
            const LossValue loss = lossOf<float>(config.loss, predictions[s], samples[s].labels,
                                                 trains[s], network.outputs, derivatives, now);
            if (loss.entries == 0)
                continue;
            if (!std::isfinite(loss.loss))
                return fail("DEEP-007", "The loss is no longer a number",
                            "epoch " + std::to_string(epoch + 1), {},
                            "Use a smaller learning rate");
            if (s == order.back())
                consider();
            const auto back = model.backward(samples[s].features.data(), derivatives.data(), stop);
            if (!back)
                return back.failure();
            report.gradientNorm = adamStep(model, config.adam, ++steps, rateOf(config, epoch));
            const auto weight = static_cast<double>(loss.entries);
            report.trainLoss += loss.loss * weight;
            report.trainSquare += loss.square * weight;
            selected += loss.selected * weight;
            if (picks) {
                if (!chosen[s].empty())
                    countOverlap(now, chosen[s], both, either);
                chosen[s].swap(now);
            }
            entries += loss.entries;
            report.seconds +=
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        }
        if (!considered)
            consider();
        report.trainLoss /= static_cast<double>(entries);
        report.trainSquare /= static_cast<double>(entries);
        report.selected = selected / static_cast<double>(entries);
        report.overlap =
            either > 0 ? static_cast<double>(both) / static_cast<double>(either) : kNaN;
        times.push_back(report.seconds);
        report.memory = model.memory();
        report.predictions = predictions;
        result.epochs = epoch + 1;
        if (sink)
            sink(report);
        progress.report((epoch + 1.0) / config.epochs, "epoch " + std::to_string(epoch + 1));
        const double since =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - kept).count();
        if (keeping.keep &&
            (since >= keeping.everySeconds || stop.pauseRequested() || stop.stopRequested())) {
            const auto written = keep(epoch + 1);
            if (!written)
                return written.failure();
        }
    }
    if (result.weights.empty())
        result.weights.assign(model.weights().begin(), model.weights().end());
    std::copy(result.weights.begin(), result.weights.end(), model.weights().begin());
    for (std::size_t s = 0; s < samples.size(); ++s) {
        model.bind(plans[s]);
        const auto last = model.forward(samples[s].features.data(), predictions[s].data(), stop);
        if (!last)
            return last.failure();
    }
    result.predictions = predictions;
    result.memory = model.memory();
    if (!times.empty()) {
        std::nth_element(times.begin(),
                         times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                         times.end());
        result.secondsPerEpoch = times[times.size() / 2];
    }
    return result;
}

Expected<std::vector<float>> predict(const NetworkConfig& config, std::span<const float> weights,
                                     const Incidence& graph, std::span<const float> features,
                                     StopToken stop) {
    const auto possible = checkConfig(config);
    if (!possible)
        return possible.failure();
    const auto nodes = static_cast<std::size_t>(graph.nodes);
    if (features.size() != nodes * static_cast<std::size_t>(config.inputs) ||
        weights.size() != parameterCount(config))
        return fail("DEEP-006", "Features or weights do not fit the graph or the network");
    const auto plan = makePlan<float>(graph, config);
    auto model = makeModel<float>(config, plan.size);
    if (!model)
        return model.failure();
    std::copy(weights.begin(), weights.end(), (*model)->weights().begin());
    (*model)->bind(plan);
    std::vector<float> predictions(nodes * static_cast<std::size_t>(config.outputs));
    const auto done = (*model)->forward(features.data(), predictions.data(), stop);
    if (!done)
        return done.failure();
    return predictions;
}

} // namespace ohm::deep
