// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/circuitnet.h"

#include "core/congestion/bytes.h"
#include "core/congestion/pickle.h"
#include "core/congestion/split.h"
#include "core/congestion/words.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

namespace ohm::congestion {
namespace {

constexpr std::size_t kMostCount = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMostIndex = kMostColumns - 1;

/// What the files of both forms say, before it is put together.
struct Raw {
    std::vector<std::string> instances, cells, nets;
    bool haveNodes = false;
    std::vector<std::int64_t> pinNode, pinNet;
    std::size_t pinRows = 0, busPinRows = 0;
    struct Place {
        std::string name;
        std::array<std::int64_t, 4> at;
    };
    std::vector<Place> placement;
    bool havePlacement = false;
};

Unexpected wrongLine(const char* what, std::size_t line, const std::filesystem::path& path) {
    return fail("CONG-020", "A line of the table is not understood", what,
                path.string() + ":" + std::to_string(line), "The file may be damaged");
}

/// Calls row(fields, line) for each line after the heading; a row that returns a text stops.
template <typename Row>
Expected<void> readTable(const std::filesystem::path& path, std::size_t columns, Row&& row) {
    const auto bytes = readPlain(path);
    if (!bytes)
        return bytes.failure();
    const std::string_view text = bytes->view();
    if (!text.starts_with('#'))
        return wrongLine("the heading is missing", 1, path);
    std::vector<std::string_view> fields;
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view rest = text.substr(begin, end - begin);
        begin = end + 1;
        ++line;
        if (rest.ends_with('\r'))
            rest.remove_suffix(1);
        if (line == 1 || rest.empty())
            continue;
        if (end == text.size())
            return wrongLine("the last line is cut short", line, path);
        fields.clear();
        for (std::size_t at = 0; at <= rest.size() && fields.size() <= columns;) {
            const std::size_t tab = std::min(rest.find('\t', at), rest.size());
            fields.push_back(rest.substr(at, tab - at));
            at = tab + 1;
        }
        if (fields.size() != columns)
            return wrongLine("another number of columns", line, path);
        if (const char* wrong = row(fields))
            return wrongLine(wrong, line, path);
    }
    return {};
}

/// "17" or "[17,18,19]".
bool netsOf(std::string_view text, std::vector<std::int64_t>& nets, bool& list) {
    nets.clear();
    list = text.starts_with('[');
    if (!list) {
        const auto net = toInteger(text);
        if (net)
            nets.push_back(*net);
        return net.has_value();
    }
    if (!text.ends_with(']'))
        return false;
    text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view word = text.substr(0, comma);
        while (word.starts_with(' '))
            word.remove_prefix(1);
        const auto net = toInteger(word);
        if (!net)
            return false;
        nets.push_back(*net);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return true;
}

Expected<Raw> readTables(const CircuitNetFiles& files) {
    Raw raw;
    if (!files.nodes.empty()) {
        raw.haveNodes = true;
        const auto read = readTable(files.nodes, 3, [&](const auto& f) -> const char* {
            if (toInteger(f[0]) != static_cast<std::int64_t>(raw.instances.size()))
                return "the numbers of the rows do not follow one another";
            raw.instances.emplace_back(f[1]);
            raw.cells.emplace_back(f[2]);
            return nullptr;
        });
        if (!read)
            return read.failure();
    }
    auto read = readTable(files.nets, 2, [&](const auto& f) -> const char* {
        if (toInteger(f[0]) != static_cast<std::int64_t>(raw.nets.size()))
            return "the numbers of the rows do not follow one another";
        raw.nets.emplace_back(f[1]);
        return nullptr;
    });
    if (!read)
        return read.failure();
    std::vector<std::int64_t> nets;
    read = readTable(files.pins, 3, [&](const auto& f) -> const char* {
        const auto node = toInteger(f[0]);
        bool list = false;
        if (!node || !netsOf(f[2], nets, list))
            return "node or nets are no numbers";
        ++raw.pinRows;
        raw.busPinRows += list;
        for (const std::int64_t net : nets) {
            raw.pinNode.push_back(*node);
            raw.pinNet.push_back(net);
        }
        return nullptr;
    });
    if (!read)
        return read.failure();
    if (files.placement.empty())
        return raw;
    raw.havePlacement = true;
    read = readTable(files.placement, 6, [&](const auto& f) -> const char* {
        Raw::Place place;
        place.name = f[1];
        for (std::size_t k = 0; k < 4; ++k) {
            const auto value = toInteger(f[k + 2]);
            if (!value)
                return "a coordinate is no integer";
            place.at[k] = *value;
        }
        raw.placement.push_back(std::move(place));
        return nullptr;
    });
    if (!read)
        return read.failure();
    return raw;
}

/// A pickled array with the bytes that its texts lie in.
struct Loaded {
    PlainBytes bytes;
    ObjectArray array;
    std::filesystem::path path;
};

Expected<void> load(const std::filesystem::path& path, Loaded& out) {
    auto bytes = readPlain(path);
    if (!bytes)
        return bytes.failure();
    out.bytes = std::move(*bytes);
    out.path = path;
    auto array = readObjectNpy(out.bytes.view());
    if (!array) {
        Error error = array.error();
        error.where = path.string();
        return Unexpected{error};
    }
    out.array = std::move(*array);
    return {};
}

Unexpected wrongArray(const char* what, const Loaded& from) {
    return fail("CONG-015", "The array is not laid out as CircuitNet's", what, from.path.string());
}

using Kind = ObjectArray::Kind;

/// The names of row `row` of an array of `rows` rows.
Expected<void> names(const Loaded& from, std::size_t rows, std::size_t row,
                     std::vector<std::string>& out) {
    const auto& shape = from.array.shape();
    if (shape.size() != 2 || shape[0] != rows)
        return wrongArray("another shape", from);
    const auto cells = from.array.elements().subspan(row * shape[1], shape[1]);
    out.reserve(cells.size());
    for (const auto cell : cells) {
        if (from.array.kind(cell) != Kind::Text)
            return wrongArray("a name is no text", from);
        out.emplace_back(from.array.text(cell));
    }
    return {};
}

Expected<void> pinsOf(const Loaded& from, Raw& raw) {
    const ObjectArray& array = from.array;
    if (array.shape().size() != 2 || array.shape()[0] != 3)
        return wrongArray("another shape", from);
    const std::size_t count = array.shape()[1];
    raw.pinRows = count;
    const auto cells = array.elements();
    for (std::size_t i = 0; i < count; ++i) {
        const auto net = cells[count + i], node = cells[2 * count + i];
        if (array.kind(node) != Kind::Int)
            return wrongArray("the node of a pin is no integer", from);
        const auto add = [&](ObjectArray::Value value) {
            if (array.kind(value) != Kind::Int)
                return false;
            raw.pinNode.push_back(array.integer(node));
            raw.pinNet.push_back(array.integer(value));
            return true;
        };
        bool good = true;
        if (array.kind(net) == Kind::List) {
            ++raw.busPinRows;
            for (const auto member : array.items(net))
                good = good && add(member);
        } else {
            good = add(net);
        }
        if (!good)
            return wrongArray("the net of a pin is no integer", from);
        if (raw.pinNode.size() > kMostCount)
            return wrongArray("too many pins", from);
    }
    return {};
}

Expected<void> placementOf(const Loaded& from, Raw& raw) {
    const ObjectArray& array = from.array;
    if (!array.shape().empty() || array.elements().size() != 1 ||
        array.kind(array.elements()[0]) != Kind::Dict)
        return wrongArray("it is no dictionary", from);
    const auto items = array.items(array.elements()[0]);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const Kind kind = array.kind(items[i + 1]);
        if (array.kind(items[i]) != Kind::Text || (kind != Kind::List && kind != Kind::Tuple) ||
            array.items(items[i + 1]).size() != 4)
            return wrongArray("an instance has not four numbers", from);
        Raw::Place place;
        place.name = array.text(items[i]);
        for (std::size_t k = 0; k < 4; ++k) {
            const auto value = array.items(items[i + 1])[k];
            if (array.kind(value) != Kind::Int)
                return wrongArray("a coordinate is no integer", from);
            place.at[k] = array.integer(value);
        }
        raw.placement.push_back(std::move(place));
    }
    raw.havePlacement = true;
    return {};
}

