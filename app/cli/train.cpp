// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "core/learn/run.h"
#include "core/runs/sizingrun.h"

#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct TrainOptions {
    std::string recipe;
    std::vector<std::string> data;
    std::string from;
    double fraction = 0;
    std::vector<std::string> settings;
    std::string device = "cpu";
    std::string output;
    std::vector<std::uint64_t> seeds;
    std::vector<int> ks;
};

void tell(const learn::TrainingReport& report, Context& context) {
    context.progress.clear();
    if (context.json) {
        std::printf("%s\n", learn::reportLine(report).c_str());
    } else {
        std::printf("step %lld of %lld  loss %.3g", static_cast<long long>(report.step),
                    static_cast<long long>(report.steps), report.trainLoss);
        if (report.validation) {
            for (const auto& [k, value] : report.validation->accAt)
                std::printf("  Acc@%d %.4f", k, value);
            std::printf("  MAE %.3g  R2 %.4f", report.validation->mae, report.validation->r2);
        }
        if (report.selected)
            std::printf("  selected %.1f %%", 100 * *report.selected);
        if (report.overlap)
            std::printf("  overlap %.2f", *report.overlap);
        std::printf("  %.0f graphs/s  %.0f s left\n", report.graphsPerSecond,
                    report.remainingSeconds);
    }
    std::fflush(stdout);
}

/// Mean and deviation over seeds of what was measured last.
Json summary(const std::vector<learn::TrainingResult>& results) {
    std::map<std::string, std::vector<double>> values;
    for (const auto& result : results) {
        const auto add = [&](const std::string& part,
                             const std::optional<learn::RegressionMetrics>& m) {
            if (!m)
                return;
            for (const auto& [k, value] : m->accAt)
                values[part + ".acc_at_" + std::to_string(k)].push_back(value);
            values[part + ".mse"].push_back(m->mse);
            values[part + ".mae"].push_back(m->mae);
            values[part + ".r2"].push_back(m->r2);
        };
        add("validation", result.last.validation);
        add("test", result.test);
    }
    Json out = Json::object();
    for (const auto& [name, list] : values) {
        const double mean =
            std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
        double square = 0;
        for (const double value : list)
            square += (value - mean) * (value - mean);
        const double deviation =
            list.size() > 1 ? std::sqrt(square / static_cast<double>(list.size() - 1)) : 0;
        out[name] = {{"mean", mean}, {"deviation", deviation}, {"seeds", list}};
    }
    return out;
}

void trainCommand(const TrainOptions& options, Context& context) {
    auto recipe = learn::readRecipe(options.recipe);
    for (const std::string& setting : options.settings) {
        if (recipe)
            recipe = learn::withSetting(*recipe, setting);
    }
    if (!recipe)
        return context.fail(recipe.error());
    if (options.fraction > 0)
        recipe->fraction = options.fraction;
    if (context.seed)
        recipe->seed = *context.seed;
    if (context.threads > 0) {
        const auto engine = learn::engine();
        if (!engine)
            return context.fail(engine.error());
        (*engine)->setThreads(context.threads);
    }
    learn::RunRequest request;
    request.recipe = *recipe;
    request.data = options.data;
    if (!options.from.empty())
        request.from = options.from;
    request.device = options.device;
    request.ks = options.ks;
    request.command = context.command;
    request.report = [&](const learn::TrainingReport& report) { tell(report, context); };
    std::vector<learn::TrainingResult> results;
    const std::vector<std::uint64_t> seeds =
        options.seeds.empty() ? std::vector<std::uint64_t>{recipe->seed} : options.seeds;
    for (const std::uint64_t seed : seeds) {
        request.recipe.seed = seed;
        request.folder = options.output;
        if (!options.seeds.empty())
            request.folder /= "seed-" + std::to_string(seed);
        auto result = learn::runTraining(request, context.stop, context.progress);
        runs::registerRun(request.folder); // an interrupted one is on the list, too
        if (!result)
            return context.fail(result.error());
        results.push_back(std::move(*result));
    }
    const Json last = {{"ok", true},
                       {"run", options.output},
                       {"model", (request.folder / "model.safetensors").string()},
                       {"summary", summary(results)}};
    if (context.json)
        return context.print(last);
    std::string text = "Trained. The network is " + last["model"].get<std::string>() + "\n";
    for (const auto& [name, entry] : last["summary"].items())
        text +=
            name + " " + std::to_string(entry["mean"].get<double>()) +
            (results.size() > 1 ? " +- " + std::to_string(entry["deviation"].get<double>()) : "") +
            "\n";
    context.print(text);
}

} // namespace

void addTrain(CLI::App& app, Context& context) {
    auto options = std::make_shared<TrainOptions>();
    CLI::App* verb = app.add_subcommand(
        "train", "Train a network by a recipe; an interrupted run in the same folder goes on");
    verb->add_option("RECIPE", options->recipe, "Recipe file (docs/recipes.md)")->required();
    verb->add_option(
        "--data", options->data,
        "Dataset files or requests such as ladder:2-10:20000, instead of the recipe's");
    verb->add_option("--from", options->from, "Checkpoint to start from (finetuning)");
    verb->add_option("--fraction", options->fraction, "Share of the training split to use")
        ->check(CLI::Range(0.0, 1.0));
    verb->add_option("--set", options->settings, "Change a key of the recipe: key=value")
        ->allow_extra_args(false);
    verb->add_option("--device", options->device, "cpu, cuda or cuda:N")->capture_default_str();
    verb->add_option("--seeds", options->seeds,
                     "Several seeds, each in its own folder, with mean and deviation at the end")
        ->delimiter(',');
    verb->add_option("--k", options->ks, "K of Acc@K in the reports (default: the recipe's)")
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    verb->add_option("-o,--output", options->output, "Folder of the run")->required();
    verb->callback([options, &context] { trainCommand(*options, context); });
}

} // namespace ohm::cli
