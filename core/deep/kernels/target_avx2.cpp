// SPDX-License-Identifier: GPL-3.0-or-later
#define OHM_WIDTH 8
#define OHM_TARGET_NAME "avx2"
#include "core/deep/kernels/implementation.inc"

namespace ohm::deep::kernels {
extern const Table<float> kAvx2Float;
const Table<float> kAvx2Float = kTable<float>;
extern const Table<double> kAvx2Double;
const Table<double> kAvx2Double = kTable<double>;
} // namespace ohm::deep::kernels
