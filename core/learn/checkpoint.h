// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/dataset/normalization.h"
#include "core/nn/network.h"

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
    std::string featureSchema; ///< "resistive" or "analog"
    std::vector<std::string> featureNames;
    dataset::Normalization normalization;
    std::map<std::string, std::string> provenance; ///< recipe, data, seed, versions, metrics
    std::vector<nn::NamedArray> weights;
    /// Optimiser state, only in snapshots that a training resumes from.
    struct Training {
        std::int64_t step = 0;
        std::vector<nn::NamedArray> arrays;
    };
    std::optional<Training> training;
};

/// Writes atomically. Errors: BASE-010.
Expected<void> writeCheckpoint(const Checkpoint& checkpoint, const std::filesystem::path& path);

/// Errors: LEARN-001 not a checkpoint, LEARN-002 another version, LEARN-003 damaged.
Expected<Checkpoint> readCheckpoint(const std::filesystem::path& path);

/// Builds the network of a checkpoint. Errors: NN-*.
Expected<nn::Network> makeNetwork(const Checkpoint& checkpoint, const std::string& device = "cpu");

} // namespace ohm::learn
