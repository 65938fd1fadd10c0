// SPDX-License-Identifier: GPL-3.0-or-later
// Sums over nets and neighbours, and over parts.
#include "core/deep/cuda/warp.h"

namespace ohm::deep::cuda {
namespace {

/// acc[column] += the selected entries of the listed rows, in the list's order; acc is the warp's,
/// in shared memory. Several rows are loaded by the lanes at once.
template <typename T>
__device__ void scatterRows(const Rows<T>& x, const std::int32_t* list, std::int64_t count,
                            const T* scale, T* acc, int lane) {
    constexpr int kBatch = 4;
    if (x.k > kWarp) {
        for (std::int64_t e = 0; e < count; ++e) {
            const std::int64_t row = list[e];
            const T s = scale ? scale[row] : T{1};
            for (int j = lane; j < x.k; j += kWarp)
                acc[x.indices[row * x.k + j]] += s * x.values[row * x.k + j];
            __syncwarp();
        }
        return;
    }
    const int per = kWarp / x.k; // rows of one load
    const int part = lane / x.k, entry = lane % x.k;
    for (std::int64_t e = 0; e < count; e += kBatch * per) {
        T value[kBatch];
        int column[kBatch];
        OHM_UNROLL
        for (int b = 0; b < kBatch; ++b) {
            const std::int64_t at = e + b * per + part;
            column[b] = -1;
            value[b] = 0;
            if (part < per && at < count) {
                const std::int64_t row = list[at];
                column[b] = x.indices[row * x.k + entry];
                value[b] = (scale ? scale[row] : T{1}) * x.values[row * x.k + entry];
            }
        }
        OHM_UNROLL
        for (int b = 0; b < kBatch; ++b) {
            for (int s = 0; s < per && e + b * per + s < count; ++s) {
                if (part == s)
                    acc[column[b]] += value[b];
                __syncwarp();
            }
        }
    }
}

/// sum[i] += column lane + 32 i of the listed rows, in the list's order.
template <typename T, int V>
__device__ void sumRows(const T* x, int c, const std::int32_t* list, std::int64_t count,
                        const T* scale, int lane, T (&sum)[V]) {
    OHM_UNROLL4
    for (std::int64_t e = 0; e < count; ++e) {
        const std::int64_t row = list[e];
        const T s = scale ? scale[row] : T{1};
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            const int col = lane + i * kWarp;
            if (col < c)
                sum[i] += s * x[row * c + col];
        }
    }
}

template <typename T, int V>
__global__ void __launch_bounds__(kThreads)
    netsKernel(Graph<T> graph, Rows<T> x, int c, const T* scale, T* nets) {
    OHM_SHARED(T, shared); // [kWarps, c] where rows are sparse
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const std::int64_t piece = std::int64_t{blockIdx.x} * kWarps + warp;
    if (piece >= graph.pieces)
        return;
    const std::int32_t* list = graph.pieceNodes + graph.pieceStart[piece];
    const std::int64_t count = graph.pieceStart[piece + 1] - graph.pieceStart[piece];
    T* out = nets + piece * c;
    if (x.k > 0) {
        T* acc = shared + warp * c;
        for (int col = lane; col < c; col += kWarp)
            acc[col] = 0;
        __syncwarp();
        scatterRows(x, list, count, scale, acc, lane);
        for (int col = lane; col < c; col += kWarp)
            out[col] = acc[col];
        return;
    }
    T sum[V] = {};
    sumRows<T, V>(x.dense, c, list, count, scale, lane, sum);
    OHM_UNROLL
    for (int i = 0; i < V; ++i) {
        if (lane + i * kWarp < c)
            out[lane + i * kWarp] = sum[i];
    }
}

/// The pieces of a long net into its first row; a warp per 32 columns of a net.
template <typename T>
__global__ void splitsKernel(Graph<T> graph, int c, T* nets) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const int chunks = (c + kWarp - 1) / kWarp;
    const std::int64_t job =
        std::int64_t{blockIdx.x} * kWarps + static_cast<int>(threadIdx.x) / kWarp;
    const std::int64_t split = job / chunks;
    const int col = static_cast<int>(job % chunks) * kWarp + lane;
    if (split >= graph.splitCount || col >= c)
        return;
    T* first = nets + std::int64_t{graph.splits[2 * split]} * c + col;
    const int count = graph.splits[2 * split + 1];
    T sum = first[0];
    OHM_UNROLL4
    for (int p = 1; p < count; ++p)
        sum += first[std::int64_t{p} * c];
    first[0] = sum;
}

