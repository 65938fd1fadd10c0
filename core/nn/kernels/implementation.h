// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Included once by each of the target_*.cpp, which set the instruction set and OHM_WIDTH, the
// floats of a vector. Nothing of the standard library may be used here: an inline function compiled
// for a newer processor could be the copy that the linker keeps for everybody.

#include "core/nn/kernels/kernels.h"

namespace ohm::nn::kernels {
namespace {

typedef float V __attribute__((vector_size(OHM_WIDTH * 4)));
typedef std::int32_t I __attribute__((vector_size(OHM_WIDTH * 4)));
constexpr int kW = OHM_WIDTH;
constexpr int kPanel = 2 * kW;
#if OHM_WIDTH == 16
constexpr int kTileRows = 12; // 24 sums, 2 of B, 1 of A: 32 registers
#else
constexpr int kTileRows = 6; // 12 sums: 16 registers
#endif
constexpr float kMessageFloor = 1e-7f;

inline V load(const float* p) {
    V v;
    __builtin_memcpy(&v, p, sizeof(V));
    return v;
}
inline void store(float* p, V v) {
    __builtin_memcpy(p, &v, sizeof(V));
}
inline V all(float x) {
    return x - V{};
}
inline V select(I mask, V a, V b) {
    return reinterpret_cast<V>((reinterpret_cast<I>(a) & mask) | (reinterpret_cast<I>(b) & ~mask));
}
inline V greater(V a, V b) {
    return select(a > b, a, b);
}
inline float sumOf(V v) {
    float total = 0;
    for (int i = 0; i < kW; ++i)
        total += v[i];
    return total;
}

/// exp(x) for x <= 0 (up to 88): error below 2 units in the last place. Cody-Waite reduction,
/// then a polynomial of degree 6.
inline V exponential(V x) {
    x = greater(x, all(-87.0f));
    const V scaled = x * 1.44269504088896341f;
    const V shifted = scaled + 12582912.0f; // 1.5 * 2^23: rounds to the nearest integer
    const V n = shifted - 12582912.0f;
    const V r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    V p = all(1.3981999507e-3f);
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const I power = (__builtin_convertvector(n, I) + 127) << 23;
    return p * reinterpret_cast<V>(power);
}

/// log(x) of a normal positive number, scalar by lane: once per node and channel.
inline V logarithm(V x) {
    for (int i = 0; i < kW; ++i)
        x[i] = __builtin_logf(x[i]);
    return x;
}

// --- matrix products ------------------------------------------------------------------------------

void pack(const float* w, std::int64_t rowStride, std::int64_t columnStride, int k, int n,
          float* out) {
    for (int j = 0; j < n; j += kPanel) {
        for (int i = 0; i < k; ++i) {
            for (int q = 0; q < kPanel; ++q)
                *out++ = w[i * rowStride + (j + q) * columnStride];
        }
    }
}

/// R rows times one panel.
template <int R, Store S>
inline void tile(const float* a, std::int64_t lda, int k, const float* b, const float* bias,
                 float* out, std::int64_t ldo) {
    V sum[R][2];
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r)
        sum[r][0] = sum[r][1] = V{};
    for (int i = 0; i < k; ++i) {
        const V b0 = load(b);
        const V b1 = load(b + kW);
        b += kPanel;
#pragma GCC unroll 12
        for (int r = 0; r < R; ++r) {
            const V x = all(a[r * lda + i]);
            sum[r][0] += x * b0;
            sum[r][1] += x * b1;
        }
    }
    const V bias0 = bias ? load(bias) : V{};
    const V bias1 = bias ? load(bias + kW) : V{};
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) {
        float* to = out + r * ldo;
        V v0 = sum[r][0] + bias0;
        V v1 = sum[r][1] + bias1;
        if (S == Store::WriteRelu) {
            v0 = greater(v0, V{});
            v1 = greater(v1, V{});
        }
        if (S == Store::Add) {
            v0 += load(to);
            v1 += load(to + kW);
        }
        store(to, v0);
        store(to + kW, v1);
    }
}

template <int R, Store S>
inline void tileOf(int rows, const float* a, std::int64_t lda, int k, const float* b,
                   const float* bias, float* out, std::int64_t ldo) {
    if (rows == R)
        tile<R, S>(a, lda, k, b, bias, out, ldo);
    else if constexpr (R > 1)
        tileOf<R - 1, S>(rows, a, lda, k, b, bias, out, ldo);
}

