// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deeptrain/training.h"

#include <filesystem>
#include <map>
#include <string>

namespace ohm::deeptrain {

/// A training in a folder of its own. A plain value but for the callback.
struct RunRequest {
    std::filesystem::path folder;
    std::string data;                          ///< what it is trained on, for the recipe
    std::string command;                       ///< for the network's provenance
    std::map<std::string, std::string> inputs; ///< files and their hashes, for result.json
    double keepSeconds = 2;                    ///< between two snapshots, at the end of an epoch
    EpochFiguresSink report;
};

/// What is trained, as YAML: settings of the network, the loss, the split. Two trainings with the
/// same text on the same data are the same.
std::string recipeText(const RunRequest& request, const TaskOptions& options,
                       const deep::TrainConfig& config);

/// Trains into the folder (learn::RunFolder): `epochs.jsonl` grows by a line per epoch, a snapshot
/// is kept, and at the end model and result are there. A training that was stopped or killed goes
/// on from its snapshot and ends with the same weights to the bit. Errors: those of trainOn,
/// LEARN-014, BASE-010, DEEP-010 the snapshot belongs to other data. Thread: any; one training per
/// folder.
Expected<TrainingResult> runTraining(const RunRequest& request, const Task& task,
                                     const TaskOptions& options, const deep::TrainConfig& config,
                                     StopToken stop = {}, ProgressSink& progress = noProgress());

/// One line of `epochs.jsonl`.
std::string epochLine(const EpochFigures& epoch, std::uint64_t seed);
/// `result.json`.
std::string resultText(const RunRequest& request, const TrainingResult& result, std::uint64_t seed,
                       const std::filesystem::path& model);

/// Snapshots, for tests. Errors: DEEP-010, BASE-010, LEARN-001, LEARN-003.
Expected<void> writeSnapshot(deep::TrainState state, const std::string& fingerprint,
                             const std::filesystem::path& path);
Expected<deep::TrainState> readSnapshot(const std::string& fingerprint,
                                        const std::filesystem::path& path);

} // namespace ohm::deeptrain
