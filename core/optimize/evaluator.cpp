// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/evaluator.h"

#include "core/base/files.h"
#include "core/base/units.h"
#include "core/netlist/parameters.h"
#include "core/netlist/reader.h"
#include "core/netlist/writer.h"
#include "core/optimize/measure.h"
#include "core/optimize/settling.h"
#include "core/optimize/store.h"
#include "core/sim/deckcheck.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>

#include <nlohmann/json.hpp>

namespace ohm::optimize {
namespace {

using Json = nlohmann::json;

/// 128 bits of two FNV-1a sums: not against an adversary, only against chance.
class Hash {
public:
    void add(const std::string& text) {
        for (const char c : text) {
            m_a = (m_a ^ static_cast<unsigned char>(c)) * 1099511628211ull;
            m_b = (m_b ^ (static_cast<unsigned char>(c) + 0x9Eu)) * 0x9E3779B97F4A7C15ull;
            m_b ^= m_b >> 29;
        }
        m_a = (m_a ^ 0xFF) * 1099511628211ull;
        m_b = (m_b ^ 0x1FF) * 0x9E3779B97F4A7C15ull;
    }
    std::string text() const {
        char out[40];
        std::snprintf(out, sizeof(out), "%016llx%016llx", static_cast<unsigned long long>(m_a),
                      static_cast<unsigned long long>(m_b));
        return out;
    }

private:
    std::uint64_t m_a = 14695981039346656037ull, m_b = 88172645463325252ull;
};

std::string describe(const Measure& m) {
    std::string inputs = m.lowest ? "/<" : "";
    for (const std::size_t input : m.inputs)
        inputs += "/" + std::to_string(input);
    if (m.at != 0 || m.from != 0 || m.to != 0)
        inputs += "/" + formatExact(m.at) + "/" + formatExact(m.from) + "/" + formatExact(m.to);
    if (m.kind == Measure::Kind::Settling)
        inputs += "/2"; // found by fewer steps and a cubic since
    return std::to_string(static_cast<int>(m.kind)) + "/" + std::to_string(m.bench) + "/" +
           std::to_string(m.against) + "/" + m.of + "/" + m.input + "/" + m.source + "/" +
           formatExact(m.tolerance) + "/" + m.body + inputs;
}

bool fatal(const std::string& code) {
    return code == "SIM-001" || code == "SIM-009" || code == "SIM-010" || code == "SIM-011" ||
           code == "SIM-012" || code == "BASE-011";
}

} // namespace

class Evaluator::Impl {
public:
    Impl(Problem given, std::shared_ptr<sim::SimulatorPool> workers, std::filesystem::path file)
        : problem(std::move(given))
        , pool(std::move(workers))
        , cacheFile(std::move(file))
        , order(derivedOrder(problem)) {
        for (const Measure& m : problem.measures)
            readsParameters = readsParameters || m.kind == Measure::Kind::Expression;
        for (std::size_t b = 0; b < problem.benches.size(); ++b)
            plans.push_back(planOf(b));
    }

    /// What of a bench its measurements read: the vectors they name, and of an AC analysis nothing
    /// but the first point if they are all gains there.
    struct Plan {
        std::vector<sim::Analysis> analyses;
        std::vector<std::string> keep;
        std::vector<const Measure*> settlings; ///< where its transient may take fewer steps
    };
    Plan planOf(std::size_t bench) const {
        using Kind = Measure::Kind;
        Plan plan{problem.benches[bench].analyses, {}, settlingsAlone(problem, bench)};
        std::set<std::string> names;
        bool firstPoint = true, everything = false;
        for (const Measure& m : problem.measures) {
            const bool reads =
                m.bench == bench || (m.kind == Kind::Rejection && m.against == bench);
            if (m.derived() || !reads)
                continue;
            everything = everything || m.kind == Kind::Meas || m.kind == Kind::OutputNoise ||
                         m.kind == Kind::InputNoise;
            if (m.kind <= Kind::Rejection && m.kind != Kind::Gain && m.kind != Kind::Rejection)
                firstPoint = false;
            if (m.kind == Kind::Current)
                names.insert(m.source + "#branch");
            for (const std::string* net : {&m.of, &m.input}) {
                if (!net->empty())
                    names.insert(*net);
            }
        }
        for (const sim::Analysis& a : plan.analyses)
            everything = everything || a.kind == sim::Analysis::Kind::Noise;
        if (everything)
            return plan;
        plan.keep.assign(names.begin(), names.end());
        for (sim::Analysis& a : plan.analyses) {
            if (a.kind == sim::Analysis::Kind::Ac && firstPoint) {
                a.sweep = "lin";
                a.points = 1;
                a.stop = a.start;
            }
        }
        return plan;
    }

