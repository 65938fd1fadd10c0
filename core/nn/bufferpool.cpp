// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/bufferpool.h"

#include <c10/core/CPUAllocator.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace ohm::nn {
namespace {

constexpr std::size_t kPage = std::size_t{2} << 20; ///< a large page
constexpr std::size_t kSmall = kPage / 8;           ///< below it, the system's allocator does well
constexpr std::size_t kHead = 64; ///< bytes before an array: its size; keeps the array aligned

class Pool {
public:
    Pool() {
        const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGE_SIZE);
        if (pages > 0 && size > 0)
            m_most = static_cast<std::size_t>(pages) * static_cast<std::size_t>(size) / 8;
    }

    /// A block of at least `bytes`, whose first word says how many it has.
    void* take(std::size_t bytes) {
        const bool small = bytes < kSmall;
        const std::size_t align = small ? kHead : kPage;
        // Rounded up, so that batches of nearly the same size share their memory.
        bytes = (bytes + align - 1) / align * align;
        if (!small) {
            const std::lock_guard lock(m_mutex);
            const auto found = m_kept.lower_bound(bytes);
            if (found != m_kept.end() && found->first <= bytes + bytes / 4) {
                void* block = found->second;
                m_bytes -= found->first;
                m_kept.erase(found);
                return block;
            }
        }
        void* block = std::aligned_alloc(align, bytes);
        if (!block)
            throw std::runtime_error("Out of memory: an array needs " +
                                     std::to_string(bytes >> 20) + " MiB");
        if (!small)
            ::madvise(block, bytes, MADV_HUGEPAGE);
        std::memcpy(block, &bytes, sizeof(bytes));
        return block;
    }

    void giveBack(void* block) {
        std::size_t bytes = 0;
        std::memcpy(&bytes, block, sizeof(bytes));
        if (bytes >= kSmall) {
            const std::lock_guard lock(m_mutex);
            if (m_bytes + bytes <= m_most) {
                m_kept.emplace(bytes, block);
                m_bytes += bytes;
                return;
            }
        }
        std::free(block);
    }

    void trim() {
        const std::lock_guard lock(m_mutex);
        for (const auto& item : m_kept)
            std::free(item.second);
        m_kept.clear();
        m_bytes = 0;
    }

private:
    std::mutex m_mutex;
    std::multimap<std::size_t, void*> m_kept;
    std::size_t m_bytes = 0;
    std::size_t m_most = std::size_t{1} << 30;
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

void trimBuffers() {
    pool().trim();
}

} // namespace ohm::nn
