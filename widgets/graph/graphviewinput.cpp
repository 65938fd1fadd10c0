// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/graph/graphview_p.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QGestureEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QPinchGesture>
#include <QToolTip>
#include <QWheelEvent>

#include <cmath>

namespace ohm::widgets {

namespace {

constexpr Qt::KeyboardModifiers kLassoKeys = Qt::ShiftModifier | Qt::ControlModifier;
constexpr double kLassoStep = 3; ///< pixels between two corners of a lasso

bool farEnough(const QPointF& a, const QPointF& b) {
    return (a - b).manhattanLength() >= QApplication::startDragDistance();
}

} // namespace

bool GraphView::event(QEvent* event) {
    switch (event->type()) {
    case QEvent::ToolTip: {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::int64_t node =
            d->legend.contains(help->pos()) && d->legendVisible ? -1 : d->pick(help->pos());
        QString text;
        if (node >= 0)
            text = d->tooltips ? d->tooltips(static_cast<std::uint32_t>(node)) : d->labelOf(node);
        else if (const int link = d->pickLink(help->pos()); link >= 0 && d->linkTooltips)
            text = d->linkTooltips(link);
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    case QEvent::Gesture: {
        auto* gestures = static_cast<QGestureEvent*>(event);
        if (auto* pinch = static_cast<QPinchGesture*>(gestures->gesture(Qt::PinchGesture))) {
            d->drag = Private::Drag::None;
            const QPointF centre = mapFromGlobal(pinch->centerPoint());
            d->zoomAt(centre, pinch->scaleFactor());
            d->pan(pinch->centerPoint() - pinch->lastCenterPoint());
            gestures->accept(pinch);
            return true;
        }
        break;
    }
    case QEvent::NativeGesture: {
        const auto* native = static_cast<QNativeGestureEvent*>(event);
        if (native->gestureType() == Qt::ZoomNativeGesture) {
            d->zoomAt(native->position(), 1 + native->value());
            return true;
        }
        break;
    }
    default:
        break;
    }
    return QWidget::event(event);
}

void GraphView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    d->paint(painter);
}

void GraphView::resizeEvent(QResizeEvent* event) {
    d->layoutLegend();
    if (d->fitted)
        d->fit();
    else if (event->oldSize().isValid()) // what was in the middle stays there
        d->offset +=
            QPointF(width() - event->oldSize().width(), height() - event->oldSize().height()) / 2;
    d->invalidate();
}

void GraphView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        d->refreshColours();
    if (event->type() == QEvent::FontChange)
        d->layoutLegend();
    QWidget::changeEvent(event);
}

void GraphView::mousePressEvent(QMouseEvent* event) {
    if (!d->has() || d->drag != Private::Drag::None) {
        event->ignore();
        return;
    }
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return;
    if (event->button() == Qt::LeftButton && d->legendVisible &&
        d->legend.contains(event->position())) {
        const int kind = d->legend.kindAt(event->position());
        if (kind >= 0) {
            d->setKindVisible(kind, !isKindVisible(kind));
            emit kindVisibilityChanged(kind, isKindVisible(kind));
        }
        return;
    }
    d->drag = Private::Drag::Pressed;
    d->pressButton = event->button();
    d->pressModifiers = event->modifiers();
    d->pressedAt = d->lastAt = event->position();
    d->lasso = QPolygonF({event->position()});
}

void GraphView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    switch (d->drag) {
    case Private::Drag::None: {
        const bool overLegend = d->legendVisible && d->legend.contains(at);
        const int kind = overLegend ? d->legend.kindAt(at) : -1;
        if (kind != d->hoveredKind) {
            d->hoveredKind = kind;
            update();
        }
        const std::int64_t node = overLegend ? -1 : d->pick(at);
        d->setHovered(node, true);
        d->setHoveredLink(overLegend || node >= 0 ? -1 : d->pickLink(at));
        setCursor(node >= 0 || kind >= 0 || d->hoveredLink >= 0 ? Qt::PointingHandCursor
                                                                : Qt::ArrowCursor);
        return;
    }
    case Private::Drag::Pressed:
        if (!farEnough(at, d->pressedAt))
            return;
        d->drag = d->pressButton == Qt::LeftButton && (d->pressModifiers & kLassoKeys)
                      ? Private::Drag::Lasso
                      : Private::Drag::Pan;
        setCursor(d->drag == Private::Drag::Lasso ? Qt::CrossCursor : Qt::ClosedHandCursor);
        break;
    case Private::Drag::Pan:
    case Private::Drag::Lasso:
        break;
    }
    if (d->drag == Private::Drag::Pan) {
        d->pan(at - d->lastAt);
    } else if ((at - d->lasso.last()).manhattanLength() >= kLassoStep) {
        d->lasso.append(at);
        update();
    }
    d->lastAt = at;
}

