// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/parallel/parallelview.h"

#include "core/base/units.h"
#include "widgets/common/palette.h"

#include <QEvent>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

namespace {
constexpr int kRefineMs = 120;
constexpr double kReach = 5;        ///< pixels from the pointer to a line
constexpr double kWideRange = 1000; ///< max / min from which an axis by the data is logarithmic
} // namespace

ParallelView::ParallelView(const QString& name, QWidget* parent)
    : QWidget(parent) {
    setAccessibleName(name);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 160);
    m_refine.setSingleShot(true);
    m_refine.setInterval(kRefineMs);
    connect(&m_refine, &QTimer::timeout, this, [this] { dirty(); });
}

void ParallelView::setAxes(const QVector<ParallelAxis>& axes) {
    const bool same = std::equal(axes.begin(), axes.end(), m_axes.begin(), m_axes.end(),
                                 [](const auto& a, const auto& b) { return a.name == b.name; });
    m_axes = axes;
    if (!same) {
        m_order.clear();
        for (int i = 0; i < axes.size(); ++i)
            m_order << i;
        m_flipped.fill(false, axes.size());
        m_brushes.clear();
        m_values.clear();
        m_class.clear();
        m_rows = 0;
        m_selected = m_hover = -1;
        m_focus = 0;
    }
    measureScales();
    applyBrushes(!same);
    dirty();
}

void ParallelView::setRows(std::vector<float> values) {
    m_values = std::move(values);
    m_rows = m_axes.isEmpty() ? 0 : static_cast<int>(m_values.size()) / axisCount();
    m_class.resize(static_cast<std::size_t>(m_rows), 0);
    if (m_selected >= m_rows)
        m_selected = -1;
    m_hover = -1;
    measureScales();
    applyBrushes(false);
    dirty();
}

void ParallelView::setClasses(std::vector<std::uint8_t> classOf,
                              const QVector<QPair<QString, QColor>>& classes) {
    m_class = std::move(classOf);
    m_class.resize(static_cast<std::size_t>(m_rows), 0);
    m_classes = classes;
    dirty();
}

void ParallelView::setSelected(int row) {
    m_selected = row >= 0 && row < m_rows ? row : -1;
    update();
}

void ParallelView::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

void ParallelView::measureScales() {
    m_scales.assign(static_cast<std::size_t>(axisCount()), {});
    for (int a = 0; a < axisCount(); ++a) {
        const ParallelAxis& axis = m_axes[a];
        Scale& scale = m_scales[static_cast<std::size_t>(a)];
        double low = INFINITY, high = -INFINITY;
        for (int r = 0; r < m_rows; ++r) {
            const auto v = static_cast<double>(
                m_values[static_cast<std::size_t>(r) * static_cast<std::size_t>(axisCount()) +
                         static_cast<std::size_t>(a)]);
            if (std::isfinite(v)) {
                low = std::min(low, v);
                high = std::max(high, v);
            }
        }
        const bool given = std::isfinite(axis.low) && std::isfinite(axis.high);
        scale.logarithmic = axis.logarithmic || (!given && low > 0 && high > kWideRange * low);
        scale.low = std::isfinite(axis.low) ? axis.low : low;
        scale.high = std::isfinite(axis.high) ? axis.high : high;
        if (!std::isfinite(scale.low) || !std::isfinite(scale.high)) {
            scale = {0, 1, false};
        } else if (!(scale.high > scale.low)) { // all the same: in the middle
            const double half = scale.low == 0 ? 1 : std::fabs(scale.low) / 2;
            scale = {scale.low - half, scale.low + half, false};
        }
        scale.logarithmic = scale.logarithmic && scale.low > 0;
    }
    m_shares.resize(m_values.size()); // logarithms are taken once, not for every picture
    for (std::size_t i = 0; i < m_shares.size(); ++i)
        m_shares[i] =
            static_cast<float>(share(static_cast<int>(i % static_cast<std::size_t>(axisCount())),
                                     static_cast<double>(m_values[i]), false));
}

