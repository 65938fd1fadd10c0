// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/runstore.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace ohm::runs {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kVersion = 2;

/// The first version; kUpgrade makes the second of it.
const char* const kSchema[] = {
    "CREATE TABLE runs(folder TEXT PRIMARY KEY, name TEXT NOT NULL, recipe TEXT NOT NULL, "
    "seed INTEGER, steps INTEGER, done INTEGER, finished INTEGER, changed INTEGER, "
    "note TEXT NOT NULL DEFAULT '', baseline INTEGER NOT NULL DEFAULT 0, "
    "removed INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE metrics(folder TEXT, name TEXT, value REAL, PRIMARY KEY(folder, name))",
    "CREATE TABLE tags(folder TEXT, tag TEXT, PRIMARY KEY(folder, tag))"};
const char* const kUpgrade = "ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'training'";

fs::path wholePath(const fs::path& path) {
    std::error_code error;
    auto whole = fs::weakly_canonical(path, error);
    return error ? path : whole;
}

} // namespace

fs::path RunStore::defaultFolder() {
    if (const char* named = std::getenv("OHMSCAPE_RUNS"); named && *named)
        return named;
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
        return fs::path(data) / "ohmscape" / "runs";
    const char* home = std::getenv("HOME");
    return fs::path(home && *home ? home : ".") / ".local" / "share" / "ohmscape" / "runs";
}

Expected<RunStore> RunStore::open(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    const fs::path file = folder / "runs.sqlite";
    auto database = Database::open(file);
    if (!database)
        return database.failure();
    std::int64_t version = 0;
    const auto readVersion = [&] {
        return database->run("PRAGMA user_version", {},
                             [&](const Database::Row& row) { version = row.integer(0); });
    };
    const auto made = database->transaction([&]() -> Expected<void> {
        if (const auto read = readVersion(); !read)
            return read;
        if (version >= kVersion)
            return {};
        for (const char* sql : kSchema) {
            if (version > 0)
                break;
            if (const auto done = database->run(sql); !done)
                return done;
        }
        if (const auto done = database->run(kUpgrade); !done)
            return done;
        version = kVersion;
        return database->run("PRAGMA user_version = " + std::to_string(kVersion));
    });
    if (!made)
        return fail(
            "RUN-001", "The list of runs cannot be opened", made.error().detail, file.string(),
            "Move the file away; it is made again from the runs' folders, without tags and notes");
    if (version > kVersion)
        return fail("RUN-003", "The list of runs was made by a newer version", {}, file.string(),
                    "Update this program, or move the file away");
    return RunStore(wholePath(folder), std::move(*database));
}

Expected<void> RunStore::refresh() {
    std::map<std::string, std::int64_t> known;
    const auto read =
        m_database.run("SELECT folder, changed FROM runs", {},
                       [&](const Database::Row& row) { known[row.text(0)] = row.integer(1); });
    if (!read)
        return read;
    std::set<std::string> here;
    std::vector<fs::path> stale;
    for (const fs::path& run : runFolders(m_folder)) {
        const std::string folder = wholePath(run).string();
        here.insert(folder);
        const auto found = known.find(folder);
        if (found == known.end() || found->second != changeOf(run))
            stale.push_back(run);
    }
    for (const auto& [folder, changed] : known) { // from elsewhere
        if (!here.contains(folder) && kindOf(folder) && changeOf(folder) != changed)
            stale.emplace_back(folder);
    }
    for (const fs::path& run : stale) {
        // What cannot be read is no run; it may become one.
        if (const auto added = add(run); !added && added.error().code == "RUN-004")
            return added;
    }
    return {};
}

std::string RunStore::nameOf(const fs::path& run) const {
    const fs::path within = run.lexically_relative(m_folder);
    return within.empty() || *within.begin() == ".." ? shownName(run) : within.string();
}

Expected<void> RunStore::add(const fs::path& run) {
    const std::int64_t changed = changeOf(run);
    const auto facts = factsOf(run);
    if (!facts)
        return facts.failure();
    const fs::path whole = wholePath(run);
    const std::string folder = whole.string();
    return m_database.transaction([&]() -> Expected<void> {
        auto written = m_database.run(
            "INSERT INTO runs(folder, name, recipe, seed, steps, done, finished, changed, kind) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(folder) DO UPDATE SET name = "
            "excluded.name, kind = excluded.kind, "
            "recipe = excluded.recipe, seed = excluded.seed, steps = excluded.steps, "
            "done = excluded.done, finished = excluded.finished, changed = excluded.changed",
            {folder, nameOf(whole), facts->recipe, facts->seed, facts->steps, facts->stepsDone,
             static_cast<std::int64_t>(facts->finished), changed, runs::nameOf(facts->kind)});
        if (written)
            written = m_database.run("DELETE FROM metrics WHERE folder = ?", {folder});
        for (const auto& [name, value] : facts->metrics) {
            if (written && std::isfinite(value))
                written =
                    m_database.run("INSERT INTO metrics VALUES(?, ?, ?)", {folder, name, value});
        }
        return written;
    });
}

