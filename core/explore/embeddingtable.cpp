// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/embeddingtable.h"

#include "core/learn/evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

namespace ohm::explore {
namespace {

constexpr std::size_t kBatch = 128;
constexpr std::size_t kMostCodes = 32;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// Feature columns that hold nothing but 0 and 1: they say what a node is.
std::vector<std::size_t> codeColumns(const dataset::GraphSet& set) {
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < set.featureWidth && columns.size() < kMostCodes; ++c) {
        bool code = true;
        bool used = false;
        for (std::size_t i = c; i < set.x.size() && code; i += set.featureWidth) {
            code = set.x[i] == 0.0F || set.x[i] == 1.0F;
            used = used || set.x[i] == 1.0F;
        }
        if (code && used)
            columns.push_back(c);
    }
    return columns;
}

/// An even choice of graphs with at most about `most` points, at least one; and the one that is
/// never left out, as the last.
std::vector<std::size_t> chooseGraphs(const dataset::GraphSet& set,
                                      const std::vector<std::size_t>& points, std::size_t most,
                                      std::int64_t always) {
    const std::size_t total = std::accumulate(points.begin(), points.end(), std::size_t{0});
    std::vector<std::size_t> graphs(set.graphCount());
    std::iota(graphs.begin(), graphs.end(), std::size_t{0});
    if (total <= most || graphs.empty())
        return graphs;
    const auto keep = std::max<std::size_t>(1, graphs.size() * most / total);
    std::vector<std::size_t> chosen(keep);
    for (std::size_t i = 0; i < keep; ++i)
        chosen[i] = i * graphs.size() / keep;
    const auto kept = static_cast<std::size_t>(always);
    if (always >= 0 && kept < graphs.size() &&
        std::find(chosen.begin(), chosen.end(), kept) == chosen.end())
        chosen.push_back(kept);
    return chosen;
}

std::string number(float value) {
    if (!std::isfinite(value))
        return {};
    char text[32];
    std::snprintf(text, sizeof(text), "%.7g", static_cast<double>(value));
    return text;
}

} // namespace

std::string EmbeddingTable::kindName(std::size_t i) const {
    if (node[i] < 0)
        return "graph";
    std::string name;
    for (std::size_t b = 0; b < codeNames.size(); ++b) {
        if (kind[i] >> b & 1U)
            name += (name.empty() ? "" : " ") + codeNames[b];
    }
    return name.empty() ? "net" : name;
}

