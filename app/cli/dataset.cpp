// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "core/dataset/h5file.h"
#include "core/dataset/statistics.h"

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
}

} // namespace ohm::cli