Expected<std::vector<RunRecord>> RunStore::list(bool removed) {
    std::vector<RunRecord> all;
    auto read = m_database.run("SELECT folder, name, recipe, seed, steps, done, finished, changed, "
                               "note, baseline, removed, kind "
                               "FROM runs WHERE removed = ? ORDER BY changed DESC, folder",
                               {static_cast<std::int64_t>(removed)}, [&](const Database::Row& row) {
                                   RunRecord r;
                                   r.folder = row.text(0);
                                   r.name = row.text(1);
                                   r.recipe = row.text(2);
                                   r.seed = row.integer(3);
                                   r.steps = row.integer(4);
                                   r.stepsDone = row.integer(5);
                                   r.finished = row.integer(6) != 0;
                                   r.changed = row.integer(7) / 1000;
                                   r.note = row.text(8);
                                   r.baseline = row.integer(9) != 0;
                                   r.removed = row.integer(10) != 0;
                                   r.kind = kindNamed(row.text(11));
                                   all.push_back(std::move(r));
                               });
    std::map<std::string, RunRecord*> byFolder;
    for (RunRecord& r : all)
        byFolder[r.folder.string()] = &r;
    if (read)
        read = m_database.run("SELECT folder, name, value FROM metrics", {},
                              [&](const Database::Row& row) {
                                  const auto at = byFolder.find(row.text(0));
                                  if (at != byFolder.end())
                                      at->second->metrics[row.text(1)] = row.real(2);
                              });
    if (read)
        read = m_database.run("SELECT folder, tag FROM tags", {}, [&](const Database::Row& row) {
            const auto at = byFolder.find(row.text(0));
            if (at != byFolder.end())
                at->second->tags.insert(row.text(1));
        });
    if (!read)
        return read.failure();
    std::erase_if(all, [](const RunRecord& r) { return !kindOf(r.folder); });
    for (RunRecord& r : all) { // whether one is at work is in no file
        r.attempts = learn::attemptsOf(r.folder);
        if (r.finished)
            r.attempts.state = learn::RunState::Finished;
        else if (r.attempts.state == learn::RunState::Finished) // its files have gone
            r.attempts.state = learn::RunState::Unknown;
    }
    return all;
}

Expected<RunRecord> RunStore::find(const std::string& nameOrFolder) {
    const fs::path whole = wholePath(nameOrFolder);
    if (kindOf(whole)) {
        if (const auto added = add(whole); !added)
            return added.failure();
    }
    std::string names;
    for (const bool removed : {false, true}) {
        const auto all = list(removed);
        if (!all)
            return all.failure();
        std::vector<const RunRecord*> named;
        for (const RunRecord& r : *all) {
            if (r.folder == whole)
                return r;
            if (r.name == nameOrFolder)
                named.push_back(&r);
        }
        if (named.size() == 1)
            return *named.front();
        if (!named.empty())
            return fail("RUN-005", "Several runs have this name", {}, nameOrFolder,
                        "Give the folder: " + named[0]->folder.string() + " or " +
                            named[1]->folder.string());
        for (std::size_t i = 0; i < std::min<std::size_t>(all->size(), 8) && !removed; ++i)
            names += (i > 0 ? ", " : "") + (*all)[i].name;
    }
    return fail("RUN-002", "There is no such run", {}, nameOrFolder,
                names.empty() ? "The list is empty; give the folder of a run"
                              : "There are " + names);
}

Expected<void> RunStore::setTag(const RunRecord& run, const std::string& tag, bool on) {
    return m_database.run(on ? "INSERT OR IGNORE INTO tags VALUES(?, ?)"
                             : "DELETE FROM tags WHERE folder = ? AND tag = ?",
                          {run.folder.string(), tag});
}

Expected<void> RunStore::setNote(const RunRecord& run, const std::string& note) {
    return m_database.run("UPDATE runs SET note = ? WHERE folder = ?", {note, run.folder.string()});
}

Expected<void> RunStore::setBaseline(const RunRecord& run, bool on) {
    return m_database.run("UPDATE runs SET baseline = (folder = ? AND ? = 1)",
                          {run.folder.string(), static_cast<std::int64_t>(on)});
}

Expected<void> RunStore::setRemoved(const RunRecord& run, bool removed) {
    return m_database.run("UPDATE runs SET removed = ? WHERE folder = ?",
                          {static_cast<std::int64_t>(removed), run.folder.string()});
}

} // namespace ohm::runs
