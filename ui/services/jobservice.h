// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"

#include <QObject>
#include <QPointer>
#include <QString>
#include <QVector>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace ohm::ui {

/// Where work runs: `Cpu` for computing (one thread per core), `Torch` and `Layout` for libraries
/// that allow one caller, `Io` for short reading, writing and releasing of memory.
/// `Train` runs one training at a time, beside the predictions of `Torch`.
enum class Pool : quint8 { Cpu, Torch, Layout, Io, Train };
enum class JobState : quint8 { Queued, Running, Paused, Stopping, Done, Failed, Stopped };

using JobId = quint64;

/// How a job is announced and scheduled.
struct JobSpec {
    QString title; ///< for the job strip: "Reading opamp.sp"
    Pool pool = Pool::Cpu;
    /// Jobs of one lane supersede each other: starting a new one stops the older and drops its
    /// result. Empty: no lane.
    QString lane;
    int priority = 0;   ///< higher runs first within its pool
    bool quiet = false; ///< not listed in the job strip (short helpers of a view)
};

/// What the job strip shows of a job. A plain value.
struct JobStatus {
    JobId id = 0;
    QString title;
    Pool pool = Pool::Cpu;
    JobState state = JobState::Queued;
    double fraction = -1; ///< in [0,1], negative while unknown
    QString step;
    qint64 elapsedMs = 0; ///< since it began to run
    Error error;          ///< of a failed job
    bool quiet = false;
};

/// Runs core functions in the background and delivers their results to the GUI thread.
///
/// A result reaches its callback only if the context object still lives, the job was not stopped
/// and no newer job of the same lane was started. Progress is drained by one 10 Hz timer. Stopping
/// returns at once: the callback gets UI-002 in the next turn of the event loop, however long the
/// work itself takes to notice. Errors made here: UI-001 (a library threw), UI-002 (stopped),
/// UI-003 (memory). Thread: GUI only.
class JobService : public QObject {
    Q_OBJECT
public:
    template <typename R>
    using Work = std::function<Expected<R>(StopToken, ProgressSink&)>;
    template <typename R>
    using Done = std::function<void(Expected<R>)>;

    explicit JobService(QObject* parent = nullptr);
    /// Asks everything to stop and waits for it. Call `shutdown` first where waiting must be
    /// bounded.
    ~JobService() override;

    /// `done` runs in the GUI thread, from the event loop, never from inside `start`.
    template <typename R>
    JobId start(JobSpec spec, Work<R> work, QObject* context, Done<R> done);

    void stop(JobId id);
    /// Stops the jobs of a lane without telling their callbacks (their question has gone away).
    void abandon(const QString& lane);
    void stopAll();
    void setPaused(JobId id, bool paused);

    QVector<JobStatus> jobs() const; ///< oldest first; finished ones stay for a while
    JobStatus job(JobId id) const;   ///< id 0 if unknown
    void clearFinished();            ///< forgets those that are over
    bool isIdle() const;             ///< nothing queued or running
    /// Stops everything and waits at most `timeout`; false if some work did not end in time.
    /// For the end of the program, after the last window has gone.
    bool shutdown(std::chrono::milliseconds timeout);
    /// Releases a large value on a worker, so that the window does not pay for it.
    void release(std::shared_ptr<const void> value);

signals:
    void changed(); ///< something in jobs() changed; at most ten times a second plus state changes
    void finished(quint64 id);

protected:
    void customEvent(QEvent* event) override;

private:
    /// Type-erased outcome: deliver(callbacks) or report why not.
    struct Result {
        bool ok = false;
        Error error;
        std::function<void()> deliver;
    };
    struct Callbacks {
        QPointer<QObject> context;
        std::function<void(Error)> failed; ///< delivers UI-002
    };
    JobId enqueue(JobSpec spec, std::function<Result(StopToken, ProgressSink&)> body,
                  Callbacks callbacks);
    static Error caught(); ///< the exception being handled, as an Error

    class Private;
    std::unique_ptr<Private> d;
};

template <typename R>
JobId JobService::start(JobSpec spec, Work<R> work, QObject* context, Done<R> done) {
    auto callback = std::make_shared<Done<R>>(std::move(done));
    auto body = [work = std::move(work), callback](StopToken stop, ProgressSink& sink) -> Result {
        std::shared_ptr<Expected<R>> value;
        try {
            value = std::make_shared<Expected<R>>(work(std::move(stop), sink));
        } catch (...) {
            value = std::make_shared<Expected<R>>(fail(caught()));
        }
        Result result;
        result.ok = value->ok();
        if (!result.ok)
            result.error = value->error();
        result.deliver = [value, callback] { (*callback)(std::move(*value)); };
        return result;
    };
    Callbacks callbacks;
    callbacks.context = context;
    callbacks.failed = [callback](Error error) { (*callback)(fail(std::move(error))); };
    return enqueue(std::move(spec), std::move(body), std::move(callbacks));
}

} // namespace ohm::ui
