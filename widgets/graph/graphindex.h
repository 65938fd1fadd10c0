// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include <cstdint>
#include <span>
#include <vector>

namespace ohm::widgets {

/// Finds nodes and edges of a drawing by place: nodes in a uniform grid, edges by their midpoint in
/// the grid of their length's class, so that a long edge across an area is found as well as the
/// short ones inside. Built in linear time. Thread: immutable after build().
class GraphIndex {
public:
    /// The arrays must outlive the index. Positions must be finite.
    void build(std::span<const float> x, std::span<const float> y,
               std::span<const std::uint32_t> edges);

    QRectF bounds() const { return m_bounds; } ///< of all node centres
    std::size_t nodeCount() const { return m_x.size(); }
    std::size_t edgeCount() const { return m_edges.size() / 2; }

    /// Calls visit(node) for every node in `area` and some around it.
    template <typename Visit>
    void visitNodes(const QRectF& area, Visit&& visit) const {
        m_nodes.visit(area, 0, visit);
    }
    /// Calls visit(edge) for every edge whose box meets `area`, and some around it; an edge's
    /// number is that of its pair.
    template <typename Visit>
    void visitEdges(const QRectF& area, Visit&& visit) const {
        for (const Grid& grid : m_levels)
            grid.visit(area, grid.cell / 2, visit);
    }
    /// About how many nodes and edges lie in the area (whole cells are counted).
    std::size_t countNodes(const QRectF& area) const;
    std::size_t countEdges(const QRectF& area) const;

private:
    struct Grid {
        double left = 0, top = 0;
        double cell = 1;
        int columns = 0, rows = 0;
        std::vector<std::uint32_t> starts; ///< columns * rows + 1
        std::vector<std::uint32_t> items;

        void shape(const QRectF& bounds, double size);
        std::size_t cellOf(double px, double py) const;
        struct Range {
            int fromColumn, toColumn, fromRow, toRow;
        };
        Range cells(const QRectF& area, double margin) const;
        std::size_t count(const QRectF& area, double margin) const;

        template <typename Visit>
        void visit(const QRectF& area, double margin, Visit&& visit) const {
            if (items.empty())
                return;
            const Range r = cells(area, margin);
            for (int row = r.fromRow; row <= r.toRow; ++row) {
                const std::size_t line =
                    static_cast<std::size_t>(row) * static_cast<std::size_t>(columns);
                const std::uint32_t begin = starts[line + static_cast<std::size_t>(r.fromColumn)];
                const std::uint32_t end = starts[line + static_cast<std::size_t>(r.toColumn) + 1];
                for (std::uint32_t i = begin; i < end; ++i)
                    visit(items[i]);
            }
        }
    };

    std::span<const float> m_x, m_y;
    std::span<const std::uint32_t> m_edges;
    QRectF m_bounds;
    Grid m_nodes;
    std::vector<Grid> m_levels;
};

} // namespace ohm::widgets
