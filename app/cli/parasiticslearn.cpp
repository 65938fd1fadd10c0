// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "app/cli/parasitics.h"
#include "app/cli/parasiticsdata.h"
#include "core/base/files.h"
#include "core/explore/parasiticlayout.h"
#include "core/learn/engine.h"
#include "core/learn/parasiticrun.h"
#include "core/runs/runkind.h"
#include "core/runs/sizingrun.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct TrainOptions {
    std::string data, output;
    std::vector<std::string> designs, tests, settings;
    std::vector<std::uint64_t> seeds;
    std::string method, task, loss;
};

struct EvalOptions {
    std::string model, data, output;
    std::vector<std::string> designs;
};

Json toJson(const learn::ParasiticEvaluation& e) {
    return Json::parse(learn::evaluationText(e));
}

std::string textOf(const std::string& name, const learn::ParasiticEvaluation& e) {
    char line[300];
    if (e.values)
        std::snprintf(line, sizeof(line),
                      "%-28s %6zu labels  MAE %.4f  MSE %.5f  R2 %.4f  within 2x %.3f  F1 %.3f\n",
                      name.c_str(), e.values->count, e.values->mae, e.values->mse,
                      e.values->r2.value_or(NAN), e.values->within2, e.classes->f1);
    else if (e.classes)
        std::snprintf(line, sizeof(line),
                      "%-28s %6zu labels  accuracy %.3f  precision %.3f  recall %.3f  F1 %.3f  "
                      "(without most frequent: F1 %.3f)\n",
                      name.c_str(), e.classes->count, e.classes->accuracy, e.classes->precision,
                      e.classes->recall, e.classes->f1, e.classes->f1Without);
    else
        std::snprintf(line, sizeof(line),
                      "%-28s %6zu candidates  AUC %.4f  precision %.3f  recall %.3f\n",
                      name.c_str(), e.label.size(), e.linkAuc.value_or(NAN),
                      e.linkPrecision.value_or(NAN), e.linkRecall.value_or(NAN));
    return line;
}

void tell(const learn::ParasiticReport& r, Context& context) {
    context.progress.clear();
    if (context.json) {
        std::printf("%s\n", learn::reportLine(r).c_str());
    } else if (r.phase == "pretrain") {
        std::printf("pretraining %lld of %lld  alignment %.4f  scattering %.4f\n",
                    static_cast<long long>(r.step), static_cast<long long>(r.steps), r.loss,
                    r.otherLoss);
    } else {
        std::printf("step %lld of %lld  loss %.4g", static_cast<long long>(r.step),
                    static_cast<long long>(r.steps), r.loss);
        if (r.validation)
            std::printf("  validation MSE %.5f R2 %.4f", r.validation->mse,
                        r.validation->r2.value_or(NAN));
        else if (r.validationClasses)
            std::printf("  validation F1 %.4f", r.validationClasses->f1);
        else
            std::printf("  validation loss %.4f", r.otherLoss);
        std::printf("  %.0f s\n", r.seconds);
    }
    std::fflush(stdout);
}

void trainCommand(const TrainOptions& options, Context& context) {
    learn::ParasiticTraining training;
    const auto set = [&](const std::string& key, const std::string& value) -> Expected<void> {
        return learn::setParasiticKey(training.spec, key, value);
    };
    // Method, task and loss belong together: they are checked when all are set.
    training.spec.method = options.method;
    training.spec.task = options.task;
    if (!options.loss.empty())
        training.spec.loss = options.loss;
    if (training.spec.loss == "ce" || training.spec.loss == "focal" ||
        training.spec.loss == "balanced")
        training.spec.classify = true;
    if (context.seed)
        training.spec.seed = *context.seed;
    for (const std::string& setting : options.settings) {
        const std::size_t cut = setting.find('=');
        const auto done = set(setting.substr(0, cut),
                              cut == std::string::npos ? std::string{} : setting.substr(cut + 1));
        if (!done)
            return context.fail(done.error());
    }
    const auto designs = parasitics::readDesigns(options.data);
    if (!designs)
        return context.fail(designs.error());
    const auto train = designsNamed(*designs, options.designs);
    if (!train)
        return context.fail(train.error());
    training.designs = *train;
    DesignGroups tests;
    if (options.tests.empty()) {
        for (const auto& design : *designs) {
            if (std::find(train->begin(), train->end(), &design) == train->end())
                tests.push_back({design.graph.name, {&design}});
        }
    } else {
        const auto named = designGroups(*designs, options.tests);
        if (!named)
            return context.fail(named.error());
        tests = *named;
    }
    const auto engine = parasiticEngine(context); // with as many threads as were asked for
    if (!engine)
        return context.fail(engine.error());
    training.report = [&](const learn::ParasiticReport& r) { tell(r, context); };
    const std::vector<std::uint64_t> seeds =
        options.seeds.empty() ? std::vector<std::uint64_t>{training.spec.seed} : options.seeds;
    Json all = Json::array();
    std::string text;
    for (const std::uint64_t seed : seeds) {
        training.spec.seed = seed;
        learn::ParasiticRunRequest request;
        request.folder = options.output;
        if (!options.seeds.empty())
            request.folder /= "seed-" + std::to_string(seed);
        request.data = options.data;
        request.command = context.command;
        request.inputs = {{options.data, runs::fileHash(options.data)}};
        request.training = training;
        request.tests = tests;
        const auto result = learn::runParasiticTraining(request, context.stop, context.progress);
        runs::registerRun(request.folder); // an interrupted one is on the list, too
        if (!result)
            return context.fail(result.error());
        for (const auto& [name, evaluation] : result->tests)
            text += textOf(name, evaluation);
        all.push_back(Json::parse(result->text));
    }
    if (context.json)
        return context.print(Json{{"ok", true}, {"run", options.output}, {"results", all}});
    context.print(text + "The network is " + all.back()["model"].get<std::string>() + "\n");
}

