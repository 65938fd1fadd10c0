// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"

#include <filesystem>

namespace ohm::dataset {

/// Writes a dataset file (docs/formats-dataset.md): /node_ptr, /edge_ptr, /x, /edge_index, /y,
/// /output_mask, /topology, /graph_labels and attributes for provenance. Compressed; written beside
/// the target and renamed, so that a reader never sees a part. Errors: DATA-001 cannot write.
/// Thread: any, internally locked (the HDF5 library is not thread-safe).
Expected<void> writeGraphSet(const GraphSet& set, const std::filesystem::path& path);

/// Reads and validates such a file. Errors: DATA-002 not an HDF5 file, DATA-003 not a dataset of
/// this program or a newer version, DATA-011 contradictory. Thread: any, internally locked.
Expected<GraphSet> readGraphSet(const std::filesystem::path& path);

} // namespace ohm::dataset
