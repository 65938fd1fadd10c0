// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/schematic/schematicview_p.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QGestureEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QToolTip>
#include <QWheelEvent>

#include <cmath>

namespace ohm::widgets {
namespace {

constexpr double kPanStep = 60;
constexpr double kFarPanStep = 300;

} // namespace

bool SchematicView::event(QEvent* event) {
    switch (event->type()) {
    case QEvent::ToolTip: {
        auto* help = static_cast<QHelpEvent*>(event);
        const int link = linkAt(help->pos());
        const QString text =
            link >= 0 && d->linkTooltips ? d->linkTooltips(link) : d->tooltip(d->hit(help->pos()));
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    case QEvent::KeyPress: {
        // Tab walks through the drawing before it leaves the view.
        auto* key = static_cast<QKeyEvent*>(event);
        const bool back = key->key() == Qt::Key_Backtab ||
                          (key->key() == Qt::Key_Tab && key->modifiers() == Qt::ShiftModifier);
        const bool plain = key->key() == Qt::Key_Tab && key->modifiers() == Qt::NoModifier;
        if ((back || plain) && d->step(back ? -1 : 1)) {
            event->accept();
            return true;
        }
        break;
    }
    case QEvent::NativeGesture: {
        auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            d->zoomAt(gesture->position(), 1 + gesture->value());
            return true;
        }
        break;
    }
    case QEvent::Gesture: {
        auto* gestures = static_cast<QGestureEvent*>(event);
        if (auto* pinch = static_cast<QPinchGesture*>(gestures->gesture(Qt::PinchGesture))) {
            if (pinch->changeFlags() & QPinchGesture::ScaleFactorChanged)
                d->zoomAt(mapFromGlobal(pinch->centerPoint()), pinch->scaleFactor());
            return true;
        }
        break;
    }
    default:
        break;
    }
    return QWidget::event(event);
}

void SchematicView::resizeEvent(QResizeEvent*) {
    if (d->autoFit)
        d->fitNow();
    d->viewChanged();
}

void SchematicView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
        event->type() == QEvent::StyleChange)
        d->invalidate();
    QWidget::changeEvent(event);
}

void SchematicView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return;
    d->pressed = true;
    d->dragging = false;
    d->pressAt = d->dragAt = event->position();
}

void SchematicView::mouseMoveEvent(QMouseEvent* event) {
    if (!d->pressed) {
        // Links lie above the drawing.
        d->setHoveredLink(linkAt(event->position()));
        d->setOwnHover(d->hoveredLink >= 0 ? SceneHit() : d->hit(event->position()));
        return;
    }
    if (!d->dragging &&
        (event->position() - d->pressAt).manhattanLength() >= QApplication::startDragDistance()) {
        d->dragging = true;
        setCursor(Qt::ClosedHandCursor);
    }
    if (d->dragging) {
        d->pan(event->position() - d->dragAt);
        d->dragAt = event->position();
    }
}

void SchematicView::mouseReleaseEvent(QMouseEvent* event) {
    if (!d->pressed)
        return;
    d->pressed = false;
    if (d->dragging) {
        d->dragging = false;
        unsetCursor();
        return;
    }
    if (event->button() != Qt::LeftButton)
        return;
    if (const int link = linkAt(event->position()); link >= 0) {
        emit linkClicked(link, event->modifiers());
        return;
    }
    const SceneHit object = d->hit(event->position());
    d->setCurrent(object, false);
    if (!object.device.isEmpty())
        emit deviceClicked(object.device, event->modifiers());
    else if (!object.net.isEmpty())
        emit netClicked(object.net, event->modifiers());
    else
        emit backgroundClicked();
}

void SchematicView::mouseDoubleClickEvent(QMouseEvent* event) {
    const SceneHit object = d->hit(event->position());
    if (event->button() == Qt::LeftButton && !object.device.isEmpty())
        emit deviceDoubleClicked(object.device);
}

void SchematicView::wheelEvent(QWheelEvent* event) {
    const QPoint angle = event->angleDelta();
    if (event->modifiers() & Qt::ShiftModifier) {
        const int delta = angle.x() != 0 ? angle.x() : angle.y();
        d->pan({delta / 2.0, 0});
    } else if (angle.y() != 0) {
        // A notch of 120 is a step; fine wheels and touchpads send parts of it.
        d->zoomAt(event->position(), std::pow(1.2, angle.y() / 120.0));
    }
    event->accept();
}

void SchematicView::leaveEvent(QEvent*) {
    d->setHoveredLink(-1);
    d->setOwnHover({});
}

void SchematicView::keyPressEvent(QKeyEvent* event) {
    const double by = event->modifiers() & Qt::ShiftModifier ? kFarPanStep : kPanStep;
    switch (event->key()) {
    case Qt::Key_Left:
        return d->pan({by, 0});
    case Qt::Key_Right:
        return d->pan({-by, 0});
    case Qt::Key_Up:
        return d->pan({0, by});
    case Qt::Key_Down:
        return d->pan({0, -by});
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomIn();
    case Qt::Key_Minus:
    case Qt::Key_Underscore:
        return zoomOut();
    case Qt::Key_F:
    case Qt::Key_Home:
        if (event->key() == Qt::Key_F && event->modifiers() != Qt::NoModifier)
            break;
        return fit();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!d->current.device.isEmpty()) {
            if (event->modifiers() & Qt::ControlModifier)
                emit deviceDoubleClicked(d->current.device);
            else
                emit deviceClicked(d->current.device, event->modifiers());
            return;
        }
        if (!d->current.net.isEmpty()) {
            emit netClicked(d->current.net, event->modifiers());
            return;
        }
        break;
    case Qt::Key_Escape:
        if (!d->current.empty() || !d->selectedNets.isEmpty() || !d->selectedDevices.isEmpty()) {
            d->setCurrent({}, false);
            emit backgroundClicked();
            return;
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void SchematicView::contextMenuEvent(QContextMenuEvent* event) {
    if (event->reason() == QContextMenuEvent::Keyboard) {
        const QRectF box = d->map().map(d->boxOf(d->current));
        const QPoint at = d->current.empty() ? rect().center() : box.center().toPoint();
        emit contextMenuRequested(mapToGlobal(at), d->current.net, d->current.device);
    } else {
        const SceneHit object = d->hit(event->pos());
        emit contextMenuRequested(event->globalPos(), object.net, object.device);
    }
    event->accept();
}

void SchematicView::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void SchematicView::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

} // namespace ohm::widgets
