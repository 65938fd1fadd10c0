// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace ohm::nn {

/// The dot product of two rows, by eight partial sums, so that the compiler may keep them in a
/// vector: the order does not depend on the machine. Thread: any.
template <typename T>
T dot(const T* a, const T* b, std::int64_t count) {
    T s[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int k = 0; k < 8; ++k)
            s[k] += a[i + k] * b[i + k];
    }
    T sum = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
    for (; i < count; ++i)
        sum += a[i] * b[i];
    return sum;
}

/// out += factor * in. Thread: any.
template <typename T>
void addScaled(T* out, const T* in, T factor, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
        out[i] += factor * in[i];
}

} // namespace ohm::nn
