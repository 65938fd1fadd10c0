// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/recipe.h"

#include "core/base/files.h"
#include "core/base/units.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include <yaml-cpp/yaml.h>

namespace ohm::learn {
namespace {

/// Calls `visit(key, member)` for every field of the network, in the order of the file.
template <typename Spec, typename Visit>
void visitNetwork(Spec& n, Visit&& visit) {
    visit("architecture", n.architecture);
    visit("input_width", n.inputWidth);
    visit("hidden", n.hidden);
    visit("layers", n.layers);
    visit("heads", n.heads);
    visit("dropout", n.dropout);
    visit("sigmoid", n.sigmoid);
    visit("activation", n.activation);
    visit("head_layers", n.headLayers);
    visit("task", n.task);
    visit("readout", n.readout);
    visit("latents", n.latents);
    visit("latent_width", n.latentWidth);
    visit("readout_layers", n.readoutLayers);
    visit("train_latents", n.trainLatents);
    visit("nodes_per_graph", n.nodesPerGraph);
    visit("outputs_per_graph", n.outputsPerGraph);
}

template <typename R, typename Visit>
void visitRecipe(R& r, Visit&& visit) {
    visit("name", r.name);
    visit("description", r.description);
    visit("data", r.data);
    visit("test_data", r.testData);
    visit("target", r.target);
    visit("target_scale", r.targetScale);
    visit("feature_scale", r.featureScale);
    visit("split_by", r.splitBy);
    visit("validation_share", r.validationShare);
    visit("test_share", r.testShare);
    visit("fraction", r.fraction);
    visit("steps", r.steps);
    visit("warmup", r.warmup);
    visit("peak_rate", r.peakRate);
    visit("end_rate", r.endRate);
    visit("decay_steps", r.decaySteps);
    visit("schedule", r.schedule);
    visit("batch", r.batch);
    visit("stratify", r.stratify);
    visit("weight_decay", r.weightDecay);
    visit("clip_norm", r.clipNorm);
    visit("loss", r.loss);
    visit("loss_threshold", r.lossThreshold);
    visit("loss_per", r.lossPer);
    visit("loss_quantile", r.lossQuantile);
    visit("loss_floor", r.lossFloor);
    visit("shrink_a", r.shrinkA);
    visit("shrink_c", r.shrinkC);
    visit("average_decay", r.averageDecay);
    visit("freeze", r.freeze);
    visit("freeze_norm", r.freezeNorm);
    visit("validate_every", r.validateEvery);
    visit("keep_best", r.keepBest);
    visit("k", r.k);
    visit("seed", r.seed);
}

std::string text(const std::string& value) {
    YAML::Emitter out;
    out << YAML::DoubleQuoted << value;
    const bool plain =
        !value.empty() &&
        std::all_of(value.begin(), value.end(),
                    [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; }) &&
        std::isalpha(static_cast<unsigned char>(value.front())) && value != "true" &&
        value != "false" && value != "null" && value != "none" && value != "yes" && value != "no";
    return plain || value == "none" ? value : out.c_str();
}
std::string text(bool value) {
    return value ? "true" : "false";
}
std::string text(double value) {
    return formatExact(value);
}
template <std::integral T>
std::string text(T value) {
    return std::to_string(value);
}
std::string text(const std::vector<std::string>& values) {
    std::string out = "[";
    for (const std::string& value : values)
        out += (out.size() > 1 ? ", " : "") + text(value);
    return out + "]";
}

void take(const YAML::Node& node, std::vector<std::string>& target) {
    if (node.IsSequence())
        target = node.as<std::vector<std::string>>();
    else
        target = {node.as<std::string>()};
}
template <typename T>
void take(const YAML::Node& node, T& target) {
    target = node.as<T>();
}

Unexpected impossible(const std::string& key, const std::string& why) {
    return fail("LEARN-021", "The recipe asks for something impossible", why, key);
}

bool oneOf(const std::string& value, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* w) { return value == w; });
}