/// B0: the weighed row of every edge's source, written out.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    messagesKernel(Graph<T> graph, const T* x, int c, const T* scale) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const std::int64_t edge =
        std::int64_t{blockIdx.x} * kWarps + static_cast<int>(threadIdx.x) / kWarp;
    if (edge >= graph.edges)
        return;
    const std::int64_t row = graph.direct[edge];
    const T s = scale ? scale[row] : T{1};
    for (int col = lane; col < c; col += kWarp)
        graph.messages[edge * c + col] = s * x[row * c + col];
}

/// Row of the product: nets, direct neighbours, itself. `in` and `out` scale columns and rows.
template <typename T, int V>
__device__ void denseRow(const Graph<T>& graph, const T* x, int c, const T* in, const T* out,
                         const T* nets, std::int64_t row, int lane, T (&sum)[V]) {
    sumRows<T, V>(nets, c, graph.nodeRows + graph.nodeStart[row],
                  graph.nodeStart[row + 1] - graph.nodeStart[row], nullptr, lane, sum);
    const std::int64_t first = graph.directStart[row], last = graph.directStart[row + 1];
    if (graph.messages) {
        OHM_UNROLL4
        for (std::int64_t e = first; e < last; ++e) {
            OHM_UNROLL
            for (int i = 0; i < V; ++i) {
                if (lane + i * kWarp < c)
                    sum[i] += graph.messages[e * c + lane + i * kWarp];
            }
        }
    } else {
        sumRows<T, V>(x, c, graph.direct + first, last - first, in, lane, sum);
    }
    const T own = graph.self[row] * (in ? in[row] : T{1});
    const T whole = out ? out[row] : T{1};
    OHM_UNROLL
    for (int i = 0; i < V; ++i) {
        if (lane + i * kWarp < c)
            sum[i] = (sum[i] + own * x[row * c + lane + i * kWarp]) * whole;
    }
}

template <typename T, int V>
__global__ void __launch_bounds__(kThreads)
    rowsKernel(Graph<T> graph, Rows<T> x, int c, const T* in, const T* outScale, const T* nets,
               T* out) {
    OHM_SHARED(T, shared); // [kWarps, c] where rows are sparse
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const std::int64_t row = std::int64_t{blockIdx.x} * kWarps + warp;
    if (row >= graph.nodes)
        return;
    T sum[V] = {};
    if (x.k == 0) {
        denseRow<T, V>(graph, x.dense, c, in, outScale, nets, row, lane, sum);
    } else {
        T* acc = shared + warp * c;
        for (int col = lane; col < c; col += kWarp)
            acc[col] = 0;
        __syncwarp();
        scatterRows(x, graph.direct + graph.directStart[row],
                    graph.directStart[row + 1] - graph.directStart[row], in, acc, lane);
        const T own = graph.self[row] * (in ? in[row] : T{1});
        for (int j = lane; j < x.k; j += kWarp)
            acc[x.indices[row * x.k + j]] += own * x.values[row * x.k + j];
        __syncwarp();
        sumRows<T, V>(nets, c, graph.nodeRows + graph.nodeStart[row],
                      graph.nodeStart[row + 1] - graph.nodeStart[row], nullptr, lane, sum);
        const T whole = outScale ? outScale[row] : T{1};
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            if (lane + i * kWarp < c)
                sum[i] = (sum[i] + acc[lane + i * kWarp]) * whole;
        }
    }
    OHM_UNROLL
    for (int i = 0; i < V; ++i) {
        if (lane + i * kWarp < c)
            out[row * c + lane + i * kWarp] = sum[i];
    }
}

/// Sum of x[row][col] over every parts-th of the listed rows.
template <typename T>
__device__ T sumColumn(const T* x, int c, int col, const std::int32_t* list, std::int64_t count,
                       const T* scale, int part, int parts) {
    T sum = 0;
    OHM_UNROLL4
    for (std::int64_t e = part; e < count; e += parts) {
        const std::int64_t row = list[e];
        sum += (scale ? scale[row] : T{1}) * x[row * c + col];
    }
    return sum;
}

