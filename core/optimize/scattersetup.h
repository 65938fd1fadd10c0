// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/project/setup.h"

#include <string>
#include <vector>

namespace ohm::optimize {

/// The section `monte_carlo` as one table: a row per scatter, and one each for the number of
/// samples and the seed where they are given. Fields: "kind" (samples, seed, process, mismatch,
/// parameter), "model", "parameter", "value" (a number, or a share such as "3%"), "area" ("yes"),
/// "distribution" ("uniform"). Errors: OPT-002 the section is not understood. Thread: any.
Expected<std::vector<project::SetupRow>> scatterRows(const std::vector<project::SetupRow>& section);

/// The section of such rows; rows of one model are put together. Thread: any.
std::vector<project::SetupRow> scatterSection(const std::vector<project::SetupRow>& rows);

/// Where errors place a row: "monte_carlo.process.nmos.vth0", "monte_carlo.count". Thread: any.
std::string scatterPlace(const project::SetupRow& row);

/// What people call it: "process nmos.vth0", "samples".
std::string scatterName(const project::SetupRow& row);

} // namespace ohm::optimize
