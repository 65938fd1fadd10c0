// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/schematic/drawmodel.h"

namespace ohm::schematic::draw {

/// Most boxes on one block view; what is left over becomes one box per kind.
inline constexpr std::size_t kMaxBlocks = 60;
/// Most pins of a box made of loose devices; further nets are counted in its caption.
inline constexpr std::size_t kMaxBlockPins = 16;
/// From this many on, instances of one cell are drawn as one box "×128".
inline constexpr std::size_t kArrayFrom = 5;
/// A cell with more instances than this is refused.
inline constexpr std::size_t kMaxInstances = 20'000'000;

/// The cell as a few dozen boxes: subcircuit instances, many equal ones as one box "×128", loose
/// devices gathered by the nets they share. A pin of an array whose members differ there is a bus:
/// a net without a flat name, whose text names its first and last net. Each box's `label` says how
/// many instances it stands for ("instances=128").
/// Errors: SCH-020, SCH-022.
Expected<Model> buildBlocks(const netlist::Circuit& circuit, std::span<const std::uint32_t> path,
                            const Place& place, const StopToken& stop);

} // namespace ohm::schematic::draw
