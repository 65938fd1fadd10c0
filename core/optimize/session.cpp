// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/session.h"

#include "core/base/log.h"
#include "core/base/pathlock.h"
#include "core/base/units.h"
#include "core/netlist/reader.h"
#include "core/netlist/writer.h"
#include "core/optimize/check.h"
#include "core/optimize/evolution.h"
#include "core/optimize/store.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

namespace ohm::optimize {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kStore = "session.jsonl";
constexpr int kVersion = 1;

/// What must agree for a store to be gone on with: everything but the specs.
Json headerOf(const Problem& problem, const SessionOptions& options) {
    Json variables = Json::array();
    for (const Variable& v : problem.variables)
        variables.push_back({v.name, v.low, v.high, v.step, v.logarithmic});
    for (const Match& match : problem.matches)
        variables.push_back({match.name, match.body});
    Json measures = Json::array();
    for (const Measure& m : problem.measures)
        measures.push_back(m.name);
    Json specs = Json::array(); // for readers of the file; not compared
    for (const Spec& s : problem.specs)
        specs.push_back(s.name);
    const AlgorithmOptions& a = options.algorithm;
    Json header{{"ohmscape-session", kVersion},
                {"problem", problem.name},
                {"variables", variables},
                {"measures", measures},
                {"algorithm", a.name},
                {"seed", a.seed},
                {"initial", a.initial},
                {"per_iteration", a.perIteration},
                {"gradient_steps", a.gradientSteps},
                {"batch", a.batch},
                {"meets_heads", a.meetsHeads},
                {"epsilon", a.epsilon},
                {"backbone", a.backbone.filename().string()}};
    if (!options.first.empty())
        header["first"] = options.first;
    header[kDesignsPerStep] = a.designsPerStep;
    header[kPool] = a.pool;
    return header;
}

/// Whether a session may go on. Headers of earlier versions do not say how a judge learns and
/// chooses, what was noted at their last start does; where nothing is known, anything goes.
bool sameHeader(Json stored, Json wanted, const JudgeSettings& noted) {
    const auto take = [&](const char* key, const std::optional<std::size_t>& value) {
        if (value)
            stored[key] = *value;
        else
            wanted.erase(key);
    };
    take(kDesignsPerStep, noted.designsPerStep);
    take(kPool, noted.pool);
    return stored == wanted;
}

/// What a judge said, by spec: {"gain": {"meets": [[0.93, true], ...], "better": [...]}}.
Json claimsJson(const std::vector<SpecClaims>& all) {
    Json out = Json::object();
    const auto list = [](const std::vector<Claim>& claims) {
        Json rows = Json::array();
        for (const Claim& c : claims) // finite, rounded: see claimsOf
            rows.push_back({c.said, c.came});
        return rows;
    };
    for (const SpecClaims& s : all) {
        Json& of = out[s.spec] = Json::object();
        if (!s.meets.empty())
            of["meets"] = list(s.meets);
        if (!s.better.empty())
            of["better"] = list(s.better);
    }
    return out;
}

/// Stores say null of what was no number.
double numberOf(const Json& line, const char* key, double unknown) {
    const auto found = line.find(key);
    return found != line.end() && found->is_number() ? found->get<double>() : unknown;
}

std::uintmax_t sizeOf(const std::filesystem::path& path) {
    std::error_code code;
    const auto size = std::filesystem::file_size(path, code);
    return code ? 0 : size;
}

/// Time since it was made without the pauses that the token asked for.
class WorkClock {
public:
    explicit WorkClock(StopToken token)
        : m_token(std::move(token))
        , m_watch([this](const std::stop_token& end) { watch(end); }) {}
    double seconds() const {
        const std::lock_guard lock(m_mutex);
        return std::chrono::duration<double>(Clock::now() - m_begin - m_paused).count();
    }

private:
    void watch(const std::stop_token& end) {
        std::unique_lock lock(m_mutex);
        for (auto last = Clock::now(); !end.stop_requested();) {
            m_wake.wait_for(lock, end, std::chrono::milliseconds(50), [] { return false; });
            const auto now = Clock::now();
            if (m_token.pauseRequested())
                m_paused += now - last;
            last = now;
        }
    }

    const StopToken m_token;
    const Clock::time_point m_begin = Clock::now();
    mutable std::mutex m_mutex;
    std::condition_variable_any m_wake;
    Clock::duration m_paused{};
    std::jthread m_watch; // last: it reads the others
};

} // namespace

