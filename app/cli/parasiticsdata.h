// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/context.h"
#include "core/learn/engine.h"
#include "core/parasitics/design.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ohm::cli {

/// The learning engine, with the threads that were asked for. Errors: LEARN-040, LEARN-041.
Expected<learn::Engine*> parasiticEngine(const Context& context);

using DesignList = std::vector<const parasitics::Design*>;
/// The designs of these names; "all" for every one, "cells*" for all that begin so. Errors:
/// PAR-007.
Expected<DesignList> designsNamed(const std::vector<parasitics::Design>& designs,
                                  const std::vector<std::string>& names);

/// Designs that are measured together, by the name they were asked for.
using DesignGroups = std::vector<std::pair<std::string, DesignList>>;
Expected<DesignGroups> designGroups(const std::vector<parasitics::Design>& designs,
                                    const std::vector<std::string>& names);

/// An estimator ready to answer.
struct Estimator {
    learn::ParasiticCheckpoint checkpoint;
    std::unique_ptr<learn::ParasiticModel> model;
};
/// Errors: those of readParasiticCheckpoint and loadParasitics.
Expected<Estimator> loadEstimator(const std::string& file, const Context& context);

} // namespace ohm::cli
