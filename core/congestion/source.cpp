// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/source.h"

#include "core/congestion/bytes.h"

#include <algorithm>
#include <map>

namespace ohm::congestion {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLook = std::size_t{1} << 16; ///< bytes that tell what a file is
constexpr double kTracksPerCell = 15;               ///< as OpenROAD and TritonRoute choose
constexpr int kTrackLevel = 3;

FileKind kindOfFile(const fs::path& file) {
    const auto bytes = peek(file, kLook);
    return bytes ? kindOf(*bytes) : FileKind::Unknown;
}

/// Without folder, .gz and .def.
std::string stemOf(const fs::path& file) {
    fs::path name = file.filename();
    if (name.extension() == ".gz")
        name = name.stem();
    return name.stem().string();
}

Source defSource(const fs::path& file) {
    Source source;
    source.kind = Source::Kind::Def;
    source.name = stemOf(file);
    source.def = file;
    return source;
}

Source circuitNetSource(const CircuitNetFiles& files) {
    Source source;
    source.kind = Source::Kind::CircuitNet;
    source.name = files.name;
    source.circuitNet = files;
    return source;
}

Unexpected nothing(const fs::path& path, const std::string& detail = {}) {
    return fail("CONG-070", "There is no design here that can be read", detail, path.string(),
                "Give CircuitNet arrays or tables, a DEF, a file made by congestion import, or a "
                "folder of them");
}

Expected<std::vector<Source>> inFolder(const fs::path& folder) {
    std::error_code code;
    std::vector<fs::path> files;
    for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
        if (it->is_regular_file(code))
            files.push_back(it->path());
    }
    if (code)
        return fail("BASE-003", "The folder cannot be read", code.message(), folder.string());
    std::sort(files.begin(), files.end());
    std::vector<fs::path> defs, lefs, guides;
    std::map<std::string, CircuitNetFiles> netlists;
    for (const fs::path& file : files) {
        switch (kindOfFile(file)) {
        case FileKind::Def:
            defs.push_back(file);
            break;
        case FileKind::Lef:
            lefs.push_back(file);
            break;
        case FileKind::Guides:
            guides.push_back(file);
            break;
        case FileKind::Npy:
        case FileKind::Table: {
            const auto found = findCircuitNet(file);
            if (found && *found)
                netlists.emplace((*found)->name, **found);
            break;
        }
        default:
            break;
        }
    }
    std::vector<Source> sources;
    // A netlist that a placement of the folder already uses is no further design.
    for (const auto& item : netlists) {
        const CircuitNetFiles& netlist = item.second;
        const bool used = std::any_of(netlists.begin(), netlists.end(), [&](const auto& other) {
            return netlist.placement.empty() && !other.second.placement.empty() &&
                   other.second.pins == netlist.pins;
        });
        if (!used)
            sources.push_back(circuitNetSource(netlist));
    }
    for (const fs::path& def : defs)
        sources.push_back(defSource(def));
    if (defs.size() == 1) {
        sources.back().lef = lefs;
        if (guides.size() == 1)
            sources.back().guides = guides[0];
        const auto name = fs::weakly_canonical(folder, code).filename().string();
        if (!code && !name.empty())
            sources.back().name = name;
    }
    if (sources.empty())
        return nothing(folder);
    return sources;
}

Expected<LabelMaps> mapsOf(const ReadOptions& options) {
    NumericArray maps[2];
    const fs::path* files[2] = {&options.horizontal, &options.vertical};
    for (int k = 0; k < 2; ++k) {
        const auto bytes = readPlain(*files[k]);
        if (!bytes)
            return bytes.failure();
        auto array = readNumericNpy(bytes->view());
        if (!array) {
            Error error = array.error();
            error.where = files[k]->string();
            return Unexpected{error};
        }
        maps[k] = std::move(*array);
    }
    return labelsFromArrays(maps[0], maps[1]);
}

Expected<GCellGrid> gridOf(const Def& def, const Guides* guides, const ReadOptions& options) {
    if (options.gcell > 0)
        return gridOver(def.die, options.gcell * def.unitsPerMicron);
    if (def.grid.columns > 0)
        return def.grid;
    if (guides) {
        if (const double side = cellSideOf(*guides, def.die); side > 0)
            return gridOver(def.die, side);
    }
    for (const DefTracks& track : def.tracks) {
        if (layerLevel(def.layers[static_cast<std::size_t>(track.layer)]) == kTrackLevel &&
            track.axis == 'Y')
            return gridOver(def.die, kTracksPerCell * track.step);
    }
    return GCellGrid{};
}

