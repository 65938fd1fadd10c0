// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/h5file.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include <hdf5.h>
#include <unistd.h>

namespace ohm::dataset {
namespace {

constexpr const char* kFormat = "ohmscape-graphs";
constexpr int kVersion = 1;

std::mutex& libraryLock() {
    static std::mutex mutex;
    return mutex;
}

/// An HDF5 handle with the function that closes it.
class Handle {
public:
    Handle(hid_t id, herr_t (*close)(hid_t))
        : m_id(id)
        , m_close(close) {}
    Handle(Handle&& other) noexcept
        : m_id(std::exchange(other.m_id, -1))
        , m_close(other.m_close) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle& operator=(Handle&&) = delete;
    ~Handle() {
        if (m_id >= 0)
            m_close(m_id);
    }
    hid_t id() const { return m_id; }
    bool ok() const { return m_id >= 0; }

private:
    hid_t m_id;
    herr_t (*m_close)(hid_t);
};

template <typename T>
hid_t memoryType();
template <>
hid_t memoryType<float>() {
    return H5T_NATIVE_FLOAT;
}
template <>
hid_t memoryType<std::int64_t>() {
    return H5T_NATIVE_INT64;
}
template <>
hid_t memoryType<std::int32_t>() {
    return H5T_NATIVE_INT32;
}
template <>
hid_t memoryType<std::uint8_t>() {
    return H5T_NATIVE_UINT8;
}

template <typename T>
bool writeArray(hid_t file, const char* name, const std::vector<T>& data, hsize_t columns) {
    const std::array<hsize_t, 2> dims{data.size() / columns, columns};
    const int rank = columns > 1 ? 2 : 1;
    const Handle space(H5Screate_simple(rank, dims.data(), nullptr), H5Sclose);
    const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (!data.empty()) {
        const std::array<hsize_t, 2> chunk{
            std::min<hsize_t>(dims[0], std::max<hsize_t>(1, (1 << 18) / columns)), columns};
        H5Pset_chunk(properties.id(), rank, chunk.data());
        H5Pset_shuffle(properties.id());
        H5Pset_deflate(properties.id(), 6);
    }
    const Handle set(H5Dcreate2(file, name, memoryType<T>(), space.id(), H5P_DEFAULT,
                                properties.id(), H5P_DEFAULT),
                     H5Dclose);
    return set.ok() && (data.empty() || H5Dwrite(set.id(), memoryType<T>(), H5S_ALL, H5S_ALL,
                                                 H5P_DEFAULT, data.data()) >= 0);
}

bool writeText(hid_t file, const std::string& name, const std::string& value) {
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.id(), std::max<std::size_t>(1, value.size()));
    H5Tset_cset(type.id(), H5T_CSET_UTF8);
    const Handle attribute(
        H5Acreate2(file, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    return attribute.ok() &&
           H5Awrite(attribute.id(), type.id(), value.empty() ? "\0" : value.data()) >= 0;
}

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

/// Reads a whole dataset of any numeric type into T; false if it is missing, has another rank, or
/// claims more elements than the file could hold uncompressed at a ratio of 2000.
template <typename T>
bool readArray(hid_t file, const char* name, std::vector<T>& data, hsize_t* columns = nullptr) {
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0)
        return false;
    const Handle set(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose);
    if (!set.ok())
        return false;
    const Handle type(H5Dget_type(set.id()), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type.id());
    if (kind != H5T_INTEGER && kind != H5T_FLOAT)
        return false;
    const Handle space(H5Dget_space(set.id()), H5Sclose);
    std::array<hsize_t, 2> dims{0, 1};
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if (rank < 1 || rank > 2)
        return false;
    H5Sget_simple_extent_dims(space.id(), dims.data(), nullptr);
    hsize_t fileSize = 0;
    H5Fget_filesize(file, &fileSize);
    if (dims[1] == 0 || dims[0] > (fileSize * 2000) / dims[1])
        return false;
    if (columns)
        *columns = dims[1];
    data.resize(dims[0] * dims[1]);
    return data.empty() ||
           H5Dread(set.id(), memoryType<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()) >= 0;
}

herr_t collectAttribute(hid_t file, const char* name, const H5A_info_t*, void* out) {
    const Handle attribute(H5Aopen(file, name, H5P_DEFAULT), H5Aclose);
    const Handle type(H5Aget_type(attribute.id()), H5Tclose);
    if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) > 0)
        return 0;
    std::string value(H5Tget_size(type.id()), '\0');
    if (H5Aread(attribute.id(), type.id(), value.data()) >= 0) {
        value.resize(value.find_last_not_of('\0') + 1);
        (*static_cast<std::map<std::string, std::string>*>(out))[name] = value;
    }
    return 0;
}

} // namespace

