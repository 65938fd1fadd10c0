// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/importing.h"

#include "core/netlist/reader.h"
#include "core/parasitics/names.h"

#include <algorithm>

namespace ohm::parasitics {
namespace {

namespace fs = std::filesystem;

struct Files {
    fs::path schematic, extraction;
    std::string name;
};

/// The file `stem`.* of a folder, the first in alphabetical order.
fs::path fileOf(const fs::path& folder, const std::string& stem) {
    std::vector<fs::path> found;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        if (entry.is_regular_file(code) && entry.path().stem() == stem)
            found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found.empty() ? fs::path{} : found.front();
}

void collect(const fs::path& folder, int depth, std::vector<Files>& files) {
    const fs::path schematic = fileOf(folder, "schematic"),
                   extraction = fileOf(folder, "extracted");
    if (!schematic.empty() && !extraction.empty()) {
        files.push_back({schematic, extraction, fs::absolute(folder).filename().string()});
        return;
    }
    if (depth == 0)
        return;
    std::vector<fs::path> inner;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        if (entry.is_directory(code) && !entry.is_symlink(code))
            inner.push_back(entry.path());
    }
    std::sort(inner.begin(), inner.end());
    for (const fs::path& path : inner)
        collect(path, depth - 1, files);
}

/// Progress of one design among several.
class Part : public ProgressSink {
public:
    Part(ProgressSink& whole, std::size_t index, std::size_t count, std::string name)
        : m_whole(whole)
        , m_index(index)
        , m_count(count)
        , m_name(std::move(name)) {}
    void report(double fraction, const std::string&) override {
        m_whole.report((static_cast<double>(m_index) + std::clamp(fraction, 0.0, 1.0)) /
                           static_cast<double>(m_count),
                       m_name);
    }

private:
    ProgressSink& m_whole;
    std::size_t m_index, m_count;
    std::string m_name;
};

/// Moves what couples to supplies to the ground of the other end.
void groundSupplies(Extraction& extraction, const GraphOptions& options) {
    std::vector<std::string> further;
    for (const std::string& name : options.supply)
        further.push_back(canonicalName(name));
    std::vector<bool> supply;
    for (const ExtractedNode& node : extraction.nodes) {
        const std::string name = canonicalName(node.isPin() && node.net != ExtractedNode::kNoNet
                                                   ? extraction.nodes[node.net].name
                                                   : node.name);
        supply.push_back(isSupplyName(name) ||
                         std::find(further.begin(), further.end(), name) != further.end());
    }
    std::erase_if(extraction.couplings, [&](const ExtractedCoupling& c) {
        if (supply[c.a] == supply[c.b])
            return false; // between supplies there is nothing to learn: left out by the pairing
        extraction.ground[supply[c.a] ? c.b : c.a] += c.farad;
        return true;
    });
}

Expected<Imported> importOne(const ImportRequest& request, const Files& files,
                             const StopToken& stop, ProgressSink& progress) {
    netlist::ReadOptions how;
    how.top = request.top;
    const auto circuit = netlist::readNetlist(files.schematic, how, stop);
    if (!circuit)
        return circuit.failure();
    ExtractionOptions extractionOptions;
    extractionOptions.top = request.extractedTop;
    extractionOptions.ground = request.graph.ground;
    auto extraction = readExtraction(files.extraction, extractionOptions, stop, progress);
    if (!extraction) {
        Error error = extraction.error();
        // A netlist without a capacitance, and one with: somebody took one for the other.
        if (error.code == "PAR-001" && readExtraction(files.schematic, {}, stop).ok())
            error.hint = "The file given as the schematic has capacitances: are the two exchanged?";
        return Unexpected{error};
    }
    if (request.suppliesAreGround)
        groundSupplies(*extraction, request.graph);
    auto paired = pairDesign(**circuit, *extraction, request.graph, stop);
    if (!paired) {
        Error error = paired.error();
        if (error.code == "PAR-008" || error.code == "PAR-020")
            error.where = files.schematic.string();
        else if (error.where.empty())
            error.where = files.extraction.string();
        return Unexpected{error};
    }
    Imported item;
    item.paired = std::move(*paired);
    Design& design = item.paired.design;
    design.graph.name = !files.name.empty()        ? files.name
                        : !extraction->top.empty() ? extraction->top
                                                   : files.extraction.stem().string();
    design.provenance = {{"schematic", files.schematic.filename().string()},
                         {"extraction", files.extraction.filename().string()},
                         {"format", formatName(extraction->format)},
                         {"top", extraction->top},
                         {"supplies", request.suppliesAreGround ? "ground" : "left out"},
                         {"command", request.command}};
    item.format = formatName(extraction->format);
    item.bytes = extraction->bytes;
    item.elements = extraction->elements;
    item.zeros = extraction->zeros;
    item.seconds = extraction->seconds;
    for (const Diagnostic& d : (*circuit)->diagnostics()) {
        if (d.severity == Severity::Error)
            item.findings.push_back(d);
    }
    item.findings.insert(item.findings.end(), extraction->findings.begin(),
                         extraction->findings.end());
    for (Diagnostic& d : item.paired.report.findings) { // of several designs: of which
        if (d.file.empty())
            d.file = files.extraction.string();
    }
    return item;
}

} // namespace

Expected<std::vector<Imported>> importDesigns(const ImportRequest& request, StopToken stop,
                                              ProgressSink& progress,
                                              std::vector<FailedImport>* failed) {
    std::vector<Files> files;
    std::error_code code;
    const bool folders =
        std::all_of(request.paths.begin(), request.paths.end(),
                    [&](const fs::path& path) { return fs::is_directory(path, code); });
    if (folders) {
        for (const fs::path& path : request.paths)
            collect(path, 1, files);
        if (!request.name.empty() && files.size() == 1)
            files.front().name = request.name;
    } else if (request.paths.size() == 2) {
        files.push_back({request.paths[0], request.paths[1], request.name});
    }
    if (files.empty())
        return fail("PAR-006", "There is nothing to import", {},
                    request.paths.empty() ? std::string{} : request.paths.front().string(),
                    "Give a schematic and its extraction, or folders that hold schematic.* and "
                    "extracted.*");
    std::vector<Imported> all;
    std::vector<FailedImport> lost;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name =
            files[i].name.empty() ? files[i].extraction.filename().string() : files[i].name;
        Part part(progress, i, files.size(), name);
        auto item = importOne(request, files[i], stop, part);
        if (item)
            all.push_back(std::move(*item));
        else if (!failed || stop.stopRequested())
            return item.failure();
        else
            lost.push_back({name, item.error()});
    }
    if (all.empty())
        return Unexpected{lost.front().error};
    if (failed)
        *failed = std::move(lost);
    return all;
}

} // namespace ohm::parasitics
