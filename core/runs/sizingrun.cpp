// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/sizingrun.h"

#include "core/base/files.h"
#include "core/optimize/store.h"
#include "core/runs/runkind.h"
#include "core/runs/runstore.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace ohm::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::size_t kLargest = std::size_t{256} << 20;
constexpr std::chrono::seconds kPatience{2};

json optional(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? json(*value) : json(nullptr);
}

std::optional<double> optional(const json& of, const char* key) {
    const auto at = of.find(key);
    return at == of.end() || !at->is_number() ? std::nullopt : std::optional(at->get<double>());
}

json finite(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}

double number(const json& of, const char* key) {
    return optional(of, key).value_or(std::nan(""));
}

json historyJson(const std::vector<optimize::IterationReport>& history) {
    json all = json::array();
    for (const auto& r : history)
        all.push_back({{"iteration", r.iteration},
                       {"sims", r.sims},
                       {"queries", r.queries},
                       {"failures", r.failures},
                       {"best_cost", finite(r.bestCost)},
                       {"mean_cost_20", finite(r.meanCost)},
                       {"designs_met", r.meetingAll},
                       {"specs_met", r.meeting},
                       {"acceptance", finite(r.acceptance)},
                       {"seconds", r.seconds}});
    return all;
}

json judgedJson(const std::vector<SizingRun::Judged>& judged) {
    json all = json::array();
    for (const auto& j : judged) {
        const optimize::Calibration& c = j.figures;
        json bins = json::array();
        for (const auto& bin : c.bins)
            bins.push_back({bin.low, bin.high, bin.count, bin.said, bin.came.passing});
        all.push_back({{"spec", j.spec},
                       {"claim", j.better ? "better" : "meets"},
                       {"count", c.count},
                       {"came", c.came.passing},
                       {"said", c.said},
                       {"right", c.right},
                       {"brier", c.brier},
                       {"error", c.error},
                       {"bins", bins}});
    }
    return all;
}

std::vector<SizingRun::Judged> judgedOf(const json& all) {
    std::vector<SizingRun::Judged> judged;
    for (const json& from : all) {
        const auto unknown = [](const json& value) { return value.is_null(); };
        const json& bins = from.at("bins");
        if (std::any_of(from.begin(), from.end(), unknown) ||
            std::any_of(bins.begin(), bins.end(), [&](const json& bin) {
                return std::any_of(bin.begin(), bin.end(), unknown);
            }))
            continue; // its judge once said what is no number
        SizingRun::Judged j;
        j.spec = from.at("spec");
        j.better = from.at("claim") == "better";
        optimize::Calibration& c = j.figures;
        c.count = from.at("count");
        c.came = optimize::shareOf(from.at("came"), c.count);
        c.said = from.at("said");
        c.right = from.at("right");
        c.brier = from.at("brier");
        c.error = from.at("error");
        for (const json& bin : bins)
            c.bins.push_back({bin.at(0), bin.at(1), bin.at(2), bin.at(3),
                              optimize::shareOf(bin.at(4), bin.at(2))});
        judged.push_back(std::move(j));
    }
    return judged;
}

optimize::IterationReport reportOf(const json& line) {
    optimize::IterationReport r;
    r.iteration = line.at("iteration");
    r.sims = line.at("sims");
    r.queries = line.at("queries");
    r.failures = line.at("failures");
    r.bestCost = number(line, "best_cost");
    r.meanCost = number(line, "mean_cost_20");
    r.meetingAll = line.at("designs_met");
    r.meeting = line.at("specs_met").get<std::vector<std::size_t>>();
    r.acceptance = number(line, "acceptance");
    r.seconds = line.at("seconds");
    return r;
}

Unexpected noRun(const fs::path& path, const std::string& why) {
    return fail("LEARN-015", "This is no folder of a run", why, path.string());
}

/// What the store itself says, of a session without a record.
Expected<SizingRun> fromStore(const fs::path& folder) {
    const auto lines = optimize::readLines(folder / "session.jsonl");
    if (!lines || lines->empty())
        return noRun(folder, lines ? "session.jsonl is empty" : lines.error().text);
    const json header = json::parse(lines->front(), nullptr, false);
    if (!header.is_object() || !header.contains("ohmscape-session"))
        return noRun(folder, "session.jsonl is not a sizing session");
    SizingRun run;
    std::vector<optimize::IterationReport> claimed; // the costs need the specs, claims do not
    try {
        run.problem = header.value("problem", "");
        run.algorithm = header.value("algorithm", "");
        run.seed = header.value("seed", std::uint64_t{0});
        run.initial = header.value("initial", std::size_t{0});
        run.perIteration = header.value("per_iteration", std::size_t{0});
        run.gradientSteps = header.value("gradient_steps", std::size_t{0});
        run.meetsHeads = header.value("meets_heads", true);
        run.backbone = header.value("backbone", "");
        const optimize::JudgeSettings judge = optimize::judgeSettingsOf(*lines);
        run.designsPerStep = judge.designsPerStep.value_or(0);
        run.pool = judge.pool.value_or(0);
        if (header.contains("first"))
            run.given = header["first"].size();
        for (std::size_t i = 1; i < lines->size(); ++i) {
            const json line = json::parse((*lines)[i], nullptr, false);
            if (!line.is_object() || !line.contains("designs"))
                continue;
            run.stored += line.at("designs").size();
            claimed.emplace_back().claims = optimize::storedClaims(line);
        }
        run.judged = runs::judgedOf(claimed);
    } catch (const json::exception& e) {
        return noRun(folder, e.what());
    }
    return run;
}

