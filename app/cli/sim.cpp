// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input.h"
#include "app/cli/sizing.h"
#include "core/base/units.h"
#include "core/sim/operatingpoint.h"
#include "core/sim/simulator.h"

#include <cmath>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct OpOptions {
    InputOptions input;
    bool allowMissing = false;
    std::string ngspice = "ngspice";
};

std::string opText(const netlist::Circuit& circuit, const sim::OperatingPoint& op) {
    std::size_t width = 8;
    for (netlist::NetId net = 0; net < circuit.netCount(); ++net)
        width = std::max(width, std::min<std::size_t>(circuit.netName(net).size() + 2, 60));
    std::string text;
    for (netlist::NetId net = 0; net < circuit.netCount(); ++net) {
        std::string name = circuit.netName(net);
        name.resize(std::max(width, name.size() + 1), ' ');
        text += name + formatSi(op.netVoltages[net], "V", 6) + "\n";
    }
    return text;
}

void operatingPointCommand(const OpOptions& options, Context& context) {
    auto loaded = loadCircuit(options.input, context);
    if (!loaded)
        return context.fail(loaded.error());
    const netlist::Circuit& circuit = *loaded->circuit;
    sim::PoolOptions poolOptions;
    poolOptions.workers = 1; // one circuit, one process
    poolOptions.ngspice = options.ngspice;
    sim::SimulatorPool pool(poolOptions);
    const auto op =
        sim::operatingPoint(pool, circuit, context.stop, context.progress, options.allowMissing,
                            false); // only voltages are printed
    if (!op) {
        context.show(loaded->diagnostics);
        return context.fail(op.error());
    }
    loaded->diagnostics.insert(loaded->diagnostics.end(), op->diagnostics.begin(),
                               op->diagnostics.end());
    context.show(loaded->diagnostics);
    if (!context.json)
        return context.print(opText(circuit, *op));
    Json voltages = Json::object();
    for (netlist::NetId net = 0; net < circuit.netCount(); ++net) {
        const double value = circuit.isGround(net) ? 0.0 : op->netVoltages[net];
        voltages[circuit.netName(net)] = std::isfinite(value) ? Json(value) : Json(nullptr);
    }
    context.print(Json{{"ok", true},
                       {"voltages", voltages},
                       {"seconds", op->seconds},
                       {"simulator", op->simulator}});
}

} // namespace

void addSim(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand("sim", "Simulate with ngspice");
    noun->require_subcommand(1);
    auto options = std::make_shared<OpOptions>();
    CLI::App* verb = noun->add_subcommand("op", "DC operating point: the voltage of every net");
    addInputOptions(*verb, options->input);
    verb->add_flag("--allow-missing", options->allowMissing,
                   "Leave out devices whose definition is missing");
    verb->add_option("--ngspice", options->ngspice, "The ngspice program to run")
        ->capture_default_str();
    verb->callback([options, &context] { operatingPointCommand(*options, context); });
    addSimMeasure(*noun, context);
}

} // namespace ohm::cli
