// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ohm::project {

/// Something opened before: a project, a netlist or a schematic.
struct RecentEntry {
    std::filesystem::path path; ///< absolute
    std::string title;
    bool pinned = false;
    std::int64_t lastOpened = 0; ///< seconds since the epoch
    bool missing = false;        ///< not stored: looked up when read
};

/// $XDG_STATE_HOME/ohmscape/recent.json, else ~/.local/state/ohmscape/recent.json.
std::filesystem::path defaultRecentFile();

/// The list of recently opened files, kept in a small JSON file. Every change reads the file anew
/// under a lock and writes it atomically, so several windows do not lose each other's entries.
/// Pinned entries come first and never fall out; of the others the newest `kRecentLimit` stay.
/// Thread: any, one object per thread.
class RecentList {
public:
    static constexpr std::size_t kRecentLimit = 20;

    explicit RecentList(std::filesystem::path file = defaultRecentFile());

    /// Entries in the order to show. A missing file is an empty list; a broken one too, and it is
    /// kept aside as recent.json.broken by the next change. Errors: PROJ-021 unreadable.
    Expected<std::vector<RecentEntry>> entries() const;
    /// Errors of all changes: PROJ-020 cannot write, PROJ-021.
    Expected<void> touch(const std::filesystem::path& path, const std::string& title);
    Expected<void> setPinned(const std::filesystem::path& path, bool pinned);
    Expected<void> remove(const std::filesystem::path& path);
    /// Forgets everything that is not pinned.
    Expected<void> clear();

private:
    std::filesystem::path m_file;
};

} // namespace ohm::project
