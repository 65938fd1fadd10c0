// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/reversible.h"

#include "core/deep/ends.h"
#include "core/deep/kernels/halfmoments.h"
#include "core/deep/product.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace ohm::deep {
namespace {

constexpr double kFixedScale = 1048576; // 2^20: a range of +-2048
constexpr double kShortScale = 65536;   // 2^16: a range of +-128
std::size_t sized(std::int64_t n) {
    return static_cast<std::size_t>(n);
}

std::uint16_t toHalf(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16); // nearest even
}
float fromHalf(std::uint16_t half) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16);
}

} // namespace

template <typename T>
Reversible<T>::Reversible(const NetworkConfig& config, const GraphSize& size)
    : m_config(config)
    , m_layout(config)
    , m_kernels(kernels::best<T>())
    , m_width(config.groupWidth())
    , m_sparse(config.sparse())
    , m_fixed(config.fixedPoint())
    , m_short(config.storage == Storage::E)
    , m_softmax(config.norm == Norm::Softmax)
    , m_threads(threadCount(config.threads))
    , m_size(size)
    , m_scale(static_cast<T>(m_short ? kShortScale : kFixedScale)) {
    Counter counter;
    layOut(counter);
    m_arena = std::make_unique<Arena>(counter.bytes);
    layOut(*m_arena);
    for (unsigned i = 0; i < m_threads; ++i)
        m_slots.push_back(static_cast<int>(i));
}

template <typename T>
template <typename Source>
void Reversible<T>::layOut(Source& source) {
    const std::size_t n = sized(m_size.nodes), c = static_cast<std::size_t>(m_width);
    const auto k = static_cast<std::size_t>(m_config.k);
    const auto d = static_cast<std::size_t>(m_config.channels);
    const auto inputs = static_cast<std::size_t>(m_config.inputs);
    const auto outputs = static_cast<std::size_t>(m_config.outputs);
    const auto groups = static_cast<std::size_t>(m_config.groups);
    for (auto* weights : {&m_weights, &m_gradients})
        *weights = source.template take<T>(m_layout.size());
    if (m_config.halfMoments) {
        for (auto* moments : {&m_firstHalves, &m_secondHalves})
            *moments = source.template take<std::uint16_t>(m_layout.size());
    } else {
        for (auto* moments : {&m_first, &m_second})
            *moments = source.template take<T>(m_layout.size());
    }
    for (std::size_t g = 0; g < groups; ++g) {
        if (m_short) {
            m_upperStreams[g] = source.template take<std::int16_t>(n * c);
            m_lowerStreams[g] = source.template take<std::uint8_t>(n * c);
        } else if (m_fixed)
            m_fixedStreams[g] = source.template take<std::int32_t>(n * c);
        else
            m_streams[g] = source.template take<T>(n * c);
        m_streamGradients[g] = source.template take<T>(n * c);
    }
    for (int i = 0; i < 2; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (!m_sparse)
            m_dense[at] = source.template take<T>(n * c);
        else if (!storesValues(i) || m_config.halfValues)
            m_values[at] = source.template take<T>(n * k);
        if (m_sparse && !storesIndices())
            m_indices[at] = source.template take<std::uint8_t>(n * k);
    }
    const std::size_t slots = static_cast<std::size_t>(m_config.layers);
    if (m_sparse && storesIndices()) {
        const std::size_t valued = (storesValues(1) ? groups : storesValues(0) ? 1 : 0) * slots;
        m_storedIndices = source.template take<std::uint8_t>(n * k * groups * slots);
        if (m_config.halfValues)
            m_storedHalves = source.template take<std::uint16_t>(n * k * valued);
        else
            m_storedValues = source.template take<T>(n * k * valued);
    }
    if (m_softmax) {
        for (auto* rows : {&m_exponentials, &m_weighted, &m_backSums})
            *rows = source.template take<T>(n * c);
    }
    m_nets = source.template take<T>(sized(m_size.netRows) * c * (m_softmax ? 2 : 1));
    m_back = source.template take<T>(n * c);
    m_packed = source.template take<T>(std::max(c, inputs) * c);
    m_packedBack = source.template take<T>(c * c);
    m_pieceSize = std::max({c * c + 2 * c, inputs * c + c, outputs * (d + 1)});
    const auto pieces = (m_size.nodes + pieceRows(m_size.nodes) - 1) / pieceRows(m_size.nodes);
    m_pieces = source.template take<T>(sized(pieces) * m_pieceSize);
    m_scratchSize = static_cast<std::size_t>(kBlockRows) * std::max(5 * c, 2 * d);
    m_scratch = source.template take<T>(m_threads * m_scratchSize);
}

