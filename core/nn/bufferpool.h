// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace ohm::nn {

/// From here on LibTorch's arrays on the CPU of 256 KiB and more are kept for the next one of about
/// their size when they go, up to an eighth of the machine's memory: the system's allocator gives
/// them back on every step and has each page cleared anew, which takes a layer of a network as long
/// as its arithmetic. Calling it again does nothing. Not under the address sanitizer, which would
/// not see them go. Thread: before others make tensors.
void keepBuffers();
/// Gives kept memory back to the system, e.g. when a training has ended. Thread: any.
void trimBuffers();
/// Trims when it goes: first member of what computes for a while.
struct TrimAtEnd {
    TrimAtEnd() = default;
    TrimAtEnd(const TrimAtEnd&) = delete;
    TrimAtEnd& operator=(const TrimAtEnd&) = delete;
    ~TrimAtEnd() { trimBuffers(); }
};

} // namespace ohm::nn
