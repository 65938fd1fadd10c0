// SPDX-License-Identifier: GPL-3.0-or-later
#undef QT_NO_FOREACH // QCustomPlot needs the keyword, our sources use none
#include "widgets/plot/plotview_p.h"

#include "core/base/units.h"
#include "widgets/common/csvwriter.h"
#include "widgets/common/palette.h"

#include <QKeyEvent>
#include <QPicture>
#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

using namespace Qt::StringLiterals;

/// Plain where that is short, else with an engineering suffix.
QString number(double value) {
    const double size = std::fabs(value);
    if (size == 0 || (size >= 1e-3 && size < 1e4))
        return QString::number(value, 'g', 4);
    return QString::fromStdString(formatSi(value, "", 4));
}

/// Labels like "10 m" and "2 k" instead of powers of ten.
class EngineeringTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return number(tick); }
};
class EngineeringLogTicker : public QCPAxisTickerLog {
protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override { return number(tick); }
};

struct Extent {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void take(double value, bool positiveOnly) {
        if (!std::isfinite(value) || (positiveOnly && value <= 0))
            return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    bool empty() const { return !(low <= high); }
};

} // namespace

void PlotView::Private::rebuild() {
    if (legendRest) {
        plot->legend->remove(legendRest);
        legendRest = nullptr;
    }
    plot->clearGraphs();
    graphs.clear();
    histograms.clear();
    hidden.resize(count());
    for (const PlotSeries& s : series) {
        QVector<QCPGraph*> own;
        auto* line = plot->addGraph();
        line->setName(s.name);
        // A name in brackets is that of an aid to another series: exports have it, the legend not.
        if (s.name.startsWith(u'('))
            line->removeFromLegend();
        // Steps stand upright: values at one place keep their order.
        line->setData(s.x, s.y, std::is_sorted(s.x.begin(), s.x.end()));
        own.push_back(line);
        if (s.low.size() == s.y.size() && s.high.size() == s.y.size() && !s.y.isEmpty()) {
            auto* low = plot->addGraph();
            low->setData(s.x, s.low);
            auto* high = plot->addGraph();
            high->setData(s.x, s.high);
            high->setChannelFillGraph(low);
            for (QCPGraph* limit : {low, high}) {
                limit->setPen(Qt::NoPen);
                limit->removeFromLegend();
                own.push_back(limit);
            }
        }
        graphs.push_back(own);
    }
    for (const PlotBars& b : bars) {
        // Steps over the edges, filled: bins need not be equally wide.
        QVector<double> x, y;
        for (qsizetype i = 0; i < b.counts.size() && i + 1 < b.edges.size(); ++i) {
            x << b.edges[i] << b.edges[i + 1];
            const double value = logY && b.counts[i] <= 0 ? leastBar() / 10 : b.counts[i];
            y << value << value;
        }
        auto* graph = plot->addGraph();
        graph->setName(b.name);
        graph->setData(x, y, true);
        graph->setLineStyle(QCPGraph::lsLine);
        histograms.push_back(graph);
    }
    plot->legend->setVisible(count() > 1);
    empty->setVisible(isEmpty() && !empty->text().isEmpty());
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) { // numbers of nothing would only mislead
        axis->setTicks(!isEmpty());
        axis->setTickLabels(!isEmpty());
        axis->grid()->setVisible(!isEmpty());
    }
    restyle(isDark(view->palette()), view->palette());
    showHidden();
    if (!moved)
        fitAxes();
    redraw();
    QStringList told;
    for (int i = 0; i < series.size(); ++i) {
        if (!series[i].y.isEmpty())
            told << PlotView::tr("%1: last %2").arg(series[i].name, number(series[i].y.last()));
    }
    for (const PlotBars& b : bars)
        told << PlotView::tr("%1: %L2 bins").arg(b.name).arg(b.counts.size());
    view->setAccessibleDescription(told.isEmpty() ? empty->text() : told.join(u"; "_s));
}

