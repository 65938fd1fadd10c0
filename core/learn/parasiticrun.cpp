// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/parasiticrun.h"

#include "core/learn/calibration.h"
#include "core/learn/engine.h"
#include "core/learn/runfolder.h"
#include "core/learn/tensorfile.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace ohm::learn {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}
Json number(const std::optional<double>& value) {
    return value ? number(*value) : Json(nullptr);
}

Json toJson(const parasitics::CapacitanceMetrics& m) {
    Json decades = Json::array();
    for (const auto& d : m.decades)
        decades.push_back(
            {{"decade", d.exponent}, {"count", d.count}, {"mae", d.mae}, {"bias", d.bias}});
    return {{"count", m.count},
            {"mae", number(m.mae)},
            {"mse", number(m.mse)},
            {"rmse", number(m.rmse)},
            {"r2", number(m.r2)},
            {"pearson", number(m.pearson)},
            {"mae_farad", number(m.maeFarad)},
            {"r2_farad", number(m.r2Farad)},
            {"median_ratio", number(m.medianRatio)},
            {"within_2x", m.within2},
            {"decades", decades}};
}

Json toJson(const parasitics::ClassMetrics& m) {
    return {{"count", m.count},
            {"accuracy", m.accuracy},
            {"precision", m.precision},
            {"recall", m.recall},
            {"f1", m.f1},
            {"without_most_frequent",
             {{"count", m.countWithout},
              {"accuracy", m.accuracyWithout},
              {"precision", m.precisionWithout},
              {"recall", m.recallWithout},
              {"f1", m.f1Without}}},
            {"confusion", m.confusion}};
}

Json toJson(const ParasiticEvaluation& e) {
    Json out = Json::object();
    if (e.values) {
        out["values"] = toJson(*e.values);
        out["coverage_90"] = e.coverage90;
        out["coverage_68"] = coverageOf(e.predicted, e.label, e.deviation).one;
    }
    if (e.classes)
        out["classes"] = toJson(*e.classes);
    if (e.linkAuc)
        out["link"] = {{"auc", *e.linkAuc},
                       {"precision", *e.linkPrecision},
                       {"recall", *e.linkRecall},
                       {"count", e.label.size()}};
    out["seconds"] = e.seconds;
    return out;
}

/// A text that no YAML reader takes for something else.
std::string quoted(const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); // JSON is YAML
}

std::string trainedOn(const ParasiticTraining& training) {
    std::string names;
    for (const auto* design : training.designs)
        names += (names.empty() ? "" : ",") + design->graph.name;
    return names;
}

/// What the numbers of a training follow from, beside its settings.
std::string fingerprintOf(const ParasiticTraining& training, const std::string& recipe) {
    std::uint64_t hash = 1469598103934665603ull; // FNV-1a
    const auto mix = [&](const void* bytes, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 1099511628211ull;
    };
    mix(recipe.data(), recipe.size());
    for (const parasitics::Design* design : training.designs) {
        mix(design->graph.name.data(), design->graph.name.size());
        for (const std::string& net : design->graph.netNames)
            mix(net.data(), net.size() + 1);
        mix(design->ground.data(), design->ground.size() * sizeof(float));
        for (const auto& coupling : design->couplings) {
            mix(&coupling.a, sizeof(coupling.a));
            mix(&coupling.b, sizeof(coupling.b));
            mix(&coupling.farad, sizeof(coupling.farad));
        }
    }
    return std::to_string(hash);
}

} // namespace

std::string reportLine(const ParasiticReport& r) {
    Json line = {{"phase", r.phase}, {"member", r.member},     {"step", r.step},
                 {"steps", r.steps}, {"loss", number(r.loss)}, {"seconds", r.seconds}};
    if (r.phase == "pretrain") {
        line["scattering"] = number(r.otherLoss);
    } else {
        line["score"] = number(r.otherLoss);
        if (r.validation) {
            line["validation_mse"] = number(r.validation->mse);
            line["r2"] = number(r.validation->r2);
        }
        if (r.validationClasses)
            line["f1"] = r.validationClasses->f1;
    }
    return line.dump();
}

std::string evaluationText(const ParasiticEvaluation& evaluation) {
    return toJson(evaluation).dump();
}

std::string parasiticRecipeText(const ParasiticRunRequest& request) {
    const ParasiticSpec& spec = request.training.spec;
    std::string tests;
    for (const auto& [name, group] : request.tests)
        tests += (tests.empty() ? "" : ", ") + quoted(name);
    return "kind: parasitics\nname: " + quoted(spec.method + ", " + spec.task) +
           "\ndata: " + quoted(request.data) + "\ndesigns: " + quoted(trainedOn(request.training)) +
           "\ntests: [" + tests + "]\n" + settingsText(spec);
}