/// The adjoint sum in the selected columns alone. Lanes share out entries and, where these are few,
/// the rows to sum; k is at most 32 times kChunks.
template <typename T, int kChunks>
__global__ void __launch_bounds__(kThreads) spreadSparseKernel(Graph<T> graph, Spread<T> s) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const std::int64_t row = std::int64_t{blockIdx.x} * kWarps + warp;
    if (row >= graph.nodes)
        return;
    const int c = s.width, k = s.read.k;
    int entries = 1; // lanes per part: a power of two
    while (entries < k && entries < kWarp)
        entries *= 2;
    const int parts = kWarp / entries, part = lane / entries;
    const std::uint8_t* indices = s.read.indices + row * k;
    const T own = graph.self[row] * (graph.left ? graph.left[row] : T{1});
    const T whole = graph.right ? graph.right[row] : T{1};
    T ds[kChunks];
    OHM_UNROLL
    for (int chunk = 0; chunk < kChunks; ++chunk) {
        const int j = chunk * kWarp + lane % entries;
        ds[chunk] = 0;
        if (chunk * kWarp >= k)
            continue;
        const int col = indices[j < k ? j : k - 1];
        T sum = sumColumn(s.nets, c, col, graph.nodeRows + graph.nodeStart[row],
                          graph.nodeStart[row + 1] - graph.nodeStart[row],
                          static_cast<const T*>(nullptr), part, parts);
        sum +=
            sumColumn(s.back, c, col, graph.direct + graph.directStart[row],
                      graph.directStart[row + 1] - graph.directStart[row], graph.left, part, parts);
        for (int offset = entries; offset < kWarp; offset *= 2)
            sum += __shfl_xor_sync(kAll, sum, offset);
        ds[chunk] = (sum + own * s.back[row * c + col]) * whole;
    }
    for (int g = s.first; g <= s.last; ++g) {
        T* to = s.gradients[static_cast<std::size_t>(g)] + row * c;
        T kept[kChunks];
        OHM_UNROLL
        for (int chunk = 0; chunk < kChunks; ++chunk) {
            const int j = chunk * kWarp + lane;
            kept[chunk] = part == 0 && j < k ? to[indices[j]] + ds[chunk] : T{0};
        }
        if (s.clears) {
            __syncwarp();
            for (int col = lane; col < c; col += kWarp)
                to[col] = 0;
            __syncwarp();
        }
        OHM_UNROLL
        for (int chunk = 0; chunk < kChunks; ++chunk) {
            const int j = chunk * kWarp + lane;
            if (part == 0 && j < k)
                to[indices[j]] = kept[chunk];
        }
    }
}

template <typename T, int V>
__global__ void __launch_bounds__(kThreads) spreadDenseKernel(Graph<T> graph, Spread<T> s) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const std::int64_t row = std::int64_t{blockIdx.x} * kWarps + warp;
    if (row >= graph.nodes)
        return;
    const int c = s.width;
    T q[V] = {};
    denseRow<T, V>(graph, s.back, c, graph.left, graph.right, s.nets, row, lane, q);
    if (s.layerNorm) {
        T x[V];
        readInput<T, V>(s.streams, s.step, s.scale, row, c, lane, x);
        T mean, inverse, sum = 0, along = 0;
        moments<T, V>(x, c, lane, mean, inverse);
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            x[i] = (x[i] - mean) * inverse;
            q[i] = lane + i * kWarp < c && x[i] > 0 ? q[i] : T{0};
            sum += q[i];
            along += q[i] * x[i];
        }
        sum = warpSum(sum) / static_cast<T>(c);
        along = warpSum(along) / static_cast<T>(c);
        OHM_UNROLL
        for (int i = 0; i < V; ++i)
            q[i] = (q[i] - sum - x[i] * along) * inverse;
    } else {
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            const int col = lane + i * kWarp;
            q[i] = col < c && s.read.dense[row * c + col] > 0 ? q[i] : T{0};
        }
    }
    for (int g = s.first; g <= s.last; ++g) {
        T* to = s.gradients[static_cast<std::size_t>(g)] + row * c;
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            if (lane + i * kWarp < c)
                to[lane + i * kWarp] += q[i];
        }
    }
}

