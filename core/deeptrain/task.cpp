// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deeptrain/task.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace ohm::deeptrain {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr double kLeastDeviation = 1e-6;

constexpr std::array<std::pair<congestion::Combine, const char*>, 4> kLabels{
    {{congestion::Combine::Sum, "sum"},
     {congestion::Combine::Maximum, "max"},
     {congestion::Combine::Horizontal, "horizontal"},
     {congestion::Combine::Vertical, "vertical"}}};
constexpr std::array<std::pair<deep::LossKind, const char*>, 3> kLosses{
    {{deep::LossKind::Mse, "mse"},
     {deep::LossKind::Mpgd, "mpgd"},
     {deep::LossKind::Shrinkage, "shrinkage"}}};

template <typename E, std::size_t Count>
std::string nameIn(E value, const std::array<std::pair<E, const char*>, Count>& names) {
    for (const auto& [known, text] : names) {
        if (known == value)
            return text;
    }
    return {};
}

template <typename E, std::size_t Count>
Expected<E> valueIn(const std::string& text, const char* what,
                    const std::array<std::pair<E, const char*>, Count>& names) {
    std::string all;
    for (const auto& [known, name] : names) {
        if (text == name)
            return known;
        all += (all.empty() ? "" : ", ") + std::string(name);
    }
    return fail("DEEP-002", "There is no " + std::string(what) + " '" + text + "'", {}, {},
                "Choose one of " + all);
}

float compressed(float value) {
    return value > 0 ? std::log1p(value) : value;
}

/// Mean and deviation over the training nodes, in double and in order.
Normalisation fitted(const congestion::CongestionSet& set, const std::vector<TaskDesign>& designs,
                     const std::vector<std::size_t>& from) {
    const std::size_t width = set.featureNames.size();
    std::vector<double> sum(width), square(width);
    double count = 0;
    for (std::size_t d = 0; d < designs.size(); ++d) {
        const std::vector<float>& x = set.samples[from[d]].x;
        for (std::size_t n = 0; n < designs[d].parts.size(); ++n) {
            if (designs[d].parts[n] != deep::Part::Train)
                continue;
            ++count;
            for (std::size_t f = 0; f < width; ++f) {
                const auto v = static_cast<double>(compressed(x[n * width + f]));
                sum[f] += v;
                square[f] += v * v;
            }
        }
    }
    Normalisation out;
    for (std::size_t f = 0; f < width; ++f) {
        const double mean = count > 0 ? sum[f] / count : 0;
        const double variance = count > 0 ? square[f] / count - mean * mean : 0;
        const double deviation = std::sqrt(std::max(0.0, variance));
        out.mean.push_back(static_cast<float>(mean));
        out.scale.push_back(deviation > kLeastDeviation ? static_cast<float>(1 / deviation) : 1.0f);
    }
    return out;
}

void grow(deep::GraphSize& largest, const deep::Incidence& graph,
          const deep::NetworkConfig& config) {
    const deep::GraphSize size = deep::makePlan<float>(graph, config).size;
    largest.nodes = std::max(largest.nodes, size.nodes);
    largest.edges = std::max(largest.edges, size.edges);
    largest.netRows = std::max(largest.netRows, size.netRows);
    largest.indexBytes = std::max(largest.indexBytes, size.indexBytes);
}

deep::Part partOf(congestion::Part part) {
    switch (part) {
    case congestion::Part::Training:
        return deep::Part::Train;
    case congestion::Part::Validation:
        return deep::Part::Validate;
    case congestion::Part::Test:
        break;
    }
    return deep::Part::Test;
}

} // namespace

std::string nameOf(congestion::Combine label) {
    return nameIn(label, kLabels);
}
Expected<congestion::Combine> labelOf(const std::string& name) {
    return valueIn(name, "label", kLabels);
}
std::string nameOf(deep::LossKind loss) {
    return nameIn(loss, kLosses);
}
Expected<deep::LossKind> lossOf(const std::string& name) {
    return valueIn(name, "loss", kLosses);
}

std::vector<float> Normalisation::apply(std::span<const float> features) const {
    std::vector<float> out(features.size());
    const std::size_t width = mean.size();
    for (std::size_t i = 0; i < features.size(); ++i)
        out[i] = (compressed(features[i]) - mean[i % width]) * scale[i % width];
    return out;
}