Expected<Raw> readArrays(const CircuitNetFiles& files) {
    Raw raw;
    Expected<void> done;
    if (!files.nodes.empty()) {
        Loaded nodes;
        raw.haveNodes = true;
        if (!(done = load(files.nodes, nodes)) || !(done = names(nodes, 2, 0, raw.instances)) ||
            !(done = names(nodes, 2, 1, raw.cells)))
            return done.failure();
    }
    Loaded nets, pins, placement;
    if (!(done = load(files.nets, nets)) || !(done = names(nets, 1, 0, raw.nets)) ||
        !(done = load(files.pins, pins)) || !(done = pinsOf(pins, raw)))
        return done.failure();
    if (!files.placement.empty() &&
        (!(done = load(files.placement, placement)) || !(done = placementOf(placement, raw))))
        return done.failure();
    return raw;
}

Expected<void> place(const Raw& raw, const CircuitNetFiles& files, Design& design) {
    std::unordered_map<std::string_view, std::size_t> byName;
    byName.reserve(raw.instances.size());
    for (std::size_t n = 0; n < raw.instances.size(); ++n)
        byName.emplace(raw.instances[n], n);
    design.hasPlacement = true;
    design.placementRows = raw.placement.size();
    std::int64_t right = 0, top = 0;
    for (const Raw::Place& place : raw.placement) {
        const auto [l, b, r, t] = place.at;
        if (l < 0 || b < 0 || r < l || t < b || r > kMostIndex || t > kMostIndex)
            return fail("CONG-023", "A placement is no box of GCells", place.name,
                        files.placement.string());
        right = std::max(right, r);
        top = std::max(top, t);
        const auto found = byName.find(place.name);
        if (found == byName.end()) {
            ++design.placementOnly;
            continue;
        }
        const std::size_t n = found->second;
        design.placed[n] = 1;
        design.boxes[n] = {static_cast<double>(l), static_cast<double>(b),
                           static_cast<double>(r + 1), static_cast<double>(t + 1)};
        design.cells[n] = {static_cast<std::int32_t>((l + r) / 2),
                           static_cast<std::int32_t>((b + t) / 2)};
    }
    design.grid.columns = static_cast<int>(right) + 1;
    design.grid.rows = static_cast<int>(top) + 1;
    return {};
}

