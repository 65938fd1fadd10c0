// SPDX-License-Identifier: GPL-3.0-or-later
// Building the terminal-node graph, its features, neighbourhoods and layouts.
#include "core/graph/features.h"
#include "core/graph/layout.h"
#include "core/graph/neighbourhood.h"
#include "core/graph/nodekind.h"
#include "core/graph/quicklayout.h"
#include "core/graph/terminalgraph.h"
#include "core/netlist/reader.h"

#include <benchmark/benchmark.h>

#include <map>
#include <string>

namespace {

using namespace ohm;

/// Copies of a two-stage op-amp in a row on common supplies: 14 devices each.
netlist::CircuitPtr opAmps(std::int64_t copies) {
    static std::map<std::int64_t, netlist::CircuitPtr> made;
    auto& circuit = made[copies];
    if (circuit)
        return circuit;
    std::string text = "* op-amps\n"
                       ".subckt opamp in fb net6 vdd vss\n"
                       "mn1 net4 fb net3 vss n m=2\nmn2 net5 in net3 vss n m=2\n"
                       "mn3 net3 net7 vss vss n m=4\nmn4 net7 net7 vss vss n\n"
                       "mn5 net6 net7 vss vss n m=8\nmp1 net4 net4 vdd vdd p m=2\n"
                       "mp2 net5 net4 vdd vdd p m=2\nmp3 net6 net5 vdd vdd p m=9\n"
                       "ibias vdd net7 30u\nrz net8 net6 500\ncc net5 net8 3p\ncl net6 0 1p\n"
                       "rf net6 fb 10k\nri fb 0 10k\n.ends\n"
                       ".model n nmos\n.model p pmos\nvdd vdd 0 1.1\nvss vss 0 0.1\nvin o0 0 0.5\n";
    for (std::int64_t i = 1; i <= copies; ++i) {
        const std::int64_t from = i % 10 == 0 ? i / 10 : i - 1;
        text += "x" + std::to_string(i) + " o" + std::to_string(from) + " f" + std::to_string(i) +
                " o" + std::to_string(i) + " vdd vss opamp\n";
    }
    auto read = netlist::readNetlistText(text + ".end\n", "bench.cir", {});
    circuit = read ? *read : nullptr;
    return circuit;
}

void build(benchmark::State& state) {
    const auto circuit = opAmps(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(graph::TerminalGraph(circuit).edgeCount());
    const graph::TerminalGraph graph(circuit);
    state.counters["devices"] = static_cast<double>(circuit->deviceCount());
    state.counters["nodes"] = static_cast<double>(graph.nodeCount());
    state.counters["edges"] = static_cast<double>(graph.edgeCount());
}
BENCHMARK(build)->Arg(70)->Arg(1500)->Arg(71000)->Unit(benchmark::kMillisecond);

void features(benchmark::State& state) {
    const graph::TerminalGraph graph(opAmps(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(nodeFeatures(graph, graph::FeatureSchema::Analog).values.data());
    state.counters["nodes"] = static_cast<double>(graph.nodeCount());
}
BENCHMARK(features)->Arg(1500)->Arg(71000)->Unit(benchmark::kMillisecond);

void kinds(benchmark::State& state) {
    const graph::TerminalGraph graph(opAmps(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(nodeKinds(graph).data());
    state.counters["nodes"] = static_cast<double>(graph.nodeCount());
}
BENCHMARK(kinds)->Arg(71000)->Unit(benchmark::kMillisecond);

void neighbours(benchmark::State& state) {
    const graph::TerminalGraph graph(opAmps(state.range(0)));
    const std::uint32_t seed = 1234;
    for (auto _ : state)
        benchmark::DoNotOptimize(
            graph::neighbourhood(graph, std::span(&seed, 1), 6, 400).nodes.data());
}
BENCHMARK(neighbours)->Arg(71000)->Unit(benchmark::kMillisecond);

void layout(benchmark::State& state) {
    const graph::TerminalGraph graph(opAmps(state.range(0)));
    const auto engine = static_cast<graph::LayoutEngine>(state.range(1));
    for (auto _ : state) {
        const auto placed = graph::layoutGraph(graph.nodeCount(), graph.edges(), engine);
        if (!placed)
            state.SkipWithError(placed.error().message().c_str());
    }
    state.counters["nodes"] = static_cast<double>(graph.nodeCount());
}
BENCHMARK(layout)
    ->ArgNames({"copies", "engine"})
    ->Args({1, static_cast<int>(graph::LayoutEngine::Auto)})
    ->Args({2, static_cast<int>(graph::LayoutEngine::Auto)})
    ->Args({20, static_cast<int>(graph::LayoutEngine::Auto)})
    ->Args({20, static_cast<int>(graph::LayoutEngine::Sfdp)})
    ->Args({200, static_cast<int>(graph::LayoutEngine::Auto)})
    ->Args({2000, static_cast<int>(graph::LayoutEngine::Auto)})
    ->Args({20000, static_cast<int>(graph::LayoutEngine::Auto)})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

} // namespace

BENCHMARK_MAIN();
