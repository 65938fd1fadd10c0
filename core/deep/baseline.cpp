// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/baseline.h"

#include <algorithm>

namespace ohm::deep {
namespace {

std::size_t sized(std::int64_t n) {
    return static_cast<std::size_t>(n);
}

} // namespace

template <typename T>
Baseline<T>::Baseline(const NetworkConfig& config, const GraphSize& /*size*/)
    : m_config(config)
    , m_layout(config)
    , m_kernels(kernels::best<T>())
    , m_width(config.groupWidth())
    , m_whole(config, m_ledger)
    , m_streams(static_cast<std::size_t>(config.groups))
    , m_streamGradients(static_cast<std::size_t>(config.groups)) {
    for (auto& buffer : m_memory) {
        buffer = Buffer<T>(m_ledger, m_layout.size());
        std::fill_n(buffer.data(), buffer.size(), T{0});
    }
}

template <typename T>
MemoryUse Baseline<T>::memory() const {
    const MemoryUse use = m_ledger.use();
    const std::size_t graph = m_whole.bound() ? m_whole.plan().aggregator.bytes() : 0;
    return {use.allocated + graph, use.reserved + graph, use.peak + graph};
}

/// What a step reads: the group before it, or the sum of all but the first.
template <typename T>
const T* Baseline<T>::input(int step, Buffer<T>& sum) const {
    if (step > 0)
        return m_streams[sized(step - 1)].data();
    if (m_config.groups == 2)
        return m_streams[1].data();
    sum = m_whole.tensor(m_width);
    m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
        const std::int64_t first = begin * m_width, count = (end - begin) * m_width;
        std::copy_n(m_streams[1].data() + first, count, sum.data() + first);
        for (std::size_t g = 2; g < m_streams.size(); ++g)
            m_kernels.axpy(sum.data() + first, m_streams[g].data() + first, T{1}, count);
    });
    return sum.data();
}

/// The selected entries as a dense matrix with zeros.
template <typename T>
typename Baseline<T>::Kept Baseline<T>::selectInput(const T* x) {
    Kept kept;
    kept.selected = m_whole.tensor(m_width);
    const int k = m_config.k;
    if (m_config.sparse())
        kept.columns = Buffer<std::uint8_t>(m_ledger, sized(m_whole.nodes()) * sized(k));
    m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
        const T* in = x + begin * m_width;
        T* out = kept.selected.data() + begin * m_width;
        const std::int64_t count = (end - begin) * m_width;
        if (m_config.block == Block::RevGnn)
            return m_kernels.layerRelu(in, end - begin, m_width, out);
        if (!m_config.sparse()) {
            for (std::int64_t i = 0; i < count; ++i)
                out[i] = in[i] > 0 ? in[i] : T{0};
            return;
        }
        std::fill(out, out + count, T{0});
        T values[256];
        for (std::int64_t r = begin; r < end; ++r, in += m_width, out += m_width) {
            std::uint8_t* columns = kept.columns.data() + r * k;
            m_kernels.topK(in, 1, m_width, k, values, columns);
            for (int j = 0; j < k; ++j)
                out[columns[j]] = values[j];
        }
    });
    return kept;
}

template <typename T>
Buffer<T> Baseline<T>::run(int layer, int step, Kept* kept) {
    Buffer<T> sum;
    const T* x = input(step, sum);
    Kept own = selectInput(x);
    if (kept && m_config.block == Block::RevGnn && storesAll()) {
        own.input = m_whole.tensor(m_width);
        std::copy_n(x, own.input.size(), own.input.data());
    }
    sum.reset();
    own.gathered = m_whole.tensor(m_width);
    if (m_config.norm == Norm::Softmax) {
        own.sums = m_whole.tensor(m_width);
        m_whole.aggregateSoftmax(own.selected.data(), m_width, own.gathered.data(),
                                 own.sums.data());
    } else {
        m_whole.aggregate(own.selected.data(), m_width, false, own.gathered.data());
    }
    if (!kept)
        own.sums.reset();
    if (!kept)
        own.selected.reset();
    own.product = m_whole.tensor(m_width);
    const T* weights = m_memory[0].data();
    m_whole.multiply(own.gathered.data(), m_width, weights + m_layout.weight(layer, step), false,
                     weights + m_layout.bias(layer, step), m_width, own.product.data());
    if (!kept)
        own.gathered.reset();
    // Without gradients the result replaces the product.
    Buffer<T> result = kept ? Buffer<T>() : std::move(own.product);
    if (kept && storesAll()) {
        result = m_whole.tensor(m_width);
        std::copy_n(own.product.data(), result.size(), result.data());
    }
    if (result) {
        const T* gain = weights + m_layout.gain(layer, step);
        m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
            T* u = result.data() + begin * m_width;
            if (m_config.block == Block::Gsr)
                return m_kernels.rmsForward(u, end - begin, m_width, gain);
            for (std::int64_t i = 0; i < end - begin; ++i) {
                for (int j = 0; j < m_width; ++j)
                    u[i * m_width + j] *= gain[j];
            }
        });
    }
    if (kept)
        *kept = std::move(own);
    return result;
}