Expected<ParasiticSnapshot> readParasiticSnapshot(const fs::path& path,
                                                  const std::string& fingerprint) {
    const auto file = readTensorFile(path, false);
    if (!file)
        return file.failure();
    const auto foreign = [&](const std::string& why) {
        return fail("LEARN-047", "The snapshot to go on from belongs to another training", why,
                    path.string(), "Name another folder, or remove it");
    };
    try {
        const Json about = Json::parse(file->about);
        if (!about.is_object() || about.value("kind", "") != "parasitics-training" ||
            about.at("version").get<int>() != kParasiticSnapshotVersion)
            return foreign("it is no snapshot of an estimator of this version");
        if (about.at("fingerprint").get<std::string>() != fingerprint)
            return foreign("settings or designs differ");
        return ParasiticSnapshot{about.at("reports").get<std::int64_t>(),
                                 about.at("seconds").get<double>()};
    } catch (const std::exception& error) {
        return foreign(error.what());
    }
}

Expected<ParasiticRunResult> runParasiticTraining(const ParasiticRunRequest& request,
                                                  StopToken stop, ProgressSink& progress) {
    const auto loaded = engine();
    if (!loaded)
        return loaded.failure();
    auto* keeper = dynamic_cast<KeepsParasitics*>(*loaded);
    if (!keeper)
        return fail("LEARN-040", "This engine trains no estimators of parasitics");
    const std::string recipe = parasiticRecipeText(request);
    auto folder = RunFolder::open(request.folder, recipe, "log.jsonl");
    if (!folder)
        return folder.failure();
    const ParasiticKeeping keeping{folder->snapshot(), fingerprintOf(request.training, recipe),
                                   request.keepSeconds};
    std::error_code code;
    ParasiticSnapshot from;
    if (fs::exists(keeping.snapshot, code)) {
        const auto read = readParasiticSnapshot(keeping.snapshot, keeping.fingerprint);
        if (!read) {
            folder->failed(read.error(), false);
            return read.failure();
        }
        from = *read;
    }
    if (const auto begun = folder->begin(static_cast<std::size_t>(from.reports)); !begun)
        return begun.failure();
    const auto failed = [&](const Error& error) {
        folder->failed(error, stop.stopRequested());
        return Unexpected{error};
    };
    std::optional<Error> problem;
    ParasiticTraining training = request.training;
    training.report = [&](const ParasiticReport& r) {
        if (const auto added = folder->append(reportLine(r)); !added && !problem)
            problem = added.error();
        if (request.training.report)
            request.training.report(r);
    };
    auto checkpoint = keeper->trainParasitics(training, keeping, stop, progress);
    if (!checkpoint)
        return failed(checkpoint.error());
    if (problem)
        return failed(*problem);
    ParasiticRunResult out;
    out.checkpoint = std::move(*checkpoint);
    out.checkpoint.provenance = {{"command", request.command},
                                 {"data", request.data},
                                 {"designs", trainedOn(training)},
                                 {"version", OHMSCAPE_VERSION},
                                 {"engine", (*loaded)->description()}};
    auto model = (*loaded)->loadParasitics(out.checkpoint);
    if (!model)
        return failed(model.error());
    Json tests = Json::object();
    for (const auto& [name, group] : request.tests) {
        auto evaluation = evaluateParasitics(**model, group, stop);
        if (!evaluation && evaluation.error().code == "LEARN-010")
            continue; // designs without labels of this kind are no test of it
        if (!evaluation)
            return failed(evaluation.error());
        tests[name] = toJson(*evaluation);
        out.tests.emplace_back(name, std::move(*evaluation));
    }
    if (const auto written = writeParasiticCheckpoint(out.checkpoint, folder->model()); !written)
        return failed(written.error());
    const Json result = {{"seed", training.spec.seed},
                         {"model", folder->model().string()},
                         {"parameters", (*model)->parameterCount()},
                         {"command", request.command},
                         {"version", OHMSCAPE_VERSION},
                         {"engine", (*loaded)->description()},
                         {"inputs", request.inputs},
                         {"test", tests}};
    out.text = result.dump(1);
    if (const auto done = folder->finish(out.text + "\n"); !done)
        return failed(done.error());
    return out;
}

} // namespace ohm::learn
