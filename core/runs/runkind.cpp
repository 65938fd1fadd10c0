// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runs/runkind.h"

#include "core/base/files.h"
#include "core/learn/run.h"
#include "core/learn/tensorfile.h"
#include "core/runs/sizingrun.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace ohm::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargest = std::size_t{64} << 20;
constexpr int kDeepestKey = 8;

const std::pair<RunKind, const char*> kNames[] = {{RunKind::Training, "training"},
                                                  {RunKind::Sizing, "sizing"},
                                                  {RunKind::Deep, "deep"},
                                                  {RunKind::Parasitics, "parasitics"},
                                                  {RunKind::Maps, "maps"}};

bool has(const fs::path& folder, const char* name) {
    std::error_code ignored;
    return fs::exists(folder / name, ignored);
}

Unexpected noRun(const fs::path& folder, const std::string& why) {
    return fail("LEARN-015", "This is no folder of a run", why, folder.string());
}

void flatten(const YAML::Node& node, const std::string& key, int depth,
             std::map<std::string, std::string>& out) {
    if (node.IsMap() && depth < kDeepestKey) {
        for (const auto& entry : node)
            flatten(entry.second, (key.empty() ? "" : key + ".") + entry.first.as<std::string>(),
                    depth + 1, out);
    } else if (node.IsSequence()) {
        std::string all;
        for (const auto& item : node)
            all += (all.empty() ? "" : ", ") +
                   (item.IsScalar() ? item.as<std::string>() : std::string("..."));
        out[key] = all;
    } else if (node.IsScalar()) {
        out[key] = node.as<std::string>();
    }
}

/// A number as a configuration shows it: 0.001, not 0.0010000000000000000208.
std::string shown(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void flatten(const json& node, const std::string& key, std::map<std::string, std::string>& out) {
    if (node.is_object()) {
        for (const auto& [name, value] : node.items())
            flatten(value, key.empty() ? name : key + "." + name, out);
    } else if (node.is_array()) {
        std::string all;
        for (const json& item : node)
            all += (all.empty() ? "" : ", ") + (item.is_structured() ? "..." : shown(item));
        out[key] = all;
    } else if (!node.is_null()) {
        out[key] = shown(node);
    }
}

Expected<json> readJson(const fs::path& path) {
    const auto bytes = readFile(path, kLargest);
    if (!bytes)
        return bytes.failure();
    json value = json::parse(bytes->view(), nullptr, false);
    if (!value.is_object())
        return fail("LEARN-003", "The file is damaged", {}, path.string());
    return value;
}

/// The description that a network's file begins with.
Expected<json> aboutOf(const fs::path& folder) {
    const auto file = learn::readTensorFile(folder / "model.safetensors", false);
    if (!file)
        return file.failure();
    json about = json::parse(file->about, nullptr, false);
    if (!about.is_object())
        return fail("LEARN-003", "The file is damaged", {}, folder.string());
    return about;
}

/// Numbers of an object under a name, `depth` levels deep.
void addNumbers(std::map<std::string, double>& out, const std::string& name, const json& of,
                int depth = 1) {
    if (!of.is_object() || depth == 0)
        return;
    for (const auto& [key, value] : of.items()) {
        if (value.is_number())
            out[name + "." + key] = value.get<double>();
        addNumbers(out, name + "." + key, value, depth - 1);
    }
}

/// `settings.yaml` of a deep network or a network on maps; undefined if there is none.
YAML::Node settingsFile(const fs::path& folder) {
    const auto bytes = readFile(folder / "settings.yaml", kLargest);
    if (!bytes)
        return YAML::Node(YAML::NodeType::Undefined);
    try {
        return YAML::Load(std::string(bytes->view()));
    } catch (const YAML::Exception&) {
        return YAML::Node(YAML::NodeType::Undefined);
    }
}

/// Figures of an estimator on the designs that it was tested on.
void addTests(std::map<std::string, double>& out, const json& tests) {
    if (!tests.is_object())
        return;
    for (const auto& [design, of] : tests.items()) {
        if (!of.is_object())
            continue;
        const std::string name = "test." + design;
        addNumbers(out, name, of.value("values", json()));
        addNumbers(out, name, of.value("link", json()));
        for (const char* share : {"coverage_90", "coverage_68"}) {
            if (of.contains(share) && of.at(share).is_number())
                out[name + "." + share] = of.at(share).get<double>();
        }
        addNumbers(out, name + ".classes", of.value("classes", json()), 2);
    }
}

/// Steps that an estimator's log tells of, those of all members of an ensemble; and the seconds.
void readSteps(const fs::path& folder, std::int64_t perMember, RunFacts& facts) {
    const auto log = readFile(folder / "log.jsonl", kLargest);
    if (!log)
        return;
    std::string_view text = log->view();
    double seconds = 0, phase = 0;
    std::string of;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const json line = json::parse(text.substr(0, end), nullptr, false);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (!line.is_object())
            continue; // a line that a kill cut short
        const std::int64_t member = line.value("member", std::int64_t{0});
        const std::string now = line.value("phase", "") + std::to_string(member);
        if (now != of) { // seconds are those of a phase
            seconds += phase;
            of = now;
        }
        phase = line.value("seconds", 0.0);
        if (line.value("phase", "") == "train")
            facts.stepsDone = member * perMember + line.value("step", std::int64_t{0});
    }
    facts.metrics["seconds"] = seconds + phase;
}

