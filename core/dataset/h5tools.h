// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What every HDF5 file of the product is read and written with. For sources only: it pulls in
// hdf5.h.

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

namespace ohm::dataset::h5 {

/// Debian's library is not thread-safe: held around every call. The library prints nothing, and a
/// file never makes it load filters from plugin folders.
class Session {
public:
    Session();

private:
    std::lock_guard<std::mutex> m_lock;
};

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
inline hid_t memoryType<float>() {
    return H5T_NATIVE_FLOAT;
}
template <>
inline hid_t memoryType<std::int64_t>() {
    return H5T_NATIVE_INT64;
}
template <>
inline hid_t memoryType<std::int32_t>() {
    return H5T_NATIVE_INT32;
}
template <>
inline hid_t memoryType<std::uint8_t>() {
    return H5T_NATIVE_UINT8;
}

template <>
inline hid_t memoryType<std::uint32_t>() {
    return H5T_NATIVE_UINT32;
}

/// Deflate packs at most about 1032 bytes into one: a greater claim is not honest.
inline constexpr hsize_t kMostPacked = 1100;

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

bool writeText(hid_t file, const std::string& name, const std::string& value);

/// True for an array that lies in the file itself: a foreign file could point to others by soft or
/// external links, raw files or virtual arrays.
bool liesInside(hid_t file, const char* name);
bool liesInside(hid_t set);

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

/// All text attributes of a file; nothing if they cannot be read.
std::optional<std::map<std::string, std::string>> attributes(hid_t file);

/// Writes a file beside `path`, which takes its name only when it is complete and on the disk: a
/// power cut leaves the old file or the new one. Errors: DATA-001.
Expected<void> writeFile(const std::filesystem::path& path,
                         const std::function<bool(hid_t file)>& fill);

} // namespace ohm::dataset::h5
