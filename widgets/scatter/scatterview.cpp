// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scatter/scatterview.h"

#include "core/base/units.h"
#include "widgets/common/palette.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QPolygonF>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

namespace {

constexpr double kMargin = 24;      ///< pixels beside the points of a fitted view
constexpr double kReach = 6;        ///< pixels from the pointer to a point
constexpr double kZoomStep = 1.25;  ///< of a key
constexpr double kPanStep = 0.1;    ///< of the widget, of a key
constexpr int kFewPoints = 3000;    ///< drawn larger
constexpr int kManyPoints = 30'000; ///< drawn smaller
constexpr int kPointsPerCell = 4;
constexpr int kMostRings = 100; ///< around selected points; of more the others fade
constexpr int kMostLegend = 12;
constexpr double kTickSpacing = 75; ///< pixels between labelled values

/// Side of a point in device-independent pixels.
int sideOf(std::size_t count) {
    return count <= kFewPoints ? 6 : count <= kManyPoints ? 4 : 2;
}

/// Least and greatest x and y of the finite values; reversed if there are none.
std::pair<std::array<double, 2>, std::array<double, 2>> boundsOf(const std::vector<float>& xy) {
    std::array<double, 2> low{INFINITY, INFINITY}, high{-INFINITY, -INFINITY};
    for (std::size_t i = 0; i < xy.size(); ++i) {
        const auto v = static_cast<double>(xy[i]);
        if (std::isfinite(v)) {
            low[i % 2] = std::min(low[i % 2], v);
            high[i % 2] = std::max(high[i % 2], v);
        }
    }
    return {low, high};
}

/// Round numbers within a range, about `most` of them.
std::vector<double> axisTicks(double low, double high, int most) {
    std::vector<double> ticks;
    if (!(high > low) || !std::isfinite(high - low))
        return ticks;
    const double rough = (high - low) / std::max(2, most);
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double part = rough / power;
    const double step = power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
    for (double n = std::ceil(low / step); n * step <= high && ticks.size() < 100; ++n)
        ticks.push_back(n * step);
    return ticks;
}

QString tickText(double value) {
    const double size = std::fabs(value);
    if (size < 1e-15)
        return u"0"_s;
    return size >= 1e-3 && size < 1e4 ? QString::number(value, 'g', 4)
                                      : QString::fromStdString(formatSi(value, "", 4));
}

} // namespace

ScatterView::ScatterView(const QString& name, QWidget* parent)
    : QWidget(parent) {
    setAccessibleName(name);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 180);
}

void ScatterView::setPoints(std::vector<float> xy) {
    const bool same = xy.size() == m_xy.size();
    m_xy = std::move(xy);
    if (!same) {
        m_moved = false;
        m_selection.clear();
        m_colours.fill(qRgb(110, 120, 135), static_cast<qsizetype>(count()));
        m_hover = -1;
    }
    index();
    if (!m_moved)
        fit();
    dirty();
}

void ScatterView::setColours(QVector<QRgb> colours, const ScatterLegend& legend) {
    m_colours = std::move(colours);
    m_colours.resize(static_cast<qsizetype>(count()));
    m_legend = legend;
    dirty();
}

void ScatterView::setLegendAt(Qt::Alignment alignment) {
    m_legendLeft = alignment & Qt::AlignLeft;
    update();
}

void ScatterView::setSelection(QVector<int> points) {
    points.removeIf([this](int p) { return p < 0 || p >= static_cast<int>(count()); });
    m_selection = std::move(points);
    dirty();
}

void ScatterView::setDescription(std::function<QString(int)> describe) {
    m_describe = std::move(describe);
}

void ScatterView::setCsv(std::function<QByteArray()> csv) {
    m_csv = std::move(csv);
}

void ScatterView::setEmptyText(const QString& text) {
    m_emptyText = text;
    setToolTip({});
    update();
}

void ScatterView::setAxes(const ScatterAxes& axes) {
    m_axes = axes;
    m_hasAxes = true;
    measureMargins();
    if (!m_moved)
        fit();
    dirty();
}

void ScatterView::measureMargins() {
    const QFontMetricsF metrics(font());
    m_leftMargin = metrics.horizontalAdvance(u"-0.0000"_s) + metrics.height() + 14;
    m_bottomMargin = 2 * metrics.height() + 12;
}

QRectF ScatterView::plotRect() const {
    return m_hasAxes ? QRectF(rect()).adjusted(m_leftMargin, 8, -12, -m_bottomMargin)
                     : QRectF(rect());
}

