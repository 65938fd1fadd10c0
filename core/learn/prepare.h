// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/split.h"
#include "core/learn/engine.h"

namespace ohm::learn {

/// Makes or loads the recipe's data (or `data` in its stead), mixes it and splits it. Every named
/// set is split by itself, so that each part holds the same mix. Errors: GEN-*, DATA-*, LEARN-010.
/// Thread: any.
Expected<TrainingData> prepareData(const Recipe& recipe, const std::vector<std::string>& data = {},
                                   StopToken stop = {}, ProgressSink& progress = noProgress());

/// How a training by this recipe divides each of its sets.
dataset::SplitSpec splitOf(const Recipe& recipe);

/// The recipe with what the data decides filled in: feature width, and for the mlp the size of its
/// one topology. Errors: LEARN-010 the data does not fit the recipe.
Expected<Recipe> fitToData(Recipe recipe, const TrainingData& data);

} // namespace ohm::learn
