// SPDX-License-Identifier: GPL-3.0-or-later
// congestion info, import, maps, compare
#include "app/cli/context.h"
#include "core/congestion/bytes.h"
#include "core/congestion/congestionset.h"
#include "core/congestion/graph.h"
#include "core/congestion/imageset.h"
#include "core/congestion/metrics.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

namespace fs = std::filesystem;
namespace cong = congestion;

struct Options {
    std::vector<std::string> paths;
    std::vector<std::string> lef;
    std::string guides, horizontal, vertical, output, split;
    cong::ReadOptions read;
    cong::ImageOptions images;
    std::string label = "sum", features, labels;
    bool quantise = false;
    double range = 1, hotspot = 0.05;
};

/// The designs of all paths: read from files, or taken from files that were imported before.
Expected<cong::CongestionSet> readAll(Options& options, Context& context, Diagnostics& findings) {
    options.read.lef.assign(options.lef.begin(), options.lef.end());
    options.read.guides = options.guides;
    options.read.horizontal = options.horizontal;
    options.read.vertical = options.vertical;
    std::vector<cong::Source> sources;
    std::vector<cong::CongestionSet> imported;
    for (const std::string& path : options.paths) {
        std::error_code code;
        if (!fs::is_directory(path, code)) {
            const auto start = cong::peek(path, 64);
            if (!start)
                return start.failure();
            if (cong::kindOf(*start) == cong::FileKind::Hdf5) {
                auto set = cong::readCongestionSet(path);
                if (!set)
                    return set.failure();
                imported.push_back(std::move(*set));
                continue;
            }
        }
        auto found = cong::findSources(path);
        if (!found)
            return found.failure();
        sources.insert(sources.end(), found->begin(), found->end());
    }
    const bool single =
        !options.guides.empty() || !options.horizontal.empty() || !options.vertical.empty();
    if (single && sources.size() != 1)
        return ohm::fail("CONG-071", "Guides and label maps belong to one design",
                         std::to_string(sources.size()) + " designs were given", {},
                         "Import one design at a time, then join the files with another import");
    auto set = cong::importDesigns(sources, options.read, context.threads, context.stop,
                                   context.progress, findings);
    if (!set)
        return set.failure();
    for (cong::CongestionSet& other : imported) {
        if (const auto joined = cong::extend(*set, std::move(other)); !joined)
            return joined.failure();
    }
    return set;
}

Json statisticsJson(const cong::MapStatistics& s) {
    return {
        {"mean", s.mean}, {"p99", s.p99}, {"max", s.maximum}, {"max_at", {s.maxColumn, s.maxRow}}};
}

/// One of the two label maps of a sample.
std::vector<float> half(const std::vector<float>& pairs, std::size_t which) {
    std::vector<float> out;
    for (std::size_t i = which; i < pairs.size(); i += 2)
        out.push_back(pairs[i]);
    return out;
}

struct LabelNumbers {
    cong::MapStatistics horizontal, vertical;
    std::size_t nodes = 0, distinct = 0;
    double minimum = 0, maximum = 0, mean = 0; ///< of horizontal + vertical at the nodes
};

LabelNumbers labelsOf(const cong::CongestionSample& sample) {
    LabelNumbers out;
    out.horizontal = cong::statisticsOf(half(sample.mapY, 0), sample.grid);
    out.vertical = cong::statisticsOf(half(sample.mapY, 1), sample.grid);
    const auto sums = cong::combinedLabels(sample.y, cong::Combine::Sum);
    std::vector<float> labels;
    for (std::size_t n = 0; n < sums.size(); ++n) {
        if (sample.mask[n])
            labels.push_back(sums[n]);
    }
    out.nodes = labels.size();
    if (labels.empty())
        return out;
    std::sort(labels.begin(), labels.end());
    out.minimum = static_cast<double>(labels.front());
    out.maximum = static_cast<double>(labels.back());
    for (const float value : labels)
        out.mean += static_cast<double>(value) / static_cast<double>(labels.size());
    out.distinct =
        static_cast<std::size_t>(std::unique(labels.begin(), labels.end()) - labels.begin());
    return out;
}

