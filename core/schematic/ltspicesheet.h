// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/ltspicesymbol.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::schematic::ltspice {

/// One SYMBOL record with what belongs to it.
struct Placement {
    std::string symbol; ///< as written, with folders
    Pt at;
    Orientation orientation;
    std::map<int, Window> windows;
    AttributeMap attributes;
    int line = 0;
};

struct SheetText {
    Pt at;
    TextAnchor anchor = TextAnchor::Left;
    int height = 10; ///< document units
    std::string text;
    bool directive = false;
    int line = 0;
};

/// An .asc file as it stands, in LTspice units.
struct LtSheet {
    std::vector<Wire> wires;
    std::vector<Label> labels; ///< kinds already told from names and IOPINs
    std::vector<Placement> placements;
    std::vector<SheetText> texts;
    std::vector<Shape> drawings;
};

/// True if the text begins like an LTspice schematic.
bool looksLikeSheet(std::string_view text);

/// Reads an .asc. Malformed and unknown lines become findings; the rest is kept. Thread: any.
LtSheet parseSheet(std::string_view text, Findings& findings);

/// LTspice's orientation words ("R90", "M270") as ours; LTspice turns first, then mirrors.
std::optional<Orientation> orientationOf(std::string_view word);

} // namespace ohm::schematic::ltspice