    Expected<void> openCache() {
        if (opened)
            return {};
        opened = true;
        const auto version = pool->version();
        if (!version) {
            opened = false;
            return version.failure();
        }
        simulator = *version;
        if (cacheFile.empty())
            return {};
        const auto lines = readLines(cacheFile);
        if (!lines)
            return {}; // there is none yet
        for (const std::string& line : *lines) {
            const Json entry = Json::parse(line, nullptr, false);
            if (!entry.is_object() || !entry.contains("key") || !entry["key"].is_string())
                continue;
            Evaluation e;
            if (entry.contains("values") && entry["values"].is_array()) {
                e.valid = true;
                for (const Json& v : entry["values"])
                    e.values.push_back(v.is_number() ? v.get<double>() : std::nan(""));
                if (e.values.size() != problem.measures.size())
                    continue;
            } else {
                e.failure = entry.value("failure", std::string("SIM-004"));
            }
            cache.emplace(entry["key"].get<std::string>(), std::move(e));
        }
        return {};
    }

    void keep(const std::string& key, const Evaluation& e) {
        cache[key] = e;
        if (cacheFile.empty())
            return;
        Json entry{{"key", key}};
        if (e.valid)
            entry["values"] = e.values;
        else
            entry["failure"] = e.failure;
        std::error_code ignored;
        std::filesystem::create_directories(cacheFile.parent_path(), ignored);
        // A cache that cannot be written costs time later and nothing else.
        [[maybe_unused]] const auto written = appendLine(cacheFile, entry.dump(), false);
    }

    Expected<std::string> deck(std::size_t b, const Design& design,
                               const Variation* variation) const {
        const Bench& bench = problem.benches[b];
        const Corner* corner = variation ? &variation->corner
                               : bench.corner >= 0
                                   ? &problem.corners[static_cast<std::size_t>(bench.corner)]
                                   : nullptr;
        netlist::ReadOptions options;
        options.searchPath = problem.searchPath;
        for (const auto& [name, value] : problem.parameters(design))
            options.parameters[name] = value;
        if (corner) {
            for (const auto& [name, value] : corner->parameters)
                options.parameters[name] = value;
        }
        if (!corner) {
            const auto circuit = netlist::readNetlist(bench.circuit, options);
            if (!circuit)
                return circuit.failure();
            return netlist::writeFlatDeck(**circuit).text + bench.cards;
        }
        return variedDeck(bench, options, *corner, variation);
    }

    Expected<std::string> variedDeck(const Bench& bench, netlist::ReadOptions& options,
                                     const Corner& corner, const Variation* variation) const {
        if (variation) {
            for (const Spread& spread : variation->spreads) {
                if (!spread.model.empty())
                    continue;
                const auto base = options.parameters.find(spread.parameter);
                const auto drawn = base != options.parameters.end()
                                       ? std::optional(base->second)
                                       : defaultOf(bench, spread.parameter);
                if (!drawn)
                    continue; // another bench has it
                const double shift =
                    spread.sigma * drawFor(*variation, "param " + spread.parameter, spread.uniform);
                options.parameters[spread.parameter] =
                    spread.relative ? *drawn * (1 + shift) : *drawn + shift;
            }
        }
        Expected<netlist::CircuitPtr> circuit = fail("OPT-005", "The bench was not read");
        if (corner.sections.empty() && corner.files.empty()) {
            circuit = netlist::readNetlist(bench.circuit, options);
        } else {
            const auto text = readFile(bench.circuit);
            if (!text)
                return text.failure();
            circuit = netlist::readNetlistText(withLibraries(std::string(text->view()), corner),
                                               bench.circuit.string(), bench.circuit.parent_path(),
                                               options);
        }
        if (!circuit)
            return circuit.failure();
        DeckCards cards(netlist::writeFlatDeck(**circuit).text + bench.cards);
        for (const ModelChange& change : corner.models) {
            if (const auto done = cards.change(change); !done)
                return done.failure();
        }
        if (corner.temperature)
            cards.setTemperature(*corner.temperature);
        if (variation && !variation->spreads.empty()) {
            std::vector<bool> used;
            if (const auto done = cards.scatter(*variation, used); !done)
                return done.failure();
        }
        return cards.text();
    }

