// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace ohm {

/// Keeps others who ask out of a file or folder, in this process or another, for as long as it
/// lives; that of a killed process falls by itself. Where the file system has no locks everybody
/// holds it. Thread: owner only.
class PathLock {
public:
    PathLock() = default; ///< of nothing; not held
    explicit PathLock(const std::filesystem::path& path);
    PathLock(PathLock&& other) noexcept;
    PathLock& operator=(PathLock&& other) noexcept;
    ~PathLock();

    bool isHeld() const { return m_held; }

private:
    int m_file = -1;
    bool m_held = false;
};

} // namespace ohm