const char* endingText(Ending ending) {
    switch (ending) {
    case Ending::Converged:
        return "the best 20 designs meet every spec";
    case Ending::Budget:
        return "the budget of simulations is spent";
    case Ending::Stagnation:
        return "the mean cost has not fallen for long";
    case Ending::Stuck:
        return "no acceptable new design was found";
    case Ending::Time:
        return "the time is spent";
    case Ending::Stopped:
        break;
    }
    return "stopped";
}

Expected<std::unique_ptr<Session>> Session::open(const Problem& problem,
                                                 const SessionOptions& options,
                                                 const std::filesystem::path& folder,
                                                 std::shared_ptr<sim::SimulatorPool> pool,
                                                 const std::filesystem::path& cacheFile) {
    if (const auto fine = checkProblem(problem); !fine)
        return fine.failure();
    double designs = 1;
    for (const Variable& v : problem.variables)
        designs *= v.count();
    if (designs < static_cast<double>(options.target))
        return fail("OPT-003", "The design space holds fewer designs than must meet every spec",
                    std::to_string(static_cast<long long>(designs)) + " of " +
                        std::to_string(options.target),
                    problem.folder.string(),
                    "Make steps smaller or ranges wider, or ask for fewer designs");
    auto algorithm = makeAlgorithm(problem, options.algorithm);
    if (!algorithm)
        return algorithm.failure();
    std::unique_ptr<Session> session(new Session);
    session->m_options = options;
    session->m_folder = folder;
    session->m_algorithm = std::move(*algorithm);
    session->m_evaluator = std::make_unique<Evaluator>(problem, std::move(pool), cacheFile);
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code)
        return fail("BASE-010", "The folder cannot be made", code.message(), folder.string());
    if (const auto loaded = session->load(); !loaded)
        return loaded.failure();
    session->m_bytes = sizeOf(folder / kStore);
    return session;
}

Expected<std::unique_ptr<Session>> Session::read(const Problem& problem,
                                                 const std::filesystem::path& folder) {
    const auto path = folder / kStore;
    const auto lines = readLines(path);
    if (!lines)
        return lines.failure();
    std::unique_ptr<Session> session(new Session);
    try {
        const Json header = Json::parse(lines->empty() ? std::string() : lines->front());
        AlgorithmOptions& a = session->m_options.algorithm;
        a.name = header.at("algorithm");
        a.seed = header.at("seed");
        a.initial = header.at("initial");
        a.perIteration = header.at("per_iteration");
        a.gradientSteps = header.at("gradient_steps");
        a.batch = header.at("batch");
        a.meetsHeads = header.at("meets_heads");
        a.epsilon = header.at("epsilon");
        a.backbone = header.at("backbone").get<std::string>();
        const JudgeSettings noted = judgeSettingsOf(*lines);
        a.designsPerStep = noted.designsPerStep.value_or(a.designsPerStep);
        a.pool = noted.pool.value_or(a.pool);
        if (header.contains("first"))
            session->m_options.first = header["first"].get<std::vector<Design>>();
    } catch (const Json::exception& e) {
        return fail("OPT-031", "The folder's session.jsonl is not a sizing session", e.what(),
                    path.string());
    }
    session->m_folder = folder;
    session->m_evaluator = std::make_unique<Evaluator>(problem, nullptr);
    if (const auto loaded = session->load(); !loaded)
        return loaded.failure();
    return session;
}

