// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QSizeF>
#include <QVector>

namespace ohm::widgets {

/// Where a legend stands in a chart. A plain value.
struct LegendPlace {
    Qt::Alignment at;
    double covered = 0; ///< length of the lines below it, in sides of the chart
};

/// The place among preferred, corners and middles of the sides where a legend covers the least;
/// among equals the preferred, then corners. `lines` and `size` in shares of the chart's sides, y
/// upwards. Thread: any.
LegendPlace leastCovered(const QVector<QPolygonF>& lines, QSizeF size, Qt::Alignment preferred);

} // namespace ohm::widgets
