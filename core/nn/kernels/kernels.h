// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace ohm::nn::kernels {

/// What `Table::gemm` does with the product plus bias.
enum class Store : int { Write, WriteRelu, Add };

/// The kernels of one instruction set. All arrays are row-major float32; c and h (numbers of
/// channels) are multiples of `kChannelStep`. Every function works on a range of rows, allocates
/// nothing and uses no thread of its own; results depend on the range alone. Thread: any.
struct Table {
    const char* name;
    int panel; ///< columns of a packed panel

    /// Packs B [k, n] for `gemm`: element (i, j) is w[i * rowStride + j * columnStride]. `out` has
    /// k * n values.
    void (*pack)(const float* w, std::int64_t rowStride, std::int64_t columnStride, int k, int n,
                 float* out);
    /// out [rows, n] (row stride ldo) = A [rows, k] (row stride lda) * packed B + bias (may be
    /// null).
    void (*gemm)(const float* a, std::int64_t lda, std::int64_t rows, int k, const float* packed,
                 int n, const float* bias, float* out, std::int64_t ldo, Store store);
    /// out [p, q] += A [rows, p]^T * B [rows, q].
    void (*gemmTransposed)(const float* a, int p, const float* b, int q, std::int64_t rows,
                           float* out);

    /// y = max(0, LayerNorm(x)) for rows begin..end; mean and rstd [n] may be null.
    void (*layerNormRelu)(const float* x, const float* gamma, const float* beta, float epsilon,
                          float* y, float* mean, float* rstd, std::int64_t begin, std::int64_t end,
                          int c);
    /// dx = residual + gradient (residual may be null; dx may be residual); adds to dGamma, dBeta.
    void (*layerNormReluBackward)(const float* dy, const float* x, const float* y,
                                  const float* gamma, const float* mean, const float* rstd,
                                  const float* residual, float* dx, float* dGamma, float* dBeta,
                                  std::int64_t begin, std::int64_t end, int c);

    /// Softmax aggregation of messages m_j = max(0, y_j) + 1e-7 with temperature t over the
    /// neighbours columns[rows[i] .. rows[i+1]), rows begin..end of y. To s and lse (indexed from
    /// `first`): s_i = agg_i + (root ? y_i : 0), lse_i = log sum exp(t m_j). lse may be null.
    void (*aggregate)(const float* y, float t, const std::int32_t* rows,
                      const std::int32_t* columns, float* s, float* lse, std::int64_t first,
                      std::int64_t begin, std::int64_t end, int c, bool root);
    /// dy_j = (root ? ds_j : 0) + gradient through the aggregation; adds the gradient of t to *dt.
    void (*aggregateBackward)(const float* ds, const float* y, const float* s, const float* lse,
                              float t, const std::int32_t* rows, const std::int32_t* columns,
                              float* dy, double* dt, std::int64_t begin, std::int64_t end, int c,
                              bool root);
    /// y_i = sum of x_j over the neighbours.
    void (*neighbourSum)(const float* x, const std::int32_t* rows, const std::int32_t* columns,
                         float* y, std::int64_t begin, std::int64_t end, int c);
    /// y_i = greatest x_j over the neighbours (0 without any), from[i] = its j or -1.
    void (*neighbourMax)(const float* x, const std::int32_t* rows, const std::int32_t* columns,
                         float* y, std::int32_t* from, std::int64_t begin, std::int64_t end, int c);

    /// Adds to sum and square [h] the sums of (v - shift) and of its square over rows.
    void (*columnMoments)(const float* v, std::int64_t rows, const float* shift, double* sum,
                          double* square, int h);
    /// z = max(0, v * scale + offset).
    void (*affineRelu)(const float* v, const float* scale, const float* offset, float* z,
                       std::int64_t rows, int h);
    /// g = dz where z > 0, else 0, in place; adds the column sums of g and of g * (v - mean) *
    /// rstd.
    void (*maskAndSum)(float* dz, const float* z, const float* v, const float* mean,
                       const float* rstd, double* sum, double* dot, std::int64_t rows, int h);
    /// g = a * g + b * v + d, in place, with a, b, d per column.
    void (*affineCombine)(float* g, const float* v, const float* a, const float* b, const float* d,
                          std::int64_t rows, int h);
    /// Adds the column sums of x.
    void (*columnSum)(const float* x, std::int64_t rows, double* sum, int c);
};

inline constexpr int kChannelStep = 32;

/// The fastest that this processor runs. $OHMSCAPE_SIMD names another ("avx512", "avx2", "base").
const Table& best();
/// All that this processor runs, for tests.
std::vector<const Table*> supported();

} // namespace ohm::nn::kernels
