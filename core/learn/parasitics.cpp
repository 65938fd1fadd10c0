// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/parasitics.h"

#include "core/learn/parasiticrun.h"
#include "core/learn/tensorfile.h"
#include "core/parasitics/pairs.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace ohm::learn {
namespace {

using nlohmann::json;
using parasitics::Quantity;
constexpr const char* kFormat = "ohmscape-parasitics-model";
constexpr int kVersion = 1;

/// Calls fn(key, member) for every key of a specification.
template <typename Spec, typename Fn>
void eachKey(Spec& s, Fn&& fn) {
    fn("method", s.method);
    fn("task", s.task);
    fn("classify", s.classify);
    fn("loss", s.loss);
    fn("noise", s.noise);
    fn("learn_noise", s.learnNoise);
    fn("hidden", s.hidden);
    fn("layers", s.layers);
    fn("dropout", s.dropout);
    fn("contrastive", s.contrastive);
    fn("encoder_hidden", s.encoderHidden);
    fn("encoder_layers", s.encoderLayers);
    fn("encoder_steps", s.encoderSteps);
    fn("encoder_rate", s.encoderRate);
    fn("momentum", s.momentum);
    fn("topology_constraint", s.topologyConstraint);
    fn("steps", s.steps);
    fn("batch", s.batch);
    fn("rate", s.rate);
    fn("weight_decay", s.weightDecay);
    fn("validate_every", s.validateEvery);
    fn("validation_share", s.validationShare);
    fn("hops", s.hops);
    fn("fanout", s.fanout);
    fn("members", s.members);
    fn("seed", s.seed);
}

bool parse(const std::string& text, std::string& out) {
    out = text;
    return true;
}
template <typename T>
bool parse(const std::string& text, T& out) {
    const json value = json::parse(text, nullptr, false);
    if constexpr (std::is_same_v<T, bool>) {
        if (!value.is_boolean())
            return false;
    } else if constexpr (std::is_integral_v<T>) {
        if (!value.is_number_integer() || (std::is_unsigned_v<T> && value < 0))
            return false;
    } else if (!value.is_number()) {
        return false;
    }
    out = value.get<T>();
    return true;
}

bool oneOf(const std::string& value, std::initializer_list<const char*> list) {
    return std::any_of(list.begin(), list.end(), [&](const char* name) { return value == name; });
}

/// Area under the ROC curve: the share of (positive, negative) pairs in the right order.
double aucOf(const std::vector<float>& score, const std::vector<std::uint8_t>& positive) {
    std::vector<std::size_t> order(score.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t x, std::size_t y) { return score[x] < score[y]; });
    double ranks = 0, positives = 0;
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        double inside = 0;
        for (; end < order.size() && score[order[end]] == score[order[i]]; ++end)
            inside += positive[order[end]];
        ranks += inside * (static_cast<double>(i + end - 1) / 2 + 1);
        positives += inside;
        i = end;
    }
    const double negatives = static_cast<double>(score.size()) - positives;
    if (!(positives > 0) || !(negatives > 0))
        return 0.5;
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

} // namespace

Expected<void> setParasiticKey(ParasiticSpec& spec, const std::string& key,
                               const std::string& value) {
    bool found = false, good = false;
    eachKey(spec, [&](const char* name, auto& member) {
        if (key == name) {
            found = true;
            good = parse(value, member);
        }
    });
    if (!found)
        return fail("LEARN-021", "There is no such setting", {}, key);
    if (!good)
        return fail("LEARN-021", "This value does not fit the setting", value, key);
    return checkParasiticSpec(spec);
}

