// SPDX-License-Identifier: GPL-3.0-or-later
// dataset generate, dataset knobs
#include "app/cli/input.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/dataset/h5file.h"
#include "core/generate/opamp.h"
#include "core/generate/request.h"
#include "core/generate/study.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

namespace fs = std::filesystem;

struct GenerateOptions {
    std::string kind;
    std::string branches;
    std::size_t count = 1000;
    std::string output;
    std::string ngspice = "ngspice";
    InputOptions circuit;
    std::vector<std::string> vary;
    std::vector<std::string> measure;
    std::vector<std::string> analyses;
};

/// What became of the samples, whatever made them.
struct Made {
    dataset::GraphSet set;
    std::map<std::string, std::size_t> failures;
    std::map<std::string, std::string> examples;
    std::size_t resumed = 0;
    double seconds = 0;
    double rate = 0;
    bool direct = true; ///< without a simulator
    fs::path journal;
};

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Unexpected usage(const std::string& text, const std::string& where, const std::string& hint) {
    return ohm::fail("CLI-005", text, {}, where, hint);
}

Expected<void> parseBranches(const std::string& text, int& low, int& high) {
    char rest = 0;
    bool good = std::sscanf(text.c_str(), "%d:%d%c", &low, &high, &rest) == 2;
    if (!good && std::sscanf(text.c_str(), "%d%c", &low, &rest) == 1) {
        high = low;
        good = true;
    }
    if (!good || low < 1 || high < low)
        return usage("The branches are not understood", text, "Write 12 or 2:10");
    return {};
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        if (separator != ' ' || !part.empty())
            parts.push_back(part);
    }
    return parts;
}

/// "name", "name=low:high", "name=low:high:step" or "name=low:high:log".
Expected<generate::Knob> parseVary(const std::string& text,
                                   const generate::TunableCircuit& circuit) {
    const std::size_t equals = text.find('=');
    const std::string name = toLower(text.substr(0, equals));
    const auto& knobs = circuit.knobs();
    const auto found = std::find_if(knobs.begin(), knobs.end(),
                                    [&](const generate::Knob& k) { return k.name == name; });
    if (found == knobs.end()) {
        std::string names;
        for (std::size_t i = 0; i < std::min<std::size_t>(knobs.size(), 12); ++i)
            names += (i > 0 ? ", " : "") + knobs[i].name;
        return ohm::fail("GEN-015", "The circuit has no such parameter", {}, name,
                         "It has " + (names.empty() ? "none" : names) +
                             (knobs.size() > 12 ? " ..." : "") + "; see dataset knobs");
    }
    generate::Knob knob = *found;
    if (equals == std::string::npos)
        return knob;
    const auto parts = split(text.substr(equals + 1), ':');
    const auto low = parts.size() > 1 ? parseSi(parts[0]) : std::nullopt;
    const auto high = parts.size() > 1 ? parseSi(parts[1]) : std::nullopt;
    knob.step = 0;
    knob.logarithmic = false;
    bool good = low && high && *low <= *high && parts.size() <= 3;
    if (good) {
        knob.low = *low;
        knob.high = *high;
        if (parts.size() == 3 && parts[2] == "log") {
            knob.logarithmic = true;
            good = knob.low > 0;
        } else if (parts.size() == 3) {
            const auto step = parseSi(parts[2]);
            good = step && *step > 0;
            knob.step = step.value_or(0);
        }
    }
    if (!good)
        return usage("The range is not understood", text,
                     "Write NAME=LOW:HIGH, NAME=LOW:HIGH:STEP, or NAME=LOW:HIGH:log with LOW > 0");
    return knob;
}

