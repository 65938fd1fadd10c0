// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input.h"
#include "core/graph/exporter.h"
#include "core/graph/features.h"
#include "core/graph/terminalgraph.h"

#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct ExportOptions {
    InputOptions input;
    std::string output;
    std::string features = "auto";
};

void exportCommand(const ExportOptions& options, Context& context) {
    if (const auto format = graph::exportFormatOf(options.output); !format)
        return context.fail(format.error()); // before the work, not after it
    const auto loaded = loadCircuit(options.input, context);
    if (!loaded)
        return context.fail(loaded.error());
    context.show(loaded->diagnostics);
    const graph::TerminalGraph built(loaded->circuit);
    const graph::FeatureSchema schema =
        options.features == "resistive" ? graph::FeatureSchema::Resistive
        : options.features == "analog"  ? graph::FeatureSchema::Analog
                                        : graph::naturalSchema(*loaded->circuit);
    const graph::NodeFeatures features = graph::nodeFeatures(built, schema);
    if (const auto written = graph::exportGraph(built, features, options.output); !written)
        return context.fail(written.error());
    const std::string name = schema == graph::FeatureSchema::Resistive ? "resistive" : "analog";
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"output", options.output},
                                  {"nodes", built.nodeCount()},
                                  {"edges", built.edgeCount()},
                                  {"features", {{"schema", name}, {"width", features.width}}},
                                  {"diagnostics", toJson(loaded->diagnostics)}});
    context.print(options.output + ": " + std::to_string(built.nodeCount()) + " nodes, " +
                  std::to_string(built.edgeCount()) + " edges, " + std::to_string(features.width) +
                  " " + name + " features\n");
}

} // namespace

void addGraph(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("graph", "Terminal-node graphs");
    noun->require_subcommand(1);
    auto options = std::make_shared<ExportOptions>();
    CLI::App* verb = noun->add_subcommand("export", "Write the terminal-node graph with features");
    addInputOptions(*verb, options->input);
    verb->add_option("-o,--output", options->output, "File to write: .json, .dot, .graphml or .h5")
        ->required();
    verb->add_option("--features", options->features, "Node encoding")
        ->check(CLI::IsMember({"auto", "resistive", "analog"}))
        ->capture_default_str();
    verb->callback([options, &context] { exportCommand(*options, context); });
}

} // namespace ohm::cli
