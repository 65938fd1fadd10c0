// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <string>
#include <string_view>

#include <yaml-cpp/yaml.h>

namespace ohm::project {

/// Limits that no honest project file comes near, and that a hostile one runs into.
inline constexpr std::size_t kMostProjectBytes = std::size_t{1} << 20;
inline constexpr int kDeepestYaml = 24;
inline constexpr int kMostYamlNodes = 20000;

/// Parses one YAML document after checking its size, depth and node count; anchors and aliases
/// (which can make a small file enormous) are refused. Errors: PROJ-002, `where` as given.
/// Thread: any.
Expected<YAML::Node> loadYaml(std::string_view text, const std::string& where);

/// YAML text of a node in block style, ending with a newline.
std::string emitYaml(const YAML::Node& node);

} // namespace ohm::project
