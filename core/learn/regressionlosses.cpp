// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/regressionlosses.h"

namespace ohm::learn {

torch::Tensor shrinkageLoss(const torch::Tensor& error, double a, double c) {
    return (error * error * torch::sigmoid((error.abs() - c) * a)).mean();
}

} // namespace ohm::learn