void ScatterView::fit() {
    m_moved = false;
    const auto [low, high] = boundsOf(m_xy);
    if (!(low[0] <= high[0]) || !(low[1] <= high[1]))
        return;
    m_centre = {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2};
    const QRectF plot = plotRect();
    const double margin = m_hasAxes ? kMargin / 2 : kMargin;
    const double w = std::max(10.0, plot.width() - 2 * margin),
                 h = std::max(10.0, plot.height() - 2 * margin);
    const double across = w / std::max(high[0] - low[0], 1e-12);
    const double upwards = h / std::max(high[1] - low[1], 1e-12);
    const double both = std::min(across, upwards);
    m_scale = m_hasAxes ? QPointF(across, upwards) : QPointF(both, both);
    dirty();
}

void ScatterView::follow(const ScatterView& other) {
    m_centre = other.m_centre;
    m_scale = other.m_scale;
    m_moved = other.m_moved;
    if (!m_moved)
        fit();
    dirty();
}

QPointF ScatterView::placeOf(QPointF at) const {
    const QPointF middle = plotRect().center();
    return {(at.x() - m_centre.x()) * m_scale.x() + middle.x(),
            middle.y() - (at.y() - m_centre.y()) * m_scale.y()};
}

QPointF ScatterView::placeOf(int point) const {
    const auto i = static_cast<std::size_t>(point) * 2;
    return placeOf(QPointF(static_cast<double>(m_xy[i]), static_cast<double>(m_xy[i + 1])));
}

QPointF ScatterView::toData(QPointF position) const {
    const QPointF middle = plotRect().center();
    return {(position.x() - middle.x()) / m_scale.x() + m_centre.x(),
            (middle.y() - position.y()) / m_scale.y() + m_centre.y()};
}

void ScatterView::index() {
    const auto [low, high] = boundsOf(m_xy);
    m_cells = 0;
    if (!(low[0] <= high[0]) || !(low[1] <= high[1]))
        return;
    m_cells = std::clamp(static_cast<int>(std::sqrt(static_cast<double>(count()) / kPointsPerCell)),
                         1, 400);
    m_left = low[0];
    m_bottom = low[1];
    m_cell = {std::max(high[0] - low[0], 1e-12) / m_cells,
              std::max(high[1] - low[1], 1e-12) / m_cells};
    const auto cells = static_cast<std::size_t>(m_cells) * static_cast<std::size_t>(m_cells);
    std::vector<int> cellOf(count(), -1);
    m_cellStart.assign(cells + 1, 0);
    for (std::size_t i = 0; i < count(); ++i) {
        const double x = static_cast<double>(m_xy[2 * i]), y = static_cast<double>(m_xy[2 * i + 1]);
        if (!std::isfinite(x) || !std::isfinite(y))
            continue;
        const int cx = std::clamp(static_cast<int>((x - m_left) / m_cell.x()), 0, m_cells - 1);
        const int cy = std::clamp(static_cast<int>((y - m_bottom) / m_cell.y()), 0, m_cells - 1);
        cellOf[i] = cy * m_cells + cx;
        ++m_cellStart[static_cast<std::size_t>(cellOf[i]) + 1];
    }
    for (std::size_t c = 0; c < cells; ++c)
        m_cellStart[c + 1] += m_cellStart[c];
    m_cellPoints.assign(static_cast<std::size_t>(m_cellStart.back()), 0);
    auto next = m_cellStart;
    for (std::size_t i = 0; i < count(); ++i) {
        if (cellOf[i] >= 0)
            m_cellPoints[static_cast<std::size_t>(next[static_cast<std::size_t>(cellOf[i])]++)] =
                static_cast<int>(i);
    }
}