/// "ac dec 10 1 10G", "tran 1n 1u [start]", "dc vin 0 1.2 10m".
Expected<sim::Analysis> parseAnalysis(const std::string& text) {
    const auto words = split(toLower(text), ' ');
    sim::Analysis a;
    const auto number = [&](std::size_t i, double& value) {
        const auto parsed = i < words.size() ? parseSi(words[i]) : std::nullopt;
        value = parsed.value_or(0);
        return parsed.has_value();
    };
    bool good = false;
    const std::string kind = words.empty() ? std::string() : words[0];
    if (kind == "ac" && words.size() == 5) {
        a.kind = sim::Analysis::Kind::Ac;
        a.sweep = words[1];
        double points = 0;
        good = (a.sweep == "dec" || a.sweep == "oct" || a.sweep == "lin") && number(2, points) &&
               points >= 1 && points <= 1e6 && number(3, a.start) && number(4, a.stop);
        a.points = good ? static_cast<int>(points) : 1;
    } else if (kind == "tran" && (words.size() == 3 || words.size() == 4)) {
        a.kind = sim::Analysis::Kind::Tran;
        good = number(1, a.step) && number(2, a.stop) && (words.size() == 3 || number(3, a.start));
    } else if (kind == "dc" && words.size() == 5) {
        a.kind = sim::Analysis::Kind::Dc;
        a.source = words[1];
        good = number(2, a.start) && number(3, a.stop) && number(4, a.step);
    }
    if (!good)
        return usage("The analysis is not understood", text,
                     "Write \"ac dec 10 1 10G\", \"tran 1n 1u\" or \"dc vin 0 1.2 10m\"");
    return a;
}

Expected<std::shared_ptr<const generate::TunableCircuit>> openTunable(const InputOptions& options,
                                                                      Context& context) {
    auto input = resolveInput(options);
    if (!input)
        return input.failure();
    // A netlist that a project beside it lists has that project's ranges.
    if (!input->project) {
        auto beside = project::readProject(input->file.parent_path() / "project.yaml");
        if (beside.ok() && std::find(beside->circuits.begin(), beside->circuits.end(),
                                     input->file.filename()) != beside->circuits.end())
            input->project = std::move(*beside);
    }
    netlist::ReadOptions read;
    read.top = options.top;
    read.dialect = input->dialect;
    read.searchPath = input->models;
    read.searchPath.insert(read.searchPath.end(), input->symbols.begin(), input->symbols.end());
    auto circuit = generate::makeTunable(input->file, read,
                                         input->project ? &*input->project : nullptr, context.stop);
    if (circuit)
        context.show((*circuit)->nominal()->diagnostics());
    return circuit;
}

/// What to vary where nothing is named: what a project declares, else the file's .param, else all.
std::vector<generate::Knob> usualKnobs(const generate::TunableCircuit& circuit,
                                       const project::Project* project) {
    std::vector<generate::Knob> declared;
    std::vector<generate::Knob> parameters;
    for (const auto& knob : circuit.knobs()) {
        if (knob.isParameter)
            parameters.push_back(knob);
        if (project && std::any_of(project->parameters.begin(), project->parameters.end(),
                                   [&](const auto& p) { return toLower(p.name) == knob.name; }))
            declared.push_back(knob);
    }
    return !declared.empty() ? declared : !parameters.empty() ? parameters : circuit.knobs();
}

Expected<Made> makeOpamps(const GenerateOptions& options, Context& context) {
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
        return result.failure();
    Made made;
    made.failures = result->failures;
    made.resumed = result->resumed;
    made.seconds = result->seconds;
    made.rate =
        static_cast<double>(options.count - result->resumed) / std::max(result->seconds, 1e-9);
    made.direct = false;
    made.journal = request.journal;
    made.set = std::move(result->set);
    return made;
}

Expected<Made> makeResistive(const GenerateOptions& options, Context& context) {
    int low = options.kind == "rout" ? 10 : 2;
    int high = 10;
    if (!options.branches.empty()) {
        const auto parsed = parseBranches(options.branches, low, high);
        if (!parsed)
            return parsed.failure();
    }
    const auto start = std::chrono::steady_clock::now();
    auto set = generate::generateKind(options.kind, low, high, options.count,
                                      context.seed.value_or(0), context.stop, context.progress);
    if (!set)
        return set.failure();
    Made made;
    made.set = std::move(*set);
    made.seconds = secondsSince(start);
    made.rate = static_cast<double>(made.set.graphCount()) / std::max(made.seconds, 1e-9);
    return made;
}

