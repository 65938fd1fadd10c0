// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/connectivity.h"
#include "core/schematic/ltspicenetlist.h"
#include "core/schematic/ltspicesheet.h"

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::schematic::ltspice {

/// A sheet ready to be netlisted.
struct CellSheet {
    SchematicDoc doc;
    std::string file;
    std::vector<Part> parts;        ///< per instance of the doc
    std::vector<std::string> names; ///< element names; empty = not netlisted
    std::vector<SheetText> texts;
    Connectivity nets;
};

/// A child sheet as a subcircuit: its ports are the pins of the symbol it was met through.
struct Cell {
    std::string name;
    std::size_t sheet = 0;
    std::vector<std::string> pins;
};

/// Writes the netlist of a schematic in LTspice's order: elements of the top sheet, subcircuits of
/// the child sheets, default models, library files, directives. Thread: owner only.
class NetlistWriter {
public:
    /// `sheets[0]` is the top.
    NetlistWriter(const std::deque<CellSheet>& sheets, const std::vector<Cell>& cells);

    std::string text(const std::string& title);

    /// The drawing's line that made a line (1-based) of the text.
    struct Origin {
        std::string_view file;
        int line = 0;
    };
    Origin origin(int line) const;

private:
    void elements(const CellSheet& sheet);
    void subcircuit(const Cell& cell);
    void directives(const CellSheet& sheet, bool child);
    void models();
    void add(std::string line, const CellSheet* sheet = nullptr, int at = 0);

    const std::deque<CellSheet>& m_sheets;
    const std::vector<Cell>& m_cells;
    std::string m_text;
    std::vector<Origin> m_origins;
};

} // namespace ohm::schematic::ltspice
