// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/textstore.h"

#include "core/netlist/hash.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace ohm::netlist {

std::uint64_t hashSeed() {
    static const std::uint64_t seed = [] {
        std::random_device device;
        return (static_cast<std::uint64_t>(device()) << 32) | device();
    }();
    return seed;
}

std::uint64_t TextStore::addBlock(std::unique_ptr<char[]> text, std::size_t size) {
    const std::uint64_t base = m_next;
    m_blocks.push_back({base, size, std::move(text)});
    // One address of air, so that an empty piece at the end of a block has an owner.
    m_next += size + 1;
    m_bytes += size;
    return base;
}

TextRef TextStore::add(std::string_view text) {
    text = text.substr(0, TextRef::kMaxLength);
    if (m_arenaLeft < text.size()) {
        const std::size_t size = std::max<std::size_t>(text.size(), std::size_t{1} << 16);
        addBlock(std::make_unique<char[]>(size), size);
        m_arenaBlock = m_blocks.size() - 1;
        m_arenaLeft = size;
    }
    if (text.empty())
        return {};
    Block& block = m_blocks[m_arenaBlock];
    const std::size_t at = block.size - m_arenaLeft;
    std::memcpy(block.text.get() + at, text.data(), text.size());
    m_arenaLeft -= text.size();
    return TextRef::make(block.base + at, text.size());
}

const TextStore::Block& TextStore::blockOf(std::uint64_t address) const {
    const auto after =
        std::upper_bound(m_blocks.begin(), m_blocks.end(), address,
                         [](std::uint64_t a, const Block& block) { return a < block.base; });
    return *(after - 1);
}

std::string_view TextStore::view(TextRef ref) const {
    if (ref.empty() || m_blocks.empty())
        return {};
    const Block& first = m_blocks.front();
    const Block& block = ref.address() < first.size ? first : blockOf(ref.address());
    return {block.text.get() + (ref.address() - block.base), ref.length()};
}

std::unique_ptr<char[]> TextStore::release(std::uint64_t base) {
    for (Block& block : m_blocks) {
        if (block.base == base) {
            m_bytes -= block.size;
            block.size = 0;
            return std::move(block.text);
        }
    }
    return {};
}

SymbolId SymbolTable::intern(std::string_view name) {
    if ((m_names.size() + 1) * 2 > m_slots.size())
        rehash(std::max<std::size_t>(64, m_slots.size() * 2));
    const auto hash = static_cast<std::uint32_t>(hashName(name, hashSeed()));
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
        if (m_slots[i] == 0) {
            m_storage.emplace_back(name);
            m_names.push_back(m_storage.back());
            m_hashes.push(hash);
            m_slots[i] = static_cast<std::uint32_t>(m_names.size());
            return m_slots[i] - 1;
        }
        if (m_hashes[m_slots[i] - 1] == hash && m_names[m_slots[i] - 1] == name)
            return m_slots[i] - 1;
    }
}

std::optional<SymbolId> SymbolTable::find(std::string_view name) const {
    if (m_slots.empty())
        return std::nullopt;
    const auto hash = static_cast<std::uint32_t>(hashName(name, hashSeed()));
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t i = hash & mask; m_slots[i] != 0; i = (i + 1) & mask) {
        if (m_hashes[m_slots[i] - 1] == hash && m_names[m_slots[i] - 1] == name)
            return m_slots[i] - 1;
    }
    return std::nullopt;
}

void SymbolTable::rehash(std::size_t slots) {
    m_slots.clear();
    m_slots.resize(slots);
    for (std::size_t id = 0; id < m_names.size(); ++id) {
        std::size_t i = m_hashes[id] & (slots - 1);
        while (m_slots[i] != 0)
            i = (i + 1) & (slots - 1);
        m_slots[i] = static_cast<std::uint32_t>(id + 1);
    }
}

} // namespace ohm::netlist
