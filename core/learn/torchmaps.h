// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/mapnetwork.h"

#include <memory>

namespace ohm::learn {

/// The map network on LibTorch, for the engine. Errors: as Engine::makeMapNetwork.
Expected<std::unique_ptr<MapNetwork>> makeTorchMapNetwork(const MapNetworkSpec& spec);

} // namespace ohm::learn
