// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deeptrain/task.h"

#include "core/congestion/timing.h"
#include "core/deep/names.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::deeptrain {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr double kLeastDeviation = 1e-6;

constexpr deep::Names<Label, 5> kLabels{{{Label::Sum, "sum"},
                                         {Label::Max, "max"},
                                         {Label::Horizontal, "horizontal"},
                                         {Label::Vertical, "vertical"},
                                         {Label::Arrival, "arrival"}}};

float compressed(float value) {
    return value > 0 ? std::log1p(value) : value;
}

/// Mean and deviation over the training nodes, in double and in order.
Normalisation fitted(const std::vector<TaskDesign>& designs, std::size_t width) {
    std::vector<double> sum(width), square(width);
    double count = 0;
    for (std::size_t d = 0; d < designs.size(); ++d) {
        const std::vector<float>& x = designs[d].features; // as they are so far
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

std::string nameOf(Label label) {
    return deep::nameIn(label, kLabels);
}
Expected<Label> labelOf(const std::string& name) {
    return deep::valueIn(name, "label", kLabels);
}
bool hasLabel(const congestion::CongestionSample& design, Label label) {
    if (label != Label::Arrival)
        return design.labelled();
    for (std::size_t at = 0; at < design.timing.size(); at += congestion::kTimingColumns) {
        if (std::isfinite(design.timing[at]))
            return true;
    }
    return false;
}

std::vector<float> labelsOf(const congestion::CongestionSample& design, Label label) {
    const std::size_t nodes = design.pins.nodes;
    if (label == Label::Arrival) {
        std::vector<float> labels(nodes, kUnknown);
        for (std::size_t n = 0; n < nodes && !design.timing.empty(); ++n)
            labels[n] = design.timing[n * congestion::kTimingColumns];
        return labels;
    }
    const congestion::Combine how = label == Label::Max          ? congestion::Combine::Maximum
                                    : label == Label::Horizontal ? congestion::Combine::Horizontal
                                    : label == Label::Vertical   ? congestion::Combine::Vertical
                                                                 : congestion::Combine::Sum;
    std::vector<float> labels = congestion::combinedLabels(design.y, how);
    for (std::size_t n = 0; n < nodes; ++n) {
        if (design.mask[n] == 0)
            labels[n] = kUnknown;
    }
    return labels;
}

std::vector<float> featuresOf(const congestion::CongestionSample& design, Label label) {
    if (label != Label::Arrival)
        return design.x;
    constexpr std::size_t kMore = congestion::kTimingColumns - 1;
    const std::size_t nodes = design.pins.nodes,
                      width = design.x.size() / std::max<std::size_t>(nodes, 1);
    std::vector<float> out;
    out.reserve(nodes * (width + kMore));
    for (std::size_t n = 0; n < nodes; ++n) {
        out.insert(out.end(), design.x.begin() + static_cast<std::ptrdiff_t>(n * width),
                   design.x.begin() + static_cast<std::ptrdiff_t>((n + 1) * width));
        for (std::size_t k = 1; k <= kMore; ++k)
            out.push_back(
                design.timing.empty() ? 0 : design.timing[n * congestion::kTimingColumns + k]);
    }
    return out;
}

std::vector<std::string> featureNamesOf(const std::vector<std::string>& names, Label label) {
    std::vector<std::string> all = names;
    if (label == Label::Arrival)
        all.insert(all.end(), congestion::timingNames().begin() + 1,
                   congestion::timingNames().end());
    return all;
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
        if (!hasLabel(sample, options.label) || sample.pins.nodes == 0)
            continue;
        from.push_back(s);
        divided.push_back({sample.name, sample.family, sample.pins.nodes});
    }
    if (from.empty())
        return fail("DEEP-009", "No design has labels to learn from",
                    std::to_string(set.samples.size()) + " designs were read", {},
                    options.label == Label::Arrival
                        ? "Import placed DEFs whose cells and pins have the usual names"
                        : "Import routed designs, router guides or label maps");
    const auto parts = congestion::splitNodes(divided, options.split);
    if (!parts)
        return parts.failure();
    Task task;
    task.featureNames = featureNamesOf(set.featureNames, options.label);
    task.label = options.label;
    std::size_t at = 0;
    for (const std::size_t s : from) {
        const congestion::CongestionSample& sample = set.samples[s];
        TaskDesign design;
        design.name = sample.name;
        design.gcell = sample.gcell;
        design.grid = sample.grid;
        design.labels = labelsOf(sample, options.label);
        design.features = featuresOf(sample, options.label);
        for (std::size_t n = 0; n < sample.pins.nodes; ++n, ++at)
            design.parts.push_back(partOf((*parts)[at]));
        auto graph = incidenceOf(sample.pins);
        if (!graph) {
            Error error = graph.error();
            error.where = sample.name;
            return Unexpected{error};
        }
        design.graph = std::move(*graph);
        task.designs.push_back(std::move(design));
    }
    task.normalisation = fitted(task.designs, task.featureNames.size());
    for (TaskDesign& design : task.designs)
        design.features = task.normalisation.apply(design.features);
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
                                      const deep::NetworkConfig& config, Label label) {
    deep::GraphSize largest;
    for (const congestion::CongestionSample& sample : set.samples) {
        if (!hasLabel(sample, label) || sample.pins.nodes == 0)
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