Expected<Made> makeStudy(const GenerateOptions& options, Context& context) {
    if (options.circuit.file.empty())
        return usage("Which circuit?", "--netlist",
                     "Name a netlist, a schematic or a project with --netlist");
    const auto circuit = openTunable(options.circuit, context);
    if (!circuit)
        return circuit.failure();
    generate::Study study;
    study.circuit = *circuit;
    study.count = options.count;
    study.seed = context.seed.value_or(0);
    for (const std::string& text : options.vary) {
        auto knob = parseVary(text, **circuit);
        if (!knob)
            return knob.failure();
        study.varied.push_back(std::move(*knob));
    }
    if (options.vary.empty()) {
        const auto input = resolveInput(options.circuit);
        study.varied = usualKnobs(**circuit, input && input->project ? &*input->project : nullptr);
    }
    for (const std::string& text : options.analyses) {
        auto analysis = parseAnalysis(text);
        if (!analysis)
            return analysis.failure();
        study.analyses.push_back(std::move(*analysis));
    }
    for (const std::string& text : options.measure) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return usage("The measurement is not understood", text,
                         "Write NAME=BODY, e.g. gain=\"ac max vm(out)\"");
        const std::string body(trimmed(text.substr(equals + 1)));
        study.measurements[text.substr(0, equals)] = body;
        const bool hasAc =
            std::any_of(study.analyses.begin(), study.analyses.end(),
                        [](const sim::Analysis& a) { return a.kind == sim::Analysis::Kind::Ac; });
        if (toLower(body).starts_with("ac ") && !hasAc)
            study.analyses.push_back(*parseAnalysis("ac dec 10 1 10g"));
    }
    sim::PoolOptions poolOptions;
    poolOptions.workers = context.threads;
    poolOptions.ngspice = options.ngspice;
    sim::SimulatorPool pool(poolOptions);
    const auto start = std::chrono::steady_clock::now();
    const fs::path journal = options.output + ".journal";
    auto result = generate::runStudy(pool, study, journal, context.stop, context.progress);
    if (!result)
        return result.failure();
    Made made;
    made.failures = result->failures;
    made.examples = result->examples;
    made.resumed = result->resumed;
    made.seconds = secondsSince(start);
    made.rate = result->samplesPerSecond;
    made.direct = result->direct;
    made.journal = journal;
    made.set = std::move(result->set);
    return made;
}

void generateCommand(const GenerateOptions& options, Context& context) {
    const auto failed = [&](const Error& error) {
        context.fail(error);
        if (error.code == "CLI-005")
            context.exitCode = kUsage;
    };
    std::error_code ignored;
    const fs::path parent = fs::path(options.output).parent_path();
    if (fs::is_directory(options.output, ignored) ||
        (!parent.empty() && !fs::is_directory(parent, ignored)))
        return failed({"DATA-001",
                       "The dataset cannot be written",
                       "its folder does not exist, or it is one itself",
                       options.output,
                       {}});
    const auto& opamps = generate::opampKinds();
    const bool simulated = std::find(opamps.begin(), opamps.end(), options.kind) != opamps.end();
    auto made = simulated                   ? makeOpamps(options, context)
                : options.kind == "circuit" ? makeStudy(options, context)
                                            : makeResistive(options, context);
    if (!made)
        return failed(made.error());
    made->set.attributes["command"] = context.command;
    const auto written = dataset::writeGraphSet(made->set, options.output);
    if (!written)
        return failed(written.error());
    if (!made->journal.empty())
        fs::remove(made->journal, ignored);
    Json failures = Json::object();
    std::size_t failedCount = 0;
    for (const auto& [code, count] : made->failures) {
        failures[code] = count;
        failedCount += count;
        const auto example = made->examples.find(code);
        context.show({{Severity::Warning,
                       code,
                       std::to_string(count) + " samples failed" +
                           (example == made->examples.end() ? "" : ": " + example->second),
                       options.output,
                       0,
                       0,
                       {}}});
    }
    if (context.json)
        return context.print(Json{{"ok", true},
                                  {"file", options.output},
                                  {"graphs", made->set.graphCount()},
                                  {"nodes", made->set.nodeCount()},
                                  {"edges", made->set.edgeCount()},
                                  {"resumed", made->resumed},
                                  {"direct", made->direct},
                                  {"seconds", made->seconds},
                                  {"samples_per_second", made->rate},
                                  {"failed", failedCount},
                                  {"failures", failures}});
    char line[160];
    std::snprintf(line, sizeof(line), "%zu graphs, %.3g per second, %zu failed, written to ",
                  made->set.graphCount(), made->rate, failedCount);
    context.print(line + options.output + "\n");
}

