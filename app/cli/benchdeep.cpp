// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/benchdeep.h"

#include "app/cli/model.h"
#include "core/deep/bench.h"
#include "core/deep/devices.h"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace ohm::cli {

void addBenchDeepOptions(CLI::App& verb, BenchDeepOptions& options) {
    const char* group = "bench deep";
    verb.add_option("--nodes", options.nodes, "Nodes of the synthetic circuit")
        ->check(CLI::Range(16, 50'000'000))
        ->group(group)
        ->capture_default_str();
    verb.add_option("--edges", options.edges, "Edges of its clique graph")
        ->check(CLI::NonNegativeNumber)
        ->group(group)
        ->capture_default_str();
    verb.add_option("--layers", options.layers, "Layers")
        ->check(CLI::Range(1, 10'000))
        ->group(group)
        ->capture_default_str();
    verb.add_option("--channels", options.channels, "Channels, in two groups")
        ->check(CLI::Range(2, 2048))
        ->group(group)
        ->capture_default_str();
    verb.add_option("--norm", options.norm, "sum, mean, gcn or softmax")
        ->check(CLI::IsMember({"sum", "mean", "gcn", "softmax"}))
        ->group(group)
        ->capture_default_str();
    verb.add_option("--select", options.ks, "Values of k, separated by commas")
        ->delimiter(',')
        ->check(CLI::Range(1, 256))
        ->group(group)
        ->capture_default_str();
    verb.add_option("--baselines", options.baselines, "Of b0, b1, b2, b3, separated by commas")
        ->delimiter(',')
        ->check(CLI::IsMember({"b0", "b1", "b2", "b3"}))
        ->group(group)
        ->capture_default_str();
    verb.add_option(
            "--baseline-layers", options.baselineLayers,
            "Baselines run with so many layers and half of them, the rest by a line; 0 = all")
        ->check(CLI::Range(0, 10'000))
        ->group(group)
        ->capture_default_str();
    verb.add_flag("--tf32", options.tf32, "On a GPU: products of numbers rounded to 10 bits")
        ->group(group);
    verb.add_option("--repetitions", options.repetitions, "Steps measured")
        ->check(CLI::Range(1, 1000))
        ->group(group)
        ->capture_default_str();
}

void benchDeepCommand(const BenchDeepOptions& options, const std::string& device,
                      Context& context) {
    const auto choice = deep::deviceChoiceOf(device);
    if (!choice)
        return context.fail(choice.error());
    const auto where = deep::deviceFor(*choice, {});
    if (!where)
        return context.fail(where.error());
    deep::BenchOptions bench;
    bench.nodes = options.nodes;
    bench.edges = options.edges;
    bench.layers = options.layers;
    bench.channels = options.channels;
    bench.norm = *deep::normOf(options.norm);
    bench.ks = options.ks;
    bench.baselines.clear();
    for (const std::string& name : options.baselines)
        bench.baselines.push_back(*deep::methodOf(name));
    std::sort(bench.baselines.begin(), bench.baselines.end()); // B0 first: the others are beside it
    bench.baselineLayers = options.baselineLayers;
    bench.repetitions = options.repetitions;
    bench.threads = context.threads;
    bench.device = *where;
    bench.tf32 = options.tf32;
    bench.seed = context.seed.value_or(1);
    const auto done = deep::benchDeep(
        bench,
        [&](const deep::BenchMeasure& row) {
            printBenchRow({row.name, row.median, row.unit, row.repetitions, row.note}, context);
        },
        context.stop);
    if (!done)
        context.fail(done.error());
}

} // namespace ohm::cli
