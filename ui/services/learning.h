// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/generate/study.h"
#include "core/learn/predictor.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ohm::ui {

using PredictorPtr = std::shared_ptr<learn::Predictor>;
using TunablePtr = std::shared_ptr<const generate::TunableCircuit>;

/// How a network does on samples. A plain value.
struct SampleScores {
    learn::RegressionMetrics all;
    std::vector<float> predicted, truth; ///< label by label, in the label's unit
    std::vector<std::size_t> graphOf;    ///< of every label, into the set
};

/// What the window asks of core/learn and core/generate. `standard()` has the real ones; tests put
/// others in their place. Every function may be called on any thread.
struct Learning {
    std::function<std::vector<learn::ModelInfo>(const std::vector<std::filesystem::path>& folders,
                                                Diagnostics& findings)>
        listModels;
    std::function<Expected<PredictorPtr>(const std::vector<std::filesystem::path>& checkpoints)>
        load;
    std::function<Expected<PredictorPtr>(std::vector<learn::Checkpoint> checkpoints)> make;
    std::function<Expected<learn::Checkpoint>(const std::filesystem::path&)> readCheckpoint;
    std::function<Expected<void>(const learn::Checkpoint&, const std::filesystem::path&)>
        writeCheckpoint;
    std::function<Expected<learn::TrainingResult>(const learn::Recipe&, const learn::TrainingData&,
                                                  const learn::TrainingOptions&, StopToken,
                                                  ProgressSink&)>
        train;
    std::function<Expected<SampleScores>(const learn::Checkpoint&, const dataset::GraphSet&,
                                         const std::vector<int>& ks, StopToken)>
        evaluate;
    /// Raw graphs of a dataset file.
    std::function<Expected<dataset::GraphSet>(const std::filesystem::path&, StopToken)> readData;
    std::function<Expected<TunablePtr>(const std::filesystem::path& circuit,
                                       const netlist::ReadOptions&, const project::Project*,
                                       StopToken)>
        makeTunable;
    std::function<Expected<generate::StudyResult>(sim::SimulatorPool&, const generate::Study&,
                                                  const std::filesystem::path& journal, StopToken,
                                                  ProgressSink&)>
        runStudy;

    static Learning standard();

    /// Folder of the models that ship with the product; empty if there is none.
    static std::filesystem::path shippedModels();
    /// The user's own: $XDG_DATA_HOME/ohmscape/models. Not made by this call.
    static std::filesystem::path ownModels();
};

} // namespace ohm::ui
