// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/parasitics.h"

#include "app/cli/context.h"
#include "app/cli/input.h"
#include "core/parasitics/design.h"
#include "core/parasitics/importing.h"
#include "core/parasitics/labels.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct ImportOptions {
    std::vector<std::string> files;
    std::string name, top, extractedTop, output, supplies = "drop";
    std::vector<std::string> ground, supply;
    bool append = false;
};

Json designJson(const parasitics::Imported& item, const Diagnostics& findings) {
    const auto& r = item.paired.report;
    Json unpaired = Json::array();
    for (const auto& entry : r.unpaired)
        unpaired.push_back(
            {{"name", entry.name}, {"reason", entry.reason}, {"farad", entry.farad}});
    return {{"name", item.paired.design.graph.name},
            {"format", item.format},
            {"bytes", item.bytes},
            {"mb_per_s",
             number(item.seconds > 0 ? 1e-6 * static_cast<double>(item.bytes) / item.seconds : 0)},
            {"devices", item.paired.design.graph.devices},
            {"elements", item.elements},
            {"zeros", item.zeros},
            {"nets",
             {{"schematic", r.schematicNets},
              {"schematic_paired", r.schematicPaired},
              {"extracted", r.extractedNets},
              {"extracted_paired", r.pairedNets},
              {"by_pins", r.byPins},
              {"supplies", r.supplies},
              {"pins", r.pins}}},
            {"couplings",
             {{"paired", r.couplings},
              {"in_range", r.couplingsInRange},
              {"lost", r.couplingsLost},
              {"supply", r.couplingsSupply}}},
            {"ground", {{"nets", r.groundNets}, {"lost", r.groundLost}}},
            {"farad", {{"all", r.farad}, {"lost", r.faradLost}, {"supply", r.faradSupply}}},
            {"unpaired", unpaired},
            {"unpaired_total", r.unpairedTotal},
            {"diagnostics", toJson(findings)}};
}

std::string textOf(const parasitics::Imported& item) {
    const auto& r = item.paired.report;
    const auto& g = item.paired.design.graph;
    char text[900];
    std::snprintf(
        text, sizeof(text),
        "%s: %u devices, %zu of %zu extracted nets found in the schematic (%zu of its %zu)\n"
        "  couplings: %zu (%zu within 1 zF .. 1 fF), %zu lost, %zu to supplies\n"
        "  ground: %zu nets, %zu lost; capacitance lost %.2f %%, to supplies %.2f %%\n",
        g.name.c_str(), g.devices, r.pairedNets, r.extractedNets, r.schematicPaired,
        r.schematicNets, r.couplings, r.couplingsInRange, r.couplingsLost, r.couplingsSupply,
        r.groundNets, r.groundLost, r.farad > 0 ? 100 * r.faradLost / r.farad : 0,
        r.farad > 0 ? 100 * r.faradSupply / r.farad : 0);
    std::string out = text;
    for (std::size_t i = 0; i < std::min<std::size_t>(r.unpaired.size(), 5); ++i)
        out += "  not found: " + r.unpaired[i].name + ": " + r.unpaired[i].reason + "\n";
    if (r.unpairedTotal > 5)
        out += "  ... and " + std::to_string(r.unpairedTotal - 5) + " more (--json lists them)\n";
    return out;
}

void importCommand(const ImportOptions& options, Context& context) {
    parasitics::ImportRequest request;
    for (const auto& file : options.files)
        request.paths.emplace_back(file);
    request.name = options.name;
    request.top = options.top;
    request.extractedTop = options.extractedTop;
    request.graph.ground = options.ground;
    request.graph.supply = options.supply;
    request.suppliesAreGround = options.supplies == "ground";
    request.command = context.command;
    std::vector<parasitics::FailedImport> failed;
    const auto imported =
        parasitics::importDesigns(request, context.stop, context.progress, &failed);
    if (!imported)
        return context.fail(imported.error());
    std::vector<parasitics::Design> designs;
    if (options.append && std::filesystem::exists(options.output)) {
        auto old = parasitics::readDesigns(options.output);
        if (!old)
            return context.fail(old.error());
        designs = std::move(*old);
    }
    Json list = Json::array(), lost = Json::array();
    std::string text;
    Diagnostics failures; // the other designs are kept all the same
    for (const auto& [name, error] : failed) {
        failures.push_back({Severity::Error,
                            error.code,
                            name + " was not imported: " + error.text +
                                (error.detail.empty() ? "" : ": " + error.detail) +
                                (error.hint.empty() ? "" : ". " + error.hint),
                            error.where,
                            0,
                            0,
                            {}});
        lost.push_back({{"name", name},
                        {"code", error.code},
                        {"text", error.text},
                        {"detail", error.detail},
                        {"where", error.where}});
    }
    context.show(failures);
    if (!failed.empty())
        context.exitCode = kBadInput;
    for (const auto& item : *imported) {
        Diagnostics findings = item.findings;
        findings.insert(findings.end(), item.paired.report.findings.begin(),
                        item.paired.report.findings.end());
        context.show(findings);
        list.push_back(designJson(item, findings));
        text += textOf(item);
        std::erase_if(designs, [&](const parasitics::Design& d) {
            return d.graph.name == item.paired.design.graph.name;
        });
        designs.push_back(item.paired.design);
    }
    if (!options.output.empty()) {
        const auto written = parasitics::writeDesigns(designs, options.output);
        if (!written)
            return context.fail(written.error());
        text += std::to_string(designs.size()) + " designs in " + options.output + "\n";
    }
    if (context.json)
        return context.print(Json{
            {"ok", failed.empty()}, {"file", options.output}, {"designs", list}, {"failed", lost}});
    context.print(text);
}

