// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

namespace ohm {

/// Asks a running job to stop or to pause. Cheap to copy; a default-constructed token never stops.
/// A job calls `shouldStop()` at every natural step (at least every 50 ms of work).
/// Thread: any.
class StopToken {
public:
    StopToken() = default;

    /// True once stop was requested. Blocks while the job is paused (and wakes on stop), so a job
    /// needs no pause code of its own.
    bool shouldStop() const;
    /// True once stop was requested; never blocks.
    bool stopRequested() const { return m_state && m_state->stop.load(std::memory_order_relaxed); }

    /// True while the job is asked to pause; never blocks. For jobs that save their state first.
    bool pauseRequested() const { return m_state && m_state->paused.load(std::memory_order_relaxed); }

private:
    friend class StopSource;
    struct State {
        std::atomic<bool> stop{false};
        std::atomic<bool> paused{false};
        std::mutex mutex;
        std::condition_variable wake;
    };
    explicit StopToken(std::shared_ptr<State> state)
        : m_state(std::move(state)) {}
    std::shared_ptr<State> m_state;
};

/// The other end of a StopToken, held by whoever started the job. Thread: any.
class StopSource {
public:
    StopSource()
        : m_state(std::make_shared<StopToken::State>()) {}
    StopToken token() const { return StopToken(m_state); }
    void requestStop();
    void setPaused(bool paused);
    bool stopRequested() const { return m_state->stop.load(std::memory_order_relaxed); }
    bool paused() const { return m_state->paused.load(std::memory_order_relaxed); }

private:
    std::shared_ptr<StopToken::State> m_state;
};

/// Where a job tells how far it is. Implementations must accept calls from any thread and be cheap
/// (the window drains the latest value ten times a second).
class ProgressSink {
public:
    virtual ~ProgressSink() = default;
    /// `fraction` in [0,1], or negative while unknown. `text` is the present step, for people.
    virtual void report(double fraction, const std::string& text) = 0;
};

/// Swallows progress: for tests and short calls.
ProgressSink& noProgress();

} // namespace ohm
