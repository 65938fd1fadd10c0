// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/maps/model.h"

#include "core/learn/engine.h"
#include "core/learn/networkfile.h"

#include <algorithm>

namespace ohm::maps {
namespace {

using nlohmann::json;
constexpr const char* kKind = "map-network";
constexpr int kVersion = 1;
constexpr std::size_t kAtOnce = 8;

} // namespace

Expected<void> writeMapModel(const MapModel& model, const std::filesystem::path& path) {
    learn::TensorFile file;
    const json about{{"kind", kKind},
                     {"version", kVersion},
                     {"network",
                      {{"width", model.network.width},
                       {"instance_norm", model.network.instanceNorm},
                       {"sigmoid", model.network.sigmoid},
                       {"seed", model.network.seed}}},
                     {"inputs", model.inputNames},
                     {"targets", model.targetNames},
                     {"provenance", model.provenance}};
    file.about = about.dump();
    file.arrays = model.weights;
    for (const auto& [name, values] :
         {std::pair{"input_mean", &model.mean}, std::pair{"input_scale", &model.scale}})
        file.arrays.push_back({name, {static_cast<std::int64_t>(values->size())}, *values});
    return learn::writeTensorFile(file, path);
}

Expected<MapModel> readMapModel(const std::filesystem::path& path) {
    const auto wrong = [&](const std::string& detail) {
        return fail("MAPS-004", "This file holds no network on maps that can be used", detail,
                    path.string(), "Give the model.safetensors of a run of `maps train`");
    };
    const auto read = [&](const json& about,
                          std::vector<nn::NamedArray>& arrays) -> Expected<MapModel> {
        MapModel model;
        model.inputNames = about.at("inputs").get<std::vector<std::string>>();
        model.targetNames = about.at("targets").get<std::vector<std::string>>();
        model.provenance = about.at("provenance").get<std::map<std::string, std::string>>();
        const json& n = about.at("network");
        model.network.inputs = static_cast<int>(model.inputNames.size());
        model.network.outputs = static_cast<int>(model.targetNames.size());
        model.network.width = n.at("width");
        model.network.instanceNorm = n.at("instance_norm");
        model.network.sigmoid = n.at("sigmoid");
        model.network.seed = n.at("seed");
        for (nn::NamedArray& array : arrays) {
            if (array.name == "input_mean")
                model.mean = std::move(array.values);
            else if (array.name == "input_scale")
                model.scale = std::move(array.values);
            else
                model.weights.push_back(std::move(array));
        }
        if (model.inputNames.empty() || model.targetNames.empty() ||
            model.mean.size() != model.inputNames.size() ||
            model.scale.size() != model.inputNames.size())
            return wrong("its arrays do not fit its maps");
        return model;
    };
    return learn::readNetworkFile<MapModel>(path, kKind, kVersion, wrong, read);
}

std::vector<float> scaled(const MapModel& model, std::span<const float> inputs,
                          std::size_t pixels) {
    std::vector<float> out(inputs.size());
    const std::size_t channels = model.mean.size();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::size_t channel = i / pixels % channels;
        out[i] = (inputs[i] - model.mean[channel]) * model.scale[channel];
    }
    return out;
}

Expected<std::unique_ptr<learn::MapNetwork>> loadNetwork(const MapModel& model) {
    const auto engine = learn::engine();
    if (!engine)
        return engine.failure();
    auto network = (*engine)->makeMapNetwork(model.network);
    if (!network)
        return network;
    if (const auto loaded = (*network)->loadState(model.weights); !loaded)
        return loaded.failure();
    return network;
}

Expected<std::vector<std::vector<float>>> predictImages(learn::MapNetwork& network,
                                                        const MapModel& model, const Images& images,
                                                        std::span<const std::size_t> which,
                                                        StopToken stop) {
    if (images.inputNames != model.inputNames)
        return fail("MAPS-005", "The network was trained on other maps than the file has", {}, {},
                    "Give maps made the same way");
    std::vector<std::vector<float>> all;
    const std::size_t size = model.targetNames.size() * images.pixels();
    for (std::size_t first = 0; first < which.size(); first += kAtOnce) {
        if (stop.shouldStop())
            return fail("MAPS-009", "The prediction was stopped");
        const std::size_t count = std::min(kAtOnce, which.size() - first);
        std::vector<float> inputs;
        for (std::size_t i = 0; i < count; ++i) {
            const auto one = images.input(which[first + i]);
            inputs.insert(inputs.end(), one.begin(), one.end());
        }
        inputs = scaled(model, inputs, images.pixels());
        const auto out = network.predict({inputs, static_cast<std::int64_t>(count),
                                          static_cast<std::int64_t>(images.rows),
                                          static_cast<std::int64_t>(images.columns)});
        if (!out)
            return out.failure();
        for (std::size_t i = 0; i < count; ++i) {
            const auto from = out->begin() + static_cast<std::ptrdiff_t>(i * size);
            all.emplace_back(from, from + static_cast<std::ptrdiff_t>(size));
        }
    }
    return all;
}

} // namespace ohm::maps