template <Store S>
void product(const float* a, std::int64_t lda, std::int64_t rows, int k, const float* packed, int n,
             const float* bias, float* out, std::int64_t ldo) {
    for (int j = 0; j < n; j += kPanel) {
        const float* b = packed + static_cast<std::int64_t>(j) * k;
        const float* own = bias ? bias + j : nullptr;
        std::int64_t r = 0;
        for (; r + kTileRows <= rows; r += kTileRows)
            tile<kTileRows, S>(a + r * lda, lda, k, b, own, out + r * ldo + j, ldo);
        if (r < rows)
            tileOf<kTileRows, S>(static_cast<int>(rows - r), a + r * lda, lda, k, b, own,
                                 out + r * ldo + j, ldo);
    }
}

void gemm(const float* a, std::int64_t lda, std::int64_t rows, int k, const float* packed, int n,
          const float* bias, float* out, std::int64_t ldo, Store store) {
    if (store == Store::Write)
        product<Store::Write>(a, lda, rows, k, packed, n, bias, out, ldo);
    else if (store == Store::WriteRelu)
        product<Store::WriteRelu>(a, lda, rows, k, packed, n, bias, out, ldo);
    else
        product<Store::Add>(a, lda, rows, k, packed, n, bias, out, ldo);
}

template <int R>
inline void transposedTile(const float* a, int p, const float* b, int q, std::int64_t rows,
                           float* out) {
    V sum[R][2];
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) {
        sum[r][0] = load(out + r * q);
        sum[r][1] = load(out + r * q + kW);
    }
    for (std::int64_t i = 0; i < rows; ++i) {
        const V b0 = load(b + i * q);
        const V b1 = load(b + i * q + kW);
#pragma GCC unroll 12
        for (int r = 0; r < R; ++r) {
            const V x = all(a[i * p + r]);
            sum[r][0] += x * b0;
            sum[r][1] += x * b1;
        }
    }
#pragma GCC unroll 12
    for (int r = 0; r < R; ++r) {
        store(out + r * q, sum[r][0]);
        store(out + r * q + kW, sum[r][1]);
    }
}

template <int R>
inline void transposedTileOf(int count, const float* a, int p, const float* b, int q,
                             std::int64_t rows, float* out) {
    if (count == R)
        transposedTile<R>(a, p, b, q, rows, out);
    else if constexpr (R > 1)
        transposedTileOf<R - 1>(count, a, p, b, q, rows, out);
}

void gemmTransposed(const float* a, int p, const float* b, int q, std::int64_t rows, float* out) {
    for (int j = 0; j < q; j += kPanel) {
        int i = 0;
        for (; i + kTileRows <= p; i += kTileRows)
            transposedTile<kTileRows>(a + i, p, b + j, q, rows, out + i * q + j);
        if (i < p)
            transposedTileOf<kTileRows>(p - i, a + i, p, b + j, q, rows, out + i * q + j);
    }
}

// --- layer normalisation --------------------------------------------------------------------------

void layerNormRelu(const float* x, const float* gamma, const float* beta, float epsilon, float* y,
                   float* mean, float* rstd, std::int64_t begin, std::int64_t end, int c) {
    for (std::int64_t row = begin; row < end; ++row) {
        const float* in = x + row * c;
        V sum = V{};
        for (int k = 0; k < c; k += kW)
            sum += load(in + k);
        const float m = sumOf(sum) / static_cast<float>(c);
        V square = V{};
        for (int k = 0; k < c; k += kW) {
            const V d = load(in + k) - m;
            square += d * d;
        }
        const float r =
            1.0f / __builtin_sqrtf(sumOf(square) / static_cast<float>(c) + epsilon);
        for (int k = 0; k < c; k += kW)
            store(y + row * c + k,
                  greater((load(in + k) - m) * r * load(gamma + k) + load(beta + k), V{}));
        if (mean) {
            mean[row] = m;
            rstd[row] = r;
        }
    }
}

