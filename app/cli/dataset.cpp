// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "core/dataset/h5file.h"
#include "core/generate/opamp.h"
#include "core/generate/request.h"

#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct GenerateOptions {
    std::string kind;
    std::string branches;
    std::size_t count = 1000;
    std::string output;
    std::string ngspice = "ngspice";
};

bool parseBranches(const std::string& text, int& low, int& high) {
    char rest = 0;
    if (std::sscanf(text.c_str(), "%d:%d%c", &low, &high, &rest) == 2)
        return low >= 1 && high >= low;
    if (std::sscanf(text.c_str(), "%d%c", &low, &rest) == 1) {
        high = low;
        return low >= 1;
    }
    return false;
}

Json statisticsJson(const dataset::GraphSet& set) {
    const auto s = dataset::labelStatistics(set);
    return {{"count", s.count},         {"minimum", s.minimum},     {"maximum", s.maximum},
            {"mean", s.mean},           {"deviation", s.deviation}, {"histogram", s.histogram}};
}

void opampCommand(const GenerateOptions& options, Context& context) {
    generate::OpampRequest request;
    request.variant = options.kind == "opamp" ? generate::OpampVariant::TwoStage
                                              : generate::OpampVariant::BiasedPmos;
    request.count = options.count;
    request.seed = context.seed.value_or(0);
    request.journal = options.output + ".journal";
    sim::PoolOptions poolOptions;
    poolOptions.workers = context.threads;
    poolOptions.ngspice = options.ngspice;
    sim::SimulatorPool pool(poolOptions);
    auto result = generate::generateOpamps(pool, request, context.stop, context.progress);
    if (!result)
        return context.fail(result.error());
    result->set.attributes["command"] = context.command;
    const auto written = dataset::writeGraphSet(result->set, options.output);
    if (!written)
        return context.fail(written.error());
    Json failures = Json::object();
    std::string failed;
    for (const auto& [code, count] : result->failures) {
        failures[code] = count;
        failed += ", " + std::to_string(count) + " failed with " + code;
    }
    const double rate = static_cast<double>(options.count - result->resumed) /
                        std::max(result->seconds, 1e-9);
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"file", options.output},
                                  {"graphs", result->set.graphCount()},
                                  {"resumed", result->resumed},
                                  {"seconds", result->seconds},
                                  {"samples_per_second", rate},
                                  {"failures", failures}});
    context.print(std::to_string(result->set.graphCount()) + " graphs written to " +
                  options.output + failed + "\n");
}

void generateCommand(const GenerateOptions& options, Context& context) {
    int low = options.kind == "rout" ? 10 : 2;
    int high = 10;
    if (!options.branches.empty() && !parseBranches(options.branches, low, high)) {
        context.fail({"CLI-005", "The branches are not understood", {}, options.branches,
                      "Write 12 or 2:10"});
        context.exitCode = kUsage;
        return;
    }
    if (options.kind == "opamp" || options.kind == "opamp-biased-pmos" ||
        options.kind == "opamp-gain")
        return opampCommand(options, context);
    const auto start = std::chrono::steady_clock::now();
    auto set = generate::generateKind(options.kind, low, high, options.count,
                                      context.seed.value_or(0));
    if (!set)
        return context.fail(set.error());
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    set->attributes["command"] = context.command;
    const auto written = dataset::writeGraphSet(*set, options.output);
    if (!written)
        return context.fail(written.error());
    const double rate = static_cast<double>(set->graphCount()) / std::max(seconds, 1e-9);
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"file", options.output},
                                  {"graphs", set->graphCount()},
                                  {"seconds", seconds},
                                  {"samples_per_second", rate},
                                  {"failures", Json::object()}});
    context.print(std::to_string(set->graphCount()) + " graphs written to " + options.output +
                  "\n");
}

void infoCommand(const std::string& file, Context& context) {
    const auto set = dataset::readGraphSet(file);
    if (!set)
        return context.fail(set.error());
    std::map<std::int32_t, std::size_t> classes;
    for (const std::int32_t topology : set->topology)
        ++classes[topology];
    const auto outputs = static_cast<std::size_t>(
        std::count(set->outputMask.begin(), set->outputMask.end(), std::uint8_t{1}));
    const auto s = dataset::labelStatistics(*set);
    if (context.json) {
        Json topologies = Json::object();
        for (const auto& [topology, count] : classes)
            topologies[std::to_string(topology)] = count;
        Json labels = Json::object();
        for (std::size_t c = 0; c < set->graphLabelNames.size(); ++c) {
            double least = 0, most = 0, mean = 0;
            for (std::size_t g = 0; g < set->graphCount(); ++g) {
                const double value = set->graphLabels[g * set->graphLabelNames.size() + c];
                least = g == 0 ? value : std::min(least, value);
                most = g == 0 ? value : std::max(most, value);
                mean += value / static_cast<double>(set->graphCount());
            }
            labels[set->graphLabelNames[c]] = {
                {"minimum", least}, {"maximum", most}, {"mean", mean}};
        }
        return context.print(Json{{"graphs", set->graphCount()},
                                  {"nodes", set->nodeCount()},
                                  {"edges", set->edgeCount()},
                                  {"outputs", outputs},
                                  {"features", set->featureNames},
                                  {"labels", statisticsJson(*set)},
                                  {"graph_labels", labels},
                                  {"topologies", topologies},
                                  {"provenance", set->attributes}});
    }
    std::string text = std::to_string(set->graphCount()) + " graphs, " +
                       std::to_string(set->nodeCount()) + " nodes, " +
                       std::to_string(set->edgeCount()) + " edges, " + std::to_string(outputs) +
                       " labelled nets, " + std::to_string(set->featureWidth) + " features\n";
    char line[200];
    std::snprintf(line, sizeof(line), "labels %.4g to %.4g, mean %.4g, deviation %.4g\n", s.minimum,
                  s.maximum, s.mean, s.deviation);
    text += line;
    for (const auto& [key, value] : set->attributes)
        text += key + ": " + value + "\n";
    context.print(text);
}

} // namespace

void addDataset(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("dataset", "Labelled circuits to learn from");
    noun->require_subcommand(1);
    auto options = std::make_shared<GenerateOptions>();
    CLI::App* make = noun->add_subcommand("generate", "Make a dataset");
    std::string kinds = "opamp, opamp-biased-pmos, opamp-gain";
    for (const std::string& kind : generate::resistiveKinds())
        kinds += ", " + kind;
    make->add_option("KIND", options->kind, "One of " + kinds)->required();
    make->add_option("--branches", options->branches, "Ladders: 12, or 2:10 mixed");
    make->add_option("--count", options->count, "Number of graphs")->capture_default_str();
    make->add_option("--ngspice", options->ngspice, "The ngspice program to run")
        ->capture_default_str();
    make->add_option("-o,--output", options->output, "Dataset file (.h5)")->required();
    make->callback([options, &context] { generateCommand(*options, context); });
    auto file = std::make_shared<std::string>();
    CLI::App* info = noun->add_subcommand("info", "Counts, labels and provenance of a dataset");
    info->add_option("FILE", *file, "Dataset file")->required();
    info->callback([file, &context] { infoCommand(*file, context); });
}

} // namespace ohm::cli
