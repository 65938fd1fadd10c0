// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/def.h"
#include "core/congestion/guides.h"
#include "core/congestion/npy.h"

#include <span>

namespace ohm::congestion {

/// Congestion per GCell, horizontal and vertical. A plain value.
struct LabelMaps {
    GCellGrid grid;
    std::string source;            ///< "routed wires", "router guides" or "maps"
    std::vector<float> horizontal; ///< [rows * columns], row by row from below
    std::vector<float> vertical;
    double capacityHorizontal = 0; ///< of one GCell: DBU of track (wires) or tracks (guides)
    double capacityVertical = 0;
    struct LayerTotal {
        std::string layer;
        double amount = 0; ///< DBU of wire, or GCell edges crossed
    };
    std::vector<LayerTotal> layers;
    double wireLength = 0; ///< DBU, of all wires on the counted layers
    double beyondGrid = 0; ///< DBU of it in the stretched last cells, not counted
    double wrongWay = 0;   ///< DBU of wire on the grid across its layer's direction, not counted
    bool any() const { return !horizontal.empty(); }
};

struct WireLabelOptions {
    int lowest = 2;                  ///< least level (number in the layer's name) that counts
    int highest = 6;                 ///< greatest level whose tracks are capacity
    bool capacityLayersOnly = false; ///< wires above `highest` do not count either
};

/// Utilisation from routed wires: length of horizontal wire inside a GCell over the length of
/// horizontal track that fits into it (sum over layers of stepY / pitch * stepX), likewise
/// vertically. A wire on the border of two cells belongs to the upper or right one; what lies
/// beyond columns * step is not counted. No blockage is subtracted.
/// Errors: CONG-034 no grid, CONG-038 no wires, CONG-039 no tracks on the layers. Thread: any.
Expected<LabelMaps> labelsFromWires(const Def& def, const Lef* lef, const GCellGrid& grid,
                                    const WireLabelOptions& options = {});

/// Demand from guides: a box of k cells in a row crosses k - 1 edges between GCells; the value of a
/// cell is the demand of the edge that leaves it to the right, or upwards. With `utilisation` it is
/// divided by the tracks that cross the edge on all layers that carry any demand (step / pitch, no
/// derating), else it is the number of nets' boxes.
/// Errors: CONG-034, CONG-038 no guide crosses an edge, CONG-039 no tracks. Thread: any.
Expected<LabelMaps> labelsFromGuides(const Guides& guides, const Def& def, const Lef* lef,
                                     const GCellGrid& grid, bool utilisation = true);

/// Labels from two maps as CircuitNet keeps them: arrays [columns, rows] of congestion per GCell.
/// Errors: CONG-034 not two maps of one size, CONG-041 a value is no finite number. Thread: any.
Expected<LabelMaps> labelsFromArrays(const NumericArray& horizontal, const NumericArray& vertical);

/// Mean, 99th percentile (linear between order statistics) and maximum of a map, and the cell of
/// the maximum: of several the one furthest left, then lowest.
struct MapStatistics {
    std::size_t count = 0;
    double minimum = 0, mean = 0, p99 = 0, maximum = 0;
    int maxColumn = 0, maxRow = 0;
};
MapStatistics statisticsOf(std::span<const float> map, const GCellGrid& grid);

/// The label of each node: horizontal and vertical value at its GCell, [nodes, 2]; 0 where the node
/// has no GCell (mask 0). `design` must be on the same grid.
struct NodeLabels {
    std::vector<float> values;      ///< [nodes, 2]
    std::vector<std::uint8_t> mask; ///< [nodes]
};
NodeLabels labelNodes(const Design& design, const LabelMaps& maps);

/// One number of two: how CircuitNet's readers combine horizontal and vertical congestion.
enum class Combine { Sum, Maximum, Horizontal, Vertical };
float combined(float horizontal, float vertical, Combine how);

} // namespace ohm::congestion
