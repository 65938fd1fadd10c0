// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/runstore.h"

namespace ohm::runs {

/// Two or more runs beside each other. A plain value.
struct Comparison {
    struct Setting {
        std::string key;                 ///< "network.layers"
        std::vector<std::string> values; ///< of each run; empty where it has none
    };
    struct Metric {
        std::string name;
        std::vector<double> values;      ///< of each run; NaN where it has none
        std::vector<double> differences; ///< from the reference run
    };
    std::vector<std::string> names;
    std::size_t reference = 0;     ///< the baseline among them, else the first
    std::vector<Setting> settings; ///< those that are not alike everywhere
    std::vector<Metric> metrics;
};

/// Errors: LEARN-015 a run's recipe cannot be read. Thread: any.
Expected<Comparison> compare(const std::vector<RunRecord>& runs);

} // namespace ohm::runs