Json designJson(const cong::CongestionSample& sample, const cong::GraphCounts& c) {
    Json json{{"name", sample.name},
              {"family", sample.family},
              {"format", sample.format},
              {"nodes", c.nodes},
              {"nets", c.nets},
              {"pins", c.pins},
              {"clique_edges", c.cliqueEdges},
              {"with_self_loops", c.withSelfLoops},
              {"per_net_unique", c.perNetUnique},
              {"capped8", c.capped8},
              {"hyper_terms", c.hyperTerms},
              {"largest_net", c.largestNet},
              {"net_pins_mean", c.meanNetPins},
              {"share_2pin", c.shareOfTwo},
              {"grid", {sample.grid.columns, sample.grid.rows}}};
    if (!sample.labelled()) {
        json["labels"] = nullptr;
        return json;
    }
    const LabelNumbers labels = labelsOf(sample);
    json["labels"] = {{"source", sample.labelSource},
                      {"horizontal", statisticsJson(labels.horizontal)},
                      {"vertical", statisticsJson(labels.vertical)},
                      {"nodes",
                       {{"count", labels.nodes},
                        {"min", labels.minimum},
                        {"max", labels.maximum},
                        {"mean", labels.mean},
                        {"distinct", labels.distinct}}}};
    return json;
}

std::string designText(const cong::CongestionSample& sample, const cong::GraphCounts& c) {
    char line[400];
    std::snprintf(line, sizeof(line),
                  ": %zu nodes, %zu nets, %zu pins (largest net %zu, mean %.2f), %zu clique edges, "
                  "%zu with self loops, %zu terms over nets\n",
                  c.nodes, c.nets, c.pins, c.largestNet, c.meanNetPins, c.cliqueEdges,
                  c.withSelfLoops, c.hyperTerms);
    std::string text = sample.name + line;
    if (!sample.labelled()) {
        std::snprintf(line, sizeof(line), "  %d x %d GCells, no labels\n", sample.grid.columns,
                      sample.grid.rows);
        return text + line;
    }
    const LabelNumbers l = labelsOf(sample);
    std::snprintf(line, sizeof(line),
                  "  %d x %d GCells, labels from %s, mean / p99 / max: horizontal %.3f / %.3f / "
                  "%.3f, vertical %.3f / %.3f / %.3f; %zu labelled nodes, %zu different labels\n",
                  sample.grid.columns, sample.grid.rows, sample.labelSource.c_str(),
                  l.horizontal.mean, l.horizontal.p99, l.horizontal.maximum, l.vertical.mean,
                  l.vertical.p99, l.vertical.maximum, l.nodes, l.distinct);
    return text + line;
}

Expected<Json> splitJson(const cong::CongestionSet& set, const Options& options,
                         const Context& context) {
    cong::SplitOptions how;
    how.by =
        options.split == "node" ? cong::SplitOptions::By::Node : cong::SplitOptions::By::Design;
    how.seed = context.seed.value_or(0);
    const auto parts = cong::splitNodes(set.splitDesigns(), how);
    if (!parts)
        return parts.failure();
    Json json{{"by", options.split}};
    const char* const names[] = {"training", "validation", "test"};
    for (int k = 0; k < 3; ++k)
        json[names[k]] = std::count(parts->begin(), parts->end(), static_cast<cong::Part>(k));
    if (how.by == cong::SplitOptions::By::Design) {
        Json designs = Json::object();
        std::size_t at = 0;
        for (const auto& sample : set.samples) {
            if (sample.pins.nodes > 0)
                designs[sample.name] = names[static_cast<int>((*parts)[at])];
            at += sample.pins.nodes;
        }
        json["designs"] = designs;
    }
    return json;
}

