// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/palette.h"
#include "widgets/common/ramp.h"
#include "widgets/map/mapview.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr double kPad = 6;       ///< around titles and scales
constexpr double kBarHeight = 8; ///< of a colour scale
constexpr int kBarSteps = 32;

} // namespace

double MapView::headHeight() const {
    return QFontMetricsF(font()).height() + 2 * kPad;
}

double MapView::footHeight() const {
    return QFontMetricsF(font()).height() + kBarHeight + 3 * kPad;
}

void MapView::paintPanel(QPainter& painter, int panel, bool print) {
    const QPalette colours = print ? lightPalette() : palette();
    const bool dark = !print && isDark(colours);
    const MapPanel& map = m_panels[static_cast<std::size_t>(panel)];
    const QRectF area = panelRect(panel);
    painter.setPen(colours.color(QPalette::Text));
    painter.drawText(QRectF(area.left(), kPad, area.width(), headHeight() - kPad),
                     Qt::AlignHCenter | Qt::AlignTop,
                     QFontMetricsF(font()).elidedText(map.title, Qt::ElideRight, area.width()));
    painter.save();
    painter.setClipRect(area, Qt::IntersectClip);
    painter.fillRect(area, colours.color(QPalette::Base));
    const QImage picture =
        print ? mapPicture(map, m_columns, m_rows, scale(map.deviation), m_rowZeroAtTop, false)
              : m_pictures[panel];
    // Only the cells in sight are drawn: a zoomed map would reach far beyond all coordinates.
    const QPointF corner = area.center() - m_centre * m_side;
    const int i0 = std::clamp(static_cast<int>((area.left() - corner.x()) / m_side), 0, m_columns);
    const int j0 = std::clamp(static_cast<int>((area.top() - corner.y()) / m_side), 0, m_rows);
    const int i1 =
        std::clamp(static_cast<int>((area.right() - corner.x()) / m_side) + 1, i0, m_columns);
    const int j1 =
        std::clamp(static_cast<int>((area.bottom() - corner.y()) / m_side) + 1, j0, m_rows);
    const QRectF target(corner.x() + i0 * m_side, corner.y() + j0 * m_side, (i1 - i0) * m_side,
                        (j1 - j0) * m_side);
    // Cells smaller than a pixel are averaged, larger ones keep their edges.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, m_side < 1);
    if (!target.isEmpty())
        painter.drawImage(target, picture, QRectF(i0, j0, i1 - i0, j1 - j0));
    if (m_current && !print) {
        const QRectF cell = cellRect(panel, *m_current);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(semanticColour(Semantic::Hover, dark), 2));
        painter.drawRect(cell.adjusted(-1, -1, 1, 1));
    }
    painter.restore();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(semanticColour(Semantic::Muted, dark));
    painter.drawRect(area);
    paintScale(painter, panel, print);
}

void MapView::paintScale(QPainter& painter, int panel, bool print) const {
    const QPalette colours = print ? lightPalette() : palette();
    const bool dark = !print && isDark(colours);
    const bool deviation = m_panels[static_cast<std::size_t>(panel)].deviation;
    const QRectF area = panelRect(panel);
    const MapScale range = scale(deviation);
    const QRectF bar(area.left(), area.bottom() + kPad, area.width(), kBarHeight);
    const double step = bar.width() / kBarSteps;
    for (int k = 0; k < kBarSteps; ++k) {
        const double at = (k + 0.5) / kBarSteps;
        painter.fillRect(QRectF(bar.left() + k * step, bar.top(), step + 0.5, bar.height()),
                         deviation ? deviationColour(2 * at - 1, dark) : rampColour(at, dark));
    }
    painter.setPen(colours.color(QPalette::Text));
    const QRectF words(bar.left(), bar.bottom() + kPad / 2, bar.width(),
                       QFontMetricsF(font()).height());
    painter.drawText(words, Qt::AlignLeft | Qt::AlignTop, number(range.low, deviation));
    painter.drawText(words, Qt::AlignRight | Qt::AlignTop, number(range.high, deviation));
    // What the pointer reads, between the ends.
    if (print || !m_current)
        return;
    const std::size_t at =
        static_cast<std::size_t>(m_current->y()) * static_cast<std::size_t>(m_columns) +
        static_cast<std::size_t>(m_current->x());
    const auto& values = m_panels[static_cast<std::size_t>(panel)].values;
    const double value = at < values.size() ? static_cast<double>(values[at]) : std::nan("");
    QFont bold = painter.font();
    const QFont plain = bold;
    bold.setBold(true);
    painter.setFont(bold);
    painter.drawText(words, Qt::AlignHCenter | Qt::AlignTop, number(value, deviation));
    painter.setFont(plain);
    if (!std::isfinite(value))
        return;
    const double share = deviation ? (range.place(value, true) + 1) / 2 : range.place(value, false);
    const double x = bar.left() + share * bar.width();
    painter.setPen(QPen(colours.color(QPalette::Text), 2));
    painter.drawLine(QPointF(x, bar.top() - 2), QPointF(x, bar.bottom() + 2));
}

void MapView::paint(QPainter& painter, bool print) {
    painter.setFont(print ? inPixels(font()) : font());
    for (int p = 0; p < static_cast<int>(m_panels.size()); ++p)
        paintPanel(painter, p, print);
}

void MapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (m_panels.empty() || m_columns == 0 || m_rows == 0) {
        painter.setPen(semanticColour(Semantic::Muted, isDark(palette())));
        painter.drawText(rect().adjusted(40, 0, -40, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
    } else {
        if (m_dirty) {
            m_pictures.clear();
            for (const MapPanel& panel : m_panels)
                m_pictures << mapPicture(panel, m_columns, m_rows, scale(panel.deviation),
                                         m_rowZeroAtTop, isDark(palette()));
            m_dirty = false;
        }
        paint(painter, false);
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(palette().color(QPalette::Highlight));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

Renderable MapView::renderable() {
    Renderable out;
    out.name = accessibleName().toLower().replace(u' ', u'-');
    const bool any = !m_panels.empty() && m_columns > 0 && m_rows > 0;
    out.size = any ? QSizeF(size()) * 0.75 : QSizeF();
    out.paint = [this](QPainter& painter, const QRectF& rect) {
        painter.save();
        painter.setClipRect(rect);
        painter.translate(rect.topLeft());
        painter.scale(rect.width() / width(), rect.height() / height());
        painter.fillRect(QRectF(QPointF(), QSizeF(size())), Qt::white);
        paint(painter, true);
        painter.restore();
    };
    if (any)
        out.csv = [this] { return csv(); };
    return out;
}

} // namespace ohm::widgets
