// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphpainter.h"

#include "widgets/common/palette.h"
#include "widgets/graph/graphraster.h"

#include <QFontMetricsF>
#include <QPolygonF>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace ohm::widgets {

namespace {

QColor withAlpha(QColor colour, int alpha) {
    colour.setAlpha(alpha);
    return colour;
}

GraphColours make(const QColor& background, const QColor& text, bool dark) {
    GraphColours c;
    c.background = background;
    c.text = text;
    c.edge = withAlpha(text, dark ? 150 : 140);
    c.groupEdge = withAlpha(text, dark ? 75 : 65);
    c.hull = withAlpha(text, dark ? 30 : 20);
    c.accent = semanticColour(Semantic::Selection, dark);
    c.hover = semanticColour(Semantic::Hover, dark);
    c.labelGround = withAlpha(background, 215);
    c.muted = semanticColour(Semantic::Muted, dark);
    return c;
}

/// Convex hull, counter-clockwise; short inputs are returned as they are.
QPolygonF convexHull(std::vector<QPointF> points) {
    if (points.size() < 3)
        return QPolygonF(QList<QPointF>(points.begin(), points.end()));
    std::sort(points.begin(), points.end(), [](const QPointF& a, const QPointF& b) {
        return a.x() < b.x() || (a.x() == b.x() && a.y() < b.y());
    });
    const auto turn = [](const QPointF& a, const QPointF& b, const QPointF& c) {
        return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
    };
    std::vector<QPointF> hull(2 * points.size());
    std::size_t k = 0;
    for (const QPointF& p : points) {
        while (k >= 2 && turn(hull[k - 2], hull[k - 1], p) <= 0)
            --k;
        hull[k++] = p;
    }
    const std::size_t lower = k + 1;
    for (std::size_t i = points.size() - 1; i-- > 0;) {
        while (k >= lower && turn(hull[k - 2], hull[k - 1], points[i]) <= 0)
            --k;
        hull[k++] = points[i];
    }
    return QPolygonF(
        QList<QPointF>(hull.begin(), hull.begin() + static_cast<std::ptrdiff_t>(k - 1)));
}

/// The outline at a distance around a convex polygon (or line or point), with round corners.
QPolygonF widened(const QPolygonF& hull, double by) {
    constexpr double kStep = std::numbers::pi / 6;
    QPolygonF out;
    const qsizetype n = hull.size();
    for (qsizetype i = 0; i < n; ++i) {
        const QPointF before = hull[i] - hull[(i + n - 1) % n];
        const QPointF after = hull[(i + 1) % n] - hull[i];
        // The outside is to the right of the way around.
        double from = std::atan2(-before.x(), before.y());
        double to = std::atan2(-after.x(), after.y());
        if (n == 1) {
            from = 0;
            to = 2 * std::numbers::pi;
        }
        while (to < from)
            to += 2 * std::numbers::pi;
        const int steps = std::max(1, static_cast<int>(std::ceil((to - from) / kStep)));
        for (int k = 0; k <= steps; ++k) {
            const double angle = from + (to - from) * k / steps;
            out.append(hull[i] + by * QPointF(std::cos(angle), std::sin(angle)));
        }
    }
    return out;
}

} // namespace

const QPixmap& PaintCache::marker(GraphScene::Kind::Marker marker, QRgb fill, QRgb outline,
                                  double radius, double devicePixelRatio) {
    const auto size = static_cast<quint64>(std::lround(radius * 8));
    const auto ratio = static_cast<quint64>(std::lround(devicePixelRatio * 64));
    if (m_markers.size() > 256)
        m_markers.clear();
    auto& byColour = m_markers[size << 32 | ratio << 8 | static_cast<quint64>(marker)];
    QPixmap& pixmap = byColour[quint64{fill} << 32 | outline];
    if (pixmap.isNull()) {
        const double r = static_cast<double>(size) / 8;
        const double line = std::clamp(r * 0.14, 0.6, 1.5);
        const int half = static_cast<int>(std::ceil((r * 1.6 + line) * devicePixelRatio));
        const int side = 2 * half + 1;
        pixmap = QPixmap(side, side);
        pixmap.setDevicePixelRatio(devicePixelRatio);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(QColor::fromRgb(outline), line));
        painter.setBrush(QColor::fromRgb(fill));
        const double middle = side / 2.0 / devicePixelRatio;
        drawMarker(painter, marker, QPointF(middle, middle), r);
    }
    return pixmap;
}