Expected<LabelledDesign> readDefSource(const Source& source, const ReadOptions& options) {
    Lef lef;
    std::vector<fs::path> lefs = source.lef;
    lefs.insert(lefs.end(), options.lef.begin(), options.lef.end());
    for (const fs::path& file : lefs) {
        const auto bytes = readPlain(file);
        if (!bytes)
            return bytes.failure();
        if (const auto read = readLef(bytes->view(), file.string(), lef); !read)
            return read.failure();
    }
    const Lef* library = lefs.empty() ? nullptr : &lef;
    const auto bytes = readPlain(source.def);
    if (!bytes)
        return bytes.failure();
    auto def = readDef(bytes->view(), source.def.string());
    if (!def)
        return def.failure();
    const fs::path guideFile = options.guides.empty() ? source.guides : options.guides;
    std::optional<Guides> guides;
    if (!guideFile.empty()) {
        const auto text = readPlain(guideFile);
        if (!text)
            return text.failure();
        auto read = readGuides(text->view(), guideFile.string());
        if (!read)
            return read.failure();
        guides = std::move(*read);
    }
    const auto grid = gridOf(*def, guides ? &*guides : nullptr, options);
    if (!grid)
        return grid.failure();
    LabelledDesign out;
    if (guides) {
        auto labels = labelsFromGuides(*guides, *def, library, *grid, !options.demand);
        if (!labels)
            return labels.failure();
        out.labels = std::move(*labels);
    } else if (!def->wires.empty()) {
        auto labels = labelsFromWires(*def, library, *grid, options.wires);
        if (!labels)
            return labels.failure();
        out.labels = std::move(*labels);
    }
    out.design = designOf(std::move(*def), library, *grid);
    out.design.name = source.name;
    return out;
}

} // namespace

Expected<std::vector<Source>> findSources(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code))
        return inFolder(path);
    const auto bytes = peek(path, kLook);
    if (!bytes)
        return bytes.failure();
    switch (kindOf(*bytes)) {
    case FileKind::Def:
        return std::vector{defSource(path)};
    case FileKind::Npy:
    case FileKind::Table: {
        const auto found = findCircuitNet(path);
        if (!found)
            return found.failure();
        if (*found)
            return std::vector{circuitNetSource(**found)};
        return nothing(path, "no netlist belongs to this array");
    }
    case FileKind::Lef:
        return fail("CONG-071", "A LEF file alone is no design", {}, path.string(),
                    "Give the DEF, and this file with --lef");
    case FileKind::Guides:
        return fail("CONG-071", "Guides alone are no design", {}, path.string(),
                    "Give the DEF, and this file with --guides");
    default:
        return nothing(path);
    }
}

Expected<LabelledDesign> readSource(const Source& source, const ReadOptions& options) {
    LabelledDesign out;
    if (source.kind == Source::Kind::Def) {
        auto read = readDefSource(source, options);
        if (!read)
            return read.failure();
        out = std::move(*read);
    } else {
        auto design = readCircuitNet(source.circuitNet);
        if (!design)
            return design.failure();
        out.design = std::move(*design);
    }
    if (!options.horizontal.empty() || !options.vertical.empty()) {
        auto labels = mapsOf(options);
        if (!labels)
            return labels.failure();
        const GCellGrid& grid = out.design.grid;
        if (labels->grid.columns < grid.columns || labels->grid.rows < grid.rows)
            return fail("CONG-034", "The label maps are smaller than the layout",
                        std::to_string(labels->grid.columns) + " x " +
                            std::to_string(labels->grid.rows) + " for " +
                            std::to_string(grid.columns) + " x " + std::to_string(grid.rows));
        // The layout names the GCells that cells lie in; the maps say how many there are.
        out.design.grid.columns = labels->grid.columns;
        out.design.grid.rows = labels->grid.rows;
        labels->grid = out.design.grid;
        out.labels = std::move(*labels);
    }
    out.design = options.unplacedToo ? usedPart(out.design) : placedPart(out.design);
    return out;
}

} // namespace ohm::congestion
