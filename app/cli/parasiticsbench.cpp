// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/extractiontexts.h"
#include "app/cli/model.h"
#include "app/cli/parasitics.h"
#include "core/dataset/random.h"
#include "core/learn/annotation.h"
#include "core/learn/engine.h"
#include "core/parasitics/extraction.h"
#include "core/parasitics/pairs.h"
#include "core/parasitics/quotient.h"
#include "core/parasitics/sampler.h"
#include "core/project/installation.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

#include <unistd.h>

namespace ohm::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Nodes of SANDWICH-RAM, the largest design of the CircuitGCL paper.
constexpr std::uint32_t kNodes = 4'300'000;
constexpr int kRepetitions = 3;
constexpr std::size_t kSeeds = 128;
constexpr std::size_t kLinks = 31'000;

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

/// Resident memory of this process now, MB.
double memoryNow() {
    std::ifstream pages("/proc/self/statm");
    double whole = 0, resident = 0;
    pages >> whole >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
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
    constexpr std::size_t kLines = 2'000'000, kNets = 150'000;
    for (const auto& [name, make] :
         std::initializer_list<std::pair<const char*, std::function<std::string()>>>{
             {"SPICE of magic, neighbours couple", [] { return texts::magic(kLines, 200); }},
             {"SPICE of magic, any nets couple", [] { return texts::magic(kLines, kLines / 20); }},
             {"SPICE of Calibre", [] { return texts::calibre(kNets); }},
             {"DSPF", [] { return texts::dspf(kNets); }},
             {"SPEF", [] { return texts::spef(kNets); }}}) {
        const std::string text = make();
        const double before = memoryNow();
        double seconds = std::numeric_limits<double>::infinity(), kept = 0;
        for (int i = 0; i < kRepetitions; ++i) {
            const std::clock_t begin = std::clock(); // of this core: the machine may be busy
            const auto extraction = parasitics::readExtractionText(text, "bench");
            if (!extraction)
                return context.fail(extraction.error());
            seconds = std::min(seconds, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
            kept = std::max(kept, memoryNow() - before);
        }
        char note[80];
        std::snprintf(note, sizeof(note), "%zu MB, %.0f MB kept", text.size() / 1'000'000, kept);
        row((std::string("extraction, ") + name + ", processor time").c_str(),
            1e-6 * static_cast<double>(text.size()) / seconds, "MB/s", kRepetitions, note);
    }
}

void benchEncodings(Context& context) {
    const auto row = [&](std::string name, double value, const char* unit, std::string note = {}) {
        printBenchRow({std::move(name), value, unit, 1, std::move(note)}, context);
    };
    const auto engine = learn::engine();
    if (!engine)
        return context.fail(engine.error());
    (*engine)->setThreads(1); // processor time is that of one core
    // A design of the size of the largest open one: 97,000 nodes, 31,000 couplings.
    parasitics::Design design;
    design.graph = parasitics::generateGraph(97'000, 1);
    design.graph.name = "generated";
    for (std::uint32_t net = 0; net < design.graph.nets; ++net)
        design.graph.netNames.push_back("n" + std::to_string(net));
    auto pairs = parasitics::PairContext(design.graph).candidates();
    dataset::Random random(3, 0);
    while (pairs.size() > kLinks) {
        std::swap(pairs[random.below(pairs.size())], pairs.back());
        pairs.pop_back();
    }
    for (const auto& [a, b] : pairs)
        design.couplings.push_back({a, b, static_cast<float>(1e-17 * random.uniform(0.1, 10)),
                                    parasitics::CouplingKind::NetNet});
    const auto now = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
    const std::string links = std::to_string(pairs.size()) + " links";
    const auto adjacency = parasitics::adjacencyOf(design.graph);
    for (const auto& [hops, fanout] : {std::pair{2, 32}, {4, 64}}) {
        parasitics::NeighbourSampler sampler(
            adjacency, {std::vector<int>(static_cast<std::size_t>(hops), fanout), true, false});
        const std::size_t some = hops > 2 ? pairs.size() / 16 : pairs.size(); // the rest alike
        std::size_t nodes = 0;
        const double begin = now();
        for (std::size_t first = 0; first < some; first += kSeeds) {
            std::vector<std::uint32_t> a, b;
            for (std::size_t i = first; i < std::min(some, first + kSeeds); ++i) {
                a.push_back(pairs[i].first);
                b.push_back(pairs[i].second);
            }
            const auto s = sampler.sampleLinks(a, b, first);
            nodes += parasitics::anchorDistances(s, a.size(), 350).toSource.size();
        }
        row("double-anchor distances, " + std::to_string(hops) + " hops x " +
                std::to_string(fanout) + ", all links once",
            (now() - begin) * static_cast<double>(pairs.size()) / static_cast<double>(some), "s",
            links + ", " + std::to_string(nodes / some) + " nodes each");
    }
    for (const char* method : {"circuitgps", "circuitgcl"}) {
        learn::ParasiticTraining training;
        training.spec.method = method;
        training.spec.loss = "mse";
        training.spec.encoderSteps = 10;
        training.spec.steps = 10;
        training.spec.batch = 128;
        training.spec.validateEvery = 5; // reports frame five steps
        training.designs = {&design};
        double last = 0, pretrained = 0, trained = 0;
        training.report = [&](const learn::ParasiticReport& r) {
            const double at = now();
            // The first report of a phase only starts its clock.
            if (r.phase == "pretrain" && r.step > 1)
                pretrained = (at - last) / 5;
            last = at;
            trained = r.seconds / static_cast<double>(r.step);
        };
        const double begin = now();
        const auto checkpoint =
            (*engine)->trainParasitics(training, context.stop, context.progress);
        if (!checkpoint)
            return context.fail(checkpoint.error());
        const std::string name = method;
        if (name == "circuitgcl")
            row("scattering, a step of pretraining", pretrained, "s", "whole design");
        row(name + ", a step of training with its share of checks", trained, "s", "128 links");
        row(name + ", ten steps and preparation", now() - begin, "s");
        auto model = (*engine)->loadParasitics(*checkpoint);
        if (!model)
            return context.fail(model.error());
        const double asked = now();
        const auto estimate = (*model)->pairs(design.graph, pairs, context.stop);
        if (!estimate)
            return context.fail(estimate.error());
        row(name + ", estimates of all links", now() - asked, "s", links);
    }
}

} // namespace ohm::cli