Expected<EmbeddingTable> embed(learn::Model& model, const dataset::GraphSet& set,
                               const EmbeddingRequest& request, StopToken stop,
                               ProgressSink& progress) {
    using Level = EmbeddingRequest::Level;
    const auto& checkpoint = model.checkpoint();
    const auto layers = checkpoint.spec.layers;
    if (request.layer < -1 || request.layer > layers)
        return fail("EXPL-005", "The network has no such layer", std::to_string(request.layer), {},
                    "Give 0 to " + std::to_string(layers) + ", or -1 for the last");
    const bool nodeTask = checkpoint.spec.task == "node";
    std::vector<std::size_t> outputs(set.graphCount());
    for (std::size_t g = 0; g < outputs.size(); ++g)
        outputs[g] = static_cast<std::size_t>(
            std::count(set.outputMask.begin() + set.nodePtr[g],
                       set.outputMask.begin() + set.nodePtr[g + 1], std::uint8_t{1}));
    std::vector<std::size_t> points = outputs;
    for (std::size_t g = 0; g < points.size(); ++g) {
        if (request.level == Level::Graphs)
            points[g] = 1;
        else if (request.level == Level::Nodes)
            points[g] = static_cast<std::size_t>(set.nodePtr[g + 1] - set.nodePtr[g]);
    }
    const auto graphs =
        chooseGraphs(set, points, std::max<std::size_t>(1, request.most), request.always);
    const auto codes = codeColumns(set);
    // A set made for another task has not the network's label; its points then have none.
    const auto graphLabels = nodeTask ? Expected<std::vector<float>>(std::vector<float>())
                                      : learn::targetsOf(set, checkpoint.target);
    EmbeddingTable table;
    for (const std::size_t c : codes)
        table.codeNames.push_back(c < set.featureNames.size() ? set.featureNames[c]
                                                              : "x" + std::to_string(c));
    for (std::size_t begin = 0; begin < graphs.size(); begin += kBatch) {
        if (stop.shouldStop())
            return fail("EXPL-003", "The embedding was stopped");
        const std::span<const std::size_t> part(graphs.data() + begin,
                                                std::min(kBatch, graphs.size() - begin));
        const auto batch = nn::makeBatch(set, part, checkpoint.target);
        const bool pooled = request.level == Level::Graphs;
        const auto embedded = [&] {
            return pooled ? model.embedGraphs(batch, request.layer)
                          : model.embed(batch, request.layer);
        };
        // What the head sees comes of the pass that predicts; other layers take one of their own.
        Expected<std::vector<float>> values = std::vector<float>{};
        Expected<std::vector<float>> predicted = std::vector<float>{};
        if (request.layer < 0) {
            auto both = model.predictEmbedded(batch, pooled);
            if (!both)
                return both.failure();
            values = both->embeddings.empty() ? embedded() : std::move(both->embeddings);
            predicted = std::move(both->values);
        } else {
            values = embedded();
            predicted = model.predict(batch);
        }
        if (!values)
            return values.failure();
        if (!predicted)
            return predicted.failure();
        const std::size_t rows =
            static_cast<std::size_t>(request.level == Level::Graphs ? batch.graphs : batch.nodes);
        if (rows == 0)
            continue;
        table.width = values->size() / rows;
        std::size_t output = 0;
        for (std::size_t p = 0; p < part.size(); ++p) {
            const std::size_t g = part[p];
            if (request.level == Level::Graphs) {
                table.graph.push_back(static_cast<std::int32_t>(g));
                table.node.push_back(-1);
                table.topology.push_back(set.topology[g]);
                table.kind.push_back(0);
                table.label.push_back(!nodeTask && graphLabels ? (*graphLabels)[g] : kNone);
                table.predicted.push_back(nodeTask ? kNone : (*predicted)[p]);
                table.values.insert(table.values.end(),
                                    values->begin() + static_cast<std::ptrdiff_t>(p * table.width),
                                    values->begin() +
                                        static_cast<std::ptrdiff_t>((p + 1) * table.width));
                continue;
            }
            const auto first = static_cast<std::size_t>(set.nodePtr[g]);
            const auto count = static_cast<std::size_t>(set.nodePtr[g + 1]) - first;
            const auto base = static_cast<std::size_t>(batch.graphPtr[p]);
            for (std::size_t i = 0; i < count; ++i) {
                const bool isOutput = set.outputMask[first + i] != 0;
                const float guess = isOutput && nodeTask && output < predicted->size()
                                        ? (*predicted)[output]
                                        : kNone;
                output += isOutput ? 1 : 0;
                if (request.level == Level::Outputs && !isOutput)
                    continue;
                std::uint32_t kind = 0;
                for (std::size_t b = 0; b < codes.size(); ++b) {
                    if (set.x[(first + i) * set.featureWidth + codes[b]] == 1.0F)
                        kind |= 1U << b;
                }
                table.graph.push_back(static_cast<std::int32_t>(g));
                table.node.push_back(static_cast<std::int32_t>(i));
                table.topology.push_back(set.topology[g]);
                table.kind.push_back(kind);
                table.label.push_back(isOutput ? set.y[first + i] : kNone);
                table.predicted.push_back(guess);
                const auto at = static_cast<std::ptrdiff_t>((base + i) * table.width);
                table.values.insert(table.values.end(), values->begin() + at,
                                    values->begin() + at +
                                        static_cast<std::ptrdiff_t>(table.width));
            }
        }
        progress.report(static_cast<double>(begin + part.size()) /
                            static_cast<double>(graphs.size()),
                        "embedding");
    }
    table.count = table.graph.size();
    if (table.count < 2)
        return fail("EXPL-005", "There is nothing to embed",
                    std::to_string(table.count) + " points", {},
                    "Choose all nodes, or a larger set");
    return table;
}

std::string toCsv(const EmbeddingTable& table, const std::vector<float>& layout) {
    std::string out = "graph,node,kind,topology,label,predicted,x,y\n";
    for (std::size_t i = 0; i < table.count; ++i) {
        out += std::to_string(table.graph[i]) + "," +
               (table.node[i] < 0 ? std::string() : std::to_string(table.node[i])) + "," +
               table.kindName(i) + "," + std::to_string(table.topology[i]) + "," +
               number(table.label[i]) + "," + number(table.predicted[i]) + "," +
               number(layout[2 * i]) + "," + number(layout[2 * i + 1]) + "\n";
    }
    return out;
}

} // namespace ohm::explore