/// Reads a map into fields; the first key that is unknown or does not fit is the error.
template <typename VisitAll>
Expected<void> readMap(const YAML::Node& map, const std::string& prefix, const std::string& where,
                       const std::set<std::string>& nested, VisitAll&& visitAll) {
    std::set<std::string> known = nested;
    std::string failed;
    std::string reason;
    visitAll([&](const char* key, auto& member) {
        known.insert(key);
        const YAML::Node node = map[key];
        if (!node || !failed.empty())
            return;
        try {
            take(node, member);
        } catch (const YAML::Exception& error) {
            failed = key;
            reason = error.what();
        }
    });
    if (!failed.empty())
        return fail("LEARN-021", "A value of the recipe does not fit its key", reason,
                    where + ": " + prefix + failed);
    std::set<std::string> met;
    for (const auto& item : map) {
        const auto key = item.first.as<std::string>("");
        if (!met.insert(key).second)
            return fail("LEARN-021", "The recipe has a key twice",
                        "line " + std::to_string(item.first.Mark().line + 1),
                        where + ": " + prefix + key);
        if (!known.count(key))
            return fail("LEARN-021", "The recipe has a key that is not known",
                        "line " + std::to_string(item.first.Mark().line + 1),
                        where + ": " + prefix + key, "See docs/recipes.md for the keys");
    }
    return {};
}

} // namespace

Expected<Recipe> parseRecipe(const std::string& yaml, const std::string& where) {
    YAML::Node root;
    try {
        root = YAML::Load(yaml);
    } catch (const YAML::Exception& error) {
        return fail("LEARN-020", "The recipe is not valid YAML", error.what(), where);
    }
    if (!root.IsMap())
        return fail("LEARN-020", "The recipe is not a list of keys and values", {}, where);
    Recipe recipe;
    try {
        const auto top = readMap(root, "", where, {"network"},
                                 [&](auto&& visit) { visitRecipe(recipe, visit); });
        if (!top)
            return top.failure();
        if (const YAML::Node network = root["network"]) {
            if (!network.IsMap())
                return fail("LEARN-021", "The recipe's network is not a list of keys and values",
                            {}, where + ": network");
            const auto inner = readMap(network, "network.", where, {},
                                       [&](auto&& visit) { visitNetwork(recipe.network, visit); });
            if (!inner)
                return inner.failure();
        }
    } catch (const YAML::Exception& error) {
        return fail("LEARN-020", "The recipe cannot be read", error.what(), where);
    }
    const auto checked = checkRecipe(recipe);
    if (!checked) {
        Error error = checked.error();
        error.where = where + ": " + error.where;
        return fail(error);
    }
    return recipe;
}

Expected<Recipe> readRecipe(const std::filesystem::path& path) {
    const auto bytes = readFile(path, 1 << 20);
    if (!bytes)
        return fail("LEARN-020", "The recipe cannot be read", bytes.error().text, path.string());
    auto recipe = parseRecipe(std::string(bytes->view()), path.filename().string());
    if (recipe && recipe->name.empty())
        recipe->name = path.stem().string();
    return recipe;
}

std::string recipeText(const Recipe& recipe) {
    std::string out;
    visitRecipe(recipe, [&](const char* key, const auto& member) {
        out += std::string(key) + ": " + text(member) + "\n";
        if (std::string(key) != "description")
            return;
        out += "network:\n";
        visitNetwork(recipe.network, [&](const char* inner, const auto& value) {
            out += "  " + std::string(inner) + ": " + text(value) + "\n";
        });
    });
    return out;
}

Expected<Recipe> withSetting(const Recipe& recipe, const std::string& setting) {
    const std::size_t at = setting.find('=');
    if (at == std::string::npos || at == 0)
        return fail("LEARN-021", "A setting is written key=value", {}, setting);
    try {
        YAML::Node root = YAML::Load(recipeText(recipe));
        const std::string key = setting.substr(0, at);
        const YAML::Node value = YAML::Load(setting.substr(at + 1));
        if (key.rfind("network.", 0) == 0)
            root["network"][key.substr(8)] = value;
        else
            root[key] = value;
        YAML::Emitter out;
        out << root;
        return parseRecipe(out.c_str(), "setting");
    } catch (const YAML::Exception& error) {
        return fail("LEARN-021", "The setting cannot be read", error.what(), setting);
    }
}