const PaintCache::Text& PaintCache::text(const QString& text, const QFont& font) {
    if (m_texts.size() > 6000)
        m_texts.clear();
    Text& entry = m_texts[QString::number(font.pixelSize()) +
                          (font.bold() ? QLatin1Char('b') : QLatin1Char(' ')) + text];
    if (entry.size.isEmpty()) {
        const QFontMetricsF metrics(font);
        entry.text.setTextFormat(Qt::PlainText);
        entry.text.setPerformanceHint(QStaticText::AggressiveCaching);
        entry.text.setText(
            metrics.elidedText(text, Qt::ElideMiddle, 40 * metrics.averageCharWidth()));
        entry.text.prepare(QTransform(), font);
        entry.size = entry.text.size();
    }
    return entry;
}

void PaintCache::clear() {
    m_markers.clear();
    m_texts.clear();
}

GraphColours GraphColours::of(const QPalette& palette) {
    return make(palette.color(QPalette::Base), palette.color(QPalette::Text), isDark(palette));
}

GraphColours GraphColours::forPrint() {
    return make(Qt::white, QColor(20, 20, 24), false);
}

GraphTopology::GraphTopology(const GraphScene& scene) {
    const std::size_t n = scene.x.size();
    rows.assign(n + 1, 0);
    for (std::uint32_t node : scene.edges)
        ++rows[node + 1];
    for (std::size_t i = 1; i < rows.size(); ++i)
        rows[i] += rows[i - 1];
    edgesOf.resize(scene.edges.size());
    std::vector<std::uint32_t> fill(rows.begin(), rows.end() - 1);
    for (std::size_t k = 0; k < scene.edges.size(); ++k)
        edgesOf[fill[scene.edges[k]]++] = static_cast<std::uint32_t>(k / 2);

    edgeWeights.resize(scene.edges.size() / 2);
    for (std::size_t e = 0; e < edgeWeights.size(); ++e) {
        const auto degree = [&](std::uint32_t node) { return rows[node + 1] - rows[node]; };
        const std::uint32_t hub =
            std::max(degree(scene.edges[2 * e]), degree(scene.edges[2 * e + 1]));
        constexpr std::uint32_t kFullUpTo = 24;
        edgeWeights[e] = static_cast<std::uint16_t>(
            hub <= kFullUpTo ? 256 : std::max(256 * kFullUpTo / hub, 3u));
    }
    groupOf.assign(n, GraphScene::kNoGroup);
    groupRows.push_back(0);
    if (scene.group.size() != n)
        return;
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    if (!std::is_sorted(scene.group.begin(), scene.group.end()))
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return scene.group[a] < scene.group[b];
        });
    for (std::size_t i = 0; i < n;) {
        const std::uint32_t number = scene.group[order[i]];
        std::size_t end = i;
        while (end < n && scene.group[order[end]] == number)
            ++end;
        if (number != GraphScene::kNoGroup && end - i > 1) {
            const auto index = static_cast<std::uint32_t>(groupNumbers.size());
            groupNumbers.push_back(number);
            for (std::size_t k = i; k < end; ++k) {
                groupNodes.push_back(order[k]);
                groupOf[order[k]] = index;
            }
            groupRows.push_back(static_cast<std::uint32_t>(groupNodes.size()));
        }
        i = end;
    }
}

double GraphPainter::radius(std::uint32_t node) const {
    return markerRadius(scene.kinds[scene.kind[node]].radius, PixelMap{scale, 0, 0}, 1.0);
}

double GraphPainter::textSize(const QFont& font, double scale) {
    const double natural = QFontMetricsF(font).height();
    return natural * std::clamp(0.55 + 0.3 * scale, 0.8, 1.0);
}

void GraphPainter::edges(QPainter& painter, std::span<const std::uint32_t> list) const {
    QList<QLineF> within;
    QList<QLineF> between;
    QList<QLineF> faint;
    for (std::uint32_t edge : list) {
        const std::uint32_t u = scene.edges[2 * edge];
        const std::uint32_t v = scene.edges[2 * edge + 1];
        QList<QLineF>& lines = topology.withinGroup(u, v)                           ? within
                               : topology.edgeWeights[edge] < GraphTopology::kFaint ? faint
                                                                                    : between;
        lines.append(QLineF(at(u), at(v)));
    }
    QColor pale = colours.edge;
    pale.setAlpha(faint.size() > 150 ? 22 : 48);
    painter.setPen(QPen(pale, 1));
    painter.drawLines(faint);
    const double width = std::clamp(scale * 0.9, 1.0, 2.2);
    painter.setPen(QPen(colours.groupEdge, width, Qt::SolidLine, Qt::FlatCap));
    painter.drawLines(within);
    painter.setPen(QPen(colours.edge, width, Qt::SolidLine, Qt::FlatCap));
    painter.drawLines(between);
}

