// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphview_p.h"

#include "widgets/common/palette.h"

#include <QPainterPath>
#include <QStyle>
#include <QStyleOptionFocusRect>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ohm::widgets {

namespace {

constexpr std::size_t kDetailNodes = 1500;
constexpr std::size_t kDetailEdges = 3000;
constexpr std::size_t kPaintedFaint = 120;
constexpr std::size_t kMostLabels = 700;
constexpr std::size_t kMostPaintedEmphasis = 3000;
constexpr double kFrameMs = 11; ///< drawing the layer within this is done in every frame
constexpr double kDimmed = 0.32;
constexpr double kLabelRadius = 2.6; ///< markers smaller than this, pixels, carry no label

/// Moves the picture by whole pixels; what comes in from outside is left as it was.
void shift(QImage& image, int dx, int dy) {
    const int width = image.width() - std::abs(dx);
    const qsizetype stride = image.bytesPerLine();
    uchar* bits = image.bits();
    const int rows = image.height() - std::abs(dy);
    for (int i = 0; i < rows; ++i) {
        const int to = dy > 0 ? image.height() - 1 - i : i;
        std::memmove(bits + to * stride + 4 * std::max(dx, 0),
                     bits + (to - dy) * stride + 4 * std::max(-dx, 0),
                     static_cast<std::size_t>(width) * 4);
    }
}

} // namespace

PixelMap GraphView::Private::pixelMap() const {
    // Whole pixels, so that the picture can be moved instead of drawn anew.
    const double dpr = q->devicePixelRatioF();
    return {scale * dpr, std::round(offset.x() * dpr), std::round(offset.y() * dpr)};
}

RasterInput GraphView::Private::rasterInput() const {
    RasterInput input;
    input.scene = scene.get();
    input.index = &index;
    input.x = x;
    input.y = y;
    input.hidden = hidden;
    input.colours = nodeColours;
    input.edgeWeights = topology->edgeWeights;
    input.edgeColour = colours.text;
    input.devicePixelRatio = q->devicePixelRatioF();
    return input;
}

GraphPainter GraphView::Private::detailPainter() const {
    return {*scene, *topology, x, y, nodeColours, colours, scale, offset, &cache};
}

void GraphView::Private::invalidate() {
    layerValid = false;
    emphasisValid = false;
    q->update();
}

bool GraphView::Private::gatherDetails() {
    viewNodes.clear();
    viewEdges.clear();
    viewFaint.clear();
    const QRectF area = sceneArea(q->rect());
    if (index.countNodes(area) > kDetailNodes)
        return false;
    const double reach = 20 / scale;
    const QRectF around = area.adjusted(-reach, -reach, reach, reach);
    index.visitNodes(around, [&](std::uint32_t node) {
        if (!hidden[node] && around.contains(x[node], y[node]))
            viewNodes.push_back(node);
    });
    index.visitEdges(area, [&](std::uint32_t e) {
        const std::uint32_t u = scene->edges[2 * e];
        const std::uint32_t v = scene->edges[2 * e + 1];
        if (hidden[u] || hidden[v] || std::max(x[u], x[v]) < area.left() ||
            std::min(x[u], x[v]) > area.right() || std::max(y[u], y[v]) < area.top() ||
            std::min(y[u], y[v]) > area.bottom())
            return;
        (topology->edgeWeights[e] < GraphTopology::kFaint ? viewFaint : viewEdges).push_back(e);
    });
    // Whatever the grid: the same overlaps when panning.
    std::sort(viewNodes.begin(), viewNodes.end());
    std::sort(viewEdges.begin(), viewEdges.end());
    std::sort(viewFaint.begin(), viewFaint.end());
    return viewEdges.size() <= kDetailEdges;
}

