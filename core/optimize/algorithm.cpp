// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/algorithm.h"

#include "core/optimize/bayes.h"
#include "core/optimize/evolution.h"
#include "core/optimize/pagmosearch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

namespace ohm::optimize {

void Population::add(const Problem& problem, const Design& design, const Evaluation& evaluation) {
    known.insert(design);
    if (!evaluation.valid)
        return;
    Member member{design, evaluation.values, problem.penalties(evaluation.values), 0};
    member.cost = std::accumulate(member.penalties.begin(), member.penalties.end(), 0.0);
    members.push_back(std::move(member));
}

std::vector<std::size_t> Population::byCost() const {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return members[a].cost < members[b].cost;
    });
    return order;
}

double Population::bestCost() const {
    double best = std::nan("");
    for (const Member& m : members)
        best = std::isnan(best) ? m.cost : std::min(best, m.cost);
    return best;
}

double Population::meanCost(std::size_t best) const {
    const auto order = byCost();
    const std::size_t count = std::min(best, order.size());
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += members[order[i]].cost;
    return count > 0 ? sum / static_cast<double>(count) : std::nan("");
}

std::size_t Population::meetingAll() const {
    return static_cast<std::size_t>(
        std::count_if(members.begin(), members.end(), [](const Member& m) { return m.cost == 0; }));
}

std::vector<Design> randomDesigns(const Problem& problem, std::size_t count,
                                  const std::set<Design>& known, dataset::Random& random) {
    std::set<Design> taken = known;
    std::vector<Design> designs;
    // A small space may hold fewer designs than are asked for.
    for (std::size_t tries = 0; designs.size() < count && tries < 100 * count + 1000; ++tries) {
        Design design;
        for (const Variable& v : problem.variables)
            design.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(v.count()))));
        if (taken.insert(design).second)
            designs.push_back(std::move(design));
    }
    return designs;
}

std::vector<Design> designsAround(const Problem& problem, const Design& design, std::size_t count,
                                  double spread, dataset::Random& random) {
    std::vector<Design> designs;
    if (count == 0)
        return designs;
    std::set<Design> taken{design};
    designs.push_back(design);
    for (std::size_t tries = 0; designs.size() < count && tries < 100 * count; ++tries) {
        Design near = design;
        for (std::size_t v = 0; v < near.size(); ++v) {
            const int points = problem.variables[v].count();
            // Box and Muller's normal number.
            const double normal = std::sqrt(-2 * std::log(1 - random.uniform())) *
                                  std::cos(2 * std::numbers::pi * random.uniform());
            const double step = std::round(normal * spread * (points - 1));
            near[v] =
                static_cast<int>(std::clamp(near[v] + step, 0.0, static_cast<double>(points - 1)));
        }
        if (taken.insert(near).second)
            designs.push_back(std::move(near));
    }
    return designs;
}

