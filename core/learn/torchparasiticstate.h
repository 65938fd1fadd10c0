// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already. Snapshots of trainings on parasitics.

#include "core/learn/parasiticrun.h"
#include "core/nn/namedarray.h"

#include <chrono>
#include <functional>
#include <optional>

namespace ohm::learn {

/// Where a training on parasitics stands between two steps. A plain value.
struct ParasiticState {
    std::int64_t member = 0;   ///< at work; those before are done
    bool pretraining = false;  ///< its encoder is, or else the network
    std::int64_t step = 0;     ///< done of the phase
    double seconds = 0;        ///< spent in the phase
    std::int64_t reports = 0;  ///< told of the whole training
    double best = 0, mean = 0; ///< of the network: least score, sum of losses since the last report
    std::int64_t since = 0;    ///< steps of that sum
    std::vector<nn::NamedArray> weights;         ///< of what is done: members, encoders
    std::vector<std::vector<float>> predictions; ///< of the members that are done
    std::vector<nn::NamedArray> phase;           ///< networks and moments of the phase
    std::vector<float> generator;                ///< bytes of the common generator's state
};

/// Adam's moments and counts of these parameters, in their order. `load`: false if they do not fit.
void storeAdam(torch::optim::Optimizer& adam, const std::vector<torch::Tensor>& parameters,
               const std::string& prefix, std::vector<nn::NamedArray>& arrays);
bool restoreAdam(torch::optim::Optimizer& adam, const std::vector<torch::Tensor>& parameters,
                 const std::string& prefix, const std::vector<nn::NamedArray>& arrays);
/// State of the generator that dropout and fresh weights draw from.
std::vector<float> generatorState();
bool setGeneratorState(const std::vector<float>& state);

/// Writes and reads snapshots of one training; without `keeping` it does nothing. Thread: owner.
class ParasiticKeeper {
public:
    explicit ParasiticKeeper(const ParasiticKeeping* keeping)
        : m_keeping(keeping) {}
    /// What to go on from, if there is something. Errors: as readParasiticSnapshot.
    Expected<std::optional<ParasiticState>> read() const;
    /// If it is time, or `now`. Errors: BASE-010.
    Expected<void> keep(bool now, const std::function<ParasiticState()>& state);

private:
    const ParasiticKeeping* m_keeping;
    std::chrono::steady_clock::time_point m_kept = std::chrono::steady_clock::now();
};

} // namespace ohm::learn
