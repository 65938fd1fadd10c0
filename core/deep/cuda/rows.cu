// SPDX-License-Identifier: GPL-3.0-or-later
// Kernels that work on rows by themselves: norms, streams, selection, the output; Adam.
#include "core/deep/cuda/warp.h"

#include <cmath>

namespace ohm::deep::cuda {
namespace {

struct Lanes {
    int lane, warp;
    std::int64_t first, stride; ///< rows of this warp
};
__device__ inline Lanes lanes() {
    const int warp = static_cast<int>(threadIdx.x) / kWarp;
    return {static_cast<int>(threadIdx.x) % kWarp, warp, std::int64_t{blockIdx.x} * kWarps + warp,
            std::int64_t{gridDim.x} * kWarps};
}

/// q + sign * round(m * scale); a step of more than 2^30 and a sum that wraps leave the range.
template <typename T>
__device__ std::int32_t addFixed(std::int32_t q, T m, T scale, int sign, bool& left) {
    constexpr T kMost = T(1073741824);
    T v = m * scale;
    v += v < 0 ? T(-0.5) : T(0.5);
    left = left || !(v <= kMost && v >= -kMost); // also what is no number
    v = v > kMost ? kMost : v;
    v = v < -kMost ? -kMost : v;
    const std::int32_t step = sign * static_cast<std::int32_t>(v == v ? v : T{0});
    const auto now =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(q) + static_cast<std::uint32_t>(step));
    left = left || ((q ^ now) & (step ^ now)) < 0;
    return now;
}

/// The stream's row, or in `y` what is left of it by the paper's skip.
template <typename T, int V>
__device__ void keepSelected(const Rows<T>& keep, std::int64_t row, int c, int lane, T* spare,
                             T (&y)[V]) {
    __syncwarp();
    for (int col = lane; col < c; col += kWarp)
        spare[col] = 0;
    __syncwarp();
    for (int j = lane; j < keep.k; j += kWarp)
        spare[keep.indices[row * keep.k + j]] = keep.values[row * keep.k + j];
    __syncwarp();
    OHM_UNROLL
    for (int i = 0; i < V; ++i)
        y[i] = lane + i * kWarp < c ? spare[lane + i * kWarp] : T{0};
}

template <typename T, int V, bool Back>
__global__ void __launch_bounds__(kThreads) passKernel(Pass<T> p) {
    OHM_SHARED(T, shared); // forth, paper's skip: [kWarps, width]; back: [kWarps, 2, width]
    const Lanes at = lanes();
    const int c = p.width;
    const bool start = p.kind == Pass<T>::Kind::Start;
    T dBias[V] = {}, dGain[V] = {};
    for (std::int64_t row = at.first; row < p.nodes; row += at.stride) {
        // All that the row needs is asked for at once, long before most of it is used.
        const bool adds = p.sign != 0 && !start && (Back || p.keep.k == 0);
        T u[V], before[V], up[V];
        std::int32_t fixed[V];
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            const int col = at.lane + i * kWarp;
            const std::int64_t e = row * c + col;
            u[i] = col < c ? p.u[e] + p.bias[col] : T{0};
            fixed[i] = adds && p.fixed && col < c ? p.fixed[e] : 0;
            before[i] = adds && p.real && col < c ? p.real[e] : T{0};
            up[i] = Back && col < c ? p.gradient[e] : T{0};
        }
        T square = 0;
        OHM_UNROLL
        for (int i = 0; i < V; ++i)
            square += u[i] * u[i];
        T inverse = 1;
        if (p.kind == Pass<T>::Kind::Rms)
            inverse = T{1} / root(warpSum(square) / static_cast<T>(c) + T(1e-6));
        if (p.sign != 0) {
            if (!Back && p.keep.k > 0)
                keepSelected<T, V>(p.keep, row, c, at.lane, shared + at.warp * c, before);
            T y[V];
            bool left = false;
            OHM_UNROLL
            for (int i = 0; i < V; ++i) {
                const int col = at.lane + i * kWarp;
                y[i] = 0;
                if (col >= c)
                    continue;
                const T m = start ? u[i] : u[i] * inverse * p.gain[col];
                if (p.fixed) {
                    const std::int32_t now = addFixed(fixed[i], m, p.scale, p.sign, left);
                    p.fixed[row * c + col] = now;
                    y[i] = static_cast<T>(now) * (T{1} / p.scale);
                } else {
                    y[i] = before[i] + static_cast<T>(p.sign) * m;
                    p.real[row * c + col] = y[i];
                }
            }
            if (left)
                *p.leftRange = 1;
            selectRow<T, V>(p.select, y, c, p.guess, row, at.lane, p.to);
        }
        if constexpr (Back) {
            T along = 0;
            T scaled[V];
            OHM_UNROLL
            for (int i = 0; i < V; ++i) {
                const int col = at.lane + i * kWarp;
                dGain[i] += up[i] * (u[i] * inverse);
                scaled[i] = col < c ? up[i] * p.gain[col] : T{0};
                along += scaled[i] * u[i];
            }
            if (p.kind == Pass<T>::Kind::Rms)
                along = warpSum(along) * inverse * inverse / static_cast<T>(c);
            else
                along = 0;
            OHM_UNROLL
            for (int i = 0; i < V; ++i) {
                const int col = at.lane + i * kWarp;
                const T r = (scaled[i] - u[i] * along) * inverse;
                dBias[i] += r;
                if (col < c)
                    p.u[row * c + col] = r;
            }
        }
    }
    if constexpr (Back) {
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            const int col = at.lane + i * kWarp;
            if (col < c) {
                shared[(2 * at.warp) * c + col] = dBias[i];
                shared[(2 * at.warp + 1) * c + col] = dGain[i];
            }
        }
        __syncthreads();
        for (int e = static_cast<int>(threadIdx.x); e < 2 * c; e += static_cast<int>(kThreads)) {
            T sum = 0;
            for (int w = 0; w < kWarps; ++w)
                sum += shared[2 * w * c + e];
            p.parts[std::int64_t{blockIdx.x} * 2 * c + e] = sum;
        }
    }
}

