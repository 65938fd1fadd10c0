// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/deep/config.h"

#include <functional>
#include <vector>

namespace ohm::deep {

/// What `benchDeep` measures: one training step (forward, loss, backward, Adam) of every method on
/// one synthetic circuit, random features and labels.
struct BenchOptions {
    std::int64_t nodes = 5000;
    std::int64_t edges = 500'000; ///< of the clique graph
    int layers = 20;
    int channels = 128;
    Norm norm = Norm::Mean;
    std::vector<int> ks{4, 8, 16, 32, 64}; ///< of GSR; those beyond the width are left out
    std::vector<Method> baselines{Method::GatherScatter, Method::Spmm, Method::StoreAll,
                                  Method::Factorised};
    int baselineLayers = 2; ///< baselines run with so many and half as many, the rest by
                            ///< the line through both; 0 = all
    int repetitions = 3;
    int threads = 0;
    std::uint64_t seed = 1;
    Device device = Device::Cpu; ///< Cuda: of the baselines B0 and B1
    bool tf32 = false;           ///< Cuda: NetworkConfig::tf32
};

struct BenchMeasure {
    std::string name;
    double median = 0;
    std::string unit;
    int repetitions = 0;
    std::string note;
};

/// Reports step times (s), peak bytes (MB, as counted by the network; the note has what the process
/// held), both as ratios to B0, and the time that the matrix products alone would take. A method
/// that needs more memory than the machine has left is not run and says so. Errors: DEEP-001,
/// DEEP-002 impossible sizes, DEEP-003 stopped, DEEP-011 no GPU,
/// DEEP-012 it failed. Thread: any.
Expected<void> benchDeep(const BenchOptions& options,
                         const std::function<void(const BenchMeasure&)>& report,
                         StopToken stop = {});

} // namespace ohm::deep
