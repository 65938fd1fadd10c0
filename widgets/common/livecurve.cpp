// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/livecurve.h"

#include "widgets/common/palette.h"

#include <QEvent>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::widgets {

namespace {
/// Short for an axis: "0.25", "7.9e-4".
QString shortNumber(double value) {
    const double size = std::fabs(value);
    if (size == 0 || (size >= 0.01 && size < 1e4))
        return QString::number(value, 'g', 3);
    QString text = QString::number(value, 'e', 1);
    return text.replace(QLatin1String("e-0"), QLatin1String("e-"))
        .replace(QLatin1String("e+0"), QLatin1String("e"));
}
} // namespace

LiveCurve::LiveCurve(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(title)
    , m_level(std::numeric_limits<double>::quiet_NaN()) {
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void LiveCurve::setSeries(const QVector<Series>& series) {
    m_series = series;
    describe();
    update();
}
void LiveCurve::setLogarithmic(bool on) {
    m_logarithmic = on;
    update();
}
void LiveCurve::setRange(double low, double high) {
    m_low = low;
    m_high = high;
    update();
}
void LiveCurve::setPlanned(double end) {
    m_end = end;
    update();
}
void LiveCurve::setLevel(double value, const QString& name) {
    m_level = value;
    m_levelName = name;
    describe();
    update();
}
void LiveCurve::setEmptyText(const QString& text) {
    m_empty = text;
    update();
}

void LiveCurve::describe() {
    QStringList parts;
    for (const Series& series : m_series)
        if (!series.points.isEmpty())
            parts += tr("%1 %2").arg(series.name).arg(series.points.last().y(), 0, 'g', 3);
    if (std::isfinite(m_level))
        parts += tr("%1 %2").arg(m_levelName).arg(m_level, 0, 'g', 3);
    setAccessibleDescription(parts.join(QStringLiteral(", ")));
}

QSize LiveCurve::sizeHint() const {
    return {fontMetrics().averageCharWidth() * 60, fontMetrics().height() * 11};
}
QSize LiveCurve::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 26, fontMetrics().height() * 9};
}

void LiveCurve::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
}

void LiveCurve::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool dark = isDark(palette());
    const QColor text = palette().color(QPalette::Text);
    const QColor muted = semanticColour(Semantic::Muted, dark);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    const QFontMetricsF metrics(font());
    const double h = metrics.height();
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(text);
    painter.drawText(QRectF(8, 4, width() - 16, h), Qt::AlignLeft | Qt::AlignVCenter, m_title);
    painter.setFont(font());

    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double end = m_end;
    std::size_t points = 0;
    const auto usable = [this](double y) { return std::isfinite(y) && (!m_logarithmic || y > 0); };
    const auto reach = [&](double y) {
        if (!usable(y))
            return;
        low = std::min(low, y);
        high = std::max(high, y);
    };
    for (const Series& series : m_series)
        for (const QPointF& point : series.points) {
            reach(point.y());
            end = std::max(end, point.x());
            ++points;
        }
    if (points > 0)
        reach(m_level);
    const double left = metrics.horizontalAdvance(QStringLiteral("8.8e-8")) + 12;
    double right = std::isfinite(m_level)
                       ? metrics.horizontalAdvance(m_levelName + QLatin1Char(' ') + shortNumber(m_level))
                       : 0;
    for (const Series& series : m_series)
        if (!series.points.isEmpty())
            right = std::max(right,
                             metrics.horizontalAdvance(series.name + QLatin1Char(' ') +
                                                       shortNumber(series.points.last().y())));
    right += 12;
    const QRectF plot(left, h + 12, width() - left - right, height() - 2 * h - 22);
    if (points == 0 || !(high >= low) || plot.width() < 20 || plot.height() < 20) {
        painter.setPen(muted);
        painter.drawText(QRectF(rect()).adjusted(12, h, -12, -4),
                         Qt::AlignCenter | Qt::TextWordWrap, m_empty);
        return;
    }
    if (m_high > m_low) {
        low = m_low;
        high = m_high;
    } else if (m_logarithmic) {
        low /= 1.15;
        high *= 1.15;
    } else {
        const double room = high > low ? (high - low) * 0.08 : std::max(1e-9, std::fabs(high) * 0.1);
        low -= room;
        high += room;
    }
    const auto toY = [&](double y) {
        const double part = m_logarithmic ? std::log(y / low) / std::log(high / low)
                                          : (y - low) / (high - low);
        return plot.bottom() - std::clamp(part, 0.0, 1.0) * plot.height();
    };
    const auto toX = [&](double x) { return plot.left() + (end > 0 ? x / end : 0) * plot.width(); };

    QColor grid = text;
    grid.setAlpha(28);
    constexpr int kLines = 4;
    for (int i = 0; i <= kLines; ++i) {
        const double part = i / double(kLines);
        const double value =
            m_logarithmic ? low * std::pow(high / low, part) : low + (high - low) * part;
        painter.setPen(grid);
        painter.drawLine(QPointF(plot.left(), toY(value)), QPointF(plot.right(), toY(value)));
        painter.setPen(muted);
        painter.drawText(QRectF(0, toY(value) - h / 2, left - 6, h),
                         Qt::AlignRight | Qt::AlignVCenter, shortNumber(value));
    }
    painter.drawText(QRectF(plot.left(), plot.bottom() + 3, plot.width(), h),
                     Qt::AlignLeft | Qt::AlignTop, QStringLiteral("0"));
    painter.drawText(QRectF(plot.left(), plot.bottom() + 3, plot.width(), h),
                     Qt::AlignRight | Qt::AlignTop, tr("step %1").arg(QLocale().toString(end, 'f', 0)));

    double lastLabel = -1e9;
    if (usable(m_level)) {
        QPen level(muted, 1.2, Qt::DashLine);
        painter.setPen(level);
        painter.drawLine(QPointF(plot.left(), toY(m_level)), QPointF(plot.right(), toY(m_level)));
        painter.setPen(muted);
        painter.drawText(QRectF(plot.right() + 6, toY(m_level) - h / 2, right, h),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         m_levelName + QLatin1Char(' ') + shortNumber(m_level));
        lastLabel = toY(m_level);
    }
    int index = 0;
    for (const Series& series : m_series) {
        const QColor colour = seriesColour(index++, dark);
        QPainterPath path;
        bool started = false;
        QPointF last;
        double lastValue = 0;
        for (const QPointF& point : series.points) {
            if (!usable(point.y()))
                continue;
            last = {toX(point.x()), toY(point.y())};
            lastValue = point.y();
            if (started)
                path.lineTo(last);
            else
                path.moveTo(last);
            started = true;
        }
        if (!started)
            continue;
        QPen pen(colour, 1.8);
        if (series.dashed)
            pen.setDashPattern({4, 2});
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(path);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawEllipse(last, 2.6, 2.6);
        double y = last.y();
        if (std::fabs(y - lastLabel) < h)
            y = lastLabel + (y >= lastLabel ? h : -h);
        lastLabel = y;
        painter.setPen(colour);
        painter.drawText(QRectF(plot.right() + 6, y - h / 2, right, h),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         series.name + QLatin1Char(' ') + shortNumber(lastValue));
    }
}

} // namespace ohm::widgets
