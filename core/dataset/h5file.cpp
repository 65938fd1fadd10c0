// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/h5file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

namespace ohm::dataset {
namespace {

constexpr const char* kFormat = "ohmscape-graphs";
constexpr int kVersion = 1;
constexpr std::size_t kMostText = std::size_t{1} << 20; ///< bytes of one attribute
/// Deflate packs at most about 1032 bytes into one: a greater claim is not honest.
constexpr hsize_t kMostPacked = 1100;

std::mutex& libraryLock() {
    static std::mutex mutex;
    return mutex;
}

/// The library prints nothing, and a file never makes it load filters from plugin folders.
void quietLibrary() {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
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
        H5Pset_fletcher32(properties.id()); // a damaged chunk is an error, not other numbers
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

/// True for an array that lies in the file itself: a foreign file could point to others by soft or
/// external links, raw files or virtual arrays.
bool liesInside(hid_t file, const char* name) {
    H5L_info_t link;
    return H5Lexists(file, name, H5P_DEFAULT) > 0 &&
           H5Lget_info(file, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
}
bool liesInside(hid_t set) {
    const Handle properties(H5Dget_create_plist(set), H5Pclose);
    return properties.ok() && H5Pget_layout(properties.id()) != H5D_VIRTUAL &&
           H5Pget_external_count(properties.id()) == 0;
}

/// Reads a whole array of any numeric type into T. False if it is missing, has not `rows` rows
/// (where these are known) or claims more than is stored: sizes are checked before memory is asked
/// for.
template <typename T>
bool readArray(hid_t file, const char* name, std::vector<T>& data, std::optional<hsize_t> rows,
               hsize_t* columns = nullptr) {
    if (!liesInside(file, name))
        return false;
    const Handle set(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose);
    if (!set.ok() || !liesInside(set.id()))
        return false;
    const Handle type(H5Dget_type(set.id()), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type.id());
    if (kind != H5T_INTEGER && kind != H5T_FLOAT)
        return false;
    const Handle space(H5Dget_space(set.id()), H5Sclose);
    std::array<hsize_t, 2> dims{0, 1};
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if (rank < 1 || rank > 2 || H5Sget_simple_extent_dims(space.id(), dims.data(), nullptr) != rank)
        return false;
    if ((rows && dims[0] != *rows) || dims[1] == 0 || (!columns && dims[1] != 1))
        return false;
    const hsize_t stored = H5Dget_storage_size(set.id());
    const hsize_t size = H5Tget_size(type.id());
    if (size == 0 || stored > std::numeric_limits<hsize_t>::max() / kMostPacked ||
        dims[0] > stored * kMostPacked / size / dims[1])
        return false;
    if (columns)
        *columns = dims[1];
    data.resize(dims[0] * dims[1]);
    return data.empty() ||
           H5Dread(set.id(), memoryType<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()) >= 0;
}

/// The text of an attribute: one string, of fixed length as ours or variable as h5py's.
std::optional<std::string> attributeText(hid_t file, const char* name) {
    const Handle attribute(H5Aopen(file, name, H5P_DEFAULT), H5Aclose);
    if (!attribute.ok())
        return {};
    const Handle type(H5Aget_type(attribute.id()), H5Tclose);
    const Handle space(H5Aget_space(attribute.id()), H5Sclose);
    if (H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1)
        return {};
    if (H5Tis_variable_str(type.id()) > 0) {
        char* text = nullptr;
        if (H5Aread(attribute.id(), type.id(), static_cast<void*>(&text)) < 0 || !text)
            return {};
        std::string value(text, strnlen(text, kMostText));
        H5free_memory(text);
        return value;
    }
    const std::size_t size = H5Tget_size(type.id());
    if (size == 0 || size > kMostText)
        return {};
    std::string value(size, '\0');
    if (H5Aread(attribute.id(), type.id(), value.data()) < 0)
        return {};
    value.resize(value.find_last_not_of('\0') + 1);
    return value;
}

herr_t collectAttribute(hid_t file, const char* name, const H5A_info_t*, void* out) {
    if (auto value = attributeText(file, name))
        (*static_cast<std::map<std::string, std::string>*>(out))[name] = std::move(*value);
    return 0;
}

Expected<GraphSet> readOpenFile(hid_t file, const std::filesystem::path& path) {
    std::map<std::string, std::string> texts;
    if (H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, collectAttribute, &texts) < 0)
        return fail("DATA-002", "The attributes of the file cannot be read", {}, path.string(),
                    "It may be damaged or cut short");
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
    const std::lock_guard lock(libraryLock());
    quietLibrary();
    const std::filesystem::path part = path.string() + "." + std::to_string(::getpid()) + ".part";
    const auto failed = [&] {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
        return fail("DATA-001", "The dataset cannot be written", "the disk may be full",
                    path.string());
    };
    {
        // The newer layout of HDF5 1.10 has checksums for all that describes the arrays, too.
        const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
        H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110);
        const Handle file(H5Fcreate(part.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id()),
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
    // On the disk before it takes the name: a power cut leaves the old file or the new one.
    const int written = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = written >= 0 && ::fsync(written) == 0;
    if (written >= 0)
        ::close(written);
    std::error_code code;
    if (synced)
        std::filesystem::rename(part, path, code);
    if (!synced || code)
        return failed();
    return {};
}

Expected<GraphSet> readGraphSet(const std::filesystem::path& path) {
    const std::lock_guard lock(libraryLock());
    quietLibrary();
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
