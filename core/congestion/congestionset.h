// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/source.h"
#include "core/congestion/split.h"

#include <map>

namespace ohm::congestion {

/// One design as networks take it. A plain value.
struct CongestionSample {
    std::string name, family, format;
    std::string labelSource; ///< empty: no labels
    Incidence pins;
    std::vector<float> x;            ///< [nodes, features]
    std::vector<float> y;            ///< [nodes, 2] horizontal and vertical label
    std::vector<std::uint8_t> mask;  ///< [nodes] 1 where y is a label
    std::vector<std::int32_t> gcell; ///< [nodes, 2] column and row; -1 unknown
    GCellGrid grid;
    std::vector<float> timing; ///< [nodes, 4] timing.h's columns, arrival NaN where there is none;
                               ///< empty where pins have no known role
    std::vector<float> mapX;   ///< [cells, map features]
    std::vector<float> mapY;   ///< [cells, 2]; 0 without labels
    bool labelled() const { return !labelSource.empty(); }
};

/// Designs to learn congestion from, with their features and labels. Treat as immutable once built.
/// Thread: any for const access.
struct CongestionSet {
    std::vector<std::string> featureNames, mapFeatureNames;
    std::vector<CongestionSample> samples;
    std::map<std::string, std::string> attributes; ///< provenance

    /// What splitNodes asks for.
    std::vector<SplitDesign> splitDesigns() const;
};

/// An empty set with the features of this version.
CongestionSet emptyCongestionSet();
/// Features and labels of a design.
CongestionSample sampleOf(const LabelledDesign& design);
/// Reads designs on up to `threads` threads (0 = all cores) into one set, in the order of
/// `sources`. Findings about the files are appended to `findings`, with the name of the design.
/// Errors: the first failure of a reader, in that order; CONG-079 stopped. Thread: any.
Expected<CongestionSet> importDesigns(const std::vector<Source>& sources,
                                      const ReadOptions& options, int threads,
                                      const StopToken& stop, ProgressSink& progress,
                                      Diagnostics& findings);
/// The label of each node (or cell, from mapY) as one number.
std::vector<float> combinedLabels(const std::vector<float>& pairs, Combine how);
/// Appends all samples of a set with the same features; a name that is there already is numbered.
/// Errors: CONG-061 other features.
Expected<void> extend(CongestionSet& set, CongestionSet other);

/// Writes an HDF5 file (docs/congestion.md), atomically. Errors: CONG-060. Thread: any.
Expected<void> writeCongestionSet(const CongestionSet& set, const std::filesystem::path& path);
/// Reads and checks such a file. Errors: BASE-001, CONG-061 foreign, of another version, damaged or
/// contradictory. Thread: any.
Expected<CongestionSet> readCongestionSet(const std::filesystem::path& path);

} // namespace ohm::congestion
