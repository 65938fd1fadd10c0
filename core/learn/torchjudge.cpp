// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/dataset/random.h"
#include "core/learn/torchjudge.h"
#include "core/nn/bufferpool.h"
#include "core/nn/modules.h"
#include "core/nn/network.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace ohm::learn {
namespace {

constexpr std::int64_t kFcWidth = 20;
constexpr std::int64_t kLatents = 8, kLatentWidth = 32, kReadoutLayers = 3;
constexpr double kDropout = 0.2;
constexpr double kRate = 1e-3;

/// One small network per spec, side by side: weights [specs, out, in].
struct StackedLinear : torch::nn::Module {
    /// `symmetric`: only the first half of the rows is free, the other half is the first turned by
    /// 180 degrees, so that exchanging the two designs (and with them the order of the inputs)
    /// exchanges the outputs.
    StackedLinear(std::int64_t specs, std::int64_t in, std::int64_t out, bool isSymmetric)
        : symmetric(isSymmetric) {
        const std::int64_t rows = symmetric ? out / 2 : out;
        const double bound = 1 / std::sqrt(static_cast<double>(in));
        weight =
            register_parameter("weight", torch::empty({specs, rows, in}).uniform_(-bound, bound));
        bias = register_parameter("bias", torch::empty({specs, 1, rows}).uniform_(-bound, bound));
    }
    /// [specs or 1, n, in] -> [specs, n, out]
    torch::Tensor forward(const torch::Tensor& x) {
        torch::Tensor w = weight, b = bias;
        if (symmetric) {
            w = torch::cat({w, w.flip({1, 2})}, 1);
            b = torch::cat({b, b.flip({2})}, 2);
        }
        return torch::matmul(x, w.transpose(1, 2)) + b;
    }
    torch::Tensor weight, bias;
    bool symmetric;
};

struct Heads : torch::nn::Module {
    Heads(std::int64_t specs, std::int64_t in, const std::vector<std::int64_t>& hidden,
          bool symmetric) {
        std::int64_t width = in;
        for (const std::int64_t out : hidden) {
            add(specs, width, out, symmetric);
            width = out;
        }
        add(specs, width, 2, symmetric);
    }
    /// [n, in] -> log probabilities [specs, n, 2]; class 1 = yes.
    torch::Tensor forward(torch::Tensor x) {
        x = x.unsqueeze(0);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            x = layers[i]->forward(x);
            if (i + 1 < layers.size())
                x = torch::dropout(torch::relu(x), kDropout, is_training());
        }
        return torch::log_softmax(x, 2);
    }
    std::vector<std::shared_ptr<StackedLinear>> layers;

private:
    void add(std::int64_t specs, std::int64_t in, std::int64_t out, bool symmetric) {
        layers.push_back(
            register_module("layer" + std::to_string(layers.size()),
                            std::make_shared<StackedLinear>(specs, in, out, symmetric)));
    }
};

struct JudgeModule : torch::nn::Module {
    explicit JudgeModule(const JudgeSpec& spec) {
        std::int64_t width = 0;
        if (spec.features == JudgeSpec::Features::Vector) {
            std::int64_t in = static_cast<std::int64_t>(spec.mean.size());
            for (int i = 0; i < 3; ++i) {
                linears.push_back(
                    register_module("linear" + std::to_string(i), torch::nn::Linear(in, kFcWidth)));
                in = kFcWidth;
            }
            width = kFcWidth;
        } else {
            backbone = register_module("backbone", nn::makeBackbone(spec.backbone->spec));
            readout = register_module("readout",
                                      nn::AttentionReadout(spec.backbone->spec.hidden, kLatents,
                                                           kLatentWidth, kReadoutLayers, true));
            width = kLatents * kLatentWidth;
        }
        const std::vector<std::int64_t> hidden =
            spec.frozen ? std::vector<std::int64_t>{64, 64, 64} : std::vector<std::int64_t>{20};
        const auto specs = static_cast<std::int64_t>(spec.specs);
        better = register_module("better", std::make_shared<Heads>(specs, 2 * width, hidden, true));
        if (spec.meetsHeads)
            meets = register_module("meets", std::make_shared<Heads>(specs, width, hidden, false));
    }
    std::vector<torch::nn::Linear> linears;
    std::shared_ptr<nn::Backbone> backbone;
    nn::AttentionReadout readout{nullptr};
    std::shared_ptr<Heads> better, meets;
};

