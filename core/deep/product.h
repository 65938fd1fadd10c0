// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/kernels/kernels.h"
#include "core/nn/kernels/kernels.h"

#include <type_traits>

namespace ohm::deep {

/// Dense products of row blocks with a small matrix: the packed, register-blocked product of
/// core/nn/kernels for float and widths in multiples of 32, plain loops for all else. Each result
/// row depends on its own row alone, summed in order. Thread: any.
template <typename T>
class Product {
public:
    /// Prepares B [k, n] in `packed` (k * n values): B(i, j) = w[i * n + j], or with `transposed`
    /// w[j * k + i].
    static void pack(const T* w, int k, int n, bool transposed, T* packed) {
        if constexpr (std::is_same_v<T, float>) {
            if (n % nn::kernels::kChannelStep == 0)
                return nn::kernels::best().pack(w, transposed ? 1 : n, transposed ? k : 1, k, n,
                                                packed);
        }
        for (int i = 0; i < k; ++i) {
            for (int j = 0; j < n; ++j)
                packed[static_cast<std::size_t>(i) * static_cast<std::size_t>(n) +
                       static_cast<std::size_t>(j)] = transposed ? w[j * k + i] : w[i * n + j];
        }
    }
    /// out [rows, n] = A [rows, k] B + bias (may be null).
    static void multiply(const T* a, std::int64_t rows, int k, const T* packed, int n,
                         const T* bias, T* out) {
        if constexpr (std::is_same_v<T, float>) {
            if (n % nn::kernels::kChannelStep == 0)
                return nn::kernels::best().gemm(a, k, rows, k, packed, n, bias, out, n,
                                                nn::kernels::Store::Write);
        }
        kernels::best<T>().gemm(a, k, rows, k, packed, n, bias, out, false);
    }
    /// out [p, q] += A [rows, p]^T B [rows, q].
    static void addTransposed(const T* a, int p, const T* b, int q, std::int64_t rows, T* out) {
        if constexpr (std::is_same_v<T, float>) {
            if (q % nn::kernels::kChannelStep == 0)
                return nn::kernels::best().gemmTransposed(a, p, b, q, rows, out);
        }
        kernels::best<T>().gemmTransposed(a, p, b, q, rows, out);
    }
};

} // namespace ohm::deep
