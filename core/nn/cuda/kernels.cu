// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/cuda/kernels.h"

#include <cuda_runtime.h>

namespace ohm::nn::cuda {
namespace {

constexpr int kWarp = 32;
constexpr int kBlock = 256;
constexpr int kWarpsPerBlock = kBlock / kWarp;
constexpr float kMessageFloor = 1e-7f;

cudaStream_t toStream(Stream stream) {
    return static_cast<cudaStream_t>(stream);
}
unsigned rowBlocks(std::int64_t n) {
    return static_cast<unsigned>((n + kWarpsPerBlock - 1) / kWarpsPerBlock);
}

__device__ float warpSum(float value) {
    for (int offset = kWarp / 2; offset > 0; offset /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, offset);
    return value;
}

__global__ void layerNormReluKernel(const float* __restrict__ x, const float* __restrict__ gamma,
                                    const float* __restrict__ beta, float epsilon,
                                    float* __restrict__ y, float* __restrict__ mean,
                                    float* __restrict__ rstd, std::int64_t n, int c) {
    const std::int64_t row = std::int64_t(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
    const int lane = threadIdx.x % kWarp;
    if (row >= n)
        return;
    const float* in = x + row * c;
    float sum = 0;
    for (int k = lane; k < c; k += kWarp)
        sum += in[k];
    const float m = warpSum(sum) / c;
    float square = 0;
    for (int k = lane; k < c; k += kWarp) {
        const float d = in[k] - m;
        square += d * d;
    }
    const float r = rsqrtf(warpSum(square) / c + epsilon);
    for (int k = lane; k < c; k += kWarp)
        y[row * c + k] = fmaxf(0.0f, (in[k] - m) * r * gamma[k] + beta[k]);
    if (lane == 0) {
        mean[row] = m;
        rstd[row] = r;
    }
}

/// kParts blocks; each warp takes rows in a stride and keeps its column sums in shared memory.
__global__ void layerNormReluBackwardKernel(
    const float* __restrict__ dy, const float* __restrict__ x, const float* __restrict__ y,
    const float* __restrict__ gamma, const float* __restrict__ mean,
    const float* __restrict__ rstd, const float* __restrict__ residual, float* __restrict__ dx,
    float* __restrict__ parts, std::int64_t n, int c) {
    extern __shared__ float shared[]; // [kWarpsPerBlock, 2, c]
    const int warp = threadIdx.x / kWarp;
    const int lane = threadIdx.x % kWarp;
    float* dGamma = shared + static_cast<std::size_t>(warp) * 2 * c;
    float* dBeta = dGamma + c;
    for (int k = lane; k < c; k += kWarp)
        dGamma[k] = dBeta[k] = 0;
    for (std::int64_t row = std::int64_t(blockIdx.x) * kWarpsPerBlock + warp; row < n;
         row += std::int64_t(gridDim.x) * kWarpsPerBlock) {
        const std::int64_t at = row * c;
        const float m = mean[row];
        const float r = rstd[row];
        float sum = 0, dot = 0;
        for (int k = lane; k < c; k += kWarp) {
            const float g = y[at + k] > 0 ? dy[at + k] : 0.0f;
            const float hat = (x[at + k] - m) * r;
            dGamma[k] += g * hat;
            dBeta[k] += g;
            sum += g * gamma[k];
            dot += g * gamma[k] * hat;
        }
        sum = warpSum(sum) / c;
        dot = warpSum(dot) / c;
        for (int k = lane; k < c; k += kWarp) {
            const float g = y[at + k] > 0 ? dy[at + k] : 0.0f;
            const float hat = (x[at + k] - m) * r;
            const float d = r * (g * gamma[k] - sum - hat * dot);
            dx[at + k] = residual ? residual[at + k] + d : d;
        }
    }
    __syncthreads();
    for (int k = threadIdx.x; k < 2 * c; k += blockDim.x) {
        float total = 0;
        for (int w = 0; w < kWarpsPerBlock; ++w)
            total += shared[static_cast<std::size_t>(w) * 2 * c + k];
        const int which = k / c;
        parts[(static_cast<std::size_t>(which) * kParts + blockIdx.x) * c + k % c] = total;
    }
}

__global__ void softmaxAggregateKernel(const float* __restrict__ y, const float* __restrict__ tp,
                                       const std::int32_t* __restrict__ rows,
                                       const std::int32_t* __restrict__ columns, std::int64_t n,
                                       float* __restrict__ agg, float* __restrict__ lse,
                                       float* __restrict__ out, bool addRoot, int c) {
    const std::int64_t row = std::int64_t(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
    const int lane = threadIdx.x % kWarp;
    if (row >= n)
        return;
    const float t = *tp;
    const int begin = rows[row];
    const int end = rows[row + 1];
    for (int k = lane; k < c; k += kWarp) {
        // The softmax in one pass: sums are rescaled whenever a greater exponent comes up.
        float top = -INFINITY, den = 0, num = 0;
        for (int e = begin; e < end; ++e) {
            const float m = fmaxf(0.0f, y[std::int64_t(columns[e]) * c + k]) + kMessageFloor;
            const float logit = t * m;
            if (logit > top) {
                const float scale = expf(top - logit);
                den *= scale;
                num *= scale;
                top = logit;
            }
            const float w = expf(logit - top);
            den += w;
            num += w * m;
        }
        const std::int64_t at = row * c + k;
        const float a = end > begin ? num / den : 0.0f;
        agg[at] = a;
        lse[at] = end > begin ? top + logf(den) : 0.0f;
        out[at] = addRoot ? a + y[at] : a;
    }
}

__global__ void softmaxAggregateBackwardKernel(
    const float* __restrict__ da, const float* __restrict__ y, const float* __restrict__ agg,
    const float* __restrict__ lse, const float* __restrict__ tp,
    const std::int32_t* __restrict__ rows, const std::int32_t* __restrict__ columns,
    std::int64_t n, float* __restrict__ dy, float* __restrict__ tParts, bool addRoot, int c) {
    __shared__ float warpT[kWarpsPerBlock];
    const int warp = threadIdx.x / kWarp;
    const int lane = threadIdx.x % kWarp;
    const float t = *tp;
    float dt = 0;
    for (std::int64_t row = std::int64_t(blockIdx.x) * kWarpsPerBlock + warp; row < n;
         row += std::int64_t(gridDim.x) * kWarpsPerBlock) {
        const int begin = rows[row];
        const int end = rows[row + 1];
        for (int k = lane; k < c; k += kWarp) {
            const std::int64_t at = row * c + k;
            const float value = y[at];
            const float m = fmaxf(0.0f, value) + kMessageFloor;
            float dm = 0;
            for (int e = begin; e < end; ++e) {
                const std::int64_t other = std::int64_t(columns[e]) * c + k;
                const float gw = da[other] * expf(t * m - lse[other]);
                const float above = m - agg[other];
                dm += gw * (1.0f + t * above);
                dt += gw * m * above;
            }
            dy[at] = (addRoot ? da[at] : 0.0f) + (value > 0 ? dm : 0.0f);
        }
    }
    dt = warpSum(dt);
    if (lane == 0)
        warpT[warp] = dt;
    __syncthreads();
    if (threadIdx.x == 0) {
        float total = 0;
        for (float part : warpT)
            total += part;
        tParts[blockIdx.x] = total;
    }
}

__global__ void neighbourSumKernel(const float* __restrict__ x,
                                   const std::int32_t* __restrict__ rows,
                                   const std::int32_t* __restrict__ columns, std::int64_t n,
                                   const float* __restrict__ scale,
                                   const float* __restrict__ neighbourScale,
                                   float* __restrict__ out, int c) {
    const std::int64_t row = std::int64_t(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
    const int lane = threadIdx.x % kWarp;
    if (row >= n)
        return;
    const int begin = rows[row];
    const int end = rows[row + 1];
    for (int k = lane; k < c; k += kWarp) {
        float sum = 0;
        for (int e = begin; e < end; ++e) {
            const std::int64_t j = columns[e];
            sum += neighbourScale ? neighbourScale[j] * x[j * c + k] : x[j * c + k];
        }
        out[row * c + k] = scale ? scale[row] * sum : sum;
    }
}

/// Threads of a block are laid out [rows, columns]: 32 columns wide, so that loads coalesce.
constexpr int kTileRows = kBlock / kWarp;

/// Shifted sums of each column: parts[0] of (h - h[0]), parts[1] of its square.
__global__ void batchStatisticsKernel(const float* __restrict__ h, float* __restrict__ parts,
                                      std::int64_t n, int c) {
    __shared__ float sums[kTileRows][kWarp][2];
    const int lane = threadIdx.x % kWarp;
    const int tile = threadIdx.x / kWarp;
    const int k = blockIdx.y * kWarp + lane;
    float sum = 0, square = 0;
    if (k < c) {
        const float shift = h[k];
        for (std::int64_t row = std::int64_t(blockIdx.x) * kTileRows + tile; row < n;
             row += std::int64_t(gridDim.x) * kTileRows) {
            const float d = h[row * c + k] - shift;
            sum += d;
            square += d * d;
        }
    }
    sums[tile][lane][0] = sum;
    sums[tile][lane][1] = square;
    __syncthreads();
    if (tile < 2 && k < c) {
        float total = 0;
        for (int r = 0; r < kTileRows; ++r)
            total += sums[r][lane][tile];
        parts[(static_cast<std::size_t>(tile) * kParts + blockIdx.x) * c + k] = total;
    }
}

/// One block per column: adds the parts in a fixed tree, in double.
__device__ double sumColumn(const float* parts, int c, int k) {
    __shared__ double tree[kBlock];
    double sum = 0;
    for (int p = threadIdx.x; p < kParts; p += blockDim.x)
        sum += parts[static_cast<std::size_t>(p) * c + k];
    __syncthreads();
    tree[threadIdx.x] = sum;
    __syncthreads();
    for (int half = kBlock / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            tree[threadIdx.x] += tree[threadIdx.x + half];
        __syncthreads();
    }
    return tree[0];
}

__global__ void batchStatisticsEnd(const float* __restrict__ h, const float* __restrict__ parts,
                                   float epsilon, float momentum, float* __restrict__ mean,
                                   float* __restrict__ rstd, float* runningMean,
                                   float* runningVar, std::int64_t n, int c) {
    const int k = blockIdx.x;
    const double sum = sumColumn(parts, c, k);
    const double square = sumColumn(parts + static_cast<std::size_t>(kParts) * c, c, k);
    if (threadIdx.x != 0)
        return;
    const double shifted = sum / n;
    double variance = square / n - shifted * shifted;
    variance = variance > 0 ? variance : 0;
    const double m = shifted + h[k];
    mean[k] = static_cast<float>(m);
    rstd[k] = static_cast<float>(1.0 / sqrt(variance + epsilon));
    if (runningMean) {
        const double unbiased = n > 1 ? variance * n / (n - 1) : variance;
        runningMean[k] = static_cast<float>((1 - momentum) * runningMean[k] + momentum * m);
        runningVar[k] = static_cast<float>((1 - momentum) * runningVar[k] + momentum * unbiased);
    }
}

__global__ void batchNormReluKernel(const float* __restrict__ h, const float* __restrict__ mean,
                                    const float* __restrict__ rstd,
                                    const float* __restrict__ weight,
                                    const float* __restrict__ bias, float* __restrict__ z,
                                    std::int64_t count, int c) {
    for (std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += std::int64_t(gridDim.x) * blockDim.x) {
        const int k = static_cast<int>(i % c);
        z[i] = fmaxf(0.0f, (h[i] - mean[k]) * rstd[k] * weight[k] + bias[k]);
    }
}

/// parts[0]: sums of the masked gradient, parts[1]: of its product with the normalised value.
__global__ void batchNormReluReduce(const float* __restrict__ dz, const float* __restrict__ h,
                                    const float* __restrict__ mean,
                                    const float* __restrict__ rstd,
                                    const float* __restrict__ weight,
                                    const float* __restrict__ bias, float* __restrict__ parts,
                                    std::int64_t n, int c) {
    __shared__ float sums[kTileRows][kWarp][2];
    const int lane = threadIdx.x % kWarp;
    const int tile = threadIdx.x / kWarp;
    const int k = blockIdx.y * kWarp + lane;
    float sum = 0, dot = 0;
    if (k < c) {
        const float m = mean[k], r = rstd[k], w = weight[k], b = bias[k];
        for (std::int64_t row = std::int64_t(blockIdx.x) * kTileRows + tile; row < n;
             row += std::int64_t(gridDim.x) * kTileRows) {
            const float hat = (h[row * c + k] - m) * r;
            const float g = hat * w + b > 0 ? dz[row * c + k] : 0.0f;
            sum += g;
            dot += g * hat;
        }
    }
    sums[tile][lane][0] = sum;
    sums[tile][lane][1] = dot;
    __syncthreads();
    if (tile < 2 && k < c) {
        float total = 0;
        for (int r = 0; r < kTileRows; ++r)
            total += sums[r][lane][tile];
        parts[(static_cast<std::size_t>(tile) * kParts + blockIdx.x) * c + k] = total;
    }
}

__global__ void sumPartsKernel(const float* __restrict__ parts, float* __restrict__ out, int c) {
    const double sum = sumColumn(parts, c, blockIdx.x);
    if (threadIdx.x == 0)
        out[blockIdx.x] = static_cast<float>(sum);
}

__global__ void batchNormReluApply(float* __restrict__ dz, const float* __restrict__ h,
                                   const float* __restrict__ mean,
                                   const float* __restrict__ rstd,
                                   const float* __restrict__ weight,
                                   const float* __restrict__ bias,
                                   const float* __restrict__ dWeight,
                                   const float* __restrict__ dBias, bool frozen, std::int64_t n,
                                   int c) {
    const float share = 1.0f / static_cast<float>(n);
    const std::int64_t count = n * c;
    for (std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += std::int64_t(gridDim.x) * blockDim.x) {
        const int k = static_cast<int>(i % c);
        const float hat = (h[i] - mean[k]) * rstd[k];
        const float g = hat * weight[k] + bias[k] > 0 ? dz[i] : 0.0f;
        const float centred = frozen ? g : g - share * (dBias[k] + hat * dWeight[k]);
        dz[i] = weight[k] * rstd[k] * centred;
    }
}

__global__ void columnSumKernel(const float* __restrict__ x, float* __restrict__ parts,
                                std::int64_t n, int c) {
    __shared__ float sums[kTileRows][kWarp];
    const int lane = threadIdx.x % kWarp;
    const int tile = threadIdx.x / kWarp;
    const int k = blockIdx.y * kWarp + lane;
    float sum = 0;
    if (k < c) {
        for (std::int64_t row = std::int64_t(blockIdx.x) * kTileRows + tile; row < n;
             row += std::int64_t(gridDim.x) * kTileRows)
            sum += x[row * c + k];
    }
    sums[tile][lane] = sum;
    __syncthreads();
    if (tile == 0 && k < c) {
        float total = 0;
        for (int r = 0; r < kTileRows; ++r)
            total += sums[r][lane];
        parts[static_cast<std::size_t>(blockIdx.x) * c + k] = total;
    }
}

__global__ void addBiasKernel(float* __restrict__ x, const float* __restrict__ bias,
                              std::int64_t count, int c) {
    for (std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += std::int64_t(gridDim.x) * blockDim.x)
        x[i] += bias[i % c];
}

dim3 reductionGrid(int c) {
    return dim3(kParts, static_cast<unsigned>((c + kWarp - 1) / kWarp));
}
unsigned elementBlocks(std::int64_t count) {
    const std::int64_t blocks = (count + kBlock * 4 - 1) / (kBlock * 4);
    return static_cast<unsigned>(blocks < 1 ? 1 : (blocks > 65535 ? 65535 : blocks));
}

} // namespace

void layerNormRelu(const float* x, const float* gamma, const float* beta, float epsilon, float* y,
                   float* mean, float* rstd, std::int64_t n, int c, Stream stream) {
    if (n > 0)
        layerNormReluKernel<<<rowBlocks(n), kBlock, 0, toStream(stream)>>>(x, gamma, beta, epsilon,
                                                                           y, mean, rstd, n, c);
}

void layerNormReluBackward(const float* dy, const float* x, const float* y, const float* gamma,
                           const float* mean, const float* rstd, const float* residual, float* dx,
                           float* parts, std::int64_t n, int c, Stream stream) {
    const std::size_t bytes = sizeof(float) * kWarpsPerBlock * 2 * static_cast<std::size_t>(c);
    if (bytes > 48 * 1024)
        cudaFuncSetAttribute(layerNormReluBackwardKernel,
                             cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
    layerNormReluBackwardKernel<<<kParts, kBlock, bytes, toStream(stream)>>>(
        dy, x, y, gamma, mean, rstd, residual, dx, parts, n, c);
}

void softmaxAggregate(const float* y, const float* t, const Csr& csr, float* agg, float* lse,
                      float* out, bool addRoot, int c, Stream stream) {
    if (csr.nodes > 0)
        softmaxAggregateKernel<<<rowBlocks(csr.nodes), kBlock, 0, toStream(stream)>>>(
            y, t, csr.rows, csr.columns, csr.nodes, agg, lse, out, addRoot, c);
}

void softmaxAggregateBackward(const float* da, const float* y, const float* agg, const float* lse,
                              const float* t, const Csr& csr, float* dy, float* tParts,
                              bool addRoot, int c, Stream stream) {
    softmaxAggregateBackwardKernel<<<kParts, kBlock, 0, toStream(stream)>>>(
        da, y, agg, lse, t, csr.rows, csr.columns, csr.nodes, dy, tParts, addRoot, c);
}

void neighbourSum(const float* x, const Csr& csr, const float* scale, const float* neighbourScale,
                  float* out, int c, Stream stream) {
    if (csr.nodes > 0)
        neighbourSumKernel<<<rowBlocks(csr.nodes), kBlock, 0, toStream(stream)>>>(
            x, csr.rows, csr.columns, csr.nodes, scale, neighbourScale, out, c);
}

void batchStatistics(const float* h, float epsilon, float momentum, float* mean, float* rstd,
                     float* runningMean, float* runningVar, float* parts, std::int64_t n, int c,
                     Stream stream) {
    if (n < 1)
        return;
    batchStatisticsKernel<<<reductionGrid(c), kBlock, 0, toStream(stream)>>>(h, parts, n, c);
    batchStatisticsEnd<<<static_cast<unsigned>(c), kBlock, 0, toStream(stream)>>>(
        h, parts, epsilon, momentum, mean, rstd, runningMean, runningVar, n, c);
}

void batchNormRelu(const float* h, const float* mean, const float* rstd, const float* weight,
                   const float* bias, float* z, std::int64_t n, int c, Stream stream) {
    batchNormReluKernel<<<elementBlocks(n * c), kBlock, 0, toStream(stream)>>>(
        h, mean, rstd, weight, bias, z, n * c, c);
}

void batchNormReluBackward(float* dz, const float* h, const float* mean, const float* rstd,
                           const float* weight, const float* bias, float* dWeight, float* dBias,
                           float* parts, bool frozen, std::int64_t n, int c, Stream stream) {
    batchNormReluReduce<<<reductionGrid(c), kBlock, 0, toStream(stream)>>>(
        dz, h, mean, rstd, weight, bias, parts, n, c);
    sumParts(parts, dBias, c, stream);
    sumParts(parts + static_cast<std::size_t>(kParts) * c, dWeight, c, stream);
    batchNormReluApply<<<elementBlocks(n * c), kBlock, 0, toStream(stream)>>>(
        dz, h, mean, rstd, weight, bias, dWeight, dBias, frozen, n, c);
}

void columnSum(const float* x, float* out, float* parts, std::int64_t n, int c, Stream stream) {
    columnSumKernel<<<reductionGrid(c), kBlock, 0, toStream(stream)>>>(x, parts, n, c);
    sumParts(parts, out, c, stream);
}

void sumParts(const float* parts, float* out, int c, Stream stream) {
    sumPartsKernel<<<static_cast<unsigned>(c), kBlock, 0, toStream(stream)>>>(parts, out, c);
}

void addBias(float* x, const float* bias, std::int64_t n, int c, Stream stream) {
    addBiasKernel<<<elementBlocks(n * c), kBlock, 0, toStream(stream)>>>(x, bias, n * c, c);
}

} // namespace ohm::nn::cuda
