// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/pagmosearch.h"

#ifdef OHMSCAPE_HAS_PAGMO

#include "core/base/files.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <stdexcept>

#include <boost/archive/text_iarchive.hpp>
#include <boost/archive/text_oarchive.hpp>
#include <nlohmann/json.hpp>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/algorithms/de.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

#endif

namespace ohm::optimize {

bool isPagmoAlgorithm(const std::string& name) {
    return name == "de" || name == "cmaes" || name == "nsga2";
}

#ifdef OHMSCAPE_HAS_PAGMO

namespace {

using Json = nlohmann::json;
using Point = std::vector<double>;

constexpr std::size_t kParents = 40;   ///< population of DE and NSGA-II; a multiple of 4
constexpr std::size_t kLeastWaves = 8; ///< CMA-ES samples per generation
constexpr std::size_t kIdle = 200;     ///< generations without a new design before giving up
constexpr std::size_t kCollapsed = 20; ///< generations without one before starting anew
constexpr std::uint64_t kSeedOfRestarts = std::uint64_t{1} << 40; ///< stream of their seeds
constexpr double kFailed = 1e6;         ///< fitness of a design that cannot be simulated
constexpr unsigned kPublishedDe = 2;    ///< rand/1/exp
constexpr double kStep = 0.3;           ///< CMA-ES: first step, as a share of the ranges
constexpr std::uint64_t kSeedOfA = 977; ///< stream of the seeds of generations

Design designAt(const Problem& problem, const Point& x) {
    Design design;
    for (std::size_t v = 0; v < x.size(); ++v) {
        const int count = problem.variables[v].count();
        design.push_back(std::clamp(static_cast<int>(std::floor(x[v] * count)), 0, count - 1));
    }
    return design;
}

Point pointOf(const Problem& problem, const Design& design) {
    Point x;
    for (std::size_t v = 0; v < design.size(); ++v)
        x.push_back((design[v] + 0.5) / problem.variables[v].count());
    return x;
}

/// What pagmo asks: either it only writes down the points, or it looks results up.
struct SizingProblem {
    const Problem* problem = nullptr;
    const std::map<Design, const Member*>* results = nullptr;
    const std::set<Design>* known = nullptr; ///< tried, those that failed too
    std::vector<Point>* asked = nullptr;     ///< set for a trial run
    bool several = false;                    ///< objectives: one per spec

    std::size_t objectives() const { return several ? problem->specs.size() : 1; }
    pagmo::vector_double::size_type get_nobj() const { return problem ? objectives() : 1; }
    std::pair<Point, Point> get_bounds() const {
        const std::size_t n = problem ? problem->variables.size() : 1;
        return {Point(n, 0.0), Point(n, 1.0)};
    }
    Point value(const Design& design) const {
        const auto found = results->find(design);
        if (found == results->end()) {
            if (!known->count(design)) // the trial run did not ask for what the real one does
                throw std::logic_error("a design was not simulated ahead");
            return Point(objectives(), kFailed);
        }
        return several ? found->second->penalties : Point{found->second->cost};
    }
    Point fitness(const Point& x) const {
        if (!problem)
            return {0.0};
        if (!asked)
            return value(designAt(*problem, x));
        asked->push_back(x);
        return Point(objectives(), 10 * kFailed); // nothing takes its place
    }
};

class PagmoSearch : public Algorithm {
public:
    PagmoSearch(const Problem& problem, AlgorithmOptions options)
        : m_options(std::move(options)) {
        const double n = static_cast<double>(problem.variables.size());
        m_size = m_options.name == "cmaes"
                     ? std::max(kLeastWaves, static_cast<std::size_t>(4 + 3 * std::log(n)))
                     : kParents;
    }

    Expected<Proposal> propose(std::size_t, Population& population, Evaluator& evaluator,
                               StopToken stop) override {
        try {
            return generation(population, evaluator.problem(), stop);
        } catch (const std::exception& e) {
            return fail("OPT-026", "The optimiser of pagmo failed", e.what(), m_options.name);
        }
    }

    bool hasState() const override { return true; }

    Expected<void> save(const std::filesystem::path& path) const override {
        std::ostringstream archive;
        if (m_adapted) {
            boost::archive::text_oarchive out(archive);
            out << *m_adapted;
        }
        const Json state{{"points", m_points},
                         {"generation", m_generation},
                         {"pending", m_pending},
                         {"adapted", archive.str()}};
        return writeFileAtomically(path, state.dump());
    }

