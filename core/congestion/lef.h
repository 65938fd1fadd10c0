// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/design.h"

#include <map>
#include <string_view>
#include <unordered_map>

namespace ohm::congestion {

/// Size of a library cell and its pins, micrometres. A plain value.
struct LefMacro {
    double width = 0, height = 0;
    struct Pin {
        std::string name;
        std::string direction; ///< INPUT, OUTPUT, INOUT or empty
        std::string use;       ///< SIGNAL, CLOCK, POWER, GROUND, ... or empty
        Box box;               ///< around all its rectangles, from the cell's corner
    };
    std::vector<Pin> pins;
};

struct LefLayer {
    enum class Direction { Unknown, Horizontal, Vertical } direction = Direction::Unknown;
    bool routing = false;
    double pitch = 0; ///< um across the direction; 0 = unknown
};

/// What of LEF files a congestion study needs. Several files are read one after the other into one.
struct Lef {
    std::unordered_map<std::string, LefMacro> macros;
    std::map<std::string, LefLayer, std::less<>> layers;
};

/// Reads MACRO (SIZE, PIN with DIRECTION, USE and RECT) and LAYER (TYPE, DIRECTION, PITCH); passes
/// over everything else. `where` names the file in errors. Errors: CONG-032 a statement is not
/// understood or the file is cut short. Thread: any.
Expected<void> readLef(std::string_view text, const std::string& where, Lef& into);

} // namespace ohm::congestion
