// SPDX-License-Identifier: GPL-3.0-or-later
// What tst_deepcuda checks by emulation, on a GPU; and the bench of a training step.
//   devicecheck check [PARTS OF NAMES...]
//   devicecheck bench NODES EDGES LAYERS CHANNELS K,K,... REPETITIONS [tf32] [ours]
#include "core/deep/bench.h"
#include "core/deep/cuda/device.h"
#include "devicechecks.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace {

int check(const std::vector<std::string>& parts) {
    const auto device = ohm::deep::cuda::Device::open(false);
    if (!device) {
        std::printf("%s\n", device.error().message().c_str());
        return 1;
    }
    std::printf("on %s\n", (*device)->name().c_str());
    int run = 0, wrong = 0;
    for (const auto& one : deeptest::deviceChecks()) {
        const bool wanted =
            parts.empty() || std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
                return one.name.find(part) != std::string::npos;
            });
        if (!wanted)
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
        std::fprintf(stderr,
                     "bench NODES EDGES LAYERS CHANNELS K,K,... REPETITIONS [tf32] [ours]\n");
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
    for (int i = 8; i < argc; ++i) {
        const std::string word = argv[i];
        options.tf32 = options.tf32 || word == "tf32";
        if (word == "ours")
            options.baselines.clear();
    }
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
        return check({argv + 2, argv + argc});
    if (verb == "bench")
        return bench(argc, argv);
    std::fprintf(stderr, "devicecheck check [PARTS OF NAMES...] | devicecheck bench ...\n");
    return 2;
}
