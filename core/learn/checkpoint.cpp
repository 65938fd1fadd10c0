// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/checkpoint.h"

#include "core/learn/tensorfile.h"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace ohm::learn {
namespace {

using nlohmann::json;
constexpr const char* kFormat = "ohmscape-checkpoint";
constexpr int kVersion = 1;

json normalizationJson(const dataset::Normalization& n) {
    json codes = json::array();
    for (const auto& [code, moments] : n.byCode) {
        json list = json::array();
        for (const auto& m : moments)
            list.push_back({m.mean, m.deviation});
        codes.push_back({{"code", code}, {"moments", list}});
    }
    return {{"properties", n.properties},
            {"codes", codes},
            {"label_mean", n.labelMean},
            {"label_deviation", n.labelDeviation},
            {"label_log", n.labelLog}};
}

dataset::Normalization normalizationFrom(const json& j) {
    dataset::Normalization n;
    n.properties = j.at("properties").get<std::size_t>();
    n.labelMean = j.at("label_mean").get<double>();
    n.labelDeviation = j.at("label_deviation").get<double>();
    n.labelLog = j.value("label_log", false);
    if (!std::isfinite(n.labelMean) || !(n.labelDeviation > 0))
        throw std::runtime_error("the scale of the labels makes no sense");
    for (const json& entry : j.at("codes")) {
        std::vector<dataset::Normalization::Moments> moments;
        for (const json& m : entry.at("moments"))
            moments.push_back({m.at(0).get<double>(), m.at(1).get<double>()});
        if (moments.size() != n.properties)
            throw std::runtime_error("the normalisation does not fit its properties");
        n.byCode[entry.at("code").get<std::uint64_t>()] = std::move(moments);
    }
    return n;
}

json seenJson(const Seen& seen) {
    json codes = json::array();
    for (const auto& [code, ranges] : seen.byCode)
        codes.push_back({{"code", code}, {"ranges", ranges}});
    return {{"properties", seen.properties},
            {"codes", codes},
            {"embedding_mean", seen.embeddingMean},
            {"embedding_deviation", seen.embeddingDeviation},
            {"distance_scale", seen.distanceScale}};
}

Seen seenFrom(const json& j) {
    Seen seen;
    seen.properties = j.at("properties").get<std::size_t>();
    for (const json& entry : j.at("codes")) {
        auto ranges = entry.at("ranges").get<std::vector<std::pair<float, float>>>();
        if (ranges.size() != seen.properties)
            throw std::runtime_error("the ranges seen do not fit their properties");
        seen.byCode[entry.at("code").get<std::uint64_t>()] = std::move(ranges);
    }
    seen.embeddingMean = j.at("embedding_mean").get<std::vector<float>>();
    seen.embeddingDeviation = j.at("embedding_deviation").get<std::vector<float>>();
    seen.distanceScale = j.at("distance_scale").get<double>();
    if (seen.embeddingMean.size() != seen.embeddingDeviation.size())
        throw std::runtime_error("the embeddings seen contradict each other");
    return seen;
}

json networkJson(const nn::NetworkSpec& n) {
    return {{"architecture", n.architecture},
            {"input_width", n.inputWidth},
            {"hidden", n.hidden},
            {"layers", n.layers},
            {"heads", n.heads},
            {"dropout", n.dropout},
            {"sigmoid", n.sigmoid},
            {"activation", n.activation},
            {"head_layers", n.headLayers},
            {"task", n.task},
            {"readout", n.readout},
            {"latents", n.latents},
            {"latent_width", n.latentWidth},
            {"readout_layers", n.readoutLayers},
            {"train_latents", n.trainLatents},
            {"nodes_per_graph", n.nodesPerGraph},
            {"outputs_per_graph", n.outputsPerGraph}};
}

nn::NetworkSpec networkFrom(const json& j) {
    nn::NetworkSpec n;
    n.architecture = j.at("architecture").get<std::string>();
    n.inputWidth = j.at("input_width").get<std::int64_t>();
    n.hidden = j.at("hidden").get<std::int64_t>();
    n.layers = j.at("layers").get<std::int64_t>();
    n.sigmoid = j.at("sigmoid").get<bool>();
    n.heads = j.value("heads", n.heads);
    n.dropout = j.value("dropout", n.dropout);
    n.activation = j.value("activation", n.activation);
    n.headLayers = j.value("head_layers", n.headLayers);
    n.task = j.value("task", n.task);
    n.readout = j.value("readout", n.readout);
    n.latents = j.value("latents", n.latents);
    n.latentWidth = j.value("latent_width", n.latentWidth);
    n.readoutLayers = j.value("readout_layers", n.readoutLayers);
    n.trainLatents = j.value("train_latents", n.trainLatents);
    n.nodesPerGraph = j.value("nodes_per_graph", n.nodesPerGraph);
    n.outputsPerGraph = j.value("outputs_per_graph", n.outputsPerGraph);
    return n;
}

constexpr std::string_view kWeights = "model.";
constexpr std::string_view kTraining = "training.";

} // namespace

