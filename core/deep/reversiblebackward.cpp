// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/ends.h"
#include "core/deep/product.h"
#include "core/deep/reversible.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ohm::deep {
namespace {

std::size_t sized(std::int64_t n) {
    return static_cast<std::size_t>(n);
}

} // namespace

/// gradients[to..] += sum of the pieces' values at `offset`, in order.
template <typename T>
void Reversible<T>::addPieces(std::size_t offset, std::size_t count, std::size_t to) {
    const std::int64_t rows = pieceRows(m_nodes);
    const auto pieces = sized((m_nodes + rows - 1) / rows);
    for (std::size_t p = 0; p < pieces; ++p)
        m_kernels.axpy(m_gradients.data() + to, m_pieces.data() + p * m_pieceSize + offset, T{1},
                       static_cast<std::int64_t>(count));
}

/// From the derivative of the predictions to that of the streams, and the output's gradients.
template <typename T>
void Reversible<T>::headBackward(const T* derivatives) {
    const int d = m_config.channels, outputs = m_config.outputs;
    const std::size_t weights = static_cast<std::size_t>(outputs) * static_cast<std::size_t>(d);
    const T* w = m_weights.data() + m_layout.outputWeight();
    forPieces([&](std::int64_t begin, std::int64_t end, T* scratch, T* sums, bool first) {
        if (first)
            std::fill(sums, sums + m_pieceSize, T{0});
        T* dw = sums;
        T* db = sums + weights;
        const std::int64_t rows = end - begin;
        T* x = scratch;
        T* dx = scratch + kBlockRows * d;
        readAll(begin, end, x);
        headRowsBackward(x, derivatives + begin * outputs, rows, d, w, outputs, dx, dw, db);
        for (std::int64_t r = 0; r < rows; ++r) {
            for (int g = 0; g < m_config.groups; ++g)
                std::memcpy(m_streamGradients[static_cast<std::size_t>(g)].data() +
                                (begin + r) * m_width,
                            dx + r * d + g * m_width, sized(m_width) * sizeof(T));
        }
    });
    addPieces(0, weights, m_layout.outputWeight());
    addPieces(weights, static_cast<std::size_t>(outputs), m_layout.outputBias());
}

template <typename T>
void Reversible<T>::inputBackward(const T* features) {
    const int inputs = m_config.inputs;
    const std::size_t weights = sized(inputs) * sized(m_width);
    for (int g = 0; g < m_config.groups; ++g) {
        const T* gradient = m_streamGradients[static_cast<std::size_t>(g)].data();
        forPieces([&](std::int64_t begin, std::int64_t end, T*, T* sums, bool first) {
            if (first)
                std::fill(sums, sums + m_pieceSize, T{0});
            Product<T>::addTransposed(features + begin * inputs, inputs, gradient + begin * m_width,
                                      m_width, end - begin, sums);
            m_kernels.columnSum(gradient + begin * m_width, end - begin, m_width, sums + weights);
        });
        addPieces(0, weights, m_layout.inputWeight(g));
        addPieces(weights, sized(m_width), m_layout.inputBias(g));
    }
}

/// First pass of a step on the way back: the block again, the stream before it, R = the gradient of
/// u (or, dense, R W^T) into m_back, and the gradients of bias and gain (dense: of W).
template <typename T>
void Reversible<T>::recompute(int layer, int index, const Selection& in) {
    const std::size_t square = sized(m_width) * sized(m_width);
    const T* gain = m_weights.data() + m_layout.gain(layer, index);
    const bool paperLast = m_config.skip == Skip::Paper && index == 1;
    // A needs no streams on the way back; B cannot have the masked one.
    const bool rebuilds = m_config.storage != Storage::A && !paperLast;
    // What the step before this one read, where its input is now complete.
    const int beforeLayer = index == 0 ? layer - 1 : layer;
    const int before = 1 - index;
    const bool selects = rebuilds && m_config.groups == 2 && beforeLayer >= 0;
    const T* gradient = m_streamGradients[static_cast<std::size_t>(index)].data();
    forPieces([&](std::int64_t begin, std::int64_t end, T* scratch, T* sums, bool first) {
        if (first)
            std::fill(sums, sums + m_pieceSize, T{0});
        T* db = sums + square;
        T* dGain = db + m_width;
        const std::int64_t rows = end - begin;
        T* z = scratch;
        T* u = z + kBlockRows * m_width;
        T* m = u + kBlockRows * m_width;
        T* r = m + kBlockRows * m_width;
        T* denominators = r + kBlockRows * m_width;
        block(layer, index, in, begin, end, z, u, denominators);
        const T* up = gradient + begin * m_width;
        if (rebuilds) {
            std::memcpy(m, u, sized(rows * m_width) * sizeof(T));
            post(layer, index, rows, m);
            addToGroup(index, begin, end, m, -1);
            if (selects) {
                readGroup(index, begin, end, m);
                select(m, begin, end, beforeLayer, before, true);
            }
        }
        T* back = m_back.data() + begin * m_width;
        T* out = sampled() ? back : r;
        if (m_config.block == Block::Gsr) {
            m_kernels.rmsBackward(u, up, rows, m_width, gain, out, dGain);
        } else {
            for (std::int64_t i = 0; i < rows; ++i) {
                for (int j = 0; j < m_width; ++j) {
                    const std::int64_t at = i * m_width + j;
                    dGain[j] += up[at] * u[at];
                    out[at] = up[at] * gain[j];
                }
            }
        }
        m_kernels.columnSum(out, rows, m_width, db);
        if (!sampled()) {
            Product<T>::addTransposed(z, m_width, out, m_width, rows, sums);
            Product<T>::multiply(out, rows, m_width, m_packedBack.data(), m_width, nullptr, back);
        }
        if (m_softmax) {
            T* backSums = m_backSums.data() + begin * m_width;
            for (std::int64_t i = 0; i < rows * m_width; ++i) {
                back[i] /= denominators[i];
                backSums[i] = -back[i] * z[i];
            }
        }
    });
}

