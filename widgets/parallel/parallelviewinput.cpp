// SPDX-License-Identifier: GPL-3.0-or-later
// Pointer and keys of parallel coordinates.
#include "widgets/parallel/parallelview.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

namespace {
constexpr double kDragStart = 4; ///< pixels until a press is a drag
constexpr double kEnd = 5;       ///< pixels from a brush's end that resize it
constexpr double kKeyStep = 0.05;
} // namespace

int ParallelView::brushAt(int axis, double y, Grip& grip) const {
    for (int i = static_cast<int>(m_brushes.size()) - 1; i >= 0; --i) {
        const ParallelBrush& b = m_brushes[i];
        if (b.axis != axis)
            continue;
        const double low = yOf(axis, b.low), high = yOf(axis, b.high);
        const double end = std::min(kEnd, std::fabs(high - low) / 3);
        if (std::fabs(y - low) <= std::max(2.0, end)) {
            grip = Grip::Low;
            return i;
        }
        if (std::fabs(y - high) <= std::max(2.0, end)) {
            grip = Grip::High;
            return i;
        }
        if (y > std::min(low, high) && y < std::max(low, high)) {
            grip = Grip::Move;
            return i;
        }
    }
    return -1;
}

void ParallelView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || axisCount() == 0)
        return QWidget::mousePressEvent(event);
    m_press = m_last = event->position();
    m_dragged = false;
    m_grip = Grip::None;
    for (int place = 0; place < axisCount(); ++place) {
        if (titleRect(place).contains(m_press)) {
            m_grip = Grip::Title;
            m_gripPlace = m_focus = place;
        }
    }
    if (const int place = m_grip == Grip::None ? placeAt(m_press) : -1; place >= 0) {
        m_gripPlace = m_focus = place;
        m_grip = Grip::New;
        m_gripBrush = brushAt(m_order[place], m_press.y(), m_grip);
        if (m_gripBrush >= 0)
            m_before = m_brushes[m_gripBrush];
    }
    tellAccessible();
    update();
}

void ParallelView::mouseMoveEvent(QMouseEvent* event) {
    m_last = event->position();
    if (!(event->buttons() & Qt::LeftButton)) {
        const int place = placeAt(m_last);
        Grip grip = Grip::None;
        if (place >= 0)
            brushAt(m_order[place], m_last.y(), grip);
        const bool title = std::any_of(m_order.begin(), m_order.end(), [&, p = 0](int) mutable {
            return titleRect(p++).contains(m_last);
        });
        setCursor(title                                     ? Qt::SizeHorCursor
                  : grip == Grip::Low || grip == Grip::High ? Qt::SizeVerCursor
                  : grip == Grip::Move                      ? Qt::SizeAllCursor
                  : place >= 0                              ? Qt::CrossCursor
                                                            : Qt::ArrowCursor);
        const int row = place >= 0 ? -1 : rowAt(m_last);
        if (row != m_hover) {
            m_hover = row;
            update();
            if (row >= 0 && m_describe)
                QToolTip::showText(event->globalPosition().toPoint(), m_describe(row), this);
            else
                QToolTip::hideText();
        }
        return;
    }
    if (m_grip == Grip::None)
        return;
    m_dragged =
        m_dragged || std::hypot(m_last.x() - m_press.x(), m_last.y() - m_press.y()) >= kDragStart;
    if (!m_dragged)
        return;
    if (m_grip == Grip::Title) {
        update();
        return;
    }
    const int axis = m_order[m_gripPlace];
    const double from = valueAt(axis, m_press.y()), to = valueAt(axis, m_last.y());
    if (m_grip == Grip::New) {
        m_brushes << ParallelBrush{axis, std::min(from, to), std::max(from, to)};
        m_gripBrush = static_cast<int>(m_brushes.size()) - 1;
        m_before = {axis, from, from};
        m_grip = to >= from ? Grip::High : Grip::Low;
    }
    ParallelBrush& b = m_brushes[m_gripBrush];
    if (m_grip == Grip::Move) {
        // Shifted in pixels, so that it keeps its length on the screen.
        const double shift = m_last.y() - m_press.y();
        const double a = valueAt(axis, yOf(axis, m_before.low) + shift);
        const double c = valueAt(axis, yOf(axis, m_before.high) + shift);
        b.low = std::min(a, c);
        b.high = std::max(a, c);
    } else {
        const double fixed = m_grip == Grip::High ? m_before.low : m_before.high;
        b.low = std::min(fixed, to);
        b.high = std::max(fixed, to);
    }
    applyBrushes(true);
    dirty(true);
}