template <typename T>
bool Reversible<T>::storesValues(int step) const {
    return m_config.storage == Storage::A || (m_config.storage == Storage::B && step == 0);
}
template <typename T>
bool Reversible<T>::storesIndices() const {
    return !m_fixed;
}

template <typename T>
typename Reversible<T>::Selection Reversible<T>::selection(int layer, int step) {
    const auto parity = static_cast<std::size_t>(step & 1);
    Selection s;
    if (!m_sparse) {
        s.dense = m_dense[parity].data();
        return s;
    }
    const std::size_t entries = sized(m_size.nodes) * static_cast<std::size_t>(m_config.k);
    const auto groups = static_cast<std::size_t>(m_config.groups);
    const std::size_t slot =
        static_cast<std::size_t>(layer) * groups + static_cast<std::size_t>(step);
    s.indices =
        storesIndices() ? m_storedIndices.data() + slot * entries : m_indices[parity].data();
    if (storesValues(step) && !m_config.halfValues)
        s.values =
            m_storedValues.data() +
            (m_config.storage == Storage::A ? slot : static_cast<std::size_t>(layer)) * entries;
    else
        s.values = m_values[parity].data();
    return s;
}

template <typename T>
std::uint16_t* Reversible<T>::storedHalves(int layer, int step) {
    if (!m_config.halfValues || !storesValues(step))
        return nullptr;
    const std::size_t entries = sized(m_size.nodes) * static_cast<std::size_t>(m_config.k);
    const auto groups = static_cast<std::size_t>(m_config.groups);
    const std::size_t slot =
        m_config.storage == Storage::A
            ? static_cast<std::size_t>(layer) * groups + static_cast<std::size_t>(step)
            : static_cast<std::size_t>(layer);
    return m_storedHalves.data() + slot * entries;
}

template <typename T>
void Reversible<T>::bind(const GraphPlan<T>& plan) {
    m_plan = &plan;
    m_nodes = plan.size.nodes;
}

template <typename T>
MemoryUse Reversible<T>::memory() const {
    MemoryUse use = m_arena->use();
    const std::size_t graph = m_plan ? m_plan->aggregator.bytes() : 0;
    return {use.allocated + graph, use.reserved + graph, use.peak + graph};
}

// --- moments ---------------------------------------------------------------------------------

template <typename T>
std::optional<double> Reversible<T>::adam(const AdamOptions& options, std::int64_t step,
                                          double rate) {
    if (!m_config.halfMoments)
        return {};
    const AdamFactors<T> f(m_gradients, options, step, rate);
    const auto salt =
        kernels::drawn(static_cast<std::uint32_t>(m_config.seed), static_cast<std::uint32_t>(step));
    if (std::isfinite(f.norm))
        m_kernels.adamHalf(m_weights.data(), m_gradients.data(), m_firstHalves.data(),
                           m_secondHalves.data(), static_cast<std::int64_t>(m_weights.size()),
                           f.rate, f.decay, f.beta1, f.beta2, f.correction1, f.correction2,
                           f.epsilon, f.scale, salt);
    return f.norm;
}

template <typename T>
void Reversible<T>::readMoments(std::vector<T>& first, std::vector<T>& second) {
    if (!m_config.halfMoments)
        return Model<T>::readMoments(first, second);
    first.clear();
    second.clear();
    for (const std::uint16_t half : m_firstHalves)
        first.push_back(static_cast<T>(kernels::firstMomentOf(half)));
    for (const std::uint16_t half : m_secondHalves)
        second.push_back(static_cast<T>(kernels::secondMomentOf(half)));
}

