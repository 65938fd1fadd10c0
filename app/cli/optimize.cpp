// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "app/cli/sizing.h"
#include "core/base/files.h"
#include "core/base/units.h"
#include "core/optimize/check.h"
#include "core/optimize/measure.h"
#include "core/optimize/session.h"
#include "core/project/project.h"
#include "core/runs/sizingrun.h"

#include <cmath>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {

Expected<optimize::Problem> sizingProblem(const std::string& path, Context& context) {
    const auto project = project::readProject(path);
    if (!project)
        return project.failure();
    context.show(project->diagnostics);
    return optimize::problemOf(*project);
}

std::shared_ptr<sim::SimulatorPool> sizingPool(const std::string& ngspice, int workers) {
    sim::PoolOptions options;
    options.workers = workers;
    options.ngspice = ngspice;
    return std::make_shared<sim::SimulatorPool>(options);
}

namespace {

struct OptimizeOptions {
    std::string project;
    optimize::SessionOptions session;
    std::string backbone;
    std::string output;
    std::string ngspice = "ngspice";
    std::string cache;
    bool noCache = false;
    bool original = false;
};

/// "  left: 140 sims, 65 s", or what is known of it.
std::string aheadText(const optimize::Outlook& o) {
    char text[96] = "";
    if (o.simsLeft && o.secondsLeft)
        std::snprintf(text, sizeof(text), "  left about %zu sims, %.0f s", *o.simsLeft,
                      *o.secondsLeft);
    else if (o.mostSecondsLeft)
        std::snprintf(text, sizeof(text), "  left unknown, at most %.0f s", *o.mostSecondsLeft);
    return text;
}

void tell(const optimize::IterationReport& r, const optimize::Problem& problem, Context& context) {
    context.progress.clear();
    if (context.json) {
        Json met = Json::object();
        for (std::size_t s = 0; s < problem.specs.size(); ++s)
            met[problem.specs[s].name] = r.meeting[s];
        Json line = {{"iteration", r.iteration},
                     {"sims", r.sims},
                     {"queries", r.queries},
                     {"failures", r.failures},
                     {"best_cost", number(r.bestCost)},
                     {"mean_cost_20", number(r.meanCost)},
                     {"designs_met", r.meetingAll},
                     {"specs_met", met},
                     {"acceptance", r.acceptance},
                     {"seconds", r.seconds},
                     {"iteration_seconds", r.iterationSeconds},
                     {"simulated", r.simulated},
                     {"budget_left", r.outlook.budgetLeft},
                     {"sims_left", r.outlook.simsLeft ? Json(*r.outlook.simsLeft) : Json()},
                     {"eta_seconds", r.outlook.secondsLeft ? Json(*r.outlook.secondsLeft) : Json()},
                     {"most_seconds_left",
                      r.outlook.mostSecondsLeft ? Json(*r.outlook.mostSecondsLeft) : Json()},
                     {"without_progress", r.outlook.withoutProgress}};
        if (r.loss >= 0)
            line["loss"] = r.loss;
        if (r.accuracy >= 0)
            line["accuracy"] = r.accuracy;
        context.print(line);
    } else {
        std::printf(
            "%4zu  sims %5zu  queries %7zu  best %.4g  mean of 20 %.4g  all met %zu  %.1f s%s\n",
            r.iteration, r.sims, r.queries, r.bestCost, r.meanCost, r.meetingAll, r.seconds,
            aheadText(r.outlook).c_str());
    }
    std::fflush(stdout);
}

Json judgeJson(const std::vector<runs::SizingRun::Judged>& judged) {
    Json out = Json::object();
    for (const auto& [spec, better, c] : judged) {
        Json bins = Json::array();
        for (const auto& bin : c.bins)
            bins.push_back({{"said", bin.said}, {"came", bin.came.rate}, {"count", bin.count}});
        out[better ? "better" : "meets"][spec] = {{"claims", c.count},
                                                  {"said", c.said},
                                                  {"came", c.came.rate},
                                                  {"came_low", c.came.low},
                                                  {"came_high", c.came.high},
                                                  {"right", c.right},
                                                  {"brier", c.brier},
                                                  {"calibration_error", c.error},
                                                  {"bins", bins}};
    }
    return out;
}

Json designJson(const optimize::Problem& problem, const optimize::Member& m) {
    Json parameters = Json::object();
    for (const auto& [name, value] : problem.parameters(m.design))
        parameters[name] = value;
    Json measurements = Json::object();
    for (std::size_t i = 0; i < problem.measures.size(); ++i)
        measurements[problem.measures[i].name] = number(m.values[i]);
    return {{"cost", m.cost}, {"parameters", parameters}, {"measurements", measurements}};
}

void optimizeCommand(OptimizeOptions options, Context& context) {
    const auto problem = sizingProblem(options.project, context);
    if (!problem)
        return context.fail(problem.error());
    context.show(optimize::benchNotes(*problem));
    auto& algorithm = options.session.algorithm;
    algorithm.seed = context.seed.value_or(0);
    algorithm.backbone = options.backbone;
    algorithm.threads = context.threads;
    algorithm.meetsHeads = !options.original;
    const std::filesystem::path cache = options.noCache ? std::filesystem::path()
                                        : !options.cache.empty()
                                            ? std::filesystem::path(options.cache)
                                            : optimize::defaultCacheFile();
    auto session = optimize::Session::open(*problem, options.session, options.output,
                                           sizingPool(options.ngspice, context.threads), cache);
    if (!session)
        return context.fail(session.error());
    runs::SizingRecorder recorder(options.output, options.project, context.command);
    recorder.update(**session);
    for (const auto& report : (*session)->history()) // of a run that goes on
        tell(report, *problem, context);
    const auto ending = (*session)->run(
        [&](const optimize::IterationReport& r) {
            tell(r, *problem, context);
            recorder.update(**session);
        },
        context.stop);
    if (!ending)
        return context.fail(ending.error());
    recorder.finish(**session, *ending);
    const auto& population = (*session)->population();
    const auto order = population.byCost();
    if (order.empty()) { // stopped before the first designs were done
        if (context.json)
            context.print(Json{{"ok", true}, {"ending", "stopped"}, {"run", options.output}});
        return;
    }
    const optimize::Member& best = population.members[order.front()];
    const auto netlist = optimize::designNetlist(*problem, best.design);
    if (!netlist)
        return context.fail(netlist.error());
    const auto file = std::filesystem::path(options.output) / "best.cir";
    if (const auto written = writeFileAtomically(file, *netlist); !written)
        return context.fail(written.error());
    const bool converged = *ending == optimize::Ending::Converged;
    if (context.json) {
        const auto& last = (*session)->history().back();
        context.print(Json{{"ok", true},
                           {"converged", converged},
                           {"ending", optimize::endingText(*ending)},
                           {"algorithm", algorithm.name},
                           {"seed", algorithm.seed},
                           {"sims", last.sims},
                           {"queries", last.queries},
                           {"best", designJson(*problem, best)},
                           {"netlist", file.string()},
                           {"judge", judgeJson(runs::judgedOf((*session)->history()))},
                           {"run", options.output}});
        return;
    }
    std::string text = "Ended: " + std::string(optimize::endingText(*ending)) + ".\nBest design:\n";
    for (std::size_t v = 0; v < problem->variables.size(); ++v)
        text += "  " + problem->variables[v].name + " = " +
                formatSi(problem->variables[v].value(best.design[v]), problem->variables[v].unit) +
                "\n";
    for (const auto& match : problem->matches)
        text += "  " + match.name + " = " + match.body + "\n";
    for (std::size_t s = 0; s < problem->specs.size(); ++s) {
        const auto& m = problem->measures[problem->measureOf[s]];
        text += "  " + m.name + " " +
                optimize::formatMeasure(m, best.values[problem->measureOf[s]]) +
                (best.penalties[s] == 0 ? "  met\n" : "  missed\n");
    }
    const auto judged = runs::judgedOf((*session)->history());
    for (std::size_t i = 0; i < judged.size(); ++i) {
        const auto& [spec, better, c] = judged[i];
        if (i == 0 || better != judged[i - 1].better)
            text += better ? "Judge, better than the reference (said, came true, right):\n"
                           : "Judge, meets the spec (said, came true, right):\n";
        char line[160];
        std::snprintf(line, sizeof(line), "  %-16s %3.0f %%  %3.0f %%  %3.0f %%  of %zu\n",
                      spec.c_str(), 100 * c.said, 100 * c.came.rate, 100 * c.right, c.count);
        text += line;
    }
    context.print(text + "Netlist: " + file.string() + "\n");
}

} // namespace