/// A number without the noise of its last bits.
std::string plain(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.10g", value);
    return text;
}

} // namespace

std::map<std::string, std::string> SizingRun::settings() const {
    std::map<std::string, std::string> out{{"problem", problem},
                                           {"algorithm", algorithm},
                                           {"seed", std::to_string(seed)},
                                           {"initial", std::to_string(initial)},
                                           {"per_iteration", std::to_string(perIteration)}};
    if (given > 0)
        out["given_designs"] = std::to_string(given);
    if (budget > 0)
        out["max_sims"] = std::to_string(budget);
    if (algorithm.starts_with("bagnet")) {
        out["gradient_steps"] = std::to_string(gradientSteps);
        out["meets_heads"] = meetsHeads ? "true" : "false";
        if (designsPerStep > 0)
            out["designs_per_step"] = std::to_string(designsPerStep);
        if (pool > 0)
            out["pool"] = std::to_string(pool);
        if (!backbone.empty())
            out["backbone"] = backbone.filename().string();
    }
    for (const Variable& v : variables)
        out["variables." + v.name] = plain(v.low) + " to " + plain(v.high) +
                                     (v.step > 0 ? ", step " + plain(v.step) : "") +
                                     (v.logarithmic ? ", logarithmic" : "");
    for (const Spec& s : specs) {
        if (s.min)
            out["specs." + s.name + ".min"] = plain(*s.min);
        if (s.max)
            out["specs." + s.name + ".max"] = plain(*s.max);
        if (s.weight != 1)
            out["specs." + s.name + ".weight"] = plain(s.weight);
    }
    return out;
}

std::vector<SizingRun::Judged> judgedOf(const std::vector<optimize::IterationReport>& history) {
    std::vector<SizingRun::Judged> judged;
    for (const bool better : {false, true}) {
        std::vector<std::pair<std::string, std::vector<optimize::Claim>>> claims;
        for (const auto& r : history) {
            for (const auto& of : r.claims) {
                auto at = std::find_if(claims.begin(), claims.end(),
                                       [&](const auto& known) { return known.first == of.spec; });
                if (at == claims.end())
                    at = claims.insert(claims.end(), {of.spec, {}});
                const auto& said = better ? of.better : of.meets;
                at->second.insert(at->second.end(), said.begin(), said.end());
            }
        }
        for (const auto& [spec, list] : claims) {
            if (!list.empty())
                judged.push_back({spec, better, optimize::calibrationOf(list)});
        }
    }
    return judged;
}

SizingRun describeSizing(const optimize::Session& session) {
    const optimize::Problem& problem = session.problem();
    const optimize::AlgorithmOptions& a = session.options().algorithm;
    SizingRun run;
    run.problem = problem.name;
    run.algorithm = a.name;
    run.backbone = a.backbone;
    run.seed = a.seed;
    run.initial = a.initial;
    run.perIteration = a.perIteration;
    run.gradientSteps = a.gradientSteps;
    run.meetsHeads = a.meetsHeads;
    run.budget = session.options().mostSims;
    run.designsPerStep = a.designsPerStep;
    run.pool = a.pool;
    run.given = session.options().first.size();
    run.history = session.history();
    run.judged = judgedOf(run.history);
    const auto& population = session.population();
    run.stored = population.known.size();
    const auto order = population.byCost();
    const optimize::Member* best = order.empty() ? nullptr : &population.members[order.front()];
    if (best)
        run.bestCost = best->cost;
    for (std::size_t v = 0; v < problem.variables.size(); ++v) {
        const optimize::Variable& from = problem.variables[v];
        run.variables.push_back({from.name, from.unit, from.low, from.high, from.step,
                                 from.logarithmic,
                                 best ? std::optional(from.value(best->design[v])) : std::nullopt});
    }
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        const optimize::Spec& from = problem.specs[s];
        const std::size_t measure = problem.measureOf[s];
        run.specs.push_back({from.name, problem.measures[measure].unit, from.min, from.max,
                             from.weight,
                             best ? std::optional(best->values[measure]) : std::nullopt,
                             best && best->penalties[s] == 0});
    }
    return run;
}

