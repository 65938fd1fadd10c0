// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/runjournal.h"
#include "core/runs/runkind.h"
#include "core/runs/sqlite.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace ohm::runs {

/// One run as the list shows it. A plain value.
struct RunRecord {
    std::string name; ///< of its folder, within that of all runs: "ladder-1", "ladder-2/seed-0"
    std::filesystem::path folder;
    RunKind kind = RunKind::Training;
    std::string recipe; ///< as RunFacts has it
    std::int64_t seed = 0, steps = 0, stepsDone = 0;
    bool finished = false;
    learn::RunAttempts attempts; ///< whether it is at work, was stopped or killed, and went on
    std::int64_t changed = 0;    ///< last change of its files, seconds since 1970
    std::map<std::string, double> metrics; ///< "validation.acc_at_100", "test.mae", "seconds", ...
    std::set<std::string> tags;
    std::string note;
    bool baseline = false; ///< what others are compared with
    bool removed = false;  ///< out of the list; its files stay
};

/// The list of runs: what the folders say, and what people say about them (tags, notes, the
/// baseline). SQLite with a write-ahead log, safe with several processes; everything but tags,
/// notes, baseline and removal can be made again from the folders. Thread: one at a time.
class RunStore {
public:
    /// $OHMSCAPE_RUNS, else $XDG_DATA_HOME/ohmscape/runs.
    static std::filesystem::path defaultFolder();
    /// The store of a folder of runs, in its runs.sqlite; makes both. Errors: RUN-001, RUN-003 made
    /// by a newer version.
    static Expected<RunStore> open(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return m_folder; }
    /// Reads what changed since the last time: runs in the folder (see runFolders), and those that
    /// were added from elsewhere. Errors: RUN-004.
    Expected<void> refresh();
    /// One run, wherever it lies. Errors: LEARN-015, RUN-004.
    Expected<void> add(const std::filesystem::path& run);
    /// The newest first; those whose folder has gone are left out. Errors: RUN-004.
    Expected<std::vector<RunRecord>> list(bool removed = false);
    /// By name or folder; a folder that is not listed yet is added. Errors: RUN-002 no such run,
    /// RUN-005 several of that name.
    Expected<RunRecord> find(const std::string& nameOrFolder);

    // Errors of all: RUN-004.
    Expected<void> setTag(const RunRecord& run, const std::string& tag, bool on);
    Expected<void> setNote(const RunRecord& run, const std::string& note);
    Expected<void> setBaseline(const RunRecord& run, bool on); ///< at most one is
    Expected<void> setRemoved(const RunRecord& run, bool removed);

private:
    RunStore(std::filesystem::path folder, Database database)
        : m_folder(std::move(folder))
        , m_database(std::move(database)) {}
    std::string nameOf(const std::filesystem::path& run) const;
    std::filesystem::path m_folder;
    Database m_database;
};

} // namespace ohm::runs