void PlotView::Private::restyle(bool dark, const QPalette& palette) {
    const QColor text = palette.color(QPalette::Text);
    QColor grid = text;
    grid.setAlphaF(0.12F);
    plot->setBackground(palette.brush(QPalette::Base));
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
        axis->setBasePen(QPen(text));
        axis->setTickPen(QPen(text));
        axis->setSubTickPen(QPen(text));
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->setTickLabelFont(view->font());
        axis->setLabelFont(view->font());
        axis->grid()->setPen(QPen(grid, 1));
        axis->grid()->setZeroLinePen(QPen(grid, 1));
    }
    QColor legend = palette.color(QPalette::Base);
    legend.setAlphaF(0.85F);
    plot->legend->setBrush(legend);
    plot->legend->setBorderPen(Qt::NoPen);
    plot->legend->setTextColor(text);
    plot->legend->setSelectedTextColor(text);
    plot->legend->setFont(view->font());
    if (legendRest)
        legendRest->setTextColor(text);
    plot->legend->setRowSpacing(0);
    plot->legend->setIconSize(22, QFontMetrics(view->font()).height() + 4); // room for descenders
    empty->setStyleSheet(u"color: %1"_s.arg(semanticColour(Semantic::Muted, dark).name()));
    for (int i = 0; i < graphs.size(); ++i) {
        const PlotSeries& s = series[i];
        const QColor colour = seriesColour(s.colour >= 0 ? s.colour : i, dark);
        QPen pen(colour, 1.8);
        if (s.dashed)
            pen.setStyle(Qt::DashLine);
        graphs[i][0]->setPen(pen);
        graphs[i][0]->setScatterStyle(
            s.markers || s.y.size() < 2
                ? QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colour), QBrush(colour), 5)
                : QCPScatterStyle());
        if (graphs[i].size() == 3) {
            QColor band = colour;
            band.setAlphaF(0.2F);
            graphs[i][2]->setBrush(band);
        }
    }
    for (int i = 0; i < histograms.size(); ++i) {
        const QColor colour = seriesColour(
            bars[i].colour >= 0 ? bars[i].colour : i + static_cast<int>(graphs.size()), dark);
        QColor fill = colour;
        fill.setAlphaF(histograms.size() > 1 ? 0.35F : 0.6F);
        histograms[i]->setPen(QPen(colour, 1.2));
        histograms[i]->setBrush(fill);
    }
    const QColor muted = semanticColour(Semantic::Muted, dark);
    mark->setPen(QPen(muted, 1, Qt::DashLine));
    markLabel->setColor(text);
    markLabel->setFont(view->font());
}

void PlotView::Private::showHidden() {
    for (int i = 0; i < count(); ++i) {
        const bool shown = !hidden.value(i);
        QCPGraph* first = i < graphs.size() ? graphs[i][0] : histograms[i - graphs.size()];
        if (i < graphs.size()) {
            for (QCPGraph* graph : graphs[i])
                graph->setVisible(shown);
        } else {
            first->setVisible(shown);
        }
        if (auto* item = plot->legend->itemWithPlottable(first)) {
            QColor colour = view->palette().color(QPalette::Text);
            if (!shown)
                colour.setAlphaF(0.4F);
            item->setTextColor(colour);
        }
    }
}

void PlotView::Private::fitAxes() {
    Extent x, y;
    for (int i = 0; i < series.size(); ++i) {
        if (hidden.value(i))
            continue;
        for (const double v : series[i].x)
            x.take(v, logX);
        for (const auto* list : {&series[i].y, &series[i].low, &series[i].high}) {
            for (const double v : *list)
                y.take(v, logY);
        }
    }
    for (int i = 0; i < bars.size(); ++i) {
        if (hidden.value(static_cast<int>(series.size()) + i))
            continue;
        for (const double v : bars[i].edges)
            x.take(v, logX);
        for (const double v : bars[i].counts)
            y.take(v, logY);
        y.take(logY ? leastBar() / 2 : 0, false);
    }
    const auto spread = [](Extent e, bool logarithmic, double margin) {
        if (e.empty())
            return QCPRange(logarithmic ? 0.1 : 0, 1);
        if (logarithmic) {
            const double factor = std::pow(e.high / e.low, margin);
            return e.high > e.low ? QCPRange(e.low / factor, e.high * factor)
                                  : QCPRange(e.low / 2, e.high * 2);
        }
        const double room =
            e.high > e.low ? (e.high - e.low) * margin : std::max(1e-12, std::fabs(e.high) * 0.1);
        return QCPRange(e.low - room, e.high + room);
    };
    plot->xAxis->setRange(spread(x, logX, bars.isEmpty() ? 0.02 : 0.0));
    QCPRange range = yLow < yHigh ? QCPRange(yLow, yHigh) : spread(y, logY, 0.06);
    if (!bars.isEmpty() && !logY)
        range.lower = 0;
    plot->yAxis->setRange(range);
}