/// Second pass: the adjoint sum of m_back, to the gradient of the step's input (and of W).
template <typename T>
void Reversible<T>::spread(int layer, int index, const Selection& in) {
    const int k = m_config.k;
    const bool masks = m_config.skip == Skip::Paper && index == 0;
    const T* w = m_weights.data() + m_layout.weight(layer, index);
    const int firstTarget = index > 0 ? index - 1 : 1;
    const int lastTarget = index > 0 ? index - 1 : m_config.groups - 1;
    m_plan->aggregator.nets(m_back.data(), m_width, true, m_nets.data(), m_threads);
    T* netSums = m_nets.data() + m_nets.size() / 2;
    if (m_softmax)
        m_plan->aggregator.nets(m_backSums.data(), m_width, true, netSums, m_threads);
    forPieces([&](std::int64_t begin, std::int64_t end, T* scratch, T* sums, bool) {
        T* q = scratch;
        m_plan->aggregator.rows(m_back.data(), m_width, true, m_nets.data(), begin, end, q);
        if (!m_sparse) {
            const T* s = in.dense + begin * m_width;
            T* change = scratch + kBlockRows * m_width;
            if (m_softmax) {
                T* qSums = scratch + 4 * kBlockRows * m_width;
                m_plan->aggregator.rows(m_backSums.data(), m_width, true, netSums, begin, end,
                                        qSums);
                m_kernels.softmaxBackward(s, q, qSums, (end - begin) * m_width,
                                          static_cast<T>(m_config.temperature), q);
            }
            if (m_config.block == Block::RevGnn) {
                T* x = change + kBlockRows * m_width;
                readInput(index, begin, end, x, x + kBlockRows * m_width);
                std::fill(change, change + (end - begin) * m_width, T{0});
                m_kernels.layerReluBackward(x, q, end - begin, m_width, change);
            } else {
                for (std::int64_t i = 0; i < (end - begin) * m_width; ++i)
                    change[i] = s[i] > 0 ? q[i] : T{0};
            }
            for (int g = firstTarget; g <= lastTarget; ++g)
                m_kernels.axpy(m_streamGradients[static_cast<std::size_t>(g)].data() +
                                   begin * m_width,
                               change, T{1}, (end - begin) * m_width);
            return;
        }
        T ds[256], kept[256];
        for (std::int64_t r = begin; r < end; ++r, q += m_width) {
            const std::uint8_t* at = in.indices + r * k;
            if (sampled()) {
                m_kernels.dotSparse(w, at, k, q, m_width, ds);
                m_kernels.outerSparse(in.values + r * k, at, k, q, m_width, sums);
            } else {
                for (int j = 0; j < k; ++j)
                    ds[j] = q[at[j]];
            }
            for (int g = firstTarget; g <= lastTarget; ++g) {
                T* to = m_streamGradients[static_cast<std::size_t>(g)].data() + r * m_width;
                for (int j = 0; j < k; ++j)
                    kept[j] = to[at[j]] + ds[j];
                if (masks)
                    std::fill(to, to + m_width, T{0});
                for (int j = 0; j < k; ++j)
                    to[at[j]] = kept[j];
            }
        }
    });
}

template <typename T>
void Reversible<T>::stepBackward(int layer, int index) {
    const std::size_t square = sized(m_width) * sized(m_width);
    if (m_sparse && m_config.halfValues && storesValues(index))
        expandHalves(layer, index);
    else if (m_config.groups > 2 && m_config.storage != Storage::A)
        selectPass(layer, index, true);
    const Selection in = selection(layer, index);
    const T* w = m_weights.data() + m_layout.weight(layer, index);
    Product<T>::pack(w, m_width, m_width, false, m_packed.data());
    if (!sampled())
        Product<T>::pack(w, m_width, m_width, true, m_packedBack.data());
    netSums(in);
    recompute(layer, index, in);
    spread(layer, index, in);
    addPieces(0, square, m_layout.weight(layer, index));
    addPieces(square, sized(m_width), m_layout.bias(layer, index));
    addPieces(square + sized(m_width), sized(m_width), m_layout.gain(layer, index));
}

template <typename T>
Expected<void> Reversible<T>::backward(const T* features, const T* derivatives, StopToken stop) {
    std::fill(m_gradients.begin(), m_gradients.end(), T{0});
    headBackward(derivatives);
    for (int layer = m_config.layers - 1; layer >= 0; --layer) {
        if (stop.shouldStop())
            return fail("DEEP-003", "Stopped");
        for (int i = m_config.groups - 1; i >= 0; --i)
            stepBackward(layer, i);
    }
    inputBackward(features);
    return {};
}

template class Reversible<float>;
template class Reversible<double>;

} // namespace ohm::deep
