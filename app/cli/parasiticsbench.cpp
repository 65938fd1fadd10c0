// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/model.h"
#include "app/cli/parasitics.h"
#include "core/dataset/random.h"
#include "core/learn/annotation.h"
#include "core/parasitics/extraction.h"
#include "core/parasitics/quotient.h"
#include "core/parasitics/sampler.h"
#include "core/project/installation.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <string>

namespace ohm::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Nodes of SANDWICH-RAM, the largest design of the CircuitGCL paper.
constexpr std::uint32_t kNodes = 4'300'000;
constexpr int kRepetitions = 3;
constexpr std::size_t kSeeds = 128;

template <typename Fn>
double median(int repetitions, Fn&& fn) {
    std::vector<double> seconds;
    for (int i = 0; i < repetitions; ++i) {
        const auto begin = Clock::now();
        fn();
        seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
}

/// Greatest resident memory of this process so far, GB.
double peakMemory() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == "VmHWM:") {
            double kilobytes = 0;
            status >> kilobytes;
            return kilobytes / 1e6;
        }
    }
    return 0;
}

/// An extraction of `lines` capacitors between a fifth as many nets: each couples within `window`
/// rows around its place, as in a file that an extractor wrote cell by cell, or to any.
std::string extractionText(std::size_t lines, std::size_t window) {
    std::string text = ".subckt big a b\n";
    dataset::Random random(1, 0);
    const std::size_t rows = lines / 20;
    for (std::size_t i = 0; i < lines; ++i) {
        text += "C" + std::to_string(i);
        for (int end = 0; end < 2; ++end)
            text += " core.row" + std::to_string((i / 20 + random.below(window)) % rows) + ".n" +
                    std::to_string(random.below(4));
        text += " 0.0" + std::to_string(1000 + random.below(9000)) + "f\n";
    }
    return text + ".ends\n";
}

} // namespace

void benchParasitics(Context& context) {
    const auto row = [&](const char* name, double value, const char* unit, int repetitions,
                         std::string note = {}) {
        printBenchRow({name, value, unit, repetitions, std::move(note)}, context);
    };
    parasitics::CircuitGraph graph;
    parasitics::Adjacency adjacency;
    const double build = median(kRepetitions, [&] {
        graph = parasitics::generateGraph(kNodes, 1);
        adjacency = parasitics::adjacencyOf(graph);
    });
    row("graph, generate and index", build, "s", kRepetitions,
        std::to_string(graph.nodes()) + " nodes, " + std::to_string(graph.edgeCount()) + " edges");
    const parasitics::CircuitGraph* one = &graph;
    parasitics::Quotient quotient;
    const double join = median(1, [&] { quotient = parasitics::refine({&one, 1}, 4); });
    row("graph, join equal nodes (4 rounds)", join, "s", 1,
        std::to_string(quotient.classes) + " classes");
    dataset::Random random(2, 0);
    for (const bool disjoint : {false, true}) {
        parasitics::NeighbourSampler sampler(adjacency, {{64, 64, 64, 64}, disjoint, false});
        std::size_t nodes = 0;
        const double seconds = median(5, [&] {
            std::vector<std::uint32_t> seeds;
            for (std::size_t i = 0; i < kSeeds; ++i)
                seeds.push_back(static_cast<std::uint32_t>(random.below(graph.nets)));
            nodes = sampler.sample(seeds, random.next()).nodes.size();
        });
        row(disjoint ? "sampling, 128 nets, 4 hops x 64, disjoint"
                     : "sampling, 128 nets, 4 hops x 64",
            1e3 * seconds, "ms", 5, std::to_string(nodes) + " nodes sampled");
    }
    const auto models = learn::loadParasiticModels(project::networkFolder() / "parasitics");
    if (models && models->ground) {
        double seconds = 0;
        const auto estimate = models->ground->nets(graph, context.stop);
        if (estimate)
            seconds = estimate->seconds;
        row("shipped networks, ground capacitance of all nets", seconds, "s", 1,
            std::to_string(graph.nets) + " nets, two networks");
    }
    row("memory, peak", peakMemory(), "GB", 1);
    constexpr std::size_t kLines = 2'000'000;
    for (const bool local : {true, false}) {
        const std::string text = extractionText(kLines, local ? 200 : kLines / 20);
        double seconds = 0;
        for (int i = 0; i < 2; ++i) {
            const std::clock_t begin = std::clock(); // of this core: the machine may be busy
            const auto extraction = parasitics::readExtractionText(text, "bench");
            if (extraction)
                seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        }
        row(local ? "extraction, SPICE, neighbours couple, processor time"
                  : "extraction, SPICE, any nets couple, processor time",
            1e-6 * static_cast<double>(text.size()) / seconds, "MB/s", 2,
            std::to_string(text.size() / 1'000'000) + " MB");
    }
}

} // namespace ohm::cli
