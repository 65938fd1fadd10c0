// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/aggregate.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace ohm::deep {
namespace {

template <typename T>
void sum(const kernels::Table<T>& table, const SparseRows<T>& x, int /*c*/,
         const std::int32_t* list, std::int64_t count, std::int64_t readable, const T* scale,
         T* out) {
    table.sumSparse(x.values, x.indices, x.k, list, count, readable, scale, out);
}
template <typename T>
void sum(const kernels::Table<T>& table, const T* const& x, int c, const std::int32_t* list,
         std::int64_t count, std::int64_t readable, const T* scale, T* out) {
    table.sumDense(x, c, list, count, readable, scale, out);
}

template <typename T>
void addOwn(const kernels::Table<T>&, const SparseRows<T>& x, int /*c*/, std::int64_t row, T weight,
            T* out) {
    for (int j = 0; j < x.k; ++j)
        out[x.indices[row * x.k + j]] += weight * x.values[row * x.k + j];
}
template <typename T>
void addOwn(const kernels::Table<T>& table, const T* const& x, int c, std::int64_t row, T weight,
            T* out) {
    table.axpy(out, x + row * c, weight, c);
}

} // namespace

template <typename T>
Aggregator<T>::Aggregator(const Incidence& graph, Options options)
    : m_kernels(kernels::best<T>())
    , m_nodes(graph.nodes) {
    const auto nodes = static_cast<std::size_t>(graph.nodes);
    const auto degrees = cliqueDegrees(graph);
    if (options.norm == Norm::Mean || options.norm == Norm::Gcn) {
        m_left.resize(nodes);
        for (std::size_t i = 0; i < nodes; ++i) {
            const T degree = static_cast<T>(degrees[i] + 1);
            m_left[i] = options.norm == Norm::Mean ? T{1} / degree : T{1} / std::sqrt(degree);
        }
        if (options.norm == Norm::Gcn)
            m_right = m_left;
    }
    m_self.assign(nodes, T{1});
    m_nodeStart.assign(nodes + 1, 0);
    m_pieceStart.assign(1, 0);
    if (!options.factorised) {
        CliqueGraph cliques = expandCliques(graph);
        m_directStart = std::move(cliques.start);
        m_direct = std::move(cliques.sources);
        return;
    }
    // Rows of the buffer for the large nets; pieceOf: first row of each net, or -1.
    std::vector<std::int32_t> pieceOf(static_cast<std::size_t>(graph.nets), -1);
    for (std::size_t e = 0; e < pieceOf.size(); ++e) {
        const std::int32_t begin = graph.netStart[e], end = graph.netStart[e + 1];
        if (end - begin <= options.directPins)
            continue;
        pieceOf[e] = static_cast<std::int32_t>(m_pieces);
        for (std::int32_t at = begin; at < end; at += options.piecePins) {
            const std::int32_t last = std::min(end, at + options.piecePins);
            m_pieceNodes.insert(m_pieceNodes.end(), graph.netNodes.begin() + at,
                                graph.netNodes.begin() + last);
            m_pieceStart.push_back(static_cast<std::int32_t>(m_pieceNodes.size()));
            ++m_pieces;
        }
        const auto count = static_cast<std::int32_t>(m_pieces) - pieceOf[e];
        if (count > 1)
            m_splits.push_back({pieceOf[e], count});
    }
    m_directStart.assign(nodes + 1, 0);
    for (std::size_t i = 0; i < nodes; ++i) {
        std::int32_t last = -1;
        std::int64_t same = 0;
        for (std::int32_t p = graph.nodeStart[i]; p < graph.nodeStart[i + 1]; ++p) {
            const std::int32_t net = graph.nodeNets[static_cast<std::size_t>(p)];
            const auto e = static_cast<std::size_t>(net);
            if (pieceOf[e] >= 0) {
                // m pins of node i on the net: H H^T counts m^2 of its own row too much.
                same = net == last ? same + 1 : 1;
                m_self[i] -= static_cast<T>(2 * same - 1);
                m_nodeRows.push_back(pieceOf[e]);
            } else {
                for (std::int32_t q = graph.netStart[e]; q < graph.netStart[e + 1]; ++q) {
                    const std::int32_t j = graph.netNodes[static_cast<std::size_t>(q)];
                    if (j != static_cast<std::int32_t>(i))
                        m_direct.push_back(j);
                }
            }
            last = net;
        }
        m_nodeStart[i + 1] = static_cast<std::int32_t>(m_nodeRows.size());
        m_directStart[i + 1] = static_cast<std::int64_t>(m_direct.size());
    }
}

