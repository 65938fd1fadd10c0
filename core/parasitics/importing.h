// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/parasitics/design.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ohm::parasitics {

/// What to import. A plain value.
struct ImportRequest {
    /// A schematic and an extraction, or any number of folders that hold "schematic.*" and
    /// "extracted.*" (or folders of such folders).
    std::vector<std::filesystem::path> paths;
    std::string name; ///< of a single design; empty = the folder's or the extraction's
    std::string top, extractedTop;
    GraphOptions graph;
    /// A coupling to a supply counts as capacitance to ground (for signals it is one); else it is
    /// left out, as the paper has it.
    bool suppliesAreGround = false;
    std::string command; ///< for provenance
};

/// One imported design. `seconds` is the time of reading the extraction alone.
struct Imported {
    PairedDesign paired;
    std::string format;
    std::uint64_t bytes = 0, elements = 0, zeros = 0;
    double seconds = 0;
    Diagnostics findings; ///< of the schematic's reading (errors only) and of the extraction
};

/// A design that could not be imported, and why. A plain value.
struct FailedImport {
    std::string name;
    Error error;
};

/// Reads and pairs. A folder without the two files is left out. Of several designs those that fail
/// are told in `failed` and the others are imported all the same; where none can be, or nobody asks
/// for them, the first failure is the result. Errors: PAR-006 nothing to import, those of
/// readNetlist, readExtraction and pairDesign.
Expected<std::vector<Imported>> importDesigns(const ImportRequest& request, StopToken stop = {},
                                              ProgressSink& progress = noProgress(),
                                              std::vector<FailedImport>* failed = nullptr);

} // namespace ohm::parasitics
