// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace ohm::nn::cuda {

/// A cudaStream_t, without CUDA's headers.
using Stream = void*;

/// Adjacency as compressed rows on the device: neighbours of i are columns[rows[i] .. rows[i+1]).
struct Csr {
    const std::int32_t* rows;
    const std::int32_t* columns;
    std::int64_t nodes;
};

/// Blocks of a two-stage column reduction; partial results are [kParts, columns], added up in a
/// fixed order, so that results repeat bit for bit.
inline constexpr int kParts = 528;

// All arrays are row-major float32 on the device; n rows, c channels, any c. One warp works on one
// row. Every call only enqueues on `stream`. Thread: any.

/// y = max(0, LayerNorm(x)); mean and rstd [n] are kept for the backward pass.
void layerNormRelu(const float* x, const float* gamma, const float* beta, float epsilon, float* y,
                   float* mean, float* rstd, std::int64_t n, int c, Stream stream);
/// dx = residual + gradient of layerNormRelu at upstream gradient dy; partial sums of the gradients
/// of gamma and beta to parts [2, kParts, c]. `residual` may be null.
void layerNormReluBackward(const float* dy, const float* x, const float* y, const float* gamma,
                           const float* mean, const float* rstd, const float* residual, float* dx,
                           float* parts, std::int64_t n, int c, Stream stream);

/// Softmax aggregation of GENConv: messages m_j = max(0, y_j) + 1e-7, per channel
/// agg_i = sum_j m_j softmax_j(t m_j); out = agg + y when `addRoot`. lse [n, c] is the logarithm of
/// the softmax's denominator.
void softmaxAggregate(const float* y, const float* t, const Csr& csr, float* agg, float* lse,
                      float* out, bool addRoot, int c, Stream stream);
/// dy = (addRoot ? da : 0) + gradient of the aggregation; partial sums of dt to tParts [kParts].
void softmaxAggregateBackward(const float* da, const float* y, const float* agg, const float* lse,
                              const float* t, const Csr& csr, float* dy, float* tParts,
                              bool addRoot, int c, Stream stream);

/// out_i = scale_i * sum_j x_j * neighbourScale_j (either scale may be null = 1).
void neighbourSum(const float* x, const Csr& csr, const float* scale, const float* neighbourScale,
                  float* out, int c, Stream stream);

/// Column means and reciprocal deviations of h [n, c] (biased variance), updating running
/// statistics (momentum, unbiased variance) unless they are null. parts [2, kParts, c].
void batchStatistics(const float* h, float epsilon, float momentum, float* mean, float* rstd,
                     float* runningMean, float* runningVar, float* parts, std::int64_t n, int c,
                     Stream stream);
/// z = max(0, (h - mean) * rstd * weight + bias).
void batchNormRelu(const float* h, const float* mean, const float* rstd, const float* weight,
                   const float* bias, float* z, std::int64_t n, int c, Stream stream);
/// Turns dz into dh in place; dWeight, dBias [c]. `frozen`: mean and rstd are constants.
void batchNormReluBackward(float* dz, const float* h, const float* mean, const float* rstd,
                           const float* weight, const float* bias, float* dWeight, float* dBias,
                           float* parts, bool frozen, std::int64_t n, int c, Stream stream);

/// out[c] = sum over rows of x; parts [kParts, c].
void columnSum(const float* x, float* out, float* parts, std::int64_t n, int c, Stream stream);
/// out[c] = sum over kParts rows.
void sumParts(const float* parts, float* out, int c, Stream stream);
/// x += bias, row-wise.
void addBias(float* x, const float* bias, std::int64_t n, int c, Stream stream);

} // namespace ohm::nn::cuda
