// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/nn/namedarray.h"
#include "core/parasitics/design.h"
#include "core/parasitics/metrics.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ohm::learn {

/// How capacitances are estimated: method, features, losses and steps. Stored in the checkpoint it
/// leads to. A plain value.
struct ParasiticSpec {
    /// "sage", "gcn" (types and statistics), "paragraph" (types only, three models by range),
    /// "dlplcap" (router and experts), "circuitgps" (double-anchor distances in sampled subgraphs),
    /// "circuitgcl" (contrastive embedding, then SAGE) or "ohmscape" (that with what a schematic
    /// says about two nets together, device types and logarithmic statistics).
    std::string method = "ohmscape";
    std::string task = "coupling"; ///< "coupling", "ground", or "link": whether a candidate couples
    bool classify = false;         ///< classes of labels.h instead of a value ("ground")
    /// Values: "mse", "gai", "bmc" (balanced MSE by a Gaussian mixture and by batch Monte Carlo,
    /// Ren et al., CVPR 2022), "bni" (by bins). Classes: "ce", "focal", "balanced" (softmax with
    /// the training set's priors).
    std::string loss = "gai";
    double noise = 0.05;     ///< label noise of the balanced losses, on the normalised scale
    bool learnNoise = false; ///< trained along with the weights

    std::int64_t hidden = 144;
    std::int64_t layers = 4;
    double dropout = 0.1;
    bool contrastive = true; ///< circuitgcl, ohmscape: with the pretrained embedding

    // --- pretraining by representation scattering ------------------------------------------------
    std::int64_t encoderHidden = 256;
    std::int64_t encoderLayers = 4;
    std::int64_t encoderSteps = 150;
    double encoderRate = 1e-3;       ///< online encoder and predictor; the target has a fifth of it
    double momentum = 0.99;          ///< of the target's moving average
    bool topologyConstraint = false; ///< predictor sees h + A h (symmetric normalised)

    // --- training --------------------------------------------------------------------------------
    std::int64_t steps = 300;
    std::int64_t batch = 1024; ///< links or nets a step; the whole graph is embedded each time
    double rate = 1e-3;
    double weightDecay = 1e-4;
    std::int64_t validateEvery = 20;
    double validationShare = 0.2; ///< of the class pairs (or classes): equal neighbourhoods are
                                  ///< never on both sides
    std::int64_t hops = 2, fanout = 32; ///< circuitgps
    std::int64_t members = 1;           ///< networks of an ensemble, with seeds of their own
    std::uint64_t seed = 0;

    bool operator==(const ParasiticSpec&) const = default;
};

/// Sets a key by its name in the files ("encoder_steps"). Errors: LEARN-021.
Expected<void> setParasiticKey(ParasiticSpec& spec, const std::string& key,
                               const std::string& value);
/// Errors: LEARN-021 an impossible value (where = key).
Expected<void> checkParasiticSpec(const ParasiticSpec& spec);

/// A trained estimator on disk. A plain value.
struct ParasiticCheckpoint {
    ParasiticSpec spec;
    std::vector<float> statMean, statScale; ///< [3 kinds, columns], of the training designs alone
    std::vector<float> pairMean, pairScale;
    std::vector<double> priors; ///< class shares of the training samples as drawn
    int frequentClass = 2;
    std::vector<double> residual; ///< deviation of validation errors by predicted fifth of [0, 1]
    double spreadFactor = 1;      ///< calibrated deviation per spread of the ensemble
    std::map<std::string, std::string> provenance;
    std::vector<nn::NamedArray> weights; ///< "m0.net...", "m0.encoder..."
};
/// Errors: BASE-010; LEARN-001..003.
Expected<void> writeParasiticCheckpoint(const ParasiticCheckpoint& checkpoint,
                                        const std::filesystem::path& path);
Expected<ParasiticCheckpoint> readParasiticCheckpoint(const std::filesystem::path& path);

/// What a training tells. Values on the normalised scale.
struct ParasiticReport {
    std::string phase; ///< "pretrain" or "train"
    std::int64_t member = 0, step = 0, steps = 0;
    double loss = 0, otherLoss = 0; ///< pretrain: alignment and scattering
    std::optional<parasitics::CapacitanceMetrics> validation;
    std::optional<parasitics::ClassMetrics> validationClasses;
    double seconds = 0;
};

struct ParasiticTraining {
    ParasiticSpec spec;
    std::vector<const parasitics::Design*> designs; ///< trained on; nothing else is ever seen
    std::function<void(const ParasiticReport&)> report;
};

/// Estimates for one graph. Labels on the normalised scale; probabilities for classes and links.
struct ParasiticEstimate {
    std::vector<float> value;     ///< [pairs] or [nets]: label, or probability of a link
    std::vector<float> deviation; ///< calibrated standard deviation of `value`; empty for classes
    std::vector<int> klass;       ///< of a classifier
    std::vector<float> chances;   ///< [n, kClasses] of a classifier
    double seconds = 0;
};

/// Thread: one call at a time.
class ParasiticModel {
public:
    virtual ~ParasiticModel() = default;
    virtual const ParasiticCheckpoint& checkpoint() const = 0;
    virtual std::int64_t parameterCount() const = 0;
    /// Of node pairs (coupling, link). Errors: LEARN-012 stopped, NN-012.
    virtual Expected<ParasiticEstimate>
    pairs(const parasitics::CircuitGraph& graph,
          const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs,
          StopToken stop = {}) = 0;
    /// Of all nets (ground).
    virtual Expected<ParasiticEstimate> nets(const parasitics::CircuitGraph& graph,
                                             StopToken stop = {}) = 0;
    /// The contrastive encoder's embedding of every class of the graph's quotient, and the class of
    /// every node. Errors: LEARN-043 the model has no encoder.
    struct Embedding {
        std::int64_t width = 0;
        std::vector<float> rows; ///< [classes, width]
        std::vector<std::uint32_t> classOf;
    };
    virtual Expected<Embedding> embed(const parasitics::CircuitGraph& graph) = 0;
};

/// How a model fares on a design it may or may not have seen.
struct ParasiticEvaluation {
    std::optional<parasitics::CapacitanceMetrics> values;
    std::optional<parasitics::ClassMetrics> classes;
    std::optional<double> linkAuc, linkPrecision, linkRecall; ///< of a "link" model at one half
    double coverage90 = 0;                          ///< share of labels within 1.645 deviations
    std::vector<float> predicted, label, deviation; ///< normalised
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs; ///< coupling: what they belong to
    std::vector<std::uint32_t> nets;                            ///< ground
    std::vector<std::uint32_t> design;                          ///< which of the designs
    double seconds = 0;
};
/// Over the labels of all the designs together. Errors: LEARN-010 none of them has such labels.
Expected<ParasiticEvaluation>
evaluateParasitics(ParasiticModel& model, const std::vector<const parasitics::Design*>& designs,
                   StopToken stop = {});

} // namespace ohm::learn
