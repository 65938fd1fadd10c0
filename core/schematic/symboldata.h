// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/schematicdoc.h"

#include <vector>

namespace ohm::schematic {

/// All built-in symbols, made once. Internal to this room. Thread: any.
const std::vector<Symbol>& builtinSymbols();

} // namespace ohm::schematic
