// SPDX-License-Identifier: GPL-3.0-or-later
#define OHM_WIDTH 8
#define OHM_TARGET_NAME "avx2"
#include "core/nn/kernels/implementation.inc"

namespace ohm::nn::kernels {
extern const Table kAvx2;
const Table kAvx2 = kTable;
} // namespace ohm::nn::kernels
