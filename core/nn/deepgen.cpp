// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/genblockcpu.h"
#include "core/nn/modules.h"
#include "core/nn/ops.h"

namespace ohm::nn {

GenConvImpl::GenConvImpl(std::int64_t channels, double dropoutShare) {
    temperature = register_parameter("temperature", torch::ones({1}));
    first = register_module("first", torch::nn::Linear(channels, 2 * channels));
    norm = register_module("norm", torch::nn::BatchNorm1d(2 * channels));
    second = register_module("second", torch::nn::Linear(2 * channels, channels));
    if (dropoutShare > 0)
        dropout = register_module("dropout", torch::nn::Dropout(dropoutShare));
}

torch::Tensor GenConvImpl::forward(const torch::Tensor& x, const Adjacency& adjacency) {
    const torch::Tensor sum = softmaxAggregate(x, temperature, adjacency) + x;
    torch::Tensor hidden = torch::relu(norm(first(sum)));
    if (dropout)
        hidden = dropout(hidden);
    return second(hidden);
}

DeepGenImpl::DeepGenImpl(std::int64_t inputWidth, std::int64_t hidden, std::int64_t layers,
                         double dropoutShare) {
    input = register_module("input", torch::nn::Linear(inputWidth, hidden));
    for (std::int64_t i = 0; i < layers; ++i) {
        const std::string block = "block" + std::to_string(i);
        norms.push_back(register_module(
            block + "_norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({hidden}))));
        convs.push_back(register_module(block + "_conv", GenConv(hidden, dropoutShare)));
    }
    if (dropoutShare > 0)
        dropout = register_module("dropout", torch::nn::Dropout(dropoutShare));
}

torch::Tensor DeepGenImpl::forward(const torch::Tensor& x, const Adjacency& adjacency,
                                   std::int64_t layer) {
    torch::Tensor h = input(x);
    const auto count = static_cast<std::int64_t>(convs.size());
    if (!is_training() && !torch::GradMode::is_enabled() && cpu::takes(h)) {
        const bool finish = layer < 0 || layer > count;
        return cpu::infer(h, norms, convs, finish ? count : layer, finish, adjacency);
    }
    for (std::int64_t i = 0; i < count && (layer < 0 || i < layer); ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (dropout)
            h = h + convs[at](dropout(torch::relu(norms[at](h))), adjacency);
        else
            h = genBlock(h, *norms[at], *convs[at], adjacency);
    }
    return layer < 0 || layer > count ? torch::relu(norms.front()(h)) : h;
}

} // namespace ohm::nn
