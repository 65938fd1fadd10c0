// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematicindex.h"

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

constexpr double kLeastCell = 100; // about two symbols
constexpr double kCellsAcross = 256;
constexpr double kMostCells = 1024;

std::uint64_t keyOf(std::int32_t x, std::int32_t y) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(x)) << 32 |
           static_cast<std::uint32_t>(y);
}

} // namespace

SchematicIndex::SchematicIndex(const QRectF& extent)
    : m_cell(std::max(kLeastCell, std::max(extent.width(), extent.height()) / kCellsAcross)) {}

std::int32_t SchematicIndex::cell(double coordinate) const {
    return static_cast<std::int32_t>(std::clamp(std::floor(coordinate / m_cell), -1e9, 1e9));
}

void SchematicIndex::put(std::uint32_t item, std::int32_t x, std::int32_t y) {
    const bool first = m_cells.empty();
    std::vector<std::uint32_t>& items = m_cells[keyOf(x, y)];
    if (items.empty() || items.back() != item)
        items.push_back(item);
    m_minX = first ? x : std::min(m_minX, x);
    m_minY = first ? y : std::min(m_minY, y);
    m_maxX = first ? x : std::max(m_maxX, x);
    m_maxY = first ? y : std::max(m_maxY, y);
}

void SchematicIndex::insert(std::uint32_t item, const QRectF& box) {
    const double columns = 1.0 * cell(box.right()) - cell(box.left()) + 1;
    const double rows = 1.0 * cell(box.bottom()) - cell(box.top()) + 1;
    if (columns * rows > kMostCells) {
        m_large.push_back(item);
        return;
    }
    for (std::int32_t x = cell(box.left()); x <= cell(box.right()); ++x)
        for (std::int32_t y = cell(box.top()); y <= cell(box.bottom()); ++y)
            put(item, x, y);
}

void SchematicIndex::insert(std::uint32_t item, const QLineF& line) {
    const QLineF l = line.x1() <= line.x2() ? line : QLineF(line.p2(), line.p1());
    const std::int32_t last = cell(l.x2());
    for (std::int32_t x = cell(l.x1()); x <= last; ++x) {
        // The part of the line inside this column of cells.
        const double from = std::max(l.x1(), x * m_cell);
        const double to = std::min(l.x2(), (x + 1) * m_cell);
        const auto at = [&](double px) {
            return l.dx() == 0 ? l.y1() : l.y1() + (px - l.x1()) / l.dx() * l.dy();
        };
        const double a = l.dx() == 0 ? l.y1() : at(from);
        const double b = l.dx() == 0 ? l.y2() : at(to);
        for (std::int32_t y = cell(std::min(a, b)); y <= cell(std::max(a, b)); ++y)
            put(item, x, y);
    }
}

std::vector<std::uint32_t> SchematicIndex::query(const QRectF& area) const {
    std::vector<std::uint32_t> found = m_large;
    const std::int32_t x0 = std::max(m_minX, cell(area.left()));
    const std::int32_t x1 = std::min(m_maxX, cell(area.right()));
    const std::int32_t y0 = std::max(m_minY, cell(area.top()));
    const std::int32_t y1 = std::min(m_maxY, cell(area.bottom()));
    for (std::int32_t x = x0; x <= x1; ++x) {
        for (std::int32_t y = y0; y <= y1; ++y) {
            const auto it = m_cells.find(keyOf(x, y));
            if (it != m_cells.end())
                found.insert(found.end(), it->second.begin(), it->second.end());
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

} // namespace ohm::widgets
