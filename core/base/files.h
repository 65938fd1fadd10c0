// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace ohm {

/// A file's bytes, mapped read-only where possible, else read whole. Thread: any (immutable).
/// The mapping is private: a file that shrinks while mapped would raise SIGBUS, so files on which
/// `stable` is false are copied instead.
class FileBytes {
public:
    FileBytes() = default;
    FileBytes(FileBytes&&) noexcept;
    FileBytes& operator=(FileBytes&&) noexcept;
    ~FileBytes();
    std::string_view view() const { return {m_data, m_size}; }

private:
    friend Expected<FileBytes> readFile(const std::filesystem::path&, std::size_t);
    const char* m_data = nullptr;
    std::size_t m_size = 0;
    bool m_mapped = false;
    std::string m_copy;
};

/// Reads a regular file. Errors: BASE-001 not found, BASE-002 not a regular file (directories,
/// FIFOs and devices are refused), BASE-003 unreadable, BASE-004 larger than `maxBytes`.
Expected<FileBytes> readFile(const std::filesystem::path& path,
                             std::size_t maxBytes = std::size_t{8} << 30);

/// Writes `bytes` to `path` so that a reader sees the old or the new content, never a part: a
/// temporary file beside it, fsync, rename. Errors: BASE-010 cannot write (full disk, permission).
Expected<void> writeFileAtomically(const std::filesystem::path& path, std::string_view bytes);

/// A fresh private directory under the system's temporary folder, removed with all it holds when
/// the object goes. Errors: BASE-011.
class TemporaryDirectory {
public:
    static Expected<TemporaryDirectory> create(std::string_view prefix = "ohmscape");
    TemporaryDirectory(TemporaryDirectory&&) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&&) noexcept;
    ~TemporaryDirectory();
    const std::filesystem::path& path() const { return m_path; }

private:
    explicit TemporaryDirectory(std::filesystem::path path)
        : m_path(std::move(path)) {}
    std::filesystem::path m_path;
};

} // namespace ohm
