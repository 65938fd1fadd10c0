// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already. Differentiable operations on graphs: each
// takes the fastest path its device and type have, and a plain composition of LibTorch operations
// otherwise. On the CPU no operation makes a tensor of edges times channels, on CUDA in float32
// only neighbourAttention does.

#include "core/nn/modules.h"

namespace ohm::nn {

/// y_i = sum of x_j over the neighbours j of i, [nodes, channels]. The adjacency is symmetric, so
/// the gradient is the same product.
torch::Tensor neighbourSum(const torch::Tensor& x, const Adjacency& adjacency);

/// y_i = mean over the heads of sum_j a_ij v_j over the neighbours j and i itself, with the shares
/// a_ij = softmax_j(leakyReLU(from_j + to_i)) (Velickovic et al., 2018). `values` [nodes, heads *
/// width], scores [nodes, heads]; result [nodes, width]; differentiable in all three.
torch::Tensor neighbourAttention(const torch::Tensor& values, const torch::Tensor& fromScore,
                                 const torch::Tensor& toScore, const Adjacency& adjacency,
                                 double slope);

/// out[g, l] = sum over the nodes n of graph g of softmax_n(scale q[g, l] . k[n]) v[n]: queries
/// [graphs, latents, width], keys and values [nodes, width], result as the queries; differentiable
/// in all three. On the CPU graphs of any sizes stand side by side without padding.
torch::Tensor graphAttention(const torch::Tensor& queries, const torch::Tensor& keys,
                             const torch::Tensor& values, const DeviceBatch& batch, double scale);

/// Per-channel softmax aggregation y_i = sum_j m_j softmax_j(t m_j), m = ReLU(x) + 1e-7; zero for
/// a node without neighbours.
torch::Tensor softmaxAggregate(const torch::Tensor& x, const torch::Tensor& t,
                               const Adjacency& adjacency);
/// The same by gathering every message: slow, the reference of the tests, any device and type.
torch::Tensor softmaxAggregatePlain(const torch::Tensor& x, const torch::Tensor& t,
                                    const Adjacency& adjacency);

/// x + conv(ReLU(norm(x))), in one piece where the device has kernels for it.
torch::Tensor genBlock(const torch::Tensor& x, torch::nn::LayerNormImpl& norm, GenConvImpl& conv,
                       const Adjacency& adjacency);

/// Receiver of every entry of `columns`, int64 [entries].
torch::Tensor receivers(const Adjacency& adjacency);

} // namespace ohm::nn