void GraphView::Private::refreshLayer(bool faintOnly) {
    if (layerFaint != faintOnly)
        layerValid = false;
    layerFaint = faintOnly;
    RasterInput input = rasterInput();
    input.faintOnly = faintOnly;
    const PixelMap map = pixelMap();
    const double dpr = q->devicePixelRatioF();
    const QSize size = (QSizeF(q->size()) * dpr).toSize();
    const bool sameSize = layer.size() == size;
    if (sameSize && layerValid && layerMap == map)
        return;
    if (sameSize && layerValid && layerMap.scale == map.scale) {
        const int dx = static_cast<int>(map.dx - layerMap.dx);
        const int dy = static_cast<int>(map.dy - layerMap.dy);
        if (std::abs(dx) < size.width() / 2 && std::abs(dy) < size.height() / 2) {
            shift(layer, dx, dy);
            const QRect all = layer.rect();
            if (dx != 0)
                raster.draw(layer,
                            dx > 0 ? QRect(0, 0, dx, all.height())
                                   : QRect(all.width() + dx, 0, -dx, all.height()),
                            map, input);
            if (dy != 0)
                raster.draw(layer,
                            dy > 0 ? QRect(0, 0, all.width(), dy)
                                   : QRect(0, all.height() + dy, all.width(), -dy),
                            map, input);
            layerMap = map;
            return;
        }
    }
    // A zoom of something slow shows the old picture stretched until the zooming ends.
    const double stretch = map.scale / layerMap.scale;
    if (sameSize && layerValid && layerMs > kFrameMs && settle.isActive() && stretch < 2.5 &&
        stretch > 0.4)
        return;
    QElapsedTimer clock;
    clock.start();
    if (!sameSize)
        layer = QImage(size, QImage::Format_ARGB32_Premultiplied);
    raster.draw(layer, layer.rect(), map, input);
    layerMs = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    layerMap = map;
    layerValid = true;
}

void GraphView::Private::drawPlaceholder(QPainter& painter) const {
    if (placeholder.isEmpty())
        return;
    painter.setPen(colours.muted);
    QFont font = q->font();
    font.setPointSizeF(font.pointSizeF() * 1.15);
    painter.setFont(font);
    const QRectF area = QRectF(q->rect()).adjusted(24, 24, -24, -24);
    painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, placeholder);
}

void GraphView::Private::drawDetails(QPainter& painter) {
    std::vector<std::uint32_t> groups;
    for (std::uint32_t node : viewNodes)
        if (topology->groupOf[node] != GraphScene::kNoGroup)
            groups.push_back(topology->groupOf[node]);
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    const GraphPainter detail = detailPainter();
    if (scale > 0.35)
        detail.hulls(painter, groups);
    if (viewFaint.size() <= kPaintedFaint)
        detail.edges(painter, viewFaint);
    detail.edges(painter, viewEdges);
    detail.nodes(painter, viewNodes);
    detail.marks(painter, viewNodes, q->font());
}

void GraphView::Private::drawLayer(QPainter& painter) {
    const PixelMap map = pixelMap();
    const double dpr = q->devicePixelRatioF();
    if (layerMap == map) {
        layer.setDevicePixelRatio(dpr);
        painter.drawImage(QPointF(0, 0), layer);
        layer.setDevicePixelRatio(1);
    } else {
        const double stretch = map.scale / layerMap.scale;
        const QPointF at(map.dx - layerMap.dx * stretch, map.dy - layerMap.dy * stretch);
        painter.drawImage(QRectF(at / dpr, QSizeF(layer.size()) * stretch / dpr), layer);
    }
}

