// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace ohm::netlist {

/// A growing array of plain values. Unlike std::vector it grows by realloc, which moves the pages
/// of a big block instead of copying them, so that reading a huge file never holds an array twice.
/// Thread: owner only while it grows, any afterwards.
template <typename T>
class PodArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    PodArray() = default;
    PodArray(const PodArray&) = delete;
    PodArray& operator=(const PodArray&) = delete;
    PodArray(PodArray&& other) noexcept
        : m_data(std::exchange(other.m_data, nullptr))
        , m_size(std::exchange(other.m_size, 0))
        , m_capacity(std::exchange(other.m_capacity, 0)) {}
    PodArray& operator=(PodArray&& other) noexcept {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
        std::swap(m_capacity, other.m_capacity);
        return *this;
    }
    ~PodArray() { std::free(m_data); }

    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    T* data() { return m_data; }
    const T* data() const { return m_data; }
    T* begin() { return m_data; }
    T* end() { return m_data + m_size; }
    const T* begin() const { return m_data; }
    const T* end() const { return m_data + m_size; }
    T& operator[](std::size_t i) { return (assert(i < m_size), m_data[i]); }
    const T& operator[](std::size_t i) const { return (assert(i < m_size), m_data[i]); }
    T& back() { return (*this)[m_size - 1]; }
    const T& back() const { return (*this)[m_size - 1]; }
    std::span<const T> span(std::size_t first, std::size_t count) const {
        assert(first + count <= m_size);
        return {m_data + first, count};
    }

    void push(const T& value) {
        const T copy = value; // `value` may lie in this array
        if (m_size == m_capacity)
            grow(m_size + 1);
        m_data[m_size++] = copy;
    }
    /// Adds `count` values that the caller fills.
    T* extend(std::size_t count) {
        if (m_size + count > m_capacity)
            grow(m_size + count);
        T* first = m_data + m_size;
        m_size += count;
        return first;
    }
    void resize(std::size_t size) {
        if (size > m_size) {
            T* fresh = extend(size - m_size);
            std::fill(fresh, m_data + m_size, T{});
        }
        m_size = size;
    }
    void reserve(std::size_t capacity) {
        if (capacity > m_capacity)
            reallocate(capacity);
    }
    /// Gives memory beyond the size back.
    void shrink() {
        if (m_size < m_capacity)
            reallocate(m_size);
    }
    void clear() { m_size = 0; }
    void pop() { (assert(m_size > 0), --m_size); }

private:
    void grow(std::size_t least) {
        const std::size_t next = m_capacity + m_capacity / 2 + 8;
        reallocate(next > least ? next : least);
    }
    void reallocate(std::size_t capacity) {
        if (capacity == 0) {
            std::free(m_data);
            m_data = nullptr;
            m_capacity = 0;
            return;
        }
        if (capacity > static_cast<std::size_t>(-1) / 2 / sizeof(T))
            throw std::bad_alloc();
        void* memory = std::realloc(static_cast<void*>(m_data), capacity * sizeof(T));
        if (!memory)
            throw std::bad_alloc();
        m_data = static_cast<T*>(memory);
        m_capacity = capacity;
    }

    T* m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_capacity = 0;
};

} // namespace ohm::netlist
