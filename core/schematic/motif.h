// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/drawmodel.h"

namespace ohm::schematic::draw {

/// One device as a link of a vertical or horizontal line: where the line enters and leaves.
struct Link {
    std::uint32_t device = 0;
    std::uint32_t first = 0; ///< pin at the top (or left) end
    std::uint32_t last = 0;  ///< pin at the bottom (or right) end
};

/// Devices stacked along one direct-current path, top to bottom.
struct Chain {
    std::vector<Link> links;
};

/// Two chains joined at the sources of a differential pair, with the tail (if any) in the middle.
struct Fork {
    std::uint32_t left = 0; ///< chain
    std::uint32_t right = 0;
    std::uint32_t tail = netlist::kNone; ///< chain
    bool tailBelow = true;               ///< n pairs; false for p pairs, whose tail is above
};

/// A line of devices between two nets that are no supplies, drawn horizontally.
struct Bridge {
    std::vector<Link> links; ///< left to right
};

enum class Style : std::uint8_t { Column, Bridge, Source, Block };

/// The motifs of a circuit: who stacks on whom, who pairs with whom.
struct Structure {
    std::vector<Style> style; ///< per device
    std::vector<Chain> chains;
    std::vector<std::uint32_t> chainOf; ///< per device, or kNone
    std::vector<Fork> forks;
    std::vector<Bridge> bridges;
    std::vector<std::uint32_t> sources; ///< stimuli and supplies, drawn apart
    std::vector<std::uint32_t> blocks;
};
Structure findStructure(const Model& model);

/// A voltage source that puts a signal in, as far as its card and its name tell.
bool bearsSignal(const Device& device);
/// Gate (base) and drain (collector) on one net.
bool diodeConnected(const Device& device);

} // namespace ohm::schematic::draw
