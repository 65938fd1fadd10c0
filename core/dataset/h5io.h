// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ohm::dataset {

/// The arrays and texts of an HDF5 file under way. Everything is packed and summed; the file is
/// written beside its target and takes its name on commit, so that a reader never sees a part.
/// A failed call is remembered and told by commit(). T: float, int64_t, int32_t or uint8_t.
/// Thread: owner only; the library is locked inside (it is not thread-safe).
class H5Writer {
public:
    explicit H5Writer(const std::filesystem::path& path);
    H5Writer(H5Writer&&) noexcept;
    H5Writer& operator=(H5Writer&&) = delete;
    ~H5Writer(); ///< without commit() nothing stays

    void text(const std::string& name, const std::string& value);
    /// An array of `shape`, last index fastest.
    template <typename T>
    void array(const std::string& name, std::span<const T> data,
               const std::vector<std::size_t>& shape);
    template <typename T>
    void array(const std::string& name, const std::vector<T>& data) {
        array(name, std::span<const T>(data), {data.size()});
    }
    /// An array that is filled by rows later, packed by `rowsPerChunk` rows.
    template <typename T>
    void reserve(const std::string& name, const std::vector<std::size_t>& shape,
                 std::size_t rowsPerChunk);
    template <typename T>
    void rows(const std::string& name, std::size_t first, std::span<const T> data);
    bool good() const;
    /// False if anything went wrong; nothing stays then.
    bool commit();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// The arrays and texts of an HDF5 file that nobody vouches for: links to other files, virtual
/// arrays and plug-in filters are refused, and a size is checked against what is stored before
/// memory is asked for. Thread: owner only; the library is locked inside.
class H5Reader {
public:
    /// Not open: good() is false.
    explicit H5Reader(const std::filesystem::path& path);
    H5Reader(H5Reader&&) noexcept;
    H5Reader& operator=(H5Reader&&) noexcept;
    ~H5Reader();
    bool good() const;

    /// All text attributes of the file; nothing if they cannot be read.
    std::optional<std::map<std::string, std::string>> texts() const;
    bool has(const std::string& name) const;
    /// The shape of an array (at most 4 dimensions); nothing if it is missing or not honest.
    std::optional<std::vector<std::size_t>> shape(const std::string& name) const;
    /// Reads a whole array of numbers. False if it is missing, has not `rows` rows (where these are
    /// known), more than one column where `columns` is not asked for, or claims more than is
    /// stored. May throw std::bad_alloc.
    template <typename T>
    bool array(const std::string& name, std::vector<T>& data, std::optional<std::size_t> rows = {},
               std::size_t* columns = nullptr) const;
    /// Reads whole rows [first, first + count) of an array of any shape.
    template <typename T>
    bool rows(const std::string& name, std::size_t first, std::size_t count,
              std::vector<T>& data) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Names as one text, separated by commas, and back.
std::string joinedNames(const std::vector<std::string>& names);
std::vector<std::string> splitNames(const std::string& text);

} // namespace ohm::dataset
