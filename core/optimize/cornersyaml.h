// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimize/problem.h"

#include <string>

#include <yaml-cpp/yaml.h>

namespace ohm::optimize {

/// Reads `corners` and `monte_carlo`; a row with lists is a sweep and becomes one corner for each
/// combination. `file` stands in errors: OPT-002, OPT-005. Throws YAML::Exception.
Expected<void> readCorners(const YAML::Node& root, const std::string& file, Problem& problem);

/// Adds benches and measurements for the specs that must hold in corners. Errors: OPT-005 no such
/// corner.
Expected<void> expandCorners(const std::string& file, Problem& problem);

} // namespace ohm::optimize