/// Counts and figures of all designs; also how an import answers.
void answer(const cong::CongestionSet& set, const Diagnostics& findings, const Options& options,
            Json out, std::string text, Context& context) {
    Json designs = Json::array();
    std::size_t nodes = 0, nets = 0, pins = 0, edges = 0;
    for (const auto& sample : set.samples) {
        const cong::GraphCounts counts = cong::countGraphs(sample.pins);
        nodes += counts.nodes;
        nets += counts.nets;
        pins += counts.pins;
        edges += counts.cliqueEdges;
        if (context.json)
            designs.push_back(designJson(sample, counts));
        else
            text += designText(sample, counts);
    }
    Json split;
    if (!options.split.empty()) {
        auto made = splitJson(set, options, context);
        if (!made)
            return context.fail(made.error());
        split = std::move(*made);
    }
    if (!context.json) {
        context.show(findings);
        if (!split.is_null())
            text += "split by " + options.split + ": " + split["training"].dump() +
                    " nodes to train on, " + split["validation"].dump() + " to validate, " +
                    split["test"].dump() + " to test\n";
        return context.print(text);
    }
    out["counts"] = {{"designs", set.samples.size()},
                     {"nodes", nodes},
                     {"nets", nets},
                     {"pins", pins},
                     {"clique_edges", edges}};
    out["designs"] = designs;
    if (!split.is_null())
        out["split"] = split;
    out["diagnostics"] = toJson(findings);
    context.print(out);
}

Expected<cong::NumericArray> readMap(const std::string& path) {
    const auto bytes = cong::readPlain(path);
    if (!bytes)
        return bytes.failure();
    auto map = cong::readNumericNpy(bytes->view());
    if (!map) {
        Error error = map.error();
        error.where = path;
        return Unexpected{error};
    }
    return map;
}

/// A plain map has no netlist: its own numbers.
void mapInfo(const std::string& path, Context& context) {
    const auto map = readMap(path);
    if (!map)
        return context.fail(map.error());
    std::vector<double> sorted = map->values;
    std::erase_if(sorted, [](double v) { return !std::isfinite(v); });
    std::sort(sorted.begin(), sorted.end());
    double mean = 0;
    for (const double v : sorted)
        mean += v / static_cast<double>(sorted.size());
    const double least = sorted.empty() ? NAN : sorted.front();
    const double most = sorted.empty() ? NAN : sorted.back();
    const auto zeros = std::count(sorted.begin(), sorted.end(), 0.0);
    if (context.json)
        return context.print(Json{{"map",
                                   {{"shape", map->shape},
                                    {"count", map->values.size()},
                                    {"finite", sorted.size()},
                                    {"zeros", zeros},
                                    {"min", number(least)},
                                    {"max", number(most)},
                                    {"mean", number(sorted.empty() ? NAN : mean)}}}});
    std::string shape;
    for (const std::size_t n : map->shape)
        shape += (shape.empty() ? "" : " x ") + std::to_string(n);
    char line[200];
    std::snprintf(line, sizeof(line), "map of %s values, %.4g to %.4g, mean %.4g, %td zeros\n",
                  shape.c_str(), least, most, mean, zeros);
    context.print(std::string(line));
}

void infoCommand(Options& options, Context& context) {
    const std::string& path = options.paths[0];
    std::error_code code;
    if (!fs::is_directory(path, code)) {
        const auto start = cong::peek(path, 4096);
        if (!start)
            return context.fail(start.error());
        const auto found = cong::findCircuitNet(path);
        if (cong::kindOf(*start) == cong::FileKind::Npy && found && !*found)
            return mapInfo(path, context);
    }
    Diagnostics findings;
    const auto set = readAll(options, context, findings);
    if (!set)
        return context.fail(set.error());
    answer(*set, findings, options, Json::object(), {}, context);
}

void importCommand(Options& options, Context& context) {
    const auto start = std::chrono::steady_clock::now();
    Diagnostics findings;
    auto set = readAll(options, context, findings);
    if (!set)
        return context.fail(set.error());
    set->attributes["command"] = context.command;
    set->attributes["version"] = OHMSCAPE_VERSION;
    if (const auto written = cong::writeCongestionSet(*set, options.output); !written)
        return context.fail(written.error());
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    answer(*set, findings, options,
           Json{{"ok", true}, {"file", options.output}, {"seconds", seconds}}, {}, context);
}

