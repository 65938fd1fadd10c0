// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "core/base/files.h"
#include "core/dataset/distribution.h"
#include "core/dataset/h5file.h"
#include "core/dataset/statistics.h"
#include "core/generate/request.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

Json statisticsJson(const dataset::LabelStatistics& s, double low, double high) {
    return {{"count", s.count},
            {"min", s.minimum},
            {"max", s.maximum},
            {"mean", s.mean},
            {"deviation", s.deviation},
            {"histogram", {{"low", low}, {"high", high}, {"counts", s.histogram}}}};
}

/// Of one label ("" = node voltages), whole and per topology class.
Json labelJson(const dataset::GraphSet& set, const std::string& label, std::size_t bins) {
    const auto all = dataset::statisticsOf(dataset::labelValues(set, label), bins);
    Json json = statisticsJson(all, all.minimum, all.maximum);
    Json classes = Json::object();
    for (const auto& [topology, s] : dataset::statisticsByTopology(set, label, bins))
        classes[std::to_string(topology)] = statisticsJson(s, all.minimum, all.maximum);
    json["by_topology"] = classes;
    return json;
}

std::string statisticsText(const std::string& name, const dataset::LabelStatistics& s) {
    char line[200];
    std::snprintf(line, sizeof(line), ": %zu values, %.4g to %.4g, mean %.4g, deviation %.4g\n",
                  s.count, s.minimum, s.maximum, s.mean, s.deviation);
    return name + line;
}

struct InfoOptions {
    std::string file;
    std::string against;
    std::size_t bins = 40;
};

void infoCommand(const InfoOptions& options, Context& context) {
    const auto set = dataset::readGraphSet(options.file);
    if (!set)
        return context.fail(set.error());
    std::map<std::int32_t, std::size_t> classes;
    for (const std::int32_t topology : set->topology)
        ++classes[topology];
    const auto outputs = static_cast<std::size_t>(
        std::count(set->outputMask.begin(), set->outputMask.end(), std::uint8_t{1}));
    Json shifts = Json::object();
    std::string shiftText;
    if (!options.against.empty()) {
        const auto other = dataset::readGraphSet(options.against);
        if (!other)
            return context.fail(other.error());
        std::vector<std::string> labels{""};
        labels.insert(labels.end(), set->graphLabelNames.begin(), set->graphLabelNames.end());
        for (const std::string& label : labels) {
            const auto shift = dataset::shiftBetween(dataset::labelValues(*set, label),
                                                     dataset::labelValues(*other, label));
            if (!shift)
                continue;
            const std::string name = label.empty() ? "voltage" : label;
            shifts[name] = {{"wasserstein", shift->wasserstein},
                            {"relative", shift->relative},
                            {"ks", shift->ks},
                            {"ks_critical", shift->ksCritical}};
            char line[160];
            std::snprintf(line, sizeof(line),
                          ": values lie %.3g apart (%.2g deviations), KS distance %.3g\n",
                          shift->wasserstein, shift->relative, shift->ks);
            shiftText += name + " against " + options.against + line;
        }
    }
    if (context.json) {
        Json topologies = Json::object();
        for (const auto& [topology, count] : classes)
            topologies[std::to_string(topology)] = count;
        Json graphLabels = Json::object();
        for (const std::string& label : set->graphLabelNames)
            graphLabels[label] = labelJson(*set, label, options.bins);
        Json out{{"counts",
                  {{"graphs", set->graphCount()},
                   {"nodes", set->nodeCount()},
                   {"edges", set->edgeCount()},
                   {"outputs", outputs}}},
                 {"features", set->featureNames},
                 {"labels", labelJson(*set, {}, options.bins)},
                 {"graph_labels", graphLabels},
                 {"topologies", topologies},
                 {"provenance", set->attributes}};
        if (!options.against.empty())
            out["shift"] = shifts;
        return context.print(out);
    }
    std::string text = std::to_string(set->graphCount()) + " graphs, " +
                       std::to_string(set->nodeCount()) + " nodes, " +
                       std::to_string(set->edgeCount()) + " edges, " + std::to_string(outputs) +
                       " labelled nets, " + std::to_string(set->featureWidth) + " features\n";
    text += statisticsText("voltage", dataset::labelStatistics(*set, 1));
    for (const std::string& label : set->graphLabelNames)
        text += statisticsText(label, dataset::statisticsOf(dataset::labelValues(*set, label), 1));
    for (const auto& [topology, count] : classes)
        text += dataset::topologyName(topology) + ": " + std::to_string(count) + " graphs\n";
    text += shiftText;
    for (const auto& [key, value] : set->attributes)
        text += key + ": " + value + "\n";
    context.print(text);
}

struct CompareOptions {
    std::vector<std::string> sets;
    std::string label;
    std::string split = "none";
    std::string output;
    std::size_t bins = 40;
};

Expected<std::vector<dataset::LabelSample>> readSamples(const CompareOptions& options,
                                                        Context& context) {
    using dataset::DivideBy;
    const DivideBy by = options.split == "seed"       ? DivideBy::Seed
                        : options.split == "topology" ? DivideBy::Topology
                        : options.split == "classes"  ? DivideBy::Classes
                                                      : DivideBy::Nothing;
    std::vector<dataset::LabelSample> samples;
    for (const std::string& name : options.sets) {
        const auto set = generate::loadOrGenerate(name, context.stop, context.progress);
        if (!set)
            return set.failure();
        auto parts =
            dataset::labelSamples(*set, name, options.label == "voltage" ? "" : options.label, by);
        if (!parts)
            return parts.failure();
        std::move(parts->begin(), parts->end(), std::back_inserter(samples));
    }
    return samples;
}