Expected<void> checkParasiticSpec(const ParasiticSpec& s) {
    const auto wrong = [](const char* key, const std::string& value, const char* hint) {
        return fail("LEARN-021", "This setting has an impossible value", value, key, hint);
    };
    if (!oneOf(s.method,
               {"sage", "gcn", "paragraph", "dlplcap", "circuitgps", "circuitgcl", "ohmscape"}))
        return wrong("method", s.method,
                     "sage, gcn, paragraph, dlplcap, circuitgps, circuitgcl or ohmscape");
    if (!oneOf(s.task, {"coupling", "ground", "link"}))
        return wrong("task", s.task, "coupling, ground or link");
    if (s.task == "link" && !oneOf(s.method, {"sage", "gcn", "circuitgcl", "ohmscape"}))
        return wrong("method", s.method, "Links are found by sage, gcn, circuitgcl or ohmscape");
    if (s.classify && s.task != "ground")
        return wrong("classify", "true", "Classes are of ground capacitances");
    if (s.task != "link" && s.classify && !oneOf(s.loss, {"ce", "focal", "balanced"}))
        return wrong("loss", s.loss, "ce, focal or balanced");
    if (s.task != "link" && !s.classify &&
        !oneOf(s.loss, {"mse", "gai", "bmc", "bni", "mpgd", "shrinkage"}))
        return wrong("loss", s.loss, "mse, gai, bmc, bni, mpgd or shrinkage");
    if (!(s.noise > 0) || s.noise > 1)
        return wrong("noise", std::to_string(s.noise), "Above 0, at most 1");
    if (s.hidden < 12 || s.hidden > 2048 || s.hidden % 12 != 0)
        return wrong("hidden", std::to_string(s.hidden), "A multiple of 12 up to 2048");
    if (s.layers < 1 || s.layers > 32 || s.encoderLayers < 1 || s.encoderLayers > 32)
        return wrong("layers", std::to_string(s.layers), "1 to 32");
    if (s.encoderHidden < 8 || s.encoderHidden > 2048)
        return wrong("encoder_hidden", std::to_string(s.encoderHidden), "8 to 2048");
    if (!(s.dropout >= 0 && s.dropout < 1))
        return wrong("dropout", std::to_string(s.dropout), "0 up to, not with, 1");
    if (s.steps < 1 || s.encoderSteps < 0 || s.batch < 2 || s.validateEvery < 1)
        return wrong("steps", std::to_string(s.steps), "Counts are positive");
    if (!(s.rate > 0) || !(s.encoderRate > 0) || s.weightDecay < 0)
        return wrong("rate", std::to_string(s.rate), "Above 0");
    if (!(s.momentum >= 0 && s.momentum <= 1))
        return wrong("momentum", std::to_string(s.momentum), "0 to 1");
    if (!(s.validationShare > 0 && s.validationShare < 1))
        return wrong("validation_share", std::to_string(s.validationShare), "Between 0 and 1");
    if (s.members < 1 || s.members > 16)
        return wrong("members", std::to_string(s.members), "1 to 16");
    if (s.hops < 1 || s.hops > 8 || s.fanout < 1 || s.fanout > 1024)
        return wrong("hops", std::to_string(s.hops), "1 to 8 hops, a fan-out of 1 to 1024");
    return {};
}

std::string settingsText(const ParasiticSpec& spec) {
    std::string out;
    eachKey(spec, [&](const char* name, const auto& member) {
        out += std::string(name) + ": " + json(member).dump() + "\n"; // JSON scalars are YAML
    });
    return out;
}

Expected<void> writeParasiticCheckpoint(const ParasiticCheckpoint& c,
                                        const std::filesystem::path& path) {
    json spec;
    eachKey(c.spec, [&](const char* name, const auto& member) { spec[name] = member; });
    TensorFile file;
    file.about = json{{"format", kFormat},
                      {"version", kVersion},
                      {"spec", spec},
                      {"stat_mean", c.statMean},
                      {"stat_scale", c.statScale},
                      {"pair_mean", c.pairMean},
                      {"pair_scale", c.pairScale},
                      {"priors", c.priors},
                      {"frequent_class", c.frequentClass},
                      {"residual", c.residual},
                      {"spread_factor", c.spreadFactor},
                      {"provenance", c.provenance}}
                     .dump();
    file.arrays = c.weights;
    return writeTensorFile(file, path);
}

Expected<ParasiticCheckpoint> readParasiticCheckpoint(const std::filesystem::path& path) {
    auto file = readTensorFile(path);
    if (!file)
        return file.failure();
    try {
        const json about = json::parse(file->about);
        if (about.at("format").get<std::string>() != kFormat)
            return fail("LEARN-001", "This model does not estimate parasitics", {}, path.string());
        if (about.at("version").get<int>() != kVersion)
            return fail("LEARN-002", "This checkpoint was made by another version of the format",
                        "version " + about.at("version").dump(), path.string());
        ParasiticCheckpoint c;
        eachKey(c.spec, [&](const char* name, auto& member) {
            member = about.at("spec").at(name).get<std::decay_t<decltype(member)>>();
        });
        const auto sound = checkParasiticSpec(c.spec);
        if (!sound)
            return fail("LEARN-003", "The checkpoint is damaged", sound.error().message(),
                        path.string());
        c.statMean = about.at("stat_mean").get<std::vector<float>>();
        c.statScale = about.at("stat_scale").get<std::vector<float>>();
        c.pairMean = about.at("pair_mean").get<std::vector<float>>();
        c.pairScale = about.at("pair_scale").get<std::vector<float>>();
        c.priors = about.at("priors").get<std::vector<double>>();
        c.frequentClass = about.at("frequent_class").get<int>();
        c.residual = about.at("residual").get<std::vector<double>>();
        c.spreadFactor = about.at("spread_factor").get<double>();
        c.provenance = about.at("provenance").get<std::map<std::string, std::string>>();
        if (c.statMean.size() != 3 * parasitics::kNetStats ||
            c.statScale.size() != c.statMean.size() ||
            c.pairMean.size() != parasitics::kPairFeatures ||
            c.pairScale.size() != c.pairMean.size() ||
            c.priors.size() != static_cast<std::size_t>(parasitics::kClasses) ||
            c.residual.size() != static_cast<std::size_t>(parasitics::kClasses))
            return fail("LEARN-003", "The checkpoint is damaged", "its scales do not fit",
                        path.string());
        c.weights = std::move(file->arrays);
        return c;
    } catch (const std::exception& error) {
        return fail("LEARN-003", "The checkpoint is damaged", error.what(), path.string());
    }
}

