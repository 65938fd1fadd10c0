// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model.h"
#include "app/cli/sizing.h"
#include "core/base/files.h"
#include "core/base/units.h"
#include "core/dataset/random.h"
#include "core/optimize/algorithm.h"
#include "core/optimize/check.h"
#include "core/optimize/evaluator.h"
#include "core/optimize/measure.h"
#include "core/project/installation.h"
#include "core/sim/deckcheck.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct MeasureOptions {
    std::string project;
    std::vector<std::string> settings;
    std::string ngspice = "ngspice";
    bool corners = false;
};

void measureCommand(const MeasureOptions& options, Context& context) {
    const auto problem = sizingProblem(options.project, context);
    if (!problem)
        return context.fail(problem.error());
    const auto design = designOf(*problem, options.settings);
    if (!design)
        return context.fail(design.error());
    if (options.corners)
        return tellCorners(*problem, *design, sizingPool(options.ngspice, context.threads),
                           context);
    if (const auto fine = optimize::checkProblem(*problem); !fine)
        return context.fail(fine.error());
    optimize::Evaluator evaluator(*problem, sizingPool(options.ngspice, context.threads));
    const auto results = evaluator.evaluate({*design}, context.stop);
    if (!results)
        return context.fail(results.error());
    const optimize::Evaluation& e = results->front();
    if (!e.valid)
        return context.fail({"OPT-024", "The design could not be measured", e.failure, {}, {}});
    const auto penalties = problem->penalties(e.values);
    Json measurements = Json::object();
    Json specs = Json::array();
    std::string text;
    for (std::size_t m = 0; m < problem->measures.size(); ++m) {
        measurements[problem->measures[m].name] = e.values[m];
        text += problem->measures[m].name + " = " +
                optimize::formatMeasure(problem->measures[m], e.values[m]) + "\n";
    }
    double cost = 0;
    for (std::size_t s = 0; s < problem->specs.size(); ++s) {
        const optimize::Spec& spec = problem->specs[s];
        const double value = e.values[problem->measureOf[s]];
        const double target = spec.min && value < *spec.min   ? *spec.min
                              : spec.max && value > *spec.max ? *spec.max
                              : spec.min                      ? *spec.min
                                                              : *spec.max;
        double margin = spec.min ? value - *spec.min : *spec.max - value;
        if (spec.min && spec.max)
            margin = std::min(value - *spec.min, *spec.max - value);
        cost += penalties[s];
        specs.push_back({{"name", spec.name},
                         {"value", value},
                         {"target", target},
                         {"pass", penalties[s] == 0},
                         {"margin", margin}});
        text += spec.name + (penalties[s] == 0 ? ": met\n" : ": missed\n");
    }
    if (!context.json)
        return context.print(text);
    context.print(
        Json{{"ok", true}, {"measurements", measurements}, {"specs", specs}, {"cost", cost}});
}

/// Seconds that one process per bench with files takes for a design: start ngspice, read the deck,
/// run, write the vectors as text; the transient with the step of the published benches.
double processPerBench(const optimize::Problem& problem, optimize::Evaluator& evaluator,
                       const optimize::Design& design, const std::filesystem::path& folder) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t b = 0; b < problem.benches.size(); ++b) {
        const auto deck = evaluator.deck(b, design);
        if (!deck)
            return std::nan("");
        std::string text = *deck + ".control\nset num_threads=1\n";
        for (const sim::Analysis& a : problem.benches[b].analyses) {
            sim::Analysis fine = a;
            if (a.kind == sim::Analysis::Kind::Tran)
                fine.step = a.step / 5, fine.stop = 1e-6;
            const auto command = sim::analysisCommand(fine);
            if (!command)
                return std::nan("");
            text += *command + "\nwrdata out" + std::to_string(b) +
                    (a.kind == sim::Analysis::Kind::Ac ? " v(out)\n" : " v(out) i(vdd)\n");
        }
        text += "quit\n.endc\n.end\n";
        const auto file = folder / ("bench" + std::to_string(b) + ".cir");
        std::ofstream(file) << text;
        const std::string command = "cd '" + folder.string() +
                                    "' && OMP_NUM_THREADS=1 ngspice -b '" + file.string() +
                                    "' > log.txt 2>&1";
        if (std::system(command.c_str()) == -1)
            return std::nan("");
        std::error_code ignored;
        const auto out = folder / ("out" + std::to_string(b)); // some versions add .data
        if (!std::filesystem::exists(out, ignored) &&
            !std::filesystem::exists(out.string() + ".data", ignored))
            return std::nan("");
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

void addSimMeasure(CLI::App& noun, Context& context) {
    auto options = std::make_shared<MeasureOptions>();
    CLI::App* verb = noun.add_subcommand("measure", "Measurements and specs of a project's design");
    verb->add_option("PROJECT", options->project, "Project with benches and measurements")
        ->required();
    verb->add_option("--set", options->settings, "NAME=VALUE of a parameter")
        ->allow_extra_args(false);
    verb->add_flag("--corners", options->corners, "In every corner of the project as well");
    verb->add_option("--ngspice", options->ngspice, "The ngspice program to run")
        ->capture_default_str();
    verb->callback([options, &context] { measureCommand(*options, context); });
}

void benchSimulations(Context& context) {
    constexpr std::size_t kDesigns = 24;
    constexpr std::size_t kSlow = 4; ///< of the way of comparison
    const auto project = project::dataFolder() / "projects" / "two-stage-opamp";
    const auto problem = sizingProblem(project.string(), context);
    if (!problem)
        return context.fail(problem.error());
    const int workers = context.threads;
    const auto pool = sizingPool("ngspice", workers);
    optimize::Evaluator evaluator(*problem, pool);
    dataset::Random random(context.seed.value_or(1), 0);
    const auto designs = optimize::randomDesigns(*problem, kDesigns + kSlow, {}, random);
    const std::vector<optimize::Design> warm(designs.begin(), designs.begin() + kSlow);
    if (const auto ready = evaluator.evaluate(warm, context.stop); !ready)
        return context.fail(ready.error());
    const std::vector<optimize::Design> timed(designs.begin() + kSlow, designs.end());
    const auto begin = std::chrono::steady_clock::now();
    const auto results = evaluator.evaluate(timed, context.stop);
    if (!results)
        return context.fail(results.error());
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const auto folder = TemporaryDirectory::create("ohmbench");
    if (!folder)
        return context.fail(folder.error());
    // One after another; as many at a time as there are workers would take a share of this each.
    std::vector<double> slow;
    for (const auto& design : warm) {
        if (context.stop.shouldStop())
            return context.fail({"OPT-020", "Stopped", {}, {}, {}});
        slow.push_back(processPerBench(*problem, evaluator, design, folder->path()));
    }
    std::sort(slow.begin(), slow.end());
    const double each = slow[slow.size() / 2] / pool->workerCount();
    const double fast = seconds / kDesigns;
    const auto row = [&](const char* name, double value, const char* unit, std::size_t n) {
        printBenchRow({name, value, unit, static_cast<int>(n), {}}, context);
    };
    row("sizing, designs on the pool", 1 / fast, "designs/s", kDesigns);
    row("sizing, one process per bench, files, 100 ps", 1 / each, "designs/s", kSlow);
    row("sizing, ratio", each / fast, "x", kSlow);
}

} // namespace ohm::cli