Expected<void> Session::load() {
    const auto path = m_folder / kStore;
    const Json header = headerOf(problem(), m_options);
    const auto lines = readLines(path);
    const Json first =
        lines && !lines->empty() ? Json::parse(lines->front(), nullptr, false) : Json();
    if (!lines || lines->empty())
        return appendLine(path, header.dump(), true);
    if (!first.is_object() || !first.contains("ohmscape-session"))
        return fail("OPT-031", "The folder's session.jsonl is not a sizing session", {},
                    path.string(), "Choose another folder");
    const JudgeSettings noted = judgeSettingsOf(*lines);
    if (!sameHeader(first, header, noted))
        return fail("OPT-030",
                    "The folder holds a session of another problem, algorithm, seed or setting", {},
                    path.string(), "Choose another folder, or the same settings");
    const AlgorithmOptions& with = m_options.algorithm;
    if (m_algorithm && with.name.starts_with("bagnet") && !noted.complete())
        log::warning("optimize",
                     "An earlier version kept no record of the session's designs per step and pool "
                     "(" +
                         path.string() + "); it goes on with " +
                         std::to_string(with.designsPerStep) + " and " + std::to_string(with.pool));
    try {
        for (std::size_t i = 1; i < lines->size(); ++i) {
            const Json line = Json::parse((*lines)[i], nullptr, false);
            if (!line.is_object())
                continue; // cut short by a kill
            if (line.contains("event"))
                continue; // when it was started, with what criteria, and how it ended
            Record r;
            r.iteration = line.at("iteration");
            if (r.iteration != m_records.size())
                return fail("OPT-031", "The session's store is damaged: an iteration is missing",
                            {}, path.string() + ":" + std::to_string(i + 1));
            r.critical = line.at("critical").get<std::vector<std::size_t>>();
            r.leaders = line.at("leaders");
            r.queries = line.at("queries");
            r.loss = numberOf(line, "loss", -1);
            r.accuracy = numberOf(line, "accuracy", -1);
            r.seconds = line.value("seconds", 0.0);
            r.simulated = line.value("simulated", line.at("designs").size());
            for (const Json& d : line.at("designs")) {
                Design design = d.at("x").get<Design>();
                bool fits = design.size() == problem().variables.size();
                for (std::size_t v = 0; fits && v < design.size(); ++v)
                    fits = design[v] >= 0 && design[v] < problem().variables[v].count();
                Evaluation e;
                if (d.contains("values")) {
                    e.valid = true;
                    e.values = d["values"].get<std::vector<double>>();
                    fits = fits && e.values.size() == problem().measures.size();
                } else {
                    e.failure = d.value("failure", std::string());
                }
                if (!fits)
                    return fail("OPT-031", "The session's store is damaged: a design does not fit",
                                {}, path.string() + ":" + std::to_string(i + 1));
                r.designs.push_back(std::move(design));
                r.evaluations.push_back(std::move(e));
            }
            r.claims = storedClaims(line);
            const auto place = [this](const SpecClaims& of) {
                const auto& specs = problem().specs;
                return std::find_if(specs.begin(), specs.end(),
                                    [&](const Spec& spec) { return spec.name == of.spec; }) -
                       specs.begin();
            };
            std::stable_sort(r.claims.begin(), r.claims.end(),
                             [&](const auto& a, const auto& b) { return place(a) < place(b); });
            for (const std::size_t s : r.critical) {
                if (s >= problem().specs.size())
                    r.critical.clear(); // specs were taken away
                if (r.critical.empty())
                    break;
            }
            m_records.push_back(std::move(r));
        }
    } catch (const Json::exception& e) {
        return fail("OPT-031", "The session's store is damaged", e.what(), path.string());
    }
    for (const Record& r : m_records)
        apply(r);
    m_resumed = m_records.size();
    if (m_algorithm && m_algorithm->hasState() && m_records.size() > 1)
        return m_algorithm->load(stateFile(m_records.size() - 1));
    return {};
}

std::filesystem::path Session::stateFile(std::size_t iteration) const {
    return m_folder / ("judge-" + std::to_string(iteration) + ".safetensors");
}

/// The judge's weights first, then the line that makes them count: a kill between the two leaves a
/// file that the next run writes again.
Expected<void> Session::append(const Record& r) {
    if (m_algorithm->hasState() && r.iteration > 0) {
        if (const auto saved = m_algorithm->save(stateFile(r.iteration)); !saved)
            return saved;
    }
    Json designs = Json::array();
    for (std::size_t i = 0; i < r.designs.size(); ++i) {
        Json d{{"x", r.designs[i]}};
        if (r.evaluations[i].valid)
            d["values"] = r.evaluations[i].values;
        else
            d["failure"] = r.evaluations[i].failure;
        designs.push_back(std::move(d));
    }
    Json line{{"iteration", r.iteration}, {"designs", designs},   {"critical", r.critical},
              {"leaders", r.leaders},     {"queries", r.queries}, {"loss", r.loss},
              {"accuracy", r.accuracy},   {"seconds", r.seconds}, {"simulated", r.simulated}};
    if (!r.claims.empty())
        line["claims"] = claimsJson(r.claims);
    if (const auto written = appendLine(m_folder / kStore, line.dump(), true); !written)
        return written;
    if (r.iteration > 1) {
        std::error_code ignored;
        std::filesystem::remove(stateFile(r.iteration - 1), ignored);
    }
    return {};
}