void evalCommand(const EvalOptions& options, Context& context) {
    const auto loaded = loadEstimator(options.model, context);
    if (!loaded)
        return context.fail(loaded.error());
    const auto designs = parasitics::readDesigns(options.data);
    if (!designs)
        return context.fail(designs.error());
    const auto tests = designGroups(
        *designs, options.designs.empty() ? std::vector<std::string>{"all"} : options.designs);
    if (!tests)
        return context.fail(tests.error());
    const auto& spec = loaded->checkpoint.spec;
    Json all = Json::object();
    std::string text;
    std::string csv = "design,a,b,true_farad,predicted_farad,deviation_decades\n";
    const auto quantity =
        spec.task == "ground" ? parasitics::Quantity::Ground : parasitics::Quantity::Coupling;
    for (const auto& [name, group] : *tests) {
        const auto e = learn::evaluateParasitics(*loaded->model, group, context.stop);
        if (!e) {
            if (e.error().code != "LEARN-010")
                return context.fail(e.error());
            continue;
        }
        all[name] = toJson(*e);
        text += textOf(name, *e);
        for (std::size_t i = 0; i < e->label.size() && e->values; ++i) {
            const parasitics::CircuitGraph& graph = group[e->design[i]]->graph;
            const auto nameOf = [&](std::uint32_t node) {
                return node < graph.nets ? graph.netNames[node] : "pin " + std::to_string(node);
            };
            char numbers[120];
            std::snprintf(numbers, sizeof(numbers), ",%.6g,%.6g,%.4g\n",
                          parasitics::farads(static_cast<double>(e->label[i]), quantity),
                          parasitics::farads(static_cast<double>(e->predicted[i]), quantity),
                          e->deviation.empty() ? 0.0 : 6 * static_cast<double>(e->deviation[i]));
            csv += graph.name + ',' +
                   (e->nets.empty() ? nameOf(e->pairs[i].first) + ',' + nameOf(e->pairs[i].second)
                                    : nameOf(e->nets[i]) + ',') +
                   numbers;
        }
    }
    if (all.empty())
        return context.fail({"LEARN-010",
                             "None of the designs has labels of this kind",
                             spec.task,
                             options.data,
                             {}});
    if (!options.output.empty()) {
        const auto written = writeFileAtomically(options.output, csv);
        if (!written)
            return context.fail(written.error());
    }
    if (context.json)
        return context.print(Json{{"task", spec.task}, {"method", spec.method}, {"designs", all}});
    context.print(text);
}

struct EmbedOptions {
    std::string model, data, output;
    std::vector<std::string> designs;
    explore::TsneOptions tsne;
    bool untrained = false;
};

