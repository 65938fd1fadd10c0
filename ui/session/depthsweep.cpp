// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/depthsweep.h"

#include <QCoreApplication>
#include <QPointer>

namespace ohm::ui {

DepthSweep::DepthSweep(JobService& jobs, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs) {}

DepthSweep::~DepthSweep() {
    stop();
}

void DepthSweep::start(const std::shared_ptr<const DeepDesigns>& designs,
                       const deeptrain::TaskOptions& split,
                       const deeptrain::SweepOptions& options) {
    if (!designs || m_job != 0)
        return;
    m_points.clear();
    const quint64 number = ++m_number;
    const QPointer<DepthSweep> self(this);
    const auto told = [self, number](const deeptrain::SweepPoint& point) {
        // Called on the sweep's thread.
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [self, number, point] {
                if (!self || !self->isRunning() || self->m_number != number)
                    return;
                self->m_points.push_back(point);
                emit self->pointReported();
            },
            Qt::QueuedConnection);
    };
    using Points = std::vector<deeptrain::SweepPoint>;
    m_job = m_jobs.start<Points>(
        {tr("Sweeping the depth of networks"), Pool::Train, {}},
        [designs, split, options, told](StopToken stop,
                                        ProgressSink& progress) -> Expected<Points> {
            const auto task = deeptrain::makeTask(designs->set, split);
            if (!task)
                return task.failure();
            return deeptrain::sweep(*task, options, stop, progress, told);
        },
        this,
        [this](Expected<Points> done) {
            m_job = 0;
            if (done)
                m_points = std::move(*done);
            emit pointReported();
            emit stateChanged();
            if (!done && done.error().code != "UI-002" && done.error().code != "DEEP-003")
                emit failed(done.error());
        });
    emit pointReported();
    emit stateChanged();
}

void DepthSweep::stop() {
    if (m_job != 0)
        m_jobs.stop(m_job);
}

void DepthSweep::clear() {
    stop();
    ++m_number;
    m_points.clear();
    emit pointReported();
}

} // namespace ohm::ui