void GraphPainter::edges(QPainter& painter, std::span<const std::uint32_t> list,
                         const QPen& pen) const {
    QList<QLineF> lines;
    lines.reserve(static_cast<qsizetype>(list.size()));
    for (std::uint32_t edge : list)
        lines.append(QLineF(at(scene.edges[2 * edge]), at(scene.edges[2 * edge + 1])));
    painter.setPen(pen);
    painter.drawLines(lines);
}

void GraphPainter::hulls(QPainter& painter, std::span<const std::uint32_t> groups) const {
    painter.save();
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.hull);
    std::vector<QPointF> points;
    for (std::uint32_t group : groups) {
        points.clear();
        double margin = 0;
        for (std::uint32_t node : topology.nodesIn(group)) {
            points.push_back(at(node));
            margin = std::max(margin, radius(node));
        }
        const QPolygonF outline = widened(convexHull(points), margin * 1.45 + 2);
        painter.drawConvexPolygon(outline);
    }
    painter.restore();
}

void drawMarker(QPainter& painter, GraphScene::Kind::Marker marker, const QPointF& at,
                double radius) {
    switch (marker) {
    case GraphScene::Kind::Marker::Disc:
        painter.drawEllipse(at, radius, radius);
        return;
    case GraphScene::Kind::Marker::Square: {
        const double half = radius * 0.886; // the disc's area
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half));
        return;
    }
    case GraphScene::Kind::Marker::Diamond: {
        const double half = radius * 1.2533;
        const std::array<QPointF, 4> corners{at + QPointF(0, -half), at + QPointF(half, 0),
                                             at + QPointF(0, half), at + QPointF(-half, 0)};
        painter.drawConvexPolygon(corners.data(), 4);
        return;
    }
    case GraphScene::Kind::Marker::Triangle: {
        const std::array<QPointF, 3> corners{at + QPointF(0, -radius * 1.5),
                                             at + QPointF(radius * 1.328, radius * 0.8),
                                             at + QPointF(-radius * 1.328, radius * 0.8)};
        painter.drawConvexPolygon(corners.data(), 3);
        return;
    }
    }
}

void GraphPainter::nodes(QPainter& painter, std::span<const std::uint32_t> list) const {
    if (cache) {
        const double dpr = painter.device()->devicePixelRatioF();
        const QRgb outline = colours.background.rgb();
        for (std::uint32_t node : list) {
            const QPixmap& marker = cache->marker(scene.kinds[scene.kind[node]].marker,
                                                  nodeColours[node], outline, radius(node), dpr);
            const QPointF p = at(node) * dpr;
            const int half = marker.width() / 2;
            painter.drawPixmap(QPointF(std::floor(p.x()) - half, std::floor(p.y()) - half) / dpr,
                               marker);
        }
        return;
    }
    const QPen outline(colours.background, std::clamp(scale * 0.6, 0.6, 1.5));
    painter.setPen(outline);
    QRgb last = 0;
    bool first = true;
    for (std::uint32_t node : list) {
        if (first || nodeColours[node] != last) {
            last = nodeColours[node];
            painter.setBrush(QColor::fromRgb(last));
            first = false;
        }
        drawMarker(painter, scene.kinds[scene.kind[node]].marker, at(node), radius(node));
    }
    painter.setBrush(Qt::NoBrush);
}

void GraphPainter::ring(QPainter& painter, std::uint32_t node, const QPen& pen, double gap) const {
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    drawMarker(painter, scene.kinds[scene.kind[node]].marker, at(node), radius(node) + gap);
}

void GraphPainter::marks(QPainter& painter, std::span<const std::uint32_t> list,
                         const QFont& font) const {
    if (!scene.mark)
        return;
    QFont small = font;
    small.setBold(true);
    for (std::uint32_t node : list) {
        const double r = radius(node);
        const QString text = scene.mark(node);
        if (r < 6 || text.isEmpty())
            continue;
        small.setPixelSize(std::max(7, static_cast<int>(r * (text.size() > 1 ? 0.85 : 1.2))));
        painter.setFont(small);
        const QColor fill = QColor::fromRgb(nodeColours[node]);
        painter.setPen(contrastRatio(fill, Qt::black) > contrastRatio(fill, Qt::white)
                           ? QColor(Qt::black)
                           : QColor(Qt::white));
        const QPointF p = at(node);
        painter.drawText(QRectF(p.x() - 2 * r, p.y() - r, 4 * r, 2 * r), Qt::AlignCenter, text);
    }
}