void embedCommand(const EmbedOptions& options, Context& context) {
    const auto loaded = loadEstimator(options.model, context);
    if (!loaded)
        return context.fail(loaded.error());
    const auto designs = parasitics::readDesigns(options.data);
    if (!designs)
        return context.fail(designs.error());
    const auto shown = designsNamed(
        *designs, options.designs.empty() ? std::vector<std::string>{"all"} : options.designs);
    if (!shown)
        return context.fail(shown.error());
    auto how = options.tsne;
    how.threads = context.threads;
    how.seed = context.seed.value_or(0);
    std::unique_ptr<learn::ParasiticModel> bare;
    if (options.untrained) {
        const auto engine = parasiticEngine(context);
        if (!engine)
            return context.fail(engine.error());
        auto model =
            (*engine)->loadParasitics(explore::untrainedEncoder(loaded->checkpoint, how.seed));
        if (!model)
            return context.fail(model.error());
        bare = std::move(*model);
    }
    const auto layout = explore::layOutParasitics(bare ? *bare : *loaded->model, *shown, how,
                                                  context.stop, context.progress);
    if (!layout)
        return context.fail(layout.error());
    if (!options.output.empty()) {
        std::string csv = "design,net,nets_alike,farad,x,y\n";
        for (std::size_t i = 0; i < layout->members.size(); ++i) {
            const auto& graph = (*shown)[layout->design[i]]->graph;
            char numbers[120];
            std::snprintf(numbers, sizeof(numbers), ",%zu,%.6g,%.5g,%.5g\n", layout->members[i],
                          static_cast<double>(layout->farad[i]),
                          static_cast<double>(layout->at[2 * i]),
                          static_cast<double>(layout->at[2 * i + 1]));
            csv += graph.name + ',' + graph.netNames[layout->net[i]] + numbers;
        }
        const auto written = writeFileAtomically(options.output, csv);
        if (!written)
            return context.fail(written.error());
    }
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"points", layout->members.size()},
                                  {"kl", layout->divergence},
                                  {"neighbour_r2", layout->neighbourR2},
                                  {"file", options.output}});
    char line[160];
    std::snprintf(line, sizeof(line),
                  "%zu points, KL divergence %.4f, R2 of log C from ten neighbours %.4f\n",
                  layout->members.size(), layout->divergence, layout->neighbourR2);
    context.print(std::string(line));
}

} // namespace

void addParasiticsLearning(CLI::App& noun, Context& context) {
    auto train = std::make_shared<TrainOptions>();
    train->method = "ohmscape";
    train->task = "coupling";
    CLI::App* verb = noun.add_subcommand("train", "Pretrain and train an estimator");
    verb->add_option("--data", train->data, "HDF5 file of `parasitics import`")->required();
    verb->add_option("--designs", train->designs, "Designs to learn from: names, NAME*, or all")
        ->delimiter(',')
        ->required();
    verb->add_option("--test", train->tests,
                     "Designs to test on, NAME* as one (default: all others)")
        ->delimiter(',');
    verb->add_option("--method", train->method,
                     "sage, gcn, paragraph, dlplcap, circuitgps, circuitgcl or ohmscape")
        ->capture_default_str();
    verb->add_option("--task", train->task, "coupling, ground or link")->capture_default_str();
    verb->add_option("--loss", train->loss,
                     "Values: mse, gai, bmc, bni, mpgd, shrinkage; classes: ce, focal, balanced");
    verb->add_option("--set", train->settings, "Change a setting: key=value")
        ->allow_extra_args(false);
    verb->add_option("--seeds", train->seeds, "Several seeds, each in its own folder")
        ->delimiter(',');
    verb->add_option("-o,--output", train->output, "Folder of the run")->required();
    verb->callback([train, &context] { trainCommand(*train, context); });

    auto eval = std::make_shared<EvalOptions>();
    verb = noun.add_subcommand("eval", "Measure an estimator on designs with extractions");
    verb->add_option("MODEL", eval->model, "Checkpoint of `parasitics train`")->required();
    verb->add_option("--data", eval->data, "HDF5 file of `parasitics import`")->required();
    verb->add_option("--designs", eval->designs, "Names (default: all)")->delimiter(',');
    verb->add_option("-o,--output", eval->output, "CSV of every label and estimate");
    verb->callback([eval, &context] { evalCommand(*eval, context); });

    auto embed = std::make_shared<EmbedOptions>();
    verb = noun.add_subcommand("embed", "Lay out what a contrastive encoder makes of nets");
    verb->add_option("MODEL", embed->model, "Checkpoint with an encoder")->required();
    verb->add_option("--data", embed->data, "HDF5 file of `parasitics import`")->required();
    verb->add_option("--designs", embed->designs, "Names (default: all)")->delimiter(',');
    verb->add_option("--perplexity", embed->tsne.perplexity, "Of t-SNE")->capture_default_str();
    verb->add_option("--steps", embed->tsne.steps, "Of t-SNE")->capture_default_str();
    verb->add_flag("--untrained", embed->untrained,
                   "With an encoder that was never trained, to compare (Fig. 3)");
    verb->add_option("-o,--output", embed->output, "CSV of the points");
    verb->callback([embed, &context] { embedCommand(*embed, context); });
}

} // namespace ohm::cli
