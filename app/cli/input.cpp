// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input.h"

#include "core/netlist/reader.h"
#include "core/project/installation.h"
#include "core/project/project.h"
#include "core/schematic/importer.h"

#include <filesystem>
#include <map>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, netlist::Dialect>& dialects() {
    static const std::map<std::string, netlist::Dialect> names{
        {"spice", netlist::Dialect::Spice},     {"hspice", netlist::Dialect::Hspice},
        {"cdl", netlist::Dialect::Cdl},         {"pspice", netlist::Dialect::Pspice},
        {"ltspice", netlist::Dialect::Ltspice}, {"spectre", netlist::Dialect::Spectre}};
    return names;
}

bool isProject(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored))
        return fs::exists(path / "project.yaml", ignored);
    const std::string suffix = path.extension().string();
    return suffix == ".yaml" || suffix == ".yml";
}

} // namespace

void addInputOptions(CLI::App& verb, InputOptions& options) {
    verb.add_option("FILE", options.file, "Netlist, LTspice schematic or project")->required();
    verb.add_option("--top", options.top, "Subcircuit to take as the circuit");
    std::vector<std::string> names;
    for (const auto& [name, dialect] : dialects())
        names.push_back(name);
    verb.add_option("--dialect", options.dialect, "Dialect, if the content is not to decide")
        ->check(CLI::IsMember(names));
    verb.add_option("--search-path", options.searchPath,
                    "Further folder for included files and symbols (may be given several times)")
        ->allow_extra_args(false);
}

Expected<LoadedCircuit> loadCircuit(const InputOptions& options, Context& context) {
    LoadedCircuit loaded;
    fs::path file = options.file;
    std::vector<fs::path> models;
    std::vector<fs::path> symbols;
    if (isProject(file)) {
        auto project = project::readProject(file);
        if (!project)
            return project.failure();
        loaded.diagnostics = project->diagnostics;
        if (project->circuits.empty())
            return ohm::fail("CLI-001", "The project names no circuit", {}, project->file.string(),
                             "Add one under \"circuits\"");
        file = project->folder() / project->circuits.front();
        models = project::modelSearchPath(*project);
        symbols = project::symbolSearchPath(*project);
    } else if (const fs::path builtIn = project::builtInModelFolder(); !builtIn.empty()) {
        models.push_back(builtIn);
    }
    for (const std::string& folder : options.searchPath) {
        std::error_code ignored;
        if (!fs::is_directory(folder, ignored))
            return ohm::fail("CLI-001", "This search folder does not exist", {}, folder);
        models.emplace_back(folder);
        symbols.emplace_back(folder);
    }
    const auto append = [&](const Diagnostics& more) {
        loaded.diagnostics.insert(loaded.diagnostics.end(), more.begin(), more.end());
    };
    if (schematic::looksLikeSchematic(file)) {
        auto imported = schematic::importSchematic(file, {symbols, models});
        if (!imported)
            return imported.failure();
        append(imported->diagnostics);
        loaded.circuit = imported->circuit;
        if (!loaded.circuit)
            return ohm::fail("CLI-001", "No circuit could be read from the schematic", {},
                             file.string());
    } else {
        netlist::ReadOptions read;
        read.top = options.top;
        read.searchPath = models;
        if (!options.dialect.empty())
            read.dialect = dialects().at(options.dialect);
        auto circuit = netlist::readNetlist(file, read, context.stop, context.progress);
        if (!circuit)
            return circuit.failure();
        loaded.circuit = std::move(*circuit);
        append(loaded.circuit->diagnostics());
    }
    return loaded;
}

} // namespace ohm::cli
