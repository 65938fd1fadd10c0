// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/design.h"

#include <string_view>

namespace ohm::congestion {

/// Where a global router wants the nets: boxes of whole GCells, in DBU. A plain value.
struct Guides {
    std::vector<std::string> nets;
    std::vector<std::string> layers;
    struct Entry {
        Box box;
        std::int32_t net = 0, layer = 0;
    };
    std::vector<Entry> boxes;
};

/// Reads a guide file: name, "(", lines "x0 y0 x1 y1 layer", ")". Errors: CONG-033. Thread: any.
Expected<Guides> readGuides(std::string_view text, const std::string& where);

/// The side of the GCells that the boxes are made of: the greatest common divisor of their lower
/// left corners relative to the corner of the die; 0 if there is none. DBU.
double cellSideOf(const Guides& guides, const Box& die);

} // namespace ohm::congestion
