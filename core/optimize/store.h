// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/optimize/calibration.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace ohm::optimize {

/// Whole lines of an append-only file; what follows the last newline (cut short by a kill) is left
/// out. Errors: BASE-001.. Thread: any.
Expected<std::vector<std::string>> readLines(const std::filesystem::path& path);

/// Appends one line with one write, on a line of its own even after a broken one; with `durable` it
/// is on the disk when this returns. Errors: BASE-010. Thread: any.
Expected<void> appendLine(const std::filesystem::path& path, const std::string& line, bool durable);

/// The keys of a session's header and of its starts.
inline constexpr const char* kDesignsPerStep = "designs_per_step";
inline constexpr const char* kPool = "pool";

/// How a session's judge learns and chooses, as far as its store tells. Thread: a plain value.
struct JudgeSettings {
    std::optional<std::size_t> designsPerStep, pool;
    bool complete() const { return designsPerStep && pool; }
};

/// By the header of a session's store, the first of `lines`; by the last start where that is of an
/// earlier version and says nothing. Thread: any.
JudgeSettings judgeSettingsOf(const std::vector<std::string>& lines);

/// What the judge said of the designs of one iteration, by that line of a session's store. Claims
/// that are no number are left out. Throws nlohmann::json::exception if it is damaged. Thread: any.
std::vector<SpecClaims> storedClaims(const nlohmann::json& line);

} // namespace ohm::optimize