int ScatterView::pointAt(QPointF position) const {
    if (m_cells == 0 || !plotRect().contains(position))
        return -1;
    const QPointF at = toData(position);
    const double reachX = kReach / m_scale.x(), reachY = kReach / m_scale.y();
    const auto cell = [&](double v, double from, double size) {
        return static_cast<int>(
            std::clamp(std::floor((v - from) / size), 0.0, static_cast<double>(m_cells - 1)));
    };
    int best = -1;
    double nearest = kReach * kReach;
    const int top = cell(at.y() + reachY, m_bottom, m_cell.y());
    const int right = cell(at.x() + reachX, m_left, m_cell.x());
    for (int cy = cell(at.y() - reachY, m_bottom, m_cell.y()); cy <= top; ++cy) {
        for (int cx = cell(at.x() - reachX, m_left, m_cell.x()); cx <= right; ++cx) {
            const auto c = static_cast<std::size_t>(cy * m_cells + cx);
            for (int k = m_cellStart[c]; k < m_cellStart[c + 1]; ++k) {
                const int p = m_cellPoints[static_cast<std::size_t>(k)];
                const auto i = static_cast<std::size_t>(p) * 2;
                const double dx = (static_cast<double>(m_xy[i]) - at.x()) * m_scale.x();
                const double dy = (static_cast<double>(m_xy[i + 1]) - at.y()) * m_scale.y();
                if (dx * dx + dy * dy <= nearest) {
                    nearest = dx * dx + dy * dy;
                    best = p;
                }
            }
        }
    }
    return best;
}

void ScatterView::dirty() {
    m_dirty = true;
    update();
}

/// 1 for each selected point where the others are to fade; empty where none is.
std::vector<std::uint8_t> ScatterView::highlighted() const {
    std::vector<std::uint8_t> marks;
    if (m_selection.size() <= kMostRings)
        return marks;
    marks.assign(count(), 0);
    for (const int p : m_selection)
        marks[static_cast<std::size_t>(p)] = 1;
    return marks;
}

QRgb ScatterView::faded(QRgb colour, const QColor& ground) const {
    const auto mix = [](int c, int g) { return (c + 4 * g) / 5; };
    return qRgb(mix(qRed(colour), ground.red()), mix(qGreen(colour), ground.green()),
                mix(qBlue(colour), ground.blue()));
}

void ScatterView::rasterise() {
    const double ratio = devicePixelRatioF();
    const QSize size = this->size() * ratio;
    if (m_picture.size() != size) {
        m_picture = QImage(size, QImage::Format_RGB32);
        m_picture.setDevicePixelRatio(ratio);
    }
    m_picture.fill(palette().color(QPalette::Base));
    const int side = std::max(1, static_cast<int>(std::lround(sideOf(count()) * ratio)));
    const auto stride = m_picture.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
    auto* pixels = reinterpret_cast<QRgb*>(m_picture.bits());
    if (m_hasAxes) {
        QPainter painter(&m_picture);
        paintArea(painter, palette(), isDark(palette()));
    }
    const QPointF scale = m_scale * ratio;
    const QPointF middle = plotRect().center() * ratio;
    const double left = middle.x() - m_centre.x() * scale.x() - side / 2.0;
    const double top = middle.y() + m_centre.y() * scale.y() - side / 2.0;
    const auto draw = [&](std::size_t i, QRgb colour) {
        const double px = static_cast<double>(m_xy[2 * i]) * scale.x() + left;
        const double py = top - static_cast<double>(m_xy[2 * i + 1]) * scale.y();
        if (!(px > -side && py > -side && px < size.width() && py < size.height()))
            return; // not finite ones too
        const int x0 = std::max(0, static_cast<int>(px)), y0 = std::max(0, static_cast<int>(py));
        const int x1 = std::min(size.width(), static_cast<int>(px) + side);
        const int y1 = std::min(size.height(), static_cast<int>(py) + side);
        // Corners left out: at these sizes a disc.
        const bool round = side >= 4;
        for (int y = y0; y < y1; ++y) {
            const bool edge =
                round && (y == static_cast<int>(py) || y + 1 == static_cast<int>(py) + side);
            QRgb* row = pixels + y * stride;
            for (int x = x0 + (edge ? 1 : 0); x < x1 - (edge ? 1 : 0); ++x)
                row[x] = colour;
        }
    };
    const std::vector<std::uint8_t> marks = highlighted();
    const QColor ground = palette().color(QPalette::Base);
    for (std::size_t i = 0; i < count(); ++i) {
        const QRgb colour = m_colours[static_cast<qsizetype>(i)];
        draw(i, marks.empty() ? colour : faded(colour, ground));
    }
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (marks[i])
            draw(i, m_colours[static_cast<qsizetype>(i)]);
    }
    if (m_hasAxes) {
        QPainter painter(&m_picture);
        painter.setFont(font());
        paintAxes(painter, palette(), isDark(palette()));
    }
    m_dirty = false;
}

