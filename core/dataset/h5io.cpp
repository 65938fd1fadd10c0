// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/h5io.h"

#include "core/dataset/h5tools.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

namespace ohm::dataset {
namespace {

using h5::Handle;
using h5::memoryType;
using h5::Session;

constexpr int kMostRank = 4;
constexpr unsigned kPacking = 6;      ///< deflate level
constexpr unsigned kQuickPacking = 2; ///< of arrays filled by rows
constexpr hsize_t kChunk = 1 << 18;   ///< elements

Handle packed(int rank, const hsize_t* chunk, unsigned level) {
    Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (chunk) {
        H5Pset_chunk(properties.id(), rank, chunk);
        H5Pset_shuffle(properties.id());
        H5Pset_deflate(properties.id(), level);
        H5Pset_fletcher32(properties.id()); // a damaged chunk is an error, not other numbers
    }
    return properties;
}

/// An array of the file after all checks.
struct OpenArray {
    Handle set;
    std::vector<hsize_t> dims;
};
std::optional<OpenArray> openArray(hid_t file, const char* name) {
    if (!h5::liesInside(file, name))
        return {};
    OpenArray out{Handle(H5Dopen2(file, name, H5P_DEFAULT), H5Dclose), {}};
    const hid_t set = out.set.id();
    if (!out.set.ok() || !h5::liesInside(set))
        return {};
    const Handle type(H5Dget_type(set), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type.id());
    const Handle space(H5Dget_space(set), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space.id());
    if ((kind != H5T_INTEGER && kind != H5T_FLOAT) || rank < 1 || rank > kMostRank)
        return {};
    out.dims.resize(static_cast<std::size_t>(rank));
    if (H5Sget_simple_extent_dims(space.id(), out.dims.data(), nullptr) != rank)
        return {};
    const hsize_t stored = H5Dget_storage_size(set);
    const hsize_t size = H5Tget_size(type.id());
    if (size == 0 || stored > std::numeric_limits<hsize_t>::max() / h5::kMostPacked)
        return {};
    hsize_t most = stored * h5::kMostPacked / size;
    for (std::size_t k = out.dims.size(); k-- > 1;) {
        if (out.dims[k] == 0)
            return {};
        most /= out.dims[k];
    }
    if (out.dims[0] > most)
        return {};
    return out;
}

} // namespace

struct H5Writer::State {
    std::filesystem::path path, part;
    std::optional<Handle> file;
    bool good = false;
};

H5Writer::H5Writer(const std::filesystem::path& path)
    : m_state(std::make_unique<State>()) {
    const Session session;
    m_state->path = path;
    m_state->part = path.string() + "." + std::to_string(::getpid()) + ".part";
    // The newer layout of HDF5 1.10 has checksums for all that describes the arrays, too.
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110);
    m_state->file.emplace(H5Fcreate(m_state->part.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id()),
                          H5Fclose);
    m_state->good = m_state->file->ok();
}

H5Writer::H5Writer(H5Writer&&) noexcept = default;

H5Writer::~H5Writer() {
    if (!m_state || m_state->part.empty())
        return;
    const Session session;
    m_state->file.reset();
    std::error_code ignored;
    std::filesystem::remove(m_state->part, ignored);
}

bool H5Writer::good() const {
    return m_state->good;
}

void H5Writer::text(const std::string& name, const std::string& value) {
    if (!m_state->good)
        return;
    const Session session;
    m_state->good = h5::writeText(m_state->file->id(), name, value);
}

