// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/whole.h"

#include <array>

namespace ohm::deep {

/// The reversible network as a framework would run it (Methods B0 to B3): whole matrices, buffers
/// that come and go. B0, B1 and B3 free a group's input once its result is there and make it anew
/// on the way back (inverse without gradients, then the block again with); B2 keeps everything.
/// Thread: owner only.
template <typename T>
class Baseline final : public Model<T> {
public:
    Baseline(const NetworkConfig& config, const GraphSize& size);

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
    /// What a block needs for its gradient.
    struct Kept {
        Buffer<T> input; ///< RevGnn
        Buffer<T> selected, gathered, product;
        Buffer<T> sums;               ///< Softmax: denominators
        Buffer<std::uint8_t> columns; ///< Gsr with k
    };
    bool storesAll() const { return m_config.method == Method::StoreAll; }
    const T* input(int step, Buffer<T>& sum) const;
    Kept selectInput(const T* x);
    /// The block's result; `kept` has the tensors that its gradient needs, or null.
    Buffer<T> run(int layer, int step, Kept* kept);
    void step(int layer, int index);
    void stepBackward(int layer, int index);

    const NetworkConfig m_config;
    const ParameterLayout m_layout;
    const kernels::Table<T>& m_kernels;
    const int m_width;
    Ledger m_ledger;
    Whole<T> m_whole;
    std::array<Buffer<T>, 4> m_memory; ///< weights, gradients, moments
    std::vector<Buffer<T>> m_streams, m_streamGradients;
    std::vector<Kept> m_kept; ///< per layer and group, B2
};

} // namespace ohm::deep