void GraphView::Private::drawEmphasis(QPainter& painter) {
    const GraphPainter detail = detailPainter();
    if (!selection.empty()) {
        if (emphasised.size() + emphasisedEdges.size() > kMostPaintedEmphasis) {
            const PixelMap map = pixelMap();
            const bool stretched = !(layerMap == map) && layerValid && !detailed;
            if (!stretched) {
                if (!emphasisValid || emphasisLayer.size() != layer.size()) {
                    const double dpr = q->devicePixelRatioF();
                    emphasisLayer = QImage((QSizeF(q->size()) * dpr).toSize(),
                                           QImage::Format_ARGB32_Premultiplied);
                }
                RasterInput input = rasterInput();
                input.only = selectedFlags;
                input.edgeWeights = {};
                input.edgeColour = colours.accent;
                raster.draw(emphasisLayer, emphasisLayer.rect(), map, input);
                emphasisValid = true;
                emphasisLayer.setDevicePixelRatio(1);
                painter.drawImage(QRectF(q->rect()), emphasisLayer);
            }
        } else {
            painter.setRenderHint(QPainter::Antialiasing);
            std::vector<std::uint32_t> visible;
            for (std::uint32_t e : emphasisedEdges)
                if (!hidden[scene->edges[2 * e]] && !hidden[scene->edges[2 * e + 1]])
                    visible.push_back(e);
            QColor line = colours.accent;
            line.setAlpha(visible.size() > 400 ? 110 : 220);
            detail.edges(painter, visible,
                         QPen(line, std::clamp(scale * 1.3, 1.2, 3.0), Qt::SolidLine, Qt::FlatCap));
            visible.clear();
            for (std::uint32_t node : emphasised)
                if (!hidden[node])
                    visible.push_back(node);
            detail.nodes(painter, visible);
            for (std::uint32_t node : selection)
                if (!hidden[node])
                    detail.ring(painter, node, QPen(colours.accent, 2), 2.5);
            detail.marks(painter, visible, q->font());
        }
    }
    painter.setRenderHint(QPainter::Antialiasing);
    if (usable(hovered)) {
        const auto node = static_cast<std::uint32_t>(hovered);
        std::vector<std::uint32_t> edges;
        std::vector<std::uint32_t> near{node};
        for (std::uint32_t e : topology->edgesAt(node)) {
            const std::uint32_t other = scene->edges[2 * e] ^ scene->edges[2 * e + 1] ^ node;
            if (hidden[other] || edges.size() >= kMostPaintedEmphasis)
                continue;
            edges.push_back(e);
            near.push_back(other);
        }
        QColor line = colours.hover;
        line.setAlpha(edges.size() > 400 ? 90 : 230);
        detail.edges(painter, edges,
                     QPen(line, std::clamp(scale * 1.2, 1.2, 2.6), Qt::SolidLine, Qt::FlatCap));
        if (near.size() <= 400) {
            std::reverse(near.begin(), near.end());
            detail.nodes(painter, near);
            detail.marks(painter, near, q->font());
        } else {
            detail.nodes(painter, std::span(&node, 1));
        }
        detail.ring(painter, node, QPen(colours.hover, 2), 3);
    }
    if (usable(current) && q->hasFocus()) {
        QPen dashed(colours.text, 1.5, Qt::DashLine);
        detail.ring(painter, static_cast<std::uint32_t>(current), dashed, 6);
    }
}

void GraphView::Private::drawLabels(QPainter& painter) {
    const QRectF widget = q->rect();
    const GraphPainter detail = detailPainter();
    QFont font = q->font();
    const double height = QFontMetricsF(font).height();
    font.setPixelSize(std::max(8, static_cast<int>(GraphPainter::textSize(q->font(), scale) /
                                                   height * q->fontInfo().pixelSize())));
    LabelLayer labels(widget, font, colours, cache);
    if (legendVisible)
        labels.block(legend.panel());
    if (!valueLegend.empty())
        labels.block(legendBox(widget, valueLegend, q->font()));
    const auto gap = [&](std::uint32_t node) { return detail.radius(node) + 4; };
    const auto strong = [&](std::int64_t node, bool always) {
        if (!usable(node))
            return;
        const auto n = static_cast<std::uint32_t>(node);
        const QPointF at = toWidget(n);
        if (widget.contains(at))
            labels.place(painter, at, gap(n), labelOf(node), LabelLayer::Style::Strong, always);
    };
    strong(hovered, true);
    if (current != hovered && q->hasFocus())
        strong(current, true);

    const QRectF area = sceneArea(widget);
    const bool close = index.countNodes(area) <= kMostLabels;
    std::vector<std::uint32_t> shown;
    if (close)
        index.visitNodes(area, [&](std::uint32_t node) {
            if (!hidden[node] && detail.radius(node) >= kLabelRadius && node != hovered)
                shown.push_back(node);
        });
    // Markers keep their place; labels may not lie on them.
    for (std::uint32_t node : shown) {
        const QPointF at = toWidget(node);
        const double r = detail.radius(node);
        labels.block(QRectF(at.x() - r, at.y() - r, 2 * r, 2 * r));
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(selection.size(), 60); ++i)
        if (selection[i] != hovered && selection[i] != current)
            strong(selection[i], selection.size() == 1);
    const bool dimming = !selection.empty();
    std::stable_sort(shown.begin(), shown.end(), [&](std::uint32_t a, std::uint32_t b) {
        const auto degree = [&](std::uint32_t n) { return topology->edgesAt(n).size(); };
        const bool groupA = topology->groupOf[a] != GraphScene::kNoGroup;
        const bool groupB = topology->groupOf[b] != GraphScene::kNoGroup;
        return groupA != groupB ? groupB : degree(a) > degree(b);
    });
    const auto faded = [&](std::uint32_t node) { return dimming && !selectedFlags[node]; };
    std::vector<std::uint32_t> valued = shown;
    std::erase_if(valued, faded);
    drawValues(painter, labels, valued, detail, 4, dark);
    for (std::uint32_t node : shown) {
        if (faded(node) || selectedFlags[node] == 1 || node == current)
            continue;
        const bool marked =
            scene->mark && topology->groupOf[node] != GraphScene::kNoGroup && scene->groupLabel;
        if (!marked && scene->label)
            labels.place(painter, toWidget(node), gap(node), scene->label(node),
                         LabelLayer::Style::Node);
    }
    if (scene->groupLabel && scale > 0.5) {
        std::vector<std::uint32_t> groups;
        for (std::uint32_t node : shown)
            if (topology->groupOf[node] != GraphScene::kNoGroup && !faded(node))
                groups.push_back(topology->groupOf[node]);
        std::sort(groups.begin(), groups.end());
        groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
        for (std::uint32_t group : groups) {
            QPointF middle;
            double spread = 0;
            const auto members = topology->nodesIn(group);
            for (std::uint32_t node : members)
                middle += toWidget(node);
            middle /= static_cast<double>(members.size());
            for (std::uint32_t node : members)
                spread = std::max(spread,
                                  std::abs(toWidget(node).y() - middle.y()) + detail.radius(node));
            const QString name = scene->groupLabel(topology->groupNumbers[group]);
            // Inside the hull where there is room, else close beside its middle, else below it.
            if (members.size() >= 3 &&
                labels.place(painter, middle, 0, name, LabelLayer::Style::Group))
                continue;
            if (!labels.place(painter, middle, height * 0.4 + 2, name, LabelLayer::Style::Node))
                labels.place(painter, middle, spread + 4, name, LabelLayer::Style::Node);
        }
    }
}