template <typename T>
void Reversible<T>::writeMoments(std::span<const T> first, std::span<const T> second) {
    if (!m_config.halfMoments)
        return Model<T>::writeMoments(first, second);
    for (std::size_t i = 0; i < m_firstHalves.size(); ++i) {
        m_firstHalves[i] = kernels::firstHalfOf(static_cast<float>(first[i]), 0);
        m_secondHalves[i] = kernels::secondHalfOf(static_cast<float>(second[i]), 0);
    }
}

// --- streams
// --------------------------------------------------------------------------------------

template <typename T>
void Reversible<T>::readGroup(int group, std::int64_t begin, std::int64_t end, T* out) const {
    const auto g = static_cast<std::size_t>(group);
    const std::int64_t count = (end - begin) * m_width;
    if (m_short)
        m_kernels.fromShort(m_upperStreams[g].data() + begin * m_width,
                            m_lowerStreams[g].data() + begin * m_width, count, T{1} / m_scale, out);
    else if (m_fixed)
        m_kernels.fromFixed(m_fixedStreams[g].data() + begin * m_width, count, T{1} / m_scale, out);
    else
        std::memcpy(out, m_streams[g].data() + begin * m_width, sized(count) * sizeof(T));
}

/// The input of a step: the group before it, or for the first the sum of all but the first.
template <typename T>
void Reversible<T>::readInput(int step, std::int64_t begin, std::int64_t end, T* out,
                              T* spare) const {
    if (step > 0)
        return readGroup(step - 1, begin, end, out);
    readGroup(1, begin, end, out);
    for (int g = 2; g < m_config.groups; ++g) {
        readGroup(g, begin, end, spare);
        m_kernels.axpy(out, spare, T{1}, (end - begin) * m_width);
    }
}

template <typename T>
void Reversible<T>::readAll(std::int64_t begin, std::int64_t end, T* out) const {
    for (std::int64_t r = begin; r < end; ++r) {
        for (int g = 0; g < m_config.groups; ++g, out += m_width)
            readGroup(g, r, r + 1, out);
    }
}

template <typename T>
void Reversible<T>::addToGroup(int group, std::int64_t begin, std::int64_t end, const T* m,
                               int sign) {
    const auto g = static_cast<std::size_t>(group);
    const std::int64_t count = (end - begin) * m_width;
    if (!m_fixed)
        m_kernels.axpy(m_streams[g].data() + begin * m_width, m, static_cast<T>(sign), count);
    else if (!(m_short ? m_kernels.addShort(m_upperStreams[g].data() + begin * m_width,
                                            m_lowerStreams[g].data() + begin * m_width, m, count,
                                            m_scale, sign)
                       : m_kernels.addFixed(m_fixedStreams[g].data() + begin * m_width, m, count,
                                            m_scale, sign)))
        m_leftRange.store(true, std::memory_order_relaxed);
}

template <typename T>
void Reversible<T>::clearGroup(int group, std::int64_t begin, std::int64_t end) {
    const auto g = static_cast<std::size_t>(group);
    const auto clear = [&](auto values) {
        if (!values.empty())
            std::fill(values.begin() + begin * m_width, values.begin() + end * m_width,
                      typename decltype(values)::value_type{});
    };
    clear(m_streams[g]);
    clear(m_fixedStreams[g]);
    clear(m_upperStreams[g]);
    clear(m_lowerStreams[g]);
}

template <typename T>
std::vector<T> Reversible<T>::streams() const {
    std::vector<T> out(sized(m_nodes) * static_cast<std::size_t>(m_config.channels));
    readAll(0, m_nodes, out.data());
    return out;
}

// --- selection --------------------------------------------------------------------------------

