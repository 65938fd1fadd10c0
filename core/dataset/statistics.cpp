// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::dataset {
namespace {

/// Calls `visit(graph, value)` for every value of the label.
template <typename Visit>
void forEachLabel(const GraphSet& set, const std::string& label, std::size_t graph,
                  const Visit& visit) {
    if (label.empty()) {
        for (auto n = static_cast<std::size_t>(set.nodePtr[graph]);
             n < static_cast<std::size_t>(set.nodePtr[graph + 1]); ++n) {
            if (set.outputMask[n])
                visit(set.y[n]);
        }
        return;
    }
    const auto& names = set.graphLabelNames;
    const auto found = std::find(names.begin(), names.end(), label);
    if (found != names.end() && !set.graphLabels.empty())
        visit(set.graphLabels[graph * names.size() +
                              static_cast<std::size_t>(found - names.begin())]);
}

std::vector<float> sortedFinite(std::span<const float> values) {
    std::vector<float> out;
    out.reserve(values.size());
    std::copy_if(values.begin(), values.end(), std::back_inserter(out),
                 [](float v) { return std::isfinite(v); });
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

std::vector<float> labelValues(const GraphSet& set, const std::string& label,
                               std::optional<std::span<const std::size_t>> graphs) {
    std::vector<float> values;
    const auto keep = [&](float v) { values.push_back(v); };
    if (graphs) {
        for (const std::size_t g : *graphs)
            forEachLabel(set, label, g, keep);
    } else {
        for (std::size_t g = 0; g < set.graphCount(); ++g)
            forEachLabel(set, label, g, keep);
    }
    return values;
}

LabelStatistics statisticsOf(std::span<const float> values, std::size_t bins,
                             std::optional<std::pair<double, double>> range) {
    LabelStatistics s;
    double sum = 0;
    for (const float v : values) {
        if (!std::isfinite(v))
            continue;
        const double value = v;
        s.minimum = s.count == 0 ? value : std::min(s.minimum, value);
        s.maximum = s.count == 0 ? value : std::max(s.maximum, value);
        sum += value;
        ++s.count;
    }
    if (s.count == 0)
        return s;
    const auto count = static_cast<double>(s.count);
    s.mean = sum / count;
    s.histogram.assign(bins, 0);
    const double low = range ? range->first : s.minimum;
    const double high = range ? range->second : s.maximum;
    const double width = high > low ? high - low : 1.0;
    double squares = 0;
    for (const float v : values) {
        if (!std::isfinite(v))
            continue;
        const double value = v;
        squares += (value - s.mean) * (value - s.mean);
        if (bins == 0)
            continue;
        const double place = std::clamp((value - low) / width, 0.0, 1.0);
        ++s.histogram[std::min(bins - 1,
                               static_cast<std::size_t>(place * static_cast<double>(bins)))];
    }
    s.deviation = std::sqrt(squares / count);
    return s;
}

std::map<std::int32_t, LabelStatistics>
statisticsByTopology(const GraphSet& set, const std::string& label, std::size_t bins) {
    std::map<std::int32_t, std::vector<float>> values;
    for (std::size_t g = 0; g < set.graphCount(); ++g) {
        auto& list = values[set.topology[g]];
        forEachLabel(set, label, g, [&](float v) { list.push_back(v); });
    }
    const LabelStatistics all = statisticsOf(labelValues(set, label), 0);
    std::map<std::int32_t, LabelStatistics> out;
    for (const auto& [topology, list] : values)
        out[topology] = statisticsOf(list, bins, std::pair(all.minimum, all.maximum));
    return out;
}

std::optional<Shift> shiftBetween(std::span<const float> first, std::span<const float> second) {
    const auto a = sortedFinite(first);
    const auto b = sortedFinite(second);
    if (a.empty() || b.empty())
        return {};
    const auto na = static_cast<double>(a.size());
    const auto nb = static_cast<double>(b.size());
    Shift shift;
    // Both distribution functions are stairs; between two neighbouring values they are constant.
    std::size_t i = 0;
    std::size_t j = 0;
    double at = std::min(a.front(), b.front());
    while (i < a.size() || j < b.size()) {
        const double next = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
        const double gap = std::fabs(static_cast<double>(i) / na - static_cast<double>(j) / nb);
        shift.wasserstein += gap * (next - at);
        at = next;
        while (i < a.size() && static_cast<double>(a[i]) == next)
            ++i;
        while (j < b.size() && static_cast<double>(b[j]) == next)
            ++j;
        shift.ks = std::max(shift.ks,
                            std::fabs(static_cast<double>(i) / na - static_cast<double>(j) / nb));
    }
    const double deviation = statisticsOf(a, 0).deviation;
    shift.relative = deviation > 0 ? shift.wasserstein / deviation : 0;
    shift.ksCritical = 1.358 * std::sqrt((na + nb) / (na * nb));
    return shift;
}

std::vector<std::size_t> graphsWithin(const GraphSet& set, double low, double high,
                                      const std::string& label) {
    std::vector<std::size_t> graphs;
    for (std::size_t g = 0; g < set.graphCount(); ++g) {
        bool inside = false;
        forEachLabel(set, label, g, [&](float v) {
            const double value = v;
            inside = inside || (value >= low && value <= high);
        });
        if (inside)
            graphs.push_back(g);
    }
    return graphs;
}

std::string topologyName(std::int32_t topology) {
    switch (topology) {
    case 0:
        return "one circuit";
    case 201:
        return "parallel";
    case 202:
        return "series";
    case 203:
        return "divider";
    case 204:
        return "bridge";
    case 301:
        return "op-amp";
    case 302:
        return "op-amp, biased PMOS";
    default:
        break;
    }
    if (topology > 0 && topology < 200)
        return std::to_string(topology) + (topology == 1 ? " branch" : " branches");
    return "class " + std::to_string(topology);
}

} // namespace ohm::dataset
