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
    addInputSettings(verb, options);
}

void addInputSettings(CLI::App& verb, InputOptions& options) {
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

Expected<ResolvedInput> resolveInput(const InputOptions& options) {
    ResolvedInput input;
    input.file = options.file;
    if (!options.dialect.empty())
        input.dialect = dialects().at(options.dialect);
    if (isProject(input.file)) {
        auto project = project::readProject(input.file);
        if (!project)
            return project.failure();
        if (project->circuits.empty())
            return ohm::fail("CLI-001", "The project names no circuit", {}, project->file.string(),
                             "Add one under \"circuits\"");
        input.file = project->folder() / project->circuits.front();
        input.models = project::modelSearchPath(*project);
        input.symbols = project::symbolSearchPath(*project);
        input.project = std::move(*project);
    } else if (const fs::path builtIn = project::builtInModelFolder(); !builtIn.empty()) {
        input.models.push_back(builtIn);
    }
    for (const std::string& folder : options.searchPath) {
        std::error_code ignored;
        if (!fs::is_directory(folder, ignored))
            return ohm::fail("CLI-001", "This search folder does not exist", {}, folder);
        input.models.emplace_back(folder);
        input.symbols.emplace_back(folder);
    }
    return input;
}

Expected<LoadedCircuit> loadCircuit(const InputOptions& options, Context& context) {
    const auto input = resolveInput(options);
    if (!input)
        return input.failure();
    LoadedCircuit loaded;
    if (input->project)
        loaded.diagnostics = input->project->diagnostics;
    const auto append = [&](const Diagnostics& more) {
        loaded.diagnostics.insert(loaded.diagnostics.end(), more.begin(), more.end());
    };
    if (schematic::looksLikeSchematic(input->file)) {
        auto imported = schematic::importSchematic(input->file, {input->symbols, input->models});
        if (!imported)
            return imported.failure();
        append(imported->diagnostics);
        loaded.circuit = imported->circuit;
        if (!loaded.circuit)
            return ohm::fail("CLI-001", "No circuit could be read from the schematic", {},
                             input->file.string());
    } else {
        netlist::ReadOptions read;
        read.top = options.top;
        read.searchPath = input->models;
        read.dialect = input->dialect;
        auto circuit = netlist::readNetlist(input->file, read, context.stop, context.progress);
        if (!circuit)
            return circuit.failure();
        loaded.circuit = std::move(*circuit);
        append(loaded.circuit->diagnostics());
    }
    return loaded;
}

} // namespace ohm::cli
