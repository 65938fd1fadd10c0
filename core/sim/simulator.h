// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/netlist/circuit.h"
#include "core/netlist/writer.h"

#include <complex>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ohm::sim {

/// An analysis to run. Thread: a plain value.
struct Analysis {
    enum class Kind { Op, Dc, Ac, Tran, Noise } kind = Kind::Op;
    std::string source;                   ///< Dc: source swept; Noise: input source (deck name)
    std::string sweep = "dec";            ///< Ac, Noise: dec, oct or lin
    int points = 10;                      ///< Ac, Noise: per decade/octave or in all
    double start = 0, stop = 0, step = 0; ///< SI units; Tran: step, stop, start
    double most = 0;                      ///< Tran: greatest internal step, s; 0 = `step`
    std::string output, reference;        ///< Noise: nets (deck names); reference "" = ground
};

/// One vector of a result: real or complex samples over the plot's scale.
struct Vector {
    std::string name; ///< ngspice's: "net5", "v1#branch", "@m1[gm]"
    std::string unit; ///< "V", "A", "s", "Hz" or ""
    bool complex = false;
    std::vector<double> real; ///< samples
    std::vector<double> imag; ///< as many when complex, else empty
};

struct Plot {
    Analysis::Kind kind = Analysis::Kind::Op;
    std::vector<Vector> vectors; ///< [0] is the scale (except Op)
    const Vector* find(std::string_view name) const;
};

/// A deck to simulate: element and model cards only (netlist::FlatDeck::text), the analyses and
/// what to keep. Anything that could run a command or touch a file is refused (SIM-010).
struct Job {
    std::string deck;
    std::vector<Analysis> analyses;
    std::vector<std::string> save; ///< extra vectors, e.g. "@m1[gm]"; node voltages always
    /// The only vectors to keep, e.g. "out", "vdd#branch"; empty = all. Not with a noise analysis.
    std::vector<std::string> keep;
    std::vector<std::string>
        measurements; ///< ".meas" bodies ("tran rise trig ..."), see Outcome::measurements
    double timeoutSeconds = 60;
    bool deviceTable =
        false; ///< with an Op analysis: also what ngspice's `show` knows of each device
};

/// One device in ngspice's `show` table: six digits, units SI.
struct DeviceRow {
    std::string name; ///< deck name, cut at 21 characters by ngspice
    std::string type; ///< ngspice's device type, e.g. "Mos1", "BSIM4", "BJT", "Resistor"
    std::vector<std::pair<std::string, double>> values; ///< those the type has, e.g. gm, gds, von
};

struct Outcome {
    std::vector<Plot> plots; ///< one per analysis
    /// By lower-case name; one that found nothing (a level never crossed) is left out.
    std::map<std::string, double> measurements;
    std::vector<DeviceRow> devices; ///< with Job::deviceTable
    std::string log;                ///< what ngspice printed
    double seconds = 0;             ///< wall time inside the worker
    bool singular = false;          ///< ngspice warned of a singular matrix or of floating nodes
};

struct PoolOptions {
    int workers = 0; ///< 0 = number of cores
    std::filesystem::path ngspice = "ngspice";
    std::size_t recycleAfterBytes = std::size_t{512} << 20; ///< restart a worker that grew beyond
};

/// A pool of ngspice processes. Each worker lives in its own temporary folder, reads decks from a
/// pipe, can write nowhere else, and is killed and replaced when it times out, crashes or grows.
/// Results are trusted only if every expected vector is there and finite, whatever the exit code.
/// Errors of a job: SIM-001 ngspice missing, SIM-002 timeout, SIM-003 worker died, SIM-004 no
/// convergence, SIM-005 the deck was refused by ngspice (detail has its message), SIM-006 stopped,
/// SIM-010 unsafe deck. Thread: any, internally locked; `run` blocks its caller.
class SimulatorPool {
public:
    explicit SimulatorPool(PoolOptions options = {});
    ~SimulatorPool();
    SimulatorPool(const SimulatorPool&) = delete;
    SimulatorPool& operator=(const SimulatorPool&) = delete;

    Expected<Outcome> run(const Job& job, StopToken stop = {});
    /// Runs jobs in parallel over the workers; results in the order of `jobs`.
    std::vector<Expected<Outcome>> runAll(const std::vector<Job>& jobs, StopToken stop = {},
                                          ProgressSink& progress = noProgress());
    /// "ngspice-39", or an Error if it cannot be started. Cached.
    Expected<std::string> version();
    int workerCount() const;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace ohm::sim
