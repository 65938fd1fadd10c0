// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/hash.h"
#include "core/netlist/podarray.h"
#include "core/netlist/textstore.h"

namespace ohm::netlist {

/// Open-addressing table from net names to the net's index in a cell: one cache line for a miss,
/// two for a hit. Keys are pieces of a TextStore. Thread: owner only.
class NameTable {
public:
    std::size_t size() const { return m_used; }
    void reserve(std::size_t names);
    void prefetch(std::uint64_t hash) const {
        if (!m_slots.empty())
            __builtin_prefetch(&m_slots.data()[slotOf(hash)]);
    }
    /// Index stored for the name, or kNone.
    std::uint32_t find(std::string_view text, std::uint64_t hash, const TextStore& store) const;
    /// Index stored for the name; when new, `fresh` is stored and returned.
    std::uint32_t insert(std::string_view text, std::uint64_t hash, TextRef ref,
                         std::uint32_t fresh, const TextStore& store);

private:
    struct Slot {
        TextRef ref;
        std::uint32_t hash = 0;
        std::uint32_t index = 0xFFFFFFFFu; ///< free
    };
    std::size_t slotOf(std::uint64_t hash) const {
        return static_cast<std::uint32_t>(hash) & (m_slots.size() - 1);
    }
    void rehash(std::size_t slots);
    PodArray<Slot> m_slots;
    std::size_t m_used = 0;
};

} // namespace ohm::netlist
