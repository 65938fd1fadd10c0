// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/netlist/circuit.h"
#include "core/schematic/schematicdoc.h"

#include <span>

namespace ohm::schematic {

/// Draws one cell of a bare netlist: symbols of the right kind, supplies up, ground down, signal
/// left to right, wires routed orthogonally. `path` is the chain of instance indices from the top
/// cell to the shown one (empty: the top cell); device and net names in the doc are the flat names
/// of that place. Cells with more than `kReadableDevices` instances are drawn as a block view.
/// Errors: SCH-020 stopped, SCH-021 the cell is empty, SCH-022 too large even for a block view.
/// Thread: any.
inline constexpr std::size_t kReadableDevices = 150;
Expected<SchematicDoc> drawCell(const netlist::Circuit& circuit, std::span<const std::uint32_t> path = {},
                                StopToken stop = {}, ProgressSink& progress = noProgress());

} // namespace ohm::schematic