void ScatterView::paintArea(QPainter& painter, const QPalette& colours, bool dark) const {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(plotRect());
    if (!m_axes.area.isEmpty()) {
        QPolygonF area;
        for (const QPointF& p : m_axes.area)
            area << placeOf(p);
        painter.setPen(Qt::NoPen);
        painter.setBrush(semanticTint(Semantic::Pass, dark));
        painter.drawPolygon(area);
    }
    QColor quiet = colours.color(QPalette::Text);
    quiet.setAlphaF(0.55F);
    for (const ScatterAxes::Line& line : m_axes.lines) {
        painter.setPen(QPen(quiet, 1, line.dashed ? Qt::DashLine : Qt::SolidLine));
        painter.drawLine(placeOf(line.from), placeOf(line.to));
    }
    painter.setClipping(false);
}

void ScatterView::paintAxes(QPainter& painter, const QPalette& colours, bool dark) const {
    const QRectF plot = plotRect();
    const QRectF whole(rect());
    // What the points left in the margins.
    const QColor ground = colours.color(QPalette::Base);
    painter.fillRect(QRectF(whole.topLeft(), QPointF(plot.left(), whole.bottom() + 1)), ground);
    painter.fillRect(QRectF(QPointF(plot.right(), whole.top()), whole.bottomRight()), ground);
    painter.fillRect(QRectF(whole.topLeft(), QPointF(whole.right() + 1, plot.top())), ground);
    painter.fillRect(QRectF(QPointF(whole.left(), plot.bottom()),
                            QPointF(whole.right() + 1, whole.bottom() + 1)),
                     ground);
    const QColor text = colours.color(QPalette::Text);
    QColor grid = text;
    grid.setAlphaF(0.12F);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(text);
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());
    painter.drawLine(plot.topLeft(), plot.bottomLeft());
    const QFontMetricsF metrics(painter.font());
    const QPointF low = toData(plot.bottomLeft()), high = toData(plot.topRight());
    for (const double x :
         axisTicks(low.x(), high.x(), static_cast<int>(plot.width() / kTickSpacing))) {
        const double at = placeOf(QPointF(x, 0)).x();
        painter.setPen(grid);
        painter.drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom() - 1));
        painter.setPen(text);
        painter.drawLine(QPointF(at, plot.bottom()), QPointF(at, plot.bottom() + 4));
        painter.drawText(QRectF(at - 60, plot.bottom() + 5, 120, metrics.height()), Qt::AlignCenter,
                         tickText(x));
    }
    for (const double y :
         axisTicks(low.y(), high.y(), static_cast<int>(plot.height() / (kTickSpacing * 0.6)))) {
        const double at = placeOf(QPointF(0, y)).y();
        painter.setPen(grid);
        painter.drawLine(QPointF(plot.left() + 1, at), QPointF(plot.right(), at));
        painter.setPen(text);
        painter.drawLine(QPointF(plot.left() - 4, at), QPointF(plot.left(), at));
        painter.drawText(QRectF(0, at - metrics.height() / 2, plot.left() - 6, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, tickText(y));
    }
    painter.setPen(semanticColour(Semantic::Muted, dark));
    painter.drawText(
        QRectF(plot.left(), whole.bottom() - metrics.height() - 2, plot.width(), metrics.height()),
        Qt::AlignCenter, m_axes.x);
    painter.save();
    painter.translate(2, plot.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-plot.height() / 2, 0, plot.height(), metrics.height()),
                     Qt::AlignCenter, m_axes.y);
    painter.restore();
}

