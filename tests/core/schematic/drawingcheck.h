// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "core/schematic/schematicdoc.h"

#include <QStringList>

#include <map>
#include <span>
#include <vector>

namespace ohm::test {

/// What is wrong with a generated drawing of the cell at `path`: connectivity that differs from the
/// netlist, wires through symbols, overlapping symbols, slanted or off-grid wires, wrong dots.
QStringList faults(const schematic::SchematicDoc& doc, const netlist::Circuit& circuit,
                   std::span<const std::uint32_t> path);

/// Texts (names, values, labels) that lie on a symbol or on each other: blemishes, not faults.
int textCollisions(const schematic::SchematicDoc& doc);

/// Crossings of wires of different nets, a measure of readability.
int crossings(const schematic::SchematicDoc& doc);

/// One way to every cell of a circuit, by instance indices from the top cell.
std::map<netlist::CellId, std::vector<std::uint32_t>> cellPaths(const netlist::Circuit& circuit);

} // namespace ohm::test
