// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/workerpool.h"

#include <algorithm>
#include <utility>

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace ohm::ui {

WorkerPool::WorkerPool(int threads, int niceness)
    : m_limit(std::max(1, threads))
    , m_niceness(niceness) {}

WorkerPool::~WorkerPool() {
    std::deque<Task> dropped; // destroyed outside the lock
    {
        const std::lock_guard lock(m_mutex);
        m_quit = true;
        dropped.swap(m_tasks);
    }
    m_work.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

void WorkerPool::post(std::function<void()> task, int priority) {
    const std::lock_guard lock(m_mutex);
    if (m_quit)
        return;
    const auto place = std::find_if(m_tasks.begin(), m_tasks.end(),
                                    [&](const Task& other) { return other.priority < priority; });
    m_tasks.insert(place, Task{priority, std::move(task)});
    const auto pending = static_cast<int>(m_tasks.size());
    if (pending > m_waiting && static_cast<int>(m_threads.size()) < m_limit)
        m_threads.emplace_back([this] { loop(); });
    m_work.notify_one();
}

bool WorkerPool::waitIdle(std::chrono::milliseconds timeout) {
    std::unique_lock lock(m_mutex);
    return m_idle.wait_for(lock, timeout, [this] { return m_tasks.empty() && m_running == 0; });
}

void WorkerPool::loop() {
#ifdef __linux__
    if (m_niceness > 0)
        (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), m_niceness);
#endif
    std::unique_lock lock(m_mutex);
    for (;;) {
        ++m_waiting;
        m_work.wait(lock, [this] { return m_quit || !m_tasks.empty(); });
        --m_waiting;
        if (m_quit)
            return;
        std::function<void()> run = std::move(m_tasks.front().run);
        m_tasks.pop_front();
        ++m_running;
        lock.unlock();
        run();
        run = nullptr; // what it captured is released here, not under the lock
        lock.lock();
        --m_running;
        if (m_tasks.empty() && m_running == 0)
            m_idle.notify_all();
    }
}

} // namespace ohm::ui
