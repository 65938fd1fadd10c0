// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ohm::sim {

/// What ngspice's messages say of a run. Thread: a plain value.
struct LogFindings {
    bool singular = false;      ///< singular matrix or a node without a DC path
    bool noConvergence = false; ///< gave up iterating, time step too small
    bool outOfMemory = false;
    std::vector<std::string> suspectNodes; ///< nodes named by singular matrix warnings, once each
    std::string firstError;                ///< its first complaint in one line, may be empty
};

LogFindings readLog(std::string_view log);

/// "name = 1.23e-4 ..." as printed by the meas command; nothing where the measurement failed.
std::optional<double> measuredValue(std::string_view log, std::string_view name);

/// ngspice's output without its prompts.
std::string withoutPrompts(std::string_view log);

} // namespace ohm::sim
