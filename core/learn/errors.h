// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/engine.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ohm::learn {

/// A part of a set, divided as the network's own training divided its data.
enum class Part { All, Training, Validation, Test };

/// Graphs of a part. The shares and the way of splitting come from the recipe in the checkpoint (of
/// the defaults without one), so that for the training's own data the parts are those it used.
/// Errors: LEARN-070 the part is empty, DATA-020. Thread: any.
Expected<std::vector<std::size_t>> graphsOf(const dataset::GraphSet& set,
                                            const Checkpoint& checkpoint, Part part);

/// Every label of a set beside its prediction, with what is known about it. Columns of `count`
/// entries. A plain value.
struct ErrorReport {
    std::size_t count = 0;
    std::string target;                  ///< "voltages" or the graph label
    double range = 0;                    ///< of the true values: the band of Acc@K is range / K
    std::vector<float> truth, predicted; ///< in the label's unit
    std::vector<std::int32_t> graph;     ///< of the set
    std::vector<std::int32_t> node;      ///< within its graph; -1 for a graph's label
    std::vector<std::int32_t> topology;  ///< of its graph
    std::vector<float> distance;         ///< of its graph to the training set, in units of what
                                         ///< training circuits stay within; NaN if not known
    std::vector<std::int32_t> kind;      ///< into kindNames: the node and its number of terminals
    std::vector<std::int32_t> devices;   ///< into deviceNames: what the net is tied to
    std::vector<std::string> kindNames, deviceNames;
    double seconds = 0; ///< of predicting

    /// Predicted minus true. NaN where the network gave no number.
    double error(std::size_t i) const {
        return static_cast<double>(predicted[i]) - static_cast<double>(truth[i]);
    }
    double band(int k) const { return range / k; }
};

/// Predicts the labels of `graphs` (all if empty) and collects. Errors: LEARN-010 no such labels,
/// LEARN-012 stopped, NN-*. Thread: any; the model serves one caller at a time.
Expected<ErrorReport> inspectErrors(Model& model, const dataset::GraphSet& set,
                                    std::vector<std::size_t> graphs = {}, StopToken stop = {},
                                    ProgressSink& progress = noProgress());

/// Indices of the labels with the greatest |error|, those without a number first.
std::vector<std::size_t> worstErrors(const ErrorReport& report, std::size_t most);

/// What labels are put together by.
enum class ErrorBy { Devices, Kind, Topology, Distance };

/// The labels that share something. A plain value.
struct ErrorGroup {
    std::string name;
    std::vector<std::size_t> labels; ///< indices into the report
    double mae = 0;                  ///< NaN if one of them has no number
    double bias = 0;                 ///< mean of predicted minus true
    double worst = 0;                ///< greatest |error|
    double within = 0;               ///< share inside the band of Acc@K
};
/// Groups with at least one label. By distance they come in order of the distance (up to a quarter,
/// half, the whole and twice of what training circuits stay within, beyond, unknown); else the
/// greatest mean error first.
std::vector<ErrorGroup> groupErrors(const ErrorReport& report, ErrorBy by, int k);

/// One line for each label: graph, node, kind, devices, topology, distance, label, predicted,
/// error.
std::string toCsv(const ErrorReport& report);

} // namespace ohm::learn
