// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/graphset.h"

#include "core/dataset/random.h"
#include "core/dataset/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace ohm::dataset {

void GraphSet::append(std::span<const float> nodeFeatures, std::span<const std::int32_t> graphEdges,
                      std::span<const std::uint8_t> mask, std::span<const float> labels,
                      std::int32_t topologyClass) {
    assert(nodeFeatures.size() == mask.size() * featureWidth && labels.size() == mask.size());
    x.insert(x.end(), nodeFeatures.begin(), nodeFeatures.end());
    edges.insert(edges.end(), graphEdges.begin(), graphEdges.end());
    outputMask.insert(outputMask.end(), mask.begin(), mask.end());
    y.insert(y.end(), labels.begin(), labels.end());
    topology.push_back(topologyClass);
    nodePtr.push_back(nodePtr.back() + static_cast<std::int64_t>(mask.size()));
    edgePtr.push_back(edgePtr.back() + static_cast<std::int64_t>(graphEdges.size() / 2));
}

GraphSet GraphSet::subset(std::span<const std::size_t> indices) const {
    GraphSet out;
    out.featureWidth = featureWidth;
    out.featureNames = featureNames;
    out.graphLabelNames = graphLabelNames;
    out.attributes = attributes;
    const std::size_t labels = graphLabelNames.size();
    for (const std::size_t g : indices) {
        const auto n0 = static_cast<std::size_t>(nodePtr[g]);
        const auto n1 = static_cast<std::size_t>(nodePtr[g + 1]);
        const auto e0 = static_cast<std::size_t>(edgePtr[g]);
        const auto e1 = static_cast<std::size_t>(edgePtr[g + 1]);
        out.append(std::span(x).subspan(n0 * featureWidth, (n1 - n0) * featureWidth),
                   std::span(edges).subspan(2 * e0, 2 * (e1 - e0)),
                   std::span(outputMask).subspan(n0, n1 - n0), std::span(y).subspan(n0, n1 - n0),
                   topology[g]);
        if (!graphLabels.empty()) {
            const auto first = graphLabels.begin() + static_cast<std::ptrdiff_t>(g * labels);
            out.graphLabels.insert(out.graphLabels.end(), first,
                                   first + static_cast<std::ptrdiff_t>(labels));
        }
    }
    return out;
}

Expected<void> GraphSet::extend(const GraphSet& other) {
    if (graphCount() == 0 && featureWidth == 0) {
        *this = other;
        return {};
    }
    if (other.featureWidth != featureWidth || other.graphLabelNames != graphLabelNames)
        return fail("DATA-010", "These datasets have different features and cannot be joined",
                    std::to_string(featureWidth) + " against " +
                        std::to_string(other.featureWidth) + " columns");
    const std::int64_t nodes = nodePtr.back();
    const std::int64_t edgeTotal = edgePtr.back();
    x.insert(x.end(), other.x.begin(), other.x.end());
    edges.insert(edges.end(), other.edges.begin(), other.edges.end());
    outputMask.insert(outputMask.end(), other.outputMask.begin(), other.outputMask.end());
    y.insert(y.end(), other.y.begin(), other.y.end());
    topology.insert(topology.end(), other.topology.begin(), other.topology.end());
    graphLabels.insert(graphLabels.end(), other.graphLabels.begin(), other.graphLabels.end());
    for (std::size_t g = 1; g < other.nodePtr.size(); ++g) {
        nodePtr.push_back(nodes + other.nodePtr[g]);
        edgePtr.push_back(edgeTotal + other.edgePtr[g]);
    }
    return {};
}

Expected<void> GraphSet::validate() const {
    const auto bad = [](const std::string& what) {
        return fail("DATA-011", "The dataset contradicts itself", what, {},
                    "The file may be damaged or made by another program");
    };
    if (nodePtr.empty() || edgePtr.empty())
        return bad("node_ptr or edge_ptr is empty");
    const std::size_t graphs = graphCount();
    const auto rising = [](const std::vector<std::int64_t>& ptr) {
        return !ptr.empty() && ptr.front() == 0 && std::is_sorted(ptr.begin(), ptr.end());
    };
    if (!rising(nodePtr) || !rising(edgePtr) || edgePtr.size() != graphs + 1)
        return bad("node_ptr or edge_ptr does not rise from zero");
    if (featureWidth == 0 || x.size() != nodeCount() * featureWidth)
        return bad("x has " + std::to_string(x.size()) + " values");
    if (outputMask.size() != nodeCount() || y.size() != nodeCount())
        return bad("the labels do not fit the nodes");
    if (edges.size() != 2 * edgeCount() || topology.size() != graphs)
        return bad("edge_index or topology has the wrong length");
    if (graphLabels.size() != (graphLabels.empty() ? 0 : graphs * graphLabelNames.size()))
        return bad("the graph labels do not fit the graphs");
    for (std::size_t g = 0; g < graphs; ++g) {
        const std::int64_t nodes = nodePtr[g + 1] - nodePtr[g];
        for (std::int64_t e = edgePtr[g]; e < edgePtr[g + 1]; ++e) {
            const std::int32_t u = edges[static_cast<std::size_t>(2 * e)];
            const std::int32_t v = edges[static_cast<std::size_t>(2 * e + 1)];
            if (u < 0 || v <= u || v >= nodes)
                return bad("edge " + std::to_string(e) + " leaves its graph");
        }
    }
    for (std::size_t n = 0; n < y.size(); ++n) {
        if (outputMask[n] > 1)
            return bad("output_mask of node " + std::to_string(n) + " is neither 0 nor 1");
        if (outputMask[n] && !std::isfinite(y[n]))
            return bad("label of node " + std::to_string(n) + " is not finite");
    }
    const auto wild = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
    if (wild != x.end())
        return bad("a feature of node " +
                   std::to_string(static_cast<std::size_t>(wild - x.begin()) / featureWidth) +
                   " is not finite");
    return {};
}

LabelStatistics labelStatistics(const GraphSet& set, std::size_t bins) {
    return statisticsOf(labelValues(set), bins);
}

std::vector<std::size_t> permutation(std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(seed, 0x5055);
    for (std::size_t i = count; i > 1; --i)
        std::swap(order[i - 1], order[random.below(i)]);
    return order;
}

} // namespace ohm::dataset
