// SPDX-License-Identifier: GPL-3.0-or-later
// What tst_deepcuda checks by emulation, on a GPU; and the bench of a training step.
//   devicecheck check [PART OF A NAME]
//   devicecheck bench NODES EDGES LAYERS CHANNELS K,K,... REPETITIONS [tf32]
#include "core/deep/bench.h"
#include "core/deep/cuda/device.h"
#include "devicechecks.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace {

int check(const std::string& part) {
    const auto device = ohm::deep::cuda::Device::open(false);
    if (!device) {
        std::printf("%s\n", device.error().message().c_str());
        return 1;
    }
    std::printf("on %s\n", (*device)->name().c_str());
    int run = 0, wrong = 0;
    for (const auto& one : deeptest::deviceChecks()) {
        if (one.name.find(part) == std::string::npos)
            continue;
        const auto start = std::chrono::steady_clock::now();
        const std::string what = one.run();
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        std::printf("%s  %s (%.2f s)%s%s\n", what.empty() ? "pass" : "FAIL", one.name.c_str(),
                    seconds, what.empty() ? "" : ": ", what.c_str());
        std::fflush(stdout);
        ++run;
        wrong += what.empty() ? 0 : 1;
    }
    std::printf("%d checks, %d failed\n", run, wrong);
    return run > 0 && wrong == 0 ? 0 : 1;
}

int bench(int argc, char** argv) {
    if (argc < 8) {
        std::fprintf(stderr, "bench NODES EDGES LAYERS CHANNELS K,K,... REPETITIONS [tf32]\n");
        return 2;
    }
    ohm::deep::BenchOptions options;
    options.nodes = std::atoll(argv[2]);
    options.edges = std::atoll(argv[3]);
    options.layers = std::atoi(argv[4]);
    options.channels = std::atoi(argv[5]);
    options.ks.clear();
    std::istringstream ks(argv[6]);
    for (std::string k; std::getline(ks, k, ',');)
        options.ks.push_back(std::atoi(k.c_str()));
    options.repetitions = std::atoi(argv[7]);
    options.tf32 = argc > 8 && std::string(argv[8]) == "tf32";
    options.device = ohm::deep::Device::Cuda;
    const auto done = ohm::deep::benchDeep(options, [](const ohm::deep::BenchMeasure& row) {
        std::printf("%-44s %12.4f %-6s n=%d  %s\n", row.name.c_str(), row.median, row.unit.c_str(),
                    row.repetitions, row.note.c_str());
        std::fflush(stdout);
    });
    if (!done)
        std::printf("%s\n", done.error().message().c_str());
    return done ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    const std::string verb = argc > 1 ? argv[1] : "";
    if (verb == "check")
        return check(argc > 2 ? argv[2] : "");
    if (verb == "bench")
        return bench(argc, argv);
    std::fprintf(stderr, "devicecheck check [PART OF A NAME] | devicecheck bench ...\n");
    return 2;
}
