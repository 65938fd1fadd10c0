// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/explore/tsne.h"
#include "core/learn/parasitics.h"

#include <vector>

namespace ohm::explore {

/// What a contrastive encoder makes of the nets of designs (CircuitGCL, Fig. 3): one point for all
/// nets that it cannot tell apart. A plain value.
struct ParasiticLayout {
    std::vector<float> at;            ///< [points, 2]
    std::vector<float> farad;         ///< [points] geometric mean of the ground capacitances
    std::vector<std::size_t> members; ///< [points] nets of it with a label
    std::vector<std::size_t> design;  ///< [points] of its first net
    std::vector<std::uint32_t> net;   ///< [points] its first net, in that design
    double divergence = 0;            ///< of the t-SNE, nats
    /// R2 of log C predicted as the mean of the ten nearest points in the embedding, not in the
    /// picture: how much of the capacitance the encoder knows without having been told any.
    double neighbourR2 = 0;
};

/// The checkpoint with its encoders as they were before any training: weights drawn anew, uniform
/// within 1 / sqrt(inputs). What is left is what topology alone tells.
learn::ParasiticCheckpoint untrainedEncoder(learn::ParasiticCheckpoint checkpoint,
                                            std::uint64_t seed);

/// Errors: LEARN-043 no encoder, EXPL-001 fewer than two points, EXPL-003 stopped, EXPL-004.
/// Thread: any; one call at a time per model.
Expected<ParasiticLayout> layOutParasitics(learn::ParasiticModel& model,
                                           const std::vector<const parasitics::Design*>& designs,
                                           const TsneOptions& options, StopToken stop = {},
                                           ProgressSink& progress = noProgress());

} // namespace ohm::explore
