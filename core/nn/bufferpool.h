// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

namespace ohm::nn {

/// A float32 tensor on the CPU whose memory is kept for the next one of its size when it goes: the
/// system's allocator gives arrays of this size back on every step and has each page cleared anew.
/// The contents are arbitrary. Thread: any, internally locked.
torch::Tensor pooledBuffer(at::IntArrayRef shape);
/// Gives kept memory back to the system.
void trimBufferPool();

} // namespace ohm::nn
