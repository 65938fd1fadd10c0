// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/parasitics.h"

namespace ohm::learn {

/// Engine::trainParasitics and Engine::loadParasitics without the module.
Expected<ParasiticCheckpoint> trainParasitics(const ParasiticTraining& training, StopToken stop,
                                              ProgressSink& progress);
Expected<std::unique_ptr<ParasiticModel>> loadParasitics(ParasiticCheckpoint checkpoint);

} // namespace ohm::learn
