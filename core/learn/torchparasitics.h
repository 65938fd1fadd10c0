// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/parasiticrun.h"

namespace ohm::learn {

/// Engine::trainParasitics and Engine::loadParasitics without the module; `keeping` may be null.
Expected<ParasiticCheckpoint> trainParasitics(const ParasiticTraining& training,
                                              const ParasiticKeeping* keeping, StopToken stop,
                                              ProgressSink& progress);
Expected<std::unique_ptr<ParasiticModel>> loadParasitics(ParasiticCheckpoint checkpoint);

} // namespace ohm::learn
