// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/nn/graphbatch.h"
#include "core/optimize/problem.h"

#include <utility>
#include <vector>

namespace ohm::optimize {

/// A design as a network takes it: its values, or the node features of the project's
/// `sizing.graph` circuit with these values. Thread: any for const access.
class Encoder {
public:
    /// The values of the variables, logarithms where their grid is.
    static Encoder values(const Problem& problem);
    /// Errors: OPT-022 the project names no circuit or its structure changes, NET-*.
    static Expected<Encoder> graph(const Problem& problem);

    /// [variables], or raw (not normalised) node features [nodes * width]. Errors: NET-*.
    Expected<std::vector<float>> encode(const Design& design) const;
    /// One design's graph, outputs marked; empty for values.
    const nn::GraphBatch& topology() const { return m_topology; }

private:
    Expected<void> build(const Design& design, nn::GraphBatch* batch, std::vector<float>& x) const;

    Problem m_problem;
    bool m_graph = false, m_direct = true;
    nn::GraphBatch m_topology;
    std::vector<float> m_base;
    std::vector<std::pair<std::size_t, std::size_t>> m_places; ///< entry of x, variable
};

} // namespace ohm::optimize