double ParallelView::share(int axis, double value, bool flipped) const {
    const Scale& s = m_scales[static_cast<std::size_t>(axis)];
    const double t = s.logarithmic ? value > 0 ? std::log(value / s.low) / std::log(s.high / s.low)
                                               : std::nan("")
                                   : (value - s.low) / (s.high - s.low);
    return flipped ? 1 - t : t;
}

double ParallelView::valueAt(int axis, double y) const {
    const QRectF plot = plotRect();
    double t = std::clamp((plot.bottom() - y) / std::max(1.0, plot.height()), 0.0, 1.0);
    if (m_flipped[axis])
        t = 1 - t;
    const Scale& s = m_scales[static_cast<std::size_t>(axis)];
    return s.logarithmic ? s.low * std::pow(s.high / s.low, t) : s.low + t * (s.high - s.low);
}

double ParallelView::yOf(int axis, double value) const {
    const QRectF plot = plotRect();
    return plot.bottom() - share(axis, value, m_flipped[axis]) * plot.height();
}

QRectF ParallelView::plotRect() const {
    const double line = fontMetrics().lineSpacing();
    const double side = std::max(28.0, static_cast<double>(fontMetrics().averageCharWidth()) * 5);
    return QRectF(rect()).adjusted(side, 2 * line + 10, -side, -(2 * line + 8));
}

double ParallelView::xOf(int place) const {
    const QRectF plot = plotRect();
    if (axisCount() < 2)
        return plot.center().x();
    return plot.left() + plot.width() * place / (axisCount() - 1);
}

QPointF ParallelView::placeOf(int row, int axis) const {
    const auto value = static_cast<double>(
        m_values[static_cast<std::size_t>(row) * static_cast<std::size_t>(axisCount()) +
                 static_cast<std::size_t>(axis)]);
    return {xOf(static_cast<int>(m_order.indexOf(axis))), yOf(axis, value)};
}

void ParallelView::setBrushes(const QVector<ParallelBrush>& brushes) {
    QVector<ParallelBrush> good;
    for (ParallelBrush b : brushes) {
        if (b.axis < 0 || b.axis >= axisCount() || std::isnan(b.low) || std::isnan(b.high))
            continue;
        if (b.low > b.high)
            std::swap(b.low, b.high);
        good << b;
    }
    if (good == m_brushes)
        return;
    m_brushes = good;
    applyBrushes(true);
    dirty();
}

void ParallelView::applyBrushes(bool tell) {
    const auto axes = static_cast<std::size_t>(axisCount());
    m_in.assign(static_cast<std::size_t>(m_rows), 1);
    for (int a = 0; a < axisCount(); ++a) {
        QVector<ParallelBrush> own;
        for (const ParallelBrush& b : m_brushes) {
            if (b.axis == a)
                own << b;
        }
        if (own.isEmpty())
            continue;
        for (std::size_t r = 0; r < static_cast<std::size_t>(m_rows); ++r) {
            const float v = m_values[r * axes + static_cast<std::size_t>(a)];
            // Compared as the rows are stored: an end put on a row's value holds that row.
            const bool in = std::any_of(own.begin(), own.end(), [v](const ParallelBrush& b) {
                return v >= static_cast<float>(b.low) && v <= static_cast<float>(b.high);
            });
            if (!in)
                m_in[r] = 0;
        }
    }
    m_inCount = static_cast<int>(std::count(m_in.begin(), m_in.end(), char{1}));
    tellAccessible();
    if (tell)
        emit brushed();
}

void ParallelView::moveAxis(int place, int to) {
    if (place < 0 || place >= axisCount() || to < 0 || to >= axisCount() || place == to)
        return;
    m_order.move(place, to);
    m_focus = to;
    tellAccessible();
    dirty();
    emit orderChanged();
}

void ParallelView::flip(int axis) {
    if (axis < 0 || axis >= axisCount())
        return;
    m_flipped[axis] = !m_flipped[axis];
    dirty();
    emit orderChanged();
}

