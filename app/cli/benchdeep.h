// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"

#include <vector>

namespace ohm::cli {

/// The options of `bench deep`. The defaults take seconds.
struct BenchDeepOptions {
    std::int64_t nodes = 5000;
    std::int64_t edges = 500'000;
    int layers = 20;
    int channels = 128;
    std::string norm = "mean";
    std::vector<int> ks{4, 8, 16, 32, 64};
    std::vector<std::string> baselines{"b0", "b1", "b2", "b3"};
    int baselineLayers = 2;
    int repetitions = 3;
    bool tf32 = false;
};

void addBenchDeepOptions(CLI::App& verb, BenchDeepOptions& options);
void benchDeepCommand(const BenchDeepOptions& options, const std::string& device, Context& context);

} // namespace ohm::cli