void addOptimize(CLI::App& app, Context& context) {
    auto o = std::make_shared<OptimizeOptions>();
    CLI::App* verb =
        app.add_subcommand("optimize", "Size a circuit: search its design space with ngspice");
    // Not required by the parser: `corners` and `montecarlo` have their own.
    verb->add_option("PROJECT", o->project, "Project with benches, measurements and specs");
    verb->add_option("-a,--algorithm", o->session.algorithm.name,
                     "random, evo, de, cmaes, nsga2, oracle, bagnet-fc, bagnet-random, "
                     "bagnet-frozen, bagnet-finetuned, bayes or bayes-graph")
        ->capture_default_str();
    verb->add_option("--backbone", o->backbone, "Checkpoint of the graph network");
    verb->add_option("--max-sims", o->session.mostSims, "Budget of simulated designs")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    verb->add_option("--stagnation", o->session.stagnation,
                     "Stop after so many iterations without progress (0: never)");
    verb->add_option("--target", o->session.target,
                     "Stop when so many designs meet every spec (20: the published rule)")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    verb->add_option("--max-seconds", o->session.mostSeconds, "Stop after so much time (0: never)")
        ->check(CLI::NonNegativeNumber);
    verb->add_option("--initial", o->session.algorithm.initial, "Random designs to begin with")
        ->capture_default_str()
        ->check(CLI::Range(2, 100000));
    verb->add_option("--per-iteration", o->session.algorithm.perIteration, "New designs each time")
        ->capture_default_str()
        ->check(CLI::Range(1, 10000));
    verb->add_option("--steps", o->session.algorithm.gradientSteps,
                     "BagNet: training steps per iteration")
        ->capture_default_str();
    verb->add_option("--designs-per-step", o->session.algorithm.designsPerStep,
                     "Train on all pairs among so many designs; 0 = 64 pairs drawn one by one")
        ->check(CLI::Range(0, 200));
    verb->add_option("--pool", o->session.algorithm.pool,
                     "Let the judge choose the best of so many offspring; 0 = take the first that "
                     "it accepts");
    verb->add_flag("--original", o->original, "BagNet of 2019: without the heads that say 'meets'");
    verb->add_option("--device", o->session.algorithm.device, "cpu, cuda or cuda:N")
        ->capture_default_str();
    verb->add_option("--cache", o->cache, "File that keeps results of simulations");
    verb->add_flag("--no-cache", o->noCache, "Simulate everything anew");
    verb->add_option("--ngspice", o->ngspice, "The ngspice program to run")->capture_default_str();
    verb->add_option("-o,--output", o->output, "Folder of the session; an old one goes on");
    addRobustness(*verb, context);
    verb->callback([o, verb, &context] {
        if (!verb->get_subcommands().empty())
            return;
        if (o->project.empty())
            throw CLI::RequiredError("PROJECT");
        if (o->output.empty())
            throw CLI::RequiredError("--output");
        optimizeCommand(*o, context);
    });
}

} // namespace ohm::cli
