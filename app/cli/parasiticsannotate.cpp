// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/context.h"
#include "app/cli/input.h"
#include "app/cli/parasitics.h"
#include "app/cli/sizing.h"
#include "core/base/files.h"
#include "core/base/units.h"
#include "core/learn/annotatednetlist.h"
#include "core/learn/engine.h"
#include "core/optimize/backannotate.h"
#include "core/optimize/measure.h"
#include "core/project/installation.h"
#include "core/schematic/importer.h"

#include <cmath>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct AnnotateOptions {
    InputOptions input;
    std::string models, output, bound = "middle", reference = "0", ngspice = "ngspice";
    std::vector<std::string> ground, supply;
    double chance = 0.5, least = 0;
};

constexpr std::size_t kShown = 20;

std::filesystem::path modelFolder(const AnnotateOptions& options) {
    return options.models.empty() ? project::networkFolder() / "parasitics"
                                  : std::filesystem::path(options.models);
}

learn::AnnotationOptions howTo(const AnnotateOptions& options) {
    learn::AnnotationOptions how;
    how.graph.ground = options.ground;
    how.graph.supply = options.supply;
    how.chance = options.chance;
    return how;
}

Json toJson(const netlist::Circuit& circuit, const learn::Annotation& a, double least) {
    Json entries = Json::array();
    for (const auto& e : a.entries) {
        if (e.farad < least)
            break; // greatest first
        Json entry = {{"a", circuit.netName(e.a)},
                      {"b", e.toGround() ? std::string("0") : circuit.netName(e.b)},
                      {"farad", e.farad},
                      {"low", e.low},
                      {"high", e.high}};
        if (!e.toGround())
            entry["chance"] = e.chance;
        entries.push_back(std::move(entry));
    }
    Json totals = Json::object();
    for (netlist::NetId net = 0; net < a.total.size(); ++net) {
        if (a.total[net] > 0)
            totals[circuit.netName(net)] = a.total[net];
    }
    return {{"capacitances", entries},
            {"totals", totals},
            {"candidates", a.candidates},
            {"seconds", a.seconds}};
}

std::string textOf(const netlist::Circuit& circuit, const learn::Annotation& a) {
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, a.entries.size()); ++i) {
        const auto& e = a.entries[i];
        std::string names =
            circuit.netName(e.a) + "  " + (e.toGround() ? std::string("0") : circuit.netName(e.b));
        names.resize(std::max<std::size_t>(names.size() + 2, 44), ' ');
        text += names + formatSi(e.farad, "F", 3) + "  (" + formatSi(e.low, "F", 3) + " to " +
                formatSi(e.high, "F", 3) + ")\n";
    }
    if (a.entries.size() > kShown)
        text += "... and " + std::to_string(a.entries.size() - kShown) + " more\n";
    char line[120];
    std::snprintf(line, sizeof(line), "%zu capacitances from %zu candidate pairs in %.2f s\n",
                  a.entries.size(), a.candidates, a.seconds);
    return text + line;
}

/// Annotates every bench of a sizing project and measures it with and without.
void annotateProject(const AnnotateOptions& options, const learn::ParasiticModels& models,
                     Context& context) {
    const auto problem = sizingProblem(options.input.file, context);
    if (!problem)
        return context.fail(problem.error());
    const auto measured = optimize::measureAnnotated(*problem, models, howTo(options),
                                                     sizingPool(options.ngspice, context.threads),
                                                     context.stop, context.progress);
    if (!measured)
        return context.fail(measured.error());
    Json measurements = Json::object();
    std::string text = "measurement          schematic       with parasitics   change     bounds\n";
    for (const auto& m : measured->measures) {
        measurements[m.measure.name] = {{"schematic", m.schematic},
                                        {"annotated", m.middle},
                                        {"low", m.low},
                                        {"high", m.high},
                                        {"change", number(m.change())}};
        char line[200];
        std::snprintf(line, sizeof(line), "%-20s %-15s %-17s %+.3g %%   %s to %s\n",
                      m.measure.name.c_str(),
                      optimize::formatMeasure(m.measure, m.schematic).c_str(),
                      optimize::formatMeasure(m.measure, m.middle).c_str(),
                      std::abs(m.change()) < 1e-6 ? 0.0 : 100 * m.change(),
                      optimize::formatMeasure(m.measure, m.low).c_str(),
                      optimize::formatMeasure(m.measure, m.high).c_str());
        text += line;
    }
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"capacitances", measured->capacitances},
                                  {"measurements", measurements}});
    context.print(text);
}

