// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/whole.h"

#include <array>

namespace ohm::deep {

/// GCN and GraphSAGE, everything stored: x' = ReLU(A x W + b), with GraphSAGE + x W' inside. Depth
/// costs memory here: what the reversible networks are compared with. Thread: owner only.
template <typename T>
class Plain final : public Model<T> {
public:
    Plain(const NetworkConfig& config, const GraphSize& size);

    void bind(const GraphPlan<T>& plan) override { m_whole.bind(plan); }
    Expected<void> forward(const T* features, T* predictions, StopToken stop) override;
    Expected<void> backward(const T* features, const T* derivatives, StopToken stop) override;
    std::span<T> weights() override { return {m_memory[0].data(), m_memory[0].size()}; }
    std::span<T> gradients() override { return {m_memory[1].data(), m_memory[1].size()}; }
    std::span<T> firstMoments() override { return {m_memory[2].data(), m_memory[2].size()}; }
    std::span<T> secondMoments() override { return {m_memory[3].data(), m_memory[3].size()}; }
    MemoryUse memory() const override;
    const NetworkConfig& config() const override { return m_config; }

private:
    const NetworkConfig m_config;
    const ParameterLayout m_layout;
    const kernels::Table<T>& m_kernels;
    Ledger m_ledger;
    Whole<T> m_whole;
    std::array<Buffer<T>, 4> m_memory; ///< weights, gradients, moments
    std::vector<Buffer<T>> m_rows;     ///< input of every layer, and the last result
    std::vector<Buffer<T>> m_gathered; ///< per layer
};

} // namespace ohm::deep
