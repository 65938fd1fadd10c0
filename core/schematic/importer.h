// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "core/netlist/circuit.h"
#include "core/schematic/schematicdoc.h"

#include <filesystem>
#include <vector>

namespace ohm::schematic {

/// A schematic file with its child sheets and the netlist that the connectivity engine found.
struct ImportedSchematic {
    std::vector<SchematicDoc> sheets; ///< [0] is the file that was opened
    std::string netlistText;          ///< SPICE text; device and net names as in the docs
    netlist::CircuitPtr circuit;
    Diagnostics diagnostics;
};

struct ImportOptions {
    std::vector<std::filesystem::path> symbolPath; ///< folders with the user's symbols
    std::vector<std::filesystem::path> modelPath;  ///< folders .include/.lib may read from
};

/// True if the content (never the suffix alone) is a schematic this room can import.
bool looksLikeSchematic(const std::filesystem::path& path);

/// LTspice .asc today; xschem and KiCad enter here. Errors: SCH-001 unknown format, SCH-002
/// unreadable. Everything else is a diagnostic and a partial drawing. Thread: any.
Expected<ImportedSchematic> importSchematic(const std::filesystem::path& path,
                                            const ImportOptions& options = {});

} // namespace ohm::schematic
