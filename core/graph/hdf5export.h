// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/graph/features.h"
#include "core/graph/terminalgraph.h"

#include <filesystem>

namespace ohm::graph {

/// Writes the graph as a data set of one graph (docs/formats-graph.md), atomically.
/// Errors: GRAPH-011, BASE-010. Thread: any, internally locked.
Expected<void> exportHdf5(const TerminalGraph& graph, const NodeFeatures& features,
                          const std::filesystem::path& path);

} // namespace ohm::graph
