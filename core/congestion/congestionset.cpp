// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/congestionset.h"

#include "core/base/parallel.h"
#include "core/congestion/features.h"
#include "core/congestion/timing.h"
#include "core/dataset/h5io.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>
#include <set>

namespace ohm::congestion {
namespace {

constexpr const char* kFormat = "ohmscape-congestion";
constexpr const char* kVersion = "1";
constexpr std::size_t kLabels = 2;

/// Names are kept in one text, separated by commas.
std::string plain(std::string name) {
    std::replace(name.begin(), name.end(), ',', '_');
    return name.empty() ? "-" : name;
}

template <typename T, typename Part>
std::vector<T> gathered(const CongestionSet& set, Part&& part) {
    std::vector<T> all;
    for (const CongestionSample& sample : set.samples) {
        const std::vector<T>& some = part(sample);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

template <typename T>
std::vector<T> slice(const std::vector<T>& all, std::int64_t begin, std::int64_t end,
                     std::size_t width) {
    const auto w = static_cast<std::int64_t>(width);
    return {all.begin() + begin * w, all.begin() + end * w};
}

bool finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

bool offsets(const std::vector<std::int64_t>& ptr, std::size_t count) {
    return ptr.size() == count + 1 && ptr.front() == 0 && std::is_sorted(ptr.begin(), ptr.end());
}

bool sound(const CongestionSample& s) {
    const auto inside = [](const std::vector<std::int32_t>& values, std::size_t end) {
        return std::all_of(values.begin(), values.end(), [&](std::int32_t v) {
            return v >= 0 && static_cast<std::size_t>(v) < end;
        });
    };
    if (!inside(s.pins.pinNode, s.pins.nodes) || !inside(s.pins.pinNet, s.pins.nets))
        return false;
    for (std::size_t n = 0; n < s.pins.nodes; ++n) {
        const std::int32_t i = s.gcell[2 * n], j = s.gcell[2 * n + 1];
        if (i < -1 || j < -1 || i >= s.grid.columns || j >= s.grid.rows || s.mask[n] > 1)
            return false;
    }
    return finite(s.x) && finite(s.y) && finite(s.mapX) && finite(s.mapY);
}

} // namespace

std::vector<SplitDesign> CongestionSet::splitDesigns() const {
    std::vector<SplitDesign> designs;
    for (const CongestionSample& sample : samples)
        designs.push_back({sample.name, sample.family, sample.pins.nodes});
    return designs;
}

CongestionSet emptyCongestionSet() {
    CongestionSet set;
    set.featureNames.assign(nodeFeatureNames().begin(), nodeFeatureNames().end());
    set.mapFeatureNames.assign(mapFeatureNames().begin(), mapFeatureNames().end());
    return set;
}

CongestionSample sampleOf(const LabelledDesign& from) {
    const Design& design = from.design;
    CongestionSample s;
    s.name = plain(design.name);
    s.family = plain(design.family);
    s.format = design.format;
    s.pins = design.pins;
    s.x = nodeFeatures(design);
    s.grid = design.grid;
    const NodeLabels labels = labelNodes(design, from.labels);
    s.y = labels.values;
    s.mask = labels.mask;
    for (const auto& [i, j] : design.cells) {
        s.gcell.push_back(i);
        s.gcell.push_back(j);
    }
    if (!design.pinRoles.empty())
        s.timing = timingOf(design);
    const std::size_t cells = design.grid.count(), width = mapFeatureNames().size();
    const auto maps = featureMaps(design);
    s.mapX.assign(cells * width, 0);
    s.mapY.assign(cells * kLabels, 0);
    for (std::size_t c = 0; c < cells && !maps.empty(); ++c) {
        for (std::size_t k = 0; k < width; ++k)
            s.mapX[c * width + k] = maps[k * cells + c];
    }
    if (from.labelled() && from.labels.grid == design.grid) {
        s.labelSource = from.labels.source;
        for (std::size_t c = 0; c < cells; ++c) {
            s.mapY[c * kLabels] = from.labels.horizontal[c];
            s.mapY[c * kLabels + 1] = from.labels.vertical[c];
        }
    }
    return s;
}

Expected<CongestionSet> importDesigns(const std::vector<Source>& sources,
                                      const ReadOptions& options, int threads,
                                      const StopToken& stop, ProgressSink& progress,
                                      Diagnostics& findings) {
    struct Slot {
        std::optional<CongestionSample> sample;
        std::optional<Error> error;
        Diagnostics findings;
    };
    std::vector<Slot> slots(sources.size());
    std::atomic<std::size_t> done{0};
    std::atomic<bool> failed{false};
    parallelBlocks(sources.size(), 1, threadCount(threads), [&](std::size_t g, std::size_t) {
        if (failed || stop.shouldStop())
            return;
        try {
            auto design = readSource(sources[g], options);
            if (design) {
                slots[g].sample = sampleOf(*design);
                slots[g].findings = std::move(design->design.findings);
                for (Diagnostic& finding : slots[g].findings)
                    finding.text = sources[g].name + ": " + finding.text;
            } else {
                slots[g].error = design.error();
                failed = true;
            }
        } catch (const std::bad_alloc&) {
            slots[g].error = Error{"CONG-002",
                                   "The design is too large for the memory of this "
                                   "machine",
                                   {},
                                   sources[g].name,
                                   {}};
            failed = true;
        }
        progress.report(static_cast<double>(++done) / static_cast<double>(sources.size()),
                        sources[g].name);
    });
    CongestionSet set = emptyCongestionSet();
    for (Slot& slot : slots) {
        if (slot.error)
            return Unexpected{*slot.error};
    }
    if (stop.shouldStop())
        return fail("CONG-079", "The import was stopped");
    for (Slot& slot : slots) {
        findings.insert(findings.end(), slot.findings.begin(), slot.findings.end());
        CongestionSet one = emptyCongestionSet();
        one.samples.push_back(std::move(*slot.sample));
        if (const auto joined = extend(set, std::move(one)); !joined)
            return joined.failure();
    }
    return set;
}

std::vector<float> combinedLabels(const std::vector<float>& pairs, Combine how) {
    std::vector<float> out;
    out.reserve(pairs.size() / kLabels);
    for (std::size_t i = 0; i + 1 < pairs.size(); i += kLabels)
        out.push_back(combined(pairs[i], pairs[i + 1], how));
    return out;
}

Expected<void> extend(CongestionSet& set, CongestionSet other) {
    if (set.featureNames != other.featureNames || set.mapFeatureNames != other.mapFeatureNames)
        return fail("CONG-061", "Files with other features cannot be joined", {}, {},
                    "Import the designs again with this version");
    std::set<std::string> names;
    for (const CongestionSample& sample : set.samples)
        names.insert(sample.name);
    for (CongestionSample& sample : other.samples) {
        std::string name = sample.name;
        for (int n = 2; !names.insert(name).second; ++n)
            name = sample.name + "#" + std::to_string(n);
        sample.name = name;
        set.samples.push_back(std::move(sample));
    }
    for (const auto& [key, value] : other.attributes)
        set.attributes.emplace(key, value);
    return {};
}

Expected<void> writeCongestionSet(const CongestionSet& set, const std::filesystem::path& path) {
    dataset::H5Writer file(path);
    std::vector<std::int64_t> nodePtr{0}, netPtr{0}, pinPtr{0}, cellPtr{0};
    std::vector<std::int32_t> grid;
    std::vector<std::string> names, families, formats, sources;
    for (const CongestionSample& s : set.samples) {
        nodePtr.push_back(nodePtr.back() + static_cast<std::int64_t>(s.pins.nodes));
        netPtr.push_back(netPtr.back() + static_cast<std::int64_t>(s.pins.nets));
        pinPtr.push_back(pinPtr.back() + static_cast<std::int64_t>(s.pins.pins()));
        cellPtr.push_back(cellPtr.back() + static_cast<std::int64_t>(s.grid.count()));
        grid.push_back(s.grid.columns);
        grid.push_back(s.grid.rows);
        names.push_back(plain(s.name));
        families.push_back(plain(s.family));
        formats.push_back(plain(s.format));
        sources.push_back(plain(s.labelSource));
    }
    const std::size_t designs = set.samples.size();
    const auto nodes = static_cast<std::size_t>(nodePtr.back());
    const auto cells = static_cast<std::size_t>(cellPtr.back());
    file.text("format", kFormat);
    file.text("format_version", kVersion);
    file.text("feature_names", dataset::joinedNames(set.featureNames));
    file.text("map_feature_names", dataset::joinedNames(set.mapFeatureNames));
    file.text("label_names", "horizontal,vertical");
    for (const auto& [name, value] : set.attributes)
        file.text("provenance." + name, value);
    // Names may be many: attributes hold 64 kB at most.
    const auto texts = [&](const char* name, const std::vector<std::string>& values) {
        const std::string joined = dataset::joinedNames(values);
        file.array(name, std::vector<std::uint8_t>(joined.begin(), joined.end()));
    };
    texts("design_names", names);
    texts("families", families);
    texts("formats", formats);
    texts("label_sources", sources);
    const auto floats = [&](const char* name, const std::vector<float>& data, std::size_t rows,
                            std::size_t columns) {
        file.array(name, std::span<const float>(data), {rows, columns});
    };
    const auto integers = [&](const char* name, const std::vector<std::int32_t>& data,
                              std::size_t rows) {
        file.array(name, std::span<const std::int32_t>(data), {rows, 2});
    };
    file.array("node_ptr", nodePtr);
    file.array("net_ptr", netPtr);
    file.array("pin_ptr", pinPtr);
    file.array("cell_ptr", cellPtr);
    integers("grid", grid, designs);
    using S = CongestionSample;
    file.array("pin_node", gathered<std::int32_t>(
                               set, [](const S& s) -> const auto& { return s.pins.pinNode; }));
    file.array("pin_net", gathered<std::int32_t>(
                              set, [](const S& s) -> const auto& { return s.pins.pinNet; }));
    floats("x",
           gathered<float>(
               set, [](const S& s) -> const auto& { return s.x; }),
           nodes, set.featureNames.size());
    floats("y",
           gathered<float>(
               set, [](const S& s) -> const auto& { return s.y; }),
           nodes, kLabels);
    file.array("mask", gathered<std::uint8_t>(
                           set, [](const S& s) -> const auto& { return s.mask; }));
    integers("gcell",
             gathered<std::int32_t>(
                 set, [](const S& s) -> const auto& { return s.gcell; }),
             nodes);
    // An array of its own, only where there is one: files without it stay what they were.
    if (std::any_of(set.samples.begin(), set.samples.end(),
                    [](const S& s) { return !s.timing.empty(); })) {
        std::vector<float> timing;
        for (const S& s : set.samples) {
            timing.insert(timing.end(), s.timing.begin(), s.timing.end());
            const std::vector<float> none{std::numeric_limits<float>::quiet_NaN(), 0, 0, 0};
            for (std::size_t n = s.timing.size() / kTimingColumns; n < s.pins.nodes; ++n)
                timing.insert(timing.end(), none.begin(), none.end());
        }
        std::string columns;
        for (const char* name : timingNames())
            columns += (columns.empty() ? "" : ",") + std::string(name);
        file.text("timing_names", columns);
        floats("timing", timing, nodes, kTimingColumns);
    }
    floats("map_x",
           gathered<float>(
               set, [](const S& s) -> const auto& { return s.mapX; }),
           cells, set.mapFeatureNames.size());
    floats("map_y",
           gathered<float>(
               set, [](const S& s) -> const auto& { return s.mapY; }),
           cells, kLabels);
    if (!file.commit())
        return fail("CONG-060", "The congestion file cannot be written", "the disk may be full",
                    path.string());
    return {};
}

namespace {

Expected<CongestionSet> readOpen(const dataset::H5Reader& file, const std::filesystem::path& path) {
    const auto wrong = [&](const std::string& text, const std::string& detail = {}) {
        return fail("CONG-061", text, detail, path.string(), "Import the designs again");
    };
    auto attributes = file.texts();
    if (!attributes)
        return wrong("The attributes of the file cannot be read");
    if ((*attributes)["format"] != kFormat)
        return wrong("This HDF5 file holds no congestion designs of Ohmscape");
    if ((*attributes)["format_version"] != kVersion)
        return wrong("This file was made by another version of the format");
    CongestionSet set;
    set.featureNames = dataset::splitNames((*attributes)["feature_names"]);
    set.mapFeatureNames = dataset::splitNames((*attributes)["map_feature_names"]);
    const std::size_t features = set.featureNames.size(), channels = set.mapFeatureNames.size();
    std::vector<std::int64_t> nodePtr, netPtr, pinPtr, cellPtr;
    std::vector<std::int32_t> grid, pinNode, pinNet, gcell;
    std::vector<float> x, y, mapX, mapY;
    std::vector<std::uint8_t> mask;
    const auto lacks = [&](const char* name) {
        return wrong("An array of the file is missing, damaged or of another size", name);
    };
    if (!file.array("node_ptr", nodePtr) || nodePtr.empty())
        return lacks("node_ptr");
    const std::size_t designs = nodePtr.size() - 1;
    const auto pointer = [&](const char* name, std::vector<std::int64_t>& ptr) {
        return file.array(name, ptr, designs + 1) && offsets(ptr, designs);
    };
    if (!offsets(nodePtr, designs) || !pointer("net_ptr", netPtr) || !pointer("pin_ptr", pinPtr) ||
        !pointer("cell_ptr", cellPtr))
        return lacks("the offsets");
    const auto nodes = static_cast<std::size_t>(nodePtr.back());
    const auto pins = static_cast<std::size_t>(pinPtr.back());
    const auto cells = static_cast<std::size_t>(cellPtr.back());
    const auto table = [&](const char* name, auto& data, std::size_t rows, std::size_t columns) {
        std::size_t width = 0;
        return file.array(name, data, rows, &width) && (width == columns || data.empty());
    };
    if (!table("grid", grid, designs, 2))
        return lacks("grid");
    if (!file.array("pin_node", pinNode, pins) || !file.array("pin_net", pinNet, pins))
        return lacks("pin_node or pin_net");
    if (!table("x", x, nodes, features) || !table("y", y, nodes, kLabels) ||
        !file.array("mask", mask, nodes) || !table("gcell", gcell, nodes, 2))
        return lacks("x, y, mask or gcell");
    if (!table("map_x", mapX, cells, channels) || !table("map_y", mapY, cells, kLabels))
        return lacks("map_x or map_y");
    std::vector<float> timing;
    if (attributes->count("timing_names") != 0 && !table("timing", timing, nodes, kTimingColumns))
        return lacks("timing");
    const auto texts = [&](const char* name, std::vector<std::string>& values) {
        std::vector<std::uint8_t> bytes;
        if (!file.array(name, bytes))
            return false;
        values = dataset::splitNames(std::string(bytes.begin(), bytes.end()));
        return values.size() == designs;
    };
    std::vector<std::string> names, families, formats, sources;
    if (!texts("design_names", names) || !texts("families", families) ||
        !texts("formats", formats) || !texts("label_sources", sources))
        return lacks("the names of the designs");
    for (std::size_t g = 0; g < designs; ++g) {
        CongestionSample s;
        s.name = names[g];
        s.family = families[g];
        s.format = formats[g];
        s.labelSource = sources[g] == "-" ? "" : sources[g];
        s.pins.nodes = static_cast<std::size_t>(nodePtr[g + 1] - nodePtr[g]);
        s.pins.nets = static_cast<std::size_t>(netPtr[g + 1] - netPtr[g]);
        s.pins.pinNode = slice(pinNode, pinPtr[g], pinPtr[g + 1], 1);
        s.pins.pinNet = slice(pinNet, pinPtr[g], pinPtr[g + 1], 1);
        s.x = slice(x, nodePtr[g], nodePtr[g + 1], features);
        s.y = slice(y, nodePtr[g], nodePtr[g + 1], kLabels);
        s.mask = slice(mask, nodePtr[g], nodePtr[g + 1], 1);
        s.gcell = slice(gcell, nodePtr[g], nodePtr[g + 1], 2);
        if (!timing.empty()) {
            s.timing = slice(timing, nodePtr[g], nodePtr[g + 1], kTimingColumns);
            for (std::size_t k = 0; k < s.timing.size(); ++k) { // an arrival may be unknown
                if (!std::isfinite(s.timing[k]) &&
                    !(k % kTimingColumns == 0 && std::isnan(s.timing[k])))
                    return wrong("A design of the file contradicts itself", names[g]);
            }
        }
        s.grid.columns = grid[2 * g];
        s.grid.rows = grid[2 * g + 1];
        if (s.grid.columns < 0 || s.grid.rows < 0 || s.grid.columns > kMostColumns ||
            s.grid.rows > kMostColumns ||
            s.grid.count() != static_cast<std::size_t>(cellPtr[g + 1] - cellPtr[g]))
            return wrong("The grid of a design contradicts its cells", names[g]);
        s.mapX = slice(mapX, cellPtr[g], cellPtr[g + 1], channels);
        s.mapY = slice(mapY, cellPtr[g], cellPtr[g + 1], kLabels);
        if (!sound(s))
            return wrong("A design of the file contradicts itself", names[g]);
        set.samples.push_back(std::move(s));
    }
    constexpr std::string_view kPrefix = "provenance.";
    for (const auto& [name, value] : *attributes) {
        if (name.starts_with(kPrefix))
            set.attributes[name.substr(kPrefix.size())] = value;
    }
    return set;
}

} // namespace

Expected<CongestionSet> readCongestionSet(const std::filesystem::path& path) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        return fail("BASE-001", "The file does not exist", {}, path.string());
    const dataset::H5Reader file(path);
    if (!file.good())
        return fail("CONG-061", "This is not a readable HDF5 file", {}, path.string(),
                    "It may be damaged or cut short");
    try {
        return readOpen(file, path);
    } catch (const std::bad_alloc&) {
        return fail("CONG-061", "The file is too large for the memory of this machine", {},
                    path.string());
    }
}

} // namespace ohm::congestion
