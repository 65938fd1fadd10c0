// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace ohm::nn {

/// From here on LibTorch's arrays on the CPU of 256 KiB and more are kept for the next one of about
/// their size when they go: the system's allocator gives them back on every step and has each page
/// cleared anew, which takes a layer of a network as long as its arithmetic. No more memory is held
/// than was in use at a time since the last trim. Calling it again does nothing. Not under the
/// address sanitizer, which would not see them go. Thread: before others make tensors.
void keepBuffers();
/// Gives kept memory back to the system, e.g. when a training has ended. Thread: any.
void trimBuffers();
/// Bytes of such arrays, in use or kept. Thread: any.
std::size_t bufferBytes();
/// Trims when it goes: first member of what computes for a while.
struct TrimAtEnd {
    TrimAtEnd() = default;
    TrimAtEnd(const TrimAtEnd&) = delete;
    TrimAtEnd& operator=(const TrimAtEnd&) = delete;
    ~TrimAtEnd() { trimBuffers(); }
};

} // namespace ohm::nn
