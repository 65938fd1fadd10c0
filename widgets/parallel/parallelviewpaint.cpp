// SPDX-License-Identifier: GPL-3.0-or-later
// How parallel coordinates look: lines are counted pixel by pixel and toned, so that thousands of
// them show where they are dense; axes, brushes and the chosen row are painted over them.
#include "core/base/units.h"
#include "widgets/common/csvwriter.h"
#include "widgets/common/palette.h"
#include "widgets/parallel/parallelview.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr int kMostClasses = 8;
constexpr int kMostRows = 60'000; ///< drawn at all
constexpr int kQuickRows = 1200;  ///< drawn while the pointer drags
constexpr double kOutTone = 0.06; ///< of one line outside the brushes
constexpr double kFewest = 40;    ///< rows up to which each line is drawn fully

/// Counts of lines per pixel of one class, column after column, for lines run down columns. At most
/// 65,535 lines.
class Counts {
public:
    Counts(int width, int height)
        : m_width(width)
        , m_height(height)
        , m_counts(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0) {}

    /// From (x0, y0) to (x1, y1), x0 < x1, without the last column. In fixed point: the rounding of
    /// doubles would be most of the time.
    void line(int x0, double y0, int x1, double y1) {
        constexpr int kShift = 16;
        constexpr double kOne = 1 << kShift;
        const int first = std::max(0, x0), last = std::min(m_width, x1);
        const auto slope = static_cast<std::int64_t>((y1 - y0) / std::max(1, x1 - x0) * kOne);
        std::int64_t y = static_cast<std::int64_t>((y0 + 0.5) * kOne) + slope * (first - x0);
        std::uint16_t* column = m_counts.data() + static_cast<std::ptrdiff_t>(first) * m_height;
        for (int x = first; x < last; ++x, y += slope, column += m_height) {
            int from = static_cast<int>(y >> kShift);
            int to = static_cast<int>((y + slope) >> kShift);
            if (from > to)
                std::swap(from, to);
            if (to > from)
                --to; // the next column begins there
            from = std::clamp(from, 0, m_height - 1);
            to = std::clamp(to, from, m_height - 1);
            for (int row = from; row <= to; ++row)
                ++column[row];
        }
    }

    /// Over the picture, the denser the more opaque; one line has `tone`.
    void paintOnto(QImage& image, const QColor& colour, double tone) const {
        std::array<int, 256> alpha{};
        for (std::size_t n = 1; n < alpha.size(); ++n)
            alpha[n] = static_cast<int>(
                std::lround(255 * (1 - std::pow(1 - tone, static_cast<double>(n)))));
        const int cr = colour.red(), cg = colour.green(), cb = colour.blue();
        for (int y = 0; y < m_height; ++y) {
            auto* pixels = reinterpret_cast<QRgb*>(image.scanLine(y));
            const std::uint16_t* count = m_counts.data() + y;
            for (int x = 0; x < m_width; ++x, count += m_height) {
                if (*count == 0)
                    continue;
                const int a = alpha[std::min<std::size_t>(*count, 255)];
                const QRgb under = pixels[x];
                const auto mix = [a](int over, int below) {
                    return below + (over - below) * a / 255;
                };
                pixels[x] =
                    qRgb(mix(cr, qRed(under)), mix(cg, qGreen(under)), mix(cb, qBlue(under)));
            }
        }
    }

private:
    int m_width, m_height;
    std::vector<std::uint16_t> m_counts;
};

QString shortValue(double value, const QString& unit) {
    return QString::fromStdString(unit.isEmpty() && std::fabs(value) < 1e4 &&
                                          (std::fabs(value) >= 1e-2 || value == 0)
                                      ? QString::number(value, 'g', 3).toStdString()
                                      : formatSi(value, unit.toStdString(), 3));
}

} // namespace

