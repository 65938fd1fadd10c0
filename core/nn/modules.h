// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Network layers, for sources of core/nn and core/learn only. LibTorch's header comes first, as
// this header must not pull it into others (it costs half a minute per source).
#ifndef TORCH_API_INCLUDE_EXTENSION_H
#ifndef TORCH_VERSION
#error "include torch/torch.h before core/nn/modules.h"
#endif
#endif

#include "core/nn/graphbatch.h"
#include "core/nn/networkspec.h"

namespace ohm::nn {

/// Adjacency on a device: compressed rows of a symmetric matrix of ones.
struct Adjacency {
    torch::Tensor rows;    ///< int32 [nodes + 1]
    torch::Tensor columns; ///< int32 [2 * edges]
    torch::Tensor degree;  ///< [nodes, 1], of the features' type
};

/// A batch on a device.
struct DeviceBatch {
    torch::Tensor x; ///< [nodes, width]
    Adjacency adjacency;
    torch::Tensor outputs; ///< int64 [outputs]
    torch::Tensor labels;  ///< [outputs] or [graphs], undefined when unknown
    torch::Tensor starts;  ///< int64 [graphs + 1]: first node of each graph
    torch::Tensor padded;  ///< int64 [nodes]: place of a node in an array [graphs, mostNodes]
    std::int64_t graphs = 0;
    std::int64_t mostNodes = 0; ///< of any graph
};
/// Copies a batch. To a CUDA device the copies are enqueued on its current stream and overlap with
/// what the host does. Thread: any.
DeviceBatch toDevice(const GraphBatch& batch, const torch::Device& device,
                     torch::ScalarType type = torch::kFloat32);

/// What turns node features into node embeddings. [nodes, width] -> [nodes, hidden].
struct Backbone : torch::nn::Module {
    /// `layer`: 0 = after the input layer, i = after block i, negative = as the head sees it.
    virtual torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency,
                                  std::int64_t layer) = 0;
};
/// Builds the backbone of a specification; nothing for an architecture that has none (mlp).
std::shared_ptr<Backbone> makeBackbone(const NetworkSpec& spec);
/// One convolution of "gcn", "gat", "sage" or "clustergcn", [nodes, hidden] -> [nodes, hidden],
/// without input layer and activation: what the benchmarks measure. Nothing for others.
std::shared_ptr<Backbone> makeLayer(const NetworkSpec& spec);

/// GENConv of DeeperGCN (arXiv 2006.07739) as used by Hakhamaneshi et al.: messages
/// m_j = ReLU(x_j) + 1e-7, per-channel softmax over the neighbours with a learned temperature t,
/// plus x_i, then Linear(C, 2C) - BatchNorm - ReLU - Linear(2C, C).
struct GenConvImpl : torch::nn::Module {
    explicit GenConvImpl(std::int64_t channels, double dropout = 0);
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency);

    torch::Tensor temperature; ///< scalar, starts at 1
    torch::nn::Linear first{nullptr}, second{nullptr};
    torch::nn::BatchNorm1d norm{nullptr};
    torch::nn::Dropout dropout{nullptr}; ///< null without dropout
};
TORCH_MODULE(GenConv);

/// DeepGEN: linear input, then pre-activation residual blocks x + GenConv(ReLU(LayerNorm(x))), then
/// ReLU(LayerNorm(x)) with the first block's normalisation.
struct DeepGenImpl : Backbone {
    DeepGenImpl(std::int64_t inputWidth, std::int64_t hidden, std::int64_t layers,
                double dropoutShare = 0);
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency,
                          std::int64_t layer = -1) override;

    torch::nn::Linear input{nullptr};
    std::vector<torch::nn::LayerNorm> norms;
    std::vector<GenConv> convs;
    torch::nn::Dropout dropout{nullptr};
};
TORCH_MODULE(DeepGen);

/// A stack of linear layers with BatchNorm, ReLU (and dropout) between: width-hidden-...-1.
struct HeadImpl : torch::nn::Module {
    HeadImpl(std::int64_t width, std::int64_t hidden, std::int64_t layers, double dropoutShare = 0);
    torch::Tensor forward(torch::Tensor x); ///< [n, width] -> [n]

    std::vector<torch::nn::Linear> linears;
    std::vector<torch::nn::BatchNorm1d> norms;
    torch::nn::Dropout dropout{nullptr};
};
TORCH_MODULE(Head);

/// Graph read-out of Hakhamaneshi et al.: latents attend to all nodes of their graph, `layers`
/// times; each time the state is replaced. [nodes, hidden] -> [graphs, latents * width]. Ragged
/// batches are padded and masked. The authors' code does not train the latents (option).
struct AttentionReadoutImpl : torch::nn::Module {
    AttentionReadoutImpl(std::int64_t hidden, std::int64_t latentCount, std::int64_t latentWidth,
                         std::int64_t layers, bool trainLatents);
    torch::Tensor forward(const torch::Tensor& nodes, const DeviceBatch& batch);

    torch::Tensor latents; ///< [latents, width]
    std::vector<torch::nn::Linear> query, key, value;
};
TORCH_MODULE(AttentionReadout);

/// Mean over the nodes of each graph, [graphs, hidden].
torch::Tensor meanReadout(const torch::Tensor& nodes, const DeviceBatch& batch);

/// The paper's MLP baseline: features of one fixed topology in a row, `layers` - 1 blocks of
/// Linear-BatchNorm-activation, then one output per labelled node.
struct FixedMlpImpl : torch::nn::Module {
    explicit FixedMlpImpl(const NetworkSpec& spec);
    torch::Tensor forward(const DeviceBatch& batch); ///< [graphs * outputs]

    std::vector<torch::nn::Linear> linears;
    std::vector<torch::nn::BatchNorm1d> norms;
    bool tanh = false;
};
TORCH_MODULE(FixedMlp);

/// Backbone, read-out and head; what a Network owns.
struct NetworkModule : torch::nn::Module {
    NetworkModule(const NetworkSpec& networkSpec, torch::Device networkDevice);
    /// Values of the output nodes [outputs], or of the graphs [graphs].
    torch::Tensor forward(const DeviceBatch& batch);
    torch::Tensor embed(const DeviceBatch& batch, std::int64_t layer = -1);
    /// Dropout on while everything else stays in evaluation mode: for sampled predictions.
    void activateDropout(bool on);

    NetworkSpec spec;
    torch::Device device;
    std::shared_ptr<Backbone> backbone;
    AttentionReadout readout{nullptr};
    Head head{nullptr};
    FixedMlp mlp{nullptr};
};

} // namespace ohm::nn
