// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/run.h"

#include "core/base/files.h"
#include "core/learn/prepare.h"
#include "core/learn/runjournal.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

namespace ohm::learn {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json metricsJson(const RegressionMetrics& m) {
    Json acc = Json::object();
    for (const auto& [k, value] : m.accAt)
        acc[std::to_string(k)] = value;
    return {{"acc_at", acc},
            {"mse", number(m.mse)},
            {"mae", number(m.mae)},
            {"r2", number(m.r2)},
            {"count", m.count}};
}

RegressionMetrics metricsFrom(const Json& j) {
    RegressionMetrics m;
    for (const auto& [k, value] : j.at("acc_at").items())
        m.accAt[std::stoi(k)] = value.get<double>();
    const auto value = [&](const char* key) {
        return j.at(key).is_null() ? std::nan("") : j.at(key).get<double>();
    };
    m.mse = value("mse");
    m.mae = value("mae");
    m.r2 = value("r2");
    m.count = j.at("count").get<std::size_t>();
    return m;
}

Expected<std::string> textOf(const fs::path& path) {
    const auto bytes = readFile(path, std::size_t{256} << 20);
    if (!bytes)
        return bytes.failure();
    return std::string(bytes->view());
}

std::vector<TrainingReport> readLog(const fs::path& path) {
    std::vector<TrainingReport> log;
    const auto text = textOf(path);
    if (!text)
        return log;
    std::size_t begin = 0;
    while (begin < text->size()) {
        const std::size_t end = text->find('\n', begin);
        if (end == std::string::npos)
            break; // a line that a kill cut short
        if (const auto report = parseReport(text->substr(begin, end - begin)))
            log.push_back(*report);
        begin = end + 1;
    }
    return log;
}

/// Files that a kill left half written ("NAME.XXXXXX" of writeFileAtomically).
void removeLeftovers(const fs::path& folder) {
    std::error_code ignored;
    std::vector<fs::path> leftovers;
    for (fs::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
        const std::string name = it->path().filename().string();
        for (const char* whole : {"snapshot.safetensors.", "model.safetensors.", "log.jsonl.",
                                  "recipe.yaml.", "result.json."}) {
            if (name.rfind(whole, 0) == 0 && name.size() == std::strlen(whole) + 6)
                leftovers.push_back(it->path());
        }
    }
    for (const fs::path& path : leftovers)
        fs::remove(path, ignored);
}

/// FNV-1a of a file, for result.json.
std::string hashOf(const fs::path& path) {
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

Expected<void> writeResult(const RunRequest& request, const TrainingResult& result,
                           const std::string& engineName, double seconds) {
    Json inputs = Json::object();
    for (const std::string& name : request.data.empty() ? request.recipe.data : request.data) {
        std::error_code ignored;
        inputs[name] = fs::exists(name, ignored) ? Json(hashOf(name)) : Json("generated");
    }
    if (request.from)
        inputs[request.from->string()] = hashOf(*request.from);
    Json out = {{"recipe", request.recipe.name},
                {"seed", request.recipe.seed},
                {"steps", result.last.step},
                {"seconds", seconds},
                {"graphs_per_second", number(result.last.graphsPerSecond)},
                {"device", request.device},
                {"engine", engineName},
                {"version", OHMSCAPE_VERSION},
                {"command", request.command},
                {"inputs", inputs}};
    if (result.last.validation)
        out["validation"] = metricsJson(*result.last.validation);
    if (result.test)
        out["test"] = metricsJson(*result.test);
    return writeFileAtomically(request.folder / "result.json", out.dump(2) + "\n");
}

} // namespace

std::string metricsText(const RegressionMetrics& metrics) {
    return metricsJson(metrics).dump();
}

std::string reportLine(const TrainingReport& r) {
    Json j = {{"step", r.step},
              {"steps", r.steps},
              {"epoch", r.epoch},
              {"rate", r.rate},
              {"train_loss", number(r.trainLoss)},
              {"seconds", r.seconds},
              {"graphs_per_second", number(r.graphsPerSecond)},
              {"skipped", r.skipped}};
    if (r.selected)
        j["selected"] = number(*r.selected);
    if (r.overlap)
        j["overlap"] = number(*r.overlap);
    if (r.validationLoss)
        j["validation_loss"] = number(*r.validationLoss);
    if (r.validation)
        j["validation"] = metricsJson(*r.validation);
    return j.dump();
}

std::optional<TrainingReport> parseReport(const std::string& line) {
    try {
        const Json j = Json::parse(line);
        TrainingReport r;
        r.step = j.at("step").get<std::int64_t>();
        r.steps = j.at("steps").get<std::int64_t>();
        r.epoch = j.at("epoch").get<double>();
        r.rate = j.at("rate").get<double>();
        r.trainLoss =
            j.at("train_loss").is_null() ? std::nan("") : j.at("train_loss").get<double>();
        r.seconds = j.at("seconds").get<double>();
        r.graphsPerSecond =
            j.at("graphs_per_second").is_null() ? 0 : j.at("graphs_per_second").get<double>();
        r.skipped = j.value("skipped", std::int64_t{0});
        for (const auto& [key, to] :
             {std::pair{"selected", &r.selected}, std::pair{"overlap", &r.overlap}}) {
            if (j.contains(key) && j.at(key).is_number())
                *to = j.at(key).get<double>();
        }
        if (j.contains("validation_loss") && !j.at("validation_loss").is_null())
            r.validationLoss = j.at("validation_loss").get<double>();
        if (j.contains("validation"))
            r.validation = metricsFrom(j.at("validation"));
        return r;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

Expected<TrainingResult> runTraining(const RunRequest& request, StopToken stop,
                                     ProgressSink& progress) {
    const auto loaded = engine();
    if (!loaded)
        return loaded.failure();
    const fs::path& folder = request.folder;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return fail("BASE-010", "The run's folder cannot be made", error.message(),
                    folder.string());
    auto journal = RunJournal::open(folder);
    if (!journal)
        return journal.failure();
    if (fs::exists(folder / "result.json", error))
        return fail("LEARN-014", "This folder holds a finished run", {}, folder.string(),
                    "Name another folder");
    removeLeftovers(folder);
    TrainingOptions options;
    if (request.from) {
        auto from = readCheckpoint(*request.from);
        if (!from)
            return from.failure();
        options.from = std::move(*from);
    }
    Recipe recipe = request.recipe;
    if (!request.data.empty())
        recipe.data = request.data;
    const std::string text = recipeText(recipe);
    const fs::path recipeFile = folder / "recipe.yaml";
    if (fs::exists(recipeFile, error) && !failedAtOnce(folder)) {
        const auto before = textOf(recipeFile);
        if (before && *before != text)
            return fail("LEARN-014", "This folder holds a run by another recipe", {},
                        folder.string(), "Name another folder");
    } else {
        const auto written = writeFileAtomically(recipeFile, text);
        if (!written)
            return written.failure();
    }
    // A resumed run goes on from its snapshot: lines beyond it are taken again.
    const fs::path logFile = folder / "log.jsonl";
    std::vector<TrainingReport> log = readLog(logFile);
    std::int64_t from = 0;
    options.snapshot = folder / "snapshot.safetensors";
    if (fs::exists(options.snapshot, error)) {
        if (const auto snapshot = readCheckpoint(options.snapshot); snapshot && snapshot->training)
            from = snapshot->training->step;
    }
    std::string kept;
    double spent = 0;
    for (const auto& report : log) {
        if (report.step > from)
            break;
        kept += reportLine(report) + "\n";
        spent = report.seconds;
    }
    const auto ended = [&](const Error& why) {
        journal->failed(why, stop.stopRequested());
        return Unexpected{why};
    };
    if (const auto rewritten = writeFileAtomically(logFile, kept); !rewritten)
        return ended(rewritten.error());
    std::ofstream append(logFile, std::ios::app);
    if (const auto begun = journal->begin(from); !begun)
        return ended(begun.error());
    auto data = prepareData(recipe, {}, stop, progress);
    if (!data)
        return ended(data.error());
    auto fitted = fitToData(recipe, *data);
    if (!fitted)
        return ended(fitted.error());
    options.device = request.device;
    options.ks = request.ks;
    bool logFailed = false;
    options.report = [&](const TrainingReport& told) {
        TrainingReport report = told;
        report.seconds += spent;
        append << reportLine(report) << '\n' << std::flush;
        logFailed = logFailed || !append;
        if (request.report)
            request.report(report);
    };
    auto result = (*loaded)->train(*fitted, *data, options, stop, progress);
    if (!result)
        return ended(result.error());
    if (logFailed)
        return ended({"BASE-010", "The run's log could not be written", {}, logFile.string(), {}});
    const auto model = writeCheckpoint(result->checkpoint, folder / "model.safetensors");
    if (!model)
        return ended(model.error());
    const auto written =
        writeResult(request, *result, (*loaded)->description(), result->last.seconds + spent);
    if (!written)
        return ended(written.error());
    fs::remove(options.snapshot, error);
    journal->finished();
    return result;
}

const RegressionMetrics* RunInfo::last() const {
    if (test)
        return &*test;
    if (validation)
        return &*validation;
    for (auto report = log.rbegin(); report != log.rend(); ++report) {
        if (report->validation)
            return &*report->validation;
    }
    return nullptr;
}

Expected<RunInfo> readRun(const fs::path& folder) {
    RunInfo info;
    info.folder = folder;
    auto recipe = readRecipe(folder / "recipe.yaml");
    if (!recipe)
        return fail("LEARN-015", "This is no folder of a run", recipe.error().text,
                    folder.string());
    info.recipe = std::move(*recipe);
    info.log = readLog(folder / "log.jsonl");
    std::error_code ignored;
    info.resumable = fs::exists(folder / "snapshot.safetensors", ignored);
    if (const auto text = textOf(folder / "result.json")) {
        try {
            const Json j = Json::parse(*text);
            info.finished = fs::exists(folder / "model.safetensors", ignored);
            if (j.contains("validation"))
                info.validation = metricsFrom(j.at("validation"));
            if (j.contains("test"))
                info.test = metricsFrom(j.at("test"));
            if (j.contains("inputs")) {
                for (const auto& [name, hash] : j.at("inputs").items())
                    info.inputs[name] = hash.get<std::string>();
            }
        } catch (const std::exception&) {
            info.finished = false;
        }
    }
    return info;
}

std::vector<RunInfo> listRuns(const fs::path& root) {
    constexpr int kDeepest = 4; // folders in folders; several seeds of one training, say
    std::vector<std::pair<fs::file_time_type, RunInfo>> found;
    const auto look = [&](const auto& self, const fs::path& folder, int depth) -> void {
        std::error_code ignored;
        for (fs::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
            std::error_code broken;
            if (!it->is_directory(broken) || it->path().filename().string().starts_with("."))
                continue; // hidden ones hold what was thrown away
            if (auto run = readRun(it->path()))
                found.emplace_back(fs::last_write_time(it->path() / "recipe.yaml", broken),
                                   std::move(*run));
            else if (depth + 1 < kDeepest && !it->is_symlink(broken))
                self(self, it->path(), depth + 1);
        }
    };
    look(look, root, 0);
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<RunInfo> runs;
    for (auto& item : found)
        runs.push_back(std::move(item.second));
    return runs;
}

} // namespace ohm::learn