void GraphView::Private::drawValues(QPainter& painter, LabelLayer& labels,
                                    const std::vector<std::uint32_t>& nodes,
                                    const GraphPainter& detail, double gap, bool onDark) const {
    if (values) {
        for (const std::uint32_t node : nodes) {
            const Annotation value = values(node);
            if (value.text.isEmpty())
                continue;
            const auto box =
                labels.room(detail.at(node), detail.radius(node) + gap,
                            annotationSize(value, labels.font()), LabelLayer::Style::Value);
            if (box)
                paintAnnotation(painter, *box, value, labels.font(), onDark);
        }
    } else if (annotations) {
        for (const std::uint32_t node : nodes)
            labels.place(painter, detail.at(node), detail.radius(node) + gap, annotations(node),
                         LabelLayer::Style::Value);
    }
}

void GraphView::Private::paint(QPainter& painter) {
    painter.fillRect(q->rect(), colours.background);
    if (!has()) {
        drawPlaceholder(painter);
    } else {
        const bool dimming = !selection.empty();
        detailed = gatherDetails();
        if (!detailed || viewFaint.size() > kPaintedFaint) {
            refreshLayer(detailed);
            painter.setOpacity(dimming && !detailed ? kDimmed : 1);
            drawLayer(painter);
            painter.setOpacity(1);
        } else {
            layerValid = false;
        }
        if (detailed) {
            painter.setRenderHint(QPainter::Antialiasing);
            drawDetails(painter);
            if (dimming) { // lays the ground over the drawing: cheaper than a translucent group
                QColor veil = colours.background;
                veil.setAlphaF(static_cast<float>(1 - kDimmed));
                painter.fillRect(q->rect(), veil);
            }
        }
        drawEmphasis(painter);
        if (!links.empty())
            drawLinks(painter, detailPainter(), false, dark, 1);
        drawLabels(painter);
        if (drag == Drag::Lasso && lasso.size() > 1) {
            QColor fill = colours.accent;
            fill.setAlpha(36);
            painter.setBrush(fill);
            painter.setPen(QPen(colours.accent, 1.5, Qt::DashLine));
            painter.drawPolygon(lasso);
            painter.setBrush(Qt::NoBrush);
        }
        if (legendVisible)
            legend.paint(painter, *scene, colours, dark, hoveredKind);
        if (!valueLegend.empty())
            paintLegend(painter, q->rect(), valueLegend, q->font(), q->palette());
    }
    if (q->hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colours.accent, 2));
        painter.drawRect(QRectF(q->rect()).adjusted(1, 1, -1, -1));
    }
}

} // namespace ohm::widgets
