// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/jobservice.h"

#include "core/base/log.h"
#include "ui/services/text.h"
#include "ui/services/workerpool.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QTimer>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace ohm::ui {

namespace {
constexpr int kTickMs = 100;
constexpr std::size_t kKeepFinished = 30;
constexpr int kTrainingNiceness = 10;

/// Latest word of a job about itself; written by its thread, read by the timer.
class LatestProgress : public ProgressSink {
public:
    void report(double fraction, const std::string& text) override {
        const std::lock_guard lock(m_mutex);
        m_fraction = fraction;
        m_text = text;
        m_fresh = true;
    }
    bool take(double& fraction, QString& text) {
        const std::lock_guard lock(m_mutex);
        if (!std::exchange(m_fresh, false))
            return false;
        fraction = m_fraction;
        text = qs(m_text);
        return true;
    }

private:
    std::mutex m_mutex;
    double m_fraction = -1;
    std::string m_text;
    bool m_fresh = false;
};

bool isOver(JobState state) {
    return state == JobState::Done || state == JobState::Failed || state == JobState::Stopped;
}
} // namespace

class JobService::Private {
public:
    struct Record {
        JobStatus status;
        QString lane;
        StopSource stop;
        std::shared_ptr<LatestProgress> progress = std::make_shared<LatestProgress>();
        std::shared_ptr<std::atomic<bool>> begun = std::make_shared<std::atomic<bool>>(false);
        QElapsedTimer clock;
        Callbacks callbacks;
        bool answered = false; ///< the callback has had its one call, or must not get one
    };
    struct Outcome {
        JobId id;
        Result result;
    };

    std::map<JobId, Record> records;
    JobId nextId = 1;
    QTimer timer;
    std::mutex inboxMutex;
    std::vector<Outcome> inbox;

    // Last, so that the threads are gone before what they write to.
    std::array<std::unique_ptr<WorkerPool>, 5> pools;

    WorkerPool& pool(Pool which) { return *pools[static_cast<std::size_t>(which)]; }
};

JobService::JobService(QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>()) {
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const std::array<int, 5> threads{std::max(2, cores), 1, 1, 2, 1};
    for (std::size_t i = 0; i < threads.size(); ++i)
        // A training keeps all cores busy for minutes; the window comes first.
        d->pools[i] = std::make_unique<WorkerPool>(
            threads[i], i == static_cast<std::size_t>(Pool::Train) ? kTrainingNiceness : 0);
    d->timer.setInterval(kTickMs);
    connect(&d->timer, &QTimer::timeout, this, [this] {
        bool any = false;
        bool busy = false;
        for (auto& [id, record] : d->records) {
            if (isOver(record.status.state))
                continue;
            busy = true;
            if (record.status.state == JobState::Queued && record.begun->load()) {
                record.status.state = JobState::Running;
                record.clock.start();
            }
            record.progress->take(record.status.fraction, record.status.step);
            if (record.clock.isValid())
                record.status.elapsedMs = record.clock.elapsed();
            any = true;
        }
        if (!busy)
            d->timer.stop();
        if (any)
            emit changed();
    });
}

JobService::~JobService() {
    for (auto& [id, record] : d->records)
        record.stop.requestStop();
    for (auto& pool : d->pools)
        pool.reset();
}

Error JobService::caught() {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return Error{"UI-003",
                     "There is not enough memory for this.",
                     {},
                     {},
                     "Close other programs and try again."};
    } catch (const std::exception& error) {
        return Error{
            "UI-001", "Something unexpected went wrong inside the program.", error.what(), {}, {}};
    } catch (...) {
        return Error{"UI-001", "Something unexpected went wrong inside the program.", {}, {}, {}};
    }
}

JobId JobService::enqueue(JobSpec spec, std::function<Result(StopToken, ProgressSink&)> body,
                          Callbacks callbacks) {
    if (!spec.lane.isEmpty())
        abandon(spec.lane);
    const JobId id = d->nextId++;
    Private::Record& record = d->records[id];
    record.status.id = id;
    record.status.title = spec.title;
    record.status.pool = spec.pool;
    record.status.quiet = spec.quiet;
    record.lane = spec.lane;
    record.callbacks = std::move(callbacks);

    auto task = [this, id, body = std::move(body), token = record.stop.token(),
                 progress = record.progress, begun = record.begun] {
        Result result;
        if (token.stopRequested()) {
            result.error = Error{"UI-002", "Stopped.", {}, {}, {}};
        } else {
            begun->store(true);
            result = body(token, *progress);
        }
        bool wake = false;
        {
            const std::lock_guard lock(d->inboxMutex);
            wake = d->inbox.empty();
            d->inbox.push_back({id, std::move(result)});
        }
        if (wake)
            QCoreApplication::postEvent(this, new QEvent(QEvent::User));
    };
    d->pool(spec.pool).post(std::move(task), spec.priority);
    if (!d->timer.isActive())
        d->timer.start();
    emit changed();
    return id;
}

