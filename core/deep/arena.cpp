// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/arena.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace ohm::deep {
namespace {

void* allocate(std::size_t bytes) {
    void* memory = std::aligned_alloc(Arena::kAlign, std::max(bytes, Arena::kAlign));
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

} // namespace

Arena::Arena(std::size_t capacity)
    : m_capacity(rounded(capacity, 1)) {
    constexpr std::size_t kLargePage = std::size_t{2} << 20;
    const std::size_t bytes = (m_capacity + kLargePage - 1) / kLargePage * kLargePage;
    m_memory = static_cast<std::byte*>(std::aligned_alloc(kLargePage, bytes));
    if (!m_memory)
        throw std::bad_alloc();
#ifdef __linux__
    ::madvise(m_memory, bytes, MADV_HUGEPAGE); // rows are gathered from all over it
#endif
}

Arena::~Arena() {
    std::free(m_memory);
}

void* Arena::raw(std::size_t bytes) {
    if (bytes > m_capacity - m_used)
        throw std::bad_alloc();
    std::byte* memory = m_memory + m_used;
    m_used += bytes;
    std::memset(memory, 0, bytes);
    return memory;
}

void Ledger::add(std::size_t bytes) {
    m_use.allocated += bytes;
    m_use.peak = std::max(m_use.peak, m_use.allocated);
    m_use.reserved = m_use.peak;
}

template <typename T>
Buffer<T>::Buffer(Ledger& ledger, std::size_t count)
    : m_values(static_cast<T*>(allocate(Arena::rounded(count, sizeof(T)))))
    , m_count(count) {
    m_ledger = &ledger;
    ledger.add(Arena::rounded(count, sizeof(T)));
}

template <typename T>
void Buffer<T>::reset() {
    if (!m_values)
        return;
    std::free(m_values);
    m_ledger->remove(Arena::rounded(m_count, sizeof(T)));
    m_values = nullptr;
    m_count = 0;
}

template class Buffer<float>;
template class Buffer<double>;
template class Buffer<std::uint8_t>;

} // namespace ohm::deep
