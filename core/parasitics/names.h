// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace ohm::parasitics {

/// A net or instance path as extractors and schematics may write it, in one form: lower case, '/'
/// and '.' as '.', "<3>" as "[3]", backslashes gone, and no leading x of instance components (a
/// schematic's instance XA is XXA in its netlist). Thread: any.
std::string canonicalName(std::string_view name);
/// The same but for the leading x, for names that would clash otherwise.
std::string foldedName(std::string_view name);

/// True for the usual names of ground and substrate nets: vss, gnd, vgnd, avss, vnb, sub, vsubs, 0.
/// Looks at the last component of a path. Thread: any.
bool isGroundName(std::string_view name);
/// True for the usual names of supplies: vdd, avdd, vpwr, vpb, vcc ...
bool isSupplyName(std::string_view name);

} // namespace ohm::parasitics