/// A training of an estimator, finished or not, by its settings, its log and its result.
Expected<RunFacts> estimatorFacts(const fs::path& folder) {
    RunFacts facts;
    facts.kind = RunKind::Parasitics;
    std::int64_t steps = 0;
    try {
        const YAML::Node settings = settingsFile(folder);
        facts.recipe = settings["name"].as<std::string>();
        facts.seed = settings["seed"].as<std::int64_t>();
        steps = settings["steps"].as<std::int64_t>();
        facts.steps = steps * settings["members"].as<std::int64_t>();
    } catch (const YAML::Exception& e) {
        return noRun(folder, e.what());
    }
    readSteps(folder, steps, facts);
    const auto result = readJson(folder / "result.json");
    facts.finished = result.ok() && has(folder, "model.safetensors");
    if (result)
        addTests(facts.metrics, result->value("test", json()));
    return facts;
}

/// A training by epochs, finished or not, by its settings, its lines and its result.
Expected<RunFacts> epochFacts(const fs::path& folder, RunKind kind) {
    RunFacts facts;
    facts.kind = kind;
    try {
        const YAML::Node settings = settingsFile(folder);
        facts.recipe = settings["name"].as<std::string>();
        facts.seed = settings["seed"].as<std::int64_t>();
        facts.steps = settings["steps"].as<std::int64_t>();
    } catch (const YAML::Exception& e) {
        return noRun(folder, e.what());
    }
    if (const auto log = readFile(folder / "epochs.jsonl", kLargest)) {
        const auto text = log->view();
        facts.stepsDone = std::count(text.begin(), text.end(), '\n');
    }
    const auto result = readJson(folder / "result.json");
    facts.finished = result.ok() && has(folder, "model.safetensors");
    if (!result)
        return facts;
    for (const char* part : {"validation", "test"})
        addNumbers(facts.metrics, part, result->value(part, json()), 2);
    for (const char* name : {"best_epoch", "seconds_per_epoch", "peak_bytes"}) {
        if (result->contains(name) && result->at(name).is_number())
            facts.metrics[name] = result->at(name).get<double>();
    }
    return facts;
}

void addMetrics(std::map<std::string, double>& out, const std::string& split,
                const learn::RegressionMetrics& m) {
    for (const auto& [k, value] : m.accAt)
        out[split + ".acc_at_" + std::to_string(k)] = value;
    out[split + ".mae"] = m.mae;
    out[split + ".mse"] = m.mse;
    out[split + ".r2"] = m.r2;
}

Expected<RunFacts> trainingFacts(const fs::path& folder) {
    const auto info = learn::readRun(folder);
    if (!info)
        return info.failure();
    RunFacts facts;
    facts.recipe = info->recipe.name;
    facts.seed = static_cast<std::int64_t>(info->recipe.seed);
    facts.steps = info->recipe.steps;
    facts.finished = info->finished;
    if (info->validation)
        addMetrics(facts.metrics, "validation", *info->validation);
    else if (!info->log.empty() && info->log.back().validation)
        addMetrics(facts.metrics, "validation", *info->log.back().validation);
    if (info->test)
        addMetrics(facts.metrics, "test", *info->test);
    if (!info->log.empty()) {
        facts.stepsDone = info->log.back().step;
        facts.metrics["seconds"] = info->log.back().seconds;
        facts.metrics["graphs_per_second"] = info->log.back().graphsPerSecond;
        facts.metrics["train_loss"] = info->log.back().trainLoss;
    }
    return facts;
}

