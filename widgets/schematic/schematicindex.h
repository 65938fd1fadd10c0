// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineF>
#include <QRectF>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace ohm::widgets {

/// Finds things near a point or in a rectangle: a uniform grid whose cell suits the drawing.
/// Thread: owner only while filling, any for queries afterwards.
class SchematicIndex {
public:
    /// `extent` of the drawing decides the cell size, so that no item fills too many cells.
    explicit SchematicIndex(const QRectF& extent = {});
    void insert(std::uint32_t item, const QRectF& box);
    void insert(std::uint32_t item, const QLineF& line);
    /// Items whose cells meet the rectangle, each once, ascending.
    std::vector<std::uint32_t> query(const QRectF& area) const;

private:
    using Cell = std::pair<std::int32_t, std::int32_t>;
    std::int32_t cell(double coordinate) const;
    void put(std::uint32_t item, std::int32_t x, std::int32_t y);

    std::vector<std::uint32_t> m_large; ///< items over very many cells: part of every answer
    double m_cell = 100;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> m_cells;
    std::int32_t m_minX = 0, m_minY = 0, m_maxX = -1, m_maxY = -1; ///< filled cells
};

} // namespace ohm::widgets