    /// What the bench's circuit gives a top-level .param, if it has it.
    std::optional<double> defaultOf(const Bench& bench, const std::string& name) const {
        netlist::ReadOptions options;
        options.searchPath = problem.searchPath;
        const auto circuit = netlist::readNetlist(bench.circuit, options);
        if (!circuit)
            return std::nullopt;
        for (const auto& parameter : netlist::topParameters(**circuit)) {
            if (parameter.name == name)
                return parameter.value;
        }
        return std::nullopt;
    }

    Evaluation judge(const std::vector<Expected<sim::Outcome>>& outcomes, std::size_t first,
                     const Design& design) const {
        Evaluation e;
        std::vector<const sim::Outcome*> benches;
        for (std::size_t b = 0; b < problem.benches.size(); ++b) {
            const auto& outcome = outcomes[first + b];
            if (!outcome) {
                e.failure = outcome.error().code + " " + outcome.error().text + " (" +
                            problem.benches[b].name + ")";
                return e;
            }
            benches.push_back(&*outcome);
        }
        e.values.assign(problem.measures.size(), std::nan(""));
        const auto keep = [&](std::size_t m, const Expected<double>& value) {
            const std::string& name = problem.measures[m].name;
            if (value && std::isfinite(*value)) {
                e.values[m] = *value;
                return true;
            }
            e.values.clear();
            e.failure = value ? "OPT-011 A measurement found nothing (" + name + ")"
                              : value.error().code + " " + value.error().text + " (" + name + " " +
                                    value.error().detail + ")";
            return false;
        };
        for (std::size_t m = 0; m < problem.measures.size(); ++m) {
            if (!problem.measures[m].derived() &&
                !keep(m, takeMeasure(problem.measures[m], benches)))
                return e;
        }
        for (const std::size_t m : order) {
            if (!keep(m, takeDerived(problem, problem.measures[m], design, e.values)))
                return e;
        }
        e.valid = true;
        return e;
    }

    /// The benches of design after design; transients, which take longest, first.
    std::vector<Expected<sim::Outcome>> simulate(const std::vector<sim::Job>& jobs,
                                                 const StopToken& stop) {
        std::vector<Expected<sim::Outcome>> outcomes(
            jobs.size(), Expected<sim::Outcome>(fail("SIM-006", "The simulation was stopped")));
        std::vector<std::size_t> turns(jobs.size());
        std::iota(turns.begin(), turns.end(), std::size_t{0});
        std::stable_partition(turns.begin(), turns.end(), [&](std::size_t i) {
            const auto& analyses = jobs[i].analyses;
            return std::any_of(analyses.begin(), analyses.end(), [](const sim::Analysis& a) {
                return a.kind == sim::Analysis::Kind::Tran;
            });
        });
        std::atomic<std::size_t> next{0};
        const auto work = [&] {
            for (std::size_t at; (at = next.fetch_add(1)) < turns.size();) {
                if (stop.shouldStop())
                    return;
                const std::size_t i = turns[at];
                const Plan& plan = plans[i % plans.size()];
                outcomes[i] = plan.settlings.empty()
                                  ? pool->run(jobs[i], stop)
                                  : simulateSettling(*pool, jobs[i], plan.settlings, stop);
            }
        };
        std::vector<std::thread> threads;
        const auto count = std::min(jobs.size(), static_cast<std::size_t>(pool->workerCount()));
        for (std::size_t i = 1; i < count; ++i)
            threads.emplace_back(work);
        work();
        for (std::thread& thread : threads)
            thread.join();
        return outcomes;
    }

    /// A design and, if it is not simulated as the problem says, its conditions.
    struct Point {
        const Design* design = nullptr;
        const Variation* variation = nullptr;
    };

