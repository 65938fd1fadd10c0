// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/podarray.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::netlist {

/// A piece of a TextStore in 8 bytes: 38 bits of address, 26 bits of length (64 MiB). Plain value.
struct TextRef {
    std::uint64_t bits = 0;
    static constexpr int kLengthBits = 26;
    static constexpr std::uint64_t kMaxLength = (std::uint64_t{1} << kLengthBits) - 1;

    static TextRef make(std::uint64_t address, std::uint64_t length) {
        return {(address << kLengthBits) | (length < kMaxLength ? length : kMaxLength)};
    }
    std::uint64_t address() const { return bits >> kLengthBits; }
    std::size_t length() const { return static_cast<std::size_t>(bits & kMaxLength); }
    bool empty() const { return length() == 0; }
};

/// The text a circuit refers to: the files read, each a private copy (so that a file rewritten on
/// disk cannot hurt), and texts made by readers. Views stay valid as long as the store lives.
/// Thread: owner only while it grows, any afterwards.
class TextStore {
public:
    /// Takes over a file's text; returns its first address. The text may be changed in place (the
    /// reader folds names to lower case there).
    std::uint64_t addBlock(std::unique_ptr<char[]> text, std::size_t size);
    /// Copies a text made by a program.
    TextRef add(std::string_view text);
    std::string_view view(TextRef ref) const;
    /// Takes a block given to `addBlock` out again; views of it become invalid.
    std::unique_ptr<char[]> release(std::uint64_t base);
    std::size_t bytes() const { return m_bytes; }

private:
    struct Block {
        std::uint64_t base = 0;
        std::size_t size = 0;
        std::unique_ptr<char[]> text;
    };
    const Block& blockOf(std::uint64_t address) const;
    std::vector<Block> m_blocks;
    std::uint64_t m_next = 0;
    std::size_t m_bytes = 0;
    std::size_t m_arenaBlock = 0; ///< index of the block that `add` fills, valid if m_arenaLeft
    std::size_t m_arenaLeft = 0;
};

using SymbolId = std::uint32_t;

/// Interned names: models, cells, parameters. Ids count from 0. Thread: as TextStore.
class SymbolTable {
public:
    SymbolId intern(std::string_view name);
    std::optional<SymbolId> find(std::string_view name) const;
    std::string_view name(SymbolId id) const { return m_names[id]; }
    std::size_t size() const { return m_names.size(); }

private:
    void rehash(std::size_t slots);
    std::deque<std::string> m_storage;
    std::vector<std::string_view> m_names;
    PodArray<std::uint32_t> m_slots; ///< id + 1, 0 = free
    PodArray<std::uint32_t> m_hashes;
};

} // namespace ohm::netlist
