// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/nn/graphbatch.h"
#include "core/nn/namedarray.h"
#include "core/nn/networkspec.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ohm::nn {

struct NetworkModule; // core/nn/modules.h, for sources that see LibTorch

/// A graph network on one device. Thread: owner only; `predict` on a network that nobody trains may
/// be called from one thread at a time.
class Network {
public:
    /// Builds with fresh weights drawn from `seed`. `device` is "cpu", "cuda" or "cuda:N".
    /// Errors: NN-001 unknown architecture, NN-002 impossible sizes, NN-003 no such device.
    static Expected<Network> create(const NetworkSpec& spec, std::uint64_t seed,
                                    const std::string& device = "cpu");
    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;
    ~Network();

    const NetworkSpec& spec() const;
    std::int64_t parameterCount() const;

    /// Values of the batch's output nodes [outputs] or of its graphs [graphs], as the training's
    /// scaled labels. Errors: NN-010 the batch has another feature width, NN-012 out of memory or
    /// the like, NN-020 the fixed mlp met another topology.
    Expected<std::vector<float>> predict(const GraphBatch& batch);
    /// `predict` and, of the same pass, what `embed` returns (empty where the architecture has no
    /// embeddings), the same to the bit. Errors: as predict.
    struct EmbeddedValues {
        std::vector<float> values, nodes;
    };
    Expected<EmbeddedValues> predictEmbedded(const GraphBatch& batch);
    /// The same with dropout active: one sample, drawn from `seed`.
    Expected<std::vector<float>> sample(const GraphBatch& batch, std::uint64_t seed);
    /// Embedding of every node after block `layer` (0 = input layer, negative = as the head sees
    /// it), [nodes, hidden], row-major. Errors: NN-013 the architecture has none.
    Expected<std::vector<float>> embed(const GraphBatch& batch, std::int64_t layer = -1);

    /// Weights and running statistics, in a fixed order.
    std::vector<NamedArray> state() const;
    /// Replaces all of them. Errors: NN-011 names or shapes differ; nothing is changed then.
    Expected<void> loadState(const std::vector<NamedArray>& state);

    /// Takes every array that fits by name and shape; those whose name begins with `required` must
    /// all fit. Errors: NN-011; nothing is changed then.
    Expected<void> loadMatching(const std::vector<NamedArray>& state, const std::string& required);

    NetworkModule& module() { return *m_module; }

private:
    explicit Network(std::unique_ptr<NetworkModule> module);
    std::unique_ptr<NetworkModule> m_module;
};

/// True if LibTorch sees a CUDA device.
bool cudaAvailable();
/// Threads LibTorch uses inside one operation; 0 = all cores. Call once at start.
void setThreads(int threads);

} // namespace ohm::nn
