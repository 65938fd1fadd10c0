// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"

#include <functional>
#include <string>

namespace ohm::nn {

/// One measurement. A plain value.
struct BenchLine {
    std::string name;
    double median = 0;
    std::string unit;
    int repetitions = 0;
    std::string note;
};

/// Speed of the graph networks on this machine beside its own floors (matrix products of the same
/// shapes, memory bandwidth) and beside recorded figures of PyG. Thread: any; takes all threads.
Expected<void> benchGnn(const std::string& device,
                        const std::function<void(const BenchLine&)>& report, StopToken stop = {});

} // namespace ohm::nn
