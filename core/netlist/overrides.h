// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuitdata.h"
#include "core/netlist/reader.h"

namespace ohm::netlist {

/// Puts ReadOptions::parameters and ::deviceValues in place of what the file says. Names that the
/// file has not are passed over. Only before the data is shared.
void applyOverrides(CircuitData& data, const ReadOptions& options);

} // namespace ohm::netlist