QColor ParallelView::classColour(int row) const {
    if (m_classes.isEmpty())
        return seriesColour(0, isDark(palette()));
    return m_classes[std::min<qsizetype>(m_class[static_cast<std::size_t>(row)],
                                         m_classes.size() - 1)]
        .second;
}

void ParallelView::rasterise() {
    m_dirty = false;
    const double ratio = devicePixelRatioF();
    const QSize size = (QSizeF(width(), height()) * ratio).toSize();
    m_picture = QImage(size, QImage::Format_RGB32);
    m_picture.setDevicePixelRatio(ratio);
    const QColor ground = palette().color(QPalette::Base);
    m_picture.fill(ground);
    if (m_rows == 0 || axisCount() < 2 || size.isEmpty())
        return;
    const int classes = std::clamp(static_cast<int>(m_classes.size()), 1, kMostClasses);
    std::vector<Counts> in(static_cast<std::size_t>(classes), Counts(size.width(), size.height()));
    Counts out(size.width(), size.height());
    const auto axes = static_cast<std::size_t>(axisCount());
    const int stride = std::max(m_quick ? m_rows / kQuickRows : 1, 1 + m_rows / kMostRows);
    std::vector<double> y(axes);
    std::vector<int> x(axes);
    for (std::size_t p = 0; p < axes; ++p)
        x[p] = static_cast<int>(std::lround(xOf(static_cast<int>(p)) * ratio));
    const QRectF plot = plotRect();
    for (int r = 0; r < m_rows; r += stride) {
        const float* shares = m_shares.data() + static_cast<std::size_t>(r) * axes;
        for (std::size_t p = 0; p < axes; ++p) {
            const int axis = m_order[static_cast<qsizetype>(p)];
            const auto part = static_cast<double>(shares[axis]);
            const double t = m_flipped[axis] ? 1 - part : part;
            y[p] = std::isnan(t)
                       ? t
                       : (plot.bottom() - std::clamp(t, 0.0, 1.0) * plot.height()) * ratio;
        }
        Counts& counts =
            m_in[static_cast<std::size_t>(r)]
                ? in[std::min<std::size_t>(m_class[static_cast<std::size_t>(r)], in.size() - 1)]
                : out;
        for (std::size_t p = 0; p + 1 < axes; ++p) {
            if (!std::isnan(y[p]) && !std::isnan(y[p + 1]))
                counts.line(x[p], y[p], x[p + 1], y[p + 1]);
        }
    }
    out.paintOnto(m_picture, semanticColour(Semantic::Muted, isDark(palette())), kOutTone * stride);
    // One line of few is drawn fully, one of thousands faintly.
    const int drawn = std::max(1, m_inCount / stride);
    const double tone = std::clamp(kFewest / drawn, 0.12, 0.95);
    for (int c = 0; c < classes; ++c)
        in[static_cast<std::size_t>(c)].paintOnto(
            m_picture,
            m_classes.isEmpty() ? seriesColour(0, isDark(palette())) : m_classes[c].second, tone);
}