void ParallelView::dirty(bool quick) {
    m_dirty = true;
    m_quick = quick;
    if (quick)
        m_refine.start();
    update();
}

QRectF ParallelView::axisRect(int place) const {
    const QRectF plot = plotRect();
    const double half = std::min(10.0, axisCount() > 1 ? plot.width() / (axisCount() - 1) / 3 : 10);
    return {xOf(place) - half, plot.top() - 4, 2 * half, plot.height() + 8};
}

QRectF ParallelView::titleRect(int place) const {
    const QRectF plot = plotRect();
    const double width = axisCount() > 1 ? plot.width() / (axisCount() - 1) : plot.width();
    return {xOf(place) - width / 2, 0, width, static_cast<double>(fontMetrics().lineSpacing()) + 4};
}

int ParallelView::placeAt(QPointF position) const {
    for (int place = 0; place < axisCount(); ++place) {
        if (axisRect(place).contains(position))
            return place;
    }
    return -1;
}

int ParallelView::rowAt(QPointF position) const {
    const QRectF plot = plotRect();
    if (m_rows == 0 || axisCount() < 2 || !plot.adjusted(-4, -4, 4, 4).contains(position))
        return -1;
    const double step = plot.width() / (axisCount() - 1);
    const int left =
        std::clamp(static_cast<int>((position.x() - plot.left()) / step), 0, axisCount() - 2);
    const int a = m_order[left], b = m_order[left + 1];
    const double t = std::clamp((position.x() - xOf(left)) / step, 0.0, 1.0);
    int best = -1;
    double nearest = kReach;
    const auto yOfRow = [&](int row, int axis) {
        const auto i = static_cast<std::size_t>(row) * static_cast<std::size_t>(axisCount()) +
                       static_cast<std::size_t>(axis);
        const auto part = static_cast<double>(m_shares[i]);
        return plot.bottom() - (m_flipped[axis] ? 1 - part : part) * plot.height();
    };
    for (int r = 0; r < m_rows; ++r) {
        const double y0 = yOfRow(r, a), y1 = yOfRow(r, b);
        const double y = y0 + t * (y1 - y0);
        // Across the line, not straight up: steep lines are hit as well as flat ones.
        const double away = std::fabs(y - position.y()) / std::hypot(1.0, (y1 - y0) / step);
        if (!(away <= kReach))
            continue;
        const double cost = isBrushed(r) ? away : away + kReach;
        if (cost <= nearest || best < 0) {
            nearest = cost;
            best = r;
        }
    }
    return best >= 0 && (isBrushed(best) || m_inCount == 0) ? best : -1;
}

int ParallelView::brushOf(int axis) const {
    for (int i = static_cast<int>(m_brushes.size()) - 1; i >= 0; --i) {
        if (m_brushes[i].axis == axis)
            return i;
    }
    return -1;
}

void ParallelView::tellAccessible() {
    if (m_axes.isEmpty()) {
        setAccessibleDescription(m_emptyText);
        return;
    }
    const int axis = m_order.value(std::clamp(m_focus, 0, axisCount() - 1));
    QString text =
        tr("Axis %1, %2 of %3.").arg(m_axes[axis].name).arg(m_focus + 1).arg(axisCount());
    const std::string unit = m_axes[axis].unit.toStdString();
    for (const ParallelBrush& b : m_brushes) {
        if (b.axis == axis)
            text += u' ' + tr("Brushed from %1 to %2.")
                               .arg(QString::fromStdString(formatSi(b.low, unit)),
                                    QString::fromStdString(formatSi(b.high, unit)));
    }
    text += u' ' + tr("%1 of %2 rows in the brushes.").arg(m_inCount).arg(m_rows);
    setAccessibleDescription(text);
}

void ParallelView::resizeEvent(QResizeEvent*) {
    dirty();
}

void ParallelView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::EnabledChange)
        dirty();
}

} // namespace ohm::widgets