void mapsCommand(Options& options, Context& context) {
    Diagnostics findings;
    Expected<cong::ImageReport> report = ohm::fail("CLI-005", "Nothing to make maps of");
    const bool folders = !options.features.empty() && !options.labels.empty();
    if (folders == !options.paths.empty()) {
        context.fail({"CLI-005",
                      "It is not clear what to make maps of",
                      {},
                      {},
                      "Give layouts, or both --features and --labels"});
        context.exitCode = kUsage;
        return;
    }
    if (folders) {
        report = cong::importImages(options.features, options.labels, options.output, context.stop,
                                    context.progress);
    } else {
        auto set = readAll(options, context, findings);
        if (!set)
            return context.fail(set.error());
        set->attributes["command"] = context.command;
        using Combine = cong::Combine;
        options.images.label = options.label == "max"          ? Combine::Maximum
                               : options.label == "horizontal" ? Combine::Horizontal
                               : options.label == "vertical"   ? Combine::Vertical
                                                               : Combine::Sum;
        report =
            cong::writeImages(*set, options.images, options.output, context.stop, context.progress);
    }
    if (!report)
        return context.fail(report.error());
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"file", options.output},
                                  {"images", report->images},
                                  {"skipped", report->skipped},
                                  {"flat", report->flat},
                                  {"diagnostics", toJson(findings)}});
    context.show(findings);
    context.print(std::to_string(report->images) + " images, " + std::to_string(report->skipped) +
                  " left out for want of labels, " + std::to_string(report->flat) +
                  " with flat labels\n");
}

Json figure(const cong::Figure& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json metricsJson(const cong::Metrics& m) {
    Json peaks = Json::object();
    for (std::size_t k = 0; k < cong::kPeakShares.size(); ++k) {
        char name[16];
        std::snprintf(name, sizeof(name), "%g", 100 * cong::kPeakShares[k]);
        peaks[name] = figure(m.peakNrmse[k]);
    }
    peaks["mean"] = figure(m.peakNrmseMean);
    return {{"count", m.count},
            {"mse", m.mse},
            {"mae", m.mae},
            {"max_error", m.maxError},
            {"p99_error", m.p99Error},
            {"pearson", figure(m.pearson)},
            {"spearman", figure(m.spearman)},
            {"kendall", figure(m.kendall)},
            {"r2", figure(m.r2)},
            {"nrmse", figure(m.nrmse)},
            {"peak_nrmse", peaks},
            {"ssim", figure(m.ssim)},
            {"hotspot_f1", figure(m.hotspotF1)},
            {"hotspots", m.hotTrue},
            {"hotspots_predicted", m.hotPredicted}};
}

void compareCommand(Options& options, Context& context) {
    const auto predicted = readMap(options.paths[0]), truth = readMap(options.paths[1]);
    if (!predicted)
        return context.fail(predicted.error());
    if (!truth)
        return context.fail(truth.error());
    if (predicted->shape != truth->shape)
        return context.fail(
            {"CONG-040", "The two maps have different shapes", {}, options.paths[0], {}});
    cong::MetricOptions how;
    how.columns = truth->shape.size() == 2 ? truth->shape[1] : 0;
    how.range = options.range;
    how.hotspot = options.hotspot;
    how.quantise = options.quantise;
    const std::vector<float> p(predicted->values.begin(), predicted->values.end());
    const std::vector<float> t(truth->values.begin(), truth->values.end());
    const auto result = cong::compare(p, t, how);
    if (!result)
        return context.fail(result.error());
    const Json json{{"prediction", metricsJson(result->prediction)},
                    {"zero", metricsJson(result->zero)}};
    if (context.json)
        return context.print(json);
    std::string text = "                    prediction   always 0\n";
    for (const char* name : {"mse", "mae", "max_error", "p99_error", "pearson", "spearman",
                             "kendall", "r2", "nrmse", "ssim", "hotspot_f1"}) {
        const auto cell = [&](const char* side) {
            char word[24];
            const Json& value = json[side][name];
            if (value.is_null())
                return std::string("         -");
            std::snprintf(word, sizeof(word), "%10.4g", value.get<double>());
            return std::string(word);
        };
        char line[100];
        std::snprintf(line, sizeof(line), "%-18s  %s %s\n", name, cell("prediction").c_str(),
                      cell("zero").c_str());
        text += line;
    }
    context.print(text);
}

void addReadOptions(CLI::App& verb, Options& options) {
    verb.add_option("--lef", options.lef, "LEF file with layers or cells; may be repeated");
    verb.add_option("--guides", options.guides, "Guides of a global router: labels of one DEF");
    verb.add_option("--horizontal", options.horizontal,
                    "Label map, .npy [columns, rows]; with --vertical, of one design");
    verb.add_option("--vertical", options.vertical, "The other label map");
    verb.add_option("--gcell", options.read.gcell,
                    "Side of a GCell, um (default: that of the file)")
        ->check(CLI::PositiveNumber);
    verb.add_flag("--unfiltered", options.read.unplacedToo,
                  "Keep instances that the placement does not have");
    verb.add_flag("--demand", options.read.demand,
                  "Labels from guides count nets instead of the share of tracks");
    verb.add_option("--split", options.split, "Say how the nodes would be split: design or node")
        ->check(CLI::IsMember({"design", "node"}));
}

} // namespace

