// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/runlist.h"

#include "ui/services/text.h"

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kWatchMs = 3000;

using Records = std::vector<runs::RunRecord>;

Expected<Records> readStore(const std::filesystem::path& folder) {
    auto store = runs::RunStore::open(folder);
    if (!store)
        return store.failure();
    if (const auto read = store->refresh(); !read)
        return read.failure();
    return store->list();
}

Expected<RunDetails> readRuns(const Records& runs, const StopToken& stop) {
    RunDetails out;
    out.runs = runs;
    for (const auto& run : runs) {
        if (stop.shouldStop())
            return fail("UI-002", "Stopped");
        auto history = runs::readHistory(run.folder);
        if (!history)
            return history.failure();
        history->name = run.name;
        out.histories.push_back(std::move(*history));
    }
    if (!runs.empty()) {
        auto comparison = runs::compare(runs);
        if (!comparison)
            return comparison.failure();
        out.comparison = std::move(*comparison);
    }
    if (runs.size() == 1) {
        const auto settings = runs::settingsOf(runs.front().folder);
        if (!settings)
            return settings.failure();
        for (const auto& [key, value] : *settings)
            out.comparison.settings.push_back({key, {value}});
    }
    return out;
}

} // namespace

RunList::RunList(JobService& jobs, std::filesystem::path folder, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_folder(folder.empty() ? runs::RunStore::defaultFolder() : std::move(folder)) {
    m_timer.setInterval(kWatchMs);
    connect(&m_timer, &QTimer::timeout, this, &RunList::refresh);
}

void RunList::setWatching(bool on) {
    if (on)
        m_timer.start();
    else
        m_timer.stop();
}

void RunList::refresh() {
    if (m_reading || m_writes > 0)
        return;
    m_reading = true;
    m_jobs.start<Records>(
        {tr("Looking for runs"), Pool::Io, u"run-list"_s, 0, true},
        [folder = m_folder](StopToken, ProgressSink&) { return readStore(folder); }, this,
        [this](Expected<Records> read) {
            m_reading = false;
            if (m_writes == 0)
                take(std::move(read));
        });
}

void RunList::take(Expected<Records> read) {
    if (!read) {
        if (read.error().code != "UI-002" && read.error().message() != m_told) {
            m_told = read.error().message();
            emit failed(read.error());
        }
        return;
    }
    m_told.clear();
    m_loaded = true;
    m_runs = std::move(*read);
    emit changed();
}

void RunList::change(const QString& title, Change change) {
    ++m_writes;
    m_jobs.start<Records>(
        {title, Pool::Io, {}, 1, true},
        [folder = m_folder, change = std::move(change)](StopToken,
                                                        ProgressSink&) -> Expected<Records> {
            auto store = runs::RunStore::open(folder);
            if (!store)
                return store.failure();
            if (const auto done = change(*store); !done)
                return done.failure();
            return store->list();
        },
        this,
        [this](Expected<Records> read) {
            --m_writes;
            m_told.clear();
            if (m_writes == 0 || !read)
                take(std::move(read));
        });
}

void RunList::setTags(const Records& runs, const std::set<std::string>& tags) {
    change(tr("Tagging runs"), [runs, tags](runs::RunStore& store) -> Expected<void> {
        for (const auto& run : runs) {
            for (const std::string& tag : run.tags) {
                if (tags.contains(tag))
                    continue;
                if (const auto done = store.setTag(run, tag, false); !done)
                    return done;
            }
            for (const std::string& tag : tags) {
                if (const auto done = store.setTag(run, tag, true); !done)
                    return done;
            }
        }
        return {};
    });
}

void RunList::addTag(const Records& runs, const std::string& tag) {
    change(tr("Tagging runs"), [runs, tag](runs::RunStore& store) -> Expected<void> {
        for (const auto& run : runs) {
            if (const auto done = store.setTag(run, tag, true); !done)
                return done;
        }
        return {};
    });
}

void RunList::setNote(const runs::RunRecord& run, const std::string& note) {
    change(tr("Writing a note"),
           [run, note](runs::RunStore& store) { return store.setNote(run, note); });
}

void RunList::setBaseline(const runs::RunRecord& run, bool on) {
    change(tr("Pinning a run"),
           [run, on](runs::RunStore& store) { return store.setBaseline(run, on); });
}

void RunList::remove(const Records& runs) {
    if (runs.empty())
        return;
    m_removed.push_back(runs);
    change(tr("Removing runs"), [runs](runs::RunStore& store) -> Expected<void> {
        for (const auto& run : runs) {
            if (const auto done = store.setRemoved(run, true); !done)
                return done;
        }
        return {};
    });
}

void RunList::restore() {
    if (m_removed.empty())
        return;
    const Records runs = std::move(m_removed.back());
    m_removed.pop_back();
    change(tr("Bringing runs back"), [runs](runs::RunStore& store) -> Expected<void> {
        for (const auto& run : runs) {
            if (const auto done = store.setRemoved(run, false); !done)
                return done;
        }
        return {};
    });
}

void RunList::readDetails(const Records& runs) {
    const int number = ++m_detailsRun;
    m_jobs.start<RunDetails>(
        {tr("Reading runs"), Pool::Io, u"run-details"_s, 0, true},
        [runs](StopToken stop, ProgressSink&) { return readRuns(runs, stop); }, this,
        [this, number](Expected<RunDetails> read) {
            if (number != m_detailsRun)
                return;
            if (read)
                m_details = std::move(*read);
            else
                m_details = {};
            emit detailsChanged();
            if (!read && read.error().code != "UI-002")
                emit failed(read.error());
        });
}

} // namespace ohm::ui