template <typename T, int V>
__global__ void __launch_bounds__(kThreads)
    selectKernel(Streams<T> streams, int step, T scale, std::int64_t nodes, int c, Select select,
                 Rows<T> to, NormalGuess guess) {
    const Lanes at = lanes();
    for (std::int64_t row = at.first; row < nodes; row += at.stride) {
        T x[V];
        readInput<T, V>(streams, step, scale, row, c, at.lane, x);
        selectRow<T, V>(select, x, c, guess, row, at.lane, to);
    }
}

/// 1 / rms of all groups' columns of a row.
template <typename T>
__device__ T inverseOf(const Streams<T>& streams, T scale, std::int64_t row, int c, int lane) {
    T square = 0;
    for (int g = 0; g < streams.groups; ++g) {
        for (int col = lane; col < c; col += kWarp) {
            const T x = streamAt(streams, g, scale, row * c + col);
            square += x * x;
        }
    }
    return T{1} / root(warpSum(square) / static_cast<T>(c * streams.groups) + T(1e-6));
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    headKernel(Streams<T> streams, T scale, std::int64_t nodes, int c, const T* w, const T* b,
               int outputs, T* predictions) {
    const Lanes at = lanes();
    const int d = c * streams.groups;
    for (std::int64_t row = at.first; row < nodes; row += at.stride) {
        const T inverse = inverseOf(streams, scale, row, c, at.lane);
        for (int o = 0; o < outputs; ++o) {
            T sum = 0;
            for (int g = 0; g < streams.groups; ++g) {
                for (int col = at.lane; col < c; col += kWarp) {
                    const T x = streamAt(streams, g, scale, row * c + col);
                    sum += (x > 0 ? x : T{0}) * w[o * d + g * c + col];
                }
            }
            sum = warpSum(sum);
            if (at.lane == 0)
                predictions[row * outputs + o] = sum * inverse + b[o];
        }
    }
}

/// Gradient of ReLU's result in one column.
template <typename T>
__device__ T openGradient(const T* w, const T* dp, int outputs, int d, int col, T x) {
    T sum = 0;
    for (int o = 0; o < outputs; ++o)
        sum += dp[o] * w[o * d + col];
    return x > 0 ? sum : T{0};
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    headBackwardKernel(Streams<T> streams, T scale, std::int64_t nodes, int c, const T* w,
                       const T* dp, int outputs, std::array<T*, 8> gradients, T* inverses) {
    const Lanes at = lanes();
    const int d = c * streams.groups;
    for (std::int64_t row = at.first; row < nodes; row += at.stride) {
        const T inverse = inverseOf(streams, scale, row, c, at.lane);
        const T* up = dp + row * outputs;
        T along = 0;
        for (int g = 0; g < streams.groups; ++g) {
            for (int col = at.lane; col < c; col += kWarp) {
                const T x = streamAt(streams, g, scale, row * c + col);
                along += openGradient(w, up, outputs, d, g * c + col, x) * x;
            }
        }
        along = warpSum(along) * inverse * inverse / static_cast<T>(d);
        for (int g = 0; g < streams.groups; ++g) {
            for (int col = at.lane; col < c; col += kWarp) {
                const T x = streamAt(streams, g, scale, row * c + col);
                const T open = openGradient(w, up, outputs, d, g * c + col, x);
                gradients[static_cast<std::size_t>(g)][row * c + col] =
                    (open - x * along) * inverse;
            }
        }
        if (at.lane == 0)
            inverses[row] = inverse;
    }
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    headRowsKernel(Streams<T> streams, int group, T scale, const T* inverses, std::int64_t nodes,
                   int c, T* out) {
    const Lanes at = lanes();
    for (std::int64_t row = at.first; row < nodes; row += at.stride) {
        for (int col = at.lane; col < c; col += kWarp) {
            const T x = streamAt(streams, group, scale, row * c + col);
            out[row * c + col] = x > 0 ? x * inverses[row] : T{0};
        }
    }
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    columnPartsKernel(const T* x, std::int64_t nodes, int c, T* parts) {
    OHM_SHARED(T, shared); // [kWarps, c]
    const Lanes at = lanes();
    T* sums = shared + at.warp * c;
    for (int col = at.lane; col < c; col += kWarp)
        sums[col] = 0;
    for (std::int64_t row = at.first; row < nodes; row += at.stride) {
        for (int col = at.lane; col < c; col += kWarp)
            sums[col] += x[row * c + col];
    }
    __syncthreads();
    for (int col = static_cast<int>(threadIdx.x); col < c; col += static_cast<int>(kThreads)) {
        T sum = 0;
        for (int w = 0; w < kWarps; ++w)
            sum += shared[w * c + col];
        parts[std::int64_t{blockIdx.x} * c + col] = sum;
    }
}

/// Sum of a double per thread over the block, to thread 0.
__device__ inline double blockSum(double value, double* shared) {
    value = warpSum(value);
    if (threadIdx.x % kWarp == 0)
        shared[threadIdx.x / kWarp] = value;
    __syncthreads();
    double sum = 0;
    for (int w = 0; w < kWarps; ++w)
        sum += shared[w];
    return sum;
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    squarePartsKernel(const T* gradient, std::int64_t count, double* parts) {
    OHM_SHARED(double, shared); // [kWarps]
    double sum = 0;
    for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x; i < count;
         i += std::int64_t{gridDim.x} * kThreads)
        sum += static_cast<double>(gradient[i]) * static_cast<double>(gradient[i]);
    sum = blockSum(sum, shared);
    if (threadIdx.x == 0)
        parts[blockIdx.x] = sum;
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    adamKernel(T* w, const T* g, T* m, T* v, std::int64_t count, AdamStep step,
               const double* squareParts, int parts) {
    OHM_SHARED(double, shared); // [kWarps]
    double sum = 0;
    for (int p = static_cast<int>(threadIdx.x); p < parts; p += static_cast<int>(kThreads))
        sum += squareParts[p];
    const double norm = sqrt(blockSum(sum, shared));
    if (!(norm <= 1.7976931348623157e308)) // not finite
        return;
    const T scale =
        static_cast<T>(step.clipNorm > 0 && norm > step.clipNorm ? step.clipNorm / norm : 1.0);
    const T beta1 = static_cast<T>(step.beta1), beta2 = static_cast<T>(step.beta2);
    for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x; i < count;
         i += std::int64_t{gridDim.x} * kThreads) {
        const T d = g[i] * scale;
        m[i] = beta1 * m[i] + (T{1} - beta1) * d;
        v[i] = beta2 * v[i] + (T{1} - beta2) * d * d;
        const T change =
            m[i] * static_cast<T>(step.correction1) /
            (root(v[i] * static_cast<T>(step.correction2)) + static_cast<T>(step.epsilon));
        w[i] -= static_cast<T>(step.rate) * (change + static_cast<T>(step.decay) * w[i]);
    }
}

} // namespace

NormalGuess normalGuess(int c, int k) {
    // Abramowitz and Stegun 26.2.23.
    const double share = k / (c + 1.0);
    const double p = share < 0.5 ? share : 1 - share;
    const double t = std::sqrt(-2 * std::log(p));
    const double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                             (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    return {share < 0.5 ? z : -z, 2.5066283 * std::exp(0.5 * z * z) / c};
}

template <typename T>
void passForward(const Pass<T>& pass, Stream stream) {
    const std::size_t shared =
        pass.keep.k > 0 ? sizeof(T) * static_cast<std::size_t>(kWarps * pass.width) : 0;
    byWidth(pass.width, [&](auto v) {
        launch(passKernel<T, decltype(v)::value, false>, rowBlocks(pass.nodes), kThreads, shared,
               stream, pass);
    });
}

template <typename T>
void passBackward(const Pass<T>& pass, Stream stream) {
    const std::size_t shared = sizeof(T) * static_cast<std::size_t>(2 * kWarps * pass.width);
    byWidth(pass.width, [&](auto v) {
        launch(passKernel<T, decltype(v)::value, true>, partsOf(pass.nodes), kThreads, shared,
               stream, pass);
    });
}

template <typename T>
void selectInput(const Streams<T>& streams, int step, T scale, std::int64_t nodes, int width,
                 Select select, const Rows<T>& to, NormalGuess guess, Stream stream) {
    byWidth(width, [&](auto v) {
        launch(selectKernel<T, decltype(v)::value>, rowBlocks(nodes), kThreads, 0, stream, streams,
               step, scale, nodes, width, select, to, guess);
    });
}

template <typename T>
void head(const Streams<T>& streams, T scale, std::int64_t nodes, int width, const T* w, const T* b,
          int outputs, T* predictions, Stream stream) {
    launch(headKernel<T>, rowBlocks(nodes), kThreads, 0, stream, streams, scale, nodes, width, w, b,
           outputs, predictions);
}

template <typename T>
void headBackward(const Streams<T>& streams, T scale, std::int64_t nodes, int width, const T* w,
                  const T* dp, int outputs, const std::array<T*, 8>& gradients, T* inverses,
                  Stream stream) {
    launch(headBackwardKernel<T>, rowBlocks(nodes), kThreads, 0, stream, streams, scale, nodes,
           width, w, dp, outputs, gradients, inverses);
}

template <typename T>
void headRows(const Streams<T>& streams, int group, T scale, const T* inverses, std::int64_t nodes,
              int width, T* out, Stream stream) {
    launch(headRowsKernel<T>, rowBlocks(nodes), kThreads, 0, stream, streams, group, scale,
           inverses, nodes, width, out);
}

template <typename T>
void columnParts(const T* x, std::int64_t nodes, int c, T* parts, Stream stream) {
    launch(columnPartsKernel<T>, partsOf(nodes), kThreads,
           sizeof(T) * static_cast<std::size_t>(kWarps * c), stream, x, nodes, c, parts);
}

template <typename T>
void squareParts(const T* gradient, std::int64_t count, double* parts, Stream stream) {
    launch(squarePartsKernel<T>, valuePartsOf(count), kThreads, sizeof(double) * kWarps, stream,
           gradient, count, parts);
}

template <typename T>
void adam(T* w, const T* g, T* m, T* v, std::int64_t count, const AdamStep& step,
          const double* squares, Stream stream) {
    launch(adamKernel<T>, valuePartsOf(count), kThreads, sizeof(double) * kWarps, stream, w, g, m,
           v, count, step, squares, valuePartsOf(count));
}

#define OHM_INSTANTIATE(T)                                                                         \
    template void passForward(const Pass<T>&, Stream);                                             \
    template void passBackward(const Pass<T>&, Stream);                                            \
    template void selectInput(const Streams<T>&, int, T, std::int64_t, int, Select,                \
                              const Rows<T>&, NormalGuess, Stream);                                \
    template void head(const Streams<T>&, T, std::int64_t, int, const T*, const T*, int, T*,       \
                       Stream);                                                                    \
    template void headBackward(const Streams<T>&, T, std::int64_t, int, const T*, const T*, int,   \
                               const std::array<T*, 8>&, T*, Stream);                              \
    template void headRows(const Streams<T>&, int, T, const T*, std::int64_t, int, T*, Stream);    \
    template void columnParts(const T*, std::int64_t, int, T*, Stream);                            \
    template void squareParts(const T*, std::int64_t, double*, Stream);                            \
    template void adam(T*, const T*, T*, T*, std::int64_t, const AdamStep&, const double*, Stream);
OHM_INSTANTIATE(float)
OHM_INSTANTIATE(double)

} // namespace ohm::deep::cuda
