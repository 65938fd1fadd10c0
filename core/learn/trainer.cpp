// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/trainer.h"
#include "core/nn/modules.h"

#include <chrono>
#include <cmath>
#include <future>
#include <numbers>
#include <numeric>

namespace ohm::learn {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;
constexpr std::int64_t kLossReadEvery = 50; ///< reading the loss waits for the device
constexpr std::size_t kEvaluationBatch = 512;

/// Adam on one flat tensor: all parameters and gradients are views of two arrays, so that a step
/// costs a handful of operations instead of a dozen per parameter, and its state is three arrays.
class FlatAdam {
public:
    FlatAdam(nn::NetworkModule& module, double weightDecay)
        : m_weightDecay(weightDecay) {
        const torch::NoGradGuard noGradients;
        std::vector<torch::Tensor> pieces;
        for (const auto& p : module.parameters())
            pieces.push_back(p.detach().reshape({-1}));
        m_values = torch::cat(pieces);
        m_gradients = torch::zeros_like(m_values);
        m_mean = torch::zeros_like(m_values);
        m_square = torch::zeros_like(m_values);
        m_skipped = torch::zeros({}, m_values.options());
        std::int64_t at = 0;
        for (auto& p : module.parameters()) {
            const std::int64_t n = p.numel();
            p.set_data(m_values.narrow(0, at, n).view(p.sizes()));
            p.mutable_grad() = m_gradients.narrow(0, at, n).view(p.sizes());
            at += n;
        }
    }

    void zeroGradients() { m_gradients.zero_(); }

    /// One step. A gradient that is not finite counts as zero and is tallied, without waiting for
    /// the device.
    void step(double rate, double clipNorm, std::int64_t number) {
        const torch::NoGradGuard noGradients;
        const torch::Tensor norm = m_gradients.norm();
        const torch::Tensor finite = norm.isfinite();
        m_skipped += finite.logical_not().to(m_skipped.scalar_type());
        torch::Tensor scale = torch::ones_like(norm);
        if (clipNorm > 0)
            scale = (clipNorm / (norm + 1e-6)).clamp_max(1.0);
        const torch::Tensor gradient =
            torch::where(finite, m_gradients * scale, torch::zeros_like(m_gradients));
        m_mean.mul_(kBeta1).add_(gradient, 1 - kBeta1);
        m_square.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
        const double t = static_cast<double>(number + 1);
        const double stepSize = rate / (1 - std::pow(kBeta1, t));
        const double root = std::sqrt(1 - std::pow(kBeta2, t));
        if (m_weightDecay > 0)
            m_values.mul_(1 - rate * m_weightDecay);
        m_values.addcdiv_(m_mean, m_square.sqrt().div_(root).add_(kEpsilon), -stepSize);
    }

    std::int64_t skipped() const { return m_skipped.item<std::int64_t>(); }