void knobsCommand(const InputOptions& options, Context& context) {
    const auto circuit = openTunable(options, context);
    if (!circuit)
        return context.fail(circuit.error());
    Json array = Json::array();
    std::string text;
    for (const auto& knob : (*circuit)->knobs()) {
        Json devices = Json::array();
        for (const auto device : knob.devices)
            devices.push_back((*circuit)->nominal()->deviceName(device));
        array.push_back({{"name", knob.name},
                         {"unit", knob.unit},
                         {"nominal", knob.nominal},
                         {"low", knob.low},
                         {"high", knob.high},
                         {"step", knob.step},
                         {"log", knob.logarithmic},
                         {"parameter", knob.isParameter},
                         {"devices", devices}});
        text += knob.name + " = " + formatSi(knob.nominal, knob.unit) + "  (" +
                formatSi(knob.low, knob.unit) + " to " + formatSi(knob.high, knob.unit) +
                (knob.logarithmic ? ", logarithmic" : "") +
                (knob.step > 0 ? ", step " + formatSi(knob.step, knob.unit) : "") + ")\n";
    }
    if (context.json)
        return context.print(Json{{"knobs", array}});
    context.print(text.empty() ? "Nothing of this circuit can be varied.\n" : text);
}

} // namespace

void addDatasetGenerate(CLI::App& noun, Context& context) {
    auto options = std::make_shared<GenerateOptions>();
    CLI::App* make = noun.add_subcommand("generate", "Make a dataset");
    std::string kinds = "circuit";
    for (const auto* list : {&generate::resistiveKinds(), &generate::opampKinds()}) {
        for (const std::string& kind : *list)
            kinds += ", " + kind;
    }
    make->add_option("KIND", options->kind, "One of " + kinds)->required();
    make->add_option("--branches", options->branches, "Ladders: 12, or 2:10 mixed");
    make->add_option("--count", options->count, "Number of graphs")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    make->add_option("--netlist", options->circuit.file,
                     "For KIND circuit: netlist, LTspice schematic or project");
    make->add_option("--vary", options->vary,
                     "For KIND circuit: NAME[=LOW:HIGH[:STEP|:log]], may be given several times; "
                     "default: what the project declares, else every .param, else every value")
        ->allow_extra_args(false);
    make->add_option("--measure", options->measure,
                     "For KIND circuit: a graph label NAME=BODY with the body of a .meas card, "
                     "e.g. gain=\"ac max vm(out)\"; may be given several times")
        ->allow_extra_args(false);
    make->add_option("--analysis", options->analyses,
                     "What the measurements look at: \"ac dec 10 1 10G\" (the default for ac), "
                     "\"tran 1n 1u\", \"dc vin 0 1.2 10m\"")
        ->allow_extra_args(false);
    addInputSettings(*make, options->circuit);
    make->add_option("--ngspice", options->ngspice, "The ngspice program to run")
        ->capture_default_str();
    make->add_option("-o,--output", options->output, "Dataset file (.h5)")->required();
    make->callback([options, &context] { generateCommand(*options, context); });

    auto input = std::make_shared<InputOptions>();
    CLI::App* knobs = noun.add_subcommand("knobs", "What of a circuit can be varied");
    addInputOptions(*knobs, *input);
    knobs->callback([input, &context] { knobsCommand(*input, context); });
}

} // namespace ohm::cli
