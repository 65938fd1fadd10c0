// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"

#include <optional>
#include <vector>

namespace ohm::generate {

/// Greatest number of unknowns of the dense solution; beyond it the simulator is the better choice.
inline constexpr std::size_t kMostUnknowns = 600;

/// True if the circuit has only resistors, independent sources, capacitors (open at dc), inductors
/// (shorts) and linear controlled sources e and g with constant gain, and few enough of them.
bool isLinear(const netlist::Circuit& circuit);

/// DC voltages per NetId by modified nodal analysis (Ho, Ruehli and Brennan, 1975), dense with
/// partial pivoting; NaN for nets that nothing determines. Nothing if the circuit is not linear or
/// contradicts itself (a loop of sources). Thread: any.
std::optional<std::vector<double>> solveLinear(const netlist::Circuit& circuit);

} // namespace ohm::generate
