// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/modules.h"
#include "core/nn/ops.h"

#include <cmath>

namespace ohm::nn {
AttentionReadoutImpl::AttentionReadoutImpl(std::int64_t hidden, std::int64_t latentCount,
                                           std::int64_t latentWidth, std::int64_t layers,
                                           bool trainLatents) {
    const torch::Tensor start = torch::randn({latentCount, latentWidth});
    latents =
        trainLatents ? register_parameter("latents", start) : register_buffer("latents", start);
    for (std::int64_t i = 0; i < layers; ++i) {
        const std::string n = std::to_string(i);
        query.push_back(register_module("query" + n, torch::nn::Linear(latentWidth, latentWidth)));
        key.push_back(register_module("key" + n, torch::nn::Linear(hidden, latentWidth)));
        value.push_back(register_module("value" + n, torch::nn::Linear(hidden, latentWidth)));
    }
}

torch::Tensor AttentionReadoutImpl::forward(const torch::Tensor& nodes, const DeviceBatch& batch) {
    const double scale = 1 / std::sqrt(static_cast<double>(latents.size(1)));
    torch::Tensor state = latents.unsqueeze(0).expand({batch.graphs, -1, -1});
    for (std::size_t i = 0; i < query.size(); ++i)
        state = graphAttention(query[i](state), key[i](nodes), value[i](nodes), batch, scale);
    return state.flatten(1);
}

torch::Tensor meanReadout(const torch::Tensor& nodes, const DeviceBatch& batch) {
    const torch::Tensor graphOf =
        torch::div(batch.padded, batch.mostNodes, "floor"); // padded places count graph by graph
    const torch::Tensor sums =
        torch::zeros({batch.graphs, nodes.size(1)}, nodes.options()).index_add(0, graphOf, nodes);
    const torch::Tensor counts =
        torch::zeros({batch.graphs}, nodes.options())
            .index_add(0, graphOf, torch::ones({nodes.size(0)}, nodes.options()));
    return sums / counts.clamp_min(1).unsqueeze(1);
}

HeadImpl::HeadImpl(std::int64_t width, std::int64_t hidden, std::int64_t layers,
                   double dropoutShare) {
    for (std::int64_t i = 0; i < layers; ++i) {
        const std::int64_t in = i == 0 ? width : hidden;
        const std::int64_t out = i + 1 == layers ? 1 : hidden;
        linears.push_back(
            register_module("linear" + std::to_string(i), torch::nn::Linear(in, out)));
        if (i + 1 < layers)
            norms.push_back(
                register_module("norm" + std::to_string(i), torch::nn::BatchNorm1d(out)));
    }
    if (dropoutShare > 0)
        dropout = register_module("dropout", torch::nn::Dropout(dropoutShare));
}

torch::Tensor HeadImpl::forward(torch::Tensor x) {
    for (std::size_t i = 0; i < norms.size(); ++i) {
        x = torch::relu(norms[i](linears[i](x)));
        if (dropout)
            x = dropout(x);
    }
    return linears.back()(x).squeeze(1);
}

FixedMlpImpl::FixedMlpImpl(const NetworkSpec& spec)
    : tanh(spec.activation == "tanh") {
    std::int64_t in = spec.nodesPerGraph * spec.inputWidth;
    for (std::int64_t i = 0; i < spec.layers; ++i) {
        const bool last = i + 1 == spec.layers;
        const std::int64_t out = last ? spec.outputsPerGraph : spec.hidden;
        linears.push_back(
            register_module("linear" + std::to_string(i), torch::nn::Linear(in, out)));
        if (!last)
            norms.push_back(
                register_module("norm" + std::to_string(i), torch::nn::BatchNorm1d(out)));
        in = out;
    }
}

torch::Tensor FixedMlpImpl::forward(const DeviceBatch& batch) {
    torch::Tensor x = batch.x.view({batch.graphs, -1});
    for (std::size_t i = 0; i < norms.size(); ++i) {
        x = norms[i](linears[i](x));
        x = tanh ? torch::tanh(x) : torch::relu(x);
    }
    return linears.back()(x).flatten();
}

} // namespace ohm::nn
