// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deeptrain/sweep.h"
#include "ui/session/deepwork.h"

namespace ohm::ui {

/// A depth sweep in the background, told point by point. Thread: GUI.
class DepthSweep : public QObject {
    Q_OBJECT
public:
    explicit DepthSweep(JobService& jobs, QObject* parent = nullptr);
    ~DepthSweep() override;

    /// Drops the points of the sweep before. Nothing if one is running.
    void start(const std::shared_ptr<const DeepDesigns>& designs,
               const deeptrain::TaskOptions& split, const deeptrain::SweepOptions& options);
    void stop(); ///< the points that are done stay
    bool isRunning() const { return m_job != 0; }
    const std::vector<deeptrain::SweepPoint>& points() const { return m_points; }
    void clear();

signals:
    void pointReported();
    void stateChanged();
    void failed(const ohm::Error& error);

private:
    JobService& m_jobs;
    JobId m_job = 0;
    quint64 m_number = 0; ///< of the sweep whose points are wanted
    std::vector<deeptrain::SweepPoint> m_points;
};

} // namespace ohm::ui
