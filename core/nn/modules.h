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

/// Adjacency on a device: compressed rows of a symmetric matrix of ones, and the same as a sparse
/// tensor where the device's library multiplies with it.
struct Adjacency {
    torch::Tensor rows;    ///< int32 [nodes + 1]
    torch::Tensor columns; ///< int32 [2 * edges]
    torch::Tensor matrix;  ///< sparse CSR of ones, CUDA only
};
Adjacency makeAdjacency(const GraphBatch& batch, const torch::Device& device,
                        torch::ScalarType type = torch::kFloat32);

/// y_i = sum of x_j over the neighbours j of i, [nodes, channels]; differentiable. The adjacency is
/// symmetric, so the gradient is the same product.
torch::Tensor neighbourSum(const torch::Tensor& x, const Adjacency& adjacency);

/// GENConv of DeeperGCN (arXiv 2006.07739) as used by Hakhamaneshi et al.: messages
/// m_j = ReLU(x_j) + 1e-7, per-channel softmax over the neighbours with a learned temperature t,
/// plus x_i, then Linear(C, 2C) - BatchNorm - ReLU - Linear(2C, C).
///
/// A message depends on its sender alone, so the softmax factors: with e_j = exp(t m_j - s),
/// sum_j m_j e_j / sum_j e_j needs two neighbour sums of node tensors and no edge tensor. The shift
/// s is the greatest t m_j of each channel in the batch.
struct GenConvImpl : torch::nn::Module {
    explicit GenConvImpl(std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency);
    torch::Tensor aggregate(const torch::Tensor& x, const Adjacency& adjacency) const;

    torch::Tensor temperature; ///< scalar, starts at 1
    torch::nn::Linear first{nullptr}, second{nullptr};
    torch::nn::BatchNorm1d norm{nullptr};
};
TORCH_MODULE(GenConv);

/// Linear input, then pre-activation residual blocks x + GenConv(ReLU(LayerNorm(x))), then
/// ReLU(LayerNorm(x)) with the first block's normalisation.
struct DeepGenImpl : torch::nn::Module {
    DeepGenImpl(std::int64_t inputWidth, std::int64_t hidden, std::int64_t layers);
    torch::Tensor forward(const torch::Tensor& x, const Adjacency& adjacency);

    torch::nn::Linear input{nullptr};
    std::vector<torch::nn::LayerNorm> norms;
    std::vector<GenConv> convs;
};
TORCH_MODULE(DeepGen);

/// hidden-hidden-hidden-1 with BatchNorm and ReLU between; the sigmoid is applied by the caller.
struct VoltageHeadImpl : torch::nn::Module {
    explicit VoltageHeadImpl(std::int64_t hidden);
    torch::Tensor forward(torch::Tensor x);

    torch::nn::Linear first{nullptr}, second{nullptr}, third{nullptr};
    torch::nn::BatchNorm1d norm1{nullptr}, norm2{nullptr};
};
TORCH_MODULE(VoltageHead);

/// A batch on a device.
struct DeviceBatch {
    torch::Tensor x; ///< [nodes, width]
    Adjacency adjacency;
    torch::Tensor outputs; ///< int64
    torch::Tensor labels;  ///< [outputs], undefined when unknown
};
DeviceBatch toDevice(const GraphBatch& batch, const torch::Device& device,
                     torch::ScalarType type = torch::kFloat32);

/// Backbone and head; what a Network owns.
struct NetworkModule : torch::nn::Module {
    NetworkModule(const NetworkSpec& networkSpec, torch::Device networkDevice);
    /// Values of the output nodes, [outputs].
    torch::Tensor forward(const DeviceBatch& batch);
    torch::Tensor embed(const DeviceBatch& batch);

    NetworkSpec spec;
    torch::Device device;
    DeepGen backbone{nullptr};
    VoltageHead head{nullptr};
};

} // namespace ohm::nn
