// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/robustness.h"

#include "app/cli/context.h"
#include "app/cli/sizing.h"
#include "core/base/files.h"
#include "core/base/units.h"
#include "core/optimize/measure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <CLI/CLI.hpp>

namespace ohm::cli {

Expected<optimize::Design> designOf(const optimize::Problem& problem,
                                    const std::vector<std::string>& settings) {
    optimize::Design design = problem.nominal();
    for (const std::string& setting : settings) {
        const std::size_t equals = setting.find('=');
        const std::string name = setting.substr(0, equals);
        const auto found =
            std::find_if(problem.variables.begin(), problem.variables.end(),
                         [&](const optimize::Variable& v) { return v.name == name; });
        const double value = equals == std::string::npos
                                 ? std::nan("")
                                 : parseSi(setting.substr(equals + 1)).value_or(std::nan(""));
        if (found == problem.variables.end() || std::isnan(value))
            return fail("OPT-005", "A setting is not NAME=VALUE of a parameter", setting);
        if (value < found->low || value > found->high)
            return fail("OPT-005", "A setting is outside the range of its parameter", setting);
        design[static_cast<std::size_t>(found - problem.variables.begin())] = found->nearest(value);
    }
    return design;
}

namespace {

struct RobustnessOptions {
    std::string project;
    std::vector<std::string> settings;
    std::string ngspice = "ngspice";
    std::size_t count = 0;
    std::string output;
};

Json parametersJson(const optimize::Problem& problem, const optimize::Design& design) {
    Json parameters = Json::object();
    for (const auto& [name, value] : problem.parameters(design))
        parameters[name] = value;
    return parameters;
}

Json conditionJson(const optimize::Problem& problem, const optimize::ConditionResult& r) {
    Json line{{"name", r.name}, {"ok", r.evaluation.valid}, {"pass", r.pass}};
    if (!r.evaluation.valid) {
        line["failure"] = r.evaluation.failure;
        return line;
    }
    Json measurements = Json::object();
    for (std::size_t m = 0; m < problem.measures.size(); ++m)
        measurements[problem.measures[m].name] = number(r.evaluation.values[m]);
    Json specs = Json::object();
    for (std::size_t s = 0; s < problem.specs.size(); ++s)
        specs[problem.specs[s].name] = bool(r.holds[s]);
    line["measurements"] = measurements;
    line["specs"] = specs;
    return line;
}

std::string padded(const std::string& text, std::size_t width) {
    // The unit may hold letters of two bytes.
    const auto letters =
        static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        }));
    return text + std::string(width > letters ? width - letters : 1, ' ');
}

std::string percent(const optimize::Share& share) {
    char text[80];
    std::snprintf(text, sizeof(text), "%.1f %% (95 %%: %.1f to %.1f)", 100 * share.rate,
                  100 * share.low, 100 * share.high);
    return text;
}

/// A table of all samples for other programs.
std::string samplesCsv(const optimize::Problem& problem,
                       const std::vector<optimize::ConditionResult>& samples) {
    std::string text = "sample,ok,pass";
    for (const auto& m : problem.measures)
        text += "," + m.name;
    text += "\n";
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto& e = samples[i].evaluation;
        text += std::to_string(i) + (e.valid ? ",1," : ",0,") + (samples[i].pass ? "1" : "0");
        for (std::size_t m = 0; m < problem.measures.size(); ++m)
            text += "," + (e.valid ? formatExact(e.values[m]) : std::string());
        text += "\n";
    }
    return text;
}

