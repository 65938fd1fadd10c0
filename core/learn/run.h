// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/engine.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ohm::learn {

/// A training with everything it leaves behind, in one folder:
/// - recipe.yaml: the recipe as run, every key
/// - log.jsonl: one line per report, append-only; a resumed run goes on without repeating a step
/// - snapshot.safetensors: to resume from, while the run is not finished
/// - model.safetensors: the network
/// - result.json: metrics, seeds, versions, hashes of the inputs, the command
struct RunRequest {
    Recipe recipe;
    std::vector<std::string> data;             ///< in the recipe's stead, may be empty
    std::optional<std::filesystem::path> from; ///< checkpoint to start from
    std::string device = "cpu";
    std::filesystem::path folder; ///< made if missing; an unfinished run in it is resumed
    std::vector<int> ks;          ///< Acc@K of the reports
    std::string command;          ///< how this was called, for result.json
    std::function<void(const TrainingReport&)> report;
};

/// Errors: as prepareData and Engine::train; LEARN-014 the folder holds another or a finished run,
/// or another training is at work in it. Thread: any; blocks.
Expected<TrainingResult> runTraining(const RunRequest& request, StopToken stop = {},
                                     ProgressSink& progress = noProgress());

/// What a run folder tells.
struct RunInfo {
    std::filesystem::path folder;
    Recipe recipe;
    std::vector<TrainingReport> log;
    bool finished = false;  ///< result.json and model.safetensors are there
    bool resumable = false; ///< a snapshot is there
    std::optional<RegressionMetrics> validation, test;
    /// What it was made from, with hashes: data and the checkpoint it started from. Of finished runs.
    std::map<std::string, std::string> inputs;

    /// What was measured last: on the test split if there is one, else on the validation split.
    const RegressionMetrics* last() const;
};
/// Errors: LEARN-015 not a run folder.
Expected<RunInfo> readRun(const std::filesystem::path& folder);
/// All runs in a folder, newest first; what cannot be read is left out.
std::vector<RunInfo> listRuns(const std::filesystem::path& root);

/// One report as the line of log.jsonl, without the line end, and back.
std::string reportLine(const TrainingReport& report);
std::optional<TrainingReport> parseReport(const std::string& line);
/// Metrics as a JSON object: acc_at, mse, mae, r2, count.
std::string metricsText(const RegressionMetrics& metrics);

} // namespace ohm::learn
