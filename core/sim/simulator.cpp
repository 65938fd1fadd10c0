// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/simulator.h"

#include "core/base/log.h"
#include "core/sim/worker.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace ohm::sim {

const Vector* Plot::find(std::string_view name) const {
    const auto it = std::find_if(vectors.begin(), vectors.end(),
                                 [&](const Vector& vector) { return vector.name == name; });
    return it == vectors.end() ? nullptr : &*it;
}

class SimulatorPool::Impl {
public:
    explicit Impl(PoolOptions options)
        : m_options(std::move(options))
        , m_slots(static_cast<std::size_t>(countOf(m_options))) {}

    Expected<Outcome> run(const Job& job, const StopToken& stop);
    Expected<std::string> version();
    std::size_t size() const { return m_slots.size(); }

private:
    struct Slot {
        std::unique_ptr<Worker> worker;
        bool busy = false;
    };
    /// Holds a slot for one job.
    class Lease {
    public:
        Lease(Impl& pool, Slot& slot)
            : m_pool(pool)
            , m_slot(slot) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { m_pool.release(m_slot); }
        std::unique_ptr<Worker>& worker() { return m_slot.worker; }

    private:
        Impl& m_pool;
        Slot& m_slot;
    };

    static int countOf(const PoolOptions& options) {
        if (options.workers > 0)
            return std::min(options.workers, 1024);
        return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    }
    Slot* acquire(const StopToken& stop);
    void release(Slot& slot);
    Expected<void> makeReady(std::unique_ptr<Worker>& worker, const StopToken& stop);
    static Unexpected stopped() { return fail("SIM-006", "The simulation was stopped"); }

    const PoolOptions m_options;
    SpawnThread m_spawner; // before the workers: they must go first
    std::mutex m_mutex;
    std::condition_variable m_free;
    std::vector<Slot> m_slots;
    std::optional<std::filesystem::path> m_program;
    std::string m_version;
};

SimulatorPool::Impl::Slot* SimulatorPool::Impl::acquire(const StopToken& stop) {
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (stop.stopRequested())
            return nullptr;
        // One that runs already, before starting another.
        Slot* found = nullptr;
        for (auto& slot : m_slots)
            if (!slot.busy && (!found || (slot.worker && !found->worker)))
                found = &slot;
        if (found) {
            found->busy = true;
            return found;
        }
        m_free.wait_for(lock, std::chrono::milliseconds(20));
    }
}

void SimulatorPool::Impl::release(Slot& slot) {
    {
        const std::lock_guard lock(m_mutex);
        slot.busy = false;
    }
    m_free.notify_one();
}

Expected<void> SimulatorPool::Impl::makeReady(std::unique_ptr<Worker>& worker,
                                              const StopToken& stop) {
    if (worker && worker->usable())
        return {};
    WorkerSetup setup;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_program) {
            auto program = findNgspice(m_options.ngspice);
            if (!program)
                return program.failure();
            m_program = std::move(program).value();
        }
        setup.program = *m_program;
    }
    worker.reset();
    auto started = Worker::start(m_spawner, setup, stop);
    if (!started)
        return started.failure();
    worker = std::move(started).value();
    const std::lock_guard lock(m_mutex);
    m_version = worker->version();
    return {};
}

Expected<Outcome> SimulatorPool::Impl::run(const Job& job, const StopToken& stop) {
    const auto prepared = prepareJob(job);
    if (!prepared)
        return prepared.failure();
    Slot* const slot = acquire(stop);
    if (!slot)
        return stopped();
    Lease lease(*this, *slot);
    for (int attempt = 0;; ++attempt) {
        if (auto ready = makeReady(lease.worker(), stop); !ready)
            return ready.failure();
        bool neverBegan = false;
        auto outcome = lease.worker()->run(*prepared, stop, neverBegan);
        if (!lease.worker()->usable()) {
            lease.worker().reset();
        } else if (lease.worker()->memory() > m_options.recycleAfterBytes) {
            log::debug("sim", "A simulator grew beyond its memory mark and is replaced");
            lease.worker().reset();
        }
        if (!neverBegan || attempt > 0)
            return outcome;
    }
}

Expected<std::string> SimulatorPool::Impl::version() {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_version.empty())
            return m_version;
    }
    Slot* const slot = acquire({});
    Lease lease(*this, *slot);
    if (auto ready = makeReady(lease.worker(), {}); !ready)
        return ready.failure();
    return lease.worker()->version();
}

SimulatorPool::SimulatorPool(PoolOptions options)
    : m_impl(std::make_unique<Impl>(std::move(options))) {}
SimulatorPool::~SimulatorPool() = default;

Expected<Outcome> SimulatorPool::run(const Job& job, StopToken stop) {
    return m_impl->run(job, stop);
}

std::vector<Expected<Outcome>> SimulatorPool::runAll(const std::vector<Job>& jobs, StopToken stop,
                                                     ProgressSink& progress) {
    std::vector<Expected<Outcome>> results(
        jobs.size(), Expected<Outcome>(fail("SIM-006", "The simulation was stopped")));
    std::atomic<std::size_t> next{0}, done{0};
    const auto work = [&] {
        for (std::size_t i; (i = next.fetch_add(1)) < jobs.size();) {
            if (stop.shouldStop())
                return;
            results[i] = m_impl->run(jobs[i], stop);
            const std::size_t finished = done.fetch_add(1) + 1;
            progress.report(static_cast<double>(finished) / static_cast<double>(jobs.size()),
                            "Simulating " + std::to_string(finished) + " of " +
                                std::to_string(jobs.size()));
        }
    };
    std::vector<std::thread> threads;
    const std::size_t count = std::min(jobs.size(), m_impl->size());
    for (std::size_t i = 1; i < count; ++i)
        threads.emplace_back(work);
    work();
    for (auto& thread : threads)
        thread.join();
    return results;
}

Expected<std::string> SimulatorPool::version() {
    return m_impl->version();
}

int SimulatorPool::workerCount() const {
    return static_cast<int>(m_impl->size());
}

} // namespace ohm::sim
