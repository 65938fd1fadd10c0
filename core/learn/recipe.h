// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/nn/networkspec.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ohm::learn {

/// How a network is trained. Readable and editable as YAML (docs/recipes.md); stored in the
/// checkpoint it leads to. A plain value.
struct Recipe {
    std::string name;
    std::string description;
    nn::NetworkSpec network;

    // --- data ---------------------------------------------------------------------------------
    /// Dataset files or generator requests such as "ladder:2-10:20000:seed=1"; several are mixed.
    std::vector<std::string> data;
    std::vector<std::string> testData; ///< further sets that are tested on whole, never trained on
    std::string target = "voltages";   ///< or the name of a graph label, e.g. "gain"
    std::string targetScale = "none"; ///< "none", "standard" (z-score of the training split), "log"
    std::string featureScale = "none"; ///< "none" or "standard" (per node kind, training split)
    std::string splitBy = "seed";      ///< "seed" or "topology"
    double validationShare = 0.1;
    double testShare = 0;
    double fraction = 1; ///< of the training split that is used, the first after shuffling

    // --- optimiser ----------------------------------------------------------------------------
    std::int64_t steps = 30000; ///< optimiser steps in all; the schedule is tied to them
    std::int64_t warmup = 1000; ///< steps of linear warm-up from 0 to peakRate
    double peakRate = 1e-3;
    double endRate = 1e-4;           ///< reached at `decaySteps`, constant afterwards
    std::int64_t decaySteps = 0;     ///< 0 = steps
    std::string schedule = "linear"; ///< "linear", "cosine" or "constant"
    std::int64_t batch = 256;        ///< graphs per step, at most the training split
    bool stratify = false;  ///< the same number of each topology in every batch: equal shapes,
                            ///< which a GPU runs several times as fast
    double weightDecay = 0; ///< decoupled (AdamW)
    double clipNorm = 0;    ///< 0 = no gradient clipping
    /// "mse", "mae", "huber", "mpgd" (the mean square over the entries of a batch whose error is
    /// above `lossThreshold`, over all if there is none; MPGD's adaptive MSE) or "shrinkage" (mean
    /// of e^2 / (1 + exp(a (c - e))), Lu et al., ECCV 2018).
    std::string loss = "mse";
    double lossThreshold = 0.007; ///< mpgd: in scaled labels
    /// mpgd: entries are chosen among all of a "batch", or in each "sample" (graph) by itself,
    /// whose losses are then averaged.
    std::string lossPer = "batch";
    double lossQuantile = 0; ///< mpgd: this quantile of the errors is the threshold; 0 = fixed one
    double lossFloor = 0;    ///< mpgd: the sum is divided by at least this share of the entries
    double shrinkA = 10;     ///< shrinkage: speed
    double shrinkC = 0.2;    ///< shrinkage: place, in scaled labels
    double averageDecay = 0; ///< exponential moving average of the weights, 0 = off; the average is
                             ///< what is validated and kept
    std::string freeze = "none"; ///< "none", "backbone" (head only), or "blocks:N" (first N blocks)
    bool freezeNorm =
        false; ///< keep the running statistics of batch normalisation while finetuning

    // --- reporting ----------------------------------------------------------------------------
    std::int64_t validateEvery = 1000; ///< steps
    bool keepBest = false; ///< the checkpoint with the least validation loss instead of the last
    int k = 100;           ///< of Acc@K in the reports
    std::uint64_t seed = 0;
};

/// Reads a recipe file. Unknown keys are an error that names them. Errors: LEARN-020 not found or
/// not YAML, LEARN-021 unknown key or impossible value (where = key).
Expected<Recipe> readRecipe(const std::filesystem::path& path);
Expected<Recipe> parseRecipe(const std::string& yaml, const std::string& where = "recipe");
/// YAML with every key, in the order above; reads back equal.
std::string recipeText(const Recipe& recipe);
/// The recipe with one setting changed: "steps=2000", "network.layers=5". Errors: LEARN-021.
Expected<Recipe> withSetting(const Recipe& recipe, const std::string& setting);
/// Nothing, or why this recipe cannot be run (LEARN-021).
Expected<void> checkRecipe(const Recipe& recipe);

/// Learning rate of step `step` (0-based).
double learningRate(const Recipe& recipe, std::int64_t step);

} // namespace ohm::learn
