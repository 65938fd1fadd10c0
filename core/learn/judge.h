// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/learn/checkpoint.h"
#include "core/nn/graphbatch.h"
#include "core/nn/namedarray.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ohm::learn {

/// A network that compares two designs spec by spec (the discriminator of BagNet, Hakhamaneshi et
/// al., IV-F): is a better than b, and does each meet the spec. Thread: a plain value.
struct JudgeSpec {
    enum class Features {
        Vector, ///< the design's values through three linear layers of 20
        Graph   ///< its circuit through a graph network and an attention read-out of 8 x 32
    } features = Features::Vector;
    std::size_t specs = 0;
    bool meetsHeads = true;
    std::vector<float> mean, deviation; ///< Vector: scaling, as wide as a design
    nn::GraphBatch graph;               ///< Graph: topology of one design (x is not used)
    std::optional<Checkpoint> backbone; ///< Graph: architecture, scaling, and weights if pretrained
    bool pretrained = true;             ///< Graph: false = fresh weights
    bool frozen = false;                ///< Graph: the backbone is not trained
    /// A training step takes all pairs among so many designs; 0: `batch` pairs drawn one by one, as
    /// the published code does.
    std::size_t designsPerStep = 0;
    std::uint64_t seed = 0;
};

/// Designs to learn from. `rows`: raw values [designs, width], or node features [designs, nodes *
/// features]. `quality` [designs, specs]: the greater the better. `meets` [designs, specs].
struct JudgeData {
    std::size_t designs = 0;
    std::vector<float> rows;
    std::vector<double> quality;
    std::vector<std::uint8_t> meets;
    std::vector<std::uint8_t> tiesWin; ///< [specs] 1: equal quality counts as better
};

/// Probabilities per candidate and spec, [candidates, specs].
struct JudgeVerdict {
    std::vector<float> better; ///< than the reference
    std::vector<float> meets;  ///< empty without these heads
};

/// Thread: owner only.
class Judge {
public:
    virtual ~Judge() = default;
    /// `steps` steps of a fresh Adam (1e-3) on `batch` random pairs each; the weights are carried
    /// over from call to call. Returns the mean loss of the last ten. Errors: LEARN-012 stopped,
    /// LEARN-011 the loss is not finite, NN-012.
    virtual Expected<double> train(const JudgeData& data, std::size_t steps, std::size_t batch,
                                   std::uint64_t seed, StopToken stop) = 0;
    /// Compares candidates [count, row width] with one reference, all in one batch.
    virtual Expected<JudgeVerdict> score(std::span<const float> candidates, std::size_t count,
                                         std::span<const float> reference) = 0;
    virtual std::vector<nn::NamedArray> state() const = 0;
    /// Errors: NN-011 names or shapes differ.
    virtual Expected<void> loadState(const std::vector<nn::NamedArray>& state) = 0;
};

} // namespace ohm::learn