/// Rows begin..end of a step's input, `x`, become what the step reads. `back`: columns that were
/// stored are kept.
template <typename T>
void Reversible<T>::select(const T* x, std::int64_t begin, std::int64_t end, int layer, int step,
                           bool back) {
    const Selection to = selection(layer, step);
    const std::int64_t rows = end - begin;
    if (!m_sparse) {
        T* out = to.dense + begin * m_width;
        if (m_config.block == Block::RevGnn)
            return m_kernels.layerRelu(x, rows, m_width, out);
        for (std::int64_t i = 0; i < rows * m_width; ++i)
            out[i] = x[i] > 0 ? x[i] : T{0};
        return;
    }
    const int k = m_config.k;
    T* values = to.values + begin * k;
    if (back && storesIndices())
        m_kernels.pick(x, rows, m_width, k, to.indices + begin * k, values);
    else
        m_kernels.topK(x, rows, m_width, k, values, to.indices + begin * k);
    if (!m_config.halfValues)
        return;
    std::uint16_t* halves = back ? nullptr : storedHalves(layer, step);
    for (std::int64_t i = 0; i < rows * k; ++i) {
        const std::uint16_t half = toHalf(static_cast<float>(values[i]));
        values[i] = static_cast<T>(fromHalf(half));
        if (halves)
            halves[begin * k + i] = half;
    }
}

template <typename T>
void Reversible<T>::selectPass(int layer, int step, bool back) {
    forRows([&](std::int64_t begin, std::int64_t end, T* scratch) {
        T* x = scratch;
        readInput(step, begin, end, x, scratch + kBlockRows * m_width);
        select(x, begin, end, layer, step, back);
    });
}

template <typename T>
void Reversible<T>::expandHalves(int layer, int step) {
    const std::uint16_t* halves = storedHalves(layer, step);
    const Selection to = selection(layer, step);
    forRows([&](std::int64_t begin, std::int64_t end, T*) {
        for (std::int64_t i = begin * m_config.k; i < end * m_config.k; ++i)
            to.values[i] = static_cast<T>(fromHalf(halves[i]));
    });
}

/// The paper's line 10: x, rows begin..end of the last group, keeps its selected entries only.
template <typename T>
void Reversible<T>::keepSelected(int layer, int step, std::int64_t begin, std::int64_t end, T* x) {
    const Selection s = selection(layer, step);
    const int k = m_config.k;
    std::fill(x, x + (end - begin) * m_width, T{0});
    for (std::int64_t r = begin; r < end; ++r, x += m_width) {
        for (std::int64_t i = r * k; i < (r + 1) * k; ++i)
            x[s.indices[i]] = s.values[i];
    }
}

// --- forward ------------------------------------------------------------------------------------

template <typename T>
void Reversible<T>::netSums(const Selection& in) {
    if (m_sparse)
        m_plan->aggregator.nets(SparseRows<T>{in.values, in.indices, m_config.k}, m_width, false,
                                m_nets.data(), m_threads);
    else if (!m_softmax)
        m_plan->aggregator.nets(in.dense, m_width, false, m_nets.data(), m_threads);
    if (!m_softmax)
        return;
    forRows([&](std::int64_t begin, std::int64_t end, T*) {
        const std::int64_t at = begin * m_width;
        m_kernels.softmaxTerms(in.dense + at, (end - begin) * m_width,
                               static_cast<T>(m_config.temperature), m_exponentials.data() + at,
                               m_weighted.data() + at);
    });
    m_plan->aggregator.nets(m_weighted.data(), m_width, false, m_nets.data(), m_threads);
    m_plan->aggregator.nets(m_exponentials.data(), m_width, false,
                            m_nets.data() + m_nets.size() / 2, m_threads);
}

template <typename T>
void Reversible<T>::gather(const Selection& in, std::int64_t begin, std::int64_t end, T* out,
                           T* sums) const {
    if (m_softmax) {
        const Aggregator<T>& a = m_plan->aggregator;
        a.rows(m_weighted.data(), m_width, false, m_nets.data(), begin, end, out);
        a.rows(m_exponentials.data(), m_width, false, m_nets.data() + m_nets.size() / 2, begin, end,
               sums);
        for (std::int64_t i = 0; i < (end - begin) * m_width; ++i)
            out[i] /= sums[i];
    } else if (m_sparse)
        m_plan->aggregator.rows(SparseRows<T>{in.values, in.indices, m_config.k}, m_width, false,
                                m_nets.data(), begin, end, out);
    else
        m_plan->aggregator.rows(in.dense, m_width, false, m_nets.data(), begin, end, out);
}

