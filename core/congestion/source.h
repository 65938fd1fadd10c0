// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/congestion/circuitnet.h"
#include "core/congestion/labels.h"

#include <optional>

namespace ohm::congestion {

/// One design that lies in files, found but not yet read. A plain value.
struct Source {
    enum class Kind { CircuitNet, Def } kind = Kind::Def;
    std::string name;
    CircuitNetFiles circuitNet;
    std::filesystem::path def;
    std::vector<std::filesystem::path> lef;
    std::filesystem::path guides;
};

/// The designs of a path: a DEF, any file of a CircuitNet netlist, or a folder (not those below it)
/// with any number of them. LEFs and the only guide file of a folder belong to its DEF where it has
/// just one, which is then called after the folder. Contents decide what a file is.
/// Errors: BASE-00x, CONG-022, CONG-070 nothing that can be read. Thread: any.
Expected<std::vector<Source>> findSources(const std::filesystem::path& path);

/// How a design is read.
struct ReadOptions {
    std::vector<std::filesystem::path> lef;     ///< beside those of the source
    std::filesystem::path guides;               ///< instead of the source's
    std::filesystem::path horizontal, vertical; ///< label maps, .npy [columns, rows]
    double gcell = 0;         ///< side of a GCell, um; 0 = that of the DEF, of the guides, or 15
                              ///< tracks of the third routing level
    bool unplacedToo = false; ///< keep nodes that the placement does not have
    bool demand = false;      ///< labels from guides count boxes instead of sharing out tracks
    WireLabelOptions wires;
};

/// A design with its labels, where there are any.
struct LabelledDesign {
    Design design; ///< the placed part, unless asked otherwise
    LabelMaps labels;
    bool labelled() const { return labels.any(); }
};

/// Reads one design. Labels come from `horizontal` and `vertical`, else from guides, else from
/// routed wires; without any of them the design has none. Errors: those of the readers. Thread:
/// any.
Expected<LabelledDesign> readSource(const Source& source, const ReadOptions& options = {});

} // namespace ohm::congestion
