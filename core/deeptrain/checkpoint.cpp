// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deeptrain/checkpoint.h"

#include "core/base/files.h"
#include "core/learn/networkfile.h"

#include <bit>

namespace ohm::deeptrain {
namespace {

using nlohmann::json;
constexpr const char* kKind = "deep-congestion";
constexpr int kVersion = 1;

template <typename E>
E known(const Expected<E>& value) {
    if (!value)
        throw std::runtime_error(value.error().text);
    return *value;
}

std::vector<float> take(std::vector<nn::NamedArray>& arrays, const char* name) {
    for (nn::NamedArray& array : arrays) {
        if (array.name == name)
            return std::move(array.values);
    }
    throw std::runtime_error(std::string("array ") + name + " is missing");
}

} // namespace

Expected<void> writeDeepModel(const DeepModel& model, const std::filesystem::path& path) {
    const deep::NetworkConfig& n = model.network;
    learn::TensorFile file;
    const json about{{"kind", kKind},
                     {"version", kVersion},
                     {"network",
                      {{"block", nameOf(n.block)},
                       {"layers", n.layers},
                       {"channels", n.channels},
                       {"groups", n.groups},
                       {"select", n.k},
                       {"skip", nameOf(n.skip)},
                       {"storage", nameOf(n.storage)},
                       {"bfloat16", n.halfValues},
                       {"norm", nameOf(n.norm)},
                       {"temperature", n.temperature},
                       {"seed", n.seed}}},
                     {"features", model.featureNames},
                     {"label", nameOf(model.label)},
                     {"provenance", model.provenance}};
    file.about = about.dump();
    const auto add = [&](const char* name, const std::vector<float>& values) {
        file.arrays.push_back({name, {static_cast<std::int64_t>(values.size())}, values});
    };
    add("weights", model.weights);
    add("feature_mean", model.normalisation.mean);
    add("feature_scale", model.normalisation.scale);
    return learn::writeTensorFile(file, path);
}

Expected<DeepModel> readDeepModel(const std::filesystem::path& path) {
    const auto wrong = [&](const std::string& detail) {
        return fail("DEEP-008", "This file holds no deep network that can be used", detail,
                    path.string(), "Give the model.safetensors of a run of `deep train`");
    };
    const auto read = [&](const json& about,
                          std::vector<nn::NamedArray>& arrays) -> Expected<DeepModel> {
        DeepModel model;
        const json& n = about.at("network");
        deep::NetworkConfig& to = model.network;
        to.block = known(deep::blockOf(n.at("block")));
        to.layers = n.at("layers");
        to.channels = n.at("channels");
        to.groups = n.at("groups");
        to.k = n.at("select");
        to.skip = known(deep::skipOf(n.at("skip")));
        to.storage = known(deep::storageOf(n.at("storage")));
        to.halfValues = n.at("bfloat16");
        to.norm = known(deep::normOf(n.at("norm")));
        to.temperature = n.at("temperature");
        to.seed = n.at("seed");
        model.featureNames = about.at("features").get<std::vector<std::string>>();
        to.inputs = static_cast<int>(model.featureNames.size());
        model.label = known(labelOf(about.at("label")));
        model.provenance = about.at("provenance").get<std::map<std::string, std::string>>();
        model.weights = take(arrays, "weights");
        model.normalisation.mean = take(arrays, "feature_mean");
        model.normalisation.scale = take(arrays, "feature_scale");
        if (const auto possible = deep::checkConfig(to); !possible)
            return wrong(possible.error().message());
        const std::size_t width = model.featureNames.size();
        if (model.weights.size() != deep::parameterCount(to) ||
            model.normalisation.mean.size() != width || model.normalisation.scale.size() != width)
            return wrong("its arrays do not fit the network");
        return model;
    };
    return learn::readNetworkFile<DeepModel>(path, kKind, kVersion, wrong, read);
}

Expected<std::vector<float>> predictNodes(const DeepModel& model,
                                          const congestion::CongestionSample& design,
                                          const std::vector<std::string>& featureNames,
                                          StopToken stop) {
    if (featureNamesOf(featureNames, model.label) != model.featureNames)
        return fail("DEEP-009", "The network was trained on other features than the file has", {},
                    design.name, "Import the designs again and train anew");
    const auto graph = incidenceOf(design.pins);
    if (!graph)
        return graph.failure();
    const std::vector<float> features = model.normalisation.apply(featuresOf(design, model.label));
    return deep::predict(model.network, model.weights, *graph, features, stop);
}

Expected<void> writeNpy(std::span<const float> values, const std::vector<std::size_t>& shape,
                        const std::filesystem::path& path) {
    static_assert(std::endian::native == std::endian::little);
    std::string sides;
    for (const std::size_t n : shape)
        sides += std::to_string(n) + ",";
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sides + "), }";
    constexpr std::size_t kStart = 10, kAlign = 64;
    header.append(kAlign - (kStart + header.size() + 1) % kAlign, ' ');
    header += '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xFF);
    bytes += static_cast<char>(header.size() >> 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    return writeFileAtomically(path, bytes);
}

} // namespace ohm::deeptrain
