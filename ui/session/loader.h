// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/netlist/circuit.h"
#include "core/project/project.h"
#include "core/schematic/importer.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace ohm::ui {

enum class FileKind { Project, Schematic, Netlist };

/// What a path is, by its content (a suffix is never trusted). A folder is a project if it holds
/// project.yaml. Errors: UI-010 nothing there, UI-011 folder without a project, UI-012 not a text
/// file, BASE-00x. Thread: any.
Expected<FileKind> sniffFile(const std::filesystem::path& path);

/// Everything that is known of an opened circuit once it has been read; immutable.
struct LoadedCircuit {
    std::filesystem::path path;
    FileKind kind = FileKind::Netlist;
    netlist::CircuitPtr circuit; ///< may be null for a drawing without a usable netlist
    std::shared_ptr<const schematic::ImportedSchematic> schematic; ///< null for a netlist
    Diagnostics diagnostics;
};
using LoadedCircuitPtr = std::shared_ptr<const LoadedCircuit>;

/// Reads a netlist or a schematic. `project` gives the folders models and symbols come from,
/// `includeFolders` further ones that the user allowed to include from.
/// Lookups the window will need later (nets' terminals, names) are prepared here, off the GUI
/// thread. Thread: any.
Expected<LoadedCircuitPtr> loadCircuit(const std::filesystem::path& path,
                                       const project::Project& project,
                                       const std::vector<std::filesystem::path>& includeFolders,
                                       StopToken stop, ProgressSink& progress);

/// Per cell, which instances are blocks (have a definition) and which are leaves, in file order;
/// and per source line, which flat devices stand there.
struct CircuitIndex {
    struct Cell {
        std::vector<std::uint32_t> blocks;
        std::vector<std::uint32_t> leaves;
    };
    std::vector<Cell> cells; ///< per CellId
    struct Line {
        std::uint64_t place; ///< file << 32 | line
        std::uint32_t device;
        bool operator<(const Line& other) const {
            return place != other.place ? place < other.place : device < other.device;
        }
    };
    std::vector<Line> lines; ///< sorted

    /// First device written in this line; kNone if there is none.
    std::uint32_t deviceAt(std::uint32_t file, std::uint32_t line) const;
};
using CircuitIndexPtr = std::shared_ptr<const CircuitIndex>;

/// Errors: UI-002 stopped. Thread: any.
Expected<CircuitIndexPtr> indexCircuit(const netlist::Circuit& circuit, StopToken stop);

} // namespace ohm::ui
