// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/recent.h"

#include "core/base/files.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace ohm::project {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kMostEntries = 1000;

struct Stored {
    std::vector<RecentEntry> entries;
    bool broken = false;
};

fs::path absoluteOf(const fs::path& path) {
    std::error_code ignored;
    return fs::absolute(path, ignored).lexically_normal();
}

/// Pinned first, each group newest first.
void sortForShow(std::vector<RecentEntry>& entries) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const RecentEntry& a, const RecentEntry& b) {
                         return a.pinned != b.pinned ? a.pinned : a.lastOpened > b.lastOpened;
                     });
}

std::optional<RecentEntry> entryOf(const Json& json) {
    if (!json.is_object())
        return std::nullopt;
    const auto path = json.find("path");
    if (path == json.end() || !path->is_string())
        return std::nullopt;
    RecentEntry entry;
    entry.path = path->get<std::string>();
    if (!entry.path.is_absolute())
        return std::nullopt;
    if (const auto it = json.find("title"); it != json.end() && it->is_string())
        entry.title = it->get<std::string>();
    if (const auto it = json.find("pinned"); it != json.end() && it->is_boolean())
        entry.pinned = it->get<bool>();
    if (const auto it = json.find("opened"); it != json.end() && it->is_number_integer())
        entry.lastOpened = it->get<std::int64_t>();
    return entry;
}

Expected<Stored> load(const fs::path& file) {
    const auto bytes = readFile(file, kMostBytes);
    if (!bytes) {
        if (bytes.error().code == "BASE-001")
            return Stored{};
        if (bytes.error().code == "BASE-004")
            return Stored{{}, true};
        return fail("PROJ-021", "The list of recent files cannot be read", bytes.error().detail,
                    file.string());
    }
    const Json root = Json::parse(bytes->view(), nullptr, false);
    if (root.is_discarded() || !root.is_object() || !root.contains("recent") ||
        !root["recent"].is_array())
        return Stored{{}, true};
    Stored stored;
    for (const Json& item : root["recent"]) {
        if (auto entry = entryOf(item); entry && stored.entries.size() < kMostEntries)
            stored.entries.push_back(std::move(*entry));
    }
    return stored;
}

/// Held while the file is read and written back.
class Lock {
public:
    explicit Lock(const fs::path& file)
        : m_fd(::open((file.string() + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
        if (m_fd >= 0)
            (void)::flock(m_fd, LOCK_EX);
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() {
        if (m_fd >= 0)
            ::close(m_fd);
    }

private:
    int m_fd;
};

Expected<void> change(const fs::path& file,
                      const std::function<void(std::vector<RecentEntry>&)>& edit) {
    std::error_code code;
    fs::create_directories(file.parent_path(), code);
    if (code)
        return fail("PROJ-020", "The list of recent files cannot be saved", code.message(),
                    file.string());
    const Lock lock(file);
    auto stored = load(file);
    if (!stored)
        return stored.failure();
    if (stored->broken)
        fs::rename(file, fs::path(file.string() + ".broken"), code);
    edit(stored->entries);
    sortForShow(stored->entries);
    std::size_t unpinned = 0;
    std::erase_if(stored->entries, [&](const RecentEntry& entry) {
        return !entry.pinned && ++unpinned > RecentList::kRecentLimit;
    });
    Json list = Json::array();
    for (const RecentEntry& entry : stored->entries)
        list.push_back({{"path", entry.path.string()},
                        {"title", entry.title},
                        {"pinned", entry.pinned},
                        {"opened", entry.lastOpened}});
    const Json root{{"version", 1}, {"recent", std::move(list)}};
    // File names need not be UTF-8: what is not gets replaced rather than refused.
    const auto written =
        writeFileAtomically(file, root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    if (!written)
        return fail("PROJ-020", "The list of recent files cannot be saved", written.error().detail,
                    file.string());
    return {};
}

RecentEntry* find(std::vector<RecentEntry>& entries, const fs::path& path) {
    const auto it = std::find_if(entries.begin(), entries.end(),
                                 [&](const RecentEntry& e) { return e.path == path; });
    return it == entries.end() ? nullptr : &*it;
}

} // namespace

fs::path defaultRecentFile() {
    const char* state = std::getenv("XDG_STATE_HOME");
    // The XDG rules say that a relative value is to be ignored.
    if (state && fs::path(state).is_absolute())
        return fs::path(state) / "ohmscape" / "recent.json";
    const char* home = std::getenv("HOME");
    return fs::path(home ? home : "/") / ".local" / "state" / "ohmscape" / "recent.json";
}

RecentList::RecentList(fs::path file)
    : m_file(std::move(file)) {}

Expected<std::vector<RecentEntry>> RecentList::entries() const {
    auto stored = load(m_file);
    if (!stored)
        return stored.failure();
    for (RecentEntry& entry : stored->entries) {
        std::error_code ignored;
        entry.missing = !fs::exists(entry.path, ignored);
    }
    sortForShow(stored->entries);
    return std::move(stored->entries);
}

Expected<void> RecentList::touch(const fs::path& path, const std::string& title) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    return change(m_file, [&](std::vector<RecentEntry>& entries) {
        const fs::path full = absoluteOf(path);
        RecentEntry entry;
        if (RecentEntry* old = find(entries, full)) {
            entry = *old;
            entries.erase(entries.begin() + (old - entries.data()));
        }
        entry.path = full;
        entry.title = title;
        entry.lastOpened = now;
        entries.insert(entries.begin(), std::move(entry)); // in front of equals of the same second
    });
}

Expected<void> RecentList::setPinned(const fs::path& path, bool pinned) {
    return change(m_file, [&](std::vector<RecentEntry>& entries) {
        if (RecentEntry* entry = find(entries, absoluteOf(path)))
            entry->pinned = pinned;
    });
}

Expected<void> RecentList::remove(const fs::path& path) {
    return change(m_file, [&](std::vector<RecentEntry>& entries) {
        std::erase_if(entries,
                      [full = absoluteOf(path)](const RecentEntry& e) { return e.path == full; });
    });
}

Expected<void> RecentList::clear() {
    return change(m_file, [](std::vector<RecentEntry>& entries) {
        std::erase_if(entries, [](const RecentEntry& e) { return !e.pinned; });
    });
}

} // namespace ohm::project
