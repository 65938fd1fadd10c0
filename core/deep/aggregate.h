// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/incidence.h"
#include "core/deep/kernels/kernels.h"

#include <cstddef>
#include <span>

namespace ohm::deep {

/// How neighbours are weighed: A + I as it is, each row by 1/degree, or by
/// 1/sqrt(degree_i degree_j); degrees count multiplicity and the self loop. Softmax: per channel by
/// exp(t x_j) over their sum, GENConv's aggregation, made of two plain sums (the aggregator itself
/// then is Sum).
enum class Norm { Sum, Mean, Gcn, Softmax };

/// Rows with k entries each, in ascending columns: values [rows, k], indices [rows, k].
template <typename T>
struct SparseRows {
    const T* values = nullptr;
    const std::uint8_t* indices = nullptr;
    int k = 0;
};

/// Products with the normalised adjacency of a circuit's clique graph (self loops included) and its
/// transpose, row by row, so that callers fuse them with what follows. Factorised: nets of two and
/// three pins are direct edges; for the others the rows of a net buffer are summed first ("nets"),
/// then every node gathers its nets ("rows"). Not factorised: every node gathers its clique
/// neighbours, and the net buffer is empty. Sums run in a fixed order, whatever the threads:
/// results are the same to the bit. Thread: any, once made.
template <typename T>
class Aggregator {
public:
    struct Options {
        Norm norm = Norm::Mean;
        bool factorised = true;
        int directPins = 3;  ///< nets up to this size are direct edges
        int piecePins = 256; ///< of a net that one row of the buffer sums
    };
    Aggregator(const Incidence& graph, Options options);

    std::int64_t nodes() const { return m_nodes; }
    /// Rows that the net buffer of the caller needs.
    std::int64_t netRows() const { return m_pieces; }
    /// Bytes of the index structure.
    std::size_t bytes() const;

    /// Fills the net buffer [netRows, c] for the product with `x`. `transposed` = with the adjoint.
    void nets(const SparseRows<T>& x, int c, bool transposed, T* buffer, unsigned threads) const;
    void nets(const T* x, int c, bool transposed, T* buffer, unsigned threads) const;
    /// out [end - begin, c] = rows begin..end of the product, after `nets` of the same x.
    void rows(const SparseRows<T>& x, int c, bool transposed, const T* buffer, std::int64_t begin,
              std::int64_t end, T* out) const;
    void rows(const T* x, int c, bool transposed, const T* buffer, std::int64_t begin,
              std::int64_t end, T* out) const;

    /// The scale of rows (left) and columns (right) of the plain product; empty = 1.
    const std::vector<T>& left() const { return m_left; }
    const std::vector<T>& right() const { return m_right; }

    /// Without factorisation: the sources of node i's edges, edges()[edgeStart()[i]...].
    const std::vector<std::int64_t>& edgeStart() const { return m_directStart; }
    const std::vector<std::int32_t>& edges() const { return m_direct; }

    /// The index as it lies, for a copy on a device: nodes of each buffer row
    /// (pieceNodes[pieceStart[p]..]), pairs (first row, rows) of nets whose rows are summed into
    /// their first, buffer rows that a node gathers, direct neighbours, weight of its own row.
    struct Index {
        std::span<const std::int32_t> pieceStart, pieceNodes, splits, nodeStart, nodeRows;
        std::span<const std::int64_t> directStart;
        std::span<const std::int32_t> direct;
        std::span<const T> self, left, right;
    };
    Index index() const;

private:
    template <typename X>
    void netsOf(const X& x, int c, bool transposed, T* buffer, unsigned threads) const;
    template <typename X>
    void rowsOf(const X& x, int c, bool transposed, const T* buffer, std::int64_t begin,
                std::int64_t end, T* out) const;

    const kernels::Table<T>& m_kernels;
    std::int64_t m_nodes = 0;
    std::int64_t m_pieces = 0; ///< rows of the net buffer: one per net and `piecePins` of it
    std::vector<std::int32_t> m_pieceStart, m_pieceNodes; ///< nodes of each row of the buffer
    struct Split {
        std::int32_t first, count; ///< rows of one net; all get their sum
    };
    std::vector<Split> m_splits;
    std::vector<std::int32_t> m_nodeStart, m_nodeRows; ///< buffer rows that a node gathers
    std::vector<std::int64_t> m_directStart;
    std::vector<std::int32_t> m_direct; ///< neighbours by direct edges
    std::vector<T> m_self;              ///< weight of a node's own row, before the scales
    std::vector<T> m_left, m_right;
};

} // namespace ohm::deep
