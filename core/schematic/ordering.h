// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"

#include <cstdint>
#include <vector>

namespace ohm::schematic::draw {

/// The one-dimensional problem of arranging groups of devices from left to right.
struct OrderProblem {
    struct Tap {
        std::uint32_t net = 0;
        std::int32_t dx = 0; ///< from the group's middle
        bool drives = false; ///< the signal comes from here
        bool receives = false;
        int outward =
            0; ///< end of a bridge: -1 wants its net's drivers at its left, 1 at its right
    };
    struct Group {
        std::int32_t width = 100;
        std::vector<Tap> taps;
    };
    struct NetWeight {
        double span = 1.0;  ///< cost per unit of extent
        double toLeft = 0;  ///< an input: cost per unit of distance from the left edge
        double toRight = 0; ///< an output
    };
    std::vector<Group> groups;
    std::vector<NetWeight> nets;
};

struct Order {
    std::vector<std::uint32_t> sequence; ///< groups, left to right
    std::vector<bool> flipped;           ///< per group: mirrored
};

/// Shortest wires, signal from left to right, by annealing with a fixed seed: the same problem
/// gives the same order. Stops with the best order so far when asked to. Thread: any.
Order arrange(const OrderProblem& problem, const StopToken& stop);

} // namespace ohm::schematic::draw
