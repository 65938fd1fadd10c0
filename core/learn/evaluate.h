// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/engine.h"

#include <map>
#include <vector>

namespace ohm::learn {

struct EvaluationOptions {
    std::vector<int> ks{100};
    std::size_t perBatch = 0; ///< graphs per batch of the authors' variant of Acc@K, 0 = without
    /// Predictions of the whole set in its order, if they are known: the network is not run again.
    std::vector<float> predicted;
};

/// How good a model is on a labelled set. A plain value.
struct Evaluation {
    RegressionMetrics all;
    std::map<std::int32_t, RegressionMetrics> byTopology; ///< range of Acc@K: the whole set's
    /// By the label's place within its graph, where all graphs have as many labels (nets of one
    /// circuit, in its order); else empty.
    std::vector<RegressionMetrics> byPosition;
    std::map<int, double> accPerBatch; ///< mean over batches, strict <, range per batch
    std::vector<float> predicted, truth;
    std::vector<std::size_t> graphOf; ///< of every label, into the set
    double seconds = 0;               ///< of predicting alone
};

/// Predicts a raw set and measures. Errors: LEARN-010 no such labels, LEARN-012 stopped, NN-*.
/// Thread: any; the model serves one caller at a time.
Expected<Evaluation> evaluate(Model& model, const dataset::GraphSet& set,
                              const EvaluationOptions& options = {}, StopToken stop = {},
                              ProgressSink& progress = noProgress());

/// Labels of a raw set, in the label's unit, in the order of predictions: output nodes graph by
/// graph, or the graph label `target`. Errors: LEARN-010 no such label.
Expected<std::vector<float>> targetsOf(const dataset::GraphSet& set, const std::string& target);

} // namespace ohm::learn
