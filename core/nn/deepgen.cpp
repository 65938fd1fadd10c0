// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/modules.h"

namespace ohm::nn {
namespace {
constexpr double kMessageFloor = 1e-7;
} // namespace

GenConvImpl::GenConvImpl(std::int64_t channels) {
    temperature = register_parameter("temperature", torch::ones({1}));
    first = register_module("first", torch::nn::Linear(channels, 2 * channels));
    norm = register_module("norm", torch::nn::BatchNorm1d(2 * channels));
    second = register_module("second", torch::nn::Linear(2 * channels, channels));
}

torch::Tensor GenConvImpl::aggregate(const torch::Tensor& x, const Adjacency& adjacency) const {
    const torch::Tensor message = torch::relu(x) + kMessageFloor;
    const torch::Tensor logit = message * temperature;
    const torch::Tensor weight = torch::exp(logit - logit.detach().amax(0, true));
    const torch::Tensor sums = neighbourSum(torch::cat({message * weight, weight}, 1), adjacency);
    const auto parts = sums.chunk(2, 1);
    // A node without neighbours has an empty sum: its aggregate is zero.
    return parts[0] / parts[1].clamp_min(std::numeric_limits<float>::min());
}

torch::Tensor GenConvImpl::forward(const torch::Tensor& x, const Adjacency& adjacency) {
    const torch::Tensor sum = aggregate(x, adjacency) + x;
    return second(torch::relu(norm(first(sum))));
}

DeepGenImpl::DeepGenImpl(std::int64_t inputWidth, std::int64_t hidden, std::int64_t layers) {
    input = register_module("input", torch::nn::Linear(inputWidth, hidden));
    for (std::int64_t i = 0; i < layers; ++i) {
        const std::string block = "block" + std::to_string(i);
        norms.push_back(register_module(
            block + "_norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({hidden}))));
        convs.push_back(register_module(block + "_conv", GenConv(hidden)));
    }
}

torch::Tensor DeepGenImpl::forward(const torch::Tensor& x, const Adjacency& adjacency) {
    torch::Tensor h = input(x);
    for (std::size_t i = 0; i < convs.size(); ++i)
        h = h + convs[i](torch::relu(norms[i](h)), adjacency);
    return torch::relu(norms.front()(h));
}

VoltageHeadImpl::VoltageHeadImpl(std::int64_t hidden) {
    first = register_module("first", torch::nn::Linear(hidden, hidden));
    norm1 = register_module("norm1", torch::nn::BatchNorm1d(hidden));
    second = register_module("second", torch::nn::Linear(hidden, hidden));
    norm2 = register_module("norm2", torch::nn::BatchNorm1d(hidden));
    third = register_module("third", torch::nn::Linear(hidden, 1));
}

torch::Tensor VoltageHeadImpl::forward(torch::Tensor x) {
    x = torch::relu(norm1(first(x)));
    x = torch::relu(norm2(second(x)));
    return third(x).squeeze(1);
}

} // namespace ohm::nn
