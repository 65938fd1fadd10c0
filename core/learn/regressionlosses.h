// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already. Losses of errors (predicted - label) [n].

namespace ohm::learn {

/// Mean of e^2 / (1 + exp(a (c - |e|))): small errors count less (Lu et al., ECCV 2018, eq. 8).
torch::Tensor shrinkageLoss(const torch::Tensor& error, double a, double c);

} // namespace ohm::learn
