// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/distribution.h"

#include "core/dataset/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ohm::dataset {
namespace {

constexpr double kFurthest = 4; ///< deviations of a kernel that count

std::vector<float> sortedFinite(std::span<const float> values) {
    std::vector<float> out;
    out.reserve(values.size());
    std::copy_if(values.begin(), values.end(), std::back_inserter(out),
                 [](float v) { return std::isfinite(v); });
    std::sort(out.begin(), out.end());
    return out;
}

double quantile(const std::vector<float>& sorted, double share) {
    return static_cast<double>(
        sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))]);
}

} // namespace

Expected<std::vector<LabelSample>> labelSamples(const GraphSet& set, const std::string& name,
                                                const std::string& label, DivideBy by) {
    std::vector<LabelSample> out;
    const auto add = [&](const std::string& part, const std::vector<std::size_t>* graphs) {
        LabelSample sample;
        sample.name = part.empty() ? name : name + ", " + part;
        sample.values = graphs ? labelValues(set, label, std::span<const std::size_t>(*graphs))
                               : labelValues(set, label);
        if (!sample.values.empty())
            out.push_back(std::move(sample));
    };
    if (by == DivideBy::Nothing) {
        add({}, nullptr);
    } else if (by == DivideBy::Classes) {
        std::map<std::int32_t, std::vector<std::size_t>> classes;
        for (std::size_t g = 0; g < set.graphCount(); ++g)
            classes[set.topology[g]].push_back(g);
        for (const auto& [topology, graphs] : classes)
            add(topologyName(topology), &graphs);
    } else {
        SplitSpec spec;
        spec.by = by == DivideBy::Topology ? SplitSpec::By::Topology : SplitSpec::By::Seed;
        spec.validationShare = spec.testShare = 0.1;
        spec.seed = kTrainingSplitSeed;
        const auto split = splitSet(set, spec);
        if (!split)
            return split.failure();
        add("training", &split->training);
        add("validation", &split->validation);
        add("test", &split->test);
    }
    if (out.empty()) {
        std::string names = "voltage";
        for (const std::string& one : set.graphLabelNames)
            names += ", " + one;
        return fail("DATA-040", "The set has no label of this name",
                    (label.empty() ? std::string("voltage") : label) + " of " + names, name,
                    "Name one of its labels");
    }
    return out;
}

std::pair<double, double> rangeOf(const std::vector<LabelSample>& samples) {
    double low = INFINITY;
    double high = -INFINITY;
    for (const LabelSample& sample : samples) {
        for (const float v : sample.values) {
            if (!std::isfinite(v))
                continue;
            low = std::min(low, static_cast<double>(v));
            high = std::max(high, static_cast<double>(v));
        }
    }
    return low <= high ? std::pair(low, high) : std::pair(0.0, 0.0);
}

Curve densityOf(std::span<const float> values, double low, double high, std::size_t points) {
    Curve curve;
    const std::vector<float> sorted = sortedFinite(values);
    if (sorted.empty() || points < 2)
        return curve;
    if (!(high > low)) {
        const double room = std::max(1e-12, std::fabs(low) * 0.01);
        low -= room;
        high += room;
    }
    const double step = (high - low) / static_cast<double>(points - 1);
    const auto count = static_cast<double>(sorted.size());
    const double deviation = statisticsOf(sorted, 0).deviation;
    const double middle = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
    const double spread = middle > 0 ? std::min(deviation, middle) : deviation;
    const double width = std::max(step, 0.9 * spread * std::pow(count, -0.2));
    // Each value is shared between its two places of the grid, then the grid is smoothed: exact to
    // a part of a step, whatever the number of values.
    std::vector<double> mass(points, 0);
    for (const float v : sorted) {
        const double at =
            std::clamp((static_cast<double>(v) - low) / step, 0.0, static_cast<double>(points - 1));
        const auto i = std::min(points - 2, static_cast<std::size_t>(at));
        mass[i + 1] += at - static_cast<double>(i);
        mass[i] += 1 - (at - static_cast<double>(i));
    }
    const auto reach = static_cast<std::size_t>(std::ceil(kFurthest * width / step));
    std::vector<double> kernel(reach + 1);
    for (std::size_t k = 0; k <= reach; ++k) {
        const double z = static_cast<double>(k) * step / width;
        kernel[k] = std::exp(-z * z / 2) / (width * std::sqrt(2 * std::numbers::pi) * count);
    }
    curve.places.resize(points);
    curve.heights.assign(points, 0);
    for (std::size_t i = 0; i < points; ++i) {
        curve.places[i] = low + step * static_cast<double>(i);
        const std::size_t first = i > reach ? i - reach : 0;
        const std::size_t last = std::min(points - 1, i + reach);
        for (std::size_t k = first; k <= last; ++k)
            curve.heights[i] += mass[k] * kernel[k > i ? k - i : i - k];
    }
    return curve;
}

Curve cumulativeOf(std::span<const float> values, std::size_t points) {
    Curve curve;
    const std::vector<float> sorted = sortedFinite(values);
    if (sorted.empty())
        return curve;
    const auto count = static_cast<double>(sorted.size());
    const std::size_t steps = std::min(sorted.size(), std::max<std::size_t>(2, points));
    curve.places.push_back(static_cast<double>(sorted.front()));
    curve.heights.push_back(0);
    for (std::size_t s = 0; s < steps; ++s) {
        const std::size_t i = (s + 1) * sorted.size() / steps - 1;
        if (steps == sorted.size()) { // up the stair at its place
            curve.places.push_back(static_cast<double>(sorted[i]));
            curve.heights.push_back(curve.heights.back());
        }
        curve.places.push_back(static_cast<double>(sorted[i]));
        curve.heights.push_back(static_cast<double>(i + 1) / count);
    }
    return curve;
}

} // namespace ohm::dataset