/// `count` different numbers below `end`, in random order.
std::vector<std::size_t> distinct(std::size_t count, std::size_t end, dataset::Random& random) {
    std::vector<std::size_t> all(end);
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (std::size_t i = 0; i < count; ++i)
        std::swap(all[i], all[i + random.below(end - i)]);
    all.resize(count);
    return all;
}

class TorchJudge : public Judge {
public:
    TorchJudge(JudgeSpec spec, std::shared_ptr<JudgeModule> module, torch::Device device)
        : m_spec(std::move(spec))
        , m_module(std::move(module))
        , m_device(device) {}

    Expected<double> train(const JudgeData& data, std::size_t steps, std::size_t batch,
                           std::uint64_t seed, StopToken stop) override {
        if (data.designs < 2)
            return fail("LEARN-010", "A judge needs two designs to learn from");
        try {
            return trainLoop(data, steps, batch, seed, stop);
        } catch (const std::exception& e) {
            return fail("NN-012", "The judge could not be trained", e.what());
        }
    }

    Expected<JudgeVerdict> score(std::span<const float> candidates, std::size_t count,
                                 std::span<const float> reference) override {
        try {
            const torch::NoGradGuard noGradients;
            m_module->eval();
            if (m_reference.size() != reference.size() ||
                !std::equal(reference.begin(), reference.end(), m_reference.begin())) {
                m_reference.assign(reference.begin(), reference.end());
                m_referenceFeatures = features(inputs(reference, 1));
            }
            const torch::Tensor own = features(inputs(candidates, count));
            const auto n = static_cast<std::int64_t>(count);
            const torch::Tensor pairs =
                torch::cat({own, m_referenceFeatures.expand({n, -1}).flip({1})}, 1);
            JudgeVerdict verdict;
            verdict.better = probabilities(m_module->better->forward(pairs));
            if (m_module->meets)
                verdict.meets = probabilities(m_module->meets->forward(own));
            return verdict;
        } catch (const std::exception& e) {
            return fail("NN-012", "The judge could not answer", e.what());
        }
    }

    std::vector<nn::NamedArray> state() const override {
        std::vector<nn::NamedArray> all;
        for (const auto& [name, tensor] : tensors()) {
            const torch::Tensor flat = tensor.detach().to(torch::kCPU).contiguous();
            nn::NamedArray array;
            array.name = name;
            array.shape = flat.sizes().vec();
            array.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
            all.push_back(std::move(array));
        }
        return all;
    }

    Expected<void> loadState(const std::vector<nn::NamedArray>& state) override {
        std::map<std::string, const nn::NamedArray*> byName;
        for (const auto& array : state)
            byName[array.name] = &array;
        const auto targets = tensors();
        for (const auto& [name, tensor] : targets) {
            const auto found = byName.find(name);
            if (found == byName.end() || found->second->shape != tensor.sizes().vec() ||
                static_cast<std::int64_t>(found->second->values.size()) != tensor.numel())
                return fail("NN-011", "The weights do not fit the judge", {}, name);
        }
        const torch::NoGradGuard noGradients;
        for (auto [name, tensor] : targets)
            tensor.copy_(torch::from_blob(const_cast<float*>(byName[name]->values.data()),
                                          tensor.sizes(), torch::kFloat32));
        m_reference.clear();
        return {};
    }

