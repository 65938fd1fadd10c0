// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphlegend.h"

#include "widgets/common/palette.h"

#include <QFontMetricsF>
#include <QLocale>

#include <algorithm>
#include <utility>

namespace ohm::widgets {

namespace {

constexpr double kMargin = 10;

QString entryText(const GraphScene& scene, const GraphLegend::Entry& entry) {
    return scene.kinds[static_cast<std::size_t>(entry.kind)].name + QStringLiteral("  ") +
           QLocale().toString(static_cast<qulonglong>(entry.count));
}

} // namespace

void GraphLegend::layout(const GraphScene& scene, std::vector<Entry> entries, const QFont& font,
                         const QRectF& area) {
    m_entries = std::move(entries);
    m_rows.clear();
    m_panel = QRectF();
    m_font = font;
    const QFontMetricsF metrics(font);
    const double rowHeight = metrics.height() * 1.25;
    double width = 0;
    for (const Entry& entry : m_entries)
        width = std::max(width, metrics.horizontalAdvance(entryText(scene, entry)));
    width += rowHeight + 2 * kMargin;
    const double height = rowHeight * static_cast<double>(m_entries.size()) + kMargin;
    if (m_entries.empty() || width > area.width() * 0.55 || height > area.height() * 0.8)
        return;
    m_panel = QRectF(area.left() + kMargin, area.bottom() - kMargin - height, width, height);
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        m_rows.emplace_back(m_panel.left() + kMargin / 2,
                            m_panel.top() + kMargin / 2 + rowHeight * static_cast<double>(i),
                            width - kMargin, rowHeight);
}

void GraphLegend::paint(QPainter& painter, const GraphScene& scene, const GraphColours& colours,
                        bool dark, int hoveredKind) const {
    if (m_panel.isEmpty())
        return;
    QColor border = colours.text;
    border.setAlpha(40);
    QColor ground = colours.background;
    ground.setAlpha(225);
    painter.setPen(QPen(border, 1));
    painter.setBrush(ground);
    painter.drawRoundedRect(m_panel, 6, 6);
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const Entry& entry = m_entries[i];
        const auto& kind = scene.kinds[static_cast<std::size_t>(entry.kind)];
        const QRectF& row = m_rows[i];
        if (entry.kind == hoveredKind) {
            QColor tint = colours.text;
            tint.setAlpha(20);
            painter.setPen(Qt::NoPen);
            painter.setBrush(tint);
            painter.drawRoundedRect(row, 4, 4);
        }
        const QColor colour = seriesColour(kind.paletteIndex, dark);
        painter.setPen(QPen(colour, 1.5));
        painter.setBrush(entry.visible ? QBrush(colour) : QBrush(Qt::NoBrush));
        const QPointF at(row.left() + row.height() / 2, row.center().y());
        drawMarker(painter, kind.marker, at, row.height() * 0.24);
        QFont font = m_font;
        font.setStrikeOut(!entry.visible);
        painter.setFont(font);
        painter.setPen(entry.visible ? colours.text : colours.muted);
        painter.drawText(row.adjusted(row.height(), 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         entryText(scene, entry));
    }
    painter.setBrush(Qt::NoBrush);
}

int GraphLegend::kindAt(const QPointF& position) const {
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (m_rows[i].contains(position))
            return m_entries[i].kind;
    return -1;
}

} // namespace ohm::widgets
