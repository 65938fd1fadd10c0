// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/loader.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/netlist/reader.h"
#include "core/project/installation.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

namespace ohm::ui {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t kSniffBytes = 8192;
constexpr std::size_t kStopEvery = 4096;

/// The first bytes of a regular file; FIFOs and devices are refused before they could block.
Expected<std::string> firstBytes(const fs::path& path) {
    std::error_code error;
    if (fs::status(path, error).type() != fs::file_type::regular)
        return fail("BASE-002", "This is not a regular file.", {}, path.string());
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fail("BASE-003", "The file cannot be read.", {}, path.string(),
                    "Check its permissions.");
    std::string bytes(kSniffBytes, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

/// Keys that only a project file has at the start of a line.
bool looksLikeProject(std::string_view text) {
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        if (line.starts_with("circuits:") || line.starts_with("ohmscape:"))
            return true;
        begin = end + 1;
    }
    return false;
}

bool hasYamlSuffix(const fs::path& path) {
    const std::string suffix = toLower(path.extension().string());
    return suffix == ".yaml" || suffix == ".yml";
}

/// Control characters that no text file of any encoding we read holds.
bool looksBinary(std::string_view bytes) {
    const TextEncoding encoding = detectEncoding(bytes);
    if (encoding == TextEncoding::Utf16Le || encoding == TextEncoding::Utf16Be)
        return false;
    return bytes.find('\0') != std::string_view::npos;
}
} // namespace

Expected<FileKind> sniffFile(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found || status.type() == fs::file_type::none)
        return fail("UI-010", "There is nothing at this place.", error.message(), path.string(),
                    "It may have been moved or deleted.");
    if (status.type() == fs::file_type::directory) {
        if (fs::is_regular_file(path / "project.yaml", error))
            return FileKind::Project;
        return fail("UI-011", "This folder holds no project.yaml.", {}, path.string(),
                    "Open a netlist or schematic in it instead.");
    }
    const Expected<std::string> bytes = firstBytes(path);
    if (!bytes)
        return bytes.failure();
    if (looksBinary(*bytes))
        return fail("UI-012", "This is not a text file, so it holds no circuit that can be shown.",
                    {}, path.string(), "Open a netlist, an LTspice schematic or a project.yaml.");
    const std::string text = toUtf8(*bytes, detectEncoding(*bytes));
    if (hasYamlSuffix(path) || looksLikeProject(text))
        return FileKind::Project;
    if (schematic::looksLikeSchematic(path))
        return FileKind::Schematic;
    return FileKind::Netlist;
}

Expected<LoadedCircuitPtr> loadCircuit(const fs::path& path, const project::Project& project,
                                       const std::vector<fs::path>& includeFolders, StopToken stop,
                                       ProgressSink& progress) {
    std::vector<fs::path> modelPath = project::modelSearchPath(project);
    modelPath.insert(modelPath.end(), includeFolders.begin(), includeFolders.end());
    const Expected<FileKind> kind = sniffFile(path);
    if (!kind)
        return kind.failure();
    auto loaded = std::make_shared<LoadedCircuit>();
    loaded->path = path;
    loaded->kind = *kind;
    if (*kind == FileKind::Project)
        return fail("UI-013", "A project cannot be a circuit of a project.", {}, path.string(),
                    "List netlists and schematics under circuits.");
    if (*kind == FileKind::Schematic) {
        schematic::ImportOptions options;
        options.symbolPath = project::symbolSearchPath(project);
        options.modelPath = modelPath;
        Expected<schematic::ImportedSchematic> imported = schematic::importSchematic(path, options);
        if (!imported)
            return imported.failure();
        loaded->diagnostics = imported->diagnostics;
        loaded->circuit = imported->circuit;
        loaded->schematic =
            std::make_shared<const schematic::ImportedSchematic>(std::move(*imported));
        if (loaded->circuit) {
            for (const Diagnostic& finding : loaded->circuit->diagnostics()) {
                if (std::find(loaded->diagnostics.begin(), loaded->diagnostics.end(), finding) ==
                    loaded->diagnostics.end())
                    loaded->diagnostics.push_back(finding);
            }
        }
    } else {
        netlist::ReadOptions options;
        options.searchPath = modelPath;
        Expected<netlist::CircuitPtr> circuit = netlist::readNetlist(path, options, stop, progress);
        if (!circuit)
            return circuit.failure();
        loaded->circuit = std::move(*circuit);
        loaded->diagnostics = loaded->circuit->diagnostics();
    }
    if (loaded->circuit && loaded->circuit->netCount() > 0) {
        // Built on first use inside the circuit: let that first use be here.
        progress.report(-1, "Preparing look-ups");
        (void)loaded->circuit->netTerminals(0);
        (void)loaded->circuit->findNet("0");
        (void)loaded->circuit->findDevice("r1");
    }
    if (stop.stopRequested())
        return fail("UI-002", "Stopped.");
    return LoadedCircuitPtr(std::move(loaded));
}

std::uint32_t CircuitIndex::deviceAt(std::uint32_t file, std::uint32_t line) const {
    const std::uint64_t place = (std::uint64_t{file} << 32) | line;
    const auto found = std::lower_bound(lines.begin(), lines.end(), Line{place, 0});
    return found != lines.end() && found->place == place ? found->device : netlist::kNone;
}

Expected<CircuitIndexPtr> indexCircuit(const netlist::Circuit& circuit, StopToken stop) {
    auto index = std::make_shared<CircuitIndex>();
    index->cells.resize(circuit.cellCount());
    for (netlist::CellId cell = 0; cell < circuit.cellCount(); ++cell) {
        const std::size_t count = circuit.cellInstanceCount(cell);
        CircuitIndex::Cell& entry = index->cells[cell];
        for (std::size_t i = 0; i < count; ++i) {
            if (i % kStopEvery == 0 && stop.shouldStop())
                return fail("UI-002", "Stopped.");
            const auto instance = static_cast<std::uint32_t>(i);
            if (circuit.cellInstance(cell, instance).child == netlist::kNone)
                entry.leaves.push_back(instance);
            else
                entry.blocks.push_back(instance);
        }
    }
    const std::size_t devices = circuit.deviceCount();
    index->lines.reserve(devices);
    for (std::size_t i = 0; i < devices; ++i) {
        if (i % kStopEvery == 0 && stop.shouldStop())
            return fail("UI-002", "Stopped.");
        const auto device = static_cast<std::uint32_t>(i);
        const netlist::SourceLocation at = circuit.deviceLocation(device);
        if (at.line > 0)
            index->lines.push_back({(std::uint64_t{at.file} << 32) | at.line, device});
    }
    std::sort(index->lines.begin(), index->lines.end());
    return CircuitIndexPtr(std::move(index));
}

} // namespace ohm::ui