Expected<void> writeGraphSet(const GraphSet& set, const std::filesystem::path& path) {
    const std::lock_guard lock(libraryLock());
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const std::filesystem::path part = path.string() + "." + std::to_string(::getpid()) + ".part";
    const auto failed = [&] {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        return fail("DATA-001", "The dataset cannot be written", "the disk may be full",
                    path.string());
    };
    {
        const Handle file(H5Fcreate(part.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                          H5Fclose);
        if (!file.ok())
            return failed();
        const auto width = static_cast<hsize_t>(std::max<std::size_t>(1, set.featureWidth));
        bool good = writeText(file.id(), "format", kFormat) &&
                    writeText(file.id(), "format_version", std::to_string(kVersion)) &&
                    writeText(file.id(), "feature_names", joined(set.featureNames)) &&
                    writeText(file.id(), "graph_label_names", joined(set.graphLabelNames)) &&
                    writeArray(file.id(), "node_ptr", set.nodePtr, 1) &&
                    writeArray(file.id(), "edge_ptr", set.edgePtr, 1) &&
                    writeArray(file.id(), "x", set.x, width) &&
                    writeArray(file.id(), "edge_index", set.edges, 2) &&
                    writeArray(file.id(), "y", set.y, 1) &&
                    writeArray(file.id(), "output_mask", set.outputMask, 1) &&
                    writeArray(file.id(), "topology", set.topology, 1);
        if (!set.graphLabels.empty())
            good = good && writeArray(file.id(), "graph_labels", set.graphLabels,
                                      set.graphLabelNames.size());
        for (const auto& [name, value] : set.attributes)
            good = good && writeText(file.id(), "provenance." + name, value);
        if (!good || H5Fflush(file.id(), H5F_SCOPE_GLOBAL) < 0)
            return failed();
    }
    std::error_code code;
    std::filesystem::rename(part, path, code);
    if (code)
        return failed();
    return {};
}

Expected<GraphSet> readGraphSet(const std::filesystem::path& path) {
    const std::lock_guard lock(libraryLock());
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code))
        return fail("BASE-001", "The file does not exist", {}, path.string());
    const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!file.ok())
        return fail("DATA-002", "This is not a readable HDF5 file", {}, path.string(),
                    "It may be damaged or cut short");
    std::map<std::string, std::string> texts;
    H5Aiterate2(file.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collectAttribute, &texts);
    if (texts["format"] != kFormat)
        return fail("DATA-003", "This HDF5 file is not an Ohmscape dataset", {}, path.string());
    if (texts["format_version"] != std::to_string(kVersion))
        return fail("DATA-003", "This dataset was made by another version of the format",
                    "version " + texts["format_version"], path.string());
    GraphSet set;
    hsize_t width = 0;
    hsize_t pair = 0;
    set.featureNames = split(texts["feature_names"]);
    set.graphLabelNames = split(texts["graph_label_names"]);
    const bool good =
        readArray(file.id(), "node_ptr", set.nodePtr) &&
        readArray(file.id(), "edge_ptr", set.edgePtr) && readArray(file.id(), "x", set.x, &width) &&
        readArray(file.id(), "edge_index", set.edges, &pair) && pair == 2 &&
        readArray(file.id(), "y", set.y) && readArray(file.id(), "output_mask", set.outputMask) &&
        readArray(file.id(), "topology", set.topology);
    if (!good || set.featureNames.size() != width)
        return fail("DATA-003", "The dataset lacks one of its arrays", {}, path.string(),
                    "It may be damaged or cut short");
    if (H5Lexists(file.id(), "graph_labels", H5P_DEFAULT) > 0 &&
        !readArray(file.id(), "graph_labels", set.graphLabels))
        return fail("DATA-003", "The graph labels cannot be read", {}, path.string());
    set.featureWidth = width;
    constexpr std::string_view kPrefix = "provenance.";
    for (const auto& [name, value] : texts) {
        if (name.starts_with(kPrefix))
            set.attributes[name.substr(kPrefix.size())] = value;
    }
    const Expected<void> sound = set.validate();
    if (!sound)
        return sound.failure();
    return set;
}

} // namespace ohm::dataset
