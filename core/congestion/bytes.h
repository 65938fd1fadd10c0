// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/files.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace ohm::congestion {

/// Bytes that a file may hold after unpacking, if the caller says nothing else.
inline constexpr std::size_t kMostBytes = std::size_t{1} << 30;

/// A file's bytes, unpacked if they are gzip (by content, not by suffix). Thread: any (immutable).
class PlainBytes {
public:
    std::string_view view() const { return m_packed ? std::string_view(m_text) : m_file.view(); }

private:
    friend Expected<PlainBytes> readPlain(const std::filesystem::path&, std::size_t);
    FileBytes m_file;
    std::string m_text;
    bool m_packed = false;
};

/// Reads a file, gzip or plain, of at most `maxBytes` once unpacked; memory is asked for as data
/// come, never on a claim of the file. Errors: BASE-001..004, CONG-001 gzip damaged or cut short,
/// CONG-002 too large. Thread: any.
Expected<PlainBytes> readPlain(const std::filesystem::path& path,
                               std::size_t maxBytes = kMostBytes);

/// The first `bytes` bytes of a file, unpacked, for a look at what it is; damage further on is not
/// seen. Errors: BASE-001..004. Thread: any.
Expected<std::string> peek(const std::filesystem::path& path, std::size_t bytes);

/// True for the first bytes of a gzip file.
bool isGzip(std::string_view bytes);
/// Unpacks gzip, of one or several members. Errors: CONG-001, CONG-002. Thread: any.
Expected<std::string> gunzip(std::string_view bytes, std::size_t maxBytes = kMostBytes);

/// What a file is, by its first bytes (unpacked).
enum class FileKind { Unknown, Npy, Table, Def, Lef, Guides, Hdf5 };
FileKind kindOf(std::string_view bytes);

} // namespace ohm::congestion
