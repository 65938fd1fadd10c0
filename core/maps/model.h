// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/mapnetwork.h"
#include "core/maps/images.h"

#include <map>
#include <memory>

namespace ohm::maps {

/// A trained network on maps with all that a prediction needs. A plain value.
struct MapModel {
    learn::MapNetworkSpec network;
    std::vector<std::string> inputNames, targetNames;
    std::vector<float> mean, scale; ///< [inputs] what is subtracted, and then multiplied
    std::vector<nn::NamedArray> weights;
    std::map<std::string, std::string> provenance;
};

/// Writes a safetensors file, atomically. Errors: BASE-010. Thread: any.
Expected<void> writeMapModel(const MapModel& model, const std::filesystem::path& path);
/// Errors: BASE-00x, LEARN-001, LEARN-003, MAPS-004 no such network, or one that contradicts
/// itself. Thread: any.
Expected<MapModel> readMapModel(const std::filesystem::path& path);

/// Input maps as the network takes them, [count, inputs, rows, columns].
std::vector<float> scaled(const MapModel& model, std::span<const float> inputs, std::size_t pixels);

/// A network with a model's weights. Errors: LEARN-04x no engine, NN-011.
Expected<std::unique_ptr<learn::MapNetwork>> loadNetwork(const MapModel& model);

/// Predictions of images, [targets, rows, columns] each. Errors: MAPS-005 other inputs than the
/// network knows, MAPS-009 stopped, LEARN-046. Thread: owner of the network.
Expected<std::vector<std::vector<float>>> predictImages(learn::MapNetwork& network,
                                                        const MapModel& model, const Images& images,
                                                        std::span<const std::size_t> which,
                                                        StopToken stop = {});

} // namespace ohm::maps