void Session::apply(const Record& r) {
    const Problem& p = problem();
    for (std::size_t i = 0; i < r.designs.size(); ++i)
        m_population.add(p, r.designs[i], r.evaluations[i]);
    m_population.critical = r.critical;
    m_population.leaders = r.leaders;
    m_population.lastAdded = r.designs;
    IterationReport report;
    report.iteration = r.iteration;
    report.sims = m_population.known.size();
    report.failures = report.sims - m_population.members.size();
    report.queries = (m_history.empty() ? 0 : m_history.back().queries) + r.queries;
    report.bestCost = m_population.bestCost();
    report.meanCost = m_population.meanCost();
    report.meetingAll = m_population.meetingAll();
    report.acceptance =
        r.queries > 0 ? static_cast<double>(r.designs.size()) / static_cast<double>(r.queries) : 0;
    report.loss = r.loss;
    report.accuracy = r.accuracy;
    report.seconds = r.seconds;
    report.iterationSeconds = r.seconds - (m_history.empty() ? 0 : m_history.back().seconds);
    report.simulated = r.simulated;
    report.claims = r.claims;
    report.worstPenalty.assign(p.specs.size(), 0);
    report.meeting.assign(p.specs.size(), 0);
    const auto order = m_population.byCost();
    for (std::size_t i = 0; i < std::min(order.size(), Population::kReference); ++i) {
        const Member& m = m_population.members[order[i]];
        for (std::size_t s = 0; s < p.specs.size(); ++s) {
            report.worstPenalty[s] = std::max(report.worstPenalty[s], m.penalties[s]);
            report.meeting[s] += m.penalties[s] == 0 ? 1 : 0;
        }
    }
    if (!order.empty())
        report.bestValues = m_population.members[order.front()].values;
    m_history.push_back(std::move(report));
    m_history.back().outlook = lookAhead(m_history, m_options);
}

/// A line about the session itself, for whoever reads the store.
Expected<void> Session::note(const char* event, const char* ending) const {
    Json line{{"event", event}};
    if (ending)
        line["ending"] = ending;
    else
        line.update(Json{{"max_sims", m_options.mostSims},
                         {"stagnation", m_options.stagnation},
                         {"target", m_options.target},
                         {"max_seconds", m_options.mostSeconds},
                         {kDesignsPerStep, m_options.algorithm.designsPerStep},
                         {kPool, m_options.algorithm.pool}});
    return appendLine(m_folder / kStore, line.dump(), false);
}

void Session::setCriteria(const StopCriteria& criteria) {
    static_cast<StopCriteria&>(m_options) = criteria;
    if (!m_history.empty())
        m_history.back().outlook = lookAhead(m_history, m_options);
}

void Session::setSpecs(const Problem& changed) {
    const bool same = changed.specs.size() == problem().specs.size();
    m_evaluator->setSpecs(changed);
    m_population = {};
    m_history.clear();
    for (Record& r : m_records) {
        if (!same)
            r.critical.clear();
        apply(r);
    }
}

bool Session::converged() const {
    if (m_options.target != Population::kReference)
        return m_population.meetingAll() >= m_options.target;
    if (m_population.members.size() < Population::kReference)
        return false;
    Population copy = m_population;
    dataset::Random random(0, 0);
    return Breeder(problem(), copy, random).converged();
}

bool Session::stagnant() const {
    const std::size_t n = m_options.stagnation;
    return n > 0 && m_history.size() > n + 1 &&
           m_history.back().meanCost >= m_history[m_history.size() - 1 - n].meanCost;
}

std::optional<Ending> Session::ended() const {
    if (converged())
        return Ending::Converged;
    if (m_population.known.size() >= m_options.mostSims)
        return Ending::Budget;
    if (m_options.mostSeconds > 0 && m_history.back().seconds >= m_options.mostSeconds)
        return Ending::Time;
    if (stagnant())
        return Ending::Stagnation;
    return std::nullopt;
}

Expected<Ending> Session::run(const std::function<void(const IterationReport&)>& report,
                              StopToken stop) {
    if (!m_algorithm)
        return fail("OPT-031", "The session was opened to be looked at", {}, m_folder.string());
    // Two that append to one store would spoil it; a killed process lets go of it by itself.
    const PathLock lock(m_folder / kStore);
    if (!lock.isHeld() || sizeOf(m_folder / kStore) != m_bytes)
        return fail("OPT-032", "The session is run by another process, or was meanwhile", {},
                    m_folder.string(), "Wait for it, or choose another folder or seed");
    if (const auto noted = note("start", nullptr); !noted)
        return noted.failure();
    auto ending = iterate(report, std::move(stop));
    const auto noted = note("end", ending ? endingText(*ending) : "failed");
    m_bytes = sizeOf(m_folder / kStore);
    if (!noted && ending)
        return noted.failure();
    return ending;
}

