// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/ltspicerecords.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::schematic::ltspice {

/// A WINDOW record: where an attribute is shown.
struct Window {
    TextSlot slot; ///< LTspice units
    bool visible = true;
};
/// Window ids that the drawing uses.
inline constexpr int kNameWindow = 0;
inline constexpr int kValueWindow = 3;
inline constexpr int kValue2Window = 123;

/// Attributes by lower-case key; an instance's override its symbol's.
using AttributeMap = std::map<std::string, std::string, std::less<>>;

/// An LTspice symbol: drawing, pins in netlist order (LTspice units) and what it netlists as.
struct LtSymbol {
    Symbol drawing;
    std::vector<int> spiceOrder; ///< per pin, as in the file (1-based; 0 = not given)
    std::map<int, Window> windows;
    AttributeMap attributes;
    bool block = false;           ///< SymbolType BLOCK
    std::filesystem::path folder; ///< where the .asy lies; empty for the built-in ones
    bool builtin = false;         ///< from our own table: shapes are in document units
    bool placeholder = false;     ///< not found anywhere
};

/// A WINDOW record with at least four fields.
Window windowOf(const Record& record, int id, Pt at);

/// Reads an .asy. Malformed lines become findings; the rest is kept. Thread: any.
LtSymbol parseSymbol(std::string_view text, std::string name, Findings& findings);

/// Our own drawing of a symbol of LTspice's library, with that library's pin places and netlist
/// defaults; nullptr if we have none. `name` is lower case without folders. Thread: any.
const LtSymbol* librarySymbol(std::string_view name);

/// A box that stands for a symbol nobody has. No pins: nothing is known about them.
LtSymbol placeholderSymbol(std::string name);

/// Sorts pins by netlist order and numbers them.
void orderPins(LtSymbol& symbol);

} // namespace ohm::schematic::ltspice
