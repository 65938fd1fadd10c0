// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/device.h"
#include "core/schematic/schematicdoc.h"

#include <string_view>

namespace ohm::schematic {

/// Our own symbols, grid 10, drawn once here as vector data. Pins in netlist order.
/// Names:
/// "res","cap","ind","vsource","isource","diode","nmos4","pmos4","nmos3","pmos3","npn","pnp",
/// "njf","pjf","vcvs","vccs","ccvs","cccs","bsource","switch","tline","gnd","vdd". Unknown:
/// nullptr.
///
/// Geometry at orientation 0, origin in the middle of the body:
/// - two terminals: p/a (0,-30), n/k (0,30); positive end, anode and arrow tail on top
/// - MOS: g (-20,0), b (20,0); n: d (20,-30) s (20,30); p: s (20,-30) d (20,30), as drawn with the
///   supply on top. JFET the same without b.
/// - BJT: b (-20,0); npn: c (20,-30) e (20,30); pnp: e (20,-30) c (20,30)
/// - vcvs, vccs, switch: p (0,-30) n (0,30), control cp (-40,-20) cn (-40,20)
/// - tline: port 1 (-40,-10) (-40,10), port 2 (40,-10) (40,10)
/// - gnd, vdd: one pin at the origin; the sign hangs below, the bar stands above it
/// Thread: any.
const Symbol* builtinSymbol(std::string_view name);

/// Sets `nameSlot` and `valueSlot` of an instance so that, in its orientation, the name is above or
/// left of the value and neither touches the body or a pin's wire. Uses the symbol's own slots.
/// Thread: any.
void placeTexts(SymbolInstance& instance, const Symbol& symbol);

/// How a text anchor reads on screen once the symbol is turned (Left at 90 degrees -> Top).
TextAnchor turnedAnchor(TextAnchor anchor, Orientation orientation);
/// The orientation that undoes `orientation`.
Orientation inverse(Orientation orientation);

/// Box around pins, shapes (text excluded) in symbol units; {0,0},{0,0} when empty.
struct SymbolBounds {
    Pt min;
    Pt max;
};
SymbolBounds symbolBounds(const Symbol& symbol);

/// The symbol for a device; a box with the right number of pins for kinds without one.
Symbol symbolFor(netlist::DeviceKind kind, netlist::Polarity polarity, unsigned terminals,
                 std::string_view master);

/// A rectangular block with named pins left (inputs) and right (outputs), 20 units apart, in the
/// order given; the sides are told from the names (out, vo, q, y ... go right), else by halves.
Symbol blockSymbol(std::string_view name, const std::vector<std::string>& pinNames);

} // namespace ohm::schematic