/// Writes the user's netlist with the capacitors; true if it had to become a flat deck.
Expected<bool> writeAnnotated(const AnnotateOptions& options, const ResolvedInput& input,
                              const netlist::Circuit& circuit, const learn::Annotation& estimate,
                              Context& context) {
    learn::AnnotatedNetlistOptions how;
    how.reference = options.reference;
    if (options.bound == "all")
        how.bound.reset();
    else
        how.bound = options.bound == "low"    ? learn::Bound::Low
                    : options.bound == "high" ? learn::Bound::High
                                              : learn::Bound::Middle;
    how.folder = std::filesystem::absolute(options.output).parent_path();
    if (schematic::looksLikeSchematic(input.file)) {
        const auto sheet = schematic::importSchematic(input.file, {input.symbols, input.models});
        if (!sheet)
            return sheet.failure();
        how.source = sheet->netlistText;
    }
    const auto netlist = learn::annotatedNetlist(circuit, estimate, how);
    if (!netlist)
        return netlist.failure();
    const auto written = writeFileAtomically(options.output, netlist->text);
    if (!written)
        return written.failure();
    context.show(netlist->diagnostics);
    return netlist->flat;
}

void annotateCommand(const AnnotateOptions& options, Context& context) {
    if (options.bound != "low" && options.bound != "middle" && options.bound != "high" &&
        options.bound != "all") {
        context.fail({"CLI-005",
                      "The bound is not understood",
                      {},
                      options.bound,
                      "Write low, middle, high or all"});
        context.exitCode = kUsage;
        return;
    }
    const auto engine = learn::engine();
    if (!engine)
        return context.fail(engine.error());
    if (context.threads > 0)
        (*engine)->setThreads(context.threads);
    const auto models = learn::loadParasiticModels(modelFolder(options));
    if (!models)
        return context.fail(models.error());
    const auto resolved = resolveInput(options.input);
    if (!resolved)
        return context.fail(resolved.error());
    if (resolved->project && options.output.empty())
        return annotateProject(options, *models, context);
    const auto loaded = loadCircuit(options.input, context);
    if (!loaded)
        return context.fail(loaded.error());
    const netlist::Circuit& circuit = *loaded->circuit;
    const auto estimate = learn::annotate(circuit, *models, howTo(options), context.stop);
    if (!estimate)
        return context.fail(estimate.error());
    std::string told;
    if (!options.output.empty()) {
        const auto written = writeAnnotated(options, *resolved, circuit, *estimate, context);
        if (!written)
            return context.fail(written.error());
        told = "Written to " + options.output + (*written ? " as a flat deck\n" : "\n");
    }
    if (context.json)
        return context.print(toJson(circuit, *estimate, options.least));
    context.print(textOf(circuit, *estimate) + told);
}

} // namespace

void addParasiticsAnnotate(CLI::App& noun, Context& context) {
    auto options = std::make_shared<AnnotateOptions>();
    const auto common = [&](CLI::App& verb) {
        addInputOptions(verb, options->input);
        verb.add_option(
            "--models", options->models,
            "Folder with ground, coupling and link .safetensors (default: the shipped)");
        verb.add_option("--ground", options->ground, "Further nets that are ground")
            ->delimiter(',');
        verb.add_option("--supply", options->supply, "Further nets that are supplies")
            ->delimiter(',');
        verb.add_option("--chance", options->chance, "Least probability of a coupling")
            ->check(CLI::Range(0.0, 1.0))
            ->capture_default_str();
    };
    CLI::App* verb = noun.add_subcommand(
        "predict", "Estimate all coupling and ground capacitances of a schematic netlist");
    common(*verb);
    verb->add_option("--least", options->least, "Leave out smaller capacitances, F (--json)");
    verb->callback([options, &context] { annotateCommand(*options, context); });

    auto write = std::make_shared<AnnotateOptions>();
    options = write;
    verb = noun.add_subcommand("annotate",
                               "Write a netlist with the estimated capacitors, or measure a "
                               "project's benches with and without them");
    common(*verb);
    verb->add_option("--bound", write->bound,
                     "low, middle or high estimates, or all: .param parasitic_bound picks one")
        ->capture_default_str();
    verb->add_option("--reference", write->reference, "Node that capacitances to ground end at")
        ->capture_default_str();
    verb->add_option("--ngspice", write->ngspice, "The ngspice program to run")
        ->capture_default_str();
    verb->add_option("-o,--output", write->output, "Netlist to write; not for projects");
    verb->callback([write, &context] {
        std::error_code code;
        if (write->output.empty() && !std::filesystem::is_directory(write->input.file, code) &&
            !write->input.file.ends_with(".yaml")) {
            context.fail({"CLI-005", "There is nowhere to write to", {}, {}, "Give -o FILE"});
            context.exitCode = kUsage;
            return;
        }
        annotateCommand(*write, context);
    });
}

} // namespace ohm::cli
