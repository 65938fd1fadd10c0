// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/batches.h"
#include "core/learn/optimizer.h"
#include "core/learn/regressionlosses.h"
#include "core/learn/selection.h"
#include "core/learn/stepgraph.h"
#include "core/learn/trainer.h"
#include "core/nn/modules.h"

#include <chrono>
#include <cmath>
#include <numeric>

namespace ohm::learn {
namespace {

using dataset::GraphSet;

constexpr std::int64_t kLossReadEvery = 50; ///< reading the loss waits for the device
constexpr std::size_t kEvaluationBatch = 512;
constexpr std::size_t kReferenceGraphs = 1000;
constexpr std::int64_t kStatisticsBatches =
    64; ///< that the averaged network's norms are measured on

/// What a snapshot must share with a training to be resumed by it.
std::string fingerprintOf(const Recipe& recipe, const GraphSet& training,
                          const std::optional<Checkpoint>& from) {
    Recipe r = recipe;
    r.description.clear();
    const std::string text = recipeText(r) + std::to_string(training.graphCount()) + "/" +
                             std::to_string(training.nodeCount()) + "/" +
                             std::to_string(training.edgeCount());
    std::uint64_t hash = 1469598103934665603ull; // FNV-1a
    const auto mix = [&](const void* bytes, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 1099511628211ull;
    };
    mix(text.data(), text.size());
    const std::size_t sample = std::min<std::size_t>(training.y.size(), 4096);
    mix(training.y.data(), sample * sizeof(float));
    for (std::size_t i = 0; from && i < from->weights.size(); ++i)
        mix(from->weights[i].values.data(), from->weights[i].values.size() * sizeof(float));
    return std::to_string(hash);
}

/// Where the labels of a set are scaled and how; the features by kind.
Expected<dataset::Normalization> measureNormalization(const Recipe& recipe,
                                                      const GraphSet& training,
                                                      const std::vector<float>& targets) {
    const std::size_t properties = recipe.featureScale == "none" ? 0
                                   : training.featureWidth == 9  ? 1
                                                                 : 3;
    dataset::Normalization n = dataset::Normalization::measure(training, properties, false);
    if (recipe.targetScale != "none") {
        n.labelLog = recipe.targetScale == "log";
        if (n.labelLog && *std::min_element(targets.begin(), targets.end()) <= 0)
            return fail("LEARN-010", "A logarithmic scale needs labels above zero", {},
                        recipe.target, "Set target_scale to standard");
        const auto count = static_cast<double>(targets.size());
        double mean = 0;
        double square = 0;
        for (const float value : targets)
            mean += (n.labelLog ? std::log(value) : value) / count;
        for (const float value : targets) {
            const double d = (n.labelLog ? std::log(value) : value) - mean;
            square += d * d / count;
        }
        n.labelMean = mean;
        n.labelDeviation = square > 0 ? std::sqrt(square) : 1;
    }
    return n;
}

Expected<GraphSet> scaled(const GraphSet& set, const dataset::Normalization& n,
                          const std::string& target) {
    GraphSet copy = set;
    n.apply(copy);
    if (target != "voltages") {
        const auto found =
            std::find(copy.graphLabelNames.begin(), copy.graphLabelNames.end(), target);
        if (found == copy.graphLabelNames.end())
            return fail("LEARN-010", "The data has no label of this name", {}, target);
        const auto column = static_cast<std::size_t>(found - copy.graphLabelNames.begin());
        for (std::size_t g = 0; g < copy.graphCount(); ++g) {
            float& value = copy.graphLabels[g * copy.graphLabelNames.size() + column];
            value = static_cast<float>(n.fromUnit(value));
        }
    }
    return copy;
}

constexpr double kHuber = 0.01; ///< errors below, in scaled labels, count by their square

SelectiveLoss lossOf(const Recipe& recipe, const torch::Tensor& out, const nn::DeviceBatch& batch) {
    const torch::Tensor& y = batch.labels;
    const std::string& kind = recipe.loss;
    if (kind == "mpgd") {
        torch::Tensor graphs; // of each entry
        if (recipe.lossPer == "sample")
            graphs = batch.padded.index_select(0, batch.outputs)
                         .div(batch.mostNodes, "floor")
                         .to(torch::kLong);
        return mpgdLoss(recipe, out, y, graphs, batch.graphs);
    }
    if (kind == "shrinkage")
        return {shrinkageLoss(out - y, recipe.shrinkA, recipe.shrinkC), {}};
    if (kind == "mae")
        return {torch::l1_loss(out, y), {}};
    if (kind == "huber")
        return {torch::smooth_l1_loss(out, y, torch::Reduction::Mean, kHuber), {}};
    return {torch::mse_loss(out, y), {}};
}

/// The same of predictions and labels in the label's unit; the mean square for the losses that look
/// at a part of the entries, so that they compare.
double lossOf(const std::string& kind, const std::vector<float>& predicted,
              const std::vector<float>& truth, const dataset::Normalization& n) {
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double error = std::fabs(n.fromUnit(predicted[i]) - n.fromUnit(truth[i]));
        if (kind == "mse" || kind == "mpgd" || kind == "shrinkage")
            sum += error * error;
        else if (kind == "huber" && error < kHuber)
            sum += 0.5 * error * error / kHuber;
        else
            sum += kind == "huber" ? error - 0.5 * kHuber : error;
    }
    return sum / static_cast<double>(truth.size());
}

void setTrainingMode(nn::NetworkModule& module, bool freezeNorm) {
    module.train();
    if (!freezeNorm)
        return;
    for (const auto& part : module.modules(false)) {
        if (part->as<torch::nn::BatchNorm1d>())
            part->eval();
    }
}

Expected<void> freezeParts(nn::NetworkModule& module, const std::string& freeze) {
    if (freeze == "none")
        return {};
    std::int64_t blocks = -1; // all of the backbone
    if (freeze.rfind("blocks:", 0) == 0)
        blocks = std::atoll(freeze.c_str() + 7);
    for (auto& item : module.named_parameters()) {
        const std::string& name = item.key();
        if (name.rfind("backbone.", 0) != 0)
            continue;
        bool frozen = true;
        const std::size_t at = name.find("block");
        if (blocks >= 0 && at != std::string::npos)
            frozen = std::atoll(name.c_str() + at + 5) < blocks;
        item.value().requires_grad_(!frozen);
    }
    return {};
}

/// One training: what the loop shares.
class Training {
public:
    Training(const Recipe& recipe, const TrainingData& data, const TrainingOptions& options,
             StopToken stop, ProgressSink& progress)
        : m_recipe(recipe)
        , m_data(data)
        , m_options(options)
        , m_stop(std::move(stop))
        , m_progress(progress) {}