    /// Backbone weights of the checkpoint: all of them, or the input layer alone as the published
    /// code leaves it for a "random" start.
    Expected<void> loadBackbone(const Checkpoint& checkpoint, bool pretrained) {
        std::map<std::string, const nn::NamedArray*> byName;
        for (const auto& array : checkpoint.weights)
            byName[array.name] = &array;
        const torch::NoGradGuard noGradients;
        for (auto [name, tensor] : tensors()) {
            if (name.rfind("backbone.", 0) != 0)
                continue;
            if (!pretrained && name.rfind("backbone.input", 0) != 0)
                continue;
            const auto found = byName.find(name);
            if (found == byName.end() || found->second->shape != tensor.sizes().vec())
                return fail("NN-011", "The weights do not fit the network", {}, name,
                            "Use a checkpoint with a graph network of the analog features");
            tensor.copy_(torch::from_blob(const_cast<float*>(found->second->values.data()),
                                          tensor.sizes(), torch::kFloat32));
        }
        if (m_spec.frozen) {
            for (auto& p : m_module->backbone->parameters())
                p.requires_grad_(false);
        }
        return {};
    }

private:
    std::vector<std::pair<std::string, torch::Tensor>> tensors() const {
        std::vector<std::pair<std::string, torch::Tensor>> all;
        for (const auto& item : m_module->named_parameters())
            all.emplace_back(item.key(), item.value());
        for (const auto& item : m_module->named_buffers()) {
            if (item.value().is_floating_point())
                all.emplace_back(item.key(), item.value());
        }
        return all;
    }

    std::vector<float> probabilities(const torch::Tensor& logs) const {
        const torch::Tensor p =
            logs.select(2, 1).exp().transpose(0, 1).contiguous().to(torch::kCPU);
        return {p.data_ptr<float>(), p.data_ptr<float>() + p.numel()};
    }

    bool graph() const { return m_spec.features == JudgeSpec::Features::Graph; }

    /// Scaled rows [count, width], or [count, nodes * features].
    torch::Tensor inputs(std::span<const float> rows, std::size_t count) const {
        std::vector<float> values(rows.begin(), rows.end());
        const std::size_t width = count > 0 ? values.size() / count : 0;
        if (graph()) {
            m_spec.backbone->normalization.applyFeatures(
                values, static_cast<std::size_t>(m_spec.graph.width));
        } else {
            for (std::size_t i = 0; i < values.size(); ++i) {
                const std::size_t c = i % width;
                values[i] = (values[i] - m_spec.mean[c]) /
                            (m_spec.deviation[c] > 0 ? m_spec.deviation[c] : 1);
            }
        }
        return torch::from_blob(values.data(), {static_cast<std::int64_t>(count),
                                                static_cast<std::int64_t>(width)})
            .clone()
            .to(m_device);
    }

    /// The structure of `count` designs: the same graph over and over. Only what the backbone and
    /// the read-out need; kept for the last few counts.
    const nn::DeviceBatch& structure(std::int64_t count) {
        const auto found = m_structures.find(count);
        if (found != m_structures.end())
            return found->second;
        if (m_structures.size() > 40)
            m_structures.clear();
        const nn::GraphBatch& one = m_spec.graph;
        nn::GraphBatch all;
        all.nodes = one.nodes * count;
        all.graphs = count;
        all.width = one.width;
        all.x.assign(static_cast<std::size_t>(all.nodes * all.width), 0);
        all.rows.push_back(0);
        for (std::int64_t g = 0; g < count; ++g) {
            const auto offset = static_cast<std::int32_t>(all.columns.size());
            for (std::size_t n = 1; n < one.rows.size(); ++n)
                all.rows.push_back(one.rows[n] + offset);
            for (const std::int32_t c : one.columns)
                all.columns.push_back(c + static_cast<std::int32_t>(g * one.nodes));
        }
        for (std::int64_t g = 0; g <= count; ++g)
            all.graphPtr.push_back(g * one.nodes);
        return m_structures.emplace(count, nn::toDevice(all, m_device)).first->second;
    }