Expected<RunFacts> sizingFacts(const fs::path& folder) {
    const auto run = readSizingRun(folder);
    if (!run)
        return run.failure();
    RunFacts facts;
    facts.kind = RunKind::Sizing;
    facts.recipe = run->problem + ", " + run->algorithm;
    facts.seed = static_cast<std::int64_t>(run->seed);
    facts.steps = static_cast<std::int64_t>(run->budget);
    facts.finished = run->finished;
    if (!run->history.empty()) {
        const auto& last = run->history.back();
        facts.stepsDone = static_cast<std::int64_t>(last.sims);
        facts.metrics = {{"sims", static_cast<double>(last.sims)},
                         {"queries", static_cast<double>(last.queries)},
                         {"failures", static_cast<double>(last.failures)},
                         {"best_cost", last.bestCost},
                         {"mean_cost_20", last.meanCost},
                         {"designs_met", static_cast<double>(last.meetingAll)},
                         {"seconds", last.seconds}};
    } else {
        facts.stepsDone = static_cast<std::int64_t>(run->stored);
        facts.metrics = {{"sims", static_cast<double>(run->stored)}};
    }
    return facts;
}

Expected<RunFacts> networkFacts(const fs::path& folder, RunKind kind) {
    if (has(folder, "settings.yaml"))
        return kind == RunKind::Parasitics ? estimatorFacts(folder) : epochFacts(folder, kind);
    const auto result = readJson(folder / "result.json");
    if (!result)
        return noRun(folder, result.error().text);
    const auto about = aboutOf(folder);
    if (!about)
        return noRun(folder, about.error().text);
    RunFacts facts;
    facts.kind = kind;
    facts.finished = true;
    try {
        facts.seed = result->value("seed", std::int64_t{0});
        if (kind == RunKind::Deep) {
            const json& network = about->at("network");
            facts.recipe = network.at("block").get<std::string>() + ", " +
                           std::to_string(network.at("layers").get<int>()) + " layers";
            const std::string epochs = about->at("provenance").value("epochs", "0");
            facts.steps = facts.stepsDone = std::atoll(epochs.c_str());
            addNumbers(facts.metrics, "validation", result->value("validation", json()));
            addNumbers(facts.metrics, "test", result->value("test", json()));
            for (const char* name : {"best_epoch", "seconds_per_epoch", "peak_bytes"}) {
                if (result->contains(name) && result->at(name).is_number())
                    facts.metrics[name] = result->at(name).get<double>();
            }
        } else {
            const json& spec = about->at("spec");
            facts.recipe =
                spec.at("method").get<std::string>() + ", " + spec.at("task").get<std::string>();
            facts.steps = facts.stepsDone = spec.at("steps").get<std::int64_t>();
            addTests(facts.metrics, result->at("test"));
        }
    } catch (const json::exception& e) {
        return noRun(folder, e.what());
    }
    return facts;
}

} // namespace

std::string nameOf(RunKind kind) {
    for (const auto& [k, name] : kNames) {
        if (k == kind)
            return name;
    }
    return kNames[0].second;
}

RunKind kindNamed(const std::string& name) {
    for (const auto& [k, known] : kNames) {
        if (known == name)
            return k;
    }
    return RunKind::Training;
}

std::optional<RunKind> kindOf(const fs::path& folder) {
    if (has(folder, "recipe.yaml"))
        return RunKind::Training;
    if (has(folder, kSizingFile) || has(folder, "session.jsonl"))
        return RunKind::Sizing;
    if (const YAML::Node settings = settingsFile(folder);
        settings.IsDefined() && settings.IsMap()) {
        const YAML::Node kind = settings["kind"];
        for (const RunKind known : {RunKind::Deep, RunKind::Maps, RunKind::Parasitics}) {
            if (kind.IsDefined() && kind.IsScalar() && kind.Scalar() == nameOf(known))
                return known;
        }
    }
    if (!has(folder, "result.json") || !has(folder, "model.safetensors"))
        return std::nullopt;
    if (has(folder, "epochs.jsonl")) // from before there were settings
        return RunKind::Deep;
    const auto result = readJson(folder / "result.json");
    return result && result->contains("parameters") && result->contains("test")
               ? std::optional(RunKind::Parasitics)
               : std::nullopt;
}