    Expected<TrainingResult> run();

private:
    Expected<void> prepare();
    Expected<void> resume();
    Expected<void> save(std::int64_t step);
    Expected<void> loop();
    Expected<TrainingReport> validate(std::int64_t step, double rate, double loss);
    void measureStatistics();
    Checkpoint describe() const;
    void describeSeen(Checkpoint& checkpoint);
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }

    Recipe m_recipe;
    const TrainingData& m_data;
    const TrainingOptions& m_options;
    StopToken m_stop;
    ProgressSink& m_progress;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    std::optional<nn::Network> m_network;
    std::optional<FlatAdam> m_adam;
    std::optional<BatchOrder> m_order;
    std::optional<SelectionTally> m_tally; ///< with mpgd
    dataset::Normalization m_normalization;
    GraphSet m_training;
    std::vector<float> m_validationTargets;
    std::string m_fingerprint;
    std::int64_t m_first = 0;
    std::vector<nn::NamedArray> m_best;
    double m_bestLoss = std::numeric_limits<double>::infinity();
    TrainingReport m_last;
};

Expected<void> Training::prepare() {
    const auto checked = checkRecipe(m_recipe);
    if (!checked)
        return checked;
    if (m_data.training.graphCount() == 0)
        return fail("LEARN-010", "There is nothing to train on");
    if (m_options.from)
        m_recipe.network.inputWidth = m_options.from->spec.inputWidth;
    if (static_cast<std::int64_t>(m_data.training.featureWidth) != m_recipe.network.inputWidth)
        return fail("LEARN-010", "The data has other features than the network takes",
                    std::to_string(m_data.training.featureWidth) + " columns instead of " +
                        std::to_string(m_recipe.network.inputWidth));
    auto targets = targetsOf(m_data.training, m_recipe.target);
    if (!targets)
        return targets.failure();
    if (targets->empty())
        return fail("LEARN-010", "The training data has no labels");
    for (const float value : *targets) {
        if (!std::isfinite(value))
            return fail("LEARN-010", "The training data has labels that are not numbers");
    }
    // A network that goes on keeps the scales it was trained with; a new target brings its own.
    const bool sameTarget = m_options.from && m_options.from->target == m_recipe.target;
    const auto own = measureNormalization(m_recipe, m_data.training, *targets);
    if (!own)
        return own.failure();
    m_normalization = m_options.from ? m_options.from->normalization : *own;
    if (m_options.from && !sameTarget) {
        m_normalization.labelMean = own->labelMean;
        m_normalization.labelDeviation = own->labelDeviation;
        m_normalization.labelLog = own->labelLog;
    }
    m_fingerprint = fingerprintOf(m_recipe, m_data.training, m_options.from);
    m_progress.report(0, "scaling the data");
    auto training = scaled(m_data.training, m_normalization, m_recipe.target);
    if (!training)
        return training.failure();
    m_training = std::move(*training);
    if (m_data.validation.graphCount() > 0) {
        auto held = targetsOf(m_data.validation, m_recipe.target);
        if (!held)
            return held.failure();
        m_validationTargets = std::move(*held);
    }
    auto network = nn::Network::create(m_recipe.network, m_recipe.seed, m_options.device);
    if (!network)
        return network.failure();
    m_network.emplace(std::move(*network));
    if (m_options.from) {
        const auto loaded = m_network->loadMatching(m_options.from->weights, "backbone.");
        if (!loaded)
            return loaded;
    }
    const auto frozen = freezeParts(m_network->module(), m_recipe.freeze);
    if (!frozen)
        return frozen;
    m_adam.emplace(m_network->module(), m_recipe);
    m_order.emplace(m_training, m_recipe);
    if (m_recipe.loss == "mpgd")
        m_tally.emplace(m_training, m_recipe, m_network->module().device);
    return {};
}