    /// Node embeddings [count, nodes * hidden] of scaled rows.
    torch::Tensor nodes(const torch::Tensor& x) {
        const std::int64_t count = x.size(0);
        const nn::DeviceBatch& batch = structure(count);
        return m_module->backbone
            ->forward(x.view({count * m_spec.graph.nodes, m_spec.graph.width}).contiguous(),
                      batch.adjacency, -1)
            .view({count, -1});
    }
    torch::Tensor read(const torch::Tensor& embedded) {
        const std::int64_t count = embedded.size(0);
        return m_module->readout->forward(embedded.view({count * m_spec.graph.nodes, -1}),
                                          structure(count));
    }
    /// Design features [count, width] of scaled rows.
    torch::Tensor features(torch::Tensor x) {
        if (graph())
            return read(nodes(x));
        for (auto& linear : m_module->linears)
            x = torch::dropout(torch::relu(linear(x)), kDropout, m_module->is_training());
        return x;
    }

    Expected<double> trainLoop(const JudgeData& data, std::size_t steps, std::size_t batch,
                               std::uint64_t seed, const StopToken& stop) {
        torch::manual_seed(seed);
        dataset::Random random(seed, 7);
        m_reference.clear();
        torch::Tensor rows = inputs(data.rows, data.designs);
        const bool frozen = graph() && m_spec.frozen;
        if (frozen) { // the same at every step: computed once, norms as they were pretrained
            const torch::NoGradGuard noGradients;
            m_module->eval();
            rows = nodes(rows);
        }
        m_module->train();
        if (frozen)
            m_module->backbone->eval();
        std::vector<torch::Tensor> trained;
        for (auto& p : m_module->parameters()) {
            if (p.requires_grad())
                trained.push_back(p);
        }
        torch::optim::Adam adam(trained, torch::optim::AdamOptions(kRate));
        const std::size_t specs = m_spec.specs;
        double sum = 0;
        std::size_t counted = 0;
        for (std::size_t step = 0; step < steps; ++step) {
            if (stop.shouldStop())
                return fail("LEARN-012", "The training was stopped");
            // Each design of the batch is embedded once, however many pairs it is in.
            std::vector<std::int64_t> chosen, left, right;
            std::map<std::size_t, std::int64_t> place;
            const auto placeOf = [&](std::size_t design) {
                const auto [it, fresh] =
                    place.emplace(design, static_cast<std::int64_t>(chosen.size()));
                if (fresh)
                    chosen.push_back(static_cast<std::int64_t>(design));
                return it->second;
            };
            // Embedding is what costs: all pairs among a few designs teach more for the same price
            // than as many pairs of different ones.
            std::vector<std::pair<std::size_t, std::size_t>> pairs;
            if (m_spec.designsPerStep >= 2) {
                const auto group =
                    distinct(std::min(m_spec.designsPerStep, data.designs), data.designs, random);
                for (std::size_t i = 0; i < group.size(); ++i) {
                    for (std::size_t j = i + 1; j < group.size(); ++j)
                        pairs.push_back(random.below(2) == 0 ? std::pair(group[i], group[j])
                                                             : std::pair(group[j], group[i]));
                }
            } else {
                for (std::size_t i = 0; i < batch; ++i) {
                    const std::size_t a = random.below(data.designs);
                    const std::size_t b = random.below(data.designs - 1);
                    pairs.emplace_back(a, b + (b >= a ? 1 : 0));
                }
            }
            const std::size_t count = pairs.size();
            torch::Tensor betterLabels = torch::empty(
                {static_cast<std::int64_t>(specs), static_cast<std::int64_t>(count)}, torch::kLong);
            torch::Tensor meetsLabels = torch::empty(
                {static_cast<std::int64_t>(specs), 2 * static_cast<std::int64_t>(count)},
                torch::kLong);
            auto* betterData = betterLabels.data_ptr<std::int64_t>();
            auto* meetsData = meetsLabels.data_ptr<std::int64_t>();
            for (std::size_t i = 0; i < count; ++i) {
                const auto [a, b] = pairs[i];
                left.push_back(placeOf(a));
                right.push_back(placeOf(b));
                for (std::size_t s = 0; s < specs; ++s) {
                    const double qa = data.quality[a * specs + s];
                    const double qb = data.quality[b * specs + s];
                    betterData[s * count + i] = data.tiesWin[s] ? qa >= qb : qa > qb;
                    meetsData[s * 2 * count + i] = data.meets[a * specs + s];
                    meetsData[s * 2 * count + count + i] = data.meets[b * specs + s];
                }
            }
            const auto index = [&](const std::vector<std::int64_t>& v) {
                return torch::tensor(v, torch::kLong).to(m_device);
            };
            const torch::Tensor x = rows.index_select(0, index(chosen));
            const torch::Tensor f = frozen ? read(x) : features(x);
            const torch::Tensor fa = f.index_select(0, index(left));
            const torch::Tensor fb = f.index_select(0, index(right));
            const auto nll = [&](const torch::Tensor& logs, const torch::Tensor& labels) {
                return torch::nll_loss(logs.reshape({-1, 2}), labels.reshape({-1}).to(m_device));
            };
            torch::Tensor loss =
                nll(m_module->better->forward(torch::cat({fa, fb.flip({1})}, 1)), betterLabels);
            if (m_module->meets) // the mean over both designs is half the sum of the two
                loss = loss + nll(m_module->meets->forward(torch::cat({fa, fb}, 0)), meetsLabels);
            adam.zero_grad();
            loss.backward();
            adam.step();
            if (step + 10 >= steps) {
                sum += loss.item<double>();
                ++counted;
            }
        }
        const double mean = counted > 0 ? sum / static_cast<double>(counted) : 0;
        if (!std::isfinite(mean))
            return fail("LEARN-011", "The judge's loss is not finite");
        return mean;
    }

