// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"

#include <string>
#include <vector>

namespace ohm::dataset {

/// What a node of a set is, read from its features in words: "net", "input net", "ground", "R",
/// "V", "M drain", ... for resistive (9 wide) and analog (15 wide) features; for others the names
/// of the columns that are 1. `node` counts over the whole set. Thread: any, as everything here.
std::string nodeText(const GraphSet& set, std::size_t node);

/// What one graph's nodes are and what they touch. A plain value.
struct GraphText {
    std::vector<std::string> nodes;     ///< [nodes] as nodeText
    std::vector<std::string> devices;   ///< [nodes] kinds of the neighbours, sorted, each once
    std::vector<std::size_t> terminals; ///< [nodes] number of neighbours
    std::string circuit;                ///< kinds of all devices, sorted, each once: "C, M, R, V"
};
GraphText graphText(const GraphSet& set, std::size_t graph);

} // namespace ohm::dataset