void GraphView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != d->pressButton || d->drag == Private::Drag::None)
        return;
    const Private::Drag was = d->drag;
    d->drag = Private::Drag::None;
    d->pressButton = Qt::NoButton;
    setCursor(Qt::ArrowCursor);
    update();
    if (was == Private::Drag::Lasso) {
        d->lasso.append(event->position());
        const std::vector<std::uint32_t> nodes = d->inside(d->lasso);
        d->lasso.clear();
        emit nodesLassoed(nodes, d->pressModifiers);
    } else if (was == Private::Drag::Pressed && event->button() == Qt::LeftButton) {
        const std::int64_t node = d->pick(event->position());
        if (node >= 0) {
            d->current = node;
            d->describe();
            emit nodeClicked(static_cast<std::uint32_t>(node), event->modifiers());
        } else if (const int link = d->pickLink(event->position()); link >= 0) {
            emit linkClicked(link, event->modifiers());
        } else {
            d->current = -1;
            d->describe();
            emit backgroundClicked();
        }
    }
}

void GraphView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    if (d->legendVisible && d->legend.contains(event->position())) {
        mousePressEvent(event); // two quick clicks on an entry are two clicks
        return;
    }
    const std::int64_t node = d->pick(event->position());
    if (node >= 0)
        emit nodeDoubleClicked(static_cast<std::uint32_t>(node));
}

void GraphView::leaveEvent(QEvent*) {
    d->hoveredKind = -1;
    d->setHoveredLink(-1);
    d->setHovered(-1, true);
    update();
}

void GraphView::wheelEvent(QWheelEvent* event) {
    if (!d->has()) {
        event->ignore();
        return;
    }
    const double steps = event->angleDelta().y() != 0 ? event->angleDelta().y() / 120.0
                                                      : event->pixelDelta().y() / 60.0;
    d->zoomAt(event->position(), std::pow(1.2, std::clamp(steps, -6.0, 6.0)));
    event->accept();
}

void GraphView::keyPressEvent(QKeyEvent* event) {
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    const bool control = event->modifiers() & Qt::ControlModifier;
    const auto key = static_cast<Qt::Key>(event->key());
    const double step = (shift ? 0.5 : 0.1) * std::min(width(), height());
    switch (key) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (!d->has())
            break;
        if (control)
            d->setCurrent(d->neighbourTowards(d->current, key));
        else
            d->pan({key == Qt::Key_Left    ? step
                    : key == Qt::Key_Right ? -step
                                           : 0,
                    key == Qt::Key_Up     ? step
                    : key == Qt::Key_Down ? -step
                                          : 0});
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomIn();
        return;
    case Qt::Key_Minus:
    case Qt::Key_Underscore:
        zoomOut();
        return;
    case Qt::Key_F:
        if (control)
            break;
        fit();
        return;
    case Qt::Key_Home:
        fit();
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (!d->usable(d->current))
            break;
        emit nodeClicked(static_cast<std::uint32_t>(d->current), event->modifiers());
        return;
    case Qt::Key_Escape:
        if (d->drag != Private::Drag::None) { // gives up a lasso or a drag
            d->drag = Private::Drag::None;
            d->pressButton = Qt::NoButton;
            setCursor(Qt::ArrowCursor);
            update();
            return;
        }
        if (d->current < 0 && d->selection.empty() && d->hovered < 0)
            break; // not ours: a dialog or a full-screen window may want it
        d->setCurrent(-1);
        emit backgroundClicked();
        return;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

bool GraphView::focusNextPrevChild(bool next) {
    // Tab walks the nodes and leaves after the last one; Ctrl+Tab never comes here.
    if (hasFocus() && d->has()) {
        const std::int64_t node = d->nextNode(d->current, next);
        if (node >= 0 && (d->current >= 0 || next)) {
            d->setCurrent(node);
            return true;
        }
        d->setCurrent(-1);
    }
    return QWidget::focusNextPrevChild(next);
}

void GraphView::contextMenuEvent(QContextMenuEvent* event) {
    if (event->reason() == QContextMenuEvent::Mouse) {
        emit contextMenuRequested(event->globalPos(), d->pick(event->pos()));
    } else {
        const QPointF at = d->usable(d->current)
                               ? positionOf(static_cast<std::uint32_t>(d->current))
                               : QRectF(rect()).center();
        emit contextMenuRequested(mapToGlobal(at.toPoint()),
                                  d->usable(d->current) ? d->current : -1);
    }
    event->accept();
}

void GraphView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void GraphView::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

} // namespace ohm::widgets
