// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deeptrain/run.h"

#include "core/base/units.h"
#include "core/learn/networkfile.h"
#include "core/learn/runfolder.h"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace ohm::deeptrain {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;
constexpr const char* kKind = "deep-training";
constexpr int kVersion = 1;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}
Json number(const std::optional<double>& value) {
    return value ? number(*value) : Json(nullptr);
}

Json figuresJson(const PartFigures& f) {
    if (f.designs == 0)
        return nullptr;
    return {{"designs", f.designs},
            {"nodes", f.nodes},
            {"mse", number(f.mse)},
            {"mae", number(f.mae)},
            {"max_error", number(f.maxError)},
            {"p99_error", number(f.p99Error)},
            {"pearson", number(f.pearson)},
            {"spearman", number(f.spearman)},
            {"kendall", number(f.kendall)},
            {"r2", number(f.r2)},
            {"nrmse", number(f.nrmse)},
            {"peak_nrmse", number(f.peakNrmse)}};
}

Json designsJson(const TrainingResult& result) {
    Json out = Json::array();
    for (const DesignFigures& d : result.designs) {
        const congestion::Metrics& m = d.figures.prediction;
        out.push_back({{"name", d.design},
                       {"part", d.part == deep::Part::Test ? "test" : "validation"},
                       {"nodes", m.count},
                       {"mse", number(m.mse)},
                       {"max_error", number(m.maxError)},
                       {"p99_error", number(m.p99Error)},
                       {"pearson", number(m.pearson)},
                       {"r2", number(m.r2)},
                       {"peak_nrmse", number(m.peakNrmseMean)}});
    }
    return out;
}

/// A text that no YAML reader takes for something else.
std::string quoted(const std::string& text) {
    return Json(text).dump(); // JSON strings are YAML
}

/// What the numbers of a training follow from, beside its recipe.
std::string fingerprintOf(const Task& task, const std::string& recipe) {
    std::uint64_t hash = 1469598103934665603ull; // FNV-1a
    const auto mix = [&](const void* bytes, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 1099511628211ull;
    };
    mix(recipe.data(), recipe.size());
    for (const TaskDesign& design : task.designs) {
        mix(design.name.data(), design.name.size());
        mix(design.features.data(), design.features.size() * sizeof(float));
        mix(design.labels.data(), design.labels.size() * sizeof(float));
        mix(design.parts.data(), design.parts.size() * sizeof(deep::Part));
    }
    return std::to_string(hash);
}

Unexpected foreign(const fs::path& path, const std::string& why) {
    return fail("DEEP-010", "The snapshot to go on from belongs to another training", why,
                path.string(), "Name another folder, or remove it");
}

} // namespace

