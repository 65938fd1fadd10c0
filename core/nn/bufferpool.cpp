// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/bufferpool.h"

#include <cstdlib>
#include <map>
#include <mutex>
#include <new>

#include <sys/mman.h>

namespace ohm::nn {
namespace {

constexpr std::size_t kAlignment = std::size_t{2} << 20; ///< of a large page
constexpr std::size_t kMostKept = std::size_t{6} << 30;

struct Pool {
    std::mutex mutex;
    std::multimap<std::size_t, void*> kept;
    std::size_t bytes = 0;
};
Pool& pool() {
    static Pool* const instance = new Pool; // outlives tensors that go at the program's end
    return *instance;
}

void* take(std::size_t bytes) {
    Pool& p = pool();
    {
        const std::lock_guard lock(p.mutex);
        const auto found = p.kept.find(bytes);
        if (found != p.kept.end()) {
            void* memory = found->second;
            p.kept.erase(found);
            p.bytes -= bytes;
            return memory;
        }
    }
    void* memory = std::aligned_alloc(kAlignment, bytes);
    if (!memory)
        throw std::bad_alloc();
    ::madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

void giveBack(void* memory, std::size_t bytes) {
    Pool& p = pool();
    const std::lock_guard lock(p.mutex);
    if (p.bytes + bytes > kMostKept) {
        std::free(memory);
        return;
    }
    p.kept.emplace(bytes, memory);
    p.bytes += bytes;
}

} // namespace

torch::Tensor pooledBuffer(at::IntArrayRef shape) {
    std::int64_t count = 1;
    for (const std::int64_t n : shape)
        count *= n;
    const std::size_t wanted = static_cast<std::size_t>(count) * sizeof(float);
    if (wanted < kAlignment / 8) // small ones are the allocator's business
        return torch::empty(shape);
    // Rounded up, so that batches of nearly the same size share their memory.
    const std::size_t step = wanted < (kAlignment << 3) ? kAlignment / 4 : kAlignment;
    std::size_t bytes = (wanted + step - 1) / step * step;
    bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    void* memory = take(bytes);
    return torch::from_blob(
        memory, shape, [bytes](void* p) { giveBack(p, bytes); }, torch::kFloat32);
}

void trimBufferPool() {
    Pool& p = pool();
    const std::lock_guard lock(p.mutex);
    for (const auto& item : p.kept)
        std::free(item.second);
    p.kept.clear();
    p.bytes = 0;
}

} // namespace ohm::nn
