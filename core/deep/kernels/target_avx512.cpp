// SPDX-License-Identifier: GPL-3.0-or-later
#define OHM_WIDTH 16
#define OHM_TARGET_NAME "avx512"
#include "core/deep/kernels/implementation.inc"

namespace ohm::deep::kernels {
extern const Table<float> kAvx512Float;
const Table<float> kAvx512Float = kTable<float>;
extern const Table<double> kAvx512Double;
const Table<double> kAvx512Double = kTable<double>;
} // namespace ohm::deep::kernels