/// A block per 32 entries: its warps take every eighth part, then the first adds them up.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    addPartsKernel(PartSum<T> a, PartSum<T> b, std::int64_t blocksOfA) {
    OHM_SHARED(T, shared); // [kWarps, kWarp]
    const int lane = static_cast<int>(threadIdx.x) % kWarp,
              warp = static_cast<int>(threadIdx.x) / kWarp;
    const bool second = blockIdx.x >= blocksOfA;
    // Field by field: a reference to one of both would put them into local memory.
    const PartSum<T> p{second ? b.from : a.from,     second ? b.parts : a.parts,
                       second ? b.count : a.count,   second ? b.width : a.width,
                       second ? b.stride : a.stride, second ? b.to : a.to};
    const std::int64_t at = (blockIdx.x - (second ? blocksOfA : 0)) * kWarp + lane;
    T sum = 0;
    if (at < p.count) {
        OHM_UNROLL4
        for (int part = warp; part < p.parts; part += kWarps)
            sum += p.from[part * p.count + at];
    }
    shared[warp * kWarp + lane] = sum;
    __syncthreads();
    if (warp == 0 && at < p.count) {
        for (int w = 1; w < kWarps; ++w)
            sum += shared[w * kWarp + lane];
        p.to[at / p.width * p.stride + at % p.width] += sum;
    }
}

template <typename T>
void netSums(const Graph<T>& graph, const Rows<T>& x, int c, const T* scale, T* nets,
             Stream stream) {
    if (graph.messages)
        launch(messagesKernel<T>, rowBlocks(graph.edges), kThreads, 0, stream, graph,
               static_cast<const T*>(x.dense), c, scale);
    const std::size_t shared = x.k > 0 ? sizeof(T) * static_cast<std::size_t>(kWarps * c) : 0;
    byWidth(c, [&](auto v) {
        launch(netsKernel<T, decltype(v)::value>, rowBlocks(graph.pieces), kThreads, shared, stream,
               graph, x, c, scale, nets);
    });
    launch(splitsKernel<T>, rowBlocks(graph.splitCount * ((c + kWarp - 1) / kWarp)), kThreads, 0,
           stream, graph, c, nets);
}

} // namespace

template <typename T>
void aggregate(const Graph<T>& graph, const Rows<T>& x, int width, bool transposed, T* nets, T* out,
               Stream stream) {
    const T* in = transposed ? graph.left : graph.right;
    const T* outScale = transposed ? graph.right : graph.left;
    netSums(graph, x, width, in, nets, stream);
    const std::size_t shared = x.k > 0 ? sizeof(T) * static_cast<std::size_t>(kWarps * width) : 0;
    byWidth(width, [&](auto v) {
        launch(rowsKernel<T, decltype(v)::value>, rowBlocks(graph.nodes), kThreads, shared, stream,
               graph, x, width, in, outScale, nets, out);
    });
}

template <typename T>
void spread(const Graph<T>& graph, const Spread<T>& s, Stream stream) {
    Rows<T> back;
    back.dense = const_cast<T*>(s.back);
    netSums(graph, back, s.width, graph.left, s.nets, stream);
    if (s.read.k > 0)
        return launch(s.read.k <= kWarp ? spreadSparseKernel<T, 1>
                                        : spreadSparseKernel<T, 256 / kWarp>,
                      rowBlocks(graph.nodes), kThreads, 0, stream, graph, s);
    byWidth(s.width, [&](auto v) {
        launch(spreadDenseKernel<T, decltype(v)::value>, rowBlocks(graph.nodes), kThreads, 0,
               stream, graph, s);
    });
}

template <typename T>
void addParts(const PartSum<T>& first, const PartSum<T>& second, Stream stream) {
    const std::int64_t blocks = (first.count + kWarp - 1) / kWarp;
    launch(addPartsKernel<T>, blocks + (second.count + kWarp - 1) / kWarp, kThreads,
           sizeof(T) * kThreads, stream, first, second, blocks);
}

template void aggregate(const Graph<float>&, const Rows<float>&, int, bool, float*, float*, Stream);
template void aggregate(const Graph<double>&, const Rows<double>&, int, bool, double*, double*,
                        Stream);
template void spread(const Graph<float>&, const Spread<float>&, Stream);
template void spread(const Graph<double>&, const Spread<double>&, Stream);
template void addParts(const PartSum<float>&, const PartSum<float>&, Stream);
template void addParts(const PartSum<double>&, const PartSum<double>&, Stream);

} // namespace ohm::deep::cuda