Expected<void> checkRecipe(const Recipe& r) {
    const auto& n = r.network;
    if (!oneOf(n.architecture, {"deepgen", "gcn", "gat", "sage", "clustergcn", "mlp"}))
        return impossible("network.architecture", n.architecture + " is no known architecture");
    if (!oneOf(n.task, {"node", "graph"}))
        return impossible("network.task", "it is node or graph");
    if (!oneOf(n.readout, {"attention", "mean"}))
        return impossible("network.readout", "it is attention or mean");
    if (!oneOf(n.activation, {"relu", "tanh"}))
        return impossible("network.activation", "it is relu or tanh");
    if (n.hidden < 1 || n.hidden > 8192)
        return impossible("network.hidden", "it lies between 1 and 8192");
    if (n.layers < 1 || n.layers > 1000)
        return impossible("network.layers", "it lies between 1 and 1000");
    if (!(n.dropout >= 0 && n.dropout < 1))
        return impossible("network.dropout", "it lies between 0 and 1");
    if (!oneOf(r.targetScale, {"none", "standard", "log"}))
        return impossible("target_scale", "it is none, standard or log");
    if (!oneOf(r.featureScale, {"none", "standard"}))
        return impossible("feature_scale", "it is none or standard");
    if (!oneOf(r.splitBy, {"seed", "topology"}))
        return impossible("split_by", "it is seed or topology");
    if (!oneOf(r.schedule, {"linear", "cosine", "constant"}))
        return impossible("schedule", "it is linear, cosine or constant");
    if (!oneOf(r.loss, {"mse", "mae", "huber", "mpgd", "shrinkage"}))
        return impossible("loss", "it is mse, mae, huber, mpgd or shrinkage");
    if (!(r.lossThreshold >= 0) || !(r.shrinkA > 0) || !(r.shrinkC >= 0))
        return impossible("loss_threshold", "numbers of a loss are not negative");
    if (!oneOf(r.lossPer, {"batch", "sample"}))
        return impossible("loss_per", "it is batch or sample");
    if (r.loss == "mpgd" && r.lossPer == "sample" && n.task == "graph")
        return impossible("loss_per", "a graph label is one entry per sample: take batch");
    if (!(r.lossQuantile >= 0 && r.lossQuantile < 1))
        return impossible("loss_quantile", "it lies between 0 (a fixed threshold) and 1");
    if (!(r.lossFloor >= 0 && r.lossFloor <= 1))
        return impossible("loss_floor", "it is a share of the entries, 0 to 1");
    if (r.freeze != "none" && r.freeze != "backbone" && r.freeze.rfind("blocks:", 0) != 0)
        return impossible("freeze", "it is none, backbone or blocks:N");
    if (!(r.validationShare >= 0 && r.testShare >= 0 && r.validationShare + r.testShare < 1))
        return impossible("validation_share", "the shares leave nothing to train on");
    if (!(r.fraction > 0 && r.fraction <= 1))
        return impossible("fraction", "it lies between 0 and 1");
    if (r.steps < 1 || r.steps > 1'000'000'000)
        return impossible("steps", "there is at least one step");
    if (r.batch < 1)
        return impossible("batch", "there is at least one graph in a batch");
    if (!(r.peakRate > 0) || !(r.endRate >= 0) || r.peakRate > 1)
        return impossible("peak_rate", "rates lie between 0 and 1");
    if (!(r.averageDecay >= 0 && r.averageDecay < 1))
        return impossible("average_decay", "it lies between 0 and 1");
    if (r.warmup < 0 || r.decaySteps < 0 || r.validateEvery < 1)
        return impossible("warmup", "numbers of steps are not negative");
    if (r.k < 1)
        return impossible("k", "it is at least 1");
    return {};
}

double learningRate(const Recipe& r, std::int64_t step) {
    if (step < r.warmup)
        return r.peakRate * static_cast<double>(step + 1) / static_cast<double>(r.warmup);
    if (r.schedule == "constant")
        return r.peakRate;
    const std::int64_t end = r.decaySteps > 0 ? r.decaySteps : r.steps;
    if (step >= end)
        return r.endRate;
    const double part = static_cast<double>(step - r.warmup) /
                        static_cast<double>(std::max<std::int64_t>(1, end - r.warmup));
    const double weight =
        r.schedule == "cosine" ? 0.5 * (1 + std::cos(std::numbers::pi * part)) : 1 - part;
    return r.endRate + (r.peakRate - r.endRate) * weight;
}

} // namespace ohm::learn
