// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/nametable.h"

namespace ohm::netlist {
namespace {
constexpr std::uint32_t kFree = 0xFFFFFFFFu;
}

void NameTable::reserve(std::size_t names) {
    std::size_t slots = 16;
    while (slots < names + names / 2)
        slots *= 2;
    if (slots > m_slots.size())
        rehash(slots);
}

std::uint32_t NameTable::find(std::string_view text, std::uint64_t hash,
                              const TextStore& store) const {
    if (m_slots.empty())
        return kFree;
    const auto tag = static_cast<std::uint32_t>(hash);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t i = slotOf(hash);; i = (i + 1) & mask) {
        const Slot& slot = m_slots[i];
        if (slot.index == kFree)
            return kFree;
        if (slot.hash == tag && slot.ref.length() == text.size() && store.view(slot.ref) == text)
            return slot.index;
    }
}

std::uint32_t NameTable::insert(std::string_view text, std::uint64_t hash, TextRef ref,
                                std::uint32_t fresh, const TextStore& store) {
    if ((m_used + 1) * 4 > m_slots.size() * 3)
        rehash(m_slots.empty() ? 16 : m_slots.size() * 2);
    const auto tag = static_cast<std::uint32_t>(hash);
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t i = slotOf(hash);; i = (i + 1) & mask) {
        Slot& slot = m_slots[i];
        if (slot.index == kFree) {
            slot = {ref, tag, fresh};
            ++m_used;
            return fresh;
        }
        if (slot.hash == tag && slot.ref.length() == text.size() && store.view(slot.ref) == text)
            return slot.index;
    }
}

void NameTable::rehash(std::size_t slots) {
    PodArray<Slot> old = std::move(m_slots);
    m_slots = PodArray<Slot>();
    m_slots.resize(slots);
    const std::size_t mask = slots - 1;
    for (const Slot& slot : old) {
        if (slot.index == kFree)
            continue;
        std::size_t i = slot.hash & mask;
        while (m_slots[i].index != kFree)
            i = (i + 1) & mask;
        m_slots[i] = slot;
    }
}

} // namespace ohm::netlist
