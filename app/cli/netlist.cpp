// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input.h"
#include "core/base/files.h"
#include "core/netlist/device.h"
#include "core/netlist/writer.h"

#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

std::string infoText(const netlist::Circuit& circuit, const netlist::CircuitCounts& counts) {
    const auto line = [](std::string name, std::size_t value) {
        name.resize(22, ' ');
        return name + std::to_string(value) + "\n";
    };
    std::string text = circuit.title().empty() ? std::string() : circuit.title() + "\n";
    if (!circuit.isDeck())
        text += "subcircuit            " + std::string(circuit.cellName(circuit.topCell())) + "\n";
    text += "dialect               " + std::string(netlist::dialectName(circuit.dialect())) + "\n";
    text += line("devices", counts.deviceTotal);
    for (const auto& [letter, count] : counts.devices)
        text += line(std::string("  ") + letter, count);
    text += line("nets", counts.nets);
    text += line("nets with ground", counts.netsWithGround);
    text += line("terminals", counts.terminals);
    text += line("graph nodes", counts.graphNodes);
    text += line("graph edges", counts.graphEdges);
    return text;
}

void info(const InputOptions& input, Context& context) {
    const auto loaded = loadCircuit(input, context);
    if (!loaded)
        return context.fail(loaded.error());
    const auto counts = netlist::countCircuit(*loaded->circuit);
    // A file that holds nothing but errors is not a circuit.
    if (counts.deviceTotal == 0 && hasErrors(loaded->diagnostics))
        context.exitCode = kBadInput;
    context.show(loaded->diagnostics);
    if (!context.json)
        return context.print(infoText(*loaded->circuit, counts));
    Json devices = Json::object();
    for (const auto& [letter, count] : counts.devices)
        devices[std::string(1, letter)] = count;
    context.print(Json{{"devices", devices},
                       {"nets", counts.nets},
                       {"nets_with_ground", counts.netsWithGround},
                       {"terminals", counts.terminals},
                       {"graph", {{"nodes", counts.graphNodes}, {"edges", counts.graphEdges}}},
                       {"diagnostics", toJson(loaded->diagnostics)}});
}

void flatten(const InputOptions& input, const std::string& output, Context& context) {
    auto loaded = loadCircuit(input, context);
    if (!loaded)
        return context.fail(loaded.error());
    // A hierarchy that expands without end was cut off by the reader: half of it is no circuit.
    for (const Diagnostic& d : loaded->diagnostics) {
        if (d.code == "NET-043")
            return context.fail({"CLI-004", "The circuit is too large to be flattened", d.text,
                                 input.file, "Choose a smaller part with --top"});
    }
    netlist::FlatDeck deck = netlist::writeFlatDeck(*loaded->circuit);
    deck.text += ".op\n.end\n";
    Diagnostics& all = loaded->diagnostics;
    all.insert(all.end(), deck.diagnostics.begin(), deck.diagnostics.end());
    context.show(all);
    if (!output.empty()) {
        if (const auto written = writeFileAtomically(output, deck.text); !written)
            return context.fail(written.error());
    }
    if (context.json) {
        Json answer{{"ok", true},
                    {"devices", loaded->circuit->deviceCount()},
                    {"nets", loaded->circuit->netCount()}};
        answer[output.empty() ? "deck" : "output"] = output.empty() ? deck.text : output;
        answer["diagnostics"] = toJson(all);
        return context.print(answer);
    }
    if (output.empty())
        context.print(deck.text);
}

} // namespace

void addNetlist(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("netlist", "Read and flatten circuits");
    noun->require_subcommand(1);

    auto input = std::make_shared<InputOptions>();
    CLI::App* infoVerb = noun->add_subcommand(
        "info", "Count devices, nets, terminals and graph size after flattening");
    addInputOptions(*infoVerb, *input);
    infoVerb->callback([input, &context] { info(*input, context); });

    auto flattenInput = std::make_shared<InputOptions>();
    auto output = std::make_shared<std::string>();
    CLI::App* flattenVerb =
        noun->add_subcommand("flatten", "Write a flat SPICE deck with the same operating point");
    addInputOptions(*flattenVerb, *flattenInput);
    flattenVerb->add_option("-o,--output", *output, "File to write (default: standard output)");
    flattenVerb->callback(
        [flattenInput, output, &context] { flatten(*flattenInput, *output, context); });
}

} // namespace ohm::cli