Expected<void> Training::resume() {
    std::error_code ignored;
    if (m_options.snapshot.empty() || !std::filesystem::exists(m_options.snapshot, ignored))
        return {};
    const auto snapshot = readCheckpoint(m_options.snapshot);
    if (!snapshot)
        return snapshot.failure();
    const auto mark = snapshot->provenance.find("fingerprint");
    if (!snapshot->training || mark == snapshot->provenance.end() ||
        mark->second != m_fingerprint || !m_network->loadState(snapshot->weights).ok() ||
        !m_adam->load(snapshot->training->arrays))
        return fail("LEARN-013", "The snapshot to resume from belongs to another training", {},
                    m_options.snapshot.string(), "Name another folder, or remove it");
    m_first = snapshot->training->step;
    if (m_tally)
        m_tally->load(snapshot->training->arrays);
    m_bestLoss = snapshot->training->bestLoss;
    m_last.step = m_first;
    m_last.steps = m_recipe.steps;
    m_last.epoch = m_order->epochOf(m_first);
    m_last.rate = learningRate(m_recipe, std::max<std::int64_t>(0, m_first - 1));
    for (const auto& array : snapshot->training->arrays) {
        if (array.name.rfind("best.", 0) == 0)
            m_best.push_back({array.name.substr(5), array.shape, array.values});
    }
    return {};
}