void ParallelView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return QWidget::mouseReleaseEvent(event);
    const Grip grip = std::exchange(m_grip, Grip::None);
    const QPointF at = event->position();
    if (grip == Grip::Title && m_dragged) {
        const QRectF plot = plotRect();
        const double step = axisCount() > 1 ? plot.width() / (axisCount() - 1) : 1;
        moveAxis(m_gripPlace,
                 std::clamp(static_cast<int>(std::lround((at.x() - plot.left()) / step)), 0,
                            axisCount() - 1));
    } else if (!m_dragged && m_gripBrush >= 0 &&
               (grip == Grip::Move || grip == Grip::Low || grip == Grip::High)) {
        m_brushes.removeAt(m_gripBrush);
        applyBrushes(true);
        dirty();
    } else if (!m_dragged && grip != Grip::Title) {
        if (const int row = rowAt(at); row >= 0) {
            m_selected = row;
            emit rowClicked(row);
        }
    }
    m_gripBrush = -1;
    m_dragged = false;
    update();
}

void ParallelView::mouseDoubleClickEvent(QMouseEvent* event) {
    for (int place = 0; place < axisCount(); ++place) {
        if (titleRect(place).contains(event->position()))
            return flip(m_order[place]);
    }
}

void ParallelView::leaveEvent(QEvent*) {
    m_hover = -1;
    update();
}

void ParallelView::setBrushOf(int axis, double low, double high) {
    auto brushes = m_brushes;
    const int at = brushOf(axis);
    const ParallelBrush made{axis, std::min(low, high), std::max(low, high)};
    if (at < 0)
        brushes << made;
    else
        brushes[at] = made;
    setBrushes(brushes);
}

void ParallelView::keyPressEvent(QKeyEvent* event) {
    if (axisCount() == 0)
        return QWidget::keyPressEvent(event);
    const int axis = m_order[m_focus];
    const QRectF plot = plotRect();
    const bool control = event->modifiers() & Qt::ControlModifier;
    const auto shift = [&](double pixels) {
        const int at = brushOf(axis);
        if (at < 0) // the upper or the lower half, whichever way the key points
            return setBrushOf(axis, valueAt(axis, plot.center().y()),
                              valueAt(axis, pixels < 0 ? plot.top() : plot.bottom()));
        const ParallelBrush b = m_brushes[at];
        double low = yOf(axis, b.low), high = yOf(axis, b.high);
        if (event->modifiers() & Qt::ShiftModifier) { // the upper end on the screen alone
            (low < high ? low : high) += pixels;
        } else {
            low += pixels;
            high += pixels;
        }
        if (std::min(low, high) < plot.top() - 1 || std::max(low, high) > plot.bottom() + 1)
            return;
        setBrushOf(axis, valueAt(axis, low), valueAt(axis, high));
    };
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const int to =
            std::clamp(m_focus + (event->key() == Qt::Key_Left ? -1 : 1), 0, axisCount() - 1);
        if (control)
            moveAxis(m_focus, to);
        m_focus = to;
        break;
    }
    case Qt::Key_Home:
        m_focus = 0;
        break;
    case Qt::Key_End:
        m_focus = axisCount() - 1;
        break;
    case Qt::Key_F:
        flip(axis);
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter: {
        const ParallelAxis& a = m_axes[axis];
        const Scale& s = m_scales[static_cast<std::size_t>(axis)];
        if (std::isfinite(a.from) || std::isfinite(a.to)) // what is asked for
            setBrushOf(axis, std::isfinite(a.from) ? a.from : std::min(s.low, a.to),
                       std::isfinite(a.to) ? a.to : std::max(s.high, a.from));
        else
            setBrushOf(axis, valueAt(axis, plot.center().y()), valueAt(axis, plot.top()));
        break;
    }
    case Qt::Key_Up:
        shift(-kKeyStep * plot.height());
        break;
    case Qt::Key_Down:
        shift(kKeyStep * plot.height());
        break;
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        if (const int at = brushOf(axis); at >= 0) {
            auto brushes = m_brushes;
            brushes.removeAt(at);
            setBrushes(brushes);
        }
        break;
    case Qt::Key_Escape:
        if (m_brushes.isEmpty())
            return QWidget::keyPressEvent(event);
        clearBrushes();
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    tellAccessible();
    update();
}

void ParallelView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void ParallelView::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

} // namespace ohm::widgets