std::vector<deep::Sample> Task::samples() const {
    std::vector<deep::Sample> out;
    for (const TaskDesign& design : designs)
        out.push_back({&design.graph, design.features, design.labels, design.parts});
    return out;
}

Expected<deep::Incidence> incidenceOf(const congestion::Incidence& pins) {
    return deep::makeIncidence(static_cast<std::int64_t>(pins.nodes),
                               static_cast<std::int64_t>(pins.nets), pins.pinNet, pins.pinNode);
}

Expected<Task> makeTask(const congestion::CongestionSet& set, const TaskOptions& options) {
    std::vector<std::size_t> from;
    std::vector<congestion::SplitDesign> divided;
    for (std::size_t s = 0; s < set.samples.size(); ++s) {
        const congestion::CongestionSample& sample = set.samples[s];
        if (!sample.labelled() || sample.pins.nodes == 0)
            continue;
        from.push_back(s);
        divided.push_back({sample.name, sample.family, sample.pins.nodes});
    }
    if (from.empty())
        return fail("DEEP-009", "No design has labels to learn from",
                    std::to_string(set.samples.size()) + " designs were read", {},
                    "Import routed designs, router guides or label maps");
    const auto parts = congestion::splitNodes(divided, options.split);
    if (!parts)
        return parts.failure();
    Task task;
    task.featureNames = set.featureNames;
    task.label = options.label;
    std::size_t at = 0;
    for (const std::size_t s : from) {
        const congestion::CongestionSample& sample = set.samples[s];
        TaskDesign design;
        design.name = sample.name;
        design.gcell = sample.gcell;
        design.grid = sample.grid;
        design.labels = congestion::combinedLabels(sample.y, options.label);
        for (std::size_t n = 0; n < sample.pins.nodes; ++n, ++at) {
            design.parts.push_back(partOf((*parts)[at]));
            if (sample.mask[n] == 0)
                design.labels[n] = kUnknown;
        }
        auto graph = incidenceOf(sample.pins);
        if (!graph) {
            Error error = graph.error();
            error.where = sample.name;
            return Unexpected{error};
        }
        design.graph = std::move(*graph);
        task.designs.push_back(std::move(design));
    }
    task.normalisation = fitted(set, task.designs, from);
    for (std::size_t d = 0; d < from.size(); ++d)
        task.designs[d].features = task.normalisation.apply(set.samples[from[d]].x);
    return task;
}

deep::GraphSize largestSize(const std::vector<TaskDesign>& designs,
                            const deep::NetworkConfig& config) {
    deep::GraphSize largest;
    for (const TaskDesign& design : designs)
        grow(largest, design.graph, config);
    return largest;
}

Expected<deep::GraphSize> largestSize(const congestion::CongestionSet& set,
                                      const deep::NetworkConfig& config) {
    deep::GraphSize largest;
    for (const congestion::CongestionSample& sample : set.samples) {
        if (!sample.labelled() || sample.pins.nodes == 0)
            continue;
        const auto graph = incidenceOf(sample.pins);
        if (!graph)
            return graph.failure();
        grow(largest, *graph, config);
    }
    return largest;
}

std::vector<float> cellMeans(std::span<const float> nodeValues, std::span<const std::int32_t> gcell,
                             const congestion::GCellGrid& grid) {
    std::vector<double> sum(grid.count());
    std::vector<int> count(grid.count());
    for (std::size_t n = 0; n < nodeValues.size(); ++n) {
        const std::int32_t i = gcell[2 * n], j = gcell[2 * n + 1];
        if (i < 0 || j < 0 || !std::isfinite(nodeValues[n]))
            continue;
        const std::size_t cell = grid.index(i, j);
        sum[cell] += static_cast<double>(nodeValues[n]);
        ++count[cell];
    }
    std::vector<float> out(grid.count(), kUnknown);
    for (std::size_t c = 0; c < out.size(); ++c) {
        if (count[c] > 0)
            out[c] = static_cast<float>(sum[c] / count[c]);
    }
    return out;
}

} // namespace ohm::deeptrain