std::string recipeText(const RunRequest& request, const TaskOptions& options,
                       const deep::TrainConfig& config) {
    const deep::NetworkConfig& n = config.network;
    std::string out = "kind: deep\n";
    const auto add = [&](const std::string& key, const std::string& value) {
        out += key + ": " + value + "\n";
    };
    const auto names = [](const std::vector<std::string>& all) {
        std::string list;
        for (const std::string& name : all)
            list += (list.empty() ? "" : ", ") + quoted(name);
        return "[" + list + "]";
    };
    add("name",
        quoted(nameOf(n.block) + "-" + std::to_string(n.layers) + "-" + nameOf(config.loss.kind)));
    add("data", quoted(request.data));
    add("label", nameOf(options.label));
    add("split", options.split.by == congestion::SplitOptions::By::Node ? "node" : "design");
    add("split_seed", std::to_string(options.split.seed));
    add("validation_share", formatExact(options.split.validationShare));
    add("test_share", formatExact(options.split.testShare));
    add("validation_designs", names(options.split.validationDesigns));
    add("test_designs", names(options.split.testDesigns));
    out += "network:\n";
    add("  block", nameOf(n.block));
    add("  layers", std::to_string(n.layers));
    add("  channels", std::to_string(n.channels));
    add("  groups", std::to_string(n.groups));
    add("  select", std::to_string(n.k));
    add("  storage", nameOf(n.storage));
    add("  skip", nameOf(n.skip));
    add("  bfloat16", n.halfValues ? "true" : "false");
    if (!n.factorised)
        add("  sums", "edges");
    if (n.halfMoments) // else as before there was a choice: a training from then goes on
        add("  half_moments", "true");
    add("  norm", nameOf(n.norm));
    add("loss", nameOf(config.loss.kind));
    add("loss_threshold", formatExact(config.loss.threshold));
    add("loss_quantile", formatExact(config.loss.quantile));
    add("loss_floor", formatExact(config.loss.floor));
    add("shrink_a", formatExact(config.loss.shrinkA));
    add("shrink_c", formatExact(config.loss.shrinkC));
    add("rate", formatExact(config.adam.rate));
    add("decay", formatExact(config.adam.decay));
    add("clip_norm", formatExact(config.adam.clipNorm));
    add("schedule", config.cosine ? "cosine" : "constant");
    add("warmup", std::to_string(config.warmup));
    add("steps", std::to_string(config.epochs)); // epochs; the key of the list of runs
    add("seed", std::to_string(n.seed));
    return out;
}

std::string epochLine(const EpochFigures& e, std::uint64_t seed) {
    const PartFigures& v = e.validation;
    const Json line{{"seed", seed},
                    {"epoch", e.epoch},
                    {"loss", number(e.loss)},
                    {"train_mse", number(e.trainSquare)},
                    {"validation_mse", v.designs > 0 ? number(v.mse) : Json(nullptr)},
                    {"pearson", number(v.pearson)},
                    {"spearman", number(v.spearman)},
                    {"kendall", number(v.kendall)},
                    {"r2", number(v.r2)},
                    {"selected", number(e.selected)},
                    {"overlap", number(e.overlap)},
                    {"gradient_norm", number(e.gradientNorm)},
                    {"seconds", e.seconds},
                    {"peak_bytes", e.measuredBytes},
                    {"predicted_bytes", e.predictedBytes}};
    return line.dump();
}

std::string resultText(const RunRequest& request, const TrainingResult& result, std::uint64_t seed,
                       const fs::path& model) {
    const Json summary{{"ok", true},
                       {"seed", seed},
                       {"model", model.string()},
                       {"best_epoch", result.bestEpoch},
                       {"weights", result.model.weights.size()},
                       {"validation", figuresJson(result.validation)},
                       {"test", figuresJson(result.test)},
                       {"zero", figuresJson(result.testZero)},
                       {"designs", designsJson(result)},
                       {"command", request.command},
                       {"version", OHMSCAPE_VERSION},
                       {"inputs", request.inputs},
                       {"seconds_per_epoch", number(result.secondsPerEpoch)},
                       {"peak_bytes", result.measuredBytes},
                       {"predicted_bytes", result.predictedBytes}};
    return summary.dump();
}

Expected<void> writeSnapshot(deep::TrainState state, const std::string& fingerprint,
                             const fs::path& path) {
    learn::TensorFile file;
    const Json about{{"kind", kKind},
                     {"version", kVersion},
                     {"fingerprint", fingerprint},
                     {"epoch", state.epoch},
                     {"steps", state.steps},
                     {"best_validate", number(state.bestValidate)},
                     {"best_epoch", state.bestEpoch},
                     {"samples", state.chosen.size()}};
    file.about = about.dump();
    const auto add = [&](const std::string& name, std::vector<float> values) {
        const auto size = static_cast<std::int64_t>(values.size());
        file.arrays.push_back({name, {size}, std::move(values)});
    };
    add("weights", std::move(state.weights));
    add("first_moments", std::move(state.firstMoments));
    add("second_moments", std::move(state.secondMoments));
    if (!state.bestWeights.empty())
        add("best_weights", std::move(state.bestWeights));
    for (std::size_t s = 0; s < state.chosen.size(); ++s) {
        if (!state.chosen[s].empty())
            add("chosen." + std::to_string(s), {state.chosen[s].begin(), state.chosen[s].end()});
    }
    return learn::writeTensorFile(std::move(file), path);
}