    Expected<void> load(const std::filesystem::path& path) override {
        const auto bytes = readFile(path);
        if (!bytes)
            return bytes.failure();
        try {
            const Json state = Json::parse(bytes->view());
            m_points = state.at("points").get<std::vector<Point>>();
            m_generation = state.at("generation");
            m_pending = state.at("pending");
            if (const auto text = state.at("adapted").get<std::string>(); !text.empty()) {
                std::istringstream archive(text);
                boost::archive::text_iarchive in(archive);
                m_adapted = std::make_unique<pagmo::algorithm>();
                in >> *m_adapted;
            }
        } catch (const std::exception& e) {
            return fail("OPT-031", "The session's store is damaged", e.what(), path.string());
        }
        return {};
    }

private:
    Proposal generation(Population& population, const Problem& problem, const StopToken& stop) {
        std::map<Design, const Member*> results;
        for (const Member& m : population.members)
            results[m.design] = &m;
        const SizingProblem question{&problem, &results, &population.known, nullptr,
                                     m_options.name == "nsga2"};
        if (m_points.empty())
            begin(population, problem);
        if (m_pending)
            step(question);
        Proposal p;
        std::set<Design> taken = population.known;
        for (std::size_t idle = 0; p.designs.empty() && idle < kIdle && !stop.shouldStop();
             ++idle) {
            for (const Point& x : candidates(question)) {
                ++p.candidates;
                Design design = designAt(problem, x);
                if (taken.insert(design).second)
                    p.designs.push_back(std::move(design));
            }
            m_pending = true;
            if (!p.designs.empty())
                break;
            step(question); // all of them are known
            if (idle % kCollapsed == kCollapsed - 1)
                restart(population, problem);
        }
        p.queries = p.designs.size();
        p.stuck = p.designs.empty();
        return p;
    }

    /// The best of the first designs.
    void begin(const Population& population, const Problem& problem) {
        const auto order = population.byCost();
        for (std::size_t i = 0; i < m_size; ++i)
            m_points.push_back(
                pointOf(problem, population.members[order[i % order.size()]].design));
        m_generation = 0;
        m_pending = false;
    }

    /// From other known designs, when the population has shrunk to points that are known.
    void restart(const Population& population, const Problem& problem) {
        dataset::Random random(m_options.seed, kSeedOfRestarts + m_generation);
        for (Point& x : m_points)
            x = pointOf(problem,
                        population.members[random.below(population.members.size())].design);
        m_adapted.reset();
    }

    pagmo::algorithm algorithm() const {
        const auto seed = static_cast<unsigned>(
            dataset::Random(m_options.seed, kSeedOfA + m_generation).next() >> 33);
        if (m_options.name == "de")
            return pagmo::algorithm{pagmo::de(1, 0.8, 0.9, kPublishedDe, 0, 0, seed)};
        if (m_options.name == "nsga2")
            return pagmo::algorithm{pagmo::nsga2(1, 0.95, 10, 0.1, 50, seed)};
        if (m_adapted)
            return *m_adapted;
        return pagmo::algorithm{pagmo::cmaes(1, -1, -1, -1, -1, kStep, 0, 0, true, true, seed)};
    }

    /// The parents with their results as the specs are now.
    pagmo::population parents(const SizingProblem& question, std::vector<Point>* asked) const {
        SizingProblem own = question;
        own.asked = asked;
        pagmo::population all{pagmo::problem{own}, 0, 1};
        for (const Point& x : m_points)
            all.push_back(x, question.value(designAt(*question.problem, x)));
        return all;
    }

    std::vector<Point> candidates(const SizingProblem& question) const {
        std::vector<Point> asked;
        algorithm().evolve(parents(question, &asked));
        return asked;
    }

    void step(const SizingProblem& question) {
        pagmo::algorithm own = algorithm();
        m_points = own.evolve(parents(question, nullptr)).get_x();
        if (m_options.name == "cmaes")
            m_adapted = std::make_unique<pagmo::algorithm>(std::move(own));
        ++m_generation;
        m_pending = false;
    }

    const AlgorithmOptions m_options;
    std::size_t m_size = kParents;
    std::vector<Point> m_points;
    std::uint64_t m_generation = 0;
    bool m_pending = false; ///< candidates are out, their results not yet taken in
    std::unique_ptr<pagmo::algorithm> m_adapted; ///< CMA-ES: what it learned
};

} // namespace

Expected<std::unique_ptr<Algorithm>> makePagmo(const Problem& problem,
                                               const AlgorithmOptions& options) {
    return Expected<std::unique_ptr<Algorithm>>(std::make_unique<PagmoSearch>(problem, options));
}

#else

Expected<std::unique_ptr<Algorithm>> makePagmo(const Problem&, const AlgorithmOptions& options) {
    return fail("OPT-025", "This build does not know that algorithm: it was made without pagmo", {},
                options.name, "Install libpagmo-dev and build again, or choose another one");
}

#endif

} // namespace ohm::optimize
