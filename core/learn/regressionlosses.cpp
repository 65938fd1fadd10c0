// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/regressionlosses.h"

namespace ohm::learn {

torch::Tensor mpgdLoss(const torch::Tensor& error, double threshold) {
    // The choice, and the fall-back to all entries, are made on the device.
    const torch::Tensor chosen = error.detach().abs() > threshold;
    const torch::Tensor weight = (chosen | chosen.any().logical_not()).to(error.scalar_type());
    return (weight * error * error).sum() / weight.sum();
}

torch::Tensor shrinkageLoss(const torch::Tensor& error, double a, double c) {
    return (error * error * torch::sigmoid((error.abs() - c) * a)).mean();
}

} // namespace ohm::learn
