// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deep/cuda/kernels.h"
#include "core/deep/cuda/platform.h"

#include <type_traits>

namespace ohm::deep::cuda {

constexpr int kWarp = 32;
constexpr int kWarps = 8; ///< of a block
constexpr unsigned kThreads = kWarp * kWarps;
constexpr unsigned kAll = 0xffffffffu;

inline std::int64_t rowBlocks(std::int64_t rows) {
    return (rows + kWarps - 1) / kWarps;
}

/// fn(V) for the registers per lane that a row of c columns takes.
template <typename Fn>
void byWidth(int c, Fn&& fn) {
    if (c <= 1 * kWarp)
        fn(std::integral_constant<int, 1>{});
    else if (c <= 2 * kWarp)
        fn(std::integral_constant<int, 2>{});
    else if (c <= 4 * kWarp)
        fn(std::integral_constant<int, 4>{});
    else if (c <= 6 * kWarp)
        fn(std::integral_constant<int, 6>{});
    else if (c <= 8 * kWarp)
        fn(std::integral_constant<int, 8>{});
    else
        fn(std::integral_constant<int, 16>{});
}

template <typename V>
__device__ V warpSum(V value) {
    for (int offset = kWarp / 2; offset > 0; offset /= 2)
        value += __shfl_xor_sync(kAll, value, offset);
    return value; // the same bits in every lane
}
template <typename V>
__device__ V warpMin(V value) {
    for (int offset = kWarp / 2; offset > 0; offset /= 2) {
        const V other = __shfl_xor_sync(kAll, value, offset);
        value = other < value ? other : value;
    }
    return value;
}

__device__ inline float root(float x) {
    return sqrtf(x);
}
__device__ inline double root(double x) {
    return sqrt(x);
}

/// A row of a stream, as a number.
template <typename T>
__device__ T streamAt(const Streams<T>& s, int group, T scale, std::int64_t at) {
    return s.inFixedPoint ? static_cast<T>(s.fixed[group][at]) * (T{1} / scale) : s.real[group][at];
}

/// Column lane + 32 i of the input of a step.
template <typename T, int V>
__device__ void readInput(const Streams<T>& s, int step, T scale, std::int64_t row, int c, int lane,
                          T (&x)[V]) {
    OHM_UNROLL
    for (int i = 0; i < V; ++i) {
        const int col = lane + i * kWarp;
        x[i] = 0;
        if (col < c) {
            x[i] = streamAt(s, step > 0 ? step - 1 : 1, scale, row * c + col);
            for (int g = 2; step == 0 && g < s.groups; ++g)
                x[i] += streamAt(s, g, scale, row * c + col);
        }
    }
}

/// Mean and 1 / deviation of a row, variance floor 1e-5.
template <typename T, int V>
__device__ void moments(const T (&x)[V], int c, int lane, T& mean, T& inverse) {
    T sum = 0;
    OHM_UNROLL
    for (int i = 0; i < V; ++i)
        sum += x[i]; // 0 beyond c
    mean = warpSum(sum) / static_cast<T>(c);
    T square = 0;
    OHM_UNROLL
    for (int i = 0; i < V; ++i) {
        const T d = lane + i * kWarp < c ? x[i] - mean : T{0};
        square += d * d;
    }
    inverse = T{1} / root(warpSum(square) / static_cast<T>(c) + T(1e-5));
}

// --- selection --------------------------------------------------------------------------------

template <typename T>
struct KeyType {
    using Bits = std::uint32_t;
    static constexpr Bits kSign = 0x80000000u;
};
template <>
struct KeyType<double> {
    using Bits = std::uint64_t;
    static constexpr Bits kSign = 0x8000000000000000u;
};

/// A number that orders as the value does; -0 as 0.
template <typename T>
__device__ typename KeyType<T>::Bits keyOf(T x) {
    typename KeyType<T>::Bits bits;
    x += T{0};
    memcpy(&bits, &x, sizeof(T));
    return bits & KeyType<T>::kSign ? ~bits : bits | KeyType<T>::kSign;
}
template <typename T>
__device__ T valueOf(typename KeyType<T>::Bits key) {
    key = key & KeyType<T>::kSign ? key ^ KeyType<T>::kSign : ~key;
    T x;
    memcpy(&x, &key, sizeof(T));
    return x;
}

/// The k largest entries of a row held by a warp, in ascending columns, among equals the lowest
/// column. The threshold is bracketed by value (a few steps on real rows), then by key, which
/// always ends.
template <typename T, int V>
__device__ void selectTop(const T (&x)[V], int c, int k, const NormalGuess& normal, int lane,
                          T* values, std::uint8_t* indices) {
    using Key = typename KeyType<T>::Bits;
    constexpr int kStepsByValue = 12;
    Key keys[V], least = ~Key{0}, most = 0;
    T sum = 0, squares = 0;
    OHM_UNROLL
    for (int i = 0; i < V; ++i) {
        keys[i] = 0;
        if (lane + i * kWarp < c) {
            keys[i] = keyOf(x[i]);
            least = keys[i] < least ? keys[i] : least;
            most = keys[i] > most ? keys[i] : most;
            sum += x[i];
            squares += x[i] * x[i];
        }
    }
    least = warpMin(least);
    most = static_cast<Key>(~warpMin(static_cast<Key>(~most)));
    const T mean = warpSum(sum) / static_cast<T>(c);
    const T variance = warpSum(squares) / static_cast<T>(c) - mean * mean;
    const T spread = root(variance > 0 ? variance : T{0});
    const auto countFrom = [&](Key from) {
        int count = 0;
        OHM_UNROLL
        for (int i = 0; i < V; ++i)
            count += lane + i * kWarp < c && keys[i] >= from ? 1 : 0;
        return static_cast<int>(__reduce_add_sync(kAll, static_cast<unsigned>(count)));
    };
    // count(keys >= low) >= k; fewer than k are above last.
    Key low = least, last = most;
    int atLow = c, above = 0; // above: count(keys > last)
    T guess = mean + spread * static_cast<T>(normal.place);
    for (int step = 0; atLow != k && low != last; ++step) {
        Key middle = keyOf(guess);
        if (step >= kStepsByValue || middle <= low || middle > last) {
            const Key half = (last - low) / 2;
            middle = low + (half > 0 ? half : 1);
        }
        const int count = countFrom(middle);
        if (count >= k) {
            low = middle;
            atLow = count;
        } else {
            last = middle - 1;
            above = count;
        }
        // First as if normally distributed, then between the brackets, at times halfway.
        if (step < 2)
            guess = valueOf<T>(middle) +
                    spread * static_cast<T>(normal.gap) * static_cast<T>(count - k);
        const T a = valueOf<T>(low), b = valueOf<T>(last);
        if (step >= 2 || !(guess > a && guess < b)) {
            const T part = step % 3 == 2 ? T(0.5)
                                         : (static_cast<T>(atLow - k) + T(0.5)) /
                                               static_cast<T>(atLow - above + 1);
            guess = a + (b - a) * part;
        }
    }
    // All from `low` on; where that are too many, they are equal to it and the first ones count.
    int ties = atLow == k ? k : k - above;
    const unsigned below = (1u << lane) - 1u;
    int taken = 0;
    OHM_UNROLL
    for (int i = 0; i < V; ++i) {
        const bool inside = lane + i * kWarp < c;
        const bool equal = inside && keys[i] == low;
        const unsigned equals = __ballot_sync(kAll, equal);
        const bool chosen = inside && (keys[i] > low || (equal && __popc(equals & below) < ties));
        ties -= __popc(equals);
        const unsigned all = __ballot_sync(kAll, chosen);
        if (chosen) {
            const int at = taken + __popc(all & below);
            values[at] = x[i] + T{0};
            indices[at] = static_cast<std::uint8_t>(lane + i * kWarp);
        }
        taken += __popc(all);
    }
}

template <typename T, int V>
__device__ void selectRow(Select select, const T (&x)[V], int c, const NormalGuess& normal,
                          std::int64_t row, int lane, const Rows<T>& to) {
    if (select == Select::Top) {
        selectTop<T, V>(x, c, to.k, normal, lane, to.values + row * to.k, to.indices + row * to.k);
    } else if (select == Select::Pick) {
        for (int first = 0; first < to.k; first += kWarp) {
            const bool on = first + lane < to.k;
            const int col = on ? to.indices[row * to.k + first + lane] : 0;
            T value = 0;
            OHM_UNROLL
            for (int i = 0; i < V; ++i) {
                const T v = __shfl_sync(kAll, x[i], col % kWarp);
                value = col / kWarp == i ? v : value;
            }
            if (on)
                to.values[row * to.k + first + lane] = value;
        }
    } else if (select != Select::None) {
        T mean = 0, inverse = 1;
        if (select == Select::LayerRelu)
            moments<T, V>(x, c, lane, mean, inverse);
        OHM_UNROLL
        for (int i = 0; i < V; ++i) {
            const int col = lane + i * kWarp;
            const T v = (x[i] - mean) * inverse;
            if (col < c)
                to.dense[row * c + col] = v > 0 ? v : T{0};
        }
    }
}

} // namespace ohm::deep::cuda
