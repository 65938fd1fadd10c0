// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "core/sim/operatingpoint.h"
#include "ui/services/jobservice.h"

#include <QObject>

#include <functional>
#include <memory>

namespace ohm::ui {

class Settings;
using OperatingPointPtr = std::shared_ptr<const sim::OperatingPoint>;

/// Simulates the open circuit in the background and keeps the last result. The pool of simulator
/// processes is started by the first job, off the GUI thread. Thread: GUI.
class Simulation : public QObject {
    Q_OBJECT
public:
    Simulation(JobService& jobs, Settings& settings, QObject* parent = nullptr);
    ~Simulation() override;

    /// Another circuit is open: forgets the result.
    void setCircuit(netlist::CircuitPtr circuit, const QString& name);
    void run(bool allowMissing = false);
    void stop();

    /// Gives the simulator processes to other jobs; the call itself belongs on a worker thread, for
    /// it may start them.
    std::function<std::shared_ptr<sim::SimulatorPool>()> simulators() const;

    bool isRunning() const { return m_job != 0; }
    const OperatingPointPtr& operatingPoint() const { return m_result; }
    /// True when the file has changed since, so that values may no longer hold.
    bool isStale() const { return m_stale; }
    void markStale();

signals:
    void runningChanged();
    void resultChanged();
    /// SIM-020 may be tried again with `run(true)`.
    void failed(const ohm::Error& error);

private:
    struct Pool;
    JobService& m_jobs;
    Settings& m_settings;
    std::shared_ptr<Pool> m_pool;
    netlist::CircuitPtr m_circuit;
    QString m_name;
    JobId m_job = 0;
    quint64 m_run = 0; ///< generation of the last run
    OperatingPointPtr m_result;
    bool m_stale = false;
};

} // namespace ohm::ui
