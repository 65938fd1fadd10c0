// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/deep/cuda/kernels.h"

#include <functional>
#include <memory>
#include <string>

namespace ohm::deep::cuda {

/// One GPU as the networks use it: memory, copies, dense products (cuBLAS), one stream in which all
/// happens in order. What goes wrong is kept and told by `finish`. Thread: owner only.
class Device {
public:
    /// The first GPU ($CUDA_VISIBLE_DEVICES names another). `tf32`: products of rounded numbers.
    /// Errors: DEEP-011 no GPU, or the driver is too old for this build.
    static Expected<std::unique_ptr<Device>> open(bool tf32);
    /// Whether `open` would find one, without taking any of its memory. Errors: DEEP-011.
    static Expected<void> usable();
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /// Of the GPU, for people.
    std::string name() const;
    Stream stream() const;

    /// Null when the device has no such block.
    void* allocate(std::size_t bytes);
    void release(void* memory);
    void upload(void* to, const void* from, std::size_t bytes);
    void download(void* to, const void* from, std::size_t bytes);
    void fill(void* to, int byte, std::size_t bytes);
    /// What products may use between them; stays in use.
    void setWorkspace(void* memory, std::size_t bytes);

    /// out [rows, n] = A [rows, k] B, B = w [k, n] or with `transposed` the transpose of w [n, k].
    template <typename T>
    void multiply(const T* a, std::int64_t rows, int k, const T* w, int n, bool transposed, T* out);
    /// Piece by piece of `pieceRows` rows: pieces [count, p, q] = A [rows, p]^T B [rows, q].
    template <typename T>
    void multiplyPieces(const T* a, int p, const T* b, int q, std::int64_t rows,
                        std::int64_t pieceRows, T* pieces);

    /// Does what `enqueue` puts into the stream. With $OHMSCAPE_CUDA_GRAPH=1 it is recorded as a
    /// CUDA graph when the same slot (0, 1) and key come a second time, and replayed from then on:
    /// then it must always be the same.
    void replay(int slot, std::uint64_t key, const std::function<void()>& enqueue);

    /// Waits for all that was asked for; false when something went wrong, which `finish` then
    /// tells.
    bool wait();
    /// Waits for all that was asked for. Errors: DEEP-012 the first that went wrong.
    Expected<void> finish();

private:
    Device();
    struct State;
    std::unique_ptr<State> m;
};

} // namespace ohm::deep::cuda