Json labelJson(const std::vector<double>& labels) {
    std::vector<std::size_t> classes(parasitics::kClasses, 0), histogram(20, 0);
    double sum = 0, square = 0;
    for (const double y : labels) {
        ++classes[static_cast<std::size_t>(parasitics::classOf(y))];
        ++histogram[std::min<std::size_t>(19, static_cast<std::size_t>(y * 20))];
        sum += y;
        square += y * y;
    }
    const auto n = static_cast<double>(labels.size());
    const double mean = labels.empty() ? 0 : sum / n;
    return {{"count", labels.size()},
            {"mean", mean},
            {"variance", labels.empty() ? 0 : square / n - mean * mean},
            {"classes", classes},
            {"histogram", histogram}};
}

void infoCommand(const std::string& file, Context& context) {
    const auto designs = parasitics::readDesigns(file);
    if (!designs)
        return context.fail(designs.error());
    Json list = Json::array();
    std::string text;
    for (const auto& d : *designs) {
        std::vector<double> couplings, ground;
        std::size_t kinds[3] = {0, 0, 0};
        for (const auto& c : d.couplings) {
            const auto farad = static_cast<double>(c.farad);
            if (farad > parasitics::kLeastCoupling && farad < parasitics::kMostCoupling) {
                couplings.push_back(parasitics::normalized(farad, parasitics::Quantity::Coupling));
                ++kinds[static_cast<std::size_t>(c.kind)];
            }
        }
        for (const float farad : d.ground) {
            if (farad > 0)
                ground.push_back(parasitics::normalized(static_cast<double>(farad),
                                                        parasitics::Quantity::Ground));
        }
        const auto& g = d.graph;
        Json entry = {{"name", g.name},
                      {"nets", g.nets},
                      {"devices", g.devices},
                      {"pins", g.pins},
                      {"nodes", g.nodes()},
                      {"edges", g.edgeCount()},
                      {"couplings", labelJson(couplings)},
                      {"kinds", {{"n2n", kinds[0]}, {"p2n", kinds[1]}, {"p2p", kinds[2]}}},
                      {"ground", labelJson(ground)},
                      {"provenance", d.provenance}};
        char line[400];
        std::snprintf(line, sizeof(line),
                      "%-28s %7u nodes %8zu edges %6zu couplings %6zu ground  classes %s\n",
                      g.name.c_str(), g.nodes(), g.edgeCount(), couplings.size(), ground.size(),
                      entry["ground"]["classes"].dump().c_str());
        text += line;
        list.push_back(std::move(entry));
    }
    if (context.json)
        return context.print(Json{{"designs", list}});
    context.print(text);
}

} // namespace

void addParasitics(CLI::App& app, Context& context) {
    CLI::App* noun = app.add_subcommand(
        "parasitics", "Layout parasitics before layout: import, train, predict, back-annotate");
    noun->require_subcommand(1);
    auto options = std::make_shared<ImportOptions>();
    CLI::App* verb = noun->add_subcommand(
        "import", "Pair extractions (SPICE, DSPF, SPEF) with schematic netlists");
    verb->add_option("PATH", options->files,
                     "A schematic and its extraction, or folders with schematic.* and extracted.*")
        ->required();
    verb->add_option("--name", options->name, "Name of the design (default: the folder's)");
    verb->add_option("--top", options->top, "Subcircuit of the schematic");
    verb->add_option("--extracted-top", options->extractedTop, "Subcircuit of the extraction");
    verb->add_option("--ground", options->ground, "Further nets that are ground or substrate")
        ->delimiter(',');
    verb->add_option("--supply", options->supply, "Further nets that are supplies")->delimiter(',');
    verb->add_option("--supplies", options->supplies,
                     "Couplings to supplies: drop, or ground (they count as capacitance to ground)")
        ->check(CLI::IsMember({"drop", "ground"}))
        ->capture_default_str();
    verb->add_flag("--append", options->append, "Add to the file; designs of a name are replaced");
    verb->add_option("-o,--output", options->output, "HDF5 file of the designs");
    verb->callback([options, &context] { importCommand(*options, context); });

    auto file = std::make_shared<std::string>();
    verb = noun->add_subcommand("info", "Sizes and label statistics of imported designs");
    verb->add_option("FILE", *file, "HDF5 file of `parasitics import`")->required();
    verb->callback([file, &context] { infoCommand(*file, context); });
    addParasiticsLearning(*noun, context);
    addParasiticsCalibrate(*noun, context);
    addParasiticsAnnotate(*noun, context);
}

} // namespace ohm::cli
