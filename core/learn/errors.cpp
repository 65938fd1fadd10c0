// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/errors.h"

#include "core/dataset/nodetext.h"
#include "core/dataset/split.h"
#include "core/dataset/statistics.h"
#include "core/learn/evaluate.h"
#include "core/learn/prepare.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <numeric>

namespace ohm::learn {
namespace {

constexpr std::size_t kBatch = 256;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr double kDistances[] = {0.25, 0.5, 1, 2};

/// Numbers for names, in the order of meeting them.
class Names {
public:
    explicit Names(std::vector<std::string>& list)
        : m_list(list) {}
    std::int32_t of(const std::string& name) {
        const auto [at, fresh] = m_index.emplace(name, static_cast<std::int32_t>(m_list.size()));
        if (fresh)
            m_list.push_back(name);
        return at->second;
    }

private:
    std::vector<std::string>& m_list;
    std::map<std::string, std::int32_t> m_index;
};

bool knowsDistances(const Seen& seen) {
    return !seen.embeddingMean.empty() && seen.distanceScale > 0;
}

/// Distance of each graph of the batch from its embeddings, or nothing known about any.
std::vector<float> distancesOf(const Seen& seen, std::int64_t graphs,
                               const std::vector<float>& embeddings) {
    std::vector<float> out(static_cast<std::size_t>(graphs), kNone);
    const std::size_t width = seen.embeddingMean.size();
    if (!knowsDistances(seen) || embeddings.size() != width * out.size())
        return out;
    for (std::size_t g = 0; g < out.size(); ++g) {
        const auto first = embeddings.begin() + static_cast<std::ptrdiff_t>(g * width);
        out[g] =
            static_cast<float>(seen.distance({first, first + static_cast<std::ptrdiff_t>(width)}));
    }
    return out;
}

double sizeOf(const ErrorReport& report, std::size_t i) {
    const double error = std::fabs(report.error(i));
    return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

std::string distanceName(std::size_t bin) {
    constexpr const char* kNames[] = {"up to 0.25",       "0.25 to 0.5",         "0.5 to 1",
                                      "1 to 2 (unusual)", "beyond 2 (far away)", "not known"};
    return kNames[bin];
}

std::size_t distanceBin(float distance) {
    if (std::isnan(distance))
        return std::size(kDistances) + 1;
    return static_cast<std::size_t>(std::lower_bound(std::begin(kDistances), std::end(kDistances),
                                                     static_cast<double>(distance)) -
                                    std::begin(kDistances));
}

std::string number(float value) {
    if (!std::isfinite(value))
        return {};
    char text[32];
    std::snprintf(text, sizeof(text), "%.7g", static_cast<double>(value));
    return text;
}

} // namespace

Expected<std::vector<std::size_t>> graphsOf(const dataset::GraphSet& set,
                                            const Checkpoint& checkpoint, Part part) {
    std::vector<std::size_t> all(set.graphCount());
    std::iota(all.begin(), all.end(), std::size_t{0});
    if (part == Part::All)
        return all;
    Recipe recipe;
    if (!checkpoint.recipe.empty()) {
        if (const auto read = parseRecipe(checkpoint.recipe))
            recipe = *read;
    }
    const auto split = dataset::splitSet(set, splitOf(recipe));
    if (!split)
        return split.failure();
    const auto& graphs = part == Part::Training     ? split->training
                         : part == Part::Validation ? split->validation
                                                    : split->test;
    if (graphs.empty())
        return fail("LEARN-070", "This part of the data is empty",
                    "the network's training set none aside", {},
                    "Choose another part, or all of the data");
    return graphs;
}

Expected<ErrorReport> inspectErrors(Model& model, const dataset::GraphSet& set,
                                    std::vector<std::size_t> graphs, StopToken stop,
                                    ProgressSink& progress) {
    ErrorReport out;
    out.target = model.checkpoint().target;
    const bool nets = out.target == "voltages";
    const auto labels = targetsOf(set, out.target);
    if (!labels)
        return labels.failure();
    if (graphs.empty()) {
        graphs.resize(set.graphCount());
        std::iota(graphs.begin(), graphs.end(), std::size_t{0});
    }
    Names kinds(out.kindNames);
    Names devices(out.deviceNames);
    const Seen& seen = model.checkpoint().seen;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t begin = 0; begin < graphs.size(); begin += kBatch) {
        if (stop.shouldStop())
            return fail("LEARN-012", "The inspection was stopped");
        const std::span<const std::size_t> part(graphs.data() + begin,
                                                std::min(kBatch, graphs.size() - begin));
        const auto batch = nn::makeBatch(set, part, out.target);
        EmbeddedPrediction answer;
        if (knowsDistances(seen)) {
            auto both = model.predictEmbedded(batch, true); // the mlp has no embeddings
            if (!both)
                return both.failure();
            answer = std::move(*both);
        } else {
            auto predicted = model.predict(batch);
            if (!predicted)
                return predicted.failure();
            answer.values = std::move(*predicted);
        }
        const std::vector<float> distances = distancesOf(seen, batch.graphs, answer.embeddings);
        out.predicted.insert(out.predicted.end(), answer.values.begin(), answer.values.end());
        for (std::size_t p = 0; p < part.size(); ++p) {
            const std::size_t g = part[p];
            const auto text = dataset::graphText(set, g);
            const auto first = static_cast<std::size_t>(set.nodePtr[g]);
            const auto add = [&](std::int32_t node, float truth, const std::string& kind,
                                 const std::string& tied) {
                out.graph.push_back(static_cast<std::int32_t>(g));
                out.node.push_back(node);
                out.topology.push_back(set.topology[g]);
                out.truth.push_back(truth);
                out.distance.push_back(distances[p]);
                out.kind.push_back(kinds.of(kind));
                out.devices.push_back(devices.of(tied));
            };
            if (!nets) {
                add(-1, (*labels)[g], "circuit", text.circuit);
                continue;
            }
            for (std::size_t n = 0; n < text.nodes.size(); ++n) {
                if (set.outputMask[first + n])
                    add(static_cast<std::int32_t>(n), set.y[first + n],
                        text.nodes[n] + ", " + std::to_string(text.terminals[n]) +
                            (text.terminals[n] == 1 ? " terminal" : " terminals"),
                        text.devices[n]);
            }
        }
        progress.report(static_cast<double>(begin + part.size()) /
                            static_cast<double>(graphs.size()),
                        "predicting");
    }
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    out.count = out.truth.size();
    if (out.count == 0)
        return fail("LEARN-010", "The data has no labels");
    if (out.predicted.size() != out.count)
        return fail("LEARN-010", "The network predicts another number of values than there are");
    const auto [low, high] = std::minmax_element(out.truth.begin(), out.truth.end());
    out.range = static_cast<double>(*high) - static_cast<double>(*low);
    return out;
}

std::vector<std::size_t> worstErrors(const ErrorReport& report, std::size_t most) {
    std::vector<std::size_t> order(report.count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    most = std::min(most, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
                      [&](std::size_t a, std::size_t b) {
                          const double ea = sizeOf(report, a);
                          const double eb = sizeOf(report, b);
                          return ea != eb ? ea > eb : a < b;
                      });
    order.resize(most);
    return order;
}

std::vector<ErrorGroup> groupErrors(const ErrorReport& report, ErrorBy by, int k) {
    std::map<std::int64_t, ErrorGroup> groups;
    for (std::size_t i = 0; i < report.count; ++i) {
        std::int64_t key = 0;
        switch (by) {
        case ErrorBy::Devices:
            key = report.devices[i];
            break;
        case ErrorBy::Kind:
            key = report.kind[i];
            break;
        case ErrorBy::Topology:
            key = report.topology[i];
            break;
        case ErrorBy::Distance:
            key = static_cast<std::int64_t>(distanceBin(report.distance[i]));
            break;
        }
        ErrorGroup& group = groups[key];
        const double error = report.error(i);
        group.labels.push_back(i);
        group.mae += std::fabs(error);
        group.bias += error;
        group.worst = std::max(group.worst, std::isnan(error) ? group.worst : std::fabs(error));
        group.within += std::fabs(error) <= report.band(k) ? 1 : 0;
    }
    std::vector<ErrorGroup> out;
    for (auto& [key, group] : groups) {
        const auto count = static_cast<double>(group.labels.size());
        group.mae /= count;
        group.bias /= count;
        group.within /= count;
        const auto at = static_cast<std::size_t>(key);
        group.name = by == ErrorBy::Devices    ? report.deviceNames[at]
                     : by == ErrorBy::Kind     ? report.kindNames[at]
                     : by == ErrorBy::Topology ? dataset::topologyName(static_cast<int>(key))
                                               : distanceName(at);
        if (group.name.empty())
            group.name = "nothing";
        out.push_back(std::move(group));
    }
    if (by != ErrorBy::Distance)
        std::stable_sort(out.begin(), out.end(), [](const ErrorGroup& a, const ErrorGroup& b) {
            return std::isnan(b.mae) ? false : std::isnan(a.mae) || a.mae > b.mae;
        });
    return out;
}

std::string toCsv(const ErrorReport& report) {
    std::string out = "graph,node,kind,devices,topology,distance,label,predicted,error\n";
    for (std::size_t i = 0; i < report.count; ++i) {
        out += std::to_string(report.graph[i]) + "," +
               (report.node[i] < 0 ? std::string() : std::to_string(report.node[i])) + ",\"" +
               report.kindNames[static_cast<std::size_t>(report.kind[i])] + "\",\"" +
               report.deviceNames[static_cast<std::size_t>(report.devices[i])] + "\"," +
               std::to_string(report.topology[i]) + "," + number(report.distance[i]) + "," +
               number(report.truth[i]) + "," + number(report.predicted[i]) + "," +
               number(static_cast<float>(report.error(i))) + "\n";
    }
    return out;
}

} // namespace ohm::learn
