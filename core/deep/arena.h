// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace ohm::deep {

/// Bytes that a network holds: now, taken from the system, and at most so far.
struct MemoryUse {
    std::size_t allocated = 0;
    std::size_t reserved = 0;
    std::size_t peak = 0;
};

/// Memory taken once and handed out in order; nothing is given back before the arena dies, so
/// nothing moves and nothing is fragmented. Thread: owner only.
class Arena {
public:
    static constexpr std::size_t kAlign = 64;
    /// What `count` values of `size` bytes take of an arena.
    static constexpr std::size_t rounded(std::size_t count, std::size_t size) {
        return (count * size + kAlign - 1) / kAlign * kAlign;
    }

    /// Throws std::bad_alloc when the system has no such block.
    explicit Arena(std::size_t capacity);
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Zeroed values; throws std::bad_alloc beyond the capacity.
    template <typename T>
    std::span<T> take(std::size_t count) {
        return {static_cast<T*>(raw(rounded(count, sizeof(T)))), count};
    }
    MemoryUse use() const { return {m_used, m_capacity, m_used}; }

private:
    void* raw(std::size_t bytes);
    std::byte* m_memory = nullptr;
    std::size_t m_capacity = 0;
    std::size_t m_used = 0;
};

/// Counts buffers that come and go, as a framework's allocator does. Thread: owner only.
class Ledger {
public:
    void add(std::size_t bytes);
    void remove(std::size_t bytes) { m_use.allocated -= bytes; }
    MemoryUse use() const { return m_use; }

private:
    MemoryUse m_use;
};

/// An uninitialised buffer of the system's allocator, counted by a ledger and freed on
/// destruction. Movable.
template <typename T>
class Buffer {
public:
    Buffer() = default;
    Buffer(Ledger& ledger, std::size_t count);
    Buffer(Buffer&& other) noexcept { *this = std::move(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        std::swap(m_ledger, other.m_ledger);
        std::swap(m_values, other.m_values);
        std::swap(m_count, other.m_count);
        return *this;
    }
    ~Buffer() { reset(); }
    void reset();

    T* data() { return m_values; }
    const T* data() const { return m_values; }
    std::size_t size() const { return m_count; }
    explicit operator bool() const { return m_values != nullptr; }

private:
    Ledger* m_ledger = nullptr;
    T* m_values = nullptr;
    std::size_t m_count = 0;
};

} // namespace ohm::deep
