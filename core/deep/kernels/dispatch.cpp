// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/kernels/kernels.h"

#include <cstdlib>
#include <cstring>

namespace ohm::deep::kernels {

template <typename T>
struct Target {
    const Table<T>* table;
    bool runs;
};

#if defined(__x86_64__)
extern const Table<float> kAvx512Float, kAvx2Float;
extern const Table<double> kAvx512Double, kAvx2Double;
#endif
extern const Table<float> kBaseFloat;
extern const Table<double> kBaseDouble;

namespace {

template <typename T, std::size_t Count>
const Table<T>& choose(const Target<T> (&targets)[Count]) {
    const char* wish = std::getenv("OHMSCAPE_SIMD");
    const Table<T>* first = nullptr;
    for (const Target<T>& target : targets) {
        if (!target.runs)
            continue;
        if (wish && std::strcmp(wish, target.table->name) == 0)
            return *target.table;
        if (!first)
            first = target.table;
    }
    return *first;
}

#if defined(__x86_64__)
bool avx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}
bool avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

} // namespace

template <>
const Table<float>& best<float>() {
    static const Table<float>& chosen = choose<float>({
#if defined(__x86_64__)
        {&kAvx512Float, avx512()}, {&kAvx2Float, avx2()},
#endif
        {
            &kBaseFloat, true
        }
    });
    return chosen;
}

template <>
const Table<double>& best<double>() {
    static const Table<double>& chosen = choose<double>({
#if defined(__x86_64__)
        {&kAvx512Double, avx512()}, {&kAvx2Double, avx2()},
#endif
        {
            &kBaseDouble, true
        }
    });
    return chosen;
}

} // namespace ohm::deep::kernels
