// SPDX-License-Identifier: GPL-3.0-or-later
#define OHM_WIDTH 4
#define OHM_TARGET_NAME "base"
#include "core/deep/kernels/implementation.inc"

namespace ohm::deep::kernels {
extern const Table<float> kBaseFloat;
const Table<float> kBaseFloat = kTable<float>;
extern const Table<double> kBaseDouble;
const Table<double> kBaseDouble = kTable<double>;
} // namespace ohm::deep::kernels