template <typename T>
void Baseline<T>::step(int layer, int index) {
    Kept* kept = nullptr;
    if (storesAll()) {
        m_kept.emplace_back();
        kept = &m_kept.back();
    }
    const Buffer<T> result = run(layer, index, kept);
    const auto g = sized(index);
    Buffer<T> next = m_whole.tensor(m_width);
    const T* before = m_streams[g].data();
    if (m_config.skip == Skip::Paper && index == 1)
        before = m_kept[m_kept.size() - 2].selected.data(); // of this group, read by step 0
    m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin * m_width; i < end * m_width; ++i)
            next.data()[i] = before[i] + result.data()[i];
    });
    m_streams[g] = std::move(next); // the old one is freed
}

template <typename T>
void Baseline<T>::stepBackward(int layer, int index) {
    const auto g = sized(index);
    Kept kept;
    if (storesAll()) {
        kept = std::move(m_kept.back());
        m_kept.pop_back();
    } else {
        const Buffer<T> result = run(layer, index, nullptr);
        Buffer<T> before = m_whole.tensor(m_width);
        m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin * m_width; i < end * m_width; ++i)
                before.data()[i] = m_streams[g].data()[i] - result.data()[i];
        });
        m_streams[g] = std::move(before);
    }
    if (!storesAll())
        run(layer, index, &kept);
    const T* weights = m_memory[0].data();
    T* gradients = m_memory[1].data();
    const T* gain = weights + m_layout.gain(layer, index);
    T* dGain = gradients + m_layout.gain(layer, index);
    Buffer<T> r = m_whole.tensor(m_width);
    const T* up = m_streamGradients[g].data();
    if (m_config.block == Block::Gsr) {
        // Serial over pieces: the gain's gradient is a sum over rows.
        std::vector<T> sums(sized((m_whole.nodes() + 255) / 256) * sized(m_width), T{0});
        m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
            m_kernels.rmsBackward(kept.product.data() + begin * m_width, up + begin * m_width,
                                  end - begin, m_width, gain, r.data() + begin * m_width,
                                  sums.data() + begin / 256 * m_width);
        });
        m_kernels.columnSum(sums.data(), static_cast<std::int64_t>(sums.size()) / m_width, m_width,
                            dGain);
    } else {
        const T* u = kept.product.data();
        for (std::int64_t i = 0; i < m_whole.nodes(); ++i) {
            for (int j = 0; j < m_width; ++j) {
                dGain[j] += up[i * m_width + j] * u[i * m_width + j];
                r.data()[i * m_width + j] = up[i * m_width + j] * gain[j];
            }
        }
    }
    kept.product.reset();
    m_whole.addGradients(kept.gathered.data(), m_width, r.data(), m_width,
                         gradients + m_layout.weight(layer, index),
                         gradients + m_layout.bias(layer, index));
    Buffer<T> dGathered = m_whole.tensor(m_width);
    m_whole.multiply(r.data(), m_width, weights + m_layout.weight(layer, index), true, nullptr,
                     m_width, dGathered.data());
    r.reset();
    if (m_config.norm != Norm::Softmax)
        kept.gathered.reset();
    Buffer<T> dSelected = m_whole.tensor(m_width);
    if (m_config.norm == Norm::Softmax)
        m_whole.aggregateSoftmaxBack(kept.selected.data(), m_width, kept.gathered.data(),
                                     kept.sums.data(), std::move(dGathered), dSelected.data());
    else
        m_whole.aggregate(dGathered.data(), m_width, true, dSelected.data());
    dGathered.reset();

    Buffer<T> sum;
    const T* x = nullptr;
    if (m_config.block == Block::RevGnn)
        x = kept.input ? kept.input.data() : input(index, sum);
    const std::size_t first = index > 0 ? g - 1 : 1;
    const std::size_t last = index > 0 ? g - 1 : m_streams.size() - 1;
    m_whole.forRows([&](std::int64_t begin, std::int64_t end) {
        const std::int64_t at = begin * m_width, count = (end - begin) * m_width;
        T* ds = dSelected.data() + at;
        if (m_config.block == Block::RevGnn) {
            std::vector<T> change(sized(count), T{0});
            m_kernels.layerReluBackward(x + at, ds, end - begin, m_width, change.data());
            std::copy(change.begin(), change.end(), ds);
        } else if (!m_config.sparse()) {
            for (std::int64_t i = 0; i < count; ++i)
                ds[i] = kept.selected.data()[at + i] > 0 ? ds[i] : T{0};
        } else {
            std::vector<T> masked(sized(count), T{0});
            const bool masks = m_config.skip == Skip::Paper && index == 0;
            T* own = m_streamGradients[1].data() + at;
            for (std::int64_t i = 0; i < end - begin; ++i) {
                const std::uint8_t* columns = kept.columns.data() + (begin + i) * m_config.k;
                for (int j = 0; j < m_config.k; ++j) {
                    const std::int64_t e = i * m_width + columns[j];
                    masked[sized(e)] = ds[e] + (masks ? own[e] : T{0});
                }
            }
            if (masks)
                std::fill(own, own + count, T{0});
            std::copy(masked.begin(), masked.end(), ds);
        }
        for (std::size_t target = first; target <= last; ++target)
            m_kernels.axpy(m_streamGradients[target].data() + at, ds, T{1}, count);
    });
}

