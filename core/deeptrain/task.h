// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/congestion/congestionset.h"
#include "core/deep/train.h"

#include <string>
#include <vector>

namespace ohm::deeptrain {

/// Features as networks take them: log(1 + x) where x > 0, then less the mean and over the standard
/// deviation of the nodes it was fitted to. A plain value.
struct Normalisation {
    std::vector<float> mean, scale; ///< [features]
    std::vector<float> apply(std::span<const float> features) const;
};

/// What is learned of a node: congestion at its GCell (horizontal and vertical joined in a way), or
/// its arrival time (congestion/timing.h), for which it is also told whether paths start at it and
/// its fan-in and fan-out.
enum class Label { Sum, Max, Horizontal, Vertical, Arrival };

/// What a network is trained on, besides how it is built.
struct TaskOptions {
    congestion::SplitOptions split;
    Label label = Label::Sum;
};

/// Whether a design has this label.
bool hasLabel(const congestion::CongestionSample& design, Label label);
/// The label of each node, NaN where there is none.
std::vector<float> labelsOf(const congestion::CongestionSample& design, Label label);
/// Features that go with a label, [nodes, features], and their names: those of the set, for
/// Arrival three more.
std::vector<float> featuresOf(const congestion::CongestionSample& design, Label label);
std::vector<std::string> featureNamesOf(const std::vector<std::string>& names, Label label);

/// One labelled design, ready for a network. A plain value.
struct TaskDesign {
    std::string name;
    deep::Incidence graph;
    std::vector<float> features;   ///< [nodes, features], normalised
    std::vector<float> labels;     ///< [nodes]; NaN where there is none
    std::vector<deep::Part> parts; ///< [nodes]
    std::vector<std::int32_t> gcell;
    congestion::GCellGrid grid;
};

/// Labelled designs divided into training, validation and test. Treat as immutable. Thread: any for
/// const access.
struct Task {
    std::vector<std::string> featureNames;
    Label label = Label::Sum;
    Normalisation normalisation; ///< fitted to the training nodes only
    std::vector<TaskDesign> designs;

    int features() const { return static_cast<int>(featureNames.size()); }
    /// Valid as long as the task is.
    std::vector<deep::Sample> samples() const;
};

/// Errors: DEEP-009 no design has labels; CONG-051 an impossible split. Thread: any.
Expected<Task> makeTask(const congestion::CongestionSet& set, const TaskOptions& options);

/// The incidence of a design as networks take it. Errors: DEEP-001.
Expected<deep::Incidence> incidenceOf(const congestion::Incidence& pins);

/// What decides memory: the greatest of every size, as training on these graphs in turn needs it.
/// Depends only on norm and method of `config`. Thread: any.
deep::GraphSize largestSize(const std::vector<TaskDesign>& designs,
                            const deep::NetworkConfig& config);

/// The same of the labelled designs of a set, before anything is divided. Errors: DEEP-001.
Expected<deep::GraphSize> largestSize(const congestion::CongestionSet& set,
                                      const deep::NetworkConfig& config, Label label = Label::Sum);

/// Mean over the nodes of each GCell, row by row from below; NaN where no node lies.
std::vector<float> cellMeans(std::span<const float> nodeValues, std::span<const std::int32_t> gcell,
                             const congestion::GCellGrid& grid);

/// Lower-case names: sum, max, horizontal, vertical, arrival; the value of a name, or DEEP-002.
std::string nameOf(Label label);
Expected<Label> labelOf(const std::string& name);

} // namespace ohm::deeptrain
