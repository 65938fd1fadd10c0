// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuitdata.h"

namespace ohm::netlist {

/// Joins nets of the top cell that are named by path ("x1.x2.out" in a test bench) with the nets
/// inside that they mean, as the simulators do. Works on a finished flat form. Thread: owner only.
void joinNetAliases(CircuitData& data);

} // namespace ohm::netlist