Expected<void> writeSizingRun(const SizingRun& run, const fs::path& folder) {
    json variables = json::array(), specs = json::array();
    for (const auto& v : run.variables)
        variables.push_back({{"name", v.name},
                             {"unit", v.unit},
                             {"low", v.low},
                             {"high", v.high},
                             {"step", v.step},
                             {"logarithmic", v.logarithmic},
                             {"best", optional(v.best)}});
    for (const auto& s : run.specs)
        specs.push_back({{"name", s.name},
                         {"unit", s.unit},
                         {"min", optional(s.min)},
                         {"max", optional(s.max)},
                         {"weight", s.weight},
                         {"best", optional(s.best)},
                         {"met", s.met}});
    const json out{{"ohmscape-sizing", kVersion},
                   {"problem", run.problem},
                   {"project", run.project.string()},
                   {"algorithm", run.algorithm},
                   {"backbone", run.backbone.string()},
                   {"seed", run.seed},
                   {"initial", run.initial},
                   {"per_iteration", run.perIteration},
                   {"gradient_steps", run.gradientSteps},
                   {"meets_heads", run.meetsHeads},
                   {"designs_per_step", run.designsPerStep},
                   {"pool", run.pool},
                   {"given_designs", run.given},
                   {"judged", judgedJson(run.judged)},
                   {"max_sims", run.budget},
                   {"stored", run.stored},
                   {"command", run.command},
                   {"version", run.version},
                   {"ending", run.ending},
                   {"finished", run.finished},
                   {"inputs", run.inputs},
                   {"variables", variables},
                   {"specs", specs},
                   {"best_cost", optional(run.bestCost)},
                   {"history", historyJson(run.history)}};
    return writeFileAtomically(folder / kSizingFile,
                               out.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

Expected<SizingRun> readSizingRun(const fs::path& folder) {
    const auto bytes = readFile(folder / kSizingFile, kLargest);
    if (!bytes)
        return fromStore(folder);
    const json in = json::parse(bytes->view(), nullptr, false);
    if (!in.is_object() || in.value("ohmscape-sizing", 0) != kVersion)
        return noRun(folder, "sizing.json is damaged or of another version");
    SizingRun run;
    try {
        run.problem = in.at("problem");
        run.project = in.at("project").get<std::string>();
        run.algorithm = in.at("algorithm");
        run.backbone = in.at("backbone").get<std::string>();
        run.seed = in.at("seed");
        run.initial = in.at("initial");
        run.perIteration = in.at("per_iteration");
        run.gradientSteps = in.at("gradient_steps");
        run.meetsHeads = in.at("meets_heads");
        run.budget = in.at("max_sims");
        run.designsPerStep = in.value("designs_per_step", std::size_t{0}); // not in older ones
        run.pool = in.value("pool", std::size_t{0});
        run.given = in.value("given_designs", std::size_t{0});
        run.judged = judgedOf(in.value("judged", json::array()));
        run.stored = in.at("stored");
        run.command = in.at("command");
        run.version = in.at("version");
        run.ending = in.at("ending");
        run.finished = in.at("finished");
        run.inputs = in.at("inputs").get<std::map<std::string, std::string>>();
        for (const json& v : in.at("variables"))
            run.variables.push_back({v.at("name"), v.at("unit"), v.at("low"), v.at("high"),
                                     v.at("step"), v.at("logarithmic"), optional(v, "best")});
        for (const json& s : in.at("specs"))
            run.specs.push_back({s.at("name"), s.at("unit"), optional(s, "min"), optional(s, "max"),
                                 s.at("weight"), optional(s, "best"), s.at("met")});
        for (const json& line : in.at("history"))
            run.history.push_back(reportOf(line));
        run.bestCost = optional(in, "best_cost");
    } catch (const json::exception& e) {
        return noRun(folder, e.what());
    }
    return run;
}

SizingRecorder::SizingRecorder(fs::path folder, fs::path project, std::string command,
                               fs::path store)
    : m_folder(std::move(folder))
    , m_project(std::move(project))
    , m_store(std::move(store))
    , m_command(std::move(command)) {
    std::error_code ignored;
    const fs::path file =
        fs::is_directory(m_project, ignored) ? m_project / "project.yaml" : m_project;
    if (const std::string hash = fileHash(file); !hash.empty())
        m_inputs[file.string()] = hash;
}

void SizingRecorder::update(const optimize::Session& session) {
    const auto now = std::chrono::steady_clock::now();
    if (m_listed && now - m_written < kPatience)
        return;
    write(session, {}, false);
    m_written = now;
}

void SizingRecorder::finish(const optimize::Session& session, optimize::Ending ending) {
    write(session, optimize::endingText(ending), ending != optimize::Ending::Stopped);
    registerRun(m_folder, m_store);
}

void SizingRecorder::write(const optimize::Session& session, const std::string& ending,
                           bool finished) {
    SizingRun run = describeSizing(session);
    run.project = m_project;
    run.command = m_command;
    run.version = OHMSCAPE_VERSION;
    run.ending = ending;
    run.finished = finished;
    run.inputs = m_inputs;
    if (!run.backbone.empty()) {
        std::string& hash = m_inputs[run.backbone.string()];
        if (hash.empty())
            hash = fileHash(run.backbone);
        run.inputs = m_inputs;
    }
    if (const auto written = writeSizingRun(run, m_folder); written && !m_listed)
        registerRun(m_folder, m_store);
    m_listed = true;
}

void registerRun(const fs::path& folder, const fs::path& store) {
    auto list = RunStore::open(store.empty() ? RunStore::defaultFolder() : store);
    if (list)
        (void)list->add(folder);
}

} // namespace ohm::runs
