// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/nn/graphbatch.h"
#include "core/nn/networkspec.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ohm::nn {

/// A named array of a network's state (weights and running statistics), float32, row-major.
struct NamedArray {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

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

    /// Values of the batch's output nodes, [outputs], in the units of the training labels.
    /// Errors: NN-010 the batch has another feature width.
    Expected<std::vector<float>> predict(const GraphBatch& batch);
    /// Embedding of every node after the last block, [nodes, hidden], row-major.
    Expected<std::vector<float>> embed(const GraphBatch& batch);

    /// Weights and running statistics, in a fixed order.
    std::vector<NamedArray> state() const;
    /// Replaces all of them. Errors: NN-011 names or shapes differ; nothing is changed then.
    Expected<void> loadState(const std::vector<NamedArray>& state);

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