std::string shownName(const std::filesystem::path& run) {
    const std::string name = run.filename().string();
    const std::string around = run.parent_path().filename().string();
    const bool seed = name.starts_with("seed-") && name.size() > 5 &&
                      std::all_of(name.begin() + 5, name.end(),
                                  [](unsigned char c) { return std::isdigit(c) != 0; });
    return seed && !around.empty() ? around + "/" + name : name;
}

std::vector<fs::path> runFolders(const fs::path& root) {
    std::vector<fs::path> runs;
    const auto look = [&](const auto& self, const fs::path& folder, int depth) -> void {
        std::vector<fs::path> below;
        std::error_code ignored;
        for (fs::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
            std::error_code broken;
            if (it->is_directory(broken) && !it->is_symlink(broken) &&
                !it->path().filename().string().starts_with("."))
                below.push_back(it->path());
        }
        std::sort(below.begin(), below.end());
        for (const fs::path& path : below) {
            if (kindOf(path))
                runs.push_back(path);
            else if (depth + 1 < kDeepestRun)
                self(self, path, depth + 1);
        }
    };
    look(look, root, 0);
    return runs;
}

Expected<RunFacts> factsOf(const fs::path& folder) {
    const auto kind = kindOf(folder);
    if (!kind)
        return noRun(folder, "it holds neither recipe.yaml nor the files of another kind of run");
    switch (*kind) {
    case RunKind::Training:
        return trainingFacts(folder);
    case RunKind::Sizing:
        return sizingFacts(folder);
    default:
        return networkFacts(folder, *kind);
    }
}

Expected<std::map<std::string, std::string>> settingsOf(const fs::path& folder) {
    std::map<std::string, std::string> out;
    const auto kind = kindOf(folder);
    if (!kind || *kind == RunKind::Training) {
        const auto bytes = readFile(folder / "recipe.yaml", kLargest);
        if (!bytes)
            return noRun(folder, bytes.error().text);
        try {
            flatten(YAML::Load(std::string(bytes->view())), {}, 0, out);
        } catch (const YAML::Exception& e) {
            return noRun(folder, e.what());
        }
        return out;
    }
    if (*kind == RunKind::Sizing) {
        const auto run = readSizingRun(folder);
        if (!run)
            return run.failure();
        return run->settings();
    }
    if (const YAML::Node settings = settingsFile(folder); settings.IsDefined()) {
        flatten(settings, {}, 0, out);
        return out;
    }
    const auto about = aboutOf(folder);
    if (!about)
        return noRun(folder, about.error().text);
    for (const char* part : {"network", "spec", "label", "features", "provenance"}) {
        if (about->contains(part))
            flatten(about->at(part), part, out);
    }
    // What was asked for, where the run says it; and what differs between any two runs.
    if (const auto result = readJson(folder / "result.json");
        result && result->contains("settings"))
        flatten(result->at("settings"), {}, out);
    out.erase("provenance.command");
    out.erase("provenance.best_epoch");
    return out;
}

std::int64_t changeOf(const fs::path& folder) {
    std::int64_t latest = 0;
    for (const char* name : {"recipe.yaml", "log.jsonl", "result.json", "session.jsonl",
                             kSizingFile, "epochs.jsonl", "settings.yaml", "attempts.jsonl"}) {
        std::error_code error;
        const auto time = fs::last_write_time(folder / name, error);
        if (!error)
            latest =
                std::max(latest, static_cast<std::int64_t>(
                                     std::chrono::duration_cast<std::chrono::milliseconds>(
                                         std::chrono::file_clock::to_sys(time).time_since_epoch())
                                         .count()));
    }
    return latest;
}

std::string fileHash(const fs::path& path) {
    const auto bytes = readFile(path);
    if (!bytes)
        return {};
    std::uint64_t hash = 1469598103934665603ull;
    for (const char c : bytes->view())
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    char text[20];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

} // namespace ohm::runs