void ParallelView::paintAxis(QPainter& painter, int place, const QPalette& colours,
                             bool dark) const {
    const int axis = m_order[place];
    const ParallelAxis& a = m_axes[axis];
    const QRectF plot = plotRect();
    const double x = xOf(place);
    const bool focused = hasFocus() && place == m_focus;
    const QColor text = colours.color(QPalette::Text);
    // What is asked for, as a bar beside the axis.
    if (std::isfinite(a.from) || std::isfinite(a.to)) {
        const Scale& s = m_scales[static_cast<std::size_t>(axis)];
        const double y0 = std::clamp(yOf(axis, std::isfinite(a.from) ? a.from : s.low), plot.top(),
                                     plot.bottom());
        const double y1 =
            std::clamp(yOf(axis, std::isfinite(a.to) ? a.to : s.high), plot.top(), plot.bottom());
        painter.fillRect(QRectF(x - 6, std::min(y0, y1), 3, std::max(2.0, std::fabs(y1 - y0))),
                         semanticColour(Semantic::Pass, dark));
    }
    painter.setPen(QPen(text, focused ? 2.5 : 1));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    for (int i = 0; i < m_brushes.size(); ++i) {
        const ParallelBrush& b = m_brushes[i];
        if (b.axis != axis)
            continue;
        const double y0 = std::clamp(yOf(axis, b.low), plot.top() - 3, plot.bottom() + 3);
        const double y1 = std::clamp(yOf(axis, b.high), plot.top() - 3, plot.bottom() + 3);
        const QRectF box(x - 6, std::min(y0, y1), 12, std::max(3.0, std::fabs(y1 - y0)));
        QColor fill = semanticColour(Semantic::Selection, dark);
        painter.setPen(QPen(fill, 1.5));
        fill.setAlpha(70);
        painter.setBrush(fill);
        painter.drawRoundedRect(box, 2, 2);
        painter.setBrush(Qt::NoBrush);
    }
    const double step = axisCount() > 1 ? plot.width() / (axisCount() - 1) : plot.width();
    const QFontMetricsF metrics(font());
    const double room = std::max(20.0, step - 4);
    QFont title = font();
    title.setBold(focused);
    painter.setFont(title);
    painter.setPen(text);
    QString name = a.name;
    if (m_flipped[axis])
        name = QStringLiteral("\u21c5 ") + a.name;
    painter.drawText(QRectF(x - room / 2, 2, room, metrics.height()), Qt::AlignCenter,
                     metrics.elidedText(name, Qt::ElideRight, room));
    QFont small = font();
    if (small.pointSizeF() > 0)
        small.setPointSizeF(small.pointSizeF() * 0.85);
    painter.setFont(small);
    painter.setPen(semanticColour(Semantic::Muted, dark));
    const Scale& s = m_scales[static_cast<std::size_t>(axis)];
    const QFontMetricsF smallMetrics(small);
    const auto end = [&](double value, double top) {
        painter.drawText(QRectF(x - room / 2, top, room, smallMetrics.height()), Qt::AlignCenter,
                         smallMetrics.elidedText(shortValue(value, a.unit), Qt::ElideRight, room));
    };
    end(m_flipped[axis] ? s.low : s.high, plot.top() - smallMetrics.height() - 5);
    end(m_flipped[axis] ? s.high : s.low, plot.bottom() + 4);
    painter.setFont(font());
}

void ParallelView::paintLegend(QPainter& painter, const QPalette& colours) const {
    const QFontMetricsF metrics(font());
    double x = plotRect().left();
    const double y = height() - metrics.height() - 2;
    for (const auto& [name, colour] : m_classes) {
        painter.fillRect(QRectF(x, y + metrics.height() / 2 - 2, 14, 4), colour);
        painter.setPen(colours.color(QPalette::Text));
        painter.drawText(QPointF(x + 18, y + metrics.ascent()), name);
        x += 18 + metrics.horizontalAdvance(name) + 16;
    }
    const QString count = m_brushes.isEmpty()
                              ? tr("%n row(s)", nullptr, m_rows)
                              : tr("%1 of %2 in the brushes").arg(m_inCount).arg(m_rows);
    painter.drawText(QRectF(0, y, plotRect().right(), metrics.height()), Qt::AlignRight, count);
}