Checkpoint Training::describe() const {
    Checkpoint c;
    c.spec = m_network->spec();
    c.target = m_recipe.target;
    c.featureSchema = c.spec.inputWidth == 9 ? "resistive" : "analog";
    c.featureNames = m_data.training.featureNames;
    c.normalization = m_normalization;
    c.weights = m_network->state();
    c.recipe = recipeText(m_recipe);
    if (m_options.from) {
        for (const auto& [key, value] : m_options.from->provenance) {
            if (key == "recipe" || key == "seed" || key == "steps" || key.rfind("data.", 0) == 0)
                c.provenance["from." + key] = value;
        }
    }
    c.provenance["recipe"] = m_recipe.name;
    c.provenance["seed"] = std::to_string(m_recipe.seed);
    c.provenance["steps"] = std::to_string(m_recipe.steps);
    c.provenance["training_graphs"] = std::to_string(m_data.training.graphCount());
    c.provenance["fingerprint"] = m_fingerprint;
    for (const auto& [name, value] : m_data.training.attributes)
        c.provenance["data." + name] = value;
    return c;
}

/// Ranges and embeddings of the training graphs, by which a circuit is later judged as familiar.
void Training::describeSeen(Checkpoint& checkpoint) {
    checkpoint.seen = Seen::measureRanges(m_data.training);
    if (!m_network->module().backbone)
        return;
    const auto embeddings = [&](const GraphSet& set) {
        std::vector<std::size_t> graphs(std::min(kReferenceGraphs, set.graphCount()));
        std::iota(graphs.begin(), graphs.end(), std::size_t{0});
        nn::GraphBatch batch = nn::makeBatch(set, graphs);
        m_normalization.applyFeatures(batch.x, set.featureWidth);
        const auto nodes = m_network->embed(batch);
        const auto width = static_cast<std::size_t>(checkpoint.spec.hidden);
        std::vector<float> means(graphs.size() * width, 0.0F);
        for (std::size_t g = 0; nodes && g < graphs.size(); ++g) {
            const auto first = static_cast<std::size_t>(batch.graphPtr[g]);
            const auto last = static_cast<std::size_t>(batch.graphPtr[g + 1]);
            for (std::size_t n = first; n < last; ++n) {
                for (std::size_t c = 0; c < width; ++c)
                    means[g * width + c] +=
                        (*nodes)[n * width + c] / static_cast<float>(last - first);
            }
        }
        return means;
    };
    checkpoint.seen.measureEmbeddings(embeddings(m_data.training), embeddings(m_data.validation),
                                      static_cast<std::size_t>(checkpoint.spec.hidden));
}

Expected<void> Training::save(std::int64_t step) {
    if (m_options.snapshot.empty())
        return {};
    Checkpoint c = describe();
    c.training = Checkpoint::Training{step, m_bestLoss, m_adam->state()};
    if (m_tally)
        c.training->arrays.push_back(m_tally->state());
    for (const auto& array : m_best)
        c.training->arrays.push_back({"best." + array.name, array.shape, array.values});
    return writeCheckpoint(c, m_options.snapshot);
}

Expected<TrainingReport> Training::validate(std::int64_t step, double rate, double loss) {
    TrainingReport report;
    report.step = step;
    report.steps = m_recipe.steps;
    report.epoch = m_order->epochOf(step);
    report.rate = rate;
    report.trainLoss = loss;
    report.skipped = m_adam->skipped();
    if (m_tally) {
        const auto shares = m_tally->take();
        report.selected = shares.selected;
        report.overlap = shares.overlap;
    }
    m_adam->swapAverage();
    if (!m_validationTargets.empty()) {
        auto predicted = predictSet(*m_network, describe(), m_data.validation, m_stop);
        if (predicted) {
            report.validation = regressionMetrics(
                *predicted, m_validationTargets,
                m_options.ks.empty() ? std::vector<int>{m_recipe.k} : m_options.ks);
            report.validationLoss =
                lossOf(m_recipe.loss, *predicted, m_validationTargets, m_normalization);
        }
    }
    if (m_recipe.keepBest && report.validationLoss && *report.validationLoss < m_bestLoss) {
        m_bestLoss = *report.validationLoss;
        m_best = m_network->state();
    }
    m_adam->swapAverage();
    report.seconds = seconds();
    const auto done = static_cast<double>(std::max<std::int64_t>(1, step - m_first));
    report.graphsPerSecond = done * static_cast<double>(m_order->batch()) / report.seconds;
    report.remainingSeconds = report.seconds / done * static_cast<double>(m_recipe.steps - step);
    m_last = report;
    return report;
}

