// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/design.h"

#include <span>

namespace ohm::congestion {

/// What a network is told of a node before routing, in this order:
///   width, height        GCells; 0 if unknown
///   x, y                 middle of the box on the grid, 0..1
///   pins, nets           pins of the node, different nets at it
///   net_pins_mean, _max  pins of these nets
///   span_mean, _max      half perimeters of the boxes around the nets' nodes, GCells
///   rudy                 wire density expected at its GCell, see featureMaps
///   pin_density          pins in its GCell
/// Columns that need a placement are 0 without one.
std::span<const char* const> nodeFeatureNames();
/// [nodes, features], row by row. Thread: any.
std::vector<float> nodeFeatures(const Design& design);

/// Maps for networks on images, in this order:
///   cell_density  share of the GCell covered by cells (may exceed 1 before legalisation)
///   rudy          sum over nets of (1/w + 1/h) over the GCells that the net's box spans, w and h
///                 its sides in GCells (Spindler and Johannes, DATE 2007)
///   pin_density   pins in the GCell
std::span<const char* const> mapFeatureNames();
/// [features, rows, columns]; empty without placement or grid. Thread: any.
std::vector<float> featureMaps(const Design& design);

} // namespace ohm::congestion