    std::vector<nn::NamedArray> state() const {
        return {array("adam_mean", m_mean), array("adam_square", m_square)};
    }
    bool load(const std::vector<nn::NamedArray>& arrays) {
        const torch::NoGradGuard noGradients;
        for (const auto& a : arrays) {
            torch::Tensor& target = a.name == "adam_mean" ? m_mean : m_square;
            if (static_cast<std::int64_t>(a.values.size()) != target.numel())
                return false;
            target.copy_(torch::from_blob(const_cast<float*>(a.values.data()), target.sizes(),
                                          torch::kFloat32));
        }
        return arrays.size() == 2;
    }

private:
    static nn::NamedArray array(const std::string& name, const torch::Tensor& tensor) {
        const torch::Tensor host = tensor.to(torch::kCPU, torch::kFloat32).contiguous();
        const float* data = host.data_ptr<float>();
        return {name, {host.numel()}, std::vector<float>(data, data + host.numel())};
    }
    double m_weightDecay;
    torch::Tensor m_values, m_gradients, m_mean, m_square, m_skipped;
};

/// The graphs of step `step`: consecutive pieces of a permutation per epoch, the last piece of an
/// epoch may be smaller.
class BatchOrder {
public:
    BatchOrder(std::size_t graphs, const Recipe& recipe)
        : m_graphs(graphs)
        , m_batch(std::min(graphs, static_cast<std::size_t>(recipe.batch)))
        , m_seed(recipe.seed) {
        // A tail of one graph would leave batch normalisation without a variance.
        m_perEpoch = std::max<std::size_t>(1, m_graphs / m_batch);
    }
    std::vector<std::size_t> graphsOf(std::int64_t step) {
        const auto epoch = static_cast<std::uint64_t>(step) / m_perEpoch;
        if (m_order.empty() || epoch != m_epoch) {
            m_epoch = epoch;
            m_order = dataset::permutation(m_graphs, m_seed * 1000003 + epoch);
        }
        const std::size_t begin = (static_cast<std::size_t>(step) % m_perEpoch) * m_batch;
        return {m_order.begin() + static_cast<std::ptrdiff_t>(begin),
                m_order.begin() + static_cast<std::ptrdiff_t>(begin + m_batch)};
    }

private:
    std::size_t m_graphs;
    std::size_t m_batch;
    std::uint64_t m_seed;
    std::size_t m_perEpoch = 1;
    std::uint64_t m_epoch = 0;
    std::vector<std::size_t> m_order;
};

std::string fingerprint(const Recipe& r, const dataset::GraphSet& training) {
    return r.name + "/" + r.network.architecture + std::to_string(r.network.layers) + "/" +
           std::to_string(r.steps) + "/" + std::to_string(r.warmup) + "/" +
           std::to_string(r.peakRate) + "/" + std::to_string(r.endRate) + "/" +
           std::to_string(r.cosine) + "/" + std::to_string(r.batch) + "/" + std::to_string(r.seed) +
           "/" + std::to_string(training.graphCount()) + "/" + std::to_string(training.nodeCount());
}

Checkpoint describe(const Recipe& recipe, const nn::Network& network,
                    const dataset::GraphSet& training,
                    const dataset::Normalization& normalization) {
    Checkpoint c;
    c.spec = network.spec();
    c.featureSchema = c.spec.inputWidth == 9 ? "resistive" : "analog";
    c.featureNames = training.featureNames;
    c.normalization = normalization;
    c.weights = network.state();
    c.provenance["recipe"] = recipe.name;
    c.provenance["seed"] = std::to_string(recipe.seed);
    c.provenance["steps"] = std::to_string(recipe.steps);
    c.provenance["batch"] = std::to_string(recipe.batch);
    c.provenance["rate"] = std::to_string(recipe.peakRate) + " to " +
                           std::to_string(recipe.endRate) + (recipe.cosine ? " cosine" : " linear");
    c.provenance["fingerprint"] = fingerprint(recipe, training);
    for (const auto& [name, value] : training.attributes)
        c.provenance["data." + name] = value;
    return c;
}

} // namespace

double learningRate(const Recipe& r, std::int64_t step) {
    if (step < r.warmup)
        return r.peakRate * static_cast<double>(step + 1) / static_cast<double>(r.warmup);
    if (step >= r.steps)
        return r.endRate;
    const double part = static_cast<double>(step - r.warmup) /
                        static_cast<double>(std::max<std::int64_t>(1, r.steps - r.warmup));
    const double weight = r.cosine ? 0.5 * (1 + std::cos(std::numbers::pi * part)) : 1 - part;
    return r.endRate + (r.peakRate - r.endRate) * weight;
}

Expected<std::vector<float>> predictAll(nn::Network& network, const dataset::GraphSet& set,
                                        const dataset::Normalization& normalization,
                                        StopToken stop) {
    std::vector<float> all;
    for (std::size_t begin = 0; begin < set.graphCount(); begin += kEvaluationBatch) {
        if (stop.shouldStop())
            return fail("LEARN-012", "The evaluation was stopped");
        std::vector<std::size_t> graphs(std::min(kEvaluationBatch, set.graphCount() - begin));
        std::iota(graphs.begin(), graphs.end(), begin);
        auto part = network.predict(nn::makeBatch(set, graphs));
        if (!part)
            return part.failure();
        for (const float value : *part)
            all.push_back(static_cast<float>(normalization.toUnit(value)));
    }
    return all;
}

Expected<RegressionMetrics> evaluate(nn::Network& network, const dataset::GraphSet& set,
                                     const dataset::Normalization& normalization,
                                     const std::vector<int>& ks, StopToken stop) {
    const auto predicted = predictAll(network, set, normalization, stop);
    if (!predicted)
        return predicted.failure();
    std::vector<float> truth;
    for (std::size_t i = 0; i < set.y.size(); ++i) {
        if (set.outputMask[i])
            truth.push_back(static_cast<float>(normalization.toUnit(set.y[i])));
    }
    return regressionMetrics(*predicted, truth, ks);
}

