// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/netlist/circuit.h"

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

struct LoadedCircuit {
    netlist::CircuitPtr circuit;
    Diagnostics diagnostics;
};

/// Reads a netlist, a schematic, or the first circuit of a project; what it is follows from the
/// content. Errors: CLI-001 nothing readable in the file, and those of the rooms.
Expected<LoadedCircuit> loadCircuit(const InputOptions& options, Context& context);

} // namespace ohm::cli
