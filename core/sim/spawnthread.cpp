// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/spawnthread.h"

#include <utility>

namespace ohm::sim {

SpawnThread::SpawnThread()
    : m_thread([this] { loop(); }) {}

SpawnThread::~SpawnThread() {
    {
        const std::lock_guard lock(m_mutex);
        m_quit = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

Expected<ChildProcess> SpawnThread::start(const ChildSetup& setup) {
    Request request{&setup, {}};
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [&] { return !m_request; });
    m_request = &request;
    m_wake.notify_all();
    m_done.wait(lock, [&] { return request.result.has_value(); });
    return std::move(*request.result);
}

void SpawnThread::loop() {
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [&] { return m_quit || (m_request && !m_request->result); });
        if (m_quit)
            return;
        Request* const request = m_request;
        lock.unlock();
        auto child = ChildProcess::start(*request->setup);
        lock.lock();
        request->result.emplace(std::move(child));
        m_request = nullptr;
        m_done.notify_all();
    }
}

} // namespace ohm::sim
