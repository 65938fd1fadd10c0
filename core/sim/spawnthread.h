// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sim/childprocess.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace ohm::sim {

/// The one thread that starts children. The kernel kills a child when the thread that started it
/// ends (PR_SET_PDEATHSIG), so that thread must outlive every job thread. Thread: any.
class SpawnThread {
public:
    SpawnThread();
    ~SpawnThread();
    SpawnThread(const SpawnThread&) = delete;
    SpawnThread& operator=(const SpawnThread&) = delete;

    /// ChildProcess::start on this thread; blocks its caller. Errors: as there.
    Expected<ChildProcess> start(const ChildSetup& setup);

private:
    struct Request {
        const ChildSetup* setup = nullptr;
        std::optional<Expected<ChildProcess>> result;
    };
    void loop();

    std::mutex m_mutex;
    std::condition_variable m_wake, m_done;
    Request* m_request = nullptr;
    bool m_quit = false;
    std::thread m_thread; // last: starts when the rest is there
};

} // namespace ohm::sim
