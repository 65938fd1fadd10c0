// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>

namespace ohm::widgets {

/// Sheet units to painter coordinates.
struct SheetMap {
    double scale = 1;
    QPointF offset;
    QPointF map(const QPointF& p) const { return p * scale + offset; }
    QRectF map(const QRectF& r) const { return {map(r.topLeft()), r.size() * scale}; }
    QPointF unmap(const QPointF& p) const { return (p - offset) / scale; }
    QRectF unmap(const QRectF& r) const { return {unmap(r.topLeft()), r.size() / scale}; }
};

} // namespace ohm::widgets
