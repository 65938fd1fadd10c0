// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ohm::deep {

/// The output of every network: p = W ReLU(RMSNorm(x)) + b per node; W [outputs, d].
template <typename T>
void headRows(const T* x, std::int64_t rows, int d, const T* w, const T* b, int outputs,
              T* predictions) {
    for (std::int64_t r = 0; r < rows; ++r, x += d) {
        T square = 0;
        for (int j = 0; j < d; ++j)
            square += x[j] * x[j];
        const T inverse = T{1} / std::sqrt(square / static_cast<T>(d) + T(1e-6));
        for (int o = 0; o < outputs; ++o) {
            T sum = 0;
            for (int j = 0; j < d; ++j)
                sum += std::max(x[j], T{0}) * w[o * d + j];
            predictions[r * outputs + o] = sum * inverse + b[o];
        }
    }
}

/// From dp, the derivative by p: dx; adds to dw and db. Rows in order.
template <typename T>
void headRowsBackward(const T* x, const T* dp, std::int64_t rows, int d, const T* w, int outputs,
                      T* dx, T* dw, T* db) {
    for (std::int64_t r = 0; r < rows; ++r, x += d, dx += d) {
        T square = 0;
        for (int j = 0; j < d; ++j)
            square += x[j] * x[j];
        const T inverse = T{1} / std::sqrt(square / static_cast<T>(d) + T(1e-6));
        std::fill(dx, dx + d, T{0});
        for (int o = 0; o < outputs; ++o) {
            const T g = dp[r * outputs + o];
            db[o] += g;
            for (int j = 0; j < d; ++j) {
                const T open = x[j] > 0 ? g : T{0};
                dw[o * d + j] += open * x[j] * inverse;
                dx[j] += open * w[o * d + j];
            }
        }
        T along = 0;
        for (int j = 0; j < d; ++j)
            along += dx[j] * x[j];
        along *= inverse * inverse / static_cast<T>(d);
        for (int j = 0; j < d; ++j)
            dx[j] = (dx[j] - x[j] * along) * inverse;
    }
}

} // namespace ohm::deep
