// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/reportitems.h"
#include "widgets/plot/plotview.h"
#include "widgets/scatter/scatterview.h"

namespace ohm::ui {

// Each draws in the GUI thread and gives what any thread may paint again, one at a time.

/// Lines and histograms over axes.
struct PlotPlan {
    QString title, x, y;
    QVector<widgets::PlotSeries> series;
    QVector<widgets::PlotBars> bars;
    bool logarithmicX = false, logarithmicY = false;
    double low = 0, high = 0; ///< of y; low >= high: by the data
    Qt::Alignment legend = Qt::AlignTop | Qt::AlignRight;
};
widgets::Renderable drawPlot(const PlotPlan& plan);

/// Points with colours.
struct ScatterPlan {
    QString title;
    widgets::ScatterAxes axes;
    bool hasAxes = true;
    std::vector<float> points; ///< [count, 2]
    QVector<QRgb> colours;
    widgets::ScatterLegend legend;
    QStringList columns;                 ///< of the CSV
    std::function<QStringList(int)> row; ///< of a point
};
widgets::Renderable drawScatter(const ScatterPlan& plan);

/// Predicted, true and error beside each other.
widgets::Renderable drawMaps(const ReportMap& map);

/// Named bars from the left, each with its number.
struct BarPlan {
    QString title, unit;
    QStringList names;
    QVector<double> values; ///< not below 0; NaN: unknown
    QStringList shown;      ///< the numbers as they are written
};
widgets::Renderable drawBars(const BarPlan& plan);

/// Counts by two classes: rows are what is, columns what was said.
struct MatrixPlan {
    QString title, rowTitle, columnTitle;
    QStringList names;
    QVector<QVector<double>> counts;
};
widgets::Renderable drawMatrix(const MatrixPlan& plan);

} // namespace ohm::ui