template <typename T>
std::size_t Aggregator<T>::bytes() const {
    const auto of = [](const auto& v) { return v.size() * sizeof(v[0]); };
    return of(m_pieceStart) + of(m_pieceNodes) + of(m_splits) + of(m_nodeStart) + of(m_nodeRows) +
           of(m_directStart) + of(m_direct) + of(m_self) + of(m_left) + of(m_right);
}

template <typename T>
typename Aggregator<T>::Index Aggregator<T>::index() const {
    static_assert(sizeof(Split) == 2 * sizeof(std::int32_t));
    return {m_pieceStart,
            m_pieceNodes,
            {m_splits.empty() ? nullptr : &m_splits.data()->first, 2 * m_splits.size()},
            m_nodeStart,
            m_nodeRows,
            m_directStart,
            m_direct,
            m_self,
            m_left,
            m_right};
}

template <typename T>
template <typename X>
void Aggregator<T>::netsOf(const X& x, int c, bool transposed, T* buffer, unsigned threads) const {
    const auto& scale = transposed ? m_left : m_right;
    const T* weights = scale.empty() ? nullptr : scale.data();
    constexpr std::size_t kBlock = 128;
    parallelBlocks(static_cast<std::size_t>(m_pieces), kBlock, threads,
                   [&](std::size_t begin, std::size_t end) {
                       std::fill(buffer + begin * static_cast<std::size_t>(c),
                                 buffer + end * static_cast<std::size_t>(c), T{0});
                       for (std::size_t p = begin; p < end; ++p)
                           sum(m_kernels, x, c, m_pieceNodes.data() + m_pieceStart[p],
                               m_pieceStart[p + 1] - m_pieceStart[p],
                               m_pieceStart.back() - m_pieceStart[p], weights,
                               buffer + p * static_cast<std::size_t>(c));
                   });
    for (const Split& split : m_splits) {
        T* first = buffer + static_cast<std::int64_t>(split.first) * c;
        for (std::int32_t p = 1; p < split.count; ++p)
            m_kernels.axpy(first, first + static_cast<std::int64_t>(p) * c, T{1}, c);
    }
}

template <typename T>
template <typename X>
void Aggregator<T>::rowsOf(const X& x, int c, bool transposed, const T* buffer, std::int64_t begin,
                           std::int64_t end, T* out) const {
    const auto& in = transposed ? m_left : m_right;
    const auto& scale = transposed ? m_right : m_left;
    const T* weights = in.empty() ? nullptr : in.data();
    const T* const netBuffer = buffer;
    std::fill(out, out + (end - begin) * c, T{0});
    for (std::int64_t row = begin; row < end; ++row, out += c) {
        const auto i = static_cast<std::size_t>(row);
        m_kernels.sumDense(netBuffer, c, m_nodeRows.data() + m_nodeStart[i],
                           m_nodeStart[i + 1] - m_nodeStart[i], m_nodeStart.back() - m_nodeStart[i],
                           nullptr, out);
        sum(m_kernels, x, c, m_direct.data() + m_directStart[i],
            m_directStart[i + 1] - m_directStart[i], m_directStart.back() - m_directStart[i],
            weights, out);
        addOwn(m_kernels, x, c, row, m_self[i] * (weights ? weights[i] : T{1}), out);
        if (!scale.empty()) {
            for (int j = 0; j < c; ++j)
                out[j] *= scale[i];
        }
    }
}

template <typename T>
void Aggregator<T>::nets(const SparseRows<T>& x, int c, bool transposed, T* buffer,
                         unsigned threads) const {
    netsOf(x, c, transposed, buffer, threads);
}
template <typename T>
void Aggregator<T>::nets(const T* x, int c, bool transposed, T* buffer, unsigned threads) const {
    netsOf(x, c, transposed, buffer, threads);
}
template <typename T>
void Aggregator<T>::rows(const SparseRows<T>& x, int c, bool transposed, const T* buffer,
                         std::int64_t begin, std::int64_t end, T* out) const {
    rowsOf(x, c, transposed, buffer, begin, end, out);
}
template <typename T>
void Aggregator<T>::rows(const T* x, int c, bool transposed, const T* buffer, std::int64_t begin,
                         std::int64_t end, T* out) const {
    rowsOf(x, c, transposed, buffer, begin, end, out);
}

template class Aggregator<float>;
template class Aggregator<double>;

} // namespace ohm::deep