/// The file `folder`/`stem` with the first of the endings that exists.
std::filesystem::path existing(const std::filesystem::path& folder, const std::string& stem) {
    std::error_code code;
    for (const char* ending : {"", ".gz"}) {
        const auto path = folder / (stem + ending);
        if (std::filesystem::is_regular_file(path, code))
            return path;
    }
    return {};
}

Unexpected lacking(const std::string& what, const std::filesystem::path& file) {
    return fail("CONG-022", "A file of the netlist is missing", what, file.string(),
                "Keep the files of one netlist in one folder");
}

Expected<std::optional<CircuitNetFiles>> findTables(const std::filesystem::path& folder,
                                                    const std::string& stem,
                                                    const std::filesystem::path& file) {
    CircuitNetFiles files;
    files.name = stem;
    files.nodes = existing(folder, stem + ".nodes.tsv");
    files.nets = existing(folder, stem + ".nets.tsv");
    files.pins = existing(folder, stem + ".pins.tsv");
    files.placement = existing(folder, stem + ".placements.tsv");
    if (files.nets.empty() || files.pins.empty())
        return lacking(stem + (files.nets.empty() ? ".nets.tsv" : ".pins.tsv"), file);
    if (!files.placement.empty() && files.nodes.empty())
        return lacking(stem + ".nodes.tsv", file);
    return std::optional(files);
}

/// `stem` is the netlist; attributes lie beside the file or in upstream's folders.
std::filesystem::path attribute(const std::filesystem::path& folder, const std::string& stem,
                                const std::string& kind) {
    const std::string name = stem + "_" + kind + "_attr.npy";
    for (const auto& place : {folder, folder.parent_path() / (kind + "_attr"),
                              folder.parent_path() / "graph_information" / (kind + "_attr")}) {
        if (auto path = existing(place, name); !path.empty())
            return path;
    }
    return {};
}

} // namespace