void addCongestion(CLI::App& app, Context& context) {
    CLI::App* noun =
        app.add_subcommand("congestion", "Placed and routed designs and their congestion");
    noun->require_subcommand(1);
    const auto options = std::make_shared<Options>();

    CLI::App* info = noun->add_subcommand("info", "Nodes, nets, pins, clique edges and labels");
    info->add_option("PATH", options->paths,
                     "CircuitNet file, DEF, NumPy map, imported file, or a folder of designs")
        ->required()
        ->expected(1);
    addReadOptions(*info, *options);
    info->callback([options, &context] { infoCommand(*options, context); });

    CLI::App* join = noun->add_subcommand("import", "Turn designs into one file to learn from");
    join->add_option("PATH", options->paths, "As for info; imported files are joined")->required();
    join->add_option("-o,--output", options->output, "HDF5 file to write")->required();
    addReadOptions(*join, *options);
    join->callback([options, &context] { importCommand(*options, context); });

    CLI::App* maps = noun->add_subcommand("maps", "Turn designs into images of one size");
    maps->add_option("PATH", options->paths, "As for import");
    maps->add_option("-o,--output", options->output, "HDF5 file of maps to write")->required();
    maps->add_option("--pixels", options->images.side, "Side of the images")
        ->check(CLI::Range(16, 1024))
        ->capture_default_str();
    maps->add_option("--tiles", options->images.stride,
                     "Tiles of --pixels GCells as they are, so many apart, instead of whole "
                     "designs resized")
        ->check(CLI::Range(1, 1024));
    maps->add_flag("--min-max", options->images.minMax, "Every map to 0..1, as CircuitNet does");
    maps->add_option("--label", options->label, "sum, max, horizontal or vertical")
        ->check(CLI::IsMember({"sum", "max", "horizontal", "vertical"}))
        ->capture_default_str();
    maps->add_option("--features", options->features,
                     "Folder of .npy images that CircuitNet's scripts made, instead of PATH");
    maps->add_option("--labels", options->labels, "Folder of their labels, by the same names");
    addReadOptions(*maps, *options);
    maps->callback([options, &context] { mapsCommand(*options, context); });

    CLI::App* compare =
        noun->add_subcommand("compare", "Figures of a predicted map, beside those of all zeros");
    compare->add_option("PREDICTED TRUTH", options->paths, "Two .npy maps of one shape")
        ->required()
        ->expected(2);
    compare->add_option("--range", options->range, "Range of the values, for SSIM")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    compare->add_option("--hotspot", options->hotspot, "What lies above it is a hotspot")
        ->capture_default_str();
    compare->add_flag("--quantise", options->quantise,
                      "Round to 256 levels first, as CircuitNet's scripts do");
    compare->callback([options, &context] { compareCommand(*options, context); });
}

} // namespace ohm::cli
