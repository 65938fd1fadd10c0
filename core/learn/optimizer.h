// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

#include "core/learn/recipe.h"
#include "core/nn/modules.h"
#include "core/nn/network.h"

namespace ohm::learn {

/// Adam on one flat tensor: all trained parameters and their gradients are views of two arrays, so
/// that a step costs a handful of operations instead of a dozen per parameter, and its state is a
/// few arrays. Optionally keeps an exponential moving average of the parameters and of the running
/// statistics. Never waits for the device. Thread: owner only.
class FlatAdam {
public:
    FlatAdam(nn::NetworkModule& module, const Recipe& recipe);

    void zeroGradients() { m_gradients.zero_(); }
    /// To be called before step `number`: puts the rates of the coming steps on the device.
    void plan(std::int64_t number);
    /// One step, the planned one and then those that follow it. A gradient that is not finite
    /// leaves the weights as they are but for the momentum, and is tallied. Enqueues only, and is
    /// the same sequence of operations every time.
    void step();
    /// Waits for the device.
    std::int64_t skipped() const;

    bool averages() const { return m_averageDecay > 0; }
    /// Puts the averaged weights into the network, or the trained ones back.
    void swapAverage();

    std::vector<nn::NamedArray> state() const;
    bool load(const std::vector<nn::NamedArray>& arrays);

private:
    std::vector<std::pair<const char*, torch::Tensor>> arrays() const;
    Recipe m_recipe; ///< the schedule
    double m_weightDecay, m_clipNorm, m_averageDecay;
    std::int64_t m_planned = -1; ///< first step of the table
    torch::Tensor m_table;       ///< [kPlan, 4]: step size, root, decay factor, averaging weight
    torch::Tensor m_row;         ///< int64 [1], the step within the table
    torch::Tensor m_values, m_gradients, m_mean, m_square, m_skipped;
    torch::Tensor m_buffers;       ///< running statistics, flat
    torch::Tensor m_keptBuffers;   ///< those of the last good step
    torch::Tensor m_averageValues; ///< defined when averaging
    torch::Tensor m_averageBuffers;
};

} // namespace ohm::learn