Expected<void> writeCheckpoint(const Checkpoint& c, const std::filesystem::path& path) {
    TensorFile file;
    const auto add = [&](std::string_view prefix, const std::vector<nn::NamedArray>& arrays) {
        for (const auto& array : arrays) {
            file.arrays.push_back(array);
            file.arrays.back().name.insert(0, prefix);
        }
    };
    add(kWeights, c.weights);
    json about = {{"format", kFormat},
                  {"version", kVersion},
                  {"feature_schema", c.featureSchema},
                  {"feature_names", c.featureNames},
                  {"normalization", normalizationJson(c.normalization)},
                  {"provenance", c.provenance},
                  {"target", c.target},
                  {"recipe", c.recipe},
                  {"seen", seenJson(c.seen)},
                  {"network", networkJson(c.spec)}};
    if (c.training) {
        add(kTraining, c.training->arrays);
        about["training_step"] = c.training->step;
        if (std::isfinite(c.training->bestLoss))
            about["best_loss"] = c.training->bestLoss;
    }
    file.about = about.dump();
    return writeTensorFile(file, path);
}

namespace {

Expected<Checkpoint> read(const std::filesystem::path& path, bool withArrays) {
    auto file = readTensorFile(path, withArrays);
    if (!file)
        return file.failure();
    const auto foreign = [&](const std::string& detail) {
        return fail("LEARN-001", "This is not a checkpoint of Ohmscape", detail, path.string());
    };
    try {
        const json about = json::parse(file->about);
        if (about.at("format").get<std::string>() != kFormat)
            return foreign("it has another format");
        if (about.at("version").get<int>() != kVersion)
            return fail("LEARN-002", "This checkpoint was made by another version of the format",
                        "version " + about.at("version").dump(), path.string());
        Checkpoint c;
        c.spec = networkFrom(about.at("network"));
        c.target = about.value("target", "voltages");
        c.recipe = about.value("recipe", "");
        c.featureSchema = about.at("feature_schema").get<std::string>();
        c.featureNames = about.at("feature_names").get<std::vector<std::string>>();
        c.normalization = normalizationFrom(about.at("normalization"));
        c.provenance = about.at("provenance").get<std::map<std::string, std::string>>();
        if (about.contains("training_step"))
            c.training = Checkpoint::Training{
                about.at("training_step").get<std::int64_t>(),
                about.value("best_loss", std::numeric_limits<double>::infinity()),
                {}};
        if (about.contains("seen"))
            c.seen = seenFrom(about.at("seen"));
        for (nn::NamedArray& array : file->arrays) {
            const bool weight = array.name.starts_with(kWeights);
            if (!weight && !(array.name.starts_with(kTraining) && c.training))
                continue;
            array.name.erase(0, weight ? kWeights.size() : kTraining.size());
            (weight ? c.weights : c.training->arrays).push_back(std::move(array));
        }
        return c;
    } catch (const std::exception& error) {
        return fail("LEARN-003", "The checkpoint is damaged", error.what(), path.string());
    }
}

} // namespace

Expected<Checkpoint> readCheckpoint(const std::filesystem::path& path) {
    return read(path, true);
}

Expected<Checkpoint> readCheckpointHeader(const std::filesystem::path& path) {
    return read(path, false);
}

} // namespace ohm::learn
