// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace ohm::learn {

class Engine;

/// What program and module must agree on: they share C++ types, so only a module of the very same
/// build of the interface will do. Raise the number whenever engine.h changes.
inline constexpr const char* kEngineVersion = "ohmscape-engine 1 " OHMSCAPE_VERSION;

// The two names that the module exports.
using EngineVersionFunction = const char* (*)();
using EngineMakeFunction = Engine* (*)();

} // namespace ohm::learn