void layerNormReluBackward(const float* dy, const float* x, const float* y, const float* gamma,
                           const float* mean, const float* rstd, const float* residual, float* dx,
                           float* dGamma, float* dBeta, std::int64_t begin, std::int64_t end,
                           int c) {
    for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t at = row * c;
        const float m = mean[row];
        const float r = rstd[row];
        V sum = V{}, dot = V{};
        for (int k = 0; k < c; k += kW) {
            const V g = select(load(y + at + k) > 0, load(dy + at + k), V{});
            const V hat = (load(x + at + k) - m) * r;
            const V scaled = g * load(gamma + k);
            sum += scaled;
            dot += scaled * hat;
            store(dGamma + k, load(dGamma + k) + g * hat);
            store(dBeta + k, load(dBeta + k) + g);
        }
        const float s = sumOf(sum) / static_cast<float>(c);
        const float d = sumOf(dot) / static_cast<float>(c);
        for (int k = 0; k < c; k += kW) {
            const V g = select(load(y + at + k) > 0, load(dy + at + k), V{});
            const V hat = (load(x + at + k) - m) * r;
            V v = (g * load(gamma + k) - s - hat * d) * r;
            if (residual)
                v += load(residual + at + k);
            store(dx + at + k, v);
        }
    }
}

// --- aggregation over neighbours ------------------------------------------------------------------

void aggregate(const float* y, float t, const std::int32_t* rows, const std::int32_t* columns,
               float* s, float* lse, std::int64_t first, std::int64_t begin, std::int64_t end,
               int c, bool root) {
    for (std::int64_t i = begin; i < end; ++i) {
        const std::int32_t b = rows[i];
        const std::int32_t e = rows[i + 1];
        const std::int64_t at = (i - first) * c;
        for (int k = 0; k < c; k += kW) {
            const V own = root ? load(y + i * c + k) : V{};
            if (b == e) {
                store(s + at + k, own);
                if (lse)
                    store(lse + at + k, V{});
                continue;
            }
            // The greatest exponent first: then no sum can overflow or vanish.
            V top = all(-3.0e38f);
            for (std::int32_t j = b; j < e; ++j) {
                const V m = greater(load(y + static_cast<std::int64_t>(columns[j]) * c + k), V{}) +
                            kMessageFloor;
                top = greater(top, m * t);
            }
            V num = V{}, den = V{};
            for (std::int32_t j = b; j < e; ++j) {
                const V m = greater(load(y + static_cast<std::int64_t>(columns[j]) * c + k), V{}) +
                            kMessageFloor;
                const V w = exponential(m * t - top);
                den += w;
                num += w * m;
            }
            store(s + at + k, num / den + own);
            if (lse)
                store(lse + at + k, top + logarithm(den));
        }
    }
}

void aggregateBackward(const float* ds, const float* y, const float* s, const float* lse, float t,
                       const std::int32_t* rows, const std::int32_t* columns, float* dy,
                       double* dt, std::int64_t begin, std::int64_t end, int c, bool root) {
    for (std::int64_t j = begin; j < end; ++j) {
        V total = V{};
        for (int k = 0; k < c; k += kW) {
            const V value = load(y + j * c + k);
            const V m = greater(value, V{}) + kMessageFloor;
            V dm = V{};
            for (std::int32_t e = rows[j]; e < rows[j + 1]; ++e) {
                const std::int64_t i = static_cast<std::int64_t>(columns[e]) * c + k;
                const V w = exponential(m * t - load(lse + i));
                const V gw = load(ds + i) * w;
                const V above = m - (root ? load(s + i) - load(y + i) : load(s + i));
                dm += gw + gw * above * t;
                total += gw * m * above;
            }
            const V back = select(value > 0, dm, V{});
            store(dy + j * c + k, root ? load(ds + j * c + k) + back : back);
        }
        *dt += static_cast<double>(sumOf(total));
    }
}

void neighbourSum(const float* x, const std::int32_t* rows, const std::int32_t* columns, float* y,
                  std::int64_t begin, std::int64_t end, int c) {
    for (std::int64_t i = begin; i < end; ++i) {
        for (int k = 0; k < c; k += kPanel) {
            V s0 = V{}, s1 = V{};
            for (std::int32_t e = rows[i]; e < rows[i + 1]; ++e) {
                const float* in = x + static_cast<std::int64_t>(columns[e]) * c + k;
                s0 += load(in);
                s1 += load(in + kW);
            }
            store(y + i * c + k, s0);
            store(y + i * c + k + kW, s1);
        }
    }
}

