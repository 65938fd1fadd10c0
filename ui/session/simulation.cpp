// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/simulation.h"

#include "ui/services/settings.h"
#include "ui/services/text.h"

#include <mutex>

namespace ohm::ui {

using namespace Qt::StringLiterals;

/// The simulator pool, made when first needed on the thread that needs it.
struct Simulation::Pool {
    std::mutex mutex;
    std::shared_ptr<sim::SimulatorPool> pool;
    std::filesystem::path program;

    std::shared_ptr<sim::SimulatorPool> get() {
        const std::lock_guard lock(mutex);
        if (!pool) {
            sim::PoolOptions options;
            options.ngspice = program;
            pool = std::make_shared<sim::SimulatorPool>(options);
        }
        return pool;
    }
};

Simulation::Simulation(JobService& jobs, Settings& settings, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_settings(settings)
    , m_pool(std::make_shared<Pool>()) {
    m_pool->program = toPath(settings.simulator());
    connect(&settings, &Settings::simulatorChanged, this, [this] {
        m_jobs.release(std::exchange(m_pool, std::make_shared<Pool>()));
        m_pool->program = toPath(m_settings.simulator());
    });
}

Simulation::~Simulation() = default;

void Simulation::setCircuit(netlist::CircuitPtr circuit, const QString& name) {
    m_jobs.abandon(u"simulate"_s);
    ++m_run;
    if (std::exchange(m_job, 0) != 0)
        emit runningChanged();
    m_jobs.release(std::exchange(m_circuit, std::move(circuit)));
    m_name = name;
    m_stale = false;
    if (m_result) {
        m_jobs.release(std::exchange(m_result, nullptr));
        emit resultChanged();
    }
}

void Simulation::run(bool allowMissing) {
    if (!m_circuit)
        return;
    JobSpec spec;
    spec.title = tr("Simulating the operating point of %1").arg(m_name);
    spec.lane = u"simulate"_s;
    const bool wasRunning = isRunning();
    m_job = m_jobs.start<OperatingPointPtr>(
        spec,
        [pool = m_pool, circuit = m_circuit,
         allowMissing](StopToken stop, ProgressSink& progress) -> Expected<OperatingPointPtr> {
            Expected<sim::OperatingPoint> point = sim::operatingPoint(
                *pool->get(), *circuit, std::move(stop), progress, allowMissing);
            if (!point)
                return point.failure();
            return std::make_shared<const sim::OperatingPoint>(std::move(*point));
        },
        this,
        [this, run = ++m_run](Expected<OperatingPointPtr> result) {
            if (run != m_run)
                return; // its circuit is gone or it was started anew
            m_job = 0;
            emit runningChanged();
            if (!result) {
                if (result.error().code != "UI-002" && result.error().code != "SIM-006")
                    emit failed(result.error());
                return;
            }
            m_jobs.release(std::exchange(m_result, std::move(*result)));
            m_stale = false;
            emit resultChanged();
        });
    if (!wasRunning)
        emit runningChanged();
}

std::function<std::shared_ptr<sim::SimulatorPool>()> Simulation::simulators() const {
    return [pool = m_pool] { return pool->get(); };
}

void Simulation::stop() {
    if (m_job == 0)
        return;
    m_jobs.stop(m_job);
}

void Simulation::markStale() {
    if (!m_result || m_stale)
        return;
    m_stale = true;
    emit resultChanged();
}

} // namespace ohm::ui