void ScatterView::paintOver(QPainter& painter, const QRectF& rect, bool print) const {
    const QPalette colours = print ? lightPalette() : palette();
    const bool dark = !print && isDark(colours);
    painter.setRenderHint(QPainter::Antialiasing);
    // The legend, top right.
    const QFontMetricsF metrics(painter.font());
    const double line = metrics.height() * 1.15;
    double y = rect.top() + 10;
    const auto text = [&](const QString& words, double left, const QColor& colour) {
        painter.setPen(colour);
        painter.drawText(QPointF(left, y + metrics.ascent()), words);
    };
    if (!m_legend.title.isEmpty() && count() > 0) {
        double widest = metrics.horizontalAdvance(m_legend.title);
        const qsizetype shown = std::min<qsizetype>(m_legend.classes.size(), kMostLegend);
        for (qsizetype i = 0; i < shown; ++i)
            widest = std::max(widest, metrics.horizontalAdvance(m_legend.classes[i].first) + 16);
        if (m_legend.classes.isEmpty())
            widest = std::max(widest, 150.0);
        const double left = m_legendLeft ? rect.left() + 16 : rect.right() - widest - 14;
        const double rows =
            m_legend.classes.isEmpty()
                ? 3
                : static_cast<double>(shown + 1 + (m_legend.classes.size() > shown ? 1 : 0));
        QColor ground = colours.color(QPalette::Base);
        ground.setAlphaF(0.85F);
        painter.fillRect(QRectF(left - 8, y - 4, widest + 16, rows * line + 10), ground);
        text(m_legend.title, left, colours.color(QPalette::Text));
        y += line;
        if (m_legend.classes.isEmpty()) {
            QLinearGradient gradient(left, 0, left + widest, 0);
            for (int i = 0; i <= 4; ++i)
                gradient.setColorAt(i / 4.0,
                                    rampColour(i / 4.0, isDark(palette()))); // as the points
            painter.fillRect(QRectF(left, y + 2, widest, line * 0.6), gradient);
            y += line * 0.85;
            const QString high = QString::number(m_legend.high, 'g', 4);
            text(QString::number(m_legend.low, 'g', 4), left, colours.color(QPalette::Text));
            text(high, left + widest - metrics.horizontalAdvance(high),
                 colours.color(QPalette::Text));
        }
        for (qsizetype i = 0; i < shown; ++i) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_legend.classes[i].second);
            painter.drawEllipse(QPointF(left + 5, y + line / 2), 4.5, 4.5);
            text(m_legend.classes[i].first, left + 16, colours.color(QPalette::Text));
            y += line;
        }
        if (m_legend.classes.size() > shown)
            text(tr("and %L1 more").arg(m_legend.classes.size() - shown), left,
                 semanticColour(Semantic::Muted, dark));
    }
    painter.setBrush(Qt::NoBrush);
    const double r = sideOf(count()) / 2.0 + 3;
    painter.setPen(QPen(semanticColour(Semantic::Selection, dark), 2));
    painter.setClipRect(plotRect());
    if (m_selection.size() <= kMostRings) {
        for (const int p : m_selection)
            painter.drawEllipse(placeOf(p), r, r);
    }
    if (m_hover >= 0 && m_hover < static_cast<int>(count())) {
        painter.setPen(QPen(semanticColour(Semantic::Hover, dark), 2, Qt::DashLine));
        painter.drawEllipse(placeOf(m_hover), r + 2, r + 2);
    }
    painter.setClipping(false);
}

void ScatterView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (m_dirty || m_picture.size() != size() * devicePixelRatioF())
        rasterise();
    painter.drawImage(0, 0, m_picture);
    paintOver(painter, plotRect(), false);
    if (m_lassoing && m_lasso.size() > 1) {
        painter.setPen(QPen(palette().color(QPalette::Text), 1, Qt::DashLine));
        painter.drawPolygon(QPolygonF(m_lasso));
    }
    if (count() == 0 && !m_emptyText.isEmpty()) {
        painter.setPen(semanticColour(Semantic::Muted, isDark(palette())));
        painter.drawText(rect().adjusted(40, 0, -40, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
    }
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(palette().color(QPalette::Highlight));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void ScatterView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!m_moved)
        fit();
    dirty();
}

void ScatterView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_hasAxes) {
        measureMargins();
        if (!m_moved)
            fit();
    }
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        dirty();
}

void ScatterView::zoom(double factor, QPointF around) {
    const QPointF fixed = toData(around);
    m_scale = {std::clamp(m_scale.x() * factor, 1e-9, 1e12),
               std::clamp(m_scale.y() * factor, 1e-9, 1e12)};
    m_moved = true;
    const QPointF now = toData(around);
    m_centre += fixed - now;
    dirty();
    emit viewChanged();
}

void ScatterView::wheelEvent(QWheelEvent* event) {
    zoom(std::pow(1.0015, event->angleDelta().y()), event->position());
    event->accept();
}

void ScatterView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = true;
    m_press = m_last = event->position();
    m_lassoing = event->modifiers() & Qt::ShiftModifier;
    m_lasso = {m_press};
}

void ScatterView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    if (!m_pressed) {
        hover(pointAt(at));
        return;
    }
    if (m_lassoing) {
        m_lasso << at;
        update();
        return;
    }
    if (!m_panning && (at - m_press).manhattanLength() < QApplication::startDragDistance())
        return;
    m_panning = m_moved = true;
    m_centre -= QPointF((at.x() - m_last.x()) / m_scale.x(), (m_last.y() - at.y()) / m_scale.y());
    m_last = at;
    setCursor(Qt::ClosedHandCursor);
    dirty();
    emit viewChanged();
}

