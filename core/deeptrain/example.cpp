// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deeptrain/example.h"

#include "core/dataset/random.h"
#include "core/deep/incidence.h"

#include <algorithm>
#include <cmath>

namespace ohm::deeptrain {
namespace {

constexpr double kNodesPerCell = 3;
constexpr float kCapacity = 24; ///< wires that fit into a GCell, each way

/// Place on a Z-order curve: neighbours in number are neighbours on the plane.
std::pair<int, int> placeOn(std::uint32_t index) {
    int x = 0, y = 0;
    for (int bit = 0; bit < 16; ++bit) {
        x |= static_cast<int>((index >> (2 * bit)) & 1u) << bit;
        y |= static_cast<int>((index >> (2 * bit + 1)) & 1u) << bit;
    }
    return {x, y};
}

/// Adds the demand of one wire from a to b with one bend.
void route(congestion::LabelMaps& maps, std::pair<int, int> a, std::pair<int, int> b,
           bool horizontalFirst) {
    const int row = horizontalFirst ? a.second : b.second;
    const int column = horizontalFirst ? b.first : a.first;
    for (int i = std::min(a.first, b.first); i < std::max(a.first, b.first); ++i)
        maps.horizontal[maps.grid.index(i, row)] += 1 / kCapacity;
    for (int j = std::min(a.second, b.second); j < std::max(a.second, b.second); ++j)
        maps.vertical[maps.grid.index(column, j)] += 1 / kCapacity;
}

Expected<congestion::LabelledDesign> example(const ExampleOptions& options, int number) {
    const std::int64_t nodes =
        options.nodes + static_cast<std::int64_t>(options.nodes) * number / (2 * options.designs);
    const std::uint64_t seed = options.seed * 1000 + static_cast<std::uint64_t>(number);
    const auto circuit = deep::syntheticCircuit({nodes, 0, seed});
    if (!circuit)
        return circuit.failure();
    congestion::LabelledDesign out;
    congestion::Design& design = out.design;
    design.name = design.family = "example" + std::to_string(number + 1);
    design.format = "synthetic";
    design.hasPlacement = true;
    design.pins.nodes = static_cast<std::size_t>(circuit->nodes);
    design.pins.nets = static_cast<std::size_t>(circuit->nets);
    int side = 2;
    while (side * side * kNodesPerCell < static_cast<double>(nodes))
        side *= 2;
    design.grid.columns = design.grid.rows = side;
    const auto cells = static_cast<std::int64_t>(side) * side;
    dataset::Random random(seed, 1);
    for (std::int64_t n = 0; n < nodes; ++n) {
        const auto [x, y] = placeOn(static_cast<std::uint32_t>(n * cells / nodes));
        const double left = x + 0.8 * random.uniform(0, 1), bottom = y + 0.8 * random.uniform(0, 1);
        design.placed.push_back(1);
        design.boxes.push_back({left, bottom, left + 0.2, bottom + 0.2});
        design.cells.push_back({x, y});
    }
    out.labels.grid = design.grid;
    out.labels.source = "estimated (pattern routing)";
    out.labels.horizontal.assign(design.grid.count(), 0);
    out.labels.vertical.assign(design.grid.count(), 0);
    for (std::int64_t net = 0; net < circuit->nets; ++net) {
        const auto first = circuit->netStart[static_cast<std::size_t>(net)];
        const auto last = circuit->netStart[static_cast<std::size_t>(net) + 1];
        std::pair<std::int64_t, std::int64_t> sum{0, 0};
        for (auto p = first; p < last; ++p) {
            const auto node = circuit->netNodes[static_cast<std::size_t>(p)];
            design.pins.pinNode.push_back(node);
            design.pins.pinNet.push_back(static_cast<std::int32_t>(net));
            sum.first += design.cells[static_cast<std::size_t>(node)][0];
            sum.second += design.cells[static_cast<std::size_t>(node)][1];
        }
        if (last == first)
            continue;
        const std::pair<int, int> middle{static_cast<int>(sum.first / (last - first)),
                                         static_cast<int>(sum.second / (last - first))};
        for (auto p = first; p < last; ++p) {
            const auto node =
                static_cast<std::size_t>(circuit->netNodes[static_cast<std::size_t>(p)]);
            route(out.labels, middle, {design.cells[node][0], design.cells[node][1]},
                  random.uniform(0, 1) < 0.5);
        }
    }
    return out;
}

} // namespace

Expected<congestion::CongestionSet> exampleDesigns(const ExampleOptions& options, StopToken stop) {
    congestion::CongestionSet set = congestion::emptyCongestionSet();
    for (int d = 0; d < options.designs; ++d) {
        if (stop.shouldStop())
            return fail("DEEP-003", "Stopped");
        const auto design = example(options, d);
        if (!design)
            return design.failure();
        set.samples.push_back(congestion::sampleOf(*design));
    }
    set.attributes["made"] = "example designs, labels estimated by pattern routing";
    return set;
}

} // namespace ohm::deeptrain
