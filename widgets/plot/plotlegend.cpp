// SPDX-License-Identifier: GPL-3.0-or-later
// Where a chart's legend stands, and what of it there is room for.
#undef QT_NO_FOREACH // QCustomPlot needs the keyword, our sources use none
#include "widgets/plot/legendplace.h"
#include "widgets/plot/plotview_p.h"

namespace ohm::widgets {

/// What is drawn, in shares of the axes' sides, y upwards.
QVector<QPolygonF> PlotView::Private::outlines() const {
    constexpr qsizetype kMost = 300; ///< corners of a line
    const auto share = [](const QCPAxis* axis, double v) {
        const QCPRange r = axis->range();
        return axis->scaleType() == QCPAxis::stLogarithmic
                   ? std::log(v / r.lower) / std::log(r.upper / r.lower)
                   : (v - r.lower) / r.size();
    };
    QVector<QPolygonF> out;
    const auto add = [&](const QVector<double>& x, const QVector<double>& y) {
        QPolygonF line;
        const qsizetype count = std::min(x.size(), y.size());
        const qsizetype every = std::max<qsizetype>(1, count / kMost);
        for (qsizetype i = 0; i < count; i += every)
            line << QPointF(share(plot->xAxis, x[i]), share(plot->yAxis, y[i]));
        if (!line.isEmpty())
            out << line;
    };
    for (int i = 0; i < series.size(); ++i) {
        if (hidden.value(i))
            continue;
        add(series[i].x, series[i].y);
        add(series[i].x, series[i].low);
        add(series[i].x, series[i].high);
    }
    for (int i = 0; i < bars.size(); ++i) {
        for (qsizetype k = 0; k + 1 < bars[i].edges.size() && k < bars[i].counts.size() &&
                              !hidden.value(static_cast<int>(series.size()) + i);
             ++k) {
            const double middle = (bars[i].edges[k] + bars[i].edges[k + 1]) / 2;
            const double x = share(plot->xAxis, middle);
            out << QPolygonF({{x, 0}, {x, share(plot->yAxis, bars[i].counts[k])}});
        }
    }
    return out;
}

void PlotView::Private::setLegendAbove(bool on, int columns) {
    QCPLegend* legend = plot->legend;
    QCPLayoutGrid* grid = plot->plotLayout();
    if (on != legendAbove) {
        if (on) {
            plot->axisRect()->insetLayout()->take(legend);
            grid->insertRow(0);
            grid->addElement(0, 0, legend);
            grid->setRowStretchFactor(0, 0.001);
        } else {
            grid->take(legend);
            grid->simplify();
            plot->axisRect()->insetLayout()->addElement(legend, legendAt);
        }
        legendAbove = on;
        view->setProperty("legendAbove", on); // for whoever lays out around it, and tests
    }
    const auto order = on ? QCPLayoutGrid::foColumnsFirst : QCPLayoutGrid::foRowsFirst;
    if (legend->wrap() != columns || legend->fillOrder() != order) {
        legend->setWrap(columns);
        legend->setFillOrder(order);
    }
}

/// Names as the legend has them: no longer than the chart is wide.
void PlotView::Private::shortenNames() {
    const QFontMetrics metrics(plot->legend->font());
    const int most = std::max(60, plot->width() * 9 / 10 - plot->legend->iconSize().width() -
                                      plot->legend->iconTextPadding());
    for (int i = 0; i < count(); ++i) {
        QCPGraph* first = i < graphs.size() ? graphs[i][0] : histograms[i - graphs.size()];
        const QString& full = i < series.size() ? series[i].name : bars[i - series.size()].name;
        first->setName(metrics.elidedText(full, Qt::ElideMiddle, most));
    }
}

/// At most so many entries, the last of which says how many there are besides.
void PlotView::Private::shortenLegend(int most) {
    int left = 0, rest = 0;
    for (int i = 0; i < count(); ++i) {
        QCPGraph* first = i < graphs.size() ? graphs[i][0] : histograms[i - graphs.size()];
        if (plot->legend->itemWithPlottable(first) && ++left >= most) {
            first->removeFromLegend();
            ++rest;
        }
    }
    legendRest = new QCPTextElement(plot, PlotView::tr("and %1 more").arg(rest));
    legendRest->setLayer(plot->legend->layer()); // or it would lie below the legend's ground
    legendRest->setFont(plot->legend->font());
    legendRest->setTextColor(plot->legend->textColor());
    legendRest->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    plot->legend->addElement(legendRest);
}

/// Where it hides the least; above the axes where it would hide some of the data anywhere.
void PlotView::Private::placeLegend() {
    constexpr double kWidest = 0.6, kHighest = 0.6; ///< of the axes' rectangle
    constexpr double kCovered = 0.02;
    constexpr double kMostAbove = 0.35; ///< of the chart's height
    QCPLegend* legend = plot->legend;
    const QSizeF inner = plot->axisRect()->size();
    if (!legend->visible() || inner.width() < 20 || inner.height() < 20) {
        if (!legend->visible())
            setLegendAbove(false, 0);
        return;
    }
    shortenNames();
    double width = 0, height = 0, line = 0;
    int entries = 0;
    for (int i = 0; i < legend->itemCount(); ++i) {
        const QCPAbstractLegendItem* item = legend->item(i);
        if (!item) // a cell of the last row that is empty
            continue;
        ++entries;
        const QSize size = item->minimumOuterSizeHint();
        width = std::max(width, static_cast<double>(size.width()));
        line = std::max(line, static_cast<double>(size.height()));
        height += size.height() + legend->rowSpacing();
    }
    const QMargins margins = legend->margins();
    const double columns =
        std::floor((plot->width() - margins.left() - margins.right() + legend->columnSpacing()) /
                   (width + legend->columnSpacing()));
    const int across = std::clamp(static_cast<int>(columns), 1, std::max(1, entries));
    if (legendAbove && legendFor == entries && legendIn == plot->size()) {
        setLegendAbove(true, across); // it does not jump while curves grow
        return;
    }
    const QSizeF share((width + margins.left() + margins.right()) / inner.width(),
                       (height + margins.top() + margins.bottom()) / inner.height());
    const LegendPlace place = leastCovered(outlines(), share, legendAt);
    const double rows = std::ceil(static_cast<double>(entries) / across);
    const bool room = rows * line < kMostAbove * plot->height();
    const bool within =
        share.width() < kWidest && share.height() < kHighest && place.covered < kCovered;
    if (within) {
        legendAt = place.at;
        setLegendAbove(false, 0);
        plot->axisRect()->insetLayout()->setInsetAlignment(0, legendAt);
        return;
    }
    if (!room) {
        const int most = across * std::max(2, static_cast<int>(kMostAbove * plot->height() / line));
        if (most < entries) {
            shortenLegend(most);
            entries = most - 1;
        }
    }
    legendFor = entries;
    legendIn = plot->size();
    setLegendAbove(true, across);
}

} // namespace ohm::widgets
