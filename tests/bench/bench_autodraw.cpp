// SPDX-License-Identifier: GPL-3.0-or-later
// How long the automatic drawing takes: amplifier-like circuits by size, and a memory as blocks.
#include "core/netlist/reader.h"
#include "core/schematic/autodraw.h"

#include <benchmark/benchmark.h>

#include <string>

namespace {

/// A chain of differential stages with mirrors, five transistors and a capacitor each.
std::string amplifierChain(int devices) {
    std::string text =
        "* chain\n.model nn nmos\n.model pp pmos\nvdd vdd 0 1.8\nvin s0 0 dc 0.9 ac 1\n"
        "ib vdd bias 10u\nmb bias bias 0 0 nn w=1u l=1u\n";
    for (int i = 0; i * 6 < devices - 4; ++i) {
        const std::string k = std::to_string(i);
        const std::string in = "s" + k;
        const std::string out = "s" + std::to_string(i + 1);
        text += "mp1" + k + " d" + k + " d" + k + " vdd vdd pp w=4u l=1u\n";
        text += "mp2" + k + " " + out + " d" + k + " vdd vdd pp w=4u l=1u\n";
        text += "mn1" + k + " d" + k + " " + in + " t" + k + " 0 nn w=2u l=1u\n";
        text += "mn2" + k + " " + out + " " + out + " t" + k + " 0 nn w=2u l=1u\n";
        text += "mt" + k + " t" + k + " bias 0 0 nn w=2u l=1u\n";
        text += "c" + k + " " + out + " " + in + " 1p\n";
    }
    return text + ".end\n";
}

std::string memory(int cells) {
    std::string text =
        "* memory\n.subckt bit bl wl vdd vss\nm1 bl wl vss vss nn\n.ends\n.model nn nmos\n";
    for (int i = 0; i < cells; ++i)
        text += "x" + std::to_string(i) + " b" + std::to_string(i % 256) + " w" +
                std::to_string(i / 256) + " vdd vss bit\n";
    return text + ".end\n";
}

void draw(benchmark::State& state, const std::string& text) {
    const auto circuit = ohm::netlist::readNetlistText(text, "bench", {});
    if (!circuit) {
        state.SkipWithError("the netlist cannot be read");
        return;
    }
    for (auto _ : state) {
        auto doc = ohm::schematic::drawCell(**circuit);
        if (!doc)
            state.SkipWithError("the cell cannot be drawn");
        benchmark::DoNotOptimize(doc);
    }
}

void drawDevices(benchmark::State& state) {
    draw(state, amplifierChain(static_cast<int>(state.range(0))));
}
BENCHMARK(drawDevices)
    ->Arg(10)
    ->Arg(25)
    ->Arg(50)
    ->Arg(100)
    ->Arg(140)
    ->Unit(benchmark::kMillisecond);

void drawBlocks(benchmark::State& state) {
    draw(state, memory(static_cast<int>(state.range(0))));
}
BENCHMARK(drawBlocks)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
