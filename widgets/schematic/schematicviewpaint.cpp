// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/palette.h"
#include "widgets/schematic/schematicview_p.h"

#include <QPaintEvent>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

void SchematicView::paintEvent(QPaintEvent*) {
    if (!d->style)
        d->style = SchematicStyle::of(palette(), font());
    QPainter painter(this);
    if (!d->scene || d->scene->empty()) {
        painter.fillRect(rect(), d->style->background);
        d->paintEmpty(painter);
    } else {
        const qreal ratio = devicePixelRatioF();
        if (d->layer.size() != size() * ratio || d->layer.devicePixelRatio() != ratio) {
            d->layer = QPixmap(size() * ratio);
            d->layer.setDevicePixelRatio(ratio);
            d->layerValid = false;
        }
        if (!d->layerValid) {
            QPainter layer(&d->layer);
            d->paintStatic(layer, d->map(), QRectF(rect()), false, *d->style);
            d->layerValid = true;
        }
        painter.drawPixmap(0, 0, d->layer);
        d->paintLive(painter);
        d->paintTags(painter, d->map(), QRectF(rect()), false, d->style->dark);
        if (d->document->generated)
            d->paintWatermark(painter, QRectF(rect()));
    }
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, true);
        painter.setPen(QPen(d->style->selection, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 3, 3);
    }
}

void SchematicView::Private::paintStatic(QPainter& painter, const SheetMap& where,
                                         const QRectF& target, bool exact,
                                         const SchematicStyle& face) const {
    painter.fillRect(target, face.background);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setRenderHint(QPainter::TextAntialiasing, true);
    SchematicPainter sheet(painter, *scene, face, where, exact);
    if (!exact)
        sheet.grid(target);
    sheet.drawing(where.unmap(target));
}

void SchematicView::Private::paintLive(QPainter& painter) {
    SchematicPainter sheet(painter, *scene, *style, map(), false);
    for (const QString& name : selectedNets)
        if (const int net = scene->netIndex(name); net >= 0)
            sheet.litNet(net, style->selection, true);
    for (const QString& name : selectedDevices)
        if (const int device = scene->instanceIndex(name); device >= 0)
            sheet.litInstance(device, style->selection, true);
    if (!hover.net.isEmpty() && !selectedNets.contains(hover.net))
        if (const int net = scene->netIndex(hover.net); net >= 0)
            sheet.litNet(net, style->hover, false);
    if (!hover.device.isEmpty() && !selectedDevices.contains(hover.device))
        if (const int device = scene->instanceIndex(hover.device); device >= 0)
            sheet.litInstance(device, style->hover, false);
    if (q->hasFocus() && !current.empty())
        if (const QRectF box = boxOf(current); !box.isNull())
            sheet.focusFrame(box);
}

void SchematicView::Private::paintTags(QPainter& painter, const SheetMap& where,
                                       const QRectF& target, bool exact, bool dark) const {
    if (netAnnotations.isEmpty() && deviceAnnotations.isEmpty())
        return;
    const QFont face = TagLayout::fontFor(q->font(), where.scale, exact);
    if (!exact && face.pixelSize() < 4)
        return;
    std::optional<TagLayout> own;
    if (exact || !tags) {
        std::optional<TagLayout>& layout = exact ? own : tags;
        layout.emplace(*scene, where, target, face);
        layout->addNets(netAnnotations);
        layout->addDevices(deviceAnnotations);
    }
    for (const PlacedTag& tag : (exact ? *own : *tags).tags())
        TagLayout::paint(painter, tag, face, dark);
}

void SchematicView::Private::paintEmpty(QPainter& painter) const {
    const QRectF area = QRectF(q->rect()).adjusted(24, 24, -24, -24);
    painter.setPen(style->muted);
    QFont large = q->font();
    large.setPointSizeF(large.pointSizeF() > 0 ? large.pointSizeF() * 1.15 : 11);
    painter.setFont(large);
    const QString text =
        scene && scene->empty() ? SchematicView::tr("This sheet is empty.") : placeholder;
    painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, text);
}

void SchematicView::Private::paintWatermark(QPainter& painter, const QRectF& target) const {
    const QString text = SchematicView::tr("Generated drawing");
    QFont small = q->font();
    if (small.pointSizeF() > 0)
        small.setPointSizeF(small.pointSizeF() * 0.85);
    const QFontMetricsF metrics(small);
    const QSizeF size(metrics.horizontalAdvance(text) + 14, metrics.height() + 6);
    const QRectF box(target.left() + 10, target.bottom() - size.height() - 10, size.width(),
                     size.height());
    QColor ground = style ? style->background : QColor(Qt::white);
    ground.setAlpha(215);
    const QColor ink = style ? style->muted : QColor(Qt::darkGray);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(ink, 1, Qt::DashLine));
    painter.setBrush(ground);
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
    painter.setFont(small);
    painter.setPen(ink);
    painter.drawText(box, Qt::AlignCenter, text);
}

void SchematicView::render(QPainter& painter, const QRectF& target, bool forPrint) const {
    const SchematicStyle face =
        forPrint ? SchematicStyle::forPrint(font()) : SchematicStyle::of(palette(), font());
    painter.save();
    painter.setClipRect(target);
    if (!d->scene || d->scene->empty()) {
        painter.fillRect(target, face.background);
        painter.restore();
        return;
    }
    const QRectF box = d->scene->bounds().adjusted(-15, -15, 15, 15);
    const double fitted = std::min(target.width() / box.width(), target.height() / box.height());
    const SheetMap where{fitted, target.center() - box.center() * fitted};
    d->paintStatic(painter, where, target, true, face);
    d->paintTags(painter, where, target, true, face.dark);
    painter.restore();
}

} // namespace ohm::widgets