    Expected<std::vector<Evaluation>> evaluate(const std::vector<Point>& designs, StopToken stop) {
        if (const auto ready = openCache(); !ready)
            return ready.failure();
        std::vector<Evaluation> results(designs.size());
        std::vector<std::string> keys(designs.size());
        std::vector<std::size_t> todo;
        std::vector<sim::Job> jobs;
        std::map<std::string, std::size_t> firstOf;
        for (std::size_t d = 0; d < designs.size(); ++d) {
            if (stop.shouldStop())
                return fail("OPT-020", "The sizing was stopped");
            Hash hash;
            hash.add(simulator);
            std::vector<sim::Job> own;
            for (std::size_t b = 0; b < problem.benches.size(); ++b) {
                auto text = deck(b, *designs[d].design, designs[d].variation);
                if (!text)
                    return text.failure();
                sim::Job job;
                job.deck = std::move(*text);
                job.analyses = plans[b].analyses;
                job.keep = plans[b].keep;
                job.timeoutSeconds = problem.benches[b].timeoutSeconds;
                hash.add(job.deck);
                // As declared: how little of it is run is no matter of the result.
                for (const sim::Analysis& a : problem.benches[b].analyses)
                    hash.add(sim::analysisCommand(a) ? *sim::analysisCommand(a) : std::string());
                for (const Measure& m : problem.measures) {
                    if (m.kind == Measure::Kind::Meas && m.bench == b)
                        job.measurements.push_back(m.body);
                }
                own.push_back(std::move(job));
            }
            for (const Measure& m : problem.measures)
                hash.add(describe(m));
            if (readsParameters) { // they may be in no deck
                for (const auto& [name, value] : problem.parameters(*designs[d].design))
                    hash.add(formatExact(value));
            }
            keys[d] = hash.text();
            if (const auto found = cache.find(keys[d]); found != cache.end()) {
                results[d] = found->second;
                results[d].cached = true;
            } else if (firstOf.emplace(keys[d], d).second) {
                todo.push_back(d);
                for (sim::Job& job : own)
                    jobs.push_back(std::move(job));
            }
        }
        if (jobs.empty())
            return results;
        const auto outcomes = simulate(jobs, stop);
        if (stop.stopRequested())
            return fail("OPT-020", "The sizing was stopped");
        for (const auto& outcome : outcomes) {
            if (!outcome && fatal(outcome.error().code))
                return outcome.failure();
        }
        const std::size_t perDesign = problem.benches.size();
        for (std::size_t i = 0; i < todo.size(); ++i) {
            Evaluation& e = results[todo[i]];
            e = judge(outcomes, i * perDesign, *designs[todo[i]].design);
            if (e.failure.rfind("OPT-010", 0) == 0)
                return fail("OPT-010", "A measurement cannot be taken", e.failure.substr(8), {},
                            "Correct the measurement in the project file");
            ++simulated;
            // A timeout may be the machine's fault: it counts here, but is not believed for ever.
            if (e.failure.rfind("SIM-002", 0) != 0 && e.failure.rfind("SIM-003", 0) != 0)
                keep(keys[todo[i]], e);
        }
        for (std::size_t d = 0; d < designs.size(); ++d) {
            const auto first = firstOf.find(keys[d]);
            if (first != firstOf.end() && first->second != d) {
                results[d] = results[first->second];
                results[d].cached = true;
            }
        }
        return results;
    }

    Problem problem;
    std::shared_ptr<sim::SimulatorPool> pool;
    std::filesystem::path cacheFile;
    std::vector<std::size_t> order; ///< of derived measurements
    std::vector<Plan> plans;        ///< per bench
    bool readsParameters = false;   ///< an expression may
    std::string simulator;
    bool opened = false;
    std::size_t simulated = 0;
    std::unordered_map<std::string, Evaluation> cache;
};

Evaluator::Evaluator(Problem problem, std::shared_ptr<sim::SimulatorPool> pool,
                     std::filesystem::path cacheFile)
    : m_impl(std::make_unique<Impl>(std::move(problem), std::move(pool), std::move(cacheFile))) {}
Evaluator::~Evaluator() = default;

const Problem& Evaluator::problem() const {
    return m_impl->problem;
}
void Evaluator::setSpecs(const Problem& problem) {
    m_impl->problem.specs = problem.specs;
    m_impl->problem.measureOf = problem.measureOf;
}
Expected<std::vector<Evaluation>> Evaluator::evaluate(const std::vector<Design>& designs,
                                                      StopToken stop) {
    std::vector<Impl::Point> points;
    for (const Design& design : designs)
        points.push_back({&design, nullptr});
    return m_impl->evaluate(points, std::move(stop));
}
Expected<std::vector<Evaluation>> Evaluator::evaluateUnder(const Design& design,
                                                           const std::vector<Variation>& variations,
                                                           StopToken stop) {
    std::vector<Impl::Point> points;
    for (const Variation& variation : variations)
        points.push_back({&design, &variation});
    return m_impl->evaluate(points, std::move(stop));
}
std::size_t Evaluator::simulated() const {
    return m_impl->simulated;
}
Expected<std::string> Evaluator::deck(std::size_t bench, const Design& design,
                                      const Variation* variation) const {
    return m_impl->deck(bench, design, variation);
}

std::filesystem::path defaultCacheFile() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/')
        return std::filesystem::path(cache) / "ohmscape" / "simulations.jsonl";
    if (const char* home = std::getenv("HOME"); home && *home == '/')
        return std::filesystem::path(home) / ".cache" / "ohmscape" / "simulations.jsonl";
    return {};
}

} // namespace ohm::optimize