namespace {

constexpr std::uint64_t kStreams = 16; ///< of random numbers per iteration

class RandomSearch : public Algorithm {
public:
    explicit RandomSearch(AlgorithmOptions options)
        : m_options(std::move(options)) {}
    Expected<Proposal> propose(std::size_t iteration, Population& population, Evaluator& evaluator,
                               StopToken) override {
        dataset::Random random(m_options.seed, iteration * kStreams + 1);
        Proposal p;
        p.designs =
            randomDesigns(evaluator.problem(), m_options.perIteration, population.known, random);
        p.queries = p.candidates = p.designs.size();
        p.stuck = p.designs.empty();
        return p;
    }

private:
    AlgorithmOptions m_options;
};

/// Every child is simulated and kept.
class Evolutionary : public Algorithm {
public:
    explicit Evolutionary(AlgorithmOptions options)
        : m_options(std::move(options)) {}
    Expected<Proposal> propose(std::size_t iteration, Population& population, Evaluator& evaluator,
                               StopToken stop) override {
        dataset::Random random(m_options.seed, iteration * kStreams + 1);
        Breeder breeder(evaluator.problem(), population, random);
        Proposal p;
        std::set<Design> taken = population.known;
        while (p.designs.size() < m_options.perIteration &&
               p.candidates < m_options.mostCandidates) {
            if (stop.shouldStop())
                return fail("OPT-020", "The sizing was stopped");
            for (Design& child : breeder.offspring()) {
                ++p.candidates;
                if (taken.insert(child).second)
                    p.designs.push_back(std::move(child));
            }
        }
        p.queries = p.designs.size();
        p.stuck = p.designs.empty();
        return p;
    }

private:
    AlgorithmOptions m_options;
};

/// Simulates every child and keeps those at least as good as the reference in every critical spec:
/// what a judge without errors would do.
class Oracle : public Algorithm {
public:
    explicit Oracle(AlgorithmOptions options)
        : m_options(std::move(options)) {}
    Expected<Proposal> propose(std::size_t iteration, Population& population, Evaluator& evaluator,
                               StopToken stop) override {
        dataset::Random random(m_options.seed, iteration * kStreams + 1);
        const Problem& problem = evaluator.problem();
        Breeder breeder(problem, population, random);
        const Member reference = breeder.reference();
        Proposal p;
        double worst = 0;
        std::set<Design> taken = population.known;
        while (p.designs.size() < m_options.perIteration &&
               p.candidates < m_options.mostCandidates) {
            if (stop.shouldStop())
                return fail("OPT-020", "The sizing was stopped");
            std::vector<Design> batch;
            while (batch.size() < kBatch && p.candidates < m_options.mostCandidates) {
                for (Design& child : breeder.offspring()) {
                    ++p.candidates;
                    if (taken.insert(child).second)
                        batch.push_back(std::move(child));
                }
            }
            const auto results = evaluator.evaluate(batch, stop);
            if (!results)
                return results.failure();
            for (std::size_t i = 0; i < batch.size(); ++i) {
                if (p.designs.size() >= m_options.perIteration)
                    break; // simulated ahead of need: not asked for, so not counted
                ++p.queries;
                const Evaluation& e = (*results)[i];
                if (!e.valid)
                    continue;
                const auto penalties = problem.penalties(e.values);
                const bool good = std::all_of(
                    population.critical.begin(), population.critical.end(),
                    [&](std::size_t s) { return penalties[s] <= reference.penalties[s]; });
                if (!good)
                    continue;
                p.designs.push_back(batch[i]);
                worst = std::max(worst, std::accumulate(penalties.begin(), penalties.end(), 0.0));
            }
        }
        p.stuck = p.designs.size() < m_options.perIteration;
        const auto rank = static_cast<std::size_t>(
            std::count_if(population.members.begin(), population.members.end(),
                          [&](const Member& m) { return m.cost <= worst; }));
        population.leaders = std::max<std::size_t>(100, rank + p.designs.size());
        return p;
    }

private:
    static constexpr std::size_t kBatch = 8;
    AlgorithmOptions m_options;
};

const std::map<std::string, std::string>& titles() {
    static const std::map<std::string, std::string> all{
        {"random", "Random search"},
        {"evo", "Evolutionary"},
        {"oracle", "Oracle"},
        {"de", "Differential evolution"},
        {"cmaes", "CMA-ES"},
        {"nsga2", "NSGA-II"},
        {"bagnet-fc", "BagNet, fully connected"},
        {"bagnet-random", "BagNet, graph network from random weights"},
        {"bagnet-frozen", "BagNet, frozen pretrained graph network"},
        {"bagnet-finetuned", "BagNet, finetuned pretrained graph network"},
        {"bayes", "Gaussian processes"},
        {"bayes-graph", "Gaussian processes on a graph network's voltages"}};
    return all;
}

} // namespace

const std::vector<std::string>& algorithmNames() {
    static const std::vector<std::string> names{"random",
                                                "evo",
                                                "de",
                                                "cmaes",
                                                "nsga2",
                                                "oracle",
                                                "bagnet-fc",
                                                "bagnet-random",
                                                "bagnet-frozen",
                                                "bagnet-finetuned",
                                                "bayes",
                                                "bayes-graph"};
    return names;
}

std::string algorithmTitle(const std::string& name) {
    const auto found = titles().find(name);
    return found == titles().end() ? name : found->second;
}

Expected<std::unique_ptr<Algorithm>> makeAlgorithm(const Problem& problem,
                                                   const AlgorithmOptions& options) {
    using Result = Expected<std::unique_ptr<Algorithm>>;
    if (options.name == "random")
        return Result(std::make_unique<RandomSearch>(options));
    if (options.name == "evo")
        return Result(std::make_unique<Evolutionary>(options));
    if (options.name == "oracle")
        return Result(std::make_unique<Oracle>(options));
    if (options.name == "bayes" || options.name == "bayes-graph")
        return makeBayes(problem, options);
    if (isPagmoAlgorithm(options.name))
        return makePagmo(problem, options);
    if (titles().count(options.name))
        return makeBagnet(problem, options);
    std::string all;
    for (const std::string& name : algorithmNames())
        all += (all.empty() ? "" : ", ") + name;
    return fail("OPT-021", "There is no such algorithm", {}, options.name, "Choose one of " + all);
}

} // namespace ohm::optimize