QString PlotView::Private::reading(const QPoint& at, int* bar, int* bin) const {
    if (!plot->axisRect()->rect().contains(at))
        return {};
    const double x = plot->xAxis->pixelToCoord(at.x());
    for (int i = static_cast<int>(bars.size()) - 1; i >= 0; --i) {
        const PlotBars& b = bars[i];
        if (hidden.value(static_cast<int>(series.size()) + i))
            continue;
        for (qsizetype k = 0; k + 1 < b.edges.size(); ++k) {
            if (x < b.edges[k] || x >= b.edges[k + 1] || b.counts[k] <= 0 ||
                plot->yAxis->pixelToCoord(at.y()) > b.counts[k])
                continue;
            if (bar) {
                *bar = i;
                *bin = static_cast<int>(k);
            }
            return PlotView::tr("%1: %L2 from %3 to %4")
                .arg(b.name)
                .arg(b.counts[k])
                .arg(number(b.edges[k]), number(b.edges[k + 1]));
        }
    }
    double nearest = 20; // pixels
    QString text;
    for (int i = 0; i < series.size(); ++i) {
        if (hidden.value(i))
            continue;
        for (qsizetype k = 0; k < series[i].x.size(); ++k) {
            const double dx = plot->xAxis->coordToPixel(series[i].x[k]) - at.x();
            const double dy = plot->yAxis->coordToPixel(series[i].y[k]) - at.y();
            const double distance = std::hypot(dx, dy);
            if (distance < nearest) {
                nearest = distance;
                text = u"%1: %2, %3"_s.arg(series[i].name, number(series[i].x[k]),
                                           number(series[i].y[k]));
            }
        }
    }
    return text;
}

QByteArray PlotView::Private::csv() const {
    CsvWriter out;
    const auto banded = [](const PlotSeries& s) {
        return !s.y.isEmpty() && s.low.size() == s.y.size() && s.high.size() == s.y.size();
    };
    const bool bands = std::any_of(series.begin(), series.end(), banded);
    QStringList head{u"series"_s, plot->xAxis->label(), plot->yAxis->label()};
    if (bands)
        head << u"least"_s << u"greatest"_s;
    out.row(head);
    const QCPRange x = plot->xAxis->range();
    const auto exact = [](double v) { return QString::fromStdString(formatExact(v)); };
    for (int i = 0; i < series.size(); ++i) {
        for (qsizetype k = 0; k < series[i].x.size() && !hidden.value(i); ++k) {
            if (!x.contains(series[i].x[k]))
                continue;
            QStringList row{series[i].name, exact(series[i].x[k]), exact(series[i].y[k])};
            if (bands && banded(series[i]))
                row << exact(series[i].low[k]) << exact(series[i].high[k]);
            else if (bands)
                row << QString() << QString();
            out.row(row);
        }
    }
    for (int i = 0; i < bars.size(); ++i) {
        for (qsizetype k = 0; k + 1 < bars[i].edges.size(); ++k)
            out.row(QStringList{bars[i].name,
                                exact(bars[i].edges[k]) + u".."_s + exact(bars[i].edges[k + 1]),
                                exact(bars[i].counts[k])} +
                    (bands ? QStringList{QString(), QString()} : QStringList()));
    }
    return out.bytes();
}