void ScatterView::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_pressed)
        return;
    const bool add = event->modifiers() & Qt::ControlModifier;
    if (m_lassoing && m_lasso.size() > 2) {
        QPainterPath path;
        path.addPolygon(QPolygonF(m_lasso));
        const QRectF bounds = path.boundingRect();
        QVector<int> inside;
        for (int i = 0; i < static_cast<int>(count()); ++i) {
            const QPointF p = placeOf(i);
            if (bounds.contains(p) && path.contains(p))
                inside << i;
        }
        select(inside, add);
    } else if (!m_panning) {
        const int p = pointAt(event->position());
        select(p < 0 ? QVector<int>() : QVector<int>{p}, add);
    }
    m_pressed = m_panning = m_lassoing = false;
    unsetCursor();
    update();
}

void ScatterView::mouseDoubleClickEvent(QMouseEvent* event) {
    const int p = pointAt(event->position());
    if (p >= 0) {
        emit activated(p);
        return;
    }
    fit();
    emit viewChanged();
}

void ScatterView::leaveEvent(QEvent*) {
    hover(-1);
}

void ScatterView::select(QVector<int> points, bool add) {
    if (add) {
        QVector<int> whole = m_selection;
        for (const int p : points) {
            if (!whole.contains(p))
                whole << p;
            else if (points.size() == 1)
                whole.removeAll(p);
        }
        points = whole;
    }
    if (points == m_selection)
        return;
    m_selection = points;
    dirty();
    emit selectionChanged(m_selection);
}

void ScatterView::hover(int point) {
    if (point == m_hover)
        return;
    m_hover = point;
    setToolTip(point >= 0 && m_describe ? m_describe(point) : QString());
    if (point >= 0 && m_describe)
        QToolTip::showText(mapToGlobal(placeOf(point).toPoint()) + QPoint(12, 12), toolTip(), this);
    else
        QToolTip::hideText();
    update();
    emit hovered(point);
}

void ScatterView::keyPressEvent(QKeyEvent* event) {
    const QPointF middle(width() / 2.0, height() / 2.0);
    const auto pan = [&](double x, double y) {
        m_centre += QPointF(x * width() / m_scale.x(), y * height() / m_scale.y()) * kPanStep;
        m_moved = true;
        dirty();
        emit viewChanged();
    };
    switch (event->key()) {
    case Qt::Key_0:
        fit();
        emit viewChanged();
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(kZoomStep, middle);
    case Qt::Key_Minus:
        return zoom(1 / kZoomStep, middle);
    case Qt::Key_Left:
        return pan(-1, 0);
    case Qt::Key_Right:
        return pan(1, 0);
    case Qt::Key_Up:
        return pan(0, 1);
    case Qt::Key_Down:
        return pan(0, -1);
    case Qt::Key_Escape:
        return select({}, false);
    default:
        QWidget::keyPressEvent(event);
    }
}

Renderable ScatterView::renderable() {
    Renderable out;
    out.name = accessibleName().toLower().replace(u' ', u'-');
    out.size = count() > 0 ? QSizeF(size()) * 0.75 : QSizeF();
    out.paint = [this](QPainter& painter, const QRectF& rect) {
        painter.save();
        painter.setClipRect(rect);
        painter.translate(rect.topLeft());
        painter.scale(rect.width() / width(), rect.height() / height());
        painter.fillRect(QRectF(QPointF(), QSizeF(size())), Qt::white);
        painter.setFont(inPixels(font()));
        if (m_hasAxes)
            paintArea(painter, lightPalette(), false);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        const double r = sideOf(count()) / 2.0;
        const std::vector<std::uint8_t> marks = highlighted();
        for (int i = 0; i < static_cast<int>(count()); ++i) {
            const QPointF p = placeOf(i);
            if (!std::isfinite(p.x()) || !rect.isValid() || !plotRect().contains(p))
                continue;
            const bool fade = !marks.empty() && !marks[static_cast<std::size_t>(i)];
            painter.setBrush(QColor(fade ? faded(m_colours[i], Qt::white) : m_colours[i]));
            painter.drawEllipse(p, r, r);
        }
        if (m_hasAxes)
            paintAxes(painter, lightPalette(), false);
        paintOver(painter, plotRect(), true);
        painter.restore();
    };
    out.csv = m_csv;
    return out;
}

} // namespace ohm::widgets
