// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace ohm::netlist {

/// Tells how much stack the chain of parameter look-ups on this thread has used: a hostile file may
/// define parameters through each other thousands deep. One object per level. Thread: its own.
class StackGuard {
public:
    StackGuard()
        : m_outer(s_base != 0) {
        if (!m_outer)
            s_base = here();
    }
    StackGuard(const StackGuard&) = delete;
    StackGuard& operator=(const StackGuard&) = delete;
    ~StackGuard() {
        if (!m_outer)
            s_base = 0;
    }
    bool enough() const {
        const std::uintptr_t now = here();
        return (s_base > now ? s_base - now : now - s_base) < kBudget;
    }

private:
    static constexpr std::size_t kBudget = std::size_t{2} << 20;
    static std::uintptr_t here() {
        return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    }
    bool m_outer;
    static inline thread_local std::uintptr_t s_base = 0;
};

} // namespace ohm::netlist