PlotView::PlotView(const QString& name, QWidget* parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this)) {
    d->name = name;
    setAccessibleName(name);
    setFocusPolicy(Qt::StrongFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(d->plot);
    d->plot->setMinimumSize(2, 2); // a hidden chart may be given no room at all
    d->plot->setFocusPolicy(Qt::NoFocus);
    d->plot->setContextMenuPolicy(Qt::NoContextMenu);
    d->plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom | QCP::iSelectLegend |
                             QCP::iSelectAxes);
    d->plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new EngineeringTicker));
    d->plot->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new EngineeringTicker));
    d->plot->axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignTop | Qt::AlignRight);
    d->mark = new QCPItemStraightLine(d->plot);
    d->mark->setVisible(false);
    d->markLabel = new QCPItemText(d->plot);
    d->markLabel->setVisible(false);
    d->markLabel->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    d->empty->setAlignment(Qt::AlignCenter);
    d->empty->setWordWrap(true);
    d->empty->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* over = new QVBoxLayout(d->plot);
    over->addWidget(d->empty);

    connect(d->plot, &QCustomPlot::beforeReplot, this, [this] { d->placeLegend(); });
    const auto moved = [this] { d->moved = true; };
    connect(d->plot, &QCustomPlot::mouseWheel, this, [this, moved](QWheelEvent* event) {
        // Over an axis the wheel zooms that axis alone.
        const QPointF at = event->position();
        const QRect rect = d->plot->axisRect()->rect();
        Qt::Orientations which = Qt::Horizontal | Qt::Vertical;
        if (at.x() < rect.left())
            which = Qt::Vertical;
        else if (at.y() > rect.bottom())
            which = Qt::Horizontal;
        d->plot->axisRect()->setRangeZoom(which);
        moved();
    });
    connect(d->plot, &QCustomPlot::mousePress, this, [this, moved](QMouseEvent* event) {
        setFocus(Qt::MouseFocusReason);
        d->plot->setSelectionRectMode(event->button() == Qt::RightButton ? QCP::srmZoom
                                                                         : QCP::srmNone);
        if (d->plot->axisRect()->rect().contains(event->pos()))
            moved();
    });
    connect(d->plot, &QCustomPlot::mouseDoubleClick, this, [this] { fit(); });
    connect(d->plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        const QString text = event->buttons() ? QString() : d->reading(event->pos());
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(event->globalPosition().toPoint(), text, d->plot);
    });
    connect(d->plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        if (event->button() != Qt::LeftButton)
            return;
        int bar = -1, bin = -1;
        d->reading(event->pos(), &bar, &bin);
        if (bar >= 0)
            emit barClicked(bar, d->bars[bar].edges[bin], d->bars[bar].edges[bin + 1]);
    });
    connect(d->plot, &QCustomPlot::legendClick, this,
            [this](QCPLegend*, QCPAbstractLegendItem* item, QMouseEvent*) {
                auto* entry = qobject_cast<QCPPlottableLegendItem*>(item);
                for (int i = 0; entry && i < d->count(); ++i) {
                    const auto* first = i < d->graphs.size() ? d->graphs[i][0]
                                                             : d->histograms[i - d->graphs.size()];
                    if (first == entry->plottable())
                        setHidden(i, !isHidden(i));
                }
            });
    d->restyle(isDark(palette()), palette());
}

PlotView::~PlotView() = default;

void PlotView::setAxes(const QString& x, const QString& y) {
    d->plot->xAxis->setLabel(x);
    d->plot->yAxis->setLabel(y);
    d->redraw();
}

