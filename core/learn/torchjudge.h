// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/judge.h"

#include <memory>
#include <string>

namespace ohm::learn {

/// The judge on LibTorch, for the engine. Errors: as Engine::makeJudge.
Expected<std::unique_ptr<Judge>> makeTorchJudge(const JudgeSpec& spec, const std::string& device);

} // namespace ohm::learn
