// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/circuitgraph.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace ohm::parasitics {

/// What a schematic says about two nets together, as a network that embeds each alone cannot know:
/// 0 log(1 + devices on both) - 1, 2 the same for gate to channel and channel to channel - 3 log(1
/// + W of these devices in um) - 4 log(1 + nets beside both) - 5 their share of all nets beside
/// either - 6, 7, 8 one device, two devices or more apart - 9, 10 neighbouring or other bits of one
/// bus - 11 share of the hierarchical path in common - 12, 13 log(1 + pins) of the smaller and
/// larger net - 14, 15 either end is a pin, both are.
inline constexpr std::size_t kPairFeatures = 16;

/// Features and candidates of net pairs of one graph. Thread: any for const access.
class PairContext {
public:
    explicit PairContext(const CircuitGraph& graph);
    /// Features of the nodes a and b (nets or pins; a pin stands for its net).
    void features(std::uint32_t a, std::uint32_t b, float* out) const;
    /// Pairs of nets (a < b) that may couple: on one device, beside a common net of at most
    /// `fanout` neighbours, or neighbouring bits of a bus. Ascending.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> candidates(std::size_t fanout = 32) const;
    /// Nets on a common device with `net`, ascending.
    std::span<const std::uint32_t> neighbours(std::uint32_t net) const;

private:
    struct Shared {
        float devices = 0, gateChannel = 0, channelChannel = 0, width = 0;
    };
    struct Bus {
        std::uint32_t base = 0; ///< number of the name before the index, 0 = no bus
        std::int32_t index = 0;
    };
    std::uint32_t netOf(std::uint32_t node) const;
    const CircuitGraph& m_graph;
    std::vector<std::uint64_t> m_rows; ///< nets beside each net
    std::vector<std::uint32_t> m_columns;
    std::vector<Shared> m_shared; ///< per entry
    std::vector<Bus> m_bus;
    std::vector<std::uint32_t> m_pins; ///< per net
};

} // namespace ohm::parasitics
