// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/maps/run.h"

#include "core/base/units.h"
#include "core/learn/networkfile.h"
#include "core/learn/runfolder.h"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace ohm::maps {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;
constexpr const char* kKind = "map-training";
constexpr int kVersion = 1;
constexpr std::size_t kPacked = 16; ///< marks per float, which are exact up to 2^24

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}
Json number(const std::optional<double>& value) {
    return value ? number(*value) : Json(nullptr);
}

Json figuresJson(const std::vector<TargetFigures>& all) {
    if (all.empty())
        return nullptr;
    Json out = Json::object();
    for (const TargetFigures& f : all)
        out[f.target] = {{"images", f.images},
                         {"undefined", f.undefined},
                         {"mse", number(f.mse)},
                         {"mae", number(f.mae)},
                         {"max_error", number(f.maxError)},
                         {"p99_error", number(f.p99Error)},
                         {"nrmse", number(f.nrmse)},
                         {"peak_nrmse", number(f.peakNrmse)},
                         {"ssim", number(f.ssim)},
                         {"hotspot_f1", number(f.hotspotF1)},
                         {"pearson", number(f.pearson)},
                         {"r2", number(f.r2)}};
    return out;
}

std::string quoted(const std::string& text) {
    return Json(text).dump(); // JSON strings are YAML
}

std::string fingerprintOf(const Images& images, const std::string& recipe) {
    std::uint64_t hash = 1469598103934665603ull; // FNV-1a
    const auto mix = [&](const void* bytes, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 1099511628211ull;
    };
    mix(recipe.data(), recipe.size());
    for (const std::string& name : images.names)
        mix(name.data(), name.size());
    mix(images.parts.data(), images.parts.size() * sizeof(Part));
    mix(images.inputs.data(), images.inputs.size() * sizeof(float));
    mix(images.targets.data(), images.targets.size() * sizeof(float));
    return std::to_string(hash);
}

Expected<void> writeSnapshot(const TrainState& state, const std::string& fingerprint,
                             const fs::path& path) {
    learn::TensorFile file;
    const Json about{{"kind", kKind},
                     {"version", kVersion},
                     {"fingerprint", fingerprint},
                     {"epoch", state.epoch},
                     {"steps", state.steps},
                     {"best_validate", number(state.bestValidate)},
                     {"best_epoch", state.bestEpoch},
                     {"chosen", state.chosen.size()}};
    file.about = about.dump();
    file.arrays = state.network;
    for (const nn::NamedArray& array : state.best)
        file.arrays.push_back({"best." + array.name, array.shape, array.values});
    std::vector<float> packed((state.chosen.size() + kPacked - 1) / kPacked);
    for (std::size_t i = 0; i < state.chosen.size(); ++i) {
        if (state.chosen[i] != 0)
            packed[i / kPacked] += static_cast<float>(1u << (i % kPacked));
    }
    if (!packed.empty()) {
        const auto size = static_cast<std::int64_t>(packed.size());
        file.arrays.push_back({"chosen", {size}, std::move(packed)});
    }
    return learn::writeTensorFile(file, path);
}

Expected<TrainState> readSnapshot(const std::string& fingerprint, const fs::path& path) {
    const auto foreign = [&](const std::string& why) {
        return fail("MAPS-008", "The snapshot to go on from belongs to another training", why,
                    path.string(), "Name another folder, or remove it");
    };
    const auto read = [&](const nlohmann::json& about,
                          std::vector<nn::NamedArray>& arrays) -> Expected<TrainState> {
        if (about.at("fingerprint").get<std::string>() != fingerprint)
            return foreign("settings or images differ");
        TrainState state;
        state.epoch = about.at("epoch");
        state.steps = about.at("steps");
        state.bestEpoch = about.at("best_epoch");
        state.bestValidate = about.at("best_validate").is_null()
                                 ? std::numeric_limits<double>::quiet_NaN()
                                 : about.at("best_validate").get<double>();
        const auto chosen = about.at("chosen").get<std::size_t>();
        for (nn::NamedArray& array : arrays) {
            if (array.name == "chosen") {
                if (array.values.size() != (chosen + kPacked - 1) / kPacked)
                    return foreign("its parts contradict each other");
                state.chosen.resize(chosen);
                for (std::size_t i = 0; i < chosen; ++i) {
                    const float bits = array.values[i / kPacked];
                    if (!(bits >= 0 && bits < 65536))
                        return foreign("its parts contradict each other");
                    state.chosen[i] = static_cast<std::uint8_t>(
                        static_cast<unsigned>(bits) >> (i % kPacked) & 1u);
                }
            } else if (array.name.rfind("best.", 0) == 0) {
                array.name.erase(0, 5);
                state.best.push_back(std::move(array));
            } else {
                state.network.push_back(std::move(array));
            }
        }
        return state;
    };
    return learn::readNetworkFile<TrainState>(path, kKind, kVersion, foreign, read);
}

} // namespace

