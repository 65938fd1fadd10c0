// SPDX-License-Identifier: GPL-3.0-or-later
#define OHM_WIDTH 16
#define OHM_TARGET_NAME "avx512"
#include "core/nn/kernels/implementation.inc"

namespace ohm::nn::kernels {
extern const Table kAvx512;
const Table kAvx512 = kTable;
} // namespace ohm::nn::kernels
