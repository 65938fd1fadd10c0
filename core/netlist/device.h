// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace ohm::netlist {

using DeviceId = std::uint32_t; ///< index into a Circuit's flat devices
using NetId = std::uint32_t;    ///< index into a Circuit's flat nets
using CellId = std::uint32_t;   ///< index into a Circuit's cells (subcircuit definitions)
inline constexpr std::uint32_t kNone = 0xFFFFFFFFu;

/// What a device is, for drawing and for features. It usually follows from the SPICE element
/// letter; a black-box subcircuit whose master's name says what it is (sky130_fd_pr__nfet_01v8,
/// rppoly, cfmom ...) has letter 'x' and the kind that the name says.
enum class DeviceKind : std::uint8_t {
    Resistor,
    Capacitor,
    Inductor,
    Coupling, ///< K: no terminals
    VoltageSource,
    CurrentSource,
    Vcvs,
    Vccs,
    Ccvs,
    Cccs,
    Behavioural,
    Diode,
    Bjt,
    Jfet,
    Mesfet,
    Mosfet,
    Switch,
    TransmissionLine,
    Xspice,
    Subcircuit, ///< black box: an instance whose definition is missing
    Other
};

/// "resistor", "mosfet", ...: stable English words, used in exports.
const char* kindName(DeviceKind kind);

/// Polarity of a transistor: 'n', 'p' or '\0' where it does not apply or is unknown.
using Polarity = char;

/// Role of terminal `index` of a device with `count` terminals: "d","g","s","b" for a MOSFET,
/// "c","b","e","s" for a BJT, "p","n" for two-terminal devices (a diode has "a","k"), "p","n",
/// "cp","cn" for controlled sources, else "1","2",...
std::string_view terminalRole(DeviceKind kind, unsigned index, unsigned count);

} // namespace ohm::netlist
