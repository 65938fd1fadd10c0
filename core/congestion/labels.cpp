// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/labels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::congestion {
namespace {

Unexpected noGrid() {
    return fail("CONG-034", "The GCells of the layout are not known", {}, {},
                "Give the side of a GCell");
}

/// Distance of the tracks that run along `horizontal` on a layer, DBU; 0 if unknown.
double pitchOf(const Def& def, const Lef* lef, std::int32_t layer, bool horizontal) {
    for (const DefTracks& track : def.tracks) {
        if (track.layer == layer && (track.axis == 'Y') == horizontal)
            return track.step;
    }
    if (lef) {
        const auto found = lef->layers.find(def.layers[static_cast<std::size_t>(layer)]);
        if (found != lef->layers.end())
            return found->second.pitch * def.unitsPerMicron;
    }
    return 0;
}

/// Adds the length of [low, high] to the cells it covers along one axis, on one row of them.
template <typename Add>
double spread(double low, double high, double from, double step, int count, Add&& add) {
    const double end = from + step * count;
    const double inside = std::min(high, end);
    double counted = 0;
    double at = std::max(low, from);
    int cell = static_cast<int>(std::clamp(std::floor((at - from) / step), 0.0, count - 1.0));
    for (; at < inside && cell < count; ++cell) {
        const double border = std::min(inside, from + step * (cell + 1));
        if (border > at) {
            add(cell, border - at);
            counted += border - at;
            at = border;
        }
    }
    return counted;
}

} // namespace

Expected<LabelMaps> labelsFromWires(const Def& def, const Lef* lef, const GCellGrid& grid,
                                    const WireLabelOptions& options) {
    if (grid.columns <= 0 || grid.rows <= 0)
        return noGrid();
    if (def.wires.empty())
        return fail("CONG-038", "There are no routed wires to take congestion from", {}, {},
                    "Take the DEF after detailed routing, or give the router's guides");
    LabelMaps maps;
    maps.grid = grid;
    maps.source = "routed wires";
    const std::size_t layers = def.layers.size();
    std::vector<std::uint8_t> counted(layers, 0), along(layers, 0);
    for (std::size_t l = 0; l < layers; ++l) {
        const int level = layerLevel(def.layers[l]);
        along[l] = isHorizontal(def.layers[l], lef);
        const bool capacity = level >= options.lowest && level <= options.highest;
        counted[l] = level >= options.lowest && (capacity || !options.capacityLayersOnly);
        const double pitch = pitchOf(def, lef, static_cast<std::int32_t>(l), along[l]);
        if (!capacity || !(pitch > 0))
            continue;
        if (along[l])
            maps.capacityHorizontal += grid.stepY / pitch * grid.stepX;
        else
            maps.capacityVertical += grid.stepX / pitch * grid.stepY;
    }
    if (!(maps.capacityHorizontal > 0) || !(maps.capacityVertical > 0))
        return fail("CONG-039", "The tracks of the layers are not known", {}, {},
                    "The DEF needs TRACKS, or give the LEF of the technology");
    std::vector<double> h(grid.count(), 0), v(grid.count(), 0), total(layers, 0);
    for (const Wire& wire : def.wires) {
        const auto layer = static_cast<std::size_t>(wire.layer);
        if (!counted[layer])
            continue;
        const bool horizontal = wire.horizontal();
        const double length = std::abs(wire.x1 - wire.x0) + std::abs(wire.y1 - wire.y0);
        total[layer] += length;
        maps.wireLength += length;
        const bool counts = horizontal == static_cast<bool>(along[layer]);
        double binned = 0;
        if (horizontal) {
            const int j = grid.row(wire.y0);
            binned = spread(std::min(wire.x0, wire.x1), std::max(wire.x0, wire.x1), grid.x0,
                            grid.stepX, grid.columns,
                            [&](int i, double part) { h[grid.index(i, j)] += counts ? part : 0; });
        } else {
            const int i = grid.column(wire.x0);
            binned = spread(std::min(wire.y0, wire.y1), std::max(wire.y0, wire.y1), grid.y0,
                            grid.stepY, grid.rows,
                            [&](int j, double part) { v[grid.index(i, j)] += counts ? part : 0; });
        }
        maps.wrongWay += counts ? 0 : binned;
        maps.beyondGrid += length - binned;
    }
    for (std::size_t c = 0; c < grid.count(); ++c) {
        maps.horizontal.push_back(static_cast<float>(h[c] / maps.capacityHorizontal));
        maps.vertical.push_back(static_cast<float>(v[c] / maps.capacityVertical));
    }
    for (std::size_t l = 0; l < layers; ++l) {
        if (total[l] > 0)
            maps.layers.push_back({def.layers[l], total[l]});
    }
    return maps;
}

