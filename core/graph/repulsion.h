// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/graph/layout.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::graph {

/// Repulsion of point masses in the plane, sum of m_j (x_i - x_j) / (|x_i - x_j|^2 + e), by a
/// Barnes-Hut quadtree. All points of a leaf share one list of far cells and near points, which
/// makes the inner loop plain arithmetic. Keeps its buffers between calls. Thread: owner only;
/// works on several threads inside, with the same result for any number of them.
class Repulsion {
public:
    /// `theta`: cell size over distance below which a cell counts as one mass.
    explicit Repulsion(float theta, unsigned threads)
        : m_theta(theta)
        , m_threads(threads) {}

    /// Writes the force on each point; `softening` is e, in squared units of the positions.
    /// Returns early (with unusable forces) when stop was requested.
    void compute(std::span<const Point> positions, std::span<const float> masses, float softening,
                 std::span<Point> forces, const StopToken& stop);

private:
    struct Cell {
        float x = 0, y = 0, mass = 0; ///< centre of mass
        float size = 0;               ///< longer side of the points' box
        float midX = 0, midY = 0;     ///< middle of the box
        std::uint32_t begin = 0, end = 0;
        std::uint32_t next = 0; ///< cell after this one's subtree (cells lie in preorder)
        bool leaf = false;
    };
    void sortPoints(std::span<const Point> positions);
    void build(std::uint32_t begin, std::uint32_t end, int shift);
    void leafForces(const Cell& leaf, float softening, std::span<Point> forces,
                    std::vector<float>& list) const;

    float m_theta;
    unsigned m_threads;
    std::vector<std::uint64_t> m_keys, m_scratch; ///< Morton code << 32 | point
    std::vector<float> m_x, m_y, m_mass;          ///< in Morton order
    std::vector<Cell> m_cells;
    std::vector<std::uint32_t> m_leaves;
};

} // namespace ohm::graph
