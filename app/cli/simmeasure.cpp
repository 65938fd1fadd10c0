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

#include <sys/resource.h>

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

/// Processor time of this process, or of those it started that have ended, s.
double processorSeconds(int who) {
    struct rusage used {};
    getrusage(who, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Seconds {
    double wall = 0, processor = 0;
};

/// What one process per bench with files takes for a design: start ngspice, read the deck, run,
/// write the vectors as text; the transient with the step of the published benches. `asInstalled`:
/// with the threads ngspice takes by itself, as the published harness has it, else with one.
Seconds processPerBench(const optimize::Problem& problem, optimize::Evaluator& evaluator,
                        const optimize::Design& design, const std::filesystem::path& folder,
                        bool asInstalled) {
    const auto begin = std::chrono::steady_clock::now();
    const double before = processorSeconds(RUSAGE_CHILDREN);
    const Seconds failed{std::nan(""), std::nan("")};
    for (std::size_t b = 0; b < problem.benches.size(); ++b) {
        const auto deck = evaluator.deck(b, design);
        if (!deck)
            return failed;
        std::string text = *deck + ".control\n" + (asInstalled ? "" : "set num_threads=1\n");
        for (const sim::Analysis& a : problem.benches[b].analyses) {
            sim::Analysis fine = a;
            if (a.kind == sim::Analysis::Kind::Tran)
                fine.step = a.step / 5, fine.stop = 1e-6;
            const auto command = sim::analysisCommand(fine);
            if (!command)
                return failed;
            text += *command + "\nwrdata out" + std::to_string(b) +
                    (a.kind == sim::Analysis::Kind::Ac ? " v(out)\n" : " v(out) i(vdd)\n");
        }
        text += "quit\n.endc\n.end\n";
        const auto file = folder / ("bench" + std::to_string(b) + ".cir");
        std::ofstream(file) << text;
        std::error_code ignored;
        const auto out = folder / ("out" + std::to_string(b)); // some versions add .data
        std::filesystem::remove(out, ignored);
        std::filesystem::remove(out.string() + ".data", ignored);
        const std::string command =
            "cd '" + folder.string() + "' && " +
            (asInstalled ? "env -u OMP_NUM_THREADS -u OMP_WAIT_POLICY " : "OMP_NUM_THREADS=1 ") +
            "ngspice -b '" + file.string() + "' > log.txt 2>&1";
        if (std::system(command.c_str()) == -1)
            return failed;
        if (!std::filesystem::exists(out, ignored) &&
            !std::filesystem::exists(out.string() + ".data", ignored))
            return failed;
    }
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
            processorSeconds(RUSAGE_CHILDREN) - before};
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
    constexpr std::size_t kRounds = 6;
    constexpr std::size_t kPerRound = 4; ///< designs on the pool; one of them in each old way
    constexpr std::size_t kInstalled = 2;
    const auto project = project::dataFolder() / "projects" / "two-stage-opamp";
    const auto problem = sizingProblem(project.string(), context);
    if (!problem)
        return context.fail(problem.error());
    const auto folder = TemporaryDirectory::create("ohmbench");
    if (!folder)
        return context.fail(folder.error());
    dataset::Random random(context.seed.value_or(1), 0);
    const auto designs = optimize::randomDesigns(*problem, kRounds * kPerRound + 2, {}, random);
    // All ways take turns, so that whatever else runs here slows down each of them alike.
    std::vector<Seconds> pooled, single, installed;
    double ownProcessor = 0; ///< of this process while the pool works
    double others = 0;       ///< of ended processes that are not the pool's
    double children = processorSeconds(RUSAGE_CHILDREN);
    int workers = 1;
    {
        auto pool = sizingPool("ngspice", context.threads);
        workers = pool->workerCount();
        optimize::Evaluator evaluator(*problem, pool);
        if (const auto ready = evaluator.evaluate({designs[0], designs[1]}, context.stop); !ready)
            return context.fail(ready.error());
        for (std::size_t round = 0; round < kRounds; ++round) {
            if (context.stop.shouldStop())
                return context.fail({"OPT-020", "Stopped", {}, {}, {}});
            const auto first = designs.begin() + 2 + static_cast<std::ptrdiff_t>(round * kPerRound);
            const double own = processorSeconds(RUSAGE_SELF);
            const auto begin = std::chrono::steady_clock::now();
            const auto results = evaluator.evaluate({first, first + kPerRound}, context.stop);
            if (!results)
                return context.fail(results.error());
            pooled.push_back(
                {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() /
                     kPerRound,
                 0});
            ownProcessor += processorSeconds(RUSAGE_SELF) - own;
            for (const bool asInstalled : {false, true}) {
                if (asInstalled && round >= kInstalled)
                    continue; // a dozen seconds each on a busy machine
                const Seconds took =
                    processPerBench(*problem, evaluator, *first, folder->path(), asInstalled);
                (asInstalled ? installed : single).push_back(took);
                others += took.processor;
            }
        }
    }
    children = processorSeconds(RUSAGE_CHILDREN) - children - others; // of the pool, which ended
    const auto mean = [](const std::vector<Seconds>& all, double Seconds::*part) {
        double sum = 0;
        for (const Seconds& each : all)
            sum += each.*part;
        return sum / static_cast<double>(all.size());
    };
    const auto row = [&](const char* name, double value, const char* unit, std::size_t n,
                         const char* note = "") {
        printBenchRow({name, value, unit, static_cast<int>(n), note}, context);
    };
    // One after another; as many at a time as there are workers would take a share of this each.
    const double fast = mean(pooled, &Seconds::wall);
    const double one = mean(single, &Seconds::wall) / workers;
    const double two = mean(installed, &Seconds::wall) / workers;
    row("sizing, designs on the pool", 1 / fast, "designs/s", kRounds * kPerRound);
    row("sizing, one process per bench, files, 100 ps", 1 / one, "designs/s", kRounds,
        "OMP_NUM_THREADS=1");
    row("sizing, the same as installed", 1 / two, "designs/s", kInstalled, "ngspice's own threads");
    row("sizing, ratio", one / fast, "x", kRounds, "to one thread");
    row("sizing, ratio to as installed", two / fast, "x", kInstalled);
    const double counted = kRounds * kPerRound + 2;
    const double poolTime = children / counted + ownProcessor / (kRounds * kPerRound);
    row("sizing, processor time on the pool", poolTime * 1e3, "ms/design", kRounds * kPerRound,
        "start of the workers included");
    row("sizing, processor time, one process per bench", mean(single, &Seconds::processor) * 1e3,
        "ms/design", kRounds);
    row("sizing, processor time, as installed", mean(installed, &Seconds::processor) * 1e3,
        "ms/design", kInstalled);
    row("sizing, ratio of processor time", mean(single, &Seconds::processor) / poolTime, "x",
        kRounds, "to one thread");
}

} // namespace ohm::cli
