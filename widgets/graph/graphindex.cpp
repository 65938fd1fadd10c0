// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphindex.h"

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

namespace {

constexpr double kNodesPerCell = 3;
constexpr int kMostCells = 1 << 11; ///< per side

} // namespace

void GraphIndex::Grid::shape(const QRectF& bounds, double size) {
    left = bounds.left();
    top = bounds.top();
    cell = std::max({size, bounds.width() / kMostCells, bounds.height() / kMostCells, 1e-6});
    columns = static_cast<int>(bounds.width() / cell) + 1;
    rows = static_cast<int>(bounds.height() / cell) + 1;
    starts.assign(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) + 1, 0);
    items.clear();
}

std::size_t GraphIndex::Grid::cellOf(double px, double py) const {
    const int column = std::clamp(static_cast<int>((px - left) / cell), 0, columns - 1);
    const int row = std::clamp(static_cast<int>((py - top) / cell), 0, rows - 1);
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(column);
}

GraphIndex::Grid::Range GraphIndex::Grid::cells(const QRectF& area, double margin) const {
    const auto index = [this](double offset, int count) {
        return static_cast<int>(std::clamp(std::floor(offset / cell), -1.0, double(count)));
    };
    Range r{index(area.left() - margin - left, columns),
            index(area.right() + margin - left, columns), index(area.top() - margin - top, rows),
            index(area.bottom() + margin - top, rows)};
    r.fromColumn = std::max(r.fromColumn, 0);
    r.fromRow = std::max(r.fromRow, 0);
    r.toColumn = std::min(r.toColumn, columns - 1);
    r.toRow = std::min(r.toRow, rows - 1);
    if (r.fromColumn > r.toColumn) // entirely beside: no row
        r.toRow = r.fromRow - 1;
    return r;
}

std::size_t GraphIndex::Grid::count(const QRectF& area, double margin) const {
    if (items.empty())
        return 0;
    const Range r = cells(area, margin);
    std::size_t sum = 0;
    for (int row = r.fromRow; row <= r.toRow; ++row) {
        const std::size_t line = static_cast<std::size_t>(row) * static_cast<std::size_t>(columns);
        sum += starts[line + static_cast<std::size_t>(r.toColumn) + 1] -
               starts[line + static_cast<std::size_t>(r.fromColumn)];
    }
    return sum;
}

void GraphIndex::build(std::span<const float> x, std::span<const float> y,
                       std::span<const std::uint32_t> edges) {
    m_x = x;
    m_y = y;
    m_edges = edges;
    m_levels.clear();
    m_bounds = QRectF();
    m_nodes = Grid();
    const std::size_t n = x.size();
    if (n == 0)
        return;
    const auto [minX, maxX] = std::minmax_element(x.begin(), x.end());
    const auto [minY, maxY] = std::minmax_element(y.begin(), y.end());
    m_bounds = QRectF(QPointF(*minX, *minY), QPointF(*maxX, *maxY));

    const double longer = std::max(m_bounds.width(), m_bounds.height());
    const double area = std::max(m_bounds.width() * m_bounds.height(), longer * longer / 1e4);
    const double size = std::sqrt(area * kNodesPerCell / static_cast<double>(n));
    std::vector<std::uint32_t> cellOfItem(n);
    m_nodes.shape(m_bounds, size);
    for (std::size_t i = 0; i < n; ++i) {
        cellOfItem[i] = static_cast<std::uint32_t>(m_nodes.cellOf(x[i], y[i]));
        ++m_nodes.starts[cellOfItem[i] + 1];
    }
    for (std::size_t c = 1; c < m_nodes.starts.size(); ++c)
        m_nodes.starts[c] += m_nodes.starts[c - 1];
    std::vector<std::uint32_t> fill(m_nodes.starts.begin(), m_nodes.starts.end() - 1);
    m_nodes.items.resize(n);
    for (std::size_t i = 0; i < n; ++i)
        m_nodes.items[fill[cellOfItem[i]]++] = static_cast<std::uint32_t>(i);

    const std::size_t edgeTotal = edges.size() / 2;
    const double base = m_nodes.cell;
    const int levels =
        1 + std::max(0, static_cast<int>(std::ceil(std::log2(std::max(longer / base, 1.0)))));
    m_levels.resize(static_cast<std::size_t>(levels));
    for (int l = 0; l < levels; ++l)
        m_levels[static_cast<std::size_t>(l)].shape(m_bounds, std::ldexp(base, l));
    std::vector<std::uint8_t> levelOf(edgeTotal);
    cellOfItem.resize(edgeTotal);
    for (std::size_t e = 0; e < edgeTotal; ++e) {
        const std::uint32_t u = edges[2 * e];
        const std::uint32_t v = edges[2 * e + 1];
        const double length = std::max(std::abs(x[u] - x[v]), std::abs(y[u] - y[v]));
        int level = 0;
        while (level + 1 < levels && length > m_levels[static_cast<std::size_t>(level)].cell)
            ++level;
        levelOf[e] = static_cast<std::uint8_t>(level);
        Grid& grid = m_levels[static_cast<std::size_t>(level)];
        cellOfItem[e] =
            static_cast<std::uint32_t>(grid.cellOf((x[u] + x[v]) / 2.0, (y[u] + y[v]) / 2.0));
        ++grid.starts[cellOfItem[e] + 1];
    }
    std::vector<std::vector<std::uint32_t>> fills(m_levels.size());
    for (std::size_t l = 0; l < m_levels.size(); ++l) {
        Grid& grid = m_levels[l];
        for (std::size_t c = 1; c < grid.starts.size(); ++c)
            grid.starts[c] += grid.starts[c - 1];
        fills[l].assign(grid.starts.begin(), grid.starts.end() - 1);
        grid.items.resize(grid.starts.back());
    }
    for (std::size_t e = 0; e < edgeTotal; ++e)
        m_levels[levelOf[e]].items[fills[levelOf[e]][cellOfItem[e]]++] =
            static_cast<std::uint32_t>(e);
}

std::size_t GraphIndex::countNodes(const QRectF& area) const {
    return m_nodes.count(area, 0);
}

std::size_t GraphIndex::countEdges(const QRectF& area) const {
    std::size_t sum = 0;
    for (const Grid& grid : m_levels)
        sum += grid.count(area, grid.cell / 2);
    return sum;
}

} // namespace ohm::widgets
