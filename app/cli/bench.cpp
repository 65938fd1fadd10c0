// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/bench.h"
#include "app/cli/benchdeep.h"
#include "app/cli/model.h"
#include "app/cli/parasitics.h"
#include "app/cli/sizing.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

namespace ohm::cli {
namespace {

struct BenchOptions {
    std::string name;
    std::string device = "cpu";
    BenchDeepOptions deep;
};

void benchCommand(const BenchOptions& options, Context& context) {
    if (options.name == "tsne") {
        const auto done = explore::benchTsne(
            context.threads, [&](const learn::BenchRow& row) { printBenchRow(row, context); },
            context.stop);
        return done ? void() : context.fail(done.error());
    }
    if (options.name == "parasitics")
        return benchParasitics(context);
    if (options.name == "parasitics-encodings")
        return benchEncodings(context);
    if (options.name == "sim")
        return benchSimulations(context);
    if (options.name == "deep")
        return benchDeepCommand(options.deep, options.device, context);
    const auto engine = learn::engine();
    if (!engine)
        return context.fail(engine.error());
    (*engine)->setThreads(context.threads);
    if (!context.json)
        context.print((*engine)->description() + "\n");
    const auto done = (*engine)->bench(
        options.name, options.device,
        [&](const learn::BenchRow& row) { printBenchRow(row, context); }, context.stop);
    if (!done)
        context.fail(done.error());
}

} // namespace

void printBenchRow(const learn::BenchRow& row, Context& context) {
    if (context.json) {
        Json line = {{"name", row.name},
                     {"median", row.median},
                     {"unit", row.unit},
                     {"repetitions", row.repetitions}};
        if (!row.note.empty())
            line["note"] = row.note;
        return context.print(line);
    }
    char text[256];
    std::snprintf(text, sizeof(text), "%-48s %10.4g %-8s x%-3d %s\n", row.name.c_str(), row.median,
                  row.unit.c_str(), row.repetitions, row.note.c_str());
    context.print(std::string(text));
}

void addBench(CLI::App& app, Context& context) {
    auto options = std::make_shared<BenchOptions>();
    CLI::App* verb = app.add_subcommand("bench", "Measure the speed of this machine");
    verb->add_option("NAME", options->name,
                     "What to measure: gnn, deep, tsne, sim, parasitics or parasitics-encodings")
        ->required();
    verb->add_option("--device", options->device, "cpu, cuda or cuda:N; deep: cpu, cuda or auto")
        ->capture_default_str();
    addBenchDeepOptions(*verb, options->deep);
    verb->callback([options, &context] { benchCommand(*options, context); });
}

} // namespace ohm::cli