template <typename T>
void H5Writer::array(const std::string& name, std::span<const T> data,
                     const std::vector<std::size_t>& shape) {
    if (!m_state->good)
        return;
    const Session session;
    const std::vector<hsize_t> dims(shape.begin(), shape.end());
    const int rank = static_cast<int>(dims.size());
    hsize_t row = 1;
    for (std::size_t k = 1; k < dims.size(); ++k)
        row *= dims[k];
    std::vector<hsize_t> chunk = dims;
    if (!data.empty())
        chunk[0] = std::min(dims[0], std::max<hsize_t>(1, kChunk / row));
    const Handle space(H5Screate_simple(rank, dims.data(), nullptr), H5Sclose);
    const Handle properties = packed(rank, data.empty() ? nullptr : chunk.data(), kPacking);
    const Handle set(H5Dcreate2(m_state->file->id(), name.c_str(), memoryType<T>(), space.id(),
                                H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                     H5Dclose);
    m_state->good = set.ok() && data.size() == dims[0] * row &&
                    (data.empty() || H5Dwrite(set.id(), memoryType<T>(), H5S_ALL, H5S_ALL,
                                              H5P_DEFAULT, data.data()) >= 0);
}

template <typename T>
void H5Writer::reserve(const std::string& name, const std::vector<std::size_t>& shape,
                       std::size_t rowsPerChunk) {
    if (!m_state->good)
        return;
    const Session session;
    const std::vector<hsize_t> dims(shape.begin(), shape.end());
    const int rank = static_cast<int>(dims.size());
    std::vector<hsize_t> chunk = dims;
    chunk[0] = std::clamp<hsize_t>(rowsPerChunk, 1, dims[0]);
    const Handle space(H5Screate_simple(rank, dims.data(), nullptr), H5Sclose);
    const Handle properties = packed(rank, chunk.data(), kQuickPacking);
    const Handle set(H5Dcreate2(m_state->file->id(), name.c_str(), memoryType<T>(), space.id(),
                                H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                     H5Dclose);
    m_state->good = set.ok();
}

template <typename T>
void H5Writer::rows(const std::string& name, std::size_t first, std::span<const T> data) {
    if (!m_state->good)
        return;
    const Session session;
    m_state->good = false;
    const Handle set(H5Dopen2(m_state->file->id(), name.c_str(), H5P_DEFAULT), H5Dclose);
    const Handle space(set.ok() ? H5Dget_space(set.id()) : -1, H5Sclose);
    std::array<hsize_t, kMostRank> dims{};
    const int rank = space.ok() ? H5Sget_simple_extent_ndims(space.id()) : 0;
    if (rank < 1 || rank > kMostRank ||
        H5Sget_simple_extent_dims(space.id(), dims.data(), nullptr) != rank)
        return;
    hsize_t row = 1;
    for (int k = 1; k < rank; ++k)
        row *= dims[static_cast<std::size_t>(k)];
    std::array<hsize_t, kMostRank> start{first}, count = dims;
    count[0] = row > 0 ? data.size() / row : 0;
    if (count[0] * row != data.size() || first + count[0] > dims[0])
        return;
    const Handle memory(H5Screate_simple(rank, count.data(), nullptr), H5Sclose);
    m_state->good =
        H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
                            nullptr) >= 0 &&
        H5Dwrite(set.id(), memoryType<T>(), memory.id(), space.id(), H5P_DEFAULT, data.data()) >= 0;
}

bool H5Writer::commit() {
    const Session session;
    bool good = m_state->good && H5Fflush(m_state->file->id(), H5F_SCOPE_GLOBAL) >= 0;
    m_state->file.reset();
    // On the disk before it takes the name: a power cut leaves the old file or the new one.
    const int written = ::open(m_state->part.c_str(), O_RDONLY | O_CLOEXEC);
    good = good && written >= 0 && ::fsync(written) == 0;
    if (written >= 0)
        ::close(written);
    std::error_code code;
    if (good)
        std::filesystem::rename(m_state->part, m_state->path, code);
    if (!good || code)
        std::filesystem::remove(m_state->part, code);
    m_state->part.clear();
    m_state->good = false;
    return good && !code;
}

struct H5Reader::State {
    std::optional<Handle> file;
    ~State() {
        const Session session;
        file.reset();
    }
};

H5Reader::H5Reader(const std::filesystem::path& path)
    : m_state(std::make_unique<State>()) {
    const Session session;
    m_state->file.emplace(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
}

H5Reader::H5Reader(H5Reader&&) noexcept = default;
H5Reader& H5Reader::operator=(H5Reader&&) noexcept = default;
H5Reader::~H5Reader() = default;

bool H5Reader::good() const {
    return m_state->file->ok();
}

std::optional<std::map<std::string, std::string>> H5Reader::texts() const {
    const Session session;
    return h5::attributes(m_state->file->id());
}

bool H5Reader::has(const std::string& name) const {
    const Session session;
    return H5Lexists(m_state->file->id(), name.c_str(), H5P_DEFAULT) > 0;
}

std::optional<std::vector<std::size_t>> H5Reader::shape(const std::string& name) const {
    const Session session;
    const auto array = openArray(m_state->file->id(), name.c_str());
    if (!array)
        return {};
    return std::vector<std::size_t>(array->dims.begin(), array->dims.end());
}

template <typename T>
bool H5Reader::array(const std::string& name, std::vector<T>& data, std::optional<std::size_t> rows,
                     std::size_t* columns) const {
    const Session session;
    const auto array = openArray(m_state->file->id(), name.c_str());
    if (!array || array->dims.size() > 2)
        return false;
    const hsize_t width = array->dims.size() == 2 ? array->dims[1] : 1;
    if ((rows && array->dims[0] != *rows) || (!columns && width != 1))
        return false;
    if (columns)
        *columns = width;
    data.resize(array->dims[0] * width);
    return data.empty() || H5Dread(array->set.id(), memoryType<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                   data.data()) >= 0;
}

template <typename T>
bool H5Reader::rows(const std::string& name, std::size_t first, std::size_t count,
                    std::vector<T>& data) const {
    const Session session;
    const auto array = openArray(m_state->file->id(), name.c_str());
    if (!array || first > array->dims[0] || count > array->dims[0] - first)
        return false;
    hsize_t row = 1;
    for (std::size_t k = 1; k < array->dims.size(); ++k)
        row *= array->dims[k];
    data.resize(count * row);
    if (data.empty())
        return true;
    std::vector<hsize_t> start(array->dims.size(), 0), size = array->dims;
    start[0] = first;
    size[0] = count;
    const int rank = static_cast<int>(size.size());
    const Handle space(H5Dget_space(array->set.id()), H5Sclose);
    const Handle memory(H5Screate_simple(rank, size.data(), nullptr), H5Sclose);
    return H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, size.data(),
                               nullptr) >= 0 &&
           H5Dread(array->set.id(), memoryType<T>(), memory.id(), space.id(), H5P_DEFAULT,
                   data.data()) >= 0;
}

std::string joinedNames(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ",") + name;
    return text;
}

std::vector<std::string> splitNames(const std::string& text) {
    std::vector<std::string> names;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        names.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

#define OHM_H5_TYPE(T)                                                                             \
    template void H5Writer::array<T>(const std::string&, std::span<const T>,                       \
                                     const std::vector<std::size_t>&);                             \
    template void H5Writer::reserve<T>(const std::string&, const std::vector<std::size_t>&,        \
                                       std::size_t);                                               \
    template void H5Writer::rows<T>(const std::string&, std::size_t, std::span<const T>);          \
    template bool H5Reader::array<T>(const std::string&, std::vector<T>&,                          \
                                     std::optional<std::size_t>, std::size_t*) const;              \
    template bool H5Reader::rows<T>(const std::string&, std::size_t, std::size_t, std::vector<T>&) \
        const;
OHM_H5_TYPE(float)
OHM_H5_TYPE(std::int64_t)
OHM_H5_TYPE(std::int32_t)
OHM_H5_TYPE(std::uint8_t)
#undef OHM_H5_TYPE

} // namespace ohm::dataset
