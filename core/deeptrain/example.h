// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/congestion/congestionset.h"

namespace ohm::deeptrain {

/// Designs that are made up, to try things on.
struct ExampleOptions {
    int designs = 6;
    int nodes = 1500; ///< of the smallest; the others are up to half larger
    std::uint64_t seed = 1;
};

/// Circuits of deep::syntheticCircuit, placed along a space-filling curve. Labels are estimated,
/// not routed: every net is a star of L-shaped wires from its middle, each with its bend on either
/// side, over a fixed capacity; the label source says so. The same on every machine. Errors:
/// DEEP-001 fewer than 16 nodes, DEEP-003 stopped. Thread: any.
Expected<congestion::CongestionSet> exampleDesigns(const ExampleOptions& options,
                                                   StopToken stop = {});

} // namespace ohm::deeptrain
