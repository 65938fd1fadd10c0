// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace ohm::deep::kernels {

/// The row kernels of deep networks for one instruction set and one scalar (float, or double for
/// finite-difference checks). Matrices are row-major and dense; `c` is the number of channels (any,
/// at most 256 where indices are uint8). Nothing allocates or uses a thread of its own; results
/// depend on the arguments alone. Thread: any.
template <typename T>
struct Table {
    const char* name;

    /// Per row the k largest values (signed; among equals the lowest column), in ascending column
    /// order. -0 counts as 0. Needs 1 <= k <= c <= 256.
    void (*topK)(const T* x, std::int64_t rows, int c, int k, T* values, std::uint8_t* indices);
    /// values[r][j] = x[r][indices[r][j]].
    void (*pick)(const T* x, std::int64_t rows, int c, int k, const std::uint8_t* indices,
                 T* values);
    /// out[c] += sum over list of scale[row] * sparse row (scale null = 1). `readable` entries of
    /// the list exist (at least count): rows that come next are fetched ahead.
    void (*sumSparse)(const T* values, const std::uint8_t* indices, int k, const std::int32_t* list,
                      std::int64_t count, std::int64_t readable, const T* scale, T* out);
    /// out[c] += sum over list of scale[row] * x[row] (scale null = 1).
    void (*sumDense)(const T* x, int c, const std::int32_t* list, std::int64_t count,
                     std::int64_t readable, const T* scale, T* out);

    /// u = gain * u / rms(u) in place, rms = sqrt(mean(u^2) + 1e-6).
    void (*rmsForward)(T* u, std::int64_t rows, int c, const T* gain);
    /// From u (before the norm) and dm = gradient of the result: du; adds to dGain[c].
    void (*rmsBackward)(const T* u, const T* dm, std::int64_t rows, int c, const T* gain, T* du,
                        T* dGain);
    /// s = max(0, LayerNorm(x)) without affine part, variance floor 1e-5.
    void (*layerRelu)(const T* x, std::int64_t rows, int c, T* s);
    /// Adds to dx the gradient through layerRelu.
    void (*layerReluBackward)(const T* x, const T* ds, std::int64_t rows, int c, T* dx);

    /// e = exp(t s), f = s e; |t s| at most 80.
    void (*softmaxTerms)(const T* s, std::int64_t count, T t, T* e, T* f);
    /// From the gradients dn, dd of the sums of f and e: ds = exp(t s) (dn (1 + t s) + t dd).
    void (*softmaxBackward)(const T* s, const T* dn, const T* dd, std::int64_t count, T t, T* ds);

    /// q += sign * round(m * scale); returns false when a sum leaves int32.
    bool (*addFixed)(std::int32_t* q, const T* m, std::int64_t count, T scale, int sign);
    /// x = q * scale.
    void (*fromFixed)(const std::int32_t* q, std::int64_t count, T scale, T* x);

    /// The same in 24 bits, the upper 16 apart from the lower 8; false when a sum leaves them.
    bool (*addShort)(std::int16_t* upper, std::uint8_t* lower, const T* m, std::int64_t count,
                     T scale, int sign);
    void (*fromShort)(const std::int16_t* upper, const std::uint8_t* lower, std::int64_t count,
                      T scale, T* x);

    /// dw[indices[j]][:] += values[j] * y[:] for one row of k entries.
    void (*outerSparse)(const T* values, const std::uint8_t* indices, int k, const T* y, int c,
                        T* dw);
    /// ds[j] = dot(w[indices[j]][:], y[:]) for one row.
    void (*dotSparse)(const T* w, const std::uint8_t* indices, int k, const T* y, int c, T* ds);
    /// a += alpha * b.
    void (*axpy)(T* a, const T* b, T alpha, std::int64_t count);
    /// Column sums: out[c] += sum of rows.
    void (*columnSum)(const T* x, std::int64_t rows, int c, T* out);
    /// out [rows, n] = (add ? out : 0) + A [rows, k] * B [k, n] + bias (may be null); for shapes
    /// the packed product of core/nn/kernels does not take.
    void (*gemm)(const T* a, std::int64_t lda, std::int64_t rows, int k, const T* b, int n,
                 const T* bias, T* out, bool add);
    /// out [p, q] += A [rows, p]^T * B [rows, q].
    void (*gemmTransposed)(const T* a, int p, const T* b, int q, std::int64_t rows, T* out);
    /// w, m, v from g: one step of Adam with decoupled weight decay.
    void (*adam)(T* w, const T* g, T* m, T* v, std::int64_t count, T rate, T decay, T beta1,
                 T beta2, T correction1, T correction2, T epsilon, T gradientScale);
    /// The same with moments in 16 bits: the upper halves of floats, m with its sign, v (never
    /// negative) with a bit of the mantissa in place of it (halfmoments.h). What is kept is rounded
    /// up or down by a number drawn from (`salt`, i), right in the mean.
    void (*adamHalf)(T* w, const T* g, std::uint16_t* m, std::uint16_t* v, std::int64_t count,
                     T rate, T decay, T beta1, T beta2, T correction1, T correction2, T epsilon,
                     T gradientScale, std::uint32_t salt);
};

/// The fastest that this processor runs; $OHMSCAPE_SIMD names another ("avx512", "avx2", "base").
template <typename T>
const Table<T>& best();

} // namespace ohm::deep::kernels
