// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/maps/training.h"

namespace ohm::maps {

/// A training in a folder of its own. A plain value but for the callback.
struct RunRequest {
    std::filesystem::path folder;
    std::string data, testData;                ///< files, for the recipe
    SplitOptions split;                        ///< for the recipe; the images are divided already
    std::string command;                       ///< for the network's provenance
    std::map<std::string, std::string> inputs; ///< files and their hashes, for result.json
    double keepSeconds = 2;                    ///< between two snapshots, at the end of an epoch
    EpochSink report;
};

/// What is trained, as YAML.
std::string recipeText(const RunRequest& request, const Images& images, const TrainConfig& config);

/// Trains into the folder (learn::RunFolder); one that was stopped or killed goes on from its
/// snapshot. Errors: those of trainOn, LEARN-014, BASE-010, MAPS-008 the snapshot belongs to other
/// images. Thread: any; one training per folder.
Expected<TrainingResult> runTraining(const RunRequest& request, const Images& images,
                                     const TrainConfig& config, StopToken stop = {},
                                     ProgressSink& progress = noProgress());

/// One line of `epochs.jsonl`; what is written to `result.json`; figures as JSON, {target: {...}}.
std::string epochLine(const EpochFigures& epoch, std::uint64_t seed);
std::string resultText(const RunRequest& request, const TrainingResult& result, std::uint64_t seed,
                       const std::filesystem::path& model);
std::string figuresText(const std::vector<TargetFigures>& figures);

} // namespace ohm::maps
