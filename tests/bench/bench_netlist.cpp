// SPDX-License-Identifier: GPL-3.0-or-later
// Netlist reader: bytes per second of reading and flattening, and peak memory per byte of the file.
// Each file is written to a temporary folder first. Peak memory is that of a child process, so that
// one measurement does not hide another.
#include "core/base/files.h"
#include "core/netlist/reader.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <functional>
#include <map>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ohm;
using namespace ohm::netlist;

namespace {

/// A million MOSFETs in one cell, 107 MB.
std::string flatMosfets() {
    std::string text = "* a million transistors\n.model nmos nmos level=1\n.model pmos pmos level=1\n";
    char line[200];
    for (int i = 0; i < 1'000'000; ++i) {
        std::snprintf(line, sizeof line,
                      "m%d net%d_out net%d_in net%d_s vdd! %s w=1.2u l=90n ad=0.12p as=0.12p "
                      "pd=2.4u ps=2.4u m=%d\n",
                      i, i % 400000, static_cast<int>(i * 7LL % 400000),
                      static_cast<int>(i * 13LL % 400000), i % 2 ? "nmos" : "pmos", i % 4 + 1);
        text += line;
    }
    return text;
}

/// Four million parasitic resistors and capacitors with new nets on every line, 200 MB.
std::string parasitics() {
    std::string text = "* parasitics\n";
    char line[200];
    unsigned noise = 1;
    for (int i = 0; text.size() < 200'000'000; ++i) {
        noise = noise * 1664525u + 1013904223u;
        std::snprintf(line, sizeof line,
                      "R%d n1_m%d_%d_%d n1_m%d_%d_%d %.6f\nC%d n1_m%d_%d_%d 0 %.4ff\n", i, i % 9,
                      i * 800, i / 100, i % 9, (i + 1) * 800, i / 100, noise / 4.3e9, i, i % 9,
                      i * 800, i / 100, noise / 8.6e9);
        text += line;
    }
    return text;
}

/// Standard cells: 2000 cells of 12 transistors, 600,000 instances: 7.2 million devices flat.
std::string cells() {
    std::string text = "* cells\n";
    char line[200];
    for (int c = 0; c < 2000; ++c) {
        std::snprintf(line, sizeof line, ".subckt cell%d a b y vdd vss\n", c);
        text += line;
        for (int k = 0; k < 12; ++k) {
            std::snprintf(line, sizeof line, "xm%d n%d %s n%d %s sky130_fd_pr__%cfet_01v8 w=%d l=0.15\n",
                          k, k, k % 3 ? "a" : "b", k + 1, k % 2 ? "vss" : "vdd", k % 2 ? 'n' : 'p',
                          k + 1);
            text += line;
        }
        text += ".ends\n";
    }
    for (int i = 0; i < 600000; ++i) {
        std::snprintf(line, sizeof line, "xinst_block_row_%d net_%d net_%d net_%d vdd vss cell%d\n", i,
                      i, i / 2, i + 1, i % 2000);
        text += line;
    }
    return text;
}

struct Fixture {
    std::filesystem::path path;
    std::size_t bytes = 0;
};

Fixture fixture(const std::string& name, std::string (*make)()) {
    static auto folder = TemporaryDirectory::create("ohmscape-bench");
    static std::map<std::string, Fixture> made;
    auto& entry = made[name];
    if (entry.bytes == 0) {
        const std::string text = make();
        entry.path = folder->path() / (name + ".sp");
        entry.bytes = text.size();
        if (!writeFileAtomically(entry.path, text))
            std::abort();
    }
    return entry;
}

/// Peak resident memory in bytes of a fresh process that reads the file, less that of one that does
/// nothing.
double peakMemory(const std::filesystem::path& path) {
    const auto measure = [](const std::function<void()>& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            work();
            ::_exit(0);
        }
        int status = 0;
        rusage usage{};
        ::wait4(child, &status, 0, &usage);
        return static_cast<double>(usage.ru_maxrss) * 1024;
    };
    const double base = measure([] {});
    return measure([&] {
               const auto circuit = readNetlist(path);
               benchmark::DoNotOptimize(circuit);
           }) -
           base;
}

void readFileOf(benchmark::State& state, const std::string& name, std::string (*make)()) {
    const Fixture file = fixture(name, make);
    std::size_t devices = 0;
    for (auto _ : state) {
        const auto circuit = readNetlist(file.path);
        if (!circuit) {
            state.SkipWithError("the file was not read");
            break;
        }
        devices = (*circuit)->deviceCount();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * file.bytes));
    state.counters["file_MB"] = static_cast<double>(file.bytes) / 1e6;
    state.counters["devices"] = static_cast<double>(devices);
    state.counters["peak_per_byte"] = peakMemory(file.path) / static_cast<double>(file.bytes);
}

} // namespace

BENCHMARK_CAPTURE(readFileOf, flat_mosfets, "mosfets", flatMosfets)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readFileOf, parasitics, "parasitics", parasitics)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readFileOf, cells, "cells", cells)->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
