// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <vector>

namespace ohm::netlist {

/// The top-level .param of a circuit: those that ReadOptions::parameters can give other values, in
/// the order of the file, the last definition of a name. Thread: any.
std::vector<Parameter> topParameters(const Circuit& circuit);

} // namespace ohm::netlist
