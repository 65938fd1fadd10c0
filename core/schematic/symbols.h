// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/device.h"
#include "core/schematic/schematicdoc.h"

#include <string_view>

namespace ohm::schematic {

/// Our own symbols, grid 10, drawn once here as vector data. Pins in netlist order.
/// Names: "res","cap","ind","vsource","isource","diode","nmos4","pmos4","nmos3","pmos3","npn","pnp",
/// "njf","pjf","vcvs","vccs","ccvs","cccs","bsource","switch","tline","gnd","vdd". Unknown: nullptr.
const Symbol* builtinSymbol(std::string_view name);

/// The symbol for a device; a box with the right number of pins for kinds without one.
Symbol symbolFor(netlist::DeviceKind kind, netlist::Polarity polarity, unsigned terminals,
                 std::string_view master);

/// A rectangular block with named pins left (inputs) and right (outputs).
Symbol blockSymbol(std::string_view name, const std::vector<std::string>& pinNames);

} // namespace ohm::schematic