void PlotView::setLogarithmic(bool x, bool y) {
    if (x == d->logX && y == d->logY)
        return;
    d->logX = x;
    d->logY = y;
    const auto set = [](QCPAxis* axis, bool on) {
        axis->setScaleType(on ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        axis->setTicker(on ? QSharedPointer<QCPAxisTicker>(new EngineeringLogTicker)
                           : QSharedPointer<QCPAxisTicker>(new EngineeringTicker));
    };
    set(d->plot->xAxis, x);
    set(d->plot->yAxis, y);
    d->moved = false;
    d->rebuild();
}

bool PlotView::isLogarithmicY() const {
    return d->logY;
}

void PlotView::setSeries(const QVector<PlotSeries>& series) {
    d->series = series;
    d->rebuild();
}

void PlotView::setBars(const QVector<PlotBars>& bars) {
    d->bars = bars;
    d->rebuild();
}

const QVector<PlotSeries>& PlotView::series() const {
    return d->series;
}

const QVector<PlotBars>& PlotView::bars() const {
    return d->bars;
}

void PlotView::setMark(double x, const QString& label) {
    const bool shown = std::isfinite(x);
    d->mark->setVisible(shown);
    d->markLabel->setVisible(shown && !label.isEmpty());
    if (shown) {
        d->mark->point1->setCoords(x, 0);
        d->mark->point2->setCoords(x, 1);
        d->mark->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
        d->mark->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
        d->markLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        d->markLabel->position->setCoords(x, 0.02);
        d->markLabel->setText(u" "_s + label);
    }
    d->redraw();
}

void PlotView::setYRange(double low, double high) {
    d->yLow = low;
    d->yHigh = high;
    if (!d->moved)
        d->fitAxes();
    d->redraw();
}

void PlotView::setEmptyText(const QString& text) {
    d->empty->setText(text);
    d->rebuild();
}

void PlotView::setHidden(int index, bool hidden) {
    if (index < 0 || index >= d->count())
        return;
    d->hidden[index] = hidden;
    d->showHidden();
    if (!d->moved)
        d->fitAxes();
    d->redraw();
}

bool PlotView::isHidden(int index) const {
    return d->hidden.value(index);
}

void PlotView::fit() {
    d->moved = false;
    d->fitAxes();
    d->redraw();
}

QVector<double> PlotView::range() const {
    const QCPRange x = d->plot->xAxis->range();
    const QCPRange y = d->plot->yAxis->range();
    return {x.lower, x.upper, y.lower, y.upper};
}

Renderable PlotView::renderable() {
    Renderable out;
    out.name = d->name.toLower().replace(u' ', u'-');
    out.size = d->isEmpty() ? QSizeF() : QSizeF(size()) * 0.75;
    out.paint = [this](QPainter& painter, const QRectF& rect) {
        // For print: dark on light, whatever the theme.
        d->restyle(false, lightPalette());
        if (d->plot->axisRect()->size().isEmpty())
            d->plot->replot(QCustomPlot::rpQueuedRefresh); // it has never been laid out
        d->placeLegend();
        QPicture picture;
        QCPPainter recorder;
        recorder.begin(&picture);
        recorder.setMode(QCPPainter::pmVectorized);
        recorder.setMode(QCPPainter::pmNoCaching);
        const QSize own = d->plot->size();
        d->plot->toPainter(&recorder, own.width(), own.height());
        recorder.end();
        painter.save();
        painter.translate(rect.topLeft());
        painter.scale(rect.width() / own.width(), rect.height() / own.height());
        // Playing enlarges by the resolution of the device, which the rectangle already counts.
        painter.scale(picture.logicalDpiX() / static_cast<double>(painter.device()->logicalDpiX()),
                      picture.logicalDpiY() / static_cast<double>(painter.device()->logicalDpiY()));
        picture.play(&painter);
        painter.restore();
        d->restyle(isDark(palette()), palette());
        d->showHidden();
    };
    out.csv = [this] { return d->csv(); };
    return out;
}

void PlotView::setCorner(QWidget* widget) {
    d->corner = widget;
    widget->setParent(this);
    widget->show();
    placeCorner();
}

void PlotView::setLegendAt(Qt::Alignment alignment) {
    d->legendAt = alignment;
    if (!d->legendAbove)
        d->plot->axisRect()->insetLayout()->setInsetAlignment(0, alignment);
}

void PlotView::placeCorner() {
    if (!d->corner)
        return;
    d->corner->resize(d->corner->sizeHint());
    d->corner->move(0, height() - d->corner->height());
    d->corner->raise();
}

void PlotView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (d->legendRest) // there may be room for all now
        d->rebuild();
    placeCorner();
}

QSize PlotView::sizeHint() const {
    const int em = fontMetrics().averageCharWidth();
    return {em * 60, fontMetrics().height() * 16};
}

QSize PlotView::minimumSizeHint() const {
    const int em = fontMetrics().averageCharWidth();
    return {em * 24, fontMetrics().height() * 8};
}

void PlotView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        d->restyle(isDark(palette()), palette());
        d->showHidden();
        d->redraw();
    }
}

void PlotView::keyPressEvent(QKeyEvent* event) {
    QCPAxis* x = d->plot->xAxis;
    QCPAxis* y = d->plot->yAxis;
    const auto pan = [](QCPAxis* axis, double share) {
        const QCPRange range = axis->range();
        if (axis->scaleType() == QCPAxis::stLogarithmic) {
            const double factor = std::pow(range.upper / range.lower, share);
            axis->setRange(range.lower * factor, range.upper * factor);
        } else {
            axis->moveRange(share * range.size());
        }
    };
    switch (event->key()) {
    case Qt::Key_Left:
        pan(x, -0.1);
        break;
    case Qt::Key_Right:
        pan(x, 0.1);
        break;
    case Qt::Key_Up:
        pan(y, 0.1);
        break;
    case Qt::Key_Down:
        pan(y, -0.1);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        x->scaleRange(0.8);
        y->scaleRange(0.8);
        break;
    case Qt::Key_Minus:
        x->scaleRange(1.25);
        y->scaleRange(1.25);
        break;
    case Qt::Key_0:
        fit();
        return;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    d->moved = true;
    d->redraw();
}

void PlotView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    d->plot->axisRect()->setBackground(Qt::NoBrush);
    d->plot->xAxis2->setVisible(true); // the frame shows the focus
    d->plot->xAxis2->setTicks(false);
    d->plot->xAxis2->setBasePen(QPen(palette().color(QPalette::Highlight), 2));
    d->redraw();
}

void PlotView::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    d->plot->xAxis2->setVisible(false);
    d->redraw();
}

} // namespace ohm::widgets