namespace {

/// Labels of one design and what they belong to.
struct Labelled {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    std::vector<std::uint32_t> nets;
    std::vector<float> label;
};

Labelled labelsOf(const ParasiticSpec& spec, const parasitics::Design& design) {
    Labelled out;
    if (spec.task == "ground") {
        for (std::uint32_t n = 0; n < design.graph.nets; ++n) {
            if (design.ground[n] > 0) {
                out.nets.push_back(n);
                out.label.push_back(static_cast<float>(parasitics::normalized(
                    static_cast<double>(design.ground[n]), Quantity::Ground)));
            }
        }
        return out;
    }
    if (spec.task == "coupling") {
        for (const parasitics::Coupling& c : design.couplings) {
            const auto farad = static_cast<double>(c.farad);
            if (farad > parasitics::kLeastCoupling && farad < parasitics::kMostCoupling) {
                out.pairs.emplace_back(c.a, c.b);
                out.label.push_back(
                    static_cast<float>(parasitics::normalized(farad, Quantity::Coupling)));
            }
        }
        return out;
    }
    if (design.couplings.empty())
        return out;
    out.pairs = parasitics::PairContext(design.graph).candidates();
    std::vector<std::pair<std::uint32_t, std::uint32_t>> coupled;
    for (const parasitics::Coupling& c : design.couplings)
        coupled.emplace_back(c.a, c.b);
    for (const auto& pair : out.pairs)
        out.label.push_back(std::binary_search(coupled.begin(), coupled.end(), pair) ? 1.0F : 0.0F);
    return out;
}

void measureLinks(ParasiticEvaluation& out) {
    std::size_t said = 0, hit = 0, is = 0;
    std::vector<std::uint8_t> linked;
    for (std::size_t i = 0; i < out.label.size(); ++i) {
        const bool yes = out.predicted[i] > 0.5F, real = out.label[i] > 0.5F;
        linked.push_back(real ? 1 : 0);
        said += yes ? 1 : 0;
        is += real ? 1 : 0;
        hit += yes && real ? 1 : 0;
    }
    out.linkAuc = aucOf(out.predicted, linked);
    out.linkPrecision = said > 0 ? static_cast<double>(hit) / static_cast<double>(said) : 0;
    out.linkRecall = is > 0 ? static_cast<double>(hit) / static_cast<double>(is) : 0;
}

} // namespace

Expected<ParasiticEvaluation>
evaluateParasitics(ParasiticModel& model, const std::vector<const parasitics::Design*>& designs,
                   StopToken stop) {
    const ParasiticSpec& spec = model.checkpoint().spec;
    ParasiticEvaluation out;
    std::vector<int> klass;
    for (std::uint32_t d = 0; d < designs.size(); ++d) {
        const Labelled labelled = labelsOf(spec, *designs[d]);
        if (labelled.label.empty())
            continue;
        auto estimate = spec.task == "ground"
                            ? model.nets(designs[d]->graph, stop)
                            : model.pairs(designs[d]->graph, labelled.pairs, stop);
        if (!estimate)
            return estimate.failure();
        for (std::size_t i = 0; i < labelled.label.size(); ++i) {
            // All nets were estimated, only some have labels.
            const std::size_t at = spec.task == "ground" ? labelled.nets[i] : i;
            out.predicted.push_back(estimate->value[at]);
            if (!estimate->deviation.empty())
                out.deviation.push_back(estimate->deviation[at]);
            if (!estimate->klass.empty())
                klass.push_back(estimate->klass[at]);
            out.design.push_back(d);
        }
        out.label.insert(out.label.end(), labelled.label.begin(), labelled.label.end());
        out.pairs.insert(out.pairs.end(), labelled.pairs.begin(), labelled.pairs.end());
        out.nets.insert(out.nets.end(), labelled.nets.begin(), labelled.nets.end());
        out.seconds += estimate->seconds;
    }
    if (out.label.empty())
        return fail("LEARN-010", "The designs have no labels of this kind", spec.task);
    if (spec.task == "link") {
        measureLinks(out);
        return out;
    }
    std::vector<int> predicted, label;
    for (std::size_t i = 0; i < out.label.size(); ++i) {
        label.push_back(parasitics::classOf(static_cast<double>(out.label[i])));
        predicted.push_back(spec.classify ? klass[i]
                                          : parasitics::classOf(std::clamp(
                                                static_cast<double>(out.predicted[i]), 0.0, 1.0)));
    }
    out.classes = parasitics::measureClasses(predicted, label, model.checkpoint().frequentClass);
    if (!spec.classify) {
        out.values = parasitics::measureCapacitances(out.predicted, out.label,
                                                     spec.task == "ground" ? Quantity::Ground
                                                                           : Quantity::Coupling);
        std::size_t inside = 0;
        for (std::size_t i = 0; i < out.deviation.size(); ++i)
            inside +=
                std::abs(out.predicted[i] - out.label[i]) <= 1.645F * out.deviation[i] ? 1 : 0;
        if (!out.deviation.empty())
            out.coverage90 =
                static_cast<double>(inside) / static_cast<double>(out.deviation.size());
    }
    return out;
}

} // namespace ohm::learn