LabelLayer::LabelLayer(const QRectF& area, const QFont& font, const GraphColours& colours,
                       PaintCache& cache)
    : m_area(area)
    , m_font(font)
    , m_strong(font)
    , m_colours(colours)
    , m_cache(cache)
    , m_cell(std::max(40.0, QFontMetricsF(font).height() * 4))
    , m_columns(static_cast<int>(area.width() / m_cell) + 1)
    , m_rows(static_cast<int>(area.height() / m_cell) + 1)
    , m_taken(static_cast<std::size_t>(m_columns) * static_cast<std::size_t>(m_rows)) {
    m_strong.setBold(true);
}

template <typename Visit>
void LabelLayer::cells(const QRectF& rect, Visit&& visit) const {
    const auto index = [this](double v, int count) {
        return std::clamp(static_cast<int>(std::floor(v / m_cell)), 0, count - 1);
    };
    const QRectF r = rect.translated(-m_area.topLeft());
    for (int row = index(r.top(), m_rows); row <= index(r.bottom(), m_rows); ++row)
        for (int column = index(r.left(), m_columns); column <= index(r.right(), m_columns);
             ++column)
            visit(static_cast<std::size_t>(row * m_columns + column));
}

bool LabelLayer::isFree(const QRectF& rect) const {
    bool free = m_area.contains(rect);
    if (free)
        cells(rect, [&](std::size_t cell) {
            for (const QRectF& taken : m_taken[cell])
                free = free && !taken.intersects(rect);
        });
    return free;
}

void LabelLayer::block(const QRectF& rect) {
    if (rect.intersects(m_area))
        cells(rect, [&](std::size_t cell) { m_taken[cell].push_back(rect); });
}

std::optional<QRectF> LabelLayer::room(const QPointF& anchor, double gap, const QSizeF& size,
                                       Style style, bool always) {
    std::array<QPointF, 5> corners{
        QPointF(anchor.x() + gap, anchor.y() - size.height() / 2),
        QPointF(anchor.x() - size.width() / 2, anchor.y() - gap - size.height()),
        QPointF(anchor.x() - size.width() / 2, anchor.y() + gap),
        QPointF(anchor.x() - gap - size.width(), anchor.y() - size.height() / 2),
        QPointF(anchor.x() + gap * 0.7, anchor.y() + gap * 0.7)};
    if (style == Style::Value)
        std::rotate(corners.begin(), corners.begin() + 2, corners.end());
    if (style == Style::Group)
        corners.fill(QPointF(anchor.x() - size.width() / 2, anchor.y() - size.height() / 2));
    for (const QPointF& corner : corners) {
        QRectF rect(corner, size);
        const bool fits = isFree(rect);
        if (!fits && !(always && &corner == &corners.back()))
            continue;
        if (!fits) { // where it must be shown, beside the node and inside the view
            rect.moveTopLeft(corners.front());
            rect.moveRight(std::min(rect.right(), m_area.right()));
            rect.moveLeft(std::max(rect.left(), m_area.left()));
            rect.moveBottom(std::min(rect.bottom(), m_area.bottom()));
            rect.moveTop(std::max(rect.top(), m_area.top()));
        }
        block(rect);
        return rect;
    }
    return std::nullopt;
}

bool LabelLayer::place(QPainter& painter, const QPointF& anchor, double gap, const QString& text,
                       Style style, bool always) {
    if (text.isEmpty())
        return false;
    const QFont& font = style == Style::Strong || style == Style::Group ? m_strong : m_font;
    const PaintCache::Text& shown = m_cache.text(text, font);
    const auto rect =
        room(anchor, gap, {shown.size.width() + 6, shown.size.height() + 1}, style, always);
    if (!rect)
        return false;
    QColor ground = m_colours.labelGround;
    if (style == Style::Group)
        ground.setAlpha(120);
    painter.fillRect(*rect, ground);
    painter.setFont(font);
    painter.setPen(style == Style::Value   ? m_colours.accent
                   : style == Style::Group ? m_colours.muted
                                           : m_colours.text);
    painter.drawStaticText(rect->topLeft() + QPointF(3, 0.5), shown.text);
    return true;
}

} // namespace ohm::widgets
