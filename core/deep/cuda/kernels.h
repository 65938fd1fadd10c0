// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace ohm::deep::cuda {

/// A cudaStream_t, without CUDA's headers.
using Stream = void*;

// Everything that pointers refer to lies on the device; matrices are row-major and dense, rows at
// most 512 wide (256 where columns are bytes). A warp works on a row, lane l on columns l, l + 32,
// ... Calls only enqueue. No atomics: sums run in an order that depends on sizes alone, so that
// results repeat to the bit; with `-fmad=false` the same expression gives the same bits in any
// kernel, which fixed-point streams rely on. For float and double. Thread: any.

/// Blocks of a sum over all rows, of which each writes a part; at most kColumnParts.
inline constexpr int kColumnParts = 528;
inline int partsOf(std::int64_t rows) {
    return static_cast<int>(std::min<std::int64_t>(kColumnParts, (rows + 7) / 8));
}
/// The same for single values.
inline int valuePartsOf(std::int64_t count) {
    return static_cast<int>(std::min<std::int64_t>(kColumnParts, (count + 255) / 256));
}

/// Aggregator::Index on the device.
template <typename T>
struct Graph {
    std::int64_t nodes = 0, pieces = 0, splitCount = 0;
    const std::int32_t *pieceStart = nullptr, *pieceNodes = nullptr, *splits = nullptr;
    const std::int32_t *nodeStart = nullptr, *nodeRows = nullptr;
    const std::int64_t* directStart = nullptr;
    const std::int32_t* direct = nullptr;
    const T *self = nullptr, *left = nullptr, *right = nullptr; ///< left, right null = 1
    /// B0: room for a message per direct edge, [edges, width]; else null. Dense rows only.
    T* messages = nullptr;
    std::int64_t edges = 0;
};

/// What a step reads: k selected entries per row, or (k = 0) dense rows.
template <typename T>
struct Rows {
    T* values = nullptr;
    std::uint8_t* indices = nullptr;
    T* dense = nullptr;
    int k = 0;
};

/// The groups' streams: in fixed point, or as they are.
template <typename T>
struct Streams {
    std::array<std::int32_t*, 8> fixed{};
    std::array<T*, 8> real{};
    int groups = 0;
    bool inFixedPoint = false;
};

/// Where the k-th of c normally distributed values lies and how far the next is, in deviations: the
/// first guess of a selection.
struct NormalGuess {
    double place = 0, gap = 0;
};
NormalGuess normalGuess(int c, int k);

/// How rows become what the next step reads. Top: the k largest, ties to the lowest column. Pick:
/// the entries whose columns are there already. LayerRelu: max(0, LayerNorm). Relu.
enum class Select { None, Top, Pick, LayerRelu, Relu };

/// out = A x (or its adjoint); `nets` [graph.pieces, width] is overwritten.
template <typename T>
void aggregate(const Graph<T>& graph, const Rows<T>& x, int width, bool transposed, T* nets, T* out,
               Stream stream);

/// The gradient of what a step read: q = adjoint sum of `back`, in the selected columns (k > 0) or
/// through ReLU or LayerNorm and ReLU, added to the gradients of groups first..last. `clears`: the
/// paper's skip, all other entries become 0.
template <typename T>
struct Spread {
    Rows<T> read;
    const T* back = nullptr;
    T* nets = nullptr;
    int width = 0;
    bool clears = false;
    bool layerNorm = false; ///< dense: LayerNorm before ReLU, of the input below
    Streams<T> streams;
    int step = 0;
    T scale = 1; ///< of fixed point
    std::array<T*, 8> gradients{};
    int first = 0, last = 0;
};
template <typename T>
void spread(const Graph<T>& graph, const Spread<T>& spread, Stream stream);

/// What happens to the rows of a product: bias, norm, addition to a stream, selection for another
/// step; on the way back the gradient through the norm.
template <typename T>
struct Pass {
    enum class Kind { Start, Rms, Gain }; ///< Start: the stream becomes u + bias
    std::int64_t nodes = 0;
    int width = 0;
    Kind kind = Kind::Rms;
    T* u = nullptr; ///< the product; on the way back it becomes the gradient of u
    const T* bias = nullptr;
    const T* gain = nullptr;
    std::int32_t* fixed = nullptr; ///< the stream, one of both
    T* real = nullptr;
    T scale = 1;                       ///< of fixed point
    int sign = 1;                      ///< of the addition; 0 = the stream stays
    std::int32_t* leftRange = nullptr; ///< becomes 1 where a sum leaves int32
    Rows<T> keep; ///< k > 0: before the addition the stream keeps these entries alone
    Select select = Select::None;
    Rows<T> to;
    NormalGuess guess;
    const T* gradient = nullptr; ///< way back: of the stream
    T* parts = nullptr;          ///< way back: [partsOf(nodes), 2, width], sums for bias and gain
};
template <typename T>
void passForward(const Pass<T>& pass, Stream stream);
template <typename T>
void passBackward(const Pass<T>& pass, Stream stream);

/// The input of a step (the group before it; of step 0 the sum of all but group 0), selected.
template <typename T>
void selectInput(const Streams<T>& streams, int step, T scale, std::int64_t nodes, int width,
                 Select select, const Rows<T>& to, NormalGuess guess, Stream stream);

/// p = W ReLU(RMSNorm(x)) + b over all groups.
template <typename T>
void head(const Streams<T>& streams, T scale, std::int64_t nodes, int width, const T* w, const T* b,
          int outputs, T* predictions, Stream stream);
/// The gradients of the streams from `dp` [nodes, outputs], and 1 / rms of each row.
template <typename T>
void headBackward(const Streams<T>& streams, T scale, std::int64_t nodes, int width, const T* w,
                  const T* dp, int outputs, const std::array<T*, 8>& gradients, T* inverses,
                  Stream stream);
/// out = ReLU(RMSNorm(x)) of one group's columns.
template <typename T>
void headRows(const Streams<T>& streams, int group, T scale, const T* inverses, std::int64_t nodes,
              int width, T* out, Stream stream);

/// parts [partsOf(nodes), c] of the column sums of x.
template <typename T>
void columnParts(const T* x, std::int64_t nodes, int c, T* parts, Stream stream);
/// Adds sums over parts, in order: to[(e / width) * stride + e % width] += sum of from[p][e].
template <typename T>
struct PartSum {
    const T* from = nullptr;
    int parts = 0;
    std::int64_t count = 0; ///< entries of a part
    std::int64_t width = 0, stride = 0;
    T* to = nullptr;
};
template <typename T>
void addParts(const PartSum<T>& first, const PartSum<T>& second, Stream stream);

/// Parts [valuePartsOf(count)] of the sum of squares; a step of Adam that scales the gradient to
/// `clipNorm` (0 = never) and changes nothing where the sum is not finite.
struct AdamStep {
    double rate = 0, decay = 0, beta1 = 0, beta2 = 0, correction1 = 0, correction2 = 0, epsilon = 0,
           clipNorm = 0;
};
template <typename T>
void squareParts(const T* gradient, std::int64_t count, double* parts, Stream stream);
template <typename T>
void adam(T* w, const T* g, T* m, T* v, std::int64_t count, const AdamStep& step,
          const double* squareParts, Stream stream);

} // namespace ohm::deep::cuda
