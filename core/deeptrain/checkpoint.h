// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deeptrain/task.h"

#include <filesystem>
#include <map>

namespace ohm::deeptrain {

/// A trained network with all that a prediction needs. A plain value.
struct DeepModel {
    deep::NetworkConfig network;
    std::vector<float> weights; ///< deep::ParameterLayout
    Normalisation normalisation;
    std::vector<std::string> featureNames;
    Label label = Label::Sum;
    std::map<std::string, std::string> provenance;
};

/// Writes a safetensors file (arrays `weights`, `feature_mean`, `feature_scale`; the rest is JSON),
/// atomically. Errors: BASE-010. Thread: any.
Expected<void> writeDeepModel(const DeepModel& model, const std::filesystem::path& path);
/// Errors: BASE-00x, LEARN-001, LEARN-003, DEEP-008 no deep network, or one that contradicts
/// itself. Thread: any.
Expected<DeepModel> readDeepModel(const std::filesystem::path& path);

/// The label of each node of a design. `featureNames` are those of its set. Errors: DEEP-009 other
/// features than the network knows; those of deep::predict. Thread: any.
Expected<std::vector<float>> predictNodes(const DeepModel& model,
                                          const congestion::CongestionSample& design,
                                          const std::vector<std::string>& featureNames,
                                          StopToken stop = {});

/// A NumPy file of float32 values in C order. Errors: BASE-010.
Expected<void> writeNpy(std::span<const float> values, const std::vector<std::size_t>& shape,
                        const std::filesystem::path& path);

} // namespace ohm::deeptrain
