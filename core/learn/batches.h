// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// For sources that have included torch/torch.h already.

#include "core/dataset/graphset.h"
#include "core/learn/recipe.h"
#include "core/nn/modules.h"

#include <deque>
#include <future>
#include <map>

namespace ohm::learn {

/// Which graphs each step trains on: a function of (seed, step) alone. Plain: consecutive pieces of
/// one permutation per epoch; what is left over at its end is dropped, so that no batch is too
/// small for batch normalisation. Stratified: every batch holds the same number of each topology,
/// so that all batches have the same shapes. Thread: owner only.
class BatchOrder {
public:
    BatchOrder(const dataset::GraphSet& set, const Recipe& recipe);
    std::vector<std::size_t> graphsOf(std::int64_t step);
    /// Passes over the set after `step` steps.
    double epochOf(std::int64_t step) const;
    std::size_t batch() const { return m_batch; }

private:
    /// Graphs dealt in their own permutations: position p is in pass p / size.
    struct Stratum {
        std::vector<std::size_t> graphs;
        std::size_t perBatch = 0;
        std::uint64_t seed = 0;
        std::uint64_t pass = 0;
        std::vector<std::size_t> order;
        std::size_t at(std::uint64_t position);
    };
    std::size_t m_graphs, m_batch;
    bool m_dropRest = true;
    std::vector<Stratum> m_strata;
};

/// Batches put together and sent to the device ahead of their use, by threads of their own.
/// `set` and `order` outlive it. Thread: owner only.
class BatchQueue {
public:
    BatchQueue(const dataset::GraphSet& set, std::string target, BatchOrder& order,
               torch::Device device, std::int64_t first, std::int64_t last);
    nn::DeviceBatch take();
    /// Waits until nothing is being prepared.
    void settle();

private:
    void fill();
    const dataset::GraphSet& m_set;
    std::string m_target;
    BatchOrder& m_order;
    torch::Device m_device;
    std::int64_t m_next, m_last;
    std::size_t m_ahead;
    std::deque<std::future<nn::DeviceBatch>> m_queue;
};

} // namespace ohm::learn