Expected<void> Training::loop() {
    nn::NetworkModule& module = m_network->module();
    BatchQueue queue(m_training, m_recipe.target, *m_order, module.device, m_first, m_recipe.steps);
    torch::Tensor lossSum = torch::zeros({}, torch::TensorOptions().device(module.device));
    double lossMean = 0;
    std::int64_t lossSteps = 0, unread = 0, notFinite = 0;
    torch::Tensor chosen; // by the last step; a recorded one writes it anew
    // With dropout every step draws anew, which a recording would not.
    StepGraph graph(module.device, m_recipe.network.dropout == 0, [&](const nn::DeviceBatch& b) {
        m_adam->zeroGradients();
        const SelectiveLoss loss = lossOf(m_recipe, module.forward(b), b);
        loss.loss.backward();
        m_adam->step();
        lossSum += loss.loss.detach();
        chosen = loss.chosen;
    });
    for (std::int64_t step = m_first; step < m_recipe.steps; ++step) {
        if (m_stop.pauseRequested()) {
            const auto saved = save(step); // a paused training may be killed
            if (!saved)
                return saved;
        }
        if (m_stop.shouldStop()) {
            const auto saved = save(step);
            return saved ? fail("LEARN-012", "The training was stopped") : saved.failure();
        }
        const nn::DeviceBatch batch = queue.take();
        setTrainingMode(module, m_recipe.freezeNorm);
        if (m_recipe.network.dropout > 0)
            torch::manual_seed(m_recipe.seed * 1000003 + static_cast<std::uint64_t>(step));
        m_adam->plan(step);
        graph.run(batch, [&] { queue.settle(); });
        if (m_tally)
            m_tally->add(step, chosen);
        ++unread;
        const std::int64_t done = step + 1;
        const bool report = done % m_recipe.validateEvery == 0 || done == m_recipe.steps;
        if (report || done % kLossReadEvery == 0) {
            const double sum = lossSum.item<double>();
            notFinite = std::isfinite(sum) ? 0 : notFinite + 1;
            if (notFinite > 3)
                return fail("LEARN-011", "The loss is no longer finite",
                            "step " + std::to_string(done), {}, "Lower the learning rate");
            lossMean += sum;
            lossSteps += unread;
            lossSum.zero_();
            unread = 0;
            m_progress.report(static_cast<double>(done) / static_cast<double>(m_recipe.steps),
                              "step " + std::to_string(done));
        }
        if (!report)
            continue;
        const auto told =
            validate(done, learningRate(m_recipe, step), lossMean / static_cast<double>(lossSteps));
        if (!told)
            return told.failure();
        lossMean = 0;
        lossSteps = 0;
        if (m_options.report)
            m_options.report(*told);
        const auto saved = save(done);
        if (!saved)
            return saved;
    }
    return {};
}

