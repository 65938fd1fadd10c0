// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/h5file.h"

#include "core/dataset/h5tools.h"

#include <algorithm>
#include <new>

namespace ohm::dataset {
namespace {

constexpr const char* kFormat = "ohmscape-graphs";
constexpr int kVersion = 1;
using namespace h5;

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> names;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        names.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

Expected<GraphSet> readOpenFile(hid_t file, const std::filesystem::path& path) {
    auto read = attributes(file);
    if (!read)
        return fail("DATA-002", "The attributes of the file cannot be read", {}, path.string(),
                    "It may be damaged or cut short");
    std::map<std::string, std::string>& texts = *read;
    if (texts["format"] != kFormat)
        return fail("DATA-003", "This HDF5 file is not an Ohmscape dataset", {}, path.string());
    if (texts["format_version"] != std::to_string(kVersion))
        return fail("DATA-003", "This dataset was made by another version of the format",
                    "version " + texts["format_version"], path.string());
    const auto lacks = [&](const char* name) {
        return fail("DATA-003", "An array of the dataset is missing, damaged or of another size",
                    name, path.string(), "It may be damaged or cut short");
    };
    GraphSet set;
    set.featureNames = split(texts["feature_names"]);
    set.graphLabelNames = split(texts["graph_label_names"]);
    if (!readArray(file, "node_ptr", set.nodePtr, {}) || set.nodePtr.empty())
        return lacks("node_ptr");
    const hsize_t graphs = set.nodePtr.size() - 1;
    if (!readArray(file, "edge_ptr", set.edgePtr, graphs + 1))
        return lacks("edge_ptr");
    if (set.nodePtr.back() < 0 || set.edgePtr.back() < 0)
        return lacks("node_ptr or edge_ptr");
    const auto nodes = static_cast<hsize_t>(set.nodePtr.back());
    hsize_t width = 0;
    hsize_t pair = 0;
    if (!readArray(file, "x", set.x, nodes, &width) || set.featureNames.size() != width)
        return lacks("x");
    if (!readArray(file, "edge_index", set.edges, static_cast<hsize_t>(set.edgePtr.back()),
                   &pair) ||
        pair != 2)
        return lacks("edge_index");
    if (!readArray(file, "y", set.y, nodes))
        return lacks("y");
    if (!readArray(file, "output_mask", set.outputMask, nodes))
        return lacks("output_mask");
    if (!readArray(file, "topology", set.topology, graphs))
        return lacks("topology");
    hsize_t labels = 0;
    if (H5Lexists(file, "graph_labels", H5P_DEFAULT) > 0 &&
        (!readArray(file, "graph_labels", set.graphLabels, graphs, &labels) ||
         labels != set.graphLabelNames.size()))
        return lacks("graph_labels");
    set.featureWidth = width;
    constexpr std::string_view kPrefix = "provenance.";
    for (const auto& [name, value] : texts) {
        if (name.starts_with(kPrefix))
            set.attributes[name.substr(kPrefix.size())] = value;
    }
    const Expected<void> sound = set.validate();
    if (!sound) {
        Error error = sound.error();
        error.where = path.string();
        return Unexpected{error};
    }
    return set;
}

} // namespace

Expected<void> writeGraphSet(const GraphSet& set, const std::filesystem::path& path) {
    return writeFile(path, [&](hid_t file) {
        const auto width = static_cast<hsize_t>(std::max<std::size_t>(1, set.featureWidth));
        bool good =
            writeText(file, "format", kFormat) &&
            writeText(file, "format_version", std::to_string(kVersion)) &&
            writeText(file, "feature_names", joined(set.featureNames)) &&
            writeText(file, "graph_label_names", joined(set.graphLabelNames)) &&
            writeArray(file, "node_ptr", set.nodePtr, 1) &&
            writeArray(file, "edge_ptr", set.edgePtr, 1) && writeArray(file, "x", set.x, width) &&
            writeArray(file, "edge_index", set.edges, 2) && writeArray(file, "y", set.y, 1) &&
            writeArray(file, "output_mask", set.outputMask, 1) &&
            writeArray(file, "topology", set.topology, 1);
        if (!set.graphLabels.empty())
            good = good &&
                   writeArray(file, "graph_labels", set.graphLabels, set.graphLabelNames.size());
        for (const auto& [name, value] : set.attributes)
            good = good && writeText(file, "provenance." + name, value);
        return good;
    });
}

Expected<GraphSet> readGraphSet(const std::filesystem::path& path) {
    const Session session;
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        return fail("BASE-001", "The file does not exist", {}, path.string());
    const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!file.ok())
        return fail("DATA-002", "This is not a readable HDF5 file", {}, path.string(),
                    "It may be damaged or cut short");
    try {
        return readOpenFile(file.id(), path);
    } catch (const std::bad_alloc&) {
        return fail("DATA-004", "The dataset is too large for the memory of this machine", {},
                    path.string());
    }
}

} // namespace ohm::dataset