void ParallelView::paintOver(QPainter& painter, const QPalette& colours, bool dark) const {
    painter.setRenderHint(QPainter::Antialiasing);
    const auto line = [&](int row, const QColor& colour, double width) {
        QPainterPath path;
        bool on = false;
        for (const int axis : m_order) {
            const QPointF at = placeOf(row, axis);
            if (std::isnan(at.y())) {
                on = false;
                continue;
            }
            if (on)
                path.lineTo(at);
            else
                path.moveTo(at);
            on = true;
        }
        QColor halo = colours.color(QPalette::Base);
        halo.setAlpha(200);
        painter.setPen(QPen(halo, width + 3));
        painter.drawPath(path);
        painter.setPen(QPen(colour, width));
        painter.drawPath(path);
    };
    if (m_hover >= 0 && m_hover != m_selected)
        line(m_hover, semanticColour(Semantic::Hover, dark), 2);
    if (m_selected >= 0)
        line(m_selected, semanticColour(Semantic::Selection, dark), 2.5);
    for (int place = 0; place < axisCount(); ++place)
        paintAxis(painter, place, colours, dark);
    if (m_grip == Grip::Title && m_dragged) { // where the axis would go
        painter.setPen(QPen(semanticColour(Semantic::Selection, dark), 2, Qt::DashLine));
        painter.drawLine(QPointF(m_last.x(), plotRect().top()),
                         QPointF(m_last.x(), plotRect().bottom()));
    }
    paintLegend(painter, colours);
}

void ParallelView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (m_rows == 0 || axisCount() < 2) {
        painter.fillRect(rect(), palette().color(QPalette::Base));
        painter.setPen(semanticColour(Semantic::Muted, isDark(palette())));
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    if (m_dirty)
        rasterise();
    painter.drawImage(0, 0, m_picture);
    paintOver(painter, palette(), isDark(palette()));
}

void ParallelView::paintLines(QPainter& painter) const {
    painter.setRenderHint(QPainter::Antialiasing);
    const auto draw = [&](bool brushed, int onlyClass) {
        for (int r = 0; r < m_rows; ++r) {
            if (isBrushed(r) != brushed ||
                (onlyClass >= 0 && m_class[static_cast<std::size_t>(r)] != onlyClass))
                continue;
            QColor colour = brushed ? classColour(r) : semanticColour(Semantic::Muted, false);
            colour.setAlphaF(brushed ? static_cast<float>(
                                           std::clamp(kFewest / std::max(1, m_inCount), 0.12, 0.95))
                                     : static_cast<float>(kOutTone));
            painter.setPen(QPen(colour, 1));
            QPolygonF points;
            for (const int axis : m_order) {
                const QPointF at = placeOf(r, axis);
                if (!std::isnan(at.y())) {
                    points << at;
                    continue;
                }
                painter.drawPolyline(points);
                points.clear();
            }
            painter.drawPolyline(points);
        }
    };
    draw(false, -1);
    for (int c = 0; c < std::max<int>(1, static_cast<int>(m_classes.size())); ++c)
        draw(true, m_classes.isEmpty() ? -1 : c);
}

Renderable ParallelView::renderable() {
    Renderable made;
    made.name = accessibleName();
    if (m_rows == 0 || axisCount() < 2)
        return made;
    made.size = size();
    made.paint = [view = QPointer<ParallelView>(this)](QPainter& painter, const QRectF& target) {
        if (!view)
            return;
        painter.save();
        painter.translate(target.topLeft());
        painter.scale(target.width() / std::max(1, view->width()),
                      target.height() / std::max(1, view->height()));
        painter.setFont(view->font());
        view->paintLines(painter);
        view->paintOver(painter, lightPalette(), false);
        painter.restore();
    };
    made.csv = [view = QPointer<ParallelView>(this)] {
        CsvWriter writer;
        if (!view)
            return writer.bytes();
        for (const int axis : view->m_order)
            writer.cell(view->m_axes[axis].unit.isEmpty()
                            ? view->m_axes[axis].name
                            : view->m_axes[axis].name + u" ("_s + view->m_axes[axis].unit + u')');
        writer.endRow();
        for (int r = 0; r < view->m_rows; ++r) {
            if (!view->isBrushed(r))
                continue;
            for (const int axis : view->m_order)
                writer.cell(static_cast<double>(
                    view->m_values[static_cast<std::size_t>(r) *
                                       static_cast<std::size_t>(view->axisCount()) +
                                   static_cast<std::size_t>(axis)]));
            writer.endRow();
        }
        return writer.bytes();
    };
    return made;
}

} // namespace ohm::widgets
