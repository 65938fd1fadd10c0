// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/legendplace.h"

#include <QRectF>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

constexpr double kAir = 0.015; ///< around a legend
constexpr double kNegligible = 1e-3;

double startOf(Qt::Alignment at, double size, Qt::Alignment least, Qt::Alignment most) {
    return (at & least) ? 0 : (at & most) ? 1 - size : (1 - size) / 2;
}

/// Share of the piece from a to b that lies within [low, high], as an interval of [0, 1].
void clip(double a, double b, double low, double high, double& from, double& to) {
    const double d = b - a;
    if (std::fabs(d) < 1e-12) {
        if (a < low || a > high)
            to = from - 1;
        return;
    }
    const double t0 = (low - a) / d, t1 = (high - a) / d;
    from = std::max(from, std::min(t0, t1));
    to = std::min(to, std::max(t0, t1));
}

double lengthWithin(const QPolygonF& line, const QRectF& box) {
    double sum = 0;
    for (qsizetype i = 0; i + 1 < line.size(); ++i) {
        const QPointF a = line[i], b = line[i + 1];
        if (!std::isfinite(a.x() + a.y() + b.x() + b.y()))
            continue;
        double from = 0, to = 1;
        clip(a.x(), b.x(), box.left(), box.right(), from, to);
        clip(a.y(), b.y(), box.top(), box.bottom(), from, to);
        if (to > from)
            sum += (to - from) * std::hypot(b.x() - a.x(), b.y() - a.y());
    }
    if (line.size() == 1 && box.contains(line[0]))
        sum += kAir;
    return sum;
}

} // namespace

LegendPlace leastCovered(const QVector<QPolygonF>& lines, QSizeF size, Qt::Alignment preferred) {
    LegendPlace best{preferred, INFINITY};
    for (const Qt::Alignment at :
         {preferred, Qt::AlignTop | Qt::AlignRight, Qt::AlignTop | Qt::AlignLeft,
          Qt::AlignBottom | Qt::AlignRight, Qt::AlignBottom | Qt::AlignLeft,
          Qt::AlignVCenter | Qt::AlignRight, Qt::AlignTop | Qt::AlignHCenter,
          Qt::AlignBottom | Qt::AlignHCenter, Qt::AlignVCenter | Qt::AlignLeft}) {
        const double x = startOf(at, size.width(), Qt::AlignLeft, Qt::AlignRight);
        const double y = startOf(at, size.height(), Qt::AlignBottom, Qt::AlignTop);
        const QRectF box(x - kAir, y - kAir, size.width() + 2 * kAir, size.height() + 2 * kAir);
        double covered = 0;
        for (const QPolygonF& line : lines)
            covered += lengthWithin(line, box);
        if (covered < best.covered - kNegligible)
            best = {at, covered};
    }
    return best;
}

} // namespace ohm::widgets