void neighbourMax(const float* x, const std::int32_t* rows, const std::int32_t* columns, float* y,
                  std::int32_t* from, std::int64_t begin, std::int64_t end, int c) {
    for (std::int64_t i = begin; i < end; ++i) {
        for (int k = 0; k < c; k += kW) {
            V top = V{};
            I who = I{} - 1;
            for (std::int32_t e = rows[i]; e < rows[i + 1]; ++e) {
                const V v = load(x + static_cast<std::int64_t>(columns[e]) * c + k);
                const I better = (v > top) | (who == -1);
                top = select(better, v, top);
                who = (who & ~better) | ((I{} + columns[e]) & better);
            }
            store(y + i * c + k, top);
            __builtin_memcpy(from + i * c + k, &who, sizeof(I));
        }
    }
}

// --- columns --------------------------------------------------------------------------------------

/// Sums of up to this many rows are kept in single precision before they are added in double.
constexpr std::int64_t kSumRows = 64;

void columnMoments(const float* v, std::int64_t rows, const float* shift, double* sum,
                   double* square, int h) {
    for (std::int64_t first = 0; first < rows; first += kSumRows) {
        const std::int64_t last = first + kSumRows < rows ? first + kSumRows : rows;
        for (int k = 0; k < h; k += kW) {
            const V zero = load(shift + k);
            V s = V{}, q = V{};
            for (std::int64_t r = first; r < last; ++r) {
                const V d = load(v + r * h + k) - zero;
                s += d;
                q += d * d;
            }
            for (int i = 0; i < kW; ++i) {
                sum[k + i] += static_cast<double>(s[i]);
                square[k + i] += static_cast<double>(q[i]);
            }
        }
    }
}

void affineRelu(const float* v, const float* scale, const float* offset, float* z,
                std::int64_t rows, int h) {
    for (std::int64_t r = 0; r < rows; ++r) {
        for (int k = 0; k < h; k += kW)
            store(z + r * h + k,
                  greater(load(v + r * h + k) * load(scale + k) + load(offset + k), V{}));
    }
}

void maskAndSum(float* dz, const float* z, const float* v, const float* mean, const float* rstd,
                double* sum, double* dot, std::int64_t rows, int h) {
    for (std::int64_t first = 0; first < rows; first += kSumRows) {
        const std::int64_t last = first + kSumRows < rows ? first + kSumRows : rows;
        for (int k = 0; k < h; k += kW) {
            const V m = load(mean + k);
            const V r = load(rstd + k);
            V s = V{}, d = V{};
            for (std::int64_t row = first; row < last; ++row) {
                const std::int64_t at = row * h + k;
                const V g = select(load(z + at) > 0, load(dz + at), V{});
                store(dz + at, g);
                s += g;
                d += g * ((load(v + at) - m) * r);
            }
            for (int i = 0; i < kW; ++i) {
                sum[k + i] += static_cast<double>(s[i]);
                dot[k + i] += static_cast<double>(d[i]);
            }
        }
    }
}

void affineCombine(float* g, const float* v, const float* a, const float* b, const float* d,
                   std::int64_t rows, int h) {
    for (std::int64_t r = 0; r < rows; ++r) {
        for (int k = 0; k < h; k += kW) {
            const std::int64_t at = r * h + k;
            store(g + at, load(g + at) * load(a + k) + load(v + at) * load(b + k) + load(d + k));
        }
    }
}

void columnSum(const float* x, std::int64_t rows, double* sum, int c) {
    for (std::int64_t first = 0; first < rows; first += kSumRows) {
        const std::int64_t last = first + kSumRows < rows ? first + kSumRows : rows;
        for (int k = 0; k < c; k += kW) {
            V s = V{};
            for (std::int64_t r = first; r < last; ++r)
                s += load(x + r * c + k);
            for (int i = 0; i < kW; ++i)
                sum[k + i] += static_cast<double>(s[i]);
        }
    }
}

constexpr Table kTable{OHM_TARGET_NAME,
                       kPanel,
                       pack,
                       gemm,
                       gemmTransposed,
                       layerNormRelu,
                       layerNormReluBackward,
                       aggregate,
                       aggregateBackward,
                       neighbourSum,
                       neighbourMax,
                       columnMoments,
                       affineRelu,
                       maskAndSum,
                       affineCombine,
                       columnSum};

} // namespace
} // namespace ohm::nn::kernels
