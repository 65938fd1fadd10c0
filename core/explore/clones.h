// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// One machine code per instruction set, chosen when the program starts. Not under the sanitizers,
/// whose start comes later than that choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define OHM_CLONES __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define OHM_CLONES
#endif
