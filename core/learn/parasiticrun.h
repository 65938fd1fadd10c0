// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/parasitics.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ohm::learn {

/// How a training of an estimator is kept while it runs. A plain value.
struct ParasiticKeeping {
    std::filesystem::path snapshot; ///< a training goes on from the one that is there
    std::string fingerprint;        ///< of settings and designs: what the snapshot must be of
    double everySeconds = 2;        ///< between two snapshots, each after a report
};

/// What an engine offers that can keep a training on parasitics and go on with it: ends with the
/// same weights to the bit (with as many threads). Thread: one call at a time.
class KeepsParasitics {
public:
    virtual ~KeepsParasitics() = default;
    /// Errors: as Engine::trainParasitics, LEARN-047 the snapshot belongs to another training.
    virtual Expected<ParasiticCheckpoint> trainParasitics(const ParasiticTraining& training,
                                                          const ParasiticKeeping& keeping,
                                                          StopToken stop,
                                                          ProgressSink& progress) = 0;
};

/// Of a snapshot. Raise it when other numbers would follow from the same settings and designs: a
/// training that an older version left would go on with others from the middle. 2: label statistics
/// are weighted by the chances to be drawn.
inline constexpr int kParasiticSnapshotVersion = 2;

/// The description that a snapshot begins with, as its file has it. A plain value.
struct ParasiticSnapshot {
    std::int64_t reports = 0; ///< that were told before it
    double seconds = 0;       ///< spent before it
};
/// Errors: BASE-00x, LEARN-001, LEARN-003, LEARN-047.
Expected<ParasiticSnapshot> readParasiticSnapshot(const std::filesystem::path& path,
                                                  const std::string& fingerprint);

/// A training of an estimator in a folder of its own. A plain value but for the callback.
struct ParasiticRunRequest {
    std::filesystem::path folder;
    std::string data;                          ///< what it is trained on, for the settings
    std::string command;                       ///< for the network's provenance
    std::map<std::string, std::string> inputs; ///< files and their hashes, for result.json
    double keepSeconds = 2;
    ParasiticTraining training; ///< its report is told what the log gets
    /// Tested on at the end, by name; those without such labels are left out.
    std::vector<std::pair<std::string, std::vector<const parasitics::Design*>>> tests;
};

struct ParasiticRunResult {
    ParasiticCheckpoint checkpoint;
    std::vector<std::pair<std::string, ParasiticEvaluation>> tests;
    std::string text; ///< of result.json
};

/// What is trained, as YAML. Two trainings with the same text on the same data are the same.
std::string parasiticRecipeText(const ParasiticRunRequest& request);

/// Trains into the folder (RunFolder): `log.jsonl` grows by a line per report, a snapshot is kept,
/// and at the end network and result are there. One that was stopped or killed goes on. Errors:
/// those of trainParasitics, LEARN-014, LEARN-047, BASE-010. Thread: any; one training per folder.
Expected<ParasiticRunResult> runParasiticTraining(const ParasiticRunRequest& request,
                                                  StopToken stop = {},
                                                  ProgressSink& progress = noProgress());

/// One report as the line of `log.jsonl`; an evaluation as JSON.
std::string reportLine(const ParasiticReport& report);
std::string evaluationText(const ParasiticEvaluation& evaluation);
/// Every key of a specification as "key: value" lines of YAML, in a fixed order.
std::string settingsText(const ParasiticSpec& spec);

} // namespace ohm::learn