    nn::TrimAtEnd m_trim;
    JudgeSpec m_spec;
    std::shared_ptr<JudgeModule> m_module;
    torch::Device m_device;
    std::map<std::int64_t, nn::DeviceBatch> m_structures;
    std::vector<float> m_reference;
    torch::Tensor m_referenceFeatures;
};

} // namespace

Expected<std::unique_ptr<Judge>> makeTorchJudge(const JudgeSpec& spec, const std::string& device) {
    try {
        const torch::Device where(device);
        if (where.is_cuda() && !torch::cuda::is_available())
            return fail("NN-003", "No CUDA device is available", {}, device, "Use the cpu");
        if (spec.features == JudgeSpec::Features::Graph) {
            if (!spec.backbone)
                return fail("NN-001", "A judge of circuits needs a graph network");
            if (spec.backbone->spec.inputWidth != spec.graph.width ||
                !nn::makeBackbone(spec.backbone->spec))
                return fail("NN-010",
                            "The circuit has other features than the network was trained on",
                            std::to_string(spec.graph.width) + " columns instead of " +
                                std::to_string(spec.backbone->spec.inputWidth),
                            {}, "Use a network of the analog features, e.g. opamp-deepgen15");
        }
        torch::manual_seed(spec.seed);
        auto module = std::make_shared<JudgeModule>(spec);
        module->to(where);
        auto judge = std::make_unique<TorchJudge>(spec, module, where);
        if (spec.backbone && spec.features == JudgeSpec::Features::Graph) {
            if (const auto loaded = judge->loadBackbone(*spec.backbone, spec.pretrained); !loaded)
                return loaded.failure();
        }
        return Expected<std::unique_ptr<Judge>>(std::move(judge));
    } catch (const std::exception& e) {
        return fail("NN-012", "The judge could not be made", e.what());
    }
}

} // namespace ohm::learn
