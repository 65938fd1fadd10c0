// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/deeptrain/training.h"

namespace ohm::deeptrain {

/// One way to build a network, whose depth is swept.
enum class SweepNetwork {
    Gsr,    ///< the selected entries stored as the base configuration says
    RevGnn, ///< dense, our layer loop
    B0,     ///< RevGNN by gather and scatter, as the paper's baseline
    B1,     ///< RevGNN by sums over the clique graph's rows
    B2,     ///< B1 with everything stored
    B3,     ///< B1 over nets
    Gcn,
    Sage ///< not reversible
};
inline constexpr SweepNetwork kSweepNetworks[] = {
    SweepNetwork::Gsr, SweepNetwork::RevGnn, SweepNetwork::B0,  SweepNetwork::B1,
    SweepNetwork::B2,  SweepNetwork::B3,     SweepNetwork::Gcn, SweepNetwork::Sage};
/// gsr, revgnn, b0, b1, b2, b3, gcn, sage; the value of a name, or DEEP-002.
std::string nameOf(SweepNetwork network);
Expected<SweepNetwork> sweepNetworkOf(const std::string& name);

struct SweepOptions {
    std::vector<int> depths{2, 4, 8, 16};
    std::vector<SweepNetwork> networks{SweepNetwork::Gsr, SweepNetwork::RevGnn};
    /// Channels, groups, k, storage, loss, rate, seed, threads and, for the networks that are
    /// trained, the number of epochs.
    deep::TrainConfig base;
    /// What the base's GPU does not run (B2, B3, GCN, GraphSAGE; norms) runs on the CPU; else it is
    /// an error.
    bool elseCpu = false;
    /// The baselines B0 to B3 have RevGNN's results to rounding: they take so many epochs for time
    /// and memory alone.
    int baselineEpochs = 2;
    /// Networks that need more memory, by the formula, are not run: only the prediction is told.
    std::size_t mostBytes = std::size_t{4} << 30;
};

/// What one network of one depth did. A plain value.
struct SweepPoint {
    SweepNetwork network = SweepNetwork::Gsr;
    int layers = 0, epochs = 0;
    deep::Device device = deep::Device::Cpu;
    bool ran = false; ///< false: it would have needed more than `mostBytes`
    std::size_t predictedBytes = 0, measuredBytes = 0;
    double secondsPerEpoch = 0; ///< median
    PartFigures test;           ///< without designs for the baselines
};

/// The configuration of one network of a sweep.
deep::TrainConfig configOf(const SweepOptions& options, SweepNetwork network, int layers);

/// Trains every network at every depth, the shallow ones first, and tells each point as it is done.
/// Errors: DEEP-002 nothing to sweep or an impossible network, those of trainOn. Thread: any.
Expected<std::vector<SweepPoint>> sweep(const Task& task, const SweepOptions& options,
                                        StopToken stop = {}, ProgressSink& progress = noProgress(),
                                        const std::function<void(const SweepPoint&)>& told = {});

/// network, layers, epochs, ran, predicted_bytes, measured_bytes, seconds_per_epoch, mse, pearson,
/// spearman, kendall, r2, max_error, device.
std::string toCsv(const std::vector<SweepPoint>& points);
/// The same of one point as JSON.
std::string sweepLine(const SweepPoint& point);

} // namespace ohm::deeptrain