void monteCarloCommand(const RobustnessOptions& options, Context& context) {
    const auto given = sizingProblem(options.project, context);
    if (!given)
        return context.fail(given.error());
    const auto design = designOf(*given, options.settings);
    if (!design)
        return context.fail(design.error());
    const std::size_t count = options.count > 0 ? options.count : given->monteCarlo.count;
    const std::uint64_t seed = context.seed.value_or(given->monteCarlo.seed);
    const auto report = optimize::monteCarlo(*given, *design, count, seed,
                                             sizingPool(options.ngspice, context.threads),
                                             context.stop, context.progress);
    context.progress.clear();
    if (!report)
        return context.fail(report.error());
    const optimize::Problem problem = given->asDrawn();
    if (!options.output.empty()) {
        if (const auto written =
                writeFileAtomically(options.output, samplesCsv(problem, report->samples));
            !written)
            return context.fail(written.error());
    }
    const auto shareJson = [](const optimize::Share& s) {
        return Json{{"rate", s.rate}, {"low", s.low}, {"high", s.high}, {"passing", s.passing}};
    };
    Json specs = Json::array();
    Json measurements = Json::object();
    std::string text =
        std::to_string(count) + " samples, seed " + std::to_string(seed) +
        (report->failed > 0 ? ", " + std::to_string(report->failed) + " failed" : "") + "\nyield " +
        percent(report->yield) + "\n";
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        Json line = shareJson(report->specs[s]);
        const optimize::Measure& m = problem.measures[problem.measureOf[s]];
        const auto& worst = report->samples[report->worst[s]].evaluation;
        const double value = worst.valid ? worst.values[problem.measureOf[s]] : std::nan("");
        line["name"] = problem.specs[s].name;
        line["worst"] = number(value);
        line["worst_sample"] = report->worst[s];
        specs.push_back(std::move(line));
        text += "  " + padded(problem.specs[s].name, 12) + padded(percent(report->specs[s]), 36) +
                "worst " + optimize::formatMeasure(m, value) + "\n";
    }
    for (std::size_t i = 0; i < problem.measures.size(); ++i) {
        const optimize::Statistics& t = report->measures[i];
        const optimize::Measure& m = problem.measures[i];
        measurements[m.name] = {{"mean", number(t.mean)},     {"sigma", number(t.sigma)},
                                {"min", number(t.least)},     {"p5", number(t.percentile5)},
                                {"median", number(t.median)}, {"p95", number(t.percentile95)},
                                {"max", number(t.greatest)}};
        text += "  " + padded(m.name, 12) + "mean " + optimize::formatMeasure(m, t.mean) +
                ", sigma " + optimize::formatMeasure(m, t.sigma) + ", " +
                optimize::formatMeasure(m, t.least) + " to " +
                optimize::formatMeasure(m, t.greatest) + "\n";
    }
    if (!context.json)
        return context.print(text);
    context.print(Json{{"ok", true},
                       {"parameters", parametersJson(problem, *design)},
                       {"count", count},
                       {"seed", seed},
                       {"failed", report->failed},
                       {"yield", shareJson(report->yield)},
                       {"specs", specs},
                       {"measurements", measurements}});
}

} // namespace

void tellCorners(const optimize::Problem& given, const optimize::Design& design,
                 std::shared_ptr<sim::SimulatorPool> pool, Context& context) {
    const auto report = optimize::evaluateCorners(given, design, std::move(pool), {}, context.stop,
                                                  context.progress);
    context.progress.clear();
    if (!report)
        return context.fail(report.error());
    const optimize::Problem problem = given.asDrawn();
    Json corners = Json::array();
    for (const auto& r : report->corners)
        corners.push_back(conditionJson(problem, r));
    Json worst = Json::array();
    std::string text = padded("corner", 30);
    for (const auto& m : problem.measures)
        text += padded(m.name, 12);
    text += "\n";
    for (const auto& r : report->corners) {
        text += padded(r.name, 30);
        if (!r.evaluation.valid)
            text += "failed: " + r.evaluation.failure;
        for (std::size_t m = 0; r.evaluation.valid && m < problem.measures.size(); ++m)
            text +=
                padded(optimize::formatMeasure(problem.measures[m], r.evaluation.values[m]), 12);
        text += "\n";
    }
    for (std::size_t s = 0; s < problem.specs.size(); ++s) {
        const auto& r = report->corners[report->worst[s]];
        const std::size_t m = problem.measureOf[s];
        const double value = r.evaluation.valid ? r.evaluation.values[m] : std::nan("");
        worst.push_back({{"name", problem.specs[s].name},
                         {"corner", r.name},
                         {"value", number(value)},
                         {"pass", bool(report->holds[s])}});
        text += problem.specs[s].name + (report->holds[s] ? ": met, worst " : ": missed, worst ") +
                optimize::formatMeasure(problem.measures[m], value) + " in " + r.name + "\n";
    }
    if (!context.json)
        return context.print(text);
    context.print(Json{{"ok", true},
                       {"parameters", parametersJson(problem, design)},
                       {"corners", corners},
                       {"specs", worst},
                       {"pass", report->pass}});
}

void addRobustness(CLI::App& verb, Context& context) {
    const auto common = [](CLI::App* app, const std::shared_ptr<RobustnessOptions>& o) {
        app->add_option("PROJECT", o->project, "Project with benches, measurements and specs")
            ->required();
        app->add_option("--set", o->settings, "NAME=VALUE of a parameter")->allow_extra_args(false);
        app->add_option("--ngspice", o->ngspice, "The ngspice program to run")
            ->capture_default_str();
    };
    auto corners = std::make_shared<RobustnessOptions>();
    CLI::App* app = verb.add_subcommand("corners", "A design in every corner of the project");
    common(app, corners);
    app->callback([corners, &context] {
        const auto problem = sizingProblem(corners->project, context);
        if (!problem)
            return context.fail(problem.error());
        const auto design = designOf(*problem, corners->settings);
        if (!design)
            return context.fail(design.error());
        tellCorners(*problem, *design, sizingPool(corners->ngspice, context.threads), context);
    });
    auto samples = std::make_shared<RobustnessOptions>();
    app = verb.add_subcommand("montecarlo", "A design under process and mismatch scatter");
    common(app, samples);
    app->add_option("--count", samples->count, "Samples (0: as the project says)")
        ->check(CLI::Range(0, 100000));
    app->add_option("-o,--output", samples->output, "Every sample as a CSV table");
    app->callback([samples, &context] { monteCarloCommand(*samples, context); });
}

} // namespace ohm::cli
