// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/bayes.h"
#include "core/base/parallel.h"
#include "core/learn/engine.h"
#include "core/optimize/encoder.h"
#include "core/optimize/gaussianprocess.h"
#include "core/project/installation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::optimize {
namespace {

constexpr std::uint64_t kStreams = 16;
constexpr int kFitSteps = 60;
constexpr std::size_t kMostFitted = 250; ///< members a process learns from: its cost is cubic
constexpr std::size_t kElite = 100;      ///< points the search for the next design goes on from
constexpr std::size_t kRounds = 20, kChildren = 100; ///< of that search
constexpr std::size_t kRandomStart = 200;
constexpr std::size_t kBatch = 50; ///< graphs at once

/// log of the standard normal distribution function, also far out in its tail.
double logNormal(double z) {
    if (z > -8)
        return std::log(0.5 * std::erfc(-z / std::sqrt(2.0)));
    return -0.5 * z * z - std::log(-z) - 0.5 * std::log(2 * M_PI);
}

/// E[max(0, -g)] of a normal g.
double expectedMiss(double mean, double deviation) {
    const double z = mean / deviation;
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI);
    return deviation * density - mean * 0.5 * std::erfc(z / std::sqrt(2.0));
}

/// How far a value is on the good side of a spec, 0 at the limit: linear near the limit and
/// logarithmic far from it, so that a design that fails by orders of magnitude does not drown the
/// rest.
double marginOf(const Spec& spec, double value) {
    const auto side = [](double distance, double limit) {
        const double unit = 0.5 * (limit != 0 ? std::fabs(limit) : 1);
        return std::asinh(distance / unit);
    };
    if (!std::isfinite(value))
        return -10;
    double margin = 1e9;
    if (spec.min)
        margin = std::min(margin, side(value - *spec.min, *spec.min));
    if (spec.max)
        margin = std::min(margin, side(*spec.max - value, *spec.max));
    return margin;
}

/// A design and what the processes see of it.
struct Point {
    Design design;
    std::vector<double> inputs;
    double chance = 0;    ///< log of the probability that every spec holds
    double violation = 0; ///< expected sum over the specs of how far they are missed
};

bool likelier(const Point& a, const Point& b) {
    return a.chance > b.chance;
}
bool nearer(const Point& a, const Point& b) {
    return a.violation < b.violation;
}

/// What is believed of one spec, from the first `width` inputs.
struct Believer {
    std::size_t width = 0;
    std::optional<GaussianProcess> process;

    void append(const Point& point, std::vector<double>& x) const {
        x.insert(x.end(), point.inputs.begin(),
                 point.inputs.begin() + static_cast<std::ptrdiff_t>(width));
    }
};

class Bayes : public Algorithm {
public:
    Bayes(AlgorithmOptions options, std::unique_ptr<Encoder> encoder,
          std::unique_ptr<learn::Model> model)
        : m_options(std::move(options))
        , m_encoder(std::move(encoder))
        , m_model(std::move(model)) {}

    Expected<Proposal> propose(std::size_t iteration, Population& population, Evaluator& evaluator,
                               StopToken stop) override {
        const Problem& problem = evaluator.problem();
        dataset::Random random(m_options.seed, iteration * kStreams + 1);
        Proposal p;
        weigh(problem, population, p);
        const auto order = population.byCost();
        if (order.size() < 2) { // nothing to learn from yet
            p.designs = randomDesigns(problem, m_options.perIteration, population.known, random);
            p.candidates = p.queries = p.designs.size();
            p.stuck = p.designs.empty();
            return p;
        }
        if (const auto fitted = fit(problem, population, order, stop); !fitted)
            return fitted.failure();
        auto pool = search(problem, population, order, random, stop, p);
        if (!pool)
            return pool.failure();
        choose(*pool, p);
        p.stuck = p.designs.empty();
        return p;
    }

private:
    /// What was believed of a design when it was chosen: per spec, how many deviations its margin
    /// lies above zero.
    struct Promise {
        Design design;
        std::vector<double> above;
    };