/// Histogram, density and distribution function of every sample: name, curve, place, height.
std::string curvesCsv(const std::vector<dataset::LabelSample>& samples, std::size_t bins) {
    const auto [low, high] = dataset::rangeOf(samples);
    std::string text = "set,curve,place,height\n";
    const auto add = [&](const std::string& name, const char* curve, double place, double height) {
        char line[96];
        std::snprintf(line, sizeof(line), "\",%s,%.9g,%.9g\n", curve, place, height);
        text += "\"" + name + line;
    };
    for (const auto& sample : samples) {
        const auto s = dataset::statisticsOf(sample.values, bins, std::pair(low, high));
        for (std::size_t b = 0; b < s.histogram.size(); ++b)
            add(sample.name, "histogram",
                low + (high - low) * (static_cast<double>(b) + 0.5) / static_cast<double>(bins),
                static_cast<double>(s.histogram[b]) / static_cast<double>(s.count));
        const auto density = dataset::densityOf(sample.values, low, high);
        for (std::size_t i = 0; i < density.places.size(); ++i)
            add(sample.name, "density", density.places[i], density.heights[i]);
        const auto cumulative = dataset::cumulativeOf(sample.values);
        for (std::size_t i = 0; i < cumulative.places.size(); ++i)
            add(sample.name, "cumulative", cumulative.places[i], cumulative.heights[i]);
    }
    return text;
}

void compareCommand(const CompareOptions& options, Context& context) {
    if (options.sets.size() < 2 && options.split == "none") {
        context.fail({"CLI-006",
                      "There is nothing to compare",
                      {},
                      options.sets.front(),
                      "Name a second set, or divide it with --split"});
        context.exitCode = kUsage;
        return;
    }
    const auto samples = readSamples(options, context);
    if (!samples)
        return context.fail(samples.error());
    if (!options.output.empty()) {
        const auto written = writeFileAtomically(options.output, curvesCsv(*samples, options.bins));
        if (!written)
            return context.fail(written.error());
    }
    const auto [low, high] = dataset::rangeOf(*samples);
    Json sets = Json::array(), shifts = Json::array();
    std::string text;
    for (const auto& sample : *samples) {
        const auto s = dataset::statisticsOf(sample.values, options.bins, std::pair(low, high));
        Json json = statisticsJson(s, low, high);
        json["name"] = sample.name;
        sets.push_back(json);
        text += statisticsText(sample.name, s);
    }
    for (std::size_t a = 0; a < samples->size(); ++a) {
        for (std::size_t b = a + 1; b < samples->size(); ++b) {
            const auto shift = dataset::shiftBetween((*samples)[a].values, (*samples)[b].values);
            if (!shift)
                continue;
            shifts.push_back({{"from", (*samples)[a].name},
                              {"to", (*samples)[b].name},
                              {"wasserstein", shift->wasserstein},
                              {"relative", shift->relative},
                              {"ks", shift->ks},
                              {"ks_critical", shift->ksCritical}});
            char line[200];
            std::snprintf(line, sizeof(line),
                          ": %.4g apart (Wasserstein-1; %.3g deviations), Kolmogorov-Smirnov "
                          "%.4f, %s\n",
                          shift->wasserstein, shift->relative, shift->ks,
                          shift->ks > shift->ksCritical ? "not by chance" : "may be chance");
            text += (*samples)[a].name + " and " + (*samples)[b].name + line;
        }
    }
    if (context.json)
        return context.print(Json{{"label", options.label.empty() ? "voltage" : options.label},
                                  {"sets", sets},
                                  {"shifts", shifts}});
    context.print(text);
}

} // namespace

void addDataset(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("dataset", "Labelled circuits to learn from");
    noun->require_subcommand(1);
    addDatasetGenerate(*noun, context);
    auto options = std::make_shared<InfoOptions>();
    CLI::App* info = noun->add_subcommand("info", "Counts, labels and provenance of a dataset");
    info->add_option("FILE", options->file, "Dataset file")->required();
    info->add_option("--against", options->against,
                     "Another dataset: how far its labels lie from these");
    info->add_option("--bins", options->bins, "Bars of the histograms")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    info->callback([options, &context] { infoCommand(*options, context); });
    auto compared = std::make_shared<CompareOptions>();
    CLI::App* compare =
        noun->add_subcommand("compare", "How the labels of several sets or splits are spread");
    compare
        ->add_option("SET", compared->sets,
                     "Dataset files, or requests such as ladder:12:1000:seed=5")
        ->required()
        ->expected(1, 100);
    compare->add_option("--label", compared->label, "A graph label; node voltages without");
    compare
        ->add_option("--split", compared->split,
                     "Divide each set: seed and topology into training, validation and test, "
                     "classes by topology")
        ->check(CLI::IsMember({"none", "seed", "topology", "classes"}))
        ->capture_default_str();
    compare->add_option("--bins", compared->bins, "Bars of the histograms")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    compare->add_option("-o,--output", compared->output,
                        "CSV file of the histograms, densities and distribution functions");
    compare->callback([compared, &context] { compareCommand(*compared, context); });
}

} // namespace ohm::cli
