// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/schematic/motif.h"

#include <array>

namespace ohm::schematic::draw {

/// Where one device stands.
struct Part {
    Pt at;
    Orientation orientation;
    bool placed = false;
};

struct Placement {
    std::vector<Part> parts;               ///< per device
    std::vector<Footprint> footprints;     ///< per device, in its orientation
    std::vector<std::array<Box, 2>> texts; ///< per device: boxes of name and value on the sheet
    std::vector<int> band;   ///< per device: strip of the sheet; wires stay within one
    std::vector<bool> apart; ///< per device: joined by names only, never wired
    Pt pinAt(const PinRef& ref) const {
        const Pt p = footprints[ref.device].pins[ref.pin];
        return {parts[ref.device].at.x + p.x, parts[ref.device].at.y + p.y};
    }
};

/// Sets the texts of a device in its orientation; returns the slots in symbol coordinates and the
/// boxes on the sheet relative to the origin.
struct TextLayout {
    TextSlot name;
    TextSlot value;
    std::array<Box, 2> boxes; ///< of name and value; empty where there is no text
    Box box() const {
        Box all = boxes[0];
        all.include(boxes[1]);
        return all;
    }
};
TextLayout layoutTexts(const Model& model, const Device& device, Orientation orientation);

/// Vertical place of every column device as a row number, 0 at the top.
std::vector<int> assignRows(const Model& model, const Structure& structure);

/// Places every device of a small cell: columns along the direct-current paths, pairs
/// symmetrically, signal from left to right. Deterministic. Stops early (with an unfinished
/// optimisation) when asked to.
Placement placeDevices(const Model& model, const Structure& structure, const StopToken& stop);

} // namespace ohm::schematic::draw
