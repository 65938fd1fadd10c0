// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/job.h"

namespace ohm {

bool StopToken::shouldStop() const {
    if (!m_state)
        return false;
    if (m_state->paused.load(std::memory_order_relaxed)) {
        std::unique_lock lock(m_state->mutex);
        m_state->wake.wait(lock, [this] {
            return m_state->stop.load(std::memory_order_relaxed) ||
                   !m_state->paused.load(std::memory_order_relaxed);
        });
    }
    return m_state->stop.load(std::memory_order_relaxed);
}

void StopSource::requestStop() {
    {
        std::lock_guard lock(m_state->mutex);
        m_state->stop = true;
    }
    m_state->wake.notify_all();
}

void StopSource::setPaused(bool paused) {
    {
        std::lock_guard lock(m_state->mutex);
        m_state->paused = paused;
    }
    m_state->wake.notify_all();
}

ProgressSink& noProgress() {
    struct Silent final : ProgressSink {
        void report(double, const std::string&) override {}
    };
    static Silent silent;
    return silent;
}

} // namespace ohm