Expected<LabelMaps> labelsFromGuides(const Guides& guides, const Def& def, const Lef* lef,
                                     const GCellGrid& grid, bool utilisation) {
    if (grid.columns <= 0 || grid.rows <= 0)
        return noGrid();
    LabelMaps maps;
    maps.grid = grid;
    maps.source = "router guides";
    const std::size_t cells = grid.count();
    const auto columns = static_cast<std::size_t>(grid.columns);
    std::vector<double> h(cells, 0), v(cells, 0), crossed(guides.layers.size(), 0);
    const auto lastCell = [](double end, double from, double step, int count) {
        const double cell = std::ceil((end - from) / step) - 1;
        return static_cast<int>(std::clamp(cell, 0.0, count - 1.0));
    };
    // Differences along the row or column first, sums afterwards: a box costs the same however
    // long it is.
    for (const Guides::Entry& entry : guides.boxes) {
        const int i0 = grid.column(entry.box.left), j0 = grid.row(entry.box.bottom);
        const int i1 = std::max(i0, lastCell(entry.box.right, grid.x0, grid.stepX, grid.columns));
        const int j1 = std::max(j0, lastCell(entry.box.top, grid.y0, grid.stepY, grid.rows));
        const auto layer = static_cast<std::size_t>(entry.layer);
        if (i1 > i0) {
            for (int j = j0; j <= j1; ++j) {
                h[grid.index(i0, j)] += 1;
                h[grid.index(i1, j)] -= 1;
            }
            crossed[layer] += static_cast<double>(i1 - i0) * (j1 - j0 + 1);
        }
        if (j1 > j0) {
            for (int i = i0; i <= i1; ++i) {
                v[grid.index(i, j0)] += 1;
                v[grid.index(i, j1)] -= 1;
            }
            crossed[layer] += static_cast<double>(j1 - j0) * (i1 - i0 + 1);
        }
    }
    for (std::size_t c = 0; c < cells; ++c) {
        if (c % columns != 0)
            h[c] += h[c - 1];
        if (c >= columns)
            v[c] += v[c - columns];
    }
    double all = 0;
    for (std::size_t l = 0; l < guides.layers.size(); ++l) {
        if (crossed[l] <= 0)
            continue;
        all += crossed[l];
        maps.layers.push_back({guides.layers[l], crossed[l]});
        const bool along = isHorizontal(guides.layers[l], lef);
        const auto known = std::find(def.layers.begin(), def.layers.end(), guides.layers[l]);
        double pitch = 0;
        if (known != def.layers.end())
            pitch = pitchOf(def, lef, static_cast<std::int32_t>(known - def.layers.begin()), along);
        if (pitch > 0)
            (along ? maps.capacityHorizontal : maps.capacityVertical) +=
                (along ? grid.stepY : grid.stepX) / pitch;
    }
    if (all <= 0)
        return fail("CONG-038", "No guide crosses the edge of a GCell", {}, {},
                    "The guides may belong to another layout");
    if (utilisation && (!(maps.capacityHorizontal > 0) || !(maps.capacityVertical > 0)))
        return fail("CONG-039", "The tracks of the layers are not known", {}, {},
                    "The DEF needs TRACKS, or give the LEF of the technology");
    for (std::size_t c = 0; c < cells; ++c) {
        maps.horizontal.push_back(
            static_cast<float>(utilisation ? h[c] / maps.capacityHorizontal : h[c]));
        maps.vertical.push_back(
            static_cast<float>(utilisation ? v[c] / maps.capacityVertical : v[c]));
    }
    return maps;
}

