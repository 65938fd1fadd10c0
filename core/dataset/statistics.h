// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ohm::dataset {

/// The values of a label, graph after graph: the voltages of all labelled nets (`label` empty) or
/// the graph label of that name (one per graph; nothing if there is none). `graphs` restricts it to
/// some graphs. Thread: any, as everything here.
std::vector<float> labelValues(const GraphSet& set, const std::string& label = {},
                               std::optional<std::span<const std::size_t>> graphs = {});

/// Moments of the finite values and a histogram of equal bins over `range` (least to greatest value
/// if none is given; values outside count in the outermost bins). Moments are taken about the mean:
/// nothing cancels for pF or a narrow spread about 1.2 V.
LabelStatistics statisticsOf(std::span<const float> values, std::size_t bins = 40,
                             std::optional<std::pair<double, double>> range = {});

/// The same for each topology class, all over the range of the whole set, so that their histograms
/// can be laid over one another.
std::map<std::int32_t, LabelStatistics>
statisticsByTopology(const GraphSet& set, const std::string& label = {}, std::size_t bins = 40);

/// How far two samples of a label lie apart, e.g. training from test.
struct Shift {
    double wasserstein = 0; ///< mean distance that mass must move (Wasserstein-1), label's unit
    double relative = 0;    ///< the same over the deviation of the first sample
    double ks = 0;          ///< greatest distance of the distribution functions, 0..1
    double ksCritical = 0;  ///< ks above it is not chance at the 5 % level (Smirnov, both large)
};
/// Nothing if one of them has no finite value.
std::optional<Shift> shiftBetween(std::span<const float> first, std::span<const float> second);

/// Graphs with a label in [low, high], in order: what a bar of the histogram is made of. The
/// greatest value of the set belongs to the last bar, so take its upper edge as it is.
std::vector<std::size_t> graphsWithin(const GraphSet& set, double low, double high,
                                      const std::string& label = {});

/// A name for a topology class: "10 branches", "bridge", "op-amp", ... or "class 7".
std::string topologyName(std::int32_t topology);

} // namespace ohm::dataset