void JobService::customEvent(QEvent*) {
    std::vector<Private::Outcome> outcomes;
    {
        const std::lock_guard lock(d->inboxMutex);
        outcomes.swap(d->inbox);
    }
    for (Private::Outcome& outcome : outcomes) {
        const auto found = d->records.find(outcome.id);
        if (found == d->records.end())
            continue;
        Private::Record& record = found->second;
        record.progress->take(record.status.fraction, record.status.step);
        if (record.clock.isValid())
            record.status.elapsedMs = record.clock.elapsed();
        const bool stopped = record.stop.stopRequested();
        record.status.state = stopped             ? JobState::Stopped
                              : outcome.result.ok ? JobState::Done
                                                  : JobState::Failed;
        if (!stopped && !outcome.result.ok) {
            record.status.error = outcome.result.error;
            log::warning("ui", ss(record.status.title) + ": " + outcome.result.error.message());
        }
        const bool deliver = !stopped && !record.answered && record.callbacks.context;
        record.answered = true;
        record.callbacks = {};
        if (deliver)
            outcome.result.deliver(); // may start or stop jobs: `record` is not touched afterwards
        // What was not taken (or was left over) may be large: let a worker free it.
        release(std::make_shared<std::function<void()>>(std::move(outcome.result.deliver)));
        emit finished(outcome.id);
    }
    std::size_t over = 0;
    for (const auto& [id, record] : d->records)
        over += isOver(record.status.state) ? 1 : 0;
    for (auto it = d->records.begin(); it != d->records.end() && over > kKeepFinished;) {
        if (isOver(it->second.status.state)) {
            it = d->records.erase(it);
            --over;
        } else {
            ++it;
        }
    }
    emit changed();
}

void JobService::stop(JobId id) {
    const auto found = d->records.find(id);
    if (found == d->records.end() || isOver(found->second.status.state))
        return;
    Private::Record& record = found->second;
    record.stop.requestStop();
    record.status.state = JobState::Stopping;
    if (!std::exchange(record.answered, true)) {
        // Tell the asker in the next turn, as every callback comes from the event loop.
        QMetaObject::invokeMethod(
            this,
            [callbacks = std::move(record.callbacks)] {
                if (callbacks.context && callbacks.failed)
                    callbacks.failed(Error{"UI-002", "Stopped.", {}, {}, {}});
            },
            Qt::QueuedConnection);
        record.callbacks = {};
    }
    emit changed();
}

void JobService::abandon(const QString& lane) {
    for (auto& [id, record] : d->records) {
        if (record.lane != lane || isOver(record.status.state))
            continue;
        record.stop.requestStop();
        record.status.state = JobState::Stopping;
        record.answered = true;
        record.callbacks = {};
    }
}

void JobService::stopAll() {
    std::vector<JobId> ids;
    for (const auto& [id, record] : d->records)
        ids.push_back(id);
    for (const JobId id : ids)
        stop(id);
}

void JobService::setPaused(JobId id, bool paused) {
    const auto found = d->records.find(id);
    if (found == d->records.end())
        return;
    Private::Record& record = found->second;
    const JobState from = paused ? JobState::Running : JobState::Paused;
    if (record.status.state != from && !(paused && record.status.state == JobState::Queued))
        return;
    record.stop.setPaused(paused);
    record.status.state = paused                 ? JobState::Paused
                          : record.begun->load() ? JobState::Running
                                                 : JobState::Queued;
    emit changed();
}

QVector<JobStatus> JobService::jobs() const {
    QVector<JobStatus> list;
    list.reserve(static_cast<qsizetype>(d->records.size()));
    for (const auto& [id, record] : d->records)
        list.push_back(record.status);
    return list;
}

JobStatus JobService::job(JobId id) const {
    const auto found = d->records.find(id);
    return found == d->records.end() ? JobStatus{} : found->second.status;
}

void JobService::clearFinished() {
    std::erase_if(d->records, [](const auto& entry) { return isOver(entry.second.status.state); });
    emit changed();
}

bool JobService::isIdle() const {
    return std::all_of(d->records.begin(), d->records.end(),
                       [](const auto& entry) { return isOver(entry.second.status.state); });
}

bool JobService::shutdown(std::chrono::milliseconds timeout) {
    for (auto& [id, record] : d->records) {
        record.stop.requestStop();
        record.answered = true;
        record.callbacks = {};
    }
    const auto end = std::chrono::steady_clock::now() + timeout;
    bool all = true;
    for (auto& pool : d->pools) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        all = pool->waitIdle(std::max(left, std::chrono::milliseconds{0})) && all;
    }
    return all;
}

void JobService::release(std::shared_ptr<const void> value) {
    // The task owns the only reference we hold; it is dropped when the task has run.
    d->pool(Pool::Io).post([held = std::move(value)] {}, -1);
}

} // namespace ohm::ui
