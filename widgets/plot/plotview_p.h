// SPDX-License-Identifier: GPL-3.0-or-later
// What stands behind a PlotView; for the sources of this room alone.
#pragma once

#include "widgets/plot/plotview.h"

#include <QLabel>

#include <algorithm>
#include <cmath>
#include <limits>

#include <qcustomplot.h>

namespace ohm::widgets {

class PlotView::Private {
public:
    explicit Private(PlotView* owner)
        : view(owner)
        , plot(new QCustomPlot(owner))
        , empty(new QLabel(plot)) {}

    void rebuild();
    /// From the event loop; a chart without room has nothing to draw on.
    void redraw() {
        if (!plot->size().isEmpty())
            plot->replot(QCustomPlot::rpQueuedReplot);
    }
    void restyle(bool dark, const QPalette& palette);
    void fitAxes();
    void showHidden();
    void placeLegend();
    void setLegendAbove(bool on, int columns);
    void shortenNames();
    void shortenLegend(int most);
    QVector<QPolygonF> outlines() const;
    QString reading(const QPoint& at, int* bar = nullptr, int* bin = nullptr) const;
    QByteArray csv() const;
    int count() const { return static_cast<int>(series.size() + bars.size()); }
    bool isEmpty() const {
        return std::all_of(series.begin(), series.end(),
                           [](const PlotSeries& s) { return s.y.isEmpty(); }) &&
               std::all_of(bars.begin(), bars.end(),
                           [](const PlotBars& b) { return b.counts.isEmpty(); });
    }
    /// The least height above zero of all bars, 1 without one.
    double leastBar() const {
        double least = std::numeric_limits<double>::infinity();
        for (const PlotBars& b : bars) {
            for (const double v : b.counts)
                least = v > 0 ? std::min(least, v) : least;
        }
        return std::isfinite(least) ? least : 1;
    }

    PlotView* view;
    QCustomPlot* plot;
    QLabel* empty;
    QVector<PlotSeries> series;
    QVector<PlotBars> bars;
    QVector<bool> hidden;
    QVector<QVector<QCPGraph*>> graphs; ///< per series: line, and band limits
    QVector<QCPGraph*> histograms;
    QCPItemStraightLine* mark = nullptr;
    QCPItemText* markLabel = nullptr;
    bool logX = false, logY = false, moved = false;
    double yLow = 0, yHigh = 0;
    QString name;
    QWidget* corner = nullptr;
    Qt::Alignment legendAt = Qt::AlignTop | Qt::AlignRight;
    bool legendAbove = false; ///< it stands above the axes, as it would hide the data within
    QCPTextElement* legendRest = nullptr; ///< says how many entries there was no room for
    int legendFor = 0;                    ///< entries when it was placed there
    QSize legendIn;                       ///< and the size of the chart
};

} // namespace ohm::widgets
