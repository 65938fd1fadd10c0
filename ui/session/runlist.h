// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/comparison.h"
#include "core/runs/curves.h"
#include "core/runs/runstore.h"
#include "ui/services/jobservice.h"

#include <QObject>
#include <QTimer>
#include <QVector>

#include <functional>
#include <map>
#include <optional>

namespace ohm::ui {

/// What is shown of chosen runs. A plain value.
struct RunDetails {
    std::vector<runs::RunRecord> runs;
    std::vector<runs::RunHistory> histories; ///< of the same order
    /// What differs; of a single run all of its settings.
    runs::Comparison comparison;
};

/// The list of runs as the store has it. Everything is read and written in the background, each
/// time with a connection of its own: other processes may write at the same time, and what they
/// write is seen within a few seconds while `setWatching`. Thread: GUI.
class RunList : public QObject {
    Q_OBJECT
public:
    /// `folder` empty: RunStore::defaultFolder(). Nothing is made before the first refresh.
    explicit RunList(JobService& jobs, std::filesystem::path folder = {},
                     QObject* parent = nullptr);

    const std::filesystem::path& folder() const { return m_folder; }
    const std::vector<runs::RunRecord>& runs() const { return m_runs; }
    bool isLoaded() const { return m_loaded; }
    void refresh();
    void setWatching(bool on);

    void setTags(const std::vector<runs::RunRecord>& runs, const std::set<std::string>& tags);
    void addTag(const std::vector<runs::RunRecord>& runs, const std::string& tag);
    void setNote(const runs::RunRecord& run, const std::string& note);
    void setBaseline(const runs::RunRecord& run, bool on);
    /// Off the list; their files stay.
    void remove(const std::vector<runs::RunRecord>& runs);
    void restore(); ///< those removed last
    bool canRestore() const { return !m_removed.empty(); }

    /// Reads logs and recipes of runs; `detailsChanged` follows. The latest call counts.
    void readDetails(const std::vector<runs::RunRecord>& runs);
    const RunDetails& details() const { return m_details; }

signals:
    void changed();
    void detailsChanged();
    void failed(const ohm::Error& error);

private:
    using Change = std::function<Expected<void>(runs::RunStore&)>;
    void change(const QString& title, Change change);
    void take(Expected<std::vector<runs::RunRecord>> read);

    JobService& m_jobs;
    std::filesystem::path m_folder;
    std::vector<runs::RunRecord> m_runs;
    std::vector<std::vector<runs::RunRecord>> m_removed;
    RunDetails m_details;
    int m_detailsRun = 0;
    bool m_loaded = false;
    bool m_reading = false;
    int m_writes = 0;   ///< under way: what is read meanwhile is out of date
    std::string m_told; ///< the last error of watching, said once
    QTimer m_timer;
};

} // namespace ohm::ui
