// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ohm::ui {

/// A few threads that run tasks in order of priority, then of arrival. Threads start when first
/// needed. Plain std:: so that the thread sanitizer sees every hand-over. Thread: any.
class WorkerPool {
public:
    /// `niceness` above 0: its threads, and those they start, give way to others (Linux).
    explicit WorkerPool(int threads, int niceness = 0);
    /// Drops what is queued and waits for what runs.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Tasks must not throw.
    void post(std::function<void()> task, int priority = 0);
    /// Waits until nothing is queued or running; false when `timeout` passed first.
    bool waitIdle(std::chrono::milliseconds timeout);

private:
    struct Task {
        int priority;
        std::function<void()> run;
    };
    void loop();

    std::mutex m_mutex;
    std::condition_variable m_work;
    std::condition_variable m_idle;
    std::deque<Task> m_tasks; ///< highest priority first
    std::vector<std::thread> m_threads;
    int m_limit;
    int m_niceness;
    int m_running = 0;
    int m_waiting = 0;
    bool m_quit = false;
};

} // namespace ohm::ui
