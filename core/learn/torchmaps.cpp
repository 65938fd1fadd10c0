// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/torchmaps.h"
#include "core/nn/bufferpool.h"

#include <cmath>
#include <map>

namespace ohm::learn {
namespace {

constexpr double kSlope = 0.2; ///< of LeakyReLU below zero
constexpr double kLastScale = 0.1;
constexpr std::int64_t kWidest = 256;
constexpr std::int64_t kCoarsest = 4; ///< pixels of the input per pixel at the bottom
constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

namespace nnf = torch::nn::functional;

/// Two 3 x 3 convolutions, each with norm and LeakyReLU.
struct Pair : torch::nn::Module {
    Pair(std::int64_t in, std::int64_t out, bool isNormed)
        : normed(isNormed) {
        for (const auto& [name, from] : {std::pair{"first", in}, std::pair{"second", out}})
            convolutions.push_back(register_module(
                name, torch::nn::Conv2d(torch::nn::Conv2dOptions(from, out, 3).padding(1))));
    }
    torch::Tensor forward(torch::Tensor x) {
        for (auto& convolution : convolutions) {
            x = convolution(x);
            if (normed)
                x = nnf::instance_norm(x);
            x = torch::leaky_relu(x, kSlope);
        }
        return x;
    }
    std::vector<torch::nn::Conv2d> convolutions;
    bool normed;
};

struct Maps : torch::nn::Module {
    explicit Maps(const MapNetworkSpec& spec)
        : sigmoid(spec.sigmoid) {
        const std::int64_t w = spec.width;
        const bool normed = spec.instanceNorm;
        full = register_module("full", std::make_shared<Pair>(spec.inputs, w, normed));
        half = register_module("half", std::make_shared<Pair>(w, 2 * w, normed));
        bottom = register_module("bottom", std::make_shared<Pair>(2 * w, 4 * w, normed));
        upHalf = register_module("up_half", std::make_shared<Pair>(6 * w, 2 * w, normed));
        upFull = register_module("up_full", std::make_shared<Pair>(3 * w, w, normed));
        last = register_module("last",
                               torch::nn::Conv2d(torch::nn::Conv2dOptions(w, spec.outputs, 1)));
    }
    torch::Tensor forward(const torch::Tensor& x) {
        const auto up = [](const torch::Tensor& t) {
            return nnf::interpolate(t, nnf::InterpolateFuncOptions()
                                           .scale_factor(std::vector<double>{2, 2})
                                           .mode(torch::kNearest));
        };
        const torch::Tensor a = full->forward(x);
        const torch::Tensor b = half->forward(torch::avg_pool2d(a, 2));
        const torch::Tensor c = bottom->forward(torch::avg_pool2d(b, 2));
        const torch::Tensor d = upHalf->forward(torch::cat({up(c), b}, 1));
        const torch::Tensor e = last(upFull->forward(torch::cat({up(d), a}, 1)));
        return sigmoid ? torch::sigmoid(e) : e;
    }
    std::shared_ptr<Pair> full, half, bottom, upHalf, upFull;
    torch::nn::Conv2d last{nullptr};
    bool sigmoid;
};

nn::NamedArray arrayOf(const std::string& name, const torch::Tensor& tensor) {
    const torch::Tensor t = tensor.detach().cpu().contiguous();
    const float* first = t.data_ptr<float>();
    return {name, t.sizes().vec(), {first, first + t.numel()}};
}

class TorchMapNetwork : public MapNetwork {
public:
    explicit TorchMapNetwork(const MapNetworkSpec& spec)
        : m_spec(spec) {
        m_maps = std::make_shared<Maps>(spec);
        // A generator of its own: trainings beside it draw from the common one.
        auto random = at::detail::createCPUGenerator(spec.seed);
        const torch::NoGradGuard noGradients;
        for (auto& item : m_maps->named_parameters()) {
            torch::Tensor& value = item.value();
            if (value.dim() > 1) { // He et al. for LeakyReLU
                const auto inputs = static_cast<double>(value[0].numel());
                // The last layer begins small: labels are, and so predictions begin near 0.
                const double bound = std::sqrt(6 / ((1 + kSlope * kSlope) * inputs)) *
                                     (item.key().rfind("last", 0) == 0 ? kLastScale : 1);
                value.uniform_(-bound, bound, random);
            } else {
                value.zero_();
            }
            m_names.push_back(item.key());
            m_weights.push_back(item.value());
            m_mean.push_back(torch::zeros_like(item.value()));
            m_square.push_back(torch::zeros_like(item.value()));
        }
    }
    std::int64_t parameterCount() const override {
        std::int64_t count = 0;
        for (const torch::Tensor& weight : m_weights)
            count += weight.numel();
        return count;
    }

    Expected<std::vector<float>> predict(const MapBatch& batch) override {
        const torch::NoGradGuard noGradients;
        return run(batch, nullptr);
    }
    Expected<std::vector<float>> forward(const MapBatch& batch) override {
        return run(batch, &m_kept);
    }

    Expected<double> backward(std::span<const float> derivatives, const MapStep& step) override {
        if (!m_kept.defined() || static_cast<std::int64_t>(derivatives.size()) != m_kept.numel())
            return fail("LEARN-046", "These derivatives belong to no predictions of the network");
        try {
            for (torch::Tensor& weight : m_weights)
                weight.mutable_grad().reset();
            m_kept.backward(torch::from_blob(const_cast<float*>(derivatives.data()), m_kept.sizes(),
                                             torch::kFloat32));
            m_kept.reset();
            return update(step);
        } catch (const std::exception& error) {
            return fail("LEARN-011", "The training failed", error.what());
        }
    }

