// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace ohm::ui {

/// A training of this window or an earlier one that was stopped or killed, and how far it got. A
/// plain value.
struct InterruptedRun {
    std::filesystem::path folder;
    int epochs = 0; ///< lines of its log: epochs, or reports
};

/// A training of these very settings in the folder of runs, "PREFIX1", "PREFIX2", ..., that has
/// not ended, and that can gain from going on. Thread: any.
std::optional<InterruptedRun> interruptedRun(const std::filesystem::path& runs,
                                             const std::string& prefix, const std::string& settings,
                                             const char* log = "epochs.jsonl");
/// The first of these names that is free. Thread: any.
std::filesystem::path freeRunFolder(const std::filesystem::path& runs, const std::string& prefix);

} // namespace ohm::ui