    /// How right the beliefs about the last iteration's designs were: the share of specs told
    /// rightly, and the mean log loss of the probabilities. Nothing is known after a restart.
    void weigh(const Problem& problem, const Population& population, Proposal& p) {
        double loss = 0;
        std::size_t right = 0, all = 0;
        for (const Promise& promise : m_promises) {
            const auto found =
                std::find_if(population.members.rbegin(), population.members.rend(),
                             [&](const Member& member) { return member.design == promise.design; });
            if (found == population.members.rend() || promise.above.size() != problem.specs.size())
                continue; // it failed, or there are other specs since
            for (std::size_t s = 0; s < problem.specs.size(); ++s) {
                const bool met = found->penalties[s] == 0;
                right += (promise.above[s] > 0) == met ? 1 : 0;
                loss -= logNormal(met ? promise.above[s] : -promise.above[s]);
                ++all;
            }
        }
        m_promises.clear();
        if (all == 0)
            return;
        p.accuracy = static_cast<double>(right) / static_cast<double>(all);
        p.loss = loss / static_cast<double>(all);
    }

    /// Grid coordinates, in the logarithm where the values span more than a decade; then the
    /// voltages the graph network predicts. About unit range each.
    Expected<void> addInputs(const Problem& problem, std::vector<Point>& points, StopToken stop) {
        for (Point& point : points) {
            for (std::size_t v = 0; v < point.design.size(); ++v) {
                const Variable& variable = problem.variables[v];
                const double low = variable.value(0), high = variable.value(variable.count() - 1);
                const double value = variable.value(point.design[v]);
                const bool wide = low > 0 && high / low > 10;
                const double span = wide ? std::log(high / low) : high - low;
                const double at = wide ? std::log(value / low) : value - low;
                point.inputs.push_back(span > 0 ? at / span : 0);
            }
        }
        if (!m_model)
            return {};
        const nn::GraphBatch& one = m_encoder->topology();
        for (std::size_t begin = 0; begin < points.size(); begin += kBatch) {
            if (stop.shouldStop())
                return fail("OPT-020", "The sizing was stopped");
            const std::size_t end = std::min(points.size(), begin + kBatch);
            nn::GraphBatch batch;
            batch.graphs = static_cast<std::int64_t>(end - begin);
            batch.nodes = one.nodes * batch.graphs;
            batch.width = one.width;
            batch.rows.push_back(0);
            batch.graphPtr.push_back(0);
            for (std::size_t i = begin; i < end; ++i) {
                const auto row = m_encoder->encode(points[i].design);
                if (!row)
                    return row.failure();
                batch.x.insert(batch.x.end(), row->begin(), row->end());
                const auto firstEdge = static_cast<std::int32_t>(batch.columns.size());
                const auto firstNode = static_cast<std::int64_t>(i - begin) * one.nodes;
                for (std::size_t n = 1; n < one.rows.size(); ++n)
                    batch.rows.push_back(one.rows[n] + firstEdge);
                for (const std::int32_t c : one.columns)
                    batch.columns.push_back(c + static_cast<std::int32_t>(firstNode));
                for (const std::int64_t o : one.outputs)
                    batch.outputs.push_back(o + firstNode);
                batch.graphPtr.push_back(firstNode + one.nodes);
            }
            const auto voltages = m_model->predict(batch);
            if (!voltages)
                return voltages.failure();
            const std::size_t each = one.outputs.size();
            for (std::size_t i = begin; i < end; ++i) {
                for (std::size_t o = 0; o < each; ++o)
                    points[i].inputs.push_back((*voltages)[(i - begin) * each + o]);
            }
        }
        return {};
    }

