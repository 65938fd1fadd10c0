// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <string_view>

namespace ohm::netlist {

/// What a text is.
enum class TextKind { Netlist, Schematic, OtherNetlist };

/// Tells drawings (LTspice, xschem, KiCad, Qucs, gEDA) and foreign netlists (KiCad's and gEDA's
/// own) from SPICE by their first lines. Thread: any.
TextKind textKind(std::string_view text);

/// The dialect a SPICE-family text is most likely written in, from its content; the file name's
/// suffix only adds weight. Thread: any.
Dialect detectDialect(std::string_view text, std::string_view name);

} // namespace ohm::netlist
