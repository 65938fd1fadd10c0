// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/deep/aggregate.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ohm::deep {

/// Rows that the fused layer loop keeps in cache at a time: whole tiles of the product.
inline constexpr std::int64_t kBlockRows = 72;
/// Rows per piece of a sum over `nodes` rows: 2048, or a 64th of a very large graph.
inline std::int64_t pieceRows(std::int64_t nodes) {
    return nodes > 64 * 2048 ? (nodes + 63) / 64 : 2048;
}

/// What one group of a layer computes from its input (docs/deep.md):
/// Gsr: gain * RMSNorm(A s W + b), s = the k largest of the input (k = 0: ReLU of it);
/// RevGnn: gain * (A s W + b), s = ReLU(LayerNorm(input)).
/// Gcn and Sage are plain networks, not reversible: x' = ReLU(A x W + b), Sage with a second matrix
/// for the node itself.
enum class Block { Gsr, RevGnn, Gcn, Sage };
/// Full: y = x + F(...). Paper: GSR-GNN's line 10, where the last group keeps only its selected
/// entries (two groups).
enum class Skip { Full, Paper };
/// What is kept per layer for the way back (Gsr): A the selected values and columns; B (paper skip)
/// those of one group and the columns of the other, streams rebuilt; C (full skip) the columns,
/// streams rebuilt in floating point; D nothing, streams in fixed point rebuilt to the bit; E as D
/// with streams in 24 bits.
enum class Storage { A, B, C, D, E };
/// How it is carried out. Fused: our layer loop. The others are the baselines, same mathematics:
/// GatherScatter (B0) writes a message per edge, frees and makes storage anew as RevGNN does;
/// Spmm (B1) sums over the clique graph's rows; StoreAll (B2) as B1 but keeps everything instead of
/// rebuilding it; Factorised (B3) as B1 over nets.
enum class Method { Fused, GatherScatter, Spmm, StoreAll, Factorised };

/// Where it runs. Cuda: an NVIDIA GPU, in builds with OHMSCAPE_CUDA (docs/deep.md says what of it).
enum class Device { Cpu, Cuda };

struct NetworkConfig {
    int inputs = 0;  ///< features per node
    int outputs = 1; ///< predictions per node
    int channels = 384;
    int layers = 100;
    int groups = 2; ///< 2..8; channels is a multiple
    Block block = Block::Gsr;
    int k = 16; ///< selected per row and group, at most 256 channels per group; 0 = dense
    Skip skip = Skip::Full;
    Storage storage = Storage::D;
    bool halfValues = false; ///< storage A, B: selected values in bfloat16, also on the way forth
    Norm norm = Norm::Mean;
    double temperature = 1; ///< t of Norm::Softmax (RevGnn)
    bool factorised = true; ///< Fused: over nets, else over the clique graph
    Method method = Method::Fused;
    double gain = 0.1; ///< initial scale of a block's result
    std::uint64_t seed = 1;
    int threads = 0; ///< 0 = all cores
    Device device = Device::Cpu;
    bool tf32 = false; ///< Cuda: products of numbers rounded to 10 bits, several times as fast
    /// Fused on the CPU: Adam's moments in 16 bits each, rounded up or down at random (seeded) so
    /// that they are right in the mean. Gradients and weights stay as they are.
    bool halfMoments = false;

    int groupWidth() const { return channels / groups; }
    bool reversible() const { return block == Block::Gsr || block == Block::RevGnn; }
    bool fixedPoint() const { return storage == Storage::D || storage == Storage::E; }
    bool sparse() const { return block == Block::Gsr && k > 0; }
};

/// What of a graph decides memory: bigger ones need more.
struct GraphSize {
    std::int64_t nodes = 0;
    std::int64_t edges = 0;     ///< of the clique graph
    std::int64_t netRows = 0;   ///< of the net buffer (Aggregator::netRows)
    std::size_t indexBytes = 0; ///< of the aggregator
};

/// The same graph where sums run over its edges, not over nets (in float).
GraphSize overEdges(const GraphSize& size, Norm norm);

/// Nothing, or DEEP-002 with the setting that is impossible and why.
Expected<void> checkConfig(const NetworkConfig& config);
/// The part of it that the device brings: nothing on the CPU, which runs them all.
Expected<void> checkDevice(const NetworkConfig& config);

/// Number of weights, in the order in which they are stored.
std::size_t parameterCount(const NetworkConfig& config);

/// Peak bytes of a training step (docs/deep.md has the formula): weights, gradients and Adam's two
/// moments, streams, work space, stored selections, graph. Checked against the measured ones.
struct PredictedMemory {
    std::size_t weights = 0, streams = 0, work = 0, stored = 0, messages = 0, graph = 0;
    std::size_t total() const { return weights + streams + work + stored + messages + graph; }
};
PredictedMemory predictedMemory(const NetworkConfig& config, const GraphSize& size);
inline std::size_t predictedBytes(const NetworkConfig& config, const GraphSize& size) {
    return predictedMemory(config, size).total();
}

/// Lower-case names for files, flags and messages; the value of a name, or DEEP-002.
std::string nameOf(Block block);
std::string nameOf(Skip skip);
std::string nameOf(Storage storage);
std::string nameOf(Method method);
std::string nameOf(Norm norm);
std::string nameOf(Device device);
Expected<Block> blockOf(const std::string& name);
Expected<Skip> skipOf(const std::string& name);
Expected<Storage> storageOf(const std::string& name);
Expected<Method> methodOf(const std::string& name);
Expected<Norm> normOf(const std::string& name);
Expected<Device> deviceOf(const std::string& name);

} // namespace ohm::deep
