// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/design.h"

#include <algorithm>
#include <cmath>

namespace ohm::congestion {
namespace {

int cellAt(double at, double from, double step, int count) {
    const double cell = std::floor((at - from) / step);
    if (!(cell > 0))
        return 0;
    return cell >= count ? count - 1 : static_cast<int>(cell);
}

/// New numbers of what is kept (-1 = dropped), in order.
std::vector<std::int32_t> renumber(const std::vector<std::uint8_t>& keep, std::size_t& count) {
    std::vector<std::int32_t> number(keep.size(), -1);
    std::int32_t next = 0;
    for (std::size_t i = 0; i < keep.size(); ++i) {
        if (keep[i])
            number[i] = next++;
    }
    count = static_cast<std::size_t>(next);
    return number;
}

template <typename T>
std::vector<T> kept(const std::vector<T>& all, const std::vector<std::int32_t>& number) {
    std::vector<T> some;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (number[i] >= 0)
            some.push_back(all[i]);
    }
    return some;
}

Design part(const Design& design, const std::vector<std::uint8_t>* wanted) {
    std::vector<std::uint8_t> nodeUsed(design.pins.nodes, 0), netUsed(design.pins.nets, 0);
    for (std::size_t p = 0; p < design.pins.pins(); ++p) {
        const auto node = static_cast<std::size_t>(design.pins.pinNode[p]);
        if (wanted && !(*wanted)[node])
            continue;
        nodeUsed[node] = 1;
        netUsed[static_cast<std::size_t>(design.pins.pinNet[p])] = 1;
    }
    Design out;
    const auto node = renumber(nodeUsed, out.pins.nodes);
    const auto net = renumber(netUsed, out.pins.nets);
    for (std::size_t p = 0; p < design.pins.pins(); ++p) {
        const std::int32_t at = node[static_cast<std::size_t>(design.pins.pinNode[p])];
        if (at < 0)
            continue;
        out.pins.pinNode.push_back(at);
        if (!design.pinRoles.empty())
            out.pinRoles.push_back(design.pinRoles[p]);
        out.pins.pinNet.push_back(net[static_cast<std::size_t>(design.pins.pinNet[p])]);
    }
    out.name = design.name;
    out.family = design.family;
    out.format = design.format;
    out.nodeNames = kept(design.nodeNames, node);
    out.masters = kept(design.masters, node);
    out.netNames = kept(design.netNames, net);
    out.hasPlacement = design.hasPlacement;
    out.placed = kept(design.placed, node);
    out.boxes = kept(design.boxes, node);
    out.cells = kept(design.cells, node);
    out.placementRows = design.placementRows;
    out.placementOnly = design.placementOnly;
    out.pinRows = design.pinRows;
    out.busPinRows = design.busPinRows;
    out.portPins = design.portPins;
    out.grid = design.grid;
    out.findings = design.findings;
    return out;
}

} // namespace

int GCellGrid::column(double x) const {
    return cellAt(x, x0, stepX, columns);
}

int GCellGrid::row(double y) const {
    return cellAt(y, y0, stepY, rows);
}

Design placedPart(const Design& design) {
    return part(design, design.hasPlacement ? &design.placed : nullptr);
}

Design usedPart(const Design& design) {
    return part(design, nullptr);
}

} // namespace ohm::congestion
