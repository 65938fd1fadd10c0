// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/schematic/placement.h"

namespace ohm::schematic::draw {

struct WiringOptions {
    /// Pins of one net farther apart than this are named, not wired.
    std::int32_t reach = 620;
};

/// Turns a placement into a sheet: instances, wires, signs, labels, junction dots, all names
/// filled. Correct by construction: every pin of a net ends on a wire or label of that net and of
/// no other.
SchematicDoc wire(const Model& model, const Placement& placement, const WiringOptions& options,
                  const StopToken& stop);

} // namespace ohm::schematic::draw