/// z = gathered rows, u = z W + b; `sums` gets the softmax's denominators.
template <typename T>
void Reversible<T>::block(int layer, int index, const Selection& in, std::int64_t begin,
                          std::int64_t end, T* z, T* u, T* sums) const {
    gather(in, begin, end, z, sums);
    Product<T>::multiply(z, end - begin, m_width, m_packed.data(), m_width,
                         m_weights.data() + m_layout.bias(layer, index), u);
}

template <typename T>
void Reversible<T>::post(int layer, int index, std::int64_t rows, T* u) const {
    const T* gain = m_weights.data() + m_layout.gain(layer, index);
    if (m_config.block == Block::Gsr)
        return m_kernels.rmsForward(u, rows, m_width, gain);
    for (std::int64_t r = 0; r < rows; ++r) {
        for (int j = 0; j < m_width; ++j)
            u[r * m_width + j] *= gain[j];
    }
}

template <typename T>
void Reversible<T>::startStreams(const T* features) {
    for (int g = 0; g < m_config.groups; ++g) {
        Product<T>::pack(m_weights.data() + m_layout.inputWeight(g), m_config.inputs, m_width,
                         false, m_packed.data());
        forRows([&](std::int64_t begin, std::int64_t end, T* scratch) {
            Product<T>::multiply(features + begin * m_config.inputs, end - begin, m_config.inputs,
                                 m_packed.data(), m_width, m_weights.data() + m_layout.inputBias(g),
                                 scratch);
            clearGroup(g, begin, end);
            addToGroup(g, begin, end, scratch, 1);
        });
    }
    selectPass(0, 0, false);
}

template <typename T>
void Reversible<T>::step(int layer, int index) {
    const Selection in = selection(layer, index);
    const bool last = index + 1 == m_config.groups;
    // The selection for the next step, where its input is complete after this one.
    const int nextLayer = last ? layer + 1 : layer;
    const int next = last ? 0 : index + 1;
    const bool selects = nextLayer < m_config.layers && (!last || m_config.groups == 2);
    Product<T>::pack(m_weights.data() + m_layout.weight(layer, index), m_width, m_width, false,
                     m_packed.data());
    netSums(in);
    forRows([&](std::int64_t begin, std::int64_t end, T* scratch) {
        T* z = scratch;
        T* u = scratch + kBlockRows * m_width;
        block(layer, index, in, begin, end, z, u, u + kBlockRows * m_width);
        post(layer, index, end - begin, u);
        if (last && m_config.skip == Skip::Paper)
            keepSelected(layer, 0, begin, end,
                         m_streams[static_cast<std::size_t>(index)].data() + begin * m_width);
        addToGroup(index, begin, end, u, 1);
        if (selects) {
            readGroup(index, begin, end, z);
            select(z, begin, end, nextLayer, next, false);
        }
    });
    if (last && !selects && nextLayer < m_config.layers)
        selectPass(nextLayer, 0, false);
}

template <typename T>
void Reversible<T>::head(T* predictions) {
    const int d = m_config.channels, outputs = m_config.outputs;
    const T* w = m_weights.data() + m_layout.outputWeight();
    const T* b = m_weights.data() + m_layout.outputBias();
    forRows([&](std::int64_t begin, std::int64_t end, T* scratch) {
        readAll(begin, end, scratch);
        headRows(scratch, end - begin, d, w, b, outputs, predictions + begin * outputs);
    });
}

template <typename T>
Expected<void> Reversible<T>::forward(const T* features, T* predictions, StopToken stop) {
    m_leftRange = false;
    startStreams(features);
    for (int layer = 0; layer < m_config.layers; ++layer) {
        if (stop.shouldStop())
            return fail("DEEP-003", "Stopped");
        for (int i = 0; i < m_config.groups; ++i)
            step(layer, i);
    }
    head(predictions);
    if (m_leftRange)
        return fail(
            "DEEP-004", "A value of the network left the range of its fixed-point streams",
            std::string("beyond ") + (m_short ? "128" : "2048") + " in size, or not a number", {},
            m_short ? "Use a smaller learning rate, or storage D"
                    : "Use a smaller learning rate, or storage A or C");
    return {};
}

template class Reversible<float>;
template class Reversible<double>;

} // namespace ohm::deep
