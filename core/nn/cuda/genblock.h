// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

#include "core/nn/modules.h"

namespace ohm::nn::cuda {

/// Tensors of one DeepGEN block, all float32 on one CUDA device.
struct GenBlockTensors {
    torch::Tensor gamma, beta;             ///< LayerNorm [c]
    torch::Tensor temperature;             ///< [1]
    torch::Tensor weight1, bias1;          ///< Linear(c, h): [h, c], [h]
    torch::Tensor normWeight, normBias;    ///< BatchNorm [h]
    torch::Tensor runningMean, runningVar; ///< [h], updated in training
    torch::Tensor weight2, bias2;          ///< Linear(h, c): [c, h], [c]
};

/// x + GenConv(ReLU(LayerNorm(x))) of [nodes, c] with a hand-written backward pass. `training`:
/// batch statistics, running ones updated; else the running statistics are constants.
torch::Tensor genBlock(const torch::Tensor& x, const Adjacency& adjacency,
                       const GenBlockTensors& block, bool training);

/// y_i = scale_i * sum_j neighbourScale_j x_j over the neighbours; either scale may be undefined.
/// Differentiable in x. The adjacency is symmetric.
torch::Tensor neighbourSum(const torch::Tensor& x, const Adjacency& adjacency,
                           const torch::Tensor& scale, const torch::Tensor& neighbourScale);

/// Per-channel softmax aggregation of max(0, x) + 1e-7 with temperature t [1].
torch::Tensor softmaxAggregate(const torch::Tensor& x, const Adjacency& adjacency,
                               const torch::Tensor& t);

/// max(0, LayerNorm(x)).
torch::Tensor layerNormRelu(const torch::Tensor& x, const torch::Tensor& gamma,
                            const torch::Tensor& beta);

} // namespace ohm::nn::cuda