Expected<deep::TrainState> readSnapshot(const std::string& fingerprint, const fs::path& path) {
    const auto wrong = [&](const std::string& why) { return foreign(path, why); };
    const auto read = [&](const nlohmann::json& about,
                          std::vector<nn::NamedArray>& arrays) -> Expected<deep::TrainState> {
        if (about.at("fingerprint").get<std::string>() != fingerprint)
            return wrong("recipe or data differ");
        deep::TrainState state;
        state.epoch = about.at("epoch");
        state.steps = about.at("steps");
        state.bestValidate = about.at("best_validate").is_null()
                                 ? std::numeric_limits<double>::quiet_NaN()
                                 : about.at("best_validate").get<double>();
        state.bestEpoch = about.at("best_epoch");
        constexpr std::size_t kMostSamples = 1 << 20;
        const auto samples = about.at("samples").get<std::size_t>();
        if (samples > kMostSamples)
            return wrong("it says it has more designs than a file can hold");
        state.chosen.resize(samples);
        for (nn::NamedArray& array : arrays) {
            if (array.name == "weights")
                state.weights = std::move(array.values);
            else if (array.name == "first_moments")
                state.firstMoments = std::move(array.values);
            else if (array.name == "second_moments")
                state.secondMoments = std::move(array.values);
            else if (array.name == "best_weights")
                state.bestWeights = std::move(array.values);
            else if (array.name.rfind("chosen.", 0) == 0) {
                auto& marks = state.chosen.at(std::stoul(array.name.substr(7)));
                for (const float value : array.values)
                    marks.push_back(value > 0 ? 1 : 0);
            }
        }
        return state;
    };
    return learn::readNetworkFile<deep::TrainState>(path, kKind, kVersion, wrong, read);
}

Expected<TrainingResult> runTraining(const RunRequest& request, const Task& task,
                                     const TaskOptions& options, const deep::TrainConfig& config,
                                     StopToken stop, ProgressSink& progress) {
    const std::string recipe = recipeText(request, options, config);
    auto folder = learn::RunFolder::open(request.folder, recipe);
    if (!folder)
        return folder.failure();
    const std::string fingerprint = fingerprintOf(task, recipe);
    auto result = learn::trainInFolder<deep::TrainState, TrainingResult>(
        *folder, stop, [&](const fs::path& path) { return readSnapshot(fingerprint, path); },
        [&](const EpochFigures& epoch) {
            if (request.report)
                request.report(epoch);
            return epochLine(epoch, config.network.seed);
        },
        [&](const deep::TrainState* from, const auto& told) {
            deep::Keeping keeping;
            keeping.from = from;
            keeping.everySeconds = request.keepSeconds;
            keeping.keep = [&](deep::TrainState&& state) {
                return writeSnapshot(std::move(state), fingerprint, folder->snapshot());
            };
            return trainOn(task, config, stop, progress, told, keeping);
        });
    if (!result)
        return result;
    result->model.provenance["command"] = request.command;
    result->model.provenance["data"] = request.data;
    result->model.provenance["version"] = OHMSCAPE_VERSION;
    const auto failed = [&](const Error& error) {
        folder->failed(error, false);
        return Unexpected{error};
    };
    if (const auto written = writeDeepModel(result->model, folder->model()); !written)
        return failed(written.error());
    if (const auto done = folder->finish(
            resultText(request, *result, config.network.seed, folder->model()) + "\n");
        !done)
        return failed(done.error());
    return result;
}

} // namespace ohm::deeptrain