std::string recipeText(const RunRequest& request, const Images& images, const TrainConfig& config) {
    std::string out = "kind: maps\n";
    const auto add = [&](const std::string& key, const std::string& value) {
        out += key + ": " + value + "\n";
    };
    const auto names = [](const std::vector<std::string>& all) {
        std::string list;
        for (const std::string& name : all)
            list += (list.empty() ? "" : ", ") + quoted(name);
        return "[" + list + "]";
    };
    add("name", quoted("maps-" + deep::nameOf(config.loss.kind)));
    add("data", quoted(request.data));
    add("test_data", quoted(request.testData));
    add("inputs", names(images.inputNames));
    add("targets", names(images.targetNames));
    add("split_seed", std::to_string(request.split.seed));
    add("validation_share", formatExact(request.split.validationShare));
    add("test_share", formatExact(request.split.testShare));
    add("test_families", names(request.split.testFamilies));
    out += "network:\n";
    add("  width", std::to_string(config.network.width));
    add("  instance_norm", config.network.instanceNorm ? "true" : "false");
    add("  sigmoid", config.network.sigmoid ? "true" : "false");
    add("loss", deep::nameOf(config.loss.kind));
    add("loss_threshold", formatExact(config.loss.threshold));
    add("loss_per", config.loss.perSample ? "sample" : "batch");
    add("loss_quantile", formatExact(config.loss.quantile));
    add("loss_floor", formatExact(config.loss.floor));
    add("shrink_a", formatExact(config.loss.shrinkA));
    add("shrink_c", formatExact(config.loss.shrinkC));
    add("batch", std::to_string(config.batch));
    add("rate", formatExact(config.rate));
    add("decay", formatExact(config.decay));
    add("clip_norm", formatExact(config.clipNorm));
    add("schedule", config.cosine ? "cosine" : "constant");
    add("flips", config.flips ? "true" : "false");
    add("hotspot", formatExact(config.hotspot));
    add("range", formatExact(config.range));
    add("steps", std::to_string(config.epochs)); // epochs; the key of the list of runs
    add("seed", std::to_string(config.network.seed));
    return out;
}

std::string epochLine(const EpochFigures& e, std::uint64_t seed) {
    const Json line{{"seed", seed},
                    {"epoch", e.epoch},
                    {"steps", e.steps},
                    {"loss", number(e.loss)},
                    {"train_mse", number(e.trainSquare)},
                    {"validation_mse", number(e.validationSquare)},
                    {"validation_max_error", number(e.validationMax)},
                    {"validation_p99", number(e.validationP99)},
                    {"nrmse", number(e.nrmse)},
                    {"ssim", number(e.ssim)},
                    {"selected", number(e.selected)},
                    {"overlap", number(e.overlap)},
                    {"gradient_norm", number(e.gradientNorm)},
                    {"seconds", e.seconds}};
    return line.dump();
}

std::string figuresText(const std::vector<TargetFigures>& figures) {
    return figuresJson(figures).dump();
}

std::string resultText(const RunRequest& request, const TrainingResult& result, std::uint64_t seed,
                       const fs::path& model) {
    const Json summary{{"ok", true},
                       {"seed", seed},
                       {"model", model.string()},
                       {"command", request.command},
                       {"version", OHMSCAPE_VERSION},
                       {"inputs", request.inputs},
                       {"best_epoch", result.bestEpoch},
                       {"steps", result.steps},
                       {"weights", result.parameters},
                       {"validation", figuresJson(result.validation)},
                       {"test", figuresJson(result.test)},
                       {"zero", figuresJson(result.testZero)},
                       {"seconds_per_epoch", number(result.secondsPerEpoch)}};
    return summary.dump();
}

Expected<TrainingResult> runTraining(const RunRequest& request, const Images& images,
                                     const TrainConfig& config, StopToken stop,
                                     ProgressSink& progress) {
    const std::string recipe = recipeText(request, images, config);
    auto folder = learn::RunFolder::open(request.folder, recipe);
    if (!folder)
        return folder.failure();
    const std::string fingerprint = fingerprintOf(images, recipe);
    auto result = learn::trainInFolder<TrainState, TrainingResult>(
        *folder, stop, [&](const fs::path& path) { return readSnapshot(fingerprint, path); },
        [&](const EpochFigures& epoch) {
            if (request.report)
                request.report(epoch);
            return epochLine(epoch, config.network.seed);
        },
        [&](const TrainState* from, const auto& told) {
            Keeping keeping;
            keeping.from = from;
            keeping.everySeconds = request.keepSeconds;
            keeping.keep = [&](const TrainState& state) {
                return writeSnapshot(state, fingerprint, folder->snapshot());
            };
            return trainOn(images, config, stop, progress, told, keeping);
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
    if (const auto written = writeMapModel(result->model, folder->model()); !written)
        return failed(written.error());
    if (const auto done = folder->finish(
            resultText(request, *result, config.network.seed, folder->model()) + "\n");
        !done)
        return failed(done.error());
    return result;
}

} // namespace ohm::maps
