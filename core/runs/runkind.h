// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ohm::runs {

/// What made a run: `train`, `optimize`, `deep train`, `parasitics train`, `maps train`.
enum class RunKind { Training, Sizing, Deep, Parasitics, Maps };

/// "training", "sizing", "deep", "parasitics", "maps"; and back, Training for anything else.
std::string nameOf(RunKind kind);
RunKind kindNamed(const std::string& name);

/// The kind of run that a folder holds by its files; nothing if it holds none. Thread: any, as
/// everything here.
std::optional<RunKind> kindOf(const std::filesystem::path& folder);

/// What a run is called: its folder, and one of several seeds with the folder around them,
/// "small/seed-1".
std::string shownName(const std::filesystem::path& run);

/// Folders of runs below another, at most `kDeepest` levels down, in the order of their names. A
/// folder of a run is not looked into; hidden ones hold what was thrown away.
std::vector<std::filesystem::path> runFolders(const std::filesystem::path& root);
constexpr int kDeepestRun = 4;

/// What a list says of any run. A plain value.
struct RunFacts {
    RunKind kind = RunKind::Training;
    /// The recipe; of a sizing run its problem and algorithm, of a deep network its block and
    /// layers, of an estimator its method and task.
    std::string recipe;
    std::int64_t seed = 0;
    std::int64_t steps = 0, stepsDone = 0; ///< sizing: simulated designs; deep, maps: epochs
    bool finished = false;
    std::map<std::string, double> metrics;
};
/// Errors: LEARN-015 not a run folder.
Expected<RunFacts> factsOf(const std::filesystem::path& folder);

/// A run's configuration as "network.layers" -> "15", whatever its kind. Errors: LEARN-015.
Expected<std::map<std::string, std::string>> settingsOf(const std::filesystem::path& folder);

/// Milliseconds since 1970 of the latest change of a run's files; 0 if there are none.
std::int64_t changeOf(const std::filesystem::path& folder);

/// FNV-1a of a file in hexadecimal, as result.json has it for inputs; empty if it cannot be read.
std::string fileHash(const std::filesystem::path& path);

} // namespace ohm::runs
