// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ohm::congestion {

/// Which node has a pin on which net: the pin incidence H of a netlist, multiplicity kept (a pair
/// may occur several times). A plain value.
struct Incidence {
    std::size_t nodes = 0;
    std::size_t nets = 0;
    std::vector<std::int32_t> pinNode; ///< [pins], 0 .. nodes - 1
    std::vector<std::int32_t> pinNet;  ///< [pins], 0 .. nets - 1
    std::size_t pins() const { return pinNode.size(); }
};

/// A box of a layout, in its own units (DBU of a DEF, GCells of CircuitNet); a cell of unknown size
/// has none. A plain value.
struct Box {
    double left = 0, bottom = 0, right = 0, top = 0;
};

/// The cells that congestion is counted in: cell (i, j) covers [x0 + i*stepX, x0 + (i+1)*stepX) and
/// likewise in y; the last column and row reach to the edge of the die. A plain value.
struct GCellGrid {
    int columns = 0, rows = 0; ///< 0 = unknown
    double x0 = 0, y0 = 0;
    double stepX = 1, stepY = 1;

    std::size_t count() const {
        return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
    }
    bool operator==(const GCellGrid&) const = default;
    /// The cell of a place; what lies outside counts in the outermost cells.
    int column(double x) const;
    int row(double y) const;
    /// Maps are stored row by row from below: cell (i, j) at j * columns + i.
    std::size_t index(int i, int j) const {
        return static_cast<std::size_t>(j) * static_cast<std::size_t>(columns) +
               static_cast<std::size_t>(i);
    }
};

/// Columns and rows that a grid may have at most.
inline constexpr int kMostColumns = 1 << 12;

/// A netlist with or without a placement, whatever it was read from. A plain value; treat as
/// immutable once read. Thread: any for const access.
struct Design {
    std::string name;
    std::string family; ///< designs of one family share sources; they stay together in a split
    std::string format; ///< circuitnet-npy, circuitnet-tsv or def
    std::vector<std::string> nodeNames; ///< [nodes] instances; may be empty (unplaced CircuitNet)
    std::vector<std::string> masters;   ///< [nodes] library cells; may be empty
    std::vector<std::string> netNames;  ///< [nets]
    Incidence pins;
    std::vector<std::uint8_t> pinRoles; ///< [pins] timing.h's PinRole; empty: not known
    bool hasPlacement = false;
    std::vector<std::uint8_t> placed;               ///< [nodes] 1 where box and cell are known
    std::vector<Box> boxes;                         ///< [nodes]; 0 where not placed
    std::vector<std::array<std::int32_t, 2>> cells; ///< [nodes] GCell (i, j); -1 where not placed
    std::size_t placementRows = 0;                  ///< instances that the placement names
    std::size_t placementOnly = 0; ///< those of them that the netlist does not know
    std::size_t pinRows = 0;       ///< pins of instances as the file lists them
    std::size_t busPinRows = 0;    ///< those with a list of nets
    std::size_t portPins = 0;      ///< terminals of nets at top-level ports, which are no nodes
    GCellGrid grid;
    Diagnostics findings;
};

/// The part of a design that its placement keeps: pins of placed nodes; nodes and nets without any
/// remaining pin vanish and the others are renumbered in order. A design without a placement only
/// loses nodes and nets without pins. Thread: any.
Design placedPart(const Design& design);
/// Without nodes and nets that have no pins. Thread: any.
Design usedPart(const Design& design);

} // namespace ohm::congestion