    std::vector<nn::NamedArray> state(bool withOptimiser) const override {
        std::vector<nn::NamedArray> out;
        for (std::size_t i = 0; i < m_names.size(); ++i)
            out.push_back(arrayOf("network." + m_names[i], m_weights[i]));
        if (!withOptimiser)
            return out;
        for (std::size_t i = 0; i < m_names.size(); ++i) {
            out.push_back(arrayOf("adam.mean." + m_names[i], m_mean[i]));
            out.push_back(arrayOf("adam.square." + m_names[i], m_square[i]));
        }
        // Exact up to 2^24 steps.
        out.push_back({"adam.steps", {1}, {static_cast<float>(m_steps)}});
        return out;
    }

    Expected<void> loadState(const std::vector<nn::NamedArray>& state) override {
        std::map<std::string, const nn::NamedArray*> byName;
        for (const nn::NamedArray& array : state)
            byName[array.name] = &array;
        const bool optimiser = byName.count("adam.steps") > 0;
        std::vector<std::pair<std::string, torch::Tensor>> targets;
        for (std::size_t i = 0; i < m_names.size(); ++i) {
            targets.emplace_back("network." + m_names[i], m_weights[i]);
            if (optimiser) {
                targets.emplace_back("adam.mean." + m_names[i], m_mean[i]);
                targets.emplace_back("adam.square." + m_names[i], m_square[i]);
            }
        }
        for (const auto& [name, tensor] : targets) {
            const auto found = byName.find(name);
            if (found == byName.end() || found->second->shape != tensor.sizes().vec() ||
                static_cast<std::int64_t>(found->second->values.size()) != tensor.numel())
                return fail("NN-011", "The weights do not fit the network", {}, name);
        }
        if (optimiser && byName["adam.steps"]->values.size() != 1)
            return fail("NN-011", "The weights do not fit the network", {}, "adam.steps");
        const torch::NoGradGuard noGradients;
        for (auto& [name, tensor] : targets)
            tensor.copy_(torch::from_blob(const_cast<float*>(byName[name]->values.data()),
                                          tensor.sizes(), torch::kFloat32));
        if (optimiser)
            m_steps = static_cast<std::int64_t>(byName["adam.steps"]->values[0]);
        m_kept.reset();
        return {};
    }

private:
    nn::TrimAtEnd m_trim;
    Expected<std::vector<float>> run(const MapBatch& batch, torch::Tensor* kept) {
        const std::int64_t expected = batch.count * m_spec.inputs * batch.rows * batch.columns;
        if (batch.count < 1 || batch.rows < kCoarsest || batch.columns < kCoarsest ||
            batch.rows % kCoarsest != 0 || batch.columns % kCoarsest != 0 ||
            static_cast<std::int64_t>(batch.values.size()) != expected)
            return fail("LEARN-046", "These images do not fit the network",
                        std::to_string(batch.rows) + " x " + std::to_string(batch.columns), {},
                        "Rows and columns are multiples of 4");
        try {
            // A copy: what is kept for the way back must not change with the caller's array.
            const torch::Tensor x =
                torch::from_blob(const_cast<float*>(batch.values.data()),
                                 {batch.count, m_spec.inputs, batch.rows, batch.columns},
                                 torch::kFloat32)
                    .clone();
            const torch::Tensor out = m_maps->forward(x).contiguous();
            if (kept)
                *kept = out;
            const float* first = out.data_ptr<float>();
            return std::vector<float>(first, first + out.numel());
        } catch (const std::exception& error) {
            return fail("LEARN-011", "The network on maps failed", error.what());
        }
    }

    double update(const MapStep& step) {
        const torch::NoGradGuard noGradients;
        double square = 0;
        for (const torch::Tensor& weight : m_weights)
            square += weight.grad().to(torch::kFloat64).square().sum().item<double>();
        const double norm = std::sqrt(square);
        if (!std::isfinite(norm))
            return norm;
        const double scale = step.clipNorm > 0 && norm > step.clipNorm ? step.clipNorm / norm : 1;
        ++m_steps;
        const auto power = static_cast<double>(m_steps);
        const double first = 1 - std::pow(kBeta1, power), second = 1 - std::pow(kBeta2, power);
        for (std::size_t i = 0; i < m_weights.size(); ++i) {
            const torch::Tensor g = m_weights[i].grad() * scale;
            m_mean[i].mul_(kBeta1).add_(g, 1 - kBeta1);
            m_square[i].mul_(kBeta2).addcmul_(g, g, 1 - kBeta2);
            m_weights[i].mul_(1 - step.rate * step.decay);
            m_weights[i].addcdiv_(m_mean[i], (m_square[i] / second).sqrt_().add_(kEpsilon),
                                  -step.rate / first);
        }
        return norm;
    }

    MapNetworkSpec m_spec;
    std::shared_ptr<Maps> m_maps;
    std::vector<std::string> m_names;
    std::vector<torch::Tensor> m_weights, m_mean, m_square;
    std::int64_t m_steps = 0;
    torch::Tensor m_kept; ///< predictions of the last forward, with their graph
};

} // namespace

Expected<std::unique_ptr<MapNetwork>> makeTorchMapNetwork(const MapNetworkSpec& spec) {
    if (spec.inputs < 1 || spec.outputs < 1 || spec.inputs > kWidest || spec.outputs > kWidest ||
        spec.width < 1 || spec.width > kWidest)
        return fail("LEARN-046", "This network on maps cannot be built",
                    "inputs, outputs and width go from 1 to 256");
    try {
        return std::unique_ptr<MapNetwork>(std::make_unique<TorchMapNetwork>(spec));
    } catch (const std::exception& error) {
        return fail("LEARN-046", "This network on maps cannot be built", error.what());
    }
}

} // namespace ohm::learn