    Expected<void> fit(const Problem& problem, const Population& population,
                       const std::vector<std::size_t>& order, const StopToken& stop) {
        // The best and the newest; far ones say little about where the specs hold.
        std::vector<std::size_t> members(
            order.begin(),
            order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), kMostFitted)));
        std::vector<Point> points;
        for (const std::size_t m : members)
            points.push_back({population.members[m].design, {}, 0, 0});
        if (const auto added = addInputs(problem, points, stop); !added)
            return added;
        const std::size_t all = points.front().inputs.size();
        const std::size_t own = problem.variables.size();
        std::vector<double> x, xOwn;
        for (const Point& point : points) {
            x.insert(x.end(), point.inputs.begin(), point.inputs.end());
            xOwn.insert(xOwn.end(), point.inputs.begin(),
                        point.inputs.begin() + static_cast<std::ptrdiff_t>(own));
        }
        m_processes.clear();
        m_processes.resize(problem.specs.size());
        parallelBlocks(problem.specs.size(), 1, threadCount(m_options.threads),
                       [&](std::size_t s, std::size_t) {
                           std::vector<double> y;
                           for (const std::size_t m : members)
                               y.push_back(
                                   marginOf(problem.specs[s],
                                            population.members[m].values[problem.measureOf[s]]));
                           m_processes[s] = {own, GaussianProcess(xOwn, y, own, kFitSteps)};
                           if (all == own)
                               return;
                           // Voltages help where the network knows the circuit, and mislead where
                           // it does not: the designs simulated so far decide, spec by spec.
                           GaussianProcess informed(x, std::move(y), all, kFitSteps);
                           if (informed.evidence() > m_processes[s].process->evidence())
                               m_processes[s] = {all, std::move(informed)};
                       });
        return {};
    }

    void rate(std::vector<Point>& points) const {
        if (points.empty())
            return;
        parallelBlocks(points.size(), kBatch, threadCount(m_options.threads),
                       [&](std::size_t begin, std::size_t end) {
                           for (std::size_t i = begin; i < end; ++i)
                               points[i].chance = points[i].violation = 0;
                           for (const Believer& b : m_processes) {
                               std::vector<double> x;
                               for (std::size_t i = begin; i < end; ++i)
                                   b.append(points[i], x);
                               const auto e = b.process->predict(x);
                               for (std::size_t i = begin; i < end; ++i) {
                                   const double mean = e.mean[i - begin];
                                   const double deviation = e.deviation[i - begin];
                                   points[i].chance += logNormal(mean / deviation);
                                   points[i].violation += expectedMiss(mean, deviation);
                               }
                           }
                       });
    }

    /// Evolves designs on what the processes believe; none of them is simulated.
    Expected<std::vector<Point>> search(const Problem& problem, const Population& population,
                                        const std::vector<std::size_t>& order,
                                        dataset::Random& random, const StopToken& stop,
                                        Proposal& p) {
        std::set<Design> seen = population.known;
        std::vector<Point> elite, fresh;
        const auto add = [&](Design design) {
            ++p.candidates;
            if (seen.insert(design).second)
                fresh.push_back({std::move(design), {}, 0, 0});
        };
        for (Design& design : randomDesigns(problem, kRandomStart, seen, random))
            add(std::move(design));
        std::vector<Design> parents;
        for (std::size_t i = 0; i < std::min(kElite, order.size()); ++i)
            parents.push_back(population.members[order[i]].design);
        for (std::size_t round = 0; round < kRounds; ++round) {
            if (stop.shouldStop())
                return fail("OPT-020", "The sizing was stopped");
            for (std::size_t i = 0; i < kChildren; ++i)
                add(child(problem, parents, random));
            if (const auto added = addInputs(problem, fresh, stop); !added)
                return added.failure();
            rate(fresh);
            p.queries += fresh.size();
            std::move(fresh.begin(), fresh.end(), std::back_inserter(elite));
            fresh.clear();
            // Half of them by each of the two measures.
            std::stable_sort(elite.begin(), elite.end(), likelier);
            const auto half =
                elite.begin() + static_cast<std::ptrdiff_t>(std::min(elite.size(), kElite / 2));
            std::stable_sort(half, elite.end(), nearer);
            if (elite.size() > kElite)
                elite.resize(kElite);
            parents.clear();
            for (const Point& point : elite)
                parents.push_back(point.design);
            for (std::size_t i = 0; i < std::min(kElite / 2, order.size()); ++i)
                parents.push_back(population.members[order[i]].design);
        }
        return elite;
    }

    static Design child(const Problem& problem, const std::vector<Design>& parents,
                        dataset::Random& random) {
        Design design = parents[random.below(parents.size())];
        const Design& other = parents[random.below(parents.size())];
        const bool cross = random.uniform() < 0.5;
        bool changed = false;
        for (std::size_t v = 0; v < design.size(); ++v) {
            if (cross && random.uniform() < 0.5)
                design[v] = other[v];
            if (random.uniform() >= 1.5 / static_cast<double>(design.size()))
                continue;
            // Steps of all sizes: from the next grid point to a third of the range.
            const int count = problem.variables[v].count();
            const double size = std::exp(random.uniform(0, std::log(std::max(2.0, count / 3.0))));
            design[v] += static_cast<int>(std::lround(random.uniform() < 0.5 ? -size : size));
            design[v] = std::clamp(design[v], 0, count - 1);
            changed = true;
        }
        if (!changed) {
            const std::size_t v = random.below(design.size());
            design[v] = static_cast<int>(
                random.below(static_cast<std::uint64_t>(problem.variables[v].count())));
        }
        return design;
    }

    /// The most promising, one after the other, each taken as having turned out as believed: the
    /// next is then sought where something is still to be learned. In turn by expected violation,
    /// which goes on from what is good already, and by probability, which also tries the unknown:
    /// alone, the first may stay at a local optimum and the second may wander at the edges.
    void choose(std::vector<Point>& pool, Proposal& p) {
        while (p.designs.size() < m_options.perIteration && !pool.empty()) {
            const auto best = p.designs.size() % 2 == 0
                                  ? std::min_element(pool.begin(), pool.end(), nearer)
                                  : std::min_element(pool.begin(), pool.end(), likelier);
            p.designs.push_back(best->design);
            Promise promise{best->design, {}};
            Belief belief;
            for (Believer& b : m_processes) {
                std::vector<double> x;
                b.append(*best, x);
                const auto believed = b.process->predict(x);
                promise.above.push_back(believed.mean.front() / believed.deviation.front());
                b.process->observe(x, believed.mean.front());
                belief.meets.push_back(0.5 * std::erfc(-promise.above.back() / std::sqrt(2.0)));
            }
            p.beliefs.push_back(std::move(belief));
            m_promises.push_back(std::move(promise));
            pool.erase(best);
            rate(pool);
        }
    }

    AlgorithmOptions m_options;
    std::unique_ptr<Encoder> m_encoder;
    std::unique_ptr<learn::Model> m_model;
    std::vector<Believer> m_processes; ///< per spec
    std::vector<Promise> m_promises;   ///< of the last iteration
};

} // namespace

Expected<std::unique_ptr<Algorithm>> makeBayes(const Problem& problem,
                                               const AlgorithmOptions& options) {
    std::unique_ptr<Encoder> encoder;
    std::unique_ptr<learn::Model> model;
    if (options.name == "bayes-graph") {
        auto made = Encoder::graph(problem);
        if (!made)
            return made.failure();
        const auto engine = learn::engine();
        if (!engine)
            return engine.failure();
        (*engine)->setThreads(options.threads);
        const auto path = options.backbone.empty()
                              ? project::networkFolder() / "opamp-deepgen15.safetensors"
                              : options.backbone;
        const auto checkpoint = learn::readCheckpoint(path);
        if (!checkpoint)
            return checkpoint.failure();
        auto loaded = (*engine)->load(*checkpoint, options.device);
        if (!loaded)
            return loaded.failure();
        encoder = std::make_unique<Encoder>(std::move(*made));
        model = std::move(*loaded);
    }
    return Expected<std::unique_ptr<Algorithm>>(
        std::make_unique<Bayes>(options, std::move(encoder), std::move(model)));
}

} // namespace ohm::optimize
