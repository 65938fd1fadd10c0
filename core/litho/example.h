// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/litho/made.h"

#include <filesystem>

namespace ohm::litho {

/// Pairs to try networks on maps with: clips that are made up, 128 x 128 pixels, their nominal
/// aerial and resist images through the default lens. The same on every machine. The file is there
/// whole or not at all. Errors: LITHO-024 the count, LITHO-029 stopped, DATA-050, BASE-010 it
/// cannot be written. Thread: any.
Expected<void> writeExamplePairs(const std::filesystem::path& file,
                                 const MadeOptions& made = {60, 1, 0.3}, StopToken stop = {},
                                 ProgressSink& progress = noProgress());

} // namespace ohm::litho
