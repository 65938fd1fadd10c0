// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/lef.h"

#include <string_view>

namespace ohm::congestion {

/// A piece of routed wire between two points, in DBU; its widths and extensions are left out.
struct Wire {
    std::int32_t net = 0;
    std::int32_t layer = 0; ///< index into Def::layers
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    bool horizontal() const { return y0 == y1; }
};

/// Tracks along one axis on one layer: "TRACKS X" are vertical tracks at start + i * step.
struct DefTracks {
    char axis = 'X';
    std::int32_t layer = 0;
    double start = 0, step = 0;
    int count = 0;
};

/// What of a DEF file (5.3 to 5.8) a congestion study needs, in DBU. A plain value.
struct Def {
    std::string design;
    double unitsPerMicron = 0;
    Box die;
    std::vector<std::string> layers;
    std::vector<DefTracks> tracks;
    GCellGrid grid; ///< columns 0 if the file has none
    struct Component {
        std::string name, master;
        double x = 0, y = 0; ///< lower left corner of the box as it stands
        bool placed = false, fixed = false;
        bool turned = false; ///< by 90 degrees: width and height swap
    };
    std::vector<Component> components;
    std::size_t ports = 0;
    std::vector<std::string> nets;
    Incidence pins;                       ///< of components
    std::vector<std::uint8_t> pinRoles;   ///< [pins] timing.h's PinRole
    std::size_t portPins = 0;             ///< terminals of nets at ports
    std::vector<std::int32_t> portPinNet; ///< [portPins] the nets of these
    std::vector<Wire> wires;              ///< of nets; those of power nets are left out
    std::size_t vias = 0;
    std::size_t diagonals = 0; ///< wires that are neither horizontal nor vertical, left out
    Diagnostics findings;
};

/// Reads a DEF file. `where` names it in errors. Errors: CONG-030 a statement is not understood or
/// the file is cut short, CONG-031 it has no units, die or components. Thread: any.
Expected<Def> readDef(std::string_view text, const std::string& where);

/// The number at the end of a layer's name: 3 for metal3, met3, M3; 0 if there is none.
int layerLevel(std::string_view name);

/// Directions of a layer: as `lef` says (may be null), else odd levels run horizontally.
bool isHorizontal(std::string_view layer, const Lef* lef);

/// A grid of cells of `step` DBU over the die, as routers lay them out: the last column and row
/// take what remains. Errors: CONG-034 no sensible number of cells.
Expected<GCellGrid> gridOver(const Box& die, double step);

/// The netlist of a DEF: components are nodes, cells as large as `lef` (may be null) says. The
/// GCell of a node is that of the middle of its box, or of its corner where the size is unknown.
/// Moves the parts out of `def` that it needs. A `grid` without columns leaves cells unknown.
Design designOf(Def&& def, const Lef* lef, const GCellGrid& grid);

} // namespace ohm::congestion
