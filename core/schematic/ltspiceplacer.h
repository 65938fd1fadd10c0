// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/ltspicenetlist.h"
#include "core/schematic/ltspicesheet.h"

#include <unordered_map>

namespace ohm::schematic::ltspice {

/// Turns the records of one sheet into a SchematicDoc: in LTspice units first, so that the
/// connectivity engine sees exact coordinates, then scaled. Thread: owner only.
class Placer {
public:
    explicit Placer(SchematicDoc& doc)
        : m_doc(doc) {}

    /// Adds an instance; texts go where the sheet or the symbol says.
    void add(const Placement& placement, const Part& part);
    void addTexts(const std::vector<SheetText>& texts);
    /// Tells each label which way its flag grows: away from the wire or symbol at its point.
    void turnLabels();
    /// From LTspice units to document units; call last.
    void scale();

private:
    std::uint32_t symbolIndex(const LtSymbol& symbol);

    SchematicDoc& m_doc;
    std::unordered_map<const LtSymbol*, std::uint32_t> m_symbols;
};

} // namespace ohm::schematic::ltspice