Expected<LabelMaps> labelsFromArrays(const NumericArray& horizontal, const NumericArray& vertical) {
    const auto& shape = horizontal.shape;
    const auto fits = [](std::size_t n) { return n > 0 && n <= std::size_t{kMostColumns}; };
    if (shape.size() != 2 || vertical.shape != shape || !fits(shape[0]) || !fits(shape[1]))
        return fail("CONG-034", "The maps are not two of one size, columns by rows");
    LabelMaps maps;
    maps.source = "maps";
    maps.grid.columns = static_cast<int>(shape[0]);
    maps.grid.rows = static_cast<int>(shape[1]);
    for (std::size_t j = 0; j < shape[1]; ++j) {
        for (std::size_t i = 0; i < shape[0]; ++i) {
            const std::size_t at = i * shape[1] + j;
            maps.horizontal.push_back(static_cast<float>(horizontal.values[at]));
            maps.vertical.push_back(static_cast<float>(vertical.values[at]));
            const bool finite = std::isfinite(maps.horizontal.back());
            if (!finite || !std::isfinite(maps.vertical.back()))
                return fail("CONG-041", "A label is not a finite number",
                            "column " + std::to_string(i) + ", row " + std::to_string(j) +
                                " of the " + (finite ? "vertical" : "horizontal") + " map",
                            {}, "Labels are wanted for every GCell");
        }
    }
    return maps;
}

MapStatistics statisticsOf(std::span<const float> map, const GCellGrid& grid) {
    MapStatistics s;
    s.count = map.size();
    if (map.empty() || map.size() != grid.count())
        return s;
    std::vector<float> sorted(map.begin(), map.end());
    std::sort(sorted.begin(), sorted.end());
    for (const float value : sorted)
        s.mean += static_cast<double>(value);
    s.mean /= static_cast<double>(s.count);
    const double place = 0.99 * static_cast<double>(s.count - 1);
    const auto below = static_cast<std::size_t>(place);
    const double low = static_cast<double>(sorted[below]);
    const double high = static_cast<double>(sorted[std::min(below + 1, s.count - 1)]);
    s.p99 = low + (place - static_cast<double>(below)) * (high - low);
    s.minimum = static_cast<double>(sorted.front());
    s.maximum = static_cast<double>(sorted.back());
    double best = -std::numeric_limits<double>::infinity();
    for (int i = 0; i < grid.columns; ++i) {
        for (int j = 0; j < grid.rows; ++j) {
            const double value = static_cast<double>(map[grid.index(i, j)]);
            if (value > best) {
                best = value;
                s.maxColumn = i;
                s.maxRow = j;
            }
        }
    }
    return s;
}

NodeLabels labelNodes(const Design& design, const LabelMaps& maps) {
    NodeLabels out;
    out.values.assign(design.pins.nodes * 2, 0);
    out.mask.assign(design.pins.nodes, 0);
    if (!maps.any() || !(design.grid == maps.grid))
        return out;
    for (std::size_t n = 0; n < design.pins.nodes; ++n) {
        const auto [i, j] = design.cells[n];
        if (i < 0)
            continue;
        const std::size_t c = maps.grid.index(i, j);
        out.values[2 * n] = maps.horizontal[c];
        out.values[2 * n + 1] = maps.vertical[c];
        out.mask[n] = 1;
    }
    return out;
}

float combined(float horizontal, float vertical, Combine how) {
    switch (how) {
    case Combine::Sum:
        return horizontal + vertical;
    case Combine::Maximum:
        return std::max(horizontal, vertical);
    case Combine::Horizontal:
        return horizontal;
    case Combine::Vertical:
        break;
    }
    return vertical;
}

} // namespace ohm::congestion
