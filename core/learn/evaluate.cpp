// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace ohm::learn {
namespace {

constexpr std::size_t kBatch = 256;

/// Labels of each graph: how many outputs it has, or one of a graph label.
std::vector<std::size_t> labelCounts(const dataset::GraphSet& set, bool nodes) {
    std::vector<std::size_t> counts(set.graphCount(), 1);
    if (!nodes)
        return counts;
    for (std::size_t g = 0; g < counts.size(); ++g) {
        counts[g] = static_cast<std::size_t>(std::count(set.outputMask.begin() + set.nodePtr[g],
                                                        set.outputMask.begin() + set.nodePtr[g + 1],
                                                        std::uint8_t{1}));
    }
    return counts;
}

} // namespace

Expected<std::vector<float>> targetsOf(const dataset::GraphSet& set, const std::string& target) {
    std::vector<float> out;
    if (target == "voltages") {
        for (std::size_t i = 0; i < set.y.size(); ++i) {
            if (set.outputMask[i])
                out.push_back(set.y[i]);
        }
        return out;
    }
    const auto found = std::find(set.graphLabelNames.begin(), set.graphLabelNames.end(), target);
    if (found == set.graphLabelNames.end())
        return fail("LEARN-010", "The data has no label of this name", {}, target);
    const auto column = static_cast<std::size_t>(found - set.graphLabelNames.begin());
    for (std::size_t g = 0; g < set.graphCount(); ++g)
        out.push_back(set.graphLabels[g * set.graphLabelNames.size() + column]);
    return out;
}

Expected<Evaluation> evaluate(Model& model, const dataset::GraphSet& set,
                              const EvaluationOptions& options, StopToken stop,
                              ProgressSink& progress) {
    const std::string& target = model.checkpoint().target;
    auto truth = targetsOf(set, target);
    if (!truth)
        return truth.failure();
    if (truth->empty())
        return fail("LEARN-010", "The data has no labels");
    Evaluation out;
    out.truth = std::move(*truth);
    const auto start = std::chrono::steady_clock::now();
    const bool known = !options.predicted.empty();
    out.predicted = options.predicted;
    for (std::size_t begin = 0; !known && begin < set.graphCount(); begin += kBatch) {
        if (stop.shouldStop())
            return fail("LEARN-012", "The evaluation was stopped");
        std::vector<std::size_t> graphs(std::min(kBatch, set.graphCount() - begin));
        std::iota(graphs.begin(), graphs.end(), begin);
        const auto part = model.predict(nn::makeBatch(set, graphs, target));
        if (!part)
            return part.failure();
        out.predicted.insert(out.predicted.end(), part->begin(), part->end());
        progress.report(static_cast<double>(begin + graphs.size()) /
                            static_cast<double>(set.graphCount()),
                        "predicting");
    }
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (out.predicted.size() != out.truth.size())
        return fail("LEARN-010", "The network predicts another number of values than there are");

    out.all = regressionMetrics(out.predicted, out.truth, options.ks);
    const auto [low, high] = std::minmax_element(out.truth.begin(), out.truth.end());
    const double range = static_cast<double>(*high) - *low;
    const auto counts = labelCounts(set, target == "voltages");
    for (std::size_t g = 0; g < counts.size(); ++g)
        out.graphOf.insert(out.graphOf.end(), counts[g], g);

    struct Pairs {
        std::vector<float> predicted, truth;
    };
    std::map<std::int32_t, Pairs> classes;
    const bool sameCount = !counts.empty() && counts.front() > 1 && counts.front() <= 64 &&
                           std::all_of(counts.begin(), counts.end(),
                                       [&](std::size_t n) { return n == counts.front(); });
    std::vector<Pairs> places(sameCount ? counts.front() : 0);
    std::size_t at = 0;
    for (std::size_t g = 0; g < counts.size(); ++g) {
        Pairs& pairs = classes[set.topology[g]];
        for (std::size_t i = 0; i < counts[g]; ++i, ++at) {
            pairs.predicted.push_back(out.predicted[at]);
            pairs.truth.push_back(out.truth[at]);
            if (sameCount) {
                places[i].predicted.push_back(out.predicted[at]);
                places[i].truth.push_back(out.truth[at]);
            }
        }
    }
    for (const auto& [topology, pairs] : classes)
        out.byTopology[topology] =
            regressionMetrics(pairs.predicted, pairs.truth, options.ks, range);
    for (const auto& pairs : places)
        out.byPosition.push_back(
            regressionMetrics(pairs.predicted, pairs.truth, options.ks, range));

    if (options.perBatch > 0) {
        std::size_t batches = 0;
        std::size_t first = 0;
        for (std::size_t g = 0; g < counts.size(); g += options.perBatch, ++batches) {
            std::size_t last = first;
            for (std::size_t i = g; i < std::min(counts.size(), g + options.perBatch); ++i)
                last += counts[i];
            const auto [least, most] =
                std::minmax_element(out.truth.begin() + static_cast<std::ptrdiff_t>(first),
                                    out.truth.begin() + static_cast<std::ptrdiff_t>(last));
            for (const int k : options.ks) {
                const double band = (static_cast<double>(*most) - *least) / k;
                std::size_t right = 0;
                for (std::size_t i = first; i < last; ++i)
                    right += std::fabs(static_cast<double>(out.predicted[i]) - out.truth[i]) < band;
                out.accPerBatch[k] +=
                    static_cast<double>(right) / static_cast<double>(last - first);
            }
            first = last;
        }
        for (auto& [k, value] : out.accPerBatch)
            value /= static_cast<double>(batches);
    }
    return out;
}

} // namespace ohm::learn
