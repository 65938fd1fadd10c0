// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/dataset/normalization.h"
#include "core/learn/seen.h"
#include "core/nn/namedarray.h"
#include "core/nn/networkspec.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ohm::learn {

/// A trained network on disk: weights plus a JSON header. The container is the safetensors format
/// (8-byte length, JSON, raw arrays): nothing in it can run code, and Python reads it in one line.
/// A plain value. Thread: any for const access.
struct Checkpoint {
    nn::NetworkSpec spec;
    std::string target = "voltages"; ///< or the graph label that is predicted
    std::string recipe;              ///< YAML it was trained by, may be empty
    std::string featureSchema;       ///< "resistive" or "analog"
    std::vector<std::string> featureNames;
    dataset::Normalization normalization;
    Seen seen; ///< what the training saw; empty in old or foreign checkpoints
    std::map<std::string, std::string> provenance; ///< recipe, data, seed, versions, metrics
    std::vector<nn::NamedArray> weights;
    /// Optimiser state, only in snapshots that a training resumes from.
    struct Training {
        std::int64_t step = 0;
        double bestLoss = 0; ///< least validation loss so far
        std::vector<nn::NamedArray> arrays;
    };
    std::optional<Training> training;
};

/// Writes atomically. Errors: BASE-010.
Expected<void> writeCheckpoint(const Checkpoint& checkpoint, const std::filesystem::path& path);

/// Errors: LEARN-001 not a checkpoint, LEARN-002 another version, LEARN-003 damaged.
Expected<Checkpoint> readCheckpoint(const std::filesystem::path& path);
/// The same without the arrays, for lists.
Expected<Checkpoint> readCheckpointHeader(const std::filesystem::path& path);

} // namespace ohm::learn
