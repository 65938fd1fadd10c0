// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

#include "core/nn/modules.h"

namespace ohm::nn::cpu {

/// True if the fused kernels take tensors of these sizes: float32 on the CPU, channels a multiple
/// of 32.
bool takes(const torch::Tensor& x);

/// x + conv(ReLU(norm(x))), fused, with a hand-written backward pass. No edge tensor is made; sums
/// are taken in an order that depends on the number of nodes alone, so results do not depend on the
/// number of threads.
torch::Tensor genBlock(const torch::Tensor& x, torch::nn::LayerNormImpl& norm, GenConvImpl& conv,
                       const Adjacency& adjacency);

/// A whole DeepGEN in evaluation mode without gradients: every block is one pass over pieces of the
/// nodes that stay in the cache, with batch normalisation folded into the weights. `h` is the
/// output of the input layer, [nodes, c]; blocks 0..count are applied and, if `finish`, the last
/// normalisation.
torch::Tensor infer(const torch::Tensor& h, const std::vector<torch::nn::LayerNorm>& norms,
                    const std::vector<GenConv>& convs, std::int64_t count, bool finish,
                    const Adjacency& adjacency);

/// Fused forms of the plain operations of ops.h.
torch::Tensor softmaxAggregate(const torch::Tensor& x, const torch::Tensor& t,
                               const Adjacency& adjacency);
torch::Tensor neighbourSum(const torch::Tensor& x, const torch::Tensor& rows,
                           const torch::Tensor& columns);

} // namespace ohm::nn::cpu
