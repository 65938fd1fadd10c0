// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already. Losses on labels in [0, 1], [n] each.

#include "core/parasitics/mixture.h"

#include <vector>

namespace ohm::learn {

/// Balanced MSE by Gaussian mixture integration (GAI, Ren et al., CVPR 2022, eq. 3.8): the negative
/// log likelihood of the label under the prediction's Gaussian of deviation `noise`, divided by the
/// training labels' mixture seen through that Gaussian, times 2 noise^2 (detached).
torch::Tensor gaiLoss(const torch::Tensor& predicted, const torch::Tensor& label,
                      const parasitics::Mixture& mixture, const torch::Tensor& noise);
/// Balanced MSE by batch Monte Carlo (BMC, ibid., eq. 3.10): every label of the batch competes for
/// every prediction.
torch::Tensor bmcLoss(const torch::Tensor& predicted, const torch::Tensor& label,
                      const torch::Tensor& noise);
/// Balanced MSE by bins (BNI): as GAI, the labels' distribution as bin centres with shares.
torch::Tensor bniLoss(const torch::Tensor& predicted, const torch::Tensor& label,
                      const std::vector<double>& centres, const std::vector<double>& shares,
                      const torch::Tensor& noise);

/// Focal loss (gamma 2), classes weighted by inverse frequency; logits [n, classes], label int64
/// [n].
torch::Tensor focalLoss(const torch::Tensor& logits, const torch::Tensor& label,
                        const std::vector<double>& priors);
/// Balanced softmax: cross entropy on logits + log prior, the priors of the training set.
torch::Tensor balancedSoftmaxLoss(const torch::Tensor& logits, const torch::Tensor& label,
                                  const std::vector<double>& priors);

/// Representation scattering (CircuitGCL, section III-B). Rows [n, width], `weight` [n] summing
/// to 1. Alignment: minus the mean cosine of predictor(online) and target (detached by the caller).
torch::Tensor alignmentLoss(const torch::Tensor& predicted, const torch::Tensor& target,
                            const torch::Tensor& weight);
/// Minus the mean squared distance of the normalised rows to their centre.
torch::Tensor scatteringLoss(const torch::Tensor& rows, const torch::Tensor& weight);

} // namespace ohm::learn