template <typename T>
Expected<void> Baseline<T>::forward(const T* features, T* predictions, StopToken stop) {
    m_kept.clear();
    const T* weights = m_memory[0].data();
    for (int g = 0; g < m_config.groups; ++g) {
        m_streams[sized(g)] = Buffer<T>();
        m_streams[sized(g)] = m_whole.tensor(m_width);
        m_whole.multiply(features, m_config.inputs, weights + m_layout.inputWeight(g), false,
                         weights + m_layout.inputBias(g), m_width, m_streams[sized(g)].data());
    }
    for (int layer = 0; layer < m_config.layers; ++layer) {
        if (stop.shouldStop())
            return fail("DEEP-003", "Stopped");
        for (int i = 0; i < m_config.groups; ++i)
            step(layer, i);
    }
    m_whole.head(m_streams, weights + m_layout.outputWeight(), weights + m_layout.outputBias(),
                 predictions);
    return {};
}

template <typename T>
Expected<void> Baseline<T>::backward(const T* features, const T* derivatives, StopToken stop) {
    T* gradients = m_memory[1].data();
    std::fill_n(gradients, m_memory[1].size(), T{0});
    for (auto& gradient : m_streamGradients) {
        gradient = Buffer<T>();
        gradient = m_whole.tensor(m_width);
    }
    m_whole.headBackward(m_streams, m_memory[0].data() + m_layout.outputWeight(), derivatives,
                         m_streamGradients, gradients + m_layout.outputWeight(),
                         gradients + m_layout.outputBias());
    for (int layer = m_config.layers - 1; layer >= 0; --layer) {
        if (stop.shouldStop())
            return fail("DEEP-003", "Stopped");
        for (int i = m_config.groups - 1; i >= 0; --i)
            stepBackward(layer, i);
    }
    for (int g = 0; g < m_config.groups; ++g)
        m_whole.addGradients(features, m_config.inputs, m_streamGradients[sized(g)].data(), m_width,
                             gradients + m_layout.inputWeight(g),
                             gradients + m_layout.inputBias(g));
    for (auto& gradient : m_streamGradients)
        gradient.reset();
    return {};
}

template class Baseline<float>;
template class Baseline<double>;

} // namespace ohm::deep
