// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/netlist/circuit.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ohm::netlist {

/// What is added to a netlist. Thread: a plain value.
struct Amendment {
    /// Element cards with nets by their flat names ("x1.mid"): at the top level these are the nets
    /// inside the instances, for ngspice as for this program.
    std::string cards;
    /// Cards outside any subcircuit (".param").
    std::string globals;
    /// Folder of the result: relative paths of .include and .lib are made to lead from there.
    /// Empty: they stay as they are.
    std::filesystem::path folder;
};

/// The netlist `text` of `circuit` (of its first file) as it stands, every device, model, comment
/// and directive, with the cards added to the circuit's top: before .end of a deck, before .ends of
/// a subcircuit that is the top. Errors: NET-045 a Spectre netlist, NET-046 the top is defined in
/// another file, NET-047 the text is not the circuit's. Thread: any.
Expected<std::string> amendNetlist(std::string_view text, const Circuit& circuit,
                                   const Amendment& amendment);

/// The same with the text of the circuit's first file. Errors: also those of readFile, NET-003.
Expected<std::string> amendNetlistFile(const Circuit& circuit, const Amendment& amendment);

} // namespace ohm::netlist
