// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/plain.h"

#include <algorithm>

namespace ohm::deep {

template <typename T>
Plain<T>::Plain(const NetworkConfig& config, const GraphSize& /*size*/)
    : m_config(config)
    , m_layout(config)
    , m_kernels(kernels::best<T>())
    , m_whole(config, m_ledger)
    , m_rows(static_cast<std::size_t>(config.layers) + 1)
    , m_gathered(static_cast<std::size_t>(config.layers)) {
    for (auto& buffer : m_memory) {
        buffer = Buffer<T>(m_ledger, m_layout.size());
        std::fill_n(buffer.data(), buffer.size(), T{0});
    }
}

template <typename T>
MemoryUse Plain<T>::memory() const {
    const MemoryUse use = m_ledger.use();
    const std::size_t graph = m_whole.bound() ? m_whole.plan().aggregator.bytes() : 0;
    return {use.allocated + graph, use.reserved + graph, use.peak + graph};
}

template <typename T>
Expected<void> Plain<T>::forward(const T* features, T* predictions, StopToken stop) {
    const int d = m_config.channels;
    const T* w = m_memory[0].data();
    for (auto& rows : m_rows)
        rows.reset();
    m_rows[0] = m_whole.tensor(d);
    m_whole.multiply(features, m_config.inputs, w + m_layout.inputWeight(0), false,
                     w + m_layout.inputBias(0), d, m_rows[0].data());
    for (int layer = 0; layer < m_config.layers; ++layer) {
        if (stop.shouldStop())
            return fail("DEEP-003", "Stopped");
        const auto l = static_cast<std::size_t>(layer);
        m_gathered[l].reset();
        m_gathered[l] = m_whole.tensor(d);
        m_whole.aggregate(m_rows[l].data(), d, false, m_gathered[l].data());
        m_rows[l + 1] = m_whole.tensor(d);
        m_whole.multiply(m_gathered[l].data(), d, w + m_layout.weight(layer, 0), false,
                         w + m_layout.bias(layer, 0), d, m_rows[l + 1].data());
        Buffer<T> own;
        if (m_config.block == Block::Sage) {
            own = m_whole.tensor(d);
            m_whole.multiply(m_rows[l].data(), d, w + m_layout.ownWeight(layer, 0), false, nullptr,
                             d, own.data());
        }
        m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
            T* out = m_rows[l + 1].data();
            for (std::int64_t i = begin * d; i < end * d; ++i) {
                const T v = out[i] + (own ? own.data()[i] : T{0});
                out[i] = v > 0 ? v : T{0};
            }
        });
    }
    m_whole.head({&m_rows.back(), 1}, w + m_layout.outputWeight(), w + m_layout.outputBias(),
                 predictions);
    return {};
}

template <typename T>
Expected<void> Plain<T>::backward(const T* features, const T* derivatives, StopToken stop) {
    const int d = m_config.channels;
    const T* w = m_memory[0].data();
    T* gradients = m_memory[1].data();
    std::fill_n(gradients, m_memory[1].size(), T{0});
    Buffer<T> g = m_whole.tensor(d);
    m_whole.headBackward({&m_rows.back(), 1}, w + m_layout.outputWeight(), derivatives, {&g, 1},
                         gradients + m_layout.outputWeight(), gradients + m_layout.outputBias());
    for (int layer = m_config.layers - 1; layer >= 0; --layer) {
        if (stop.shouldStop())
            return fail("DEEP-003", "Stopped");
        const auto l = static_cast<std::size_t>(layer);
        m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
            const T* out = m_rows[l + 1].data();
            for (std::int64_t i = begin * d; i < end * d; ++i)
                g.data()[i] = out[i] > 0 ? g.data()[i] : T{0};
        });
        T* bias = gradients + m_layout.bias(layer, 0);
        m_whole.addGradients(m_gathered[l].data(), d, g.data(), d,
                             gradients + m_layout.weight(layer, 0), bias);
        Buffer<T> dGathered = m_whole.tensor(d);
        m_whole.multiply(g.data(), d, w + m_layout.weight(layer, 0), true, nullptr, d,
                         dGathered.data());
        Buffer<T> own;
        if (m_config.block == Block::Sage) {
            std::vector<T> twice(static_cast<std::size_t>(d)); // the bias has its gradient
            m_whole.addGradients(m_rows[l].data(), d, g.data(), d,
                                 gradients + m_layout.ownWeight(layer, 0), twice.data());
            own = m_whole.tensor(d);
            m_whole.multiply(g.data(), d, w + m_layout.ownWeight(layer, 0), true, nullptr, d,
                             own.data());
        }
        Buffer<T> before = m_whole.tensor(d);
        m_whole.aggregate(dGathered.data(), d, true, before.data());
        if (own)
            m_kernels.axpy(before.data(), own.data(), T{1},
                           static_cast<std::int64_t>(before.size()));
        g = std::move(before);
    }
    m_whole.addGradients(features, m_config.inputs, g.data(), d,
                         gradients + m_layout.inputWeight(0), gradients + m_layout.inputBias(0));
    return {};
}

template class Plain<float>;
template class Plain<double>;

} // namespace ohm::deep
