// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/schematic/schematicdoc.h"

#include <string>
#include <utility>
#include <vector>

namespace ohm::schematic {

/// What joins on a sheet, per tool. Things at equal points always join; crossing wires never do by
/// themselves.
struct ConnectivityRules {
    bool wireEndOnSegment = true; ///< a wire that ends inside another one joins it
    bool pinOnSegment = true;     ///< so does a pin in the middle of a wire
    bool labelOnSegment = true;   ///< and a label
    /// Joins inside a segment (crossings too) happen exactly where SchematicDoc::junctions has a
    /// dot; otherwise the dots are computed.
    bool junctionRequired = false;
};

/// How nets without a label are called.
struct NetNaming {
    std::string prefix = "N"; ///< N001, N002 ... in the order of the sheet's wires, then its pins
    int digits = 3;
    std::string contactPrefix = "P"; ///< pins that touch without a wire, in the order of the pins
    std::string openPrefix = "NC_";  ///< a pin that nothing touches
    int openDigits = 2;
};

/// A net of one sheet.
struct SheetNet {
    std::string name;                 ///< for netlists: letters as on the sheet, no blanks
    std::vector<std::string> aliases; ///< further labels on it
    bool ground = false;
    bool global = false;
    bool named = false; ///< by a label
    bool open = false;  ///< a single pin that nothing touches
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pins; ///< instance, pin
};

struct Connectivity {
    std::vector<SheetNet> nets;
    std::vector<std::vector<std::uint32_t>> pinNets; ///< per instance, per pin: index into nets
    std::vector<std::uint32_t> labelNets;            ///< per label
    Diagnostics diagnostics;                         ///< SCH-030 ...
};

/// Finds the nets of a sheet from its geometry, with exact integer arithmetic, in O(n log n). Fills
/// Wire::net, Label::net and SchematicDoc::pinNets with the net's name in lower case (as in a
/// Circuit) and, unless given, `junctions`. Labels of equal name (case ignored) are one net. Pins'
/// absolute coordinates must stay within +-2^30. `file` goes into the diagnostics. Thread: any.
Connectivity connect(SchematicDoc& doc, const ConnectivityRules& rules = {},
                     const NetNaming& naming = {}, const std::string& file = {});

/// The name as a netlist can hold it: blanks and characters with a meaning there become '_'.
std::string netlistName(const std::string& name);

} // namespace ohm::schematic
