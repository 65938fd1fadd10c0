// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/modules.h"
#include "core/nn/ops.h"

namespace ohm::nn {
namespace {

constexpr double kAttentionSlope = 0.2;
constexpr double kClusterLambda = 0; // diagonal enhancement, as PyG's default

/// Linear input, then `layers` convolutions with ReLU between: the baselines of the paper, without
/// normalisation or residual.
template <typename Layer>
struct Stack : Backbone {
    explicit Stack(const NetworkSpec& spec)
        : share(spec.dropout) {
        input = register_module("input", torch::nn::Linear(spec.inputWidth, spec.hidden));
        for (std::int64_t i = 0; i < spec.layers; ++i)
            layers.push_back(
                register_module("block" + std::to_string(i), std::make_shared<Layer>(spec)));
        if (share > 0)
            dropout = register_module("dropout", torch::nn::Dropout(share));
    }
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency,
                          std::int64_t layer) override {
        torch::Tensor h = input(x);
        for (std::size_t i = 0;
             i < layers.size() && (layer < 0 || static_cast<std::int64_t>(i) < layer); ++i) {
            h = torch::relu(layers[i]->forward(h, adjacency));
            if (dropout)
                h = dropout(h);
        }
        return h;
    }
    double share;
    torch::nn::Linear input{nullptr};
    std::vector<std::shared_ptr<Layer>> layers;
    torch::nn::Dropout dropout{nullptr};
};

/// Symmetrically normalised sum over the neighbours and itself (Kipf and Welling, 2017).
struct GcnLayer : torch::nn::Module {
    explicit GcnLayer(const NetworkSpec& spec) {
        linear = register_module(
            "linear",
            torch::nn::Linear(torch::nn::LinearOptions(spec.hidden, spec.hidden).bias(false)));
        bias = register_parameter("bias", torch::zeros({spec.hidden}));
    }
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency) {
        const torch::Tensor scale = torch::rsqrt(adjacency.degree + 1);
        const torch::Tensor y = linear(x) * scale;
        return (neighbourSum(y, adjacency) + y) * scale + bias;
    }
    torch::nn::Linear linear{nullptr};
    torch::Tensor bias;
};

/// Mean of the neighbours and the node itself, each with its own weights (Hamilton et al., 2017).
struct SageLayer : torch::nn::Module {
    explicit SageLayer(const NetworkSpec& spec) {
        neighbours = register_module("neighbours", torch::nn::Linear(spec.hidden, spec.hidden));
        root = register_module(
            "root",
            torch::nn::Linear(torch::nn::LinearOptions(spec.hidden, spec.hidden).bias(false)));
    }
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency) {
        const torch::Tensor mean = neighbourSum(x, adjacency) / adjacency.degree.clamp_min(1);
        return neighbours(mean) + root(x);
    }
    torch::nn::Linear neighbours{nullptr}, root{nullptr};
};

/// Row-normalised sum with self-loops and a diagonal enhancement (Chiang et al., 2019).
struct ClusterLayer : torch::nn::Module {
    explicit ClusterLayer(const NetworkSpec& spec) {
        out = register_module("out", torch::nn::Linear(spec.hidden, spec.hidden));
        root = register_module(
            "root",
            torch::nn::Linear(torch::nn::LinearOptions(spec.hidden, spec.hidden).bias(false)));
    }
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency) {
        const torch::Tensor inverse = 1 / (adjacency.degree + 1);
        const torch::Tensor mean =
            (neighbourSum(x, adjacency) + (1 + kClusterLambda) * x) * inverse;
        return out(mean) + root(x);
    }
    torch::nn::Linear out{nullptr}, root{nullptr};
};

/// Attention over the neighbours and itself, heads averaged (Velickovic et al., 2018).
struct GatLayer : torch::nn::Module {
    explicit GatLayer(const NetworkSpec& spec)
        : heads(spec.heads)
        , width(spec.hidden) {
        linear = register_module(
            "linear", torch::nn::Linear(
                          torch::nn::LinearOptions(spec.hidden, heads * spec.hidden).bias(false)));
        source = register_parameter("source", torch::empty({heads, width}));
        target = register_parameter("target", torch::empty({heads, width}));
        bias = register_parameter("bias", torch::zeros({width}));
        for (const torch::Tensor& p : {linear->weight, source, target})
            torch::nn::init::xavier_uniform_(p);
    }
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency) {
        const torch::Tensor values = linear(x);
        std::vector<torch::Tensor> from, to; // [nodes] per head
        for (std::int64_t h = 0; h < heads; ++h) {
            const torch::Tensor one = values.narrow(1, h * width, width);
            from.push_back(one.mv(source[h]));
            to.push_back(one.mv(target[h]));
        }
        return neighbourAttention(values, torch::stack(from, 1), torch::stack(to, 1), adjacency,
                                  kAttentionSlope) +
               bias;
    }
    std::int64_t heads, width;
    torch::nn::Linear linear{nullptr};
    torch::Tensor source, target, bias;
};

template <typename Layer>
struct Single : Backbone {
    explicit Single(const NetworkSpec& spec) {
        only = register_module("only", std::make_shared<Layer>(spec));
    }
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency,
                          std::int64_t) override {
        return only->forward(x, adjacency);
    }
    std::shared_ptr<Layer> only;
};

} // namespace

std::shared_ptr<Backbone> makeLayer(const NetworkSpec& spec) {
    if (spec.architecture == "gcn")
        return std::make_shared<Single<GcnLayer>>(spec);
    if (spec.architecture == "gat")
        return std::make_shared<Single<GatLayer>>(spec);
    if (spec.architecture == "sage")
        return std::make_shared<Single<SageLayer>>(spec);
    if (spec.architecture == "clustergcn")
        return std::make_shared<Single<ClusterLayer>>(spec);
    return nullptr;
}

std::shared_ptr<Backbone> makeBackbone(const NetworkSpec& spec) {
    if (spec.architecture == "deepgen")
        return std::make_shared<DeepGenImpl>(spec.inputWidth, spec.hidden, spec.layers,
                                             spec.dropout);
    if (spec.architecture == "gcn")
        return std::make_shared<Stack<GcnLayer>>(spec);
    if (spec.architecture == "gat")
        return std::make_shared<Stack<GatLayer>>(spec);
    if (spec.architecture == "sage")
        return std::make_shared<Stack<SageLayer>>(spec);
    if (spec.architecture == "clustergcn")
        return std::make_shared<Stack<ClusterLayer>>(spec);
    return nullptr;
}

} // namespace ohm::nn
