// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/algorithm.h"
#include "core/optimize/outlook.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ohm::optimize {

/// What a session tells after each iteration. Thread: a plain value.
struct IterationReport {
    std::size_t iteration = 0; ///< 0 = the initial designs
    std::size_t sims = 0;      ///< designs in the population and those that failed
    std::size_t queries = 0;   ///< candidates judged so far (Oracle: simulated)
    std::size_t failures = 0;  ///< designs whose simulation failed
    double bestCost = 0;
    double meanCost = 0;              ///< of the best 20
    std::vector<double> worstPenalty; ///< per spec, among the best 20
    std::vector<std::size_t> meeting; ///< per spec, how many of the best 20 meet it
    std::size_t meetingAll = 0;       ///< designs that meet every spec
    double acceptance = 0;            ///< accepted / judged in this iteration
    double loss = -1, accuracy = -1;  ///< of the judge, -1 = none
    double seconds = 0;          ///< since the session began, pauses and time between runs left out
    double iterationSeconds = 0; ///< of this iteration
    std::size_t simulated = 0;   ///< designs of this iteration not taken from the cache
    std::vector<double> bestValues; ///< per measure, of the best design
    std::vector<SpecClaims> claims; ///< of the judge about this iteration's designs; may be empty
    Outlook outlook;                ///< simulations and time left
};

enum class Ending { Converged, Budget, Stagnation, Stuck, Stopped, Time };
const char* endingText(Ending ending);

/// Besides the criteria by which it ends: a target of 20 (the default) is the published rule, the
/// best 20 by the critical specs meet every spec; another one counts the designs that do.
struct SessionOptions : StopCriteria {
    AlgorithmOptions algorithm;
    std::vector<Design> first; ///< among the initial designs, the rest is random
};

/// A sizing session over an append-only store (`session.jsonl` in its folder): one line for what it
/// is, one per iteration with every design's measured values. A process killed at any moment loses
/// at most the iteration it was in; opened again, the session goes on with the same designs that it
/// would have simulated anyway. Costs follow from the project's specs as they are now, so changed
/// specs need no new simulations. Thread: owner only; `run` blocks.
class Session {
public:
    /// Makes the folder or opens the session in it. Errors: OPT-030 the store belongs to another
    /// problem, algorithm or seed, OPT-031 the store is damaged, BASE-010, those of checkProblem
    /// and makeAlgorithm.
    static Expected<std::unique_ptr<Session>>
    open(const Problem& problem, const SessionOptions& options, const std::filesystem::path& folder,
         std::shared_ptr<sim::SimulatorPool> pool, const std::filesystem::path& cacheFile = {});

    /// A session as it lies in its folder, to be looked at and not to be run. Its options are what
    /// the store says, a backbone by its file name alone. Errors: OPT-030, OPT-031, BASE-001.
    static Expected<std::unique_ptr<Session>> read(const Problem& problem,
                                                   const std::filesystem::path& folder);

    /// Runs iterations until it ends. `report` is called after each one on the calling thread. A
    /// pause of the token blocks between two steps. Errors: those of Evaluator and Algorithm,
    /// OPT-032 another process runs it, OPT-023 no initial design could be simulated, OPT-041
    /// before that: neither can the start design, which is tried first and not counted, nor can
    /// four random ones.
    Expected<Ending> run(const std::function<void(const IterationReport&)>& report,
                         StopToken stop = {});

    const std::vector<IterationReport>& history() const { return m_history; }
    const Population& population() const { return m_population; }
    const Problem& problem() const { return m_evaluator->problem(); }
    const SessionOptions& options() const { return m_options; }
    std::size_t resumedIterations() const { return m_resumed; }
    /// Other criteria from the next iteration on; the outlook of the last report follows.
    void setCriteria(const StopCriteria& criteria);
    /// Takes over other specs: costs and history are computed anew, nothing is simulated.
    void setSpecs(const Problem& problem);

private:
    Session() = default;
    struct Record {
        std::size_t iteration = 0;
        std::vector<Design> designs;
        std::vector<Evaluation> evaluations;
        std::vector<std::size_t> critical;
        std::size_t leaders = 100;
        std::size_t queries = 0;
        double loss = -1, accuracy = -1, seconds = 0;
        std::size_t simulated = 0;
        std::vector<SpecClaims> claims; ///< under the specs of that time
    };
    Expected<void> load();
    Expected<void> append(const Record& record);
    Expected<Ending> iterate(const std::function<void(const IterationReport&)>& report,
                             StopToken stop);
    Expected<void> trial(const StopToken& stop);
    Expected<void> note(const char* event, const char* ending) const;
    std::optional<Ending> ended() const;
    void apply(const Record& record);
    std::filesystem::path stateFile(std::size_t iteration) const;
    bool converged() const;
    bool stagnant() const;

    SessionOptions m_options;
    std::filesystem::path m_folder;
    std::unique_ptr<Evaluator> m_evaluator;
    std::unique_ptr<Algorithm> m_algorithm;
    Population m_population;
    std::vector<Record> m_records;
    std::vector<IterationReport> m_history;
    std::size_t m_resumed = 0;
    std::uintmax_t m_bytes = 0; ///< of the store, as far as this object knows it
};

/// The circuit of a bench with a design's values, as a deck to take home. Errors: NET-*.
Expected<std::string> designNetlist(const Problem& problem, const Design& design);

} // namespace ohm::optimize
