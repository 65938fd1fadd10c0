// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/schematicdoc.h"

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ohm::schematic {

/// Points and segments of a sheet with union-find over them. Points at the same place are one node.
/// Internal to the connectivity engine. Thread: owner only.
class WireGraph {
public:
    enum Kind : unsigned { kWireEnd = 1, kPin = 2, kLabel = 4, kJunction = 8 };

    std::uint32_t point(Pt at, Kind kind);
    void wire(std::uint32_t a, std::uint32_t b);
    /// Joins every point of a kind in `joining` with the segments it lies on. Sorts once per
    /// direction of wires; false if there were more slanted directions than are looked at.
    bool join(unsigned joining);
    void unite(std::uint32_t a, std::uint32_t b);
    std::uint32_t root(std::uint32_t node);
    /// Points where three or more branches meet, sorted. After join().
    std::vector<Pt> junctions() const;

private:
    struct Direction {
        std::int64_t dx;
        std::int64_t dy;
        auto operator<=>(const Direction&) const = default;
    };
    struct Segment {
        std::int64_t line; ///< which of the parallel lines
        std::int64_t from; ///< along the direction
        std::int64_t to;
        std::uint32_t node;
    };
    void joinAlong(Direction direction, std::vector<Segment>& segments, unsigned joining);

    std::vector<Pt> m_points;
    std::vector<unsigned> m_kinds;
    std::vector<std::uint32_t> m_parent;
    std::vector<std::uint16_t> m_branches; ///< per point: wire ends, passing wires (2 each), pins
    std::vector<std::pair<std::uint32_t, std::uint32_t>> m_wires;
    std::unordered_map<std::uint64_t, std::uint32_t> m_index;
};

} // namespace ohm::schematic
