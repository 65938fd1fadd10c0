// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/kernels/kernels.h"

#include <cstdlib>
#include <cstring>

namespace ohm::nn::kernels {

#if defined(__x86_64__)
extern const Table kAvx512;
extern const Table kAvx2;
#endif
extern const Table kBase;

std::vector<const Table*> supported() {
    std::vector<const Table*> tables;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
        tables.push_back(&kAvx512);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        tables.push_back(&kAvx2);
#endif
    tables.push_back(&kBase);
    return tables;
}

const Table& best() {
    static const Table* const chosen = [] {
        const auto tables = supported();
        const char* wish = std::getenv("OHMSCAPE_SIMD");
        for (const Table* table : tables) {
            if (wish && std::strcmp(wish, table->name) == 0)
                return table;
        }
        return tables.front();
    }();
    return *chosen;
}

} // namespace ohm::nn::kernels
