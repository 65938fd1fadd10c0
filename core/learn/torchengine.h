// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/engine.h"

namespace ohm::learn {

/// The engine on LibTorch, for the module that exports it and for tests that link it.
std::unique_ptr<Engine> makeTorchEngine();

} // namespace ohm::learn
