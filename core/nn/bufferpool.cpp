// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/bufferpool.h"

#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include <sys/mman.h>

namespace ohm::nn {
namespace {

constexpr std::size_t kPage = std::size_t{2} << 20; ///< a large page
constexpr std::size_t kLarge = 4 * kPage;           ///< from here on arrays get large pages
constexpr std::size_t kSmall = kPage / 8;           ///< below it, the system's allocator does well
constexpr std::size_t kStep = kPage / 32;           ///< sizes between are rounded up to it
constexpr std::size_t kHead = 64; ///< bytes before an array: its size; keeps the array aligned

/// Memory in use and memory kept together never exceed the most that was in use at a time: where
/// sizes repeat, as those of a training's steps, every array finds its memory again; where they do
/// not, what is kept goes first.
class Pool {
public:
    /// A block of at least `bytes`, whose first word says how many it has.
    void* take(std::size_t bytes) {
        const std::size_t align = bytes < kSmall ? kHead : bytes < kLarge ? kStep : kPage;
        bytes = (bytes + align - 1) / align * align;
        if (bytes >= kSmall) {
            const std::lock_guard lock(m_mutex);
            const auto found = m_kept.lower_bound(bytes);
            if (found != m_kept.end() && found->first <= bytes + bytes / 4) {
                void* block = found->second;
                m_keptBytes -= found->first;
                m_used += found->first;
                m_kept.erase(found);
                return block;
            }
            m_used += bytes;
            m_most = std::max(m_most, m_used);
            while (!m_kept.empty() && m_used + m_keptBytes > m_most)
                drop(std::prev(m_kept.end()));
        }
        void* block = std::aligned_alloc(align, bytes);
        if (!block) {
            if (bytes >= kSmall) {
                const std::lock_guard lock(m_mutex);
                m_used -= bytes;
            }
            throw std::runtime_error("Out of memory: an array needs " +
                                     std::to_string(bytes >> 20) + " MiB");
        }
        if (bytes >= kLarge)
            ::madvise(block, bytes, MADV_HUGEPAGE);
        std::memcpy(block, &bytes, sizeof(bytes));
        return block;
    }

    void giveBack(void* block) {
        std::size_t bytes = 0;
        std::memcpy(&bytes, block, sizeof(bytes));
        if (bytes < kSmall)
            return std::free(block);
        const std::lock_guard lock(m_mutex);
        m_kept.emplace(bytes, block);
        m_keptBytes += bytes;
        m_used -= bytes;
    }

    void trim() {
        const std::lock_guard lock(m_mutex);
        while (!m_kept.empty())
            drop(m_kept.begin());
        m_most = m_used;
    }

    std::size_t bytes() {
        const std::lock_guard lock(m_mutex);
        return m_used + m_keptBytes;
    }

private:
    using Kept = std::multimap<std::size_t, void*>;
    void drop(Kept::iterator block) {
        m_keptBytes -= block->first;
        std::free(block->second);
        m_kept.erase(block);
    }

    std::mutex m_mutex;
    Kept m_kept;
    std::size_t m_keptBytes = 0, m_used = 0, m_most = 0;
};

Pool& pool() {
    static Pool* const instance = new Pool; // outlives tensors that go at the program's end
    return *instance;
}

void release(void* array) {
    if (array)
        pool().giveBack(static_cast<std::byte*>(array) - kHead);
}

class KeepingAllocator final : public c10::Allocator {
public:
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
    c10::DataPtr allocate(std::size_t bytes) override {
        return array(bytes);
    }
    void copy_data(void* to, const void* from, std::size_t bytes) const override {
        std::memcpy(to, from, bytes);
    }
#else
    c10::DataPtr allocate(std::size_t bytes) const override {
        return array(bytes);
    }
#endif
    c10::DeleterFnPtr raw_deleter() const override {
        return &release;
    }

private:
    static c10::DataPtr array(std::size_t bytes) {
        if (bytes == 0)
            return {nullptr, nullptr, &release, c10::Device(c10::kCPU)};
        void* data = static_cast<std::byte*>(pool().take(bytes + kHead)) + kHead;
        return {data, data, &release, c10::Device(c10::kCPU)};
    }
};

} // namespace

void keepBuffers() {
#ifndef __SANITIZE_ADDRESS__
    static KeepingAllocator* const allocator = [] {
        auto* made = new KeepingAllocator; // LibTorch keeps the pointer to the program's end
        c10::SetCPUAllocator(made);
        return made;
    }();
    static_cast<void>(allocator);
#endif
}

std::size_t bufferBytes() {
    return pool().bytes();
}

void trimBuffers() {
    pool().trim();
}

} // namespace ohm::nn
