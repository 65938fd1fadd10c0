// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/graphbatch.h"

#include "core/dataset/graphset.h"

#include <algorithm>

namespace ohm::nn {

GraphBatch makeBatch(const dataset::GraphSet& set, std::span<const std::size_t> indices,
                     const std::string& target) {
    GraphBatch b;
    const bool nodeLabels = target == "voltages";
    const auto label = std::find(set.graphLabelNames.begin(), set.graphLabelNames.end(), target) -
                       set.graphLabelNames.begin();
    const auto labelCount = static_cast<std::ptrdiff_t>(set.graphLabelNames.size());
    b.graphs = static_cast<std::int64_t>(indices.size());
    b.width = static_cast<std::int64_t>(set.featureWidth);
    std::int64_t edges = 0;
    for (const std::size_t g : indices) {
        b.nodes += set.nodePtr[g + 1] - set.nodePtr[g];
        edges += set.edgePtr[g + 1] - set.edgePtr[g];
    }
    b.x.reserve(static_cast<std::size_t>(b.nodes * b.width));
    b.rows.assign(static_cast<std::size_t>(b.nodes) + 1, 0);
    b.columns.resize(static_cast<std::size_t>(2 * edges));
    b.graphPtr.push_back(0);

    std::int64_t base = 0;
    for (const std::size_t g : indices) {
        const auto n0 = set.nodePtr[g];
        const auto n1 = set.nodePtr[g + 1];
        b.x.insert(b.x.end(), set.x.begin() + n0 * b.width, set.x.begin() + n1 * b.width);
        for (auto n = n0; n < n1; ++n) {
            if (set.outputMask[static_cast<std::size_t>(n)]) {
                b.outputs.push_back(base + n - n0);
                if (nodeLabels)
                    b.labels.push_back(set.y[static_cast<std::size_t>(n)]);
            }
        }
        if (!nodeLabels && label < labelCount)
            b.labels.push_back(
                set.graphLabels[g * set.graphLabelNames.size() + static_cast<std::size_t>(label)]);
        for (auto e = 2 * set.edgePtr[g]; e < 2 * set.edgePtr[g + 1]; ++e)
            ++b.rows[static_cast<std::size_t>(base + set.edges[static_cast<std::size_t>(e)]) + 1];
        base += n1 - n0;
        b.graphPtr.push_back(base);
    }
    for (std::size_t i = 1; i < b.rows.size(); ++i)
        b.rows[i] += b.rows[i - 1];

    std::vector<std::int32_t> next(b.rows.begin(), b.rows.end() - 1);
    base = 0;
    for (const std::size_t g : indices) {
        for (auto e = set.edgePtr[g]; e < set.edgePtr[g + 1]; ++e) {
            const auto u =
                static_cast<std::int32_t>(base) + set.edges[static_cast<std::size_t>(2 * e)];
            const auto v =
                static_cast<std::int32_t>(base) + set.edges[static_cast<std::size_t>(2 * e + 1)];
            b.columns[static_cast<std::size_t>(next[static_cast<std::size_t>(u)]++)] = v;
            b.columns[static_cast<std::size_t>(next[static_cast<std::size_t>(v)]++)] = u;
        }
        base += set.nodePtr[g + 1] - set.nodePtr[g];
    }
    return b;
}

} // namespace ohm::nn