Expected<Checkpoint> train(const Recipe& recipe, const dataset::GraphSet& training,
                           const dataset::GraphSet& validation,
                           const dataset::Normalization& normalization,
                           const TrainingOptions& options, StopToken stop, ProgressSink& progress) {
    if (training.graphCount() == 0)
        return fail("LEARN-010", "There is no graph to train on");
    if (static_cast<std::int64_t>(training.featureWidth) != recipe.network.inputWidth)
        return fail("LEARN-010", "The data has other features than the recipe's network",
                    std::to_string(training.featureWidth) + " columns instead of " +
                        std::to_string(recipe.network.inputWidth));
    auto network = nn::Network::create(recipe.network, recipe.seed, options.device);
    if (!network)
        return network.failure();
    nn::NetworkModule& module = network->module();
    if (options.from) {
        const auto loaded = network->loadState(options.from->weights);
        if (!loaded)
            return loaded.failure();
    }
    FlatAdam adam(module, recipe.weightDecay);
    std::int64_t first = 0;
    std::error_code ignored;
    if (!options.snapshot.empty() && std::filesystem::exists(options.snapshot, ignored)) {
        const auto snapshot = readCheckpoint(options.snapshot);
        if (!snapshot)
            return snapshot.failure();
        const auto mark = snapshot->provenance.find("fingerprint");
        if (!snapshot->training || mark == snapshot->provenance.end() ||
            mark->second != fingerprint(recipe, training) ||
            !network->loadState(snapshot->weights).ok() || !adam.load(snapshot->training->arrays))
            return fail("LEARN-013", "The snapshot to resume from belongs to another training", {},
                        options.snapshot.string(), "Name another folder, or remove it");
        first = snapshot->training->step;
    }

    const auto save = [&](std::int64_t step) -> Expected<void> {
        if (options.snapshot.empty())
            return {};
        Checkpoint c = describe(recipe, *network, training, normalization);
        c.training = Checkpoint::Training{step, adam.state()};
        return writeCheckpoint(c, options.snapshot);
    };

    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    try {
        BatchOrder order(training.graphCount(), recipe);
        // The next batch is put together while the device works on this one.
        const auto prepare = [&](std::vector<std::size_t> graphs) {
            return std::async(std::launch::async, [&training, graphs = std::move(graphs)] {
                return nn::makeBatch(training, graphs);
            });
        };
        auto next = prepare(order.graphsOf(first));
        torch::Tensor lossSum = torch::zeros({}, torch::TensorOptions().device(module.device));
        std::int64_t lossCount = 0;
        double lossMean = 0;
        std::int64_t lossSteps = 0;
        for (std::int64_t step = first; step < recipe.steps; ++step) {
            if (stop.shouldStop()) {
                next.wait();
                const auto saved = save(step);
                return saved ? fail("LEARN-012", "The training was stopped") : saved.failure();
            }
            const nn::GraphBatch batch = next.get();
            if (step + 1 < recipe.steps)
                next = prepare(order.graphsOf(step + 1));
            const nn::DeviceBatch onDevice = nn::toDevice(batch, module.device);
            module.train();
            adam.zeroGradients();
            const torch::Tensor loss = torch::mse_loss(module.forward(onDevice), onDevice.labels);
            loss.backward();
            const double rate = learningRate(recipe, step);
            adam.step(rate, recipe.clipNorm, step);
            lossSum += loss.detach();
            ++lossCount;
            const std::int64_t done = step + 1;
            if (done % kLossReadEvery == 0 || done == recipe.steps) {
                const double sum = lossSum.item<double>();
                if (!std::isfinite(sum) && adam.skipped() > kLossReadEvery)
                    return fail("LEARN-011", "The loss is no longer finite",
                                "step " + std::to_string(done), {}, "Lower the learning rate");
                lossMean += sum;
                lossSteps += lossCount;
                lossSum.zero_();
                lossCount = 0;
                progress.report(static_cast<double>(done) / static_cast<double>(recipe.steps),
                                "step " + std::to_string(done));
            }
            if (done % recipe.validateEvery == 0 || done == recipe.steps) {
                TrainingReport report;
                report.step = done;
                report.rate = rate;
                report.trainLoss = lossSteps ? lossMean / static_cast<double>(lossSteps) : 0;
                lossMean = 0;
                lossSteps = 0;
                report.skipped = adam.skipped();
                if (validation.graphCount() > 0) {
                    auto metrics = evaluate(*network, validation, normalization, {recipe.k}, stop);
                    if (metrics)
                        report.validation = *metrics;
                }
                report.seconds = seconds();
                report.graphsPerSecond =
                    static_cast<double>((done - first) * recipe.batch) / report.seconds;
                if (options.report)
                    options.report(report);
                const auto saved = save(done);
                if (!saved)
                    return saved.failure();
            }
        }
    } catch (const std::exception& error) {
        return fail("LEARN-011", "The training failed", error.what());
    }
    return describe(recipe, *network, training, normalization);
}

} // namespace ohm::learn
