// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/learn/batches.h"

#include <algorithm>
#include <numeric>

namespace ohm::learn {

std::size_t BatchOrder::Stratum::at(std::uint64_t position) {
    const std::uint64_t wanted = position / graphs.size();
    if (order.empty() || wanted != pass) {
        pass = wanted;
        order = dataset::permutation(graphs.size(), seed * 1000003 + pass);
    }
    return graphs[order[static_cast<std::size_t>(position % graphs.size())]];
}

BatchOrder::BatchOrder(const dataset::GraphSet& set, const Recipe& recipe)
    : m_graphs(set.graphCount())
    , m_batch(std::min(m_graphs, static_cast<std::size_t>(recipe.batch))) {
    if (!recipe.stratify) {
        Stratum all;
        all.graphs.resize(m_graphs);
        std::iota(all.graphs.begin(), all.graphs.end(), std::size_t{0});
        all.perBatch = m_batch;
        all.seed = recipe.seed;
        m_strata.push_back(std::move(all));
        return;
    }
    m_dropRest = false;
    std::map<std::int32_t, Stratum> classes;
    for (std::size_t g = 0; g < m_graphs; ++g)
        classes[set.topology[g]].graphs.push_back(g);
    for (auto& [topology, stratum] : classes) {
        // Rounded shares: a batch may differ a little from the size asked for.
        const double share = static_cast<double>(stratum.graphs.size()) /
                             static_cast<double>(m_graphs) * static_cast<double>(m_batch);
        stratum.perBatch = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(share)));
        stratum.seed = recipe.seed * 7919 + static_cast<std::uint64_t>(topology) + 1;
        m_strata.push_back(std::move(stratum));
    }
    m_batch = 0;
    for (const Stratum& stratum : m_strata)
        m_batch += stratum.perBatch;
}

std::vector<std::size_t> BatchOrder::graphsOf(std::int64_t step) {
    std::vector<std::size_t> graphs;
    graphs.reserve(m_batch);
    for (Stratum& stratum : m_strata) {
        const auto count = static_cast<std::uint64_t>(stratum.perBatch);
        auto first = static_cast<std::uint64_t>(step) * count;
        if (m_dropRest) {
            const std::uint64_t perPass = std::max<std::uint64_t>(1, stratum.graphs.size() / count);
            first = static_cast<std::uint64_t>(step) / perPass * stratum.graphs.size() +
                    static_cast<std::uint64_t>(step) % perPass * count;
        }
        for (std::uint64_t i = 0; i < count; ++i)
            graphs.push_back(stratum.at(first + i));
    }
    return graphs;
}

double BatchOrder::epochOf(std::int64_t step) const {
    return static_cast<double>(step) * static_cast<double>(m_batch) / static_cast<double>(m_graphs);
}

BatchQueue::BatchQueue(const dataset::GraphSet& set, std::string target, BatchOrder& order,
                       torch::Device device, std::int64_t first, std::int64_t last)
    : m_set(set)
    , m_target(std::move(target))
    , m_order(order)
    , m_device(device)
    , m_next(first)
    , m_last(last)
    , m_ahead(device.is_cuda() ? 6 : 1) {
    fill();
}

nn::DeviceBatch BatchQueue::take() {
    std::future<nn::DeviceBatch> front = std::move(m_queue.front());
    m_queue.pop_front();
    fill();
    return front.get();
}

void BatchQueue::settle() {
    for (auto& future : m_queue)
        future.wait();
}

void BatchQueue::fill() {
    while (m_queue.size() < m_ahead && m_next < m_last) {
        m_queue.push_back(std::async(std::launch::async, [this, graphs = m_order.graphsOf(m_next)] {
            return nn::toDevice(nn::makeBatch(m_set, graphs, m_target), m_device);
        }));
        ++m_next;
    }
}

} // namespace ohm::learn