/// A bench that never converges would cost a hundred times its timeout: the start design goes
/// first, and if that cannot be simulated, four of the random ones.
Expected<void> Session::trial(const StopToken& stop) {
    const auto start = m_evaluator->evaluate({problem().nominal()}, stop);
    if (!start)
        return start.failure();
    if (start->front().valid)
        return {};
    dataset::Random random(m_options.algorithm.seed, 0);
    constexpr std::size_t kOthers = 4;
    const auto others = m_evaluator->evaluate(
        randomDesigns(problem(), std::min(kOthers, m_options.algorithm.initial), {}, random), stop);
    if (!others)
        return others.failure();
    if (std::any_of(others->begin(), others->end(), [](const Evaluation& e) { return e.valid; })) {
        log::warning("optimize", "The start design cannot be simulated: " + start->front().failure);
        return {};
    }
    return fail("OPT-041",
                "Nothing can be sized: neither the start design nor any of " +
                    std::to_string(others->size()) + " random ones could be simulated",
                start->front().failure, problem().folder.string(),
                "Look at the bench that is named in brackets, e.g. with: sim measure PROJECT");
}

Expected<Ending> Session::iterate(const std::function<void(const IterationReport&)>& report,
                                  StopToken stop) {
    const WorkClock clock(stop);
    const double before = m_history.empty() ? 0 : m_history.back().seconds;
    const auto& o = m_options.algorithm;
    for (;;) {
        if (stop.shouldStop())
            return Ending::Stopped;
        Record r;
        r.iteration = m_records.size();
        Proposal proposal;
        if (r.iteration == 0) {
            if (const auto fine = trial(stop); !fine)
                return fine.error().code == "OPT-020" ? Expected<Ending>(Ending::Stopped)
                                                      : Expected<Ending>(fine.failure());
            dataset::Random random(o.seed, 0);
            std::set<Design> known;
            for (const Design& d : m_options.first) {
                if (proposal.designs.size() < o.initial && known.insert(d).second)
                    proposal.designs.push_back(d);
            }
            auto others =
                randomDesigns(problem(), o.initial - proposal.designs.size(), known, random);
            proposal.designs.insert(proposal.designs.end(), others.begin(), others.end());
        } else {
            if (const auto end = ended())
                return *end;
            auto proposed = m_algorithm->propose(r.iteration, m_population, *m_evaluator, stop);
            if (!proposed)
                return proposed.error().code == "OPT-020" ? Expected<Ending>(Ending::Stopped)
                                                          : Expected<Ending>(proposed.failure());
            proposal = std::move(*proposed);
            if (proposal.designs.empty() && proposal.stuck)
                return Ending::Stuck;
        }
        auto results = m_evaluator->evaluate(proposal.designs, stop);
        if (!results)
            return results.error().code == "OPT-020" ? Expected<Ending>(Ending::Stopped)
                                                     : Expected<Ending>(results.failure());
        r.designs = std::move(proposal.designs);
        r.evaluations = std::move(*results);
        r.critical = m_population.critical;
        r.leaders = m_population.leaders;
        r.queries = proposal.queries;
        r.loss = proposal.loss;
        r.accuracy = proposal.accuracy;
        std::vector<std::vector<double>> measured;
        for (const Evaluation& e : r.evaluations)
            measured.push_back(e.values);
        r.claims = claimsOf(problem(), proposal.beliefs, measured, proposal.reference);
        r.simulated =
            static_cast<std::size_t>(std::count_if(r.evaluations.begin(), r.evaluations.end(),
                                                   [](const Evaluation& e) { return !e.cached; }));
        r.seconds = before + clock.seconds();
        if (r.iteration == 0 && std::none_of(r.evaluations.begin(), r.evaluations.end(),
                                             [](const Evaluation& e) { return e.valid; }))
            return fail("OPT-023", "None of the initial designs could be simulated",
                        r.evaluations.empty() ? std::string() : r.evaluations.front().failure, {},
                        "Check the benches with: sim measure PROJECT");
        if (const auto written = append(r); !written)
            return written.failure();
        apply(r);
        m_records.push_back(std::move(r));
        if (report)
            report(m_history.back());
        if (proposal.stuck && o.name == "oracle")
            return Ending::Stuck;
    }
}

Expected<std::string> designNetlist(const Problem& problem, const Design& design) {
    netlist::ReadOptions options;
    options.searchPath = problem.searchPath;
    std::string values;
    for (const auto& [name, value] : problem.parameters(design)) {
        options.parameters[name] = value;
        values += "* " + name + " = " + formatSpice(value) + "\n";
    }
    const auto circuit = netlist::readNetlist(problem.benches.front().circuit, options);
    if (!circuit)
        return circuit.failure();
    const std::string deck = netlist::writeFlatDeck(**circuit).text;
    const std::size_t title = deck.find('\n') + 1;
    return deck.substr(0, title) + values + deck.substr(title) + ".end\n";
}

} // namespace ohm::optimize
