// SPDX-License-Identifier: GPL-3.0-or-later
#define OHM_WIDTH 4
#define OHM_TARGET_NAME "base"
#include "core/nn/kernels/implementation.inc"

namespace ohm::nn::kernels {
extern const Table kBase;
const Table kBase = kTable;
} // namespace ohm::nn::kernels