Expected<std::optional<CircuitNetFiles>> findCircuitNet(const std::filesystem::path& file) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    std::string name = file.filename().string();
    if (name.ends_with(".gz"))
        name.resize(name.size() - 3);
    for (const char* kind : {".nodes.tsv", ".nets.tsv", ".pins.tsv", ".placements.tsv"}) {
        if (name.ends_with(kind))
            return findTables(folder, name.substr(0, name.size() - std::string(kind).size()), file);
    }
    if (!name.ends_with(".npy"))
        return std::optional<CircuitNetFiles>();
    CircuitNetFiles files;
    for (const char* kind : {"_node_attr.npy", "_net_attr.npy", "_pin_attr.npy"}) {
        if (name.ends_with(kind))
            files.name = name.substr(0, name.size() - std::string(kind).size());
    }
    std::string stem = files.name;
    if (stem.empty()) {
        // A placement: ID-NETLIST-MORE.npy; the longest beginning of it that has pins.
        files.name = name.substr(0, name.size() - 4);
        const std::size_t dash = files.name.find('-');
        if (dash == std::string::npos || !toInteger(files.name.substr(0, dash)))
            return std::optional<CircuitNetFiles>();
        files.placement = file;
        for (stem = files.name.substr(dash + 1); !stem.empty();) {
            if (!attribute(folder, stem, "pin").empty())
                break;
            const std::size_t cut = stem.rfind('-');
            stem.resize(cut == std::string::npos ? 0 : cut);
        }
        if (stem.empty())
            return std::optional<CircuitNetFiles>();
    }
    files.nodes = attribute(folder, stem, "node");
    files.nets = attribute(folder, stem, "net");
    files.pins = attribute(folder, stem, "pin");
    if (files.nets.empty() || files.pins.empty())
        return lacking(stem + (files.nets.empty() ? "_net_attr.npy" : "_pin_attr.npy"), file);
    if (!files.placement.empty() && files.nodes.empty())
        return lacking(stem + "_node_attr.npy", file);
    return std::optional(files);
}

Expected<Design> readCircuitNet(const CircuitNetFiles& files) {
    const auto first = readPlain(files.pins);
    if (!first)
        return first.failure();
    const bool tables = kindOf(first->view()) == FileKind::Table;
    auto raw = tables ? readTables(files) : readArrays(files);
    if (!raw)
        return raw.failure();
    Design design;
    design.name = files.name;
    design.family = familyOf(files.name);
    design.format = tables ? "circuitnet-tsv" : "circuitnet-npy";
    const auto outside = [&](const char* what, std::int64_t number) {
        return fail("CONG-021", "A pin points outside the tables of the netlist",
                    what + std::to_string(number), files.pins.string());
    };
    // Without a table of nodes every node has a pin, so there are not more of them than pins.
    std::size_t nodes = raw->haveNodes ? raw->instances.size() : 0;
    if (!raw->haveNodes) {
        for (const std::int64_t node : raw->pinNode) {
            if (node >= static_cast<std::int64_t>(raw->pinRows))
                return outside("node ", node);
            nodes = std::max(nodes, static_cast<std::size_t>(std::max<std::int64_t>(0, node)) + 1);
        }
    }
    design.pins.nodes = nodes;
    design.pins.nets = raw->nets.size();
    design.pins.pinNode.reserve(raw->pinNode.size());
    design.pins.pinNet.reserve(raw->pinNode.size());
    for (std::size_t p = 0; p < raw->pinNode.size(); ++p) {
        const std::int64_t node = raw->pinNode[p], net = raw->pinNet[p];
        if (node < 0 || node >= static_cast<std::int64_t>(nodes))
            return outside("node ", node);
        if (net < 0 || net >= static_cast<std::int64_t>(raw->nets.size()))
            return outside("net ", net);
        design.pins.pinNode.push_back(static_cast<std::int32_t>(node));
        design.pins.pinNet.push_back(static_cast<std::int32_t>(net));
    }
    design.pinRows = raw->pinRows;
    design.busPinRows = raw->busPinRows;
    design.placed.assign(nodes, 0);
    design.boxes.assign(nodes, {});
    design.cells.assign(nodes, {-1, -1});
    if (raw->havePlacement) {
        if (const auto done = place(*raw, files, design); !done)
            return done.failure();
    }
    design.nodeNames = std::move(raw->instances);
    design.masters = std::move(raw->cells);
    design.netNames = std::move(raw->nets);
    return design;
}

} // namespace ohm::congestion