/// Averaged weights meet activations that no step has seen: their batch statistics are measured
/// anew over a number of training batches.
void Training::measureStatistics() {
    if (!m_adam->averages() || m_recipe.freezeNorm)
        return;
    const torch::NoGradGuard noGradients;
    nn::NetworkModule& module = m_network->module();
    std::vector<torch::Tensor> buffers, sums;
    for (auto& b : module.buffers()) {
        if (!b.is_floating_point())
            continue;
        buffers.push_back(b);
        sums.push_back(torch::zeros_like(b));
    }
    if (buffers.empty())
        return;
    const std::int64_t batches = std::min(
        kStatisticsBatches, static_cast<std::int64_t>(m_training.graphCount() / m_order->batch()));
    // One pass moves a running value by the momentum: from two known starts the batch's own
    // statistics follow exactly.
    constexpr double kMomentum = 0.1;
    BatchQueue queue(m_training, m_recipe.target, *m_order, module.device, 0, batches);
    for (std::int64_t i = 0; i < batches; ++i) {
        for (auto& b : buffers)
            b.zero_();
        module.train();
        module.forward(queue.take());
        for (std::size_t k = 0; k < buffers.size(); ++k)
            sums[k] += buffers[k] / kMomentum;
    }
    for (std::size_t k = 0; k < buffers.size(); ++k)
        buffers[k].copy_(sums[k] / static_cast<double>(batches));
}

Expected<TrainingResult> Training::run() {
    const auto prepared = prepare();
    if (!prepared)
        return prepared.failure();
    try {
        const auto resumed = resume();
        if (!resumed)
            return resumed.failure();
        m_start = std::chrono::steady_clock::now();
        const auto done = loop();
        if (!done)
            return done.failure();
        m_adam->swapAverage();
        if (m_recipe.keepBest && !m_best.empty()) {
            const auto loaded = m_network->loadState(m_best);
            if (!loaded)
                return loaded.failure();
        } else {
            measureStatistics();
        }
        TrainingResult result;
        result.checkpoint = describe();
        describeSeen(result.checkpoint);
        result.last = m_last;
        const std::vector<int> ks =
            m_options.ks.empty() ? std::vector<int>{m_recipe.k} : m_options.ks;
        const auto measure = [&](const GraphSet& set) -> Expected<RegressionMetrics> {
            const auto targets = targetsOf(set, m_recipe.target);
            if (!targets)
                return targets.failure();
            const auto predicted = predictSet(*m_network, result.checkpoint, set, m_stop);
            if (!predicted)
                return predicted.failure();
            return regressionMetrics(*predicted, *targets, ks);
        };
        if (m_data.validation.graphCount() > 0) {
            auto metrics = measure(m_data.validation);
            if (!metrics)
                return metrics.failure();
            result.last.validation = *metrics;
        }
        if (m_data.test.graphCount() > 0) {
            auto metrics = measure(m_data.test);
            if (!metrics)
                return metrics.failure();
            result.test = *metrics;
        }
        const auto& told = result.test ? result.test : result.last.validation;
        if (told) {
            const std::string part = result.test ? "test" : "validation";
            for (const auto& [k, value] : told->accAt)
                result.checkpoint.provenance[part + ".acc_at_" + std::to_string(k)] =
                    std::to_string(value);
            result.checkpoint.provenance[part + ".mae"] = std::to_string(told->mae);
        }
        return result;
    } catch (const std::exception& error) {
        return fail("LEARN-011", "The training failed", error.what());
    }
}

} // namespace

Expected<std::vector<float>> predictSet(nn::Network& network, const Checkpoint& checkpoint,
                                        const GraphSet& set, StopToken stop) {
    std::vector<float> all;
    for (std::size_t begin = 0; begin < set.graphCount(); begin += kEvaluationBatch) {
        if (stop.stopRequested())
            return fail("LEARN-012", "The evaluation was stopped");
        std::vector<std::size_t> graphs(std::min(kEvaluationBatch, set.graphCount() - begin));
        std::iota(graphs.begin(), graphs.end(), begin);
        nn::GraphBatch batch = nn::makeBatch(set, graphs);
        checkpoint.normalization.applyFeatures(batch.x, set.featureWidth);
        auto part = network.predict(batch);
        if (!part)
            return part.failure();
        for (const float value : *part)
            all.push_back(static_cast<float>(checkpoint.normalization.toUnit(value)));
    }
    return all;
}

Expected<TrainingResult> train(const Recipe& recipe, const TrainingData& data,
                               const TrainingOptions& options, StopToken stop,
                               ProgressSink& progress) {
    return Training(recipe, data, options, std::move(stop), progress).run();
}

} // namespace ohm::learn
