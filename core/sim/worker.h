// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/files.h"
#include "core/sim/deckcheck.h"
#include "core/sim/simulator.h"
#include "core/sim/spawnthread.h"

#include <chrono>
#include <memory>

namespace ohm::sim {

/// A job after all checks: what is sent to a worker. Thread: a plain value.
struct PreparedJob {
    std::string deck; ///< as written to the worker's folder
    std::vector<Analysis::Kind> kinds;
    std::vector<std::string> commands; ///< one per analysis
    std::vector<std::string> save, keep;
    std::vector<Measurement> measurements;
    double timeoutSeconds = 60;
    bool deviceTable = false;
};

/// Checks everything of a job that is not ngspice's to judge. Errors: SIM-010..SIM-012.
Expected<PreparedJob> prepareJob(const Job& job);

/// How workers are started. Thread: a plain value.
struct WorkerSetup {
    std::filesystem::path program; ///< resolved
    bool sandbox = true;           ///< only a test of the fences' absence turns it off
};

/// One ngspice process in its own folder, kept for many jobs. Thread: owner only.
class Worker {
public:
    using Clock = std::chrono::steady_clock;

    /// Starts ngspice and waits until it answers. Errors: SIM-001 (also when the program is not
    /// ngspice), SIM-006 stopped, BASE-011.
    static Expected<std::unique_ptr<Worker>> start(SpawnThread& spawner, const WorkerSetup& setup,
                                                   const StopToken& stop);

    /// Runs a job. After an error the worker may be gone (`usable` false) and must be replaced.
    /// `neverBegan` is set when it died before the deck was read: the job may be tried again.
    Expected<Outcome> run(const PreparedJob& job, const StopToken& stop, bool& neverBegan);

    /// Sends command lines as they are and returns what ngspice printed. For tests of the fences:
    /// it passes by every check of the deck. Errors: as `run`.
    Expected<std::string> runUnchecked(const std::string& commands, double timeoutSeconds);

    bool usable() const { return m_child.running(); }
    const std::string& version() const { return m_version; }
    const std::filesystem::path& folder() const { return m_folder.path(); }
    pid_t pid() const { return m_child.pid(); }
    bool landlocked() const { return m_child.landlocked(); }
    bool filtered() const { return m_child.filtered(); }
    /// Resident memory in bytes, 0 if unknown.
    std::size_t memory() const;

private:
    enum class End { Done, Timeout, Stopped, Died, Asked };
    struct Reply {
        End end = End::Done;
        std::string output; ///< up to the mark
        int status = 0;     ///< wait status when Died
    };

    Worker(TemporaryDirectory folder, ChildProcess child);
    /// Sends `commands` and a command that echoes the mark, and collects output up to it.
    Reply exchange(std::string commands, Clock::time_point deadline, const StopToken& stop);
    Expected<Outcome> judge(const PreparedJob& job, Reply& reply);
    Expected<Plot> readPlot(Analysis::Kind kind, std::size_t index, const std::string& log);

    TemporaryDirectory m_folder;
    ChildProcess m_child;
    std::string m_version;
    std::string m_mark; ///< unguessable word that ends each answer
    Clock::time_point m_started;
    unsigned m_jobs = 0;
};

/// Finds the program a user or PATH names. Errors: SIM-001.
Expected<std::filesystem::path> findNgspice(const std::filesystem::path& name);

} // namespace ohm::sim
