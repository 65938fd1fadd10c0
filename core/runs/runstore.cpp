// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/runstore.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace ohm::runs {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kVersion = 1;

const char* const kSchema[] = {
    "CREATE TABLE runs(folder TEXT PRIMARY KEY, name TEXT NOT NULL, recipe TEXT NOT NULL, "
    "seed INTEGER, steps INTEGER, done INTEGER, finished INTEGER, changed INTEGER, "
    "note TEXT NOT NULL DEFAULT '', baseline INTEGER NOT NULL DEFAULT 0, "
    "removed INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE metrics(folder TEXT, name TEXT, value REAL, PRIMARY KEY(folder, name))",
    "CREATE TABLE tags(folder TEXT, tag TEXT, PRIMARY KEY(folder, tag))"};

/// Seconds since 1970 of the latest change of a run's files.
std::int64_t changeOf(const fs::path& run) {
    std::int64_t latest = 0;
    for (const char* name : {"recipe.yaml", "log.jsonl", "result.json"}) {
        std::error_code error;
        const auto time = fs::last_write_time(run / name, error);
        if (!error)
            latest = std::max(latest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                          std::chrono::file_clock::to_sys(time).time_since_epoch())
                                          .count());
    }
    return latest;
}

void addMetrics(std::map<std::string, double>& out, const std::string& split,
                const learn::RegressionMetrics& m) {
    for (const auto& [k, value] : m.accAt)
        out[split + ".acc_at_" + std::to_string(k)] = value;
    out[split + ".mae"] = m.mae;
    out[split + ".mse"] = m.mse;
    out[split + ".r2"] = m.r2;
}

fs::path wholePath(const fs::path& path) {
    std::error_code error;
    auto whole = fs::weakly_canonical(path, error);
    return error ? path : whole;
}

/// Folders of runs: in the folder itself, and one level below where several seeds were trained into
/// one. Hidden folders hold what was thrown away.
std::vector<fs::path> runsIn(const fs::path& root) {
    const auto folders = [](const fs::path& of) {
        std::vector<fs::path> found;
        std::error_code ignored;
        for (fs::directory_iterator it(of, ignored), end; it != end; it.increment(ignored)) {
            if (it->is_directory(ignored) && !it->path().filename().string().starts_with("."))
                found.push_back(it->path());
        }
        return found;
    };
    std::vector<fs::path> runs;
    std::error_code ignored;
    for (const fs::path& folder : folders(root)) {
        if (fs::exists(folder / "recipe.yaml", ignored)) {
            runs.push_back(folder);
            continue;
        }
        for (const fs::path& below : folders(folder)) {
            if (fs::exists(below / "recipe.yaml", ignored))
                runs.push_back(below);
        }
    }
    return runs;
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
        if (version != 0)
            return {};
        for (const char* sql : kSchema) {
            if (const auto done = database->run(sql); !done)
                return done;
        }
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
    for (const fs::path& run : runsIn(m_folder)) {
        const auto found = known.find(wholePath(run).string());
        if (found != known.end() && found->second == changeOf(run))
            continue;
        // What cannot be read is no run; it may become one.
        if (const auto added = add(run); !added && added.error().code == "RUN-004")
            return added;
    }
    return {};
}

std::string RunStore::nameOf(const fs::path& run) const {
    const fs::path within = run.lexically_relative(m_folder);
    return within.empty() || *within.begin() == ".." ? run.filename().string() : within.string();
}

Expected<void> RunStore::add(const fs::path& run) {
    const std::int64_t changed = changeOf(run);
    const auto info = learn::readRun(run);
    if (!info)
        return info.failure();
    const fs::path whole = wholePath(run);
    const std::string folder = whole.string();
    std::map<std::string, double> metrics;
    if (info->validation)
        addMetrics(metrics, "validation", *info->validation);
    else if (!info->log.empty() && info->log.back().validation)
        addMetrics(metrics, "validation", *info->log.back().validation);
    if (info->test)
        addMetrics(metrics, "test", *info->test);
    std::int64_t done = 0;
    if (!info->log.empty()) {
        done = info->log.back().step;
        metrics["seconds"] = info->log.back().seconds;
        metrics["graphs_per_second"] = info->log.back().graphsPerSecond;
        metrics["train_loss"] = info->log.back().trainLoss;
    }
    return m_database.transaction([&]() -> Expected<void> {
        auto written = m_database.run(
            "INSERT INTO runs(folder, name, recipe, seed, steps, done, finished, changed) "
            "VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(folder) DO UPDATE SET name = "
            "excluded.name, "
            "recipe = excluded.recipe, seed = excluded.seed, steps = excluded.steps, "
            "done = excluded.done, finished = excluded.finished, changed = excluded.changed",
            {folder, nameOf(whole), info->recipe.name, static_cast<std::int64_t>(info->recipe.seed),
             static_cast<std::int64_t>(info->recipe.steps), done,
             static_cast<std::int64_t>(info->finished), changed});
        if (written)
            written = m_database.run("DELETE FROM metrics WHERE folder = ?", {folder});
        for (const auto& [name, value] : metrics) {
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
                               "note, baseline, removed "
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
    std::erase_if(all, [](const RunRecord& r) {
        std::error_code ignored;
        return !fs::exists(r.folder / "recipe.yaml", ignored);
    });
    return all;
}

Expected<RunRecord> RunStore::find(const std::string& nameOrFolder) {
    std::error_code ignored;
    const fs::path whole = wholePath(nameOrFolder);
    if (fs::exists(whole / "recipe.yaml", ignored)) {
        if (const auto added = add(whole); !added)
            return added.failure();
    }
    std::string names;
    for (const bool removed : {false, true}) {
        const auto all = list(removed);
        if (!all)
            return all.failure();
        for (const RunRecord& r : *all) {
            if (r.folder == whole || r.name == nameOrFolder)
                return r;
        }
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
