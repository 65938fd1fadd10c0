// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/graph/features.h"
#include "core/graph/terminalgraph.h"

#include <filesystem>
#include <string>

namespace ohm::graph {

enum class ExportFormat { Json, Dot, GraphMl, Hdf5 };

/// From the suffix .json, .dot/.gv, .graphml, .h5. Errors: GRAPH-010 unknown suffix.
Expected<ExportFormat> exportFormatOf(const std::filesystem::path& path);

/// Text of the graph with names, kinds, parameters and features (not for Hdf5).
std::string exportText(const TerminalGraph& graph, const NodeFeatures& features,
                       ExportFormat format);

/// Writes atomically. Errors: GRAPH-010, GRAPH-011 and BASE-010.
Expected<void> exportGraph(const TerminalGraph& graph, const NodeFeatures& features,
                           const std::filesystem::path& path);

} // namespace ohm::graph
