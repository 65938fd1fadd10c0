// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/links.h"

#include "widgets/common/palette.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::widgets {
namespace {

constexpr double kThinnest = 1; ///< points
constexpr double kThickest = 8;
constexpr double kBend = 0.09; ///< of the length
constexpr double kDot = 1.2;   ///< points that an end stands out
constexpr double kEnd = 0.1;   ///< of the length, no part of it for the mouse
constexpr int kSteps = 24;     ///< of a curve, for the mouse

QPointF controlOf(const PlacedLink& link) {
    const QPointF along = link.to - link.from;
    return (link.from + link.to) / 2 + QPointF(-along.y(), along.x()) * (2 * kBend);
}

QPointF pointOf(const PlacedLink& link, double t) {
    return link.from * ((1 - t) * (1 - t)) + controlOf(link) * (2 * t * (1 - t)) +
           link.to * (t * t);
}

double distanceTo(const QPointF& at, const QPointF& a, const QPointF& b) {
    const QPointF along = b - a;
    const double length = QPointF::dotProduct(along, along);
    const double t =
        length > 0 ? std::clamp(QPointF::dotProduct(at - a, along) / length, 0.0, 1.0) : 0;
    const QPointF away = at - (a + along * t);
    return std::hypot(away.x(), away.y());
}

} // namespace

double linkWidth(double strength) {
    return kThinnest + (kThickest - kThinnest) * std::clamp(strength, 0.0, 1.0);
}

QColor linkColour(bool dark) {
    return semanticColour(Semantic::Predicted, dark);
}

void paintLinks(QPainter& painter, std::span<const PlacedLink> links, bool dark, double grow) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (const bool lit : {false, true}) {
        for (const PlacedLink& link : links) {
            if ((link.look == PlacedLink::Look::Lit || link.hovered) != lit)
                continue;
            const double width = grow * linkWidth(link.strength);
            QPainterPath path(link.from);
            path.quadTo(controlOf(link), link.to);
            if (link.hovered)
                painter.strokePath(path, QPen(semanticColour(Semantic::Hover, dark),
                                              width + 4 * grow, Qt::SolidLine, Qt::RoundCap));
            QColor colour = linkColour(dark);
            colour.setAlpha(link.look == PlacedLink::Look::Faded && !link.hovered ? 70
                            : lit                                                 ? 245
                                                                                  : 185);
            painter.strokePath(path, QPen(colour, width, Qt::SolidLine, Qt::RoundCap));
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            const double dot = width / 2 + grow * kDot;
            painter.drawEllipse(link.from, dot, dot);
            painter.drawEllipse(link.to, dot, dot);
        }
    }
    painter.restore();
}

int linkUnder(std::span<const PlacedLink> links, const QPointF& at, double reach) {
    int found = -1;
    for (const bool lit : {true, false}) { // what is painted last is asked first
        for (std::size_t i = links.size(); i-- > 0 && found < 0;) {
            const PlacedLink& link = links[i];
            if ((link.look == PlacedLink::Look::Lit) != lit)
                continue;
            double best = std::numeric_limits<double>::max();
            QPointF before = pointOf(link, kEnd);
            for (int step = 1; step <= kSteps; ++step) {
                const QPointF next = pointOf(link, kEnd + (1 - 2 * kEnd) * step / kSteps);
                best = std::min(best, distanceTo(at, before, next));
                before = next;
            }
            if (best <= linkWidth(link.strength) / 2 + reach)
                found = link.number;
        }
    }
    return found;
}

QPointF linkMiddle(const PlacedLink& link) {
    return pointOf(link, 0.5);
}

} // namespace ohm::widgets
