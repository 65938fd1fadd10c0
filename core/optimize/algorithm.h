// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/dataset/random.h"
#include "core/optimize/calibration.h"
#include "core/optimize/evaluator.h"
#include "core/optimize/problem.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace ohm::optimize {

/// A simulated design of the population, with its costs under the present specs.
struct Member {
    Design design;
    std::vector<double> values;    ///< per measure
    std::vector<double> penalties; ///< per spec
    double cost = 0;               ///< their sum
};

/// What all algorithms share and a session keeps. Thread: a plain value.
struct Population {
    std::vector<Member> members;       ///< valid designs in the order of their simulation
    std::set<Design> known;            ///< every design tried, invalid ones too
    std::vector<std::size_t> critical; ///< specs chosen so far, in that order
    std::size_t leaders = 100;         ///< k
    std::vector<Design> lastAdded;     ///< designs of the last iteration

    void add(const Problem& problem, const Design& design, const Evaluation& evaluation);
    /// Indices of the members by cost, the best first.
    std::vector<std::size_t> byCost() const;
    double bestCost() const;
    double meanCost(std::size_t best = kReference) const; ///< of the best designs
    std::size_t meetingAll() const;                       ///< designs that meet every spec
    static constexpr std::size_t kReference = 20;         ///< designs that must meet every spec
};

struct AlgorithmOptions {
    std::string name = "evo"; ///< see algorithmNames()
    std::uint64_t seed = 0;
    std::size_t initial = 100;          ///< random designs to begin with
    std::size_t perIteration = 5;       ///< new designs per iteration
    std::size_t mostCandidates = 20000; ///< offspring looked at per iteration
    std::size_t gradientSteps = 100;    ///< BagNet: training steps per iteration
    std::size_t batch = 64;             ///< BagNet: pairs per training step
    std::size_t designsPerStep = 0;     ///< BagNet: all pairs among so many; 0 = `batch` pairs
    std::size_t pool = 0;   ///< BagNet: take the best of so many offspring; 0 = the first accepted
    bool meetsHeads = true; ///< BagNet: false = the original without them
    double epsilon = 0.001; ///< BagNet: rejected candidates taken nevertheless
    std::filesystem::path backbone; ///< checkpoint of the graph network
    std::string device = "cpu";
    int threads = 0;
};

/// What an iteration wants simulated and added.
struct Proposal {
    std::vector<Design> designs;
    std::size_t queries = 0;       ///< candidates judged (Oracle: simulated)
    std::size_t candidates = 0;    ///< offspring made
    double loss = -1;              ///< of the judge's training; -1 without one
    double accuracy = -1;          ///< of the judge on the last iteration's designs; -1 unknown
    bool stuck = false;            ///< nothing acceptable was found
    std::vector<Belief> beliefs;   ///< one per design; empty without a judge of designs
    std::vector<double> reference; ///< measured values of what "better" refers to
};

/// An optimiser, one iteration at a time. What an iteration does follows from the seed, its number,
/// the population and `state` alone, so that a session can go on after a kill. Thread: owner only.
class Algorithm {
public:
    virtual ~Algorithm() = default;
    /// Errors: OPT-020 stopped, and those of Evaluator and the engine.
    virtual Expected<Proposal> propose(std::size_t iteration, Population& population,
                                       Evaluator& evaluator, StopToken stop) = 0;
    /// Keeps or restores what it learned; algorithms without memory do nothing.
    virtual Expected<void> save(const std::filesystem::path&) const { return {}; }
    virtual Expected<void> load(const std::filesystem::path&) { return {}; }
    virtual bool hasState() const { return false; }
};

/// "random", "evo", "de", "cmaes", "nsga2", "oracle", "bagnet-fc", "bagnet-random",
/// "bagnet-frozen", "bagnet-finetuned", "bayes", "bayes-graph".
const std::vector<std::string>& algorithmNames();
/// Name for people: "Evolutionary", "BagNet, finetuned graph network" ...
std::string algorithmTitle(const std::string& name);

/// Errors: OPT-021 no such algorithm, OPT-022 it needs the circuit of the graph network
/// (sizing.graph), LEARN-*.
Expected<std::unique_ptr<Algorithm>> makeAlgorithm(const Problem& problem,
                                                   const AlgorithmOptions& options);

/// `count` distinct random designs that `known` does not hold.
std::vector<Design> randomDesigns(const Problem& problem, std::size_t count,
                                  const std::set<Design>& known, dataset::Random& random);

/// The design and up to `count - 1` distinct ones near it: every variable moves normally with a
/// standard deviation of `spread` of its grid. Fewer where the grid has no more.
std::vector<Design> designsAround(const Problem& problem, const Design& design, std::size_t count,
                                  double spread, dataset::Random& random);

} // namespace ohm::optimize
