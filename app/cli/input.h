// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/netlist/circuit.h"
#include "core/netlist/reader.h"
#include "core/project/project.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ohm::cli {

/// How FILE is read, shared by all verbs that take one.
struct InputOptions {
    std::string file;
    std::string top;
    std::string dialect;
    std::vector<std::string> searchPath;
};

/// Adds FILE, --top, --dialect and --search-path to a verb.
void addInputOptions(CLI::App& verb, InputOptions& options);
/// The same without FILE, for verbs that name it otherwise.
void addInputSettings(CLI::App& verb, InputOptions& options);

/// Where a circuit is and what belongs to it.
struct ResolvedInput {
    std::filesystem::path file; ///< netlist or schematic
    std::vector<std::filesystem::path> models;
    std::vector<std::filesystem::path> symbols;
    std::optional<project::Project> project; ///< if FILE is one
    std::optional<netlist::Dialect> dialect;
};
/// Errors: CLI-001, PROJ-*.
Expected<ResolvedInput> resolveInput(const InputOptions& options);

struct LoadedCircuit {
    netlist::CircuitPtr circuit;
    Diagnostics diagnostics;
};

/// Reads a netlist, a schematic, or the first circuit of a project; what it is follows from the
/// content. Errors: CLI-001 nothing readable in the file, and those of the rooms.
Expected<LoadedCircuit> loadCircuit(const InputOptions& options, Context& context);

} // namespace ohm::cli
