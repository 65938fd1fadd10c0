// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/graphset.h"

#include <cstdint>
#include <map>
#include <vector>

namespace ohm::learn {

/// What a training saw: by it a circuit is judged as familiar or not. Kept in the checkpoint. A
/// plain value.
struct Seen {
    /// Least and greatest raw value of each property, by the node's type code (as in
    /// dataset::Normalization).
    std::size_t properties = 0;
    std::map<std::uint64_t, std::vector<std::pair<float, float>>> byCode;
    /// Embeddings of training graphs (mean over nodes): mean and deviation per channel, [hidden].
    std::vector<float> embeddingMean, embeddingDeviation;
    /// The distance that 99 of 100 held-out training circuits stay within.
    double distanceScale = 0;

    /// Measures ranges on the training split. The width of the resistive features is 9.
    static Seen measureRanges(const dataset::GraphSet& training);
    /// Of an embedding [hidden], in units of distanceScale: Euclidean after standardising.
    double distance(const std::vector<float>& embedding) const;
    /// Sets mean, deviation and scale from embeddings [graphs, hidden] of training graphs and of
    /// held-out ones (the training graphs again if there are none).
    void measureEmbeddings(const std::vector<float>& training, const std::vector<float>& held,
                           std::size_t hidden);
};

} // namespace ohm::learn
