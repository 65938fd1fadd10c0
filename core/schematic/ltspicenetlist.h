// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/ltspicesymbol.h"

#include <string>
#include <string_view>
#include <vector>

namespace ohm::schematic::ltspice {

/// A placed symbol with its attributes merged over the symbol's own.
struct Part {
    const LtSymbol* symbol = nullptr;
    AttributeMap attributes;
    std::string childCell; ///< subcircuit its child sheet becomes; empty if it has none
    int line = 0;

    std::string_view attribute(std::string_view key) const;
    std::string_view prefix() const { return attribute("prefix"); }
    /// The element letter, upper case; 0 for decorations that are not netlisted.
    char letter() const;
};

/// What a pin is tied to.
struct Node {
    std::string name;
    bool open = false; ///< nothing else is there
};

/// Name of the part in the netlist: the prefix letter is put before a name that does not begin with
/// it; hierarchical blocks always get an X.
std::string elementName(const Part& part);

/// The element line: name, nodes in netlist order, then SpiceModel, Value, Value2, SpiceLine,
/// SpiceLine2. Built-in three-pin MOS symbols repeat the source as bulk, bipolar ones get substrate
/// 0, and the unused terminals of A devices go to their common one, all as LTspice does.
/// `nodes`: per pin of the symbol, in netlist order.
std::string elementLine(const Part& part, const std::string& name, const std::vector<Node>& nodes);

/// The model an element names by default when the sheet gives none ("NMOS"), or "".
std::string_view defaultModel(const Part& part);

} // namespace ohm::schematic::ltspice
