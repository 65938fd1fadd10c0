// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/palette.h"
#include "widgets/schematic/schematicview_p.h"

#include <QPaintEvent>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {
namespace {

constexpr std::size_t kMostPlaced = 700;  // devices in sight beyond which no name could be read
constexpr std::size_t kPlacedWhole = 400; // devices whose texts and tags are placed all at once

} // namespace

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
            d->paintStatic(layer, d->map(), QRectF(rect()), false, *d->style,
                           &d->placement().texts);
            d->layerValid = true;
        }
        painter.drawPixmap(0, 0, d->layer);
        d->paintLive(painter);
        if (!d->links.empty())
            paintLinks(painter, d->placedLinks(d->map(), false), d->style->dark);
        d->paintTags(painter);
        paintLegend(painter, QRectF(rect()), d->legend, TagLayout::fontFor(font(), d->scale, false),
                    palette());
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
                                         const SchematicStyle& face,
                                         const TextLayout* texts) const {
    painter.fillRect(target, face.background);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setRenderHint(QPainter::TextAntialiasing, true);
    SchematicPainter sheet(painter, *scene, face, where, exact);
    if (!exact)
        sheet.grid(target);
    sheet.drawing(where.unmap(target), texts);
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

const SchematicView::Private::Placement& SchematicView::Private::placement() const {
    const QRectF visible = QRectF(q->rect()).translated(-offset);
    if (placed && placed->scale == scale && placed->view == q->size() &&
        (placed->whole || placed->target.contains(visible)))
        return *placed;
    // Around the drawing is room for tags, at least as much as the view shows when it is fitted.
    const SheetMap where{scale, {}};
    const QRectF drawn = where.map(scene->bounds());
    const QSizeF extent =
        QSizeF(drawn.size() + QSizeF(2 * kMargin, 2 * kMargin)).expandedTo(QSizeF(q->size()));
    QRectF target(drawn.center() - QPointF(extent.width(), extent.height()) / 2, extent);
    target.adjust(-0.5, -0.5, 0.5, 0.5); // the fitted view itself, rounding apart
    const bool whole = scene->instances().size() <= kPlacedWhole;
    if (!whole) {
        // Moving on keeps what is placed for a while.
        const double w = visible.width() / 4;
        const double h = visible.height() / 4;
        target = visible.adjusted(-w, -h, w, h);
    }
    const SchematicStyle face = style ? *style : SchematicStyle::of(q->palette(), q->font());
    QFont bold = face.font;
    bold.setWeight(QFont::DemiBold);
    // A crowd leaves its texts out: an empty target has room for none.
    const bool crowd = TextLayout::textScale(scale) > scale && !whole &&
                       scene->instancesIn(where.unmap(target)).size() > kMostPlaced;
    TextLayout texts(*scene, where, crowd ? QRectF() : target, face.font, bold);
    // Where values are large enough to be read they are always there; else tags go first.
    const bool valuesFirst = TextLayout::textScale(scale) == scale;
    if (valuesFirst)
        texts.addValues({});
    TagLayout tags(*scene, where, target, TagLayout::fontFor(q->font(), scale, false), &texts);
    if (scale >= TextLayout::kLeastScale && !crowd) {
        tags.addNets(netAnnotations);
        tags.addDevices(deviceAnnotations);
    }
    if (!valuesFirst) {
        std::vector<QRectF> taken;
        for (const PlacedTag& tag : tags.tags())
            taken.push_back(tag.box);
        texts.addValues(taken);
    }
    placed.emplace(Placement{scale, q->size(), target, whole, std::move(texts), std::move(tags)});
    return *placed;
}

std::vector<PlacedTag> SchematicView::Private::shownTags() const {
    const TagLayout& layout = placement().tags;
    std::vector<PlacedTag> all = layout.tags();
    std::vector<QString> wanted(selectedNets.begin(), selectedNets.end());
    constexpr std::size_t kMostWanted = 20;
    if (wanted.size() > kMostWanted)
        wanted.clear(); // a whole region is selected: the usual order serves it
    if (!hover.net.isEmpty() && !selectedNets.contains(hover.net))
        wanted.push_back(hover.net);
    const QRectF sight = QRectF(q->rect()).translated(-offset);
    for (const QString& name : wanted) {
        const int net = scene->netIndex(name);
        const auto annotation = netAnnotations.constFind(name);
        if (net < 0 || annotation == netAnnotations.constEnd())
            continue;
        const auto there = std::find_if(all.begin(), all.end(),
                                        [&](const PlacedTag& tag) { return tag.net == net; });
        if (there != all.end())
            std::rotate(there, there + 1, all.end());
        else if (const std::optional<PlacedTag> tag = layout.forced(net, *annotation, sight))
            all.push_back(*tag);
    }
    for (PlacedTag& tag : all) {
        tag.box.translate(offset);
        tag.target += offset;
    }
    return all;
}

void SchematicView::Private::paintTags(QPainter& painter) const {
    if (netAnnotations.isEmpty() && deviceAnnotations.isEmpty())
        return;
    const QRectF area(q->rect());
    const QFont& face = placement().tags.font();
    for (const PlacedTag& tag : shownTags())
        if (tag.box.intersects(area) || area.contains(tag.target))
            TagLayout::paint(painter, tag, face, style->dark);
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
    d->paintStatic(painter, where, target, true, face, nullptr);
    if (!d->links.empty())
        paintLinks(painter, d->placedLinks(where, true), face.dark, std::clamp(fitted, 0.5, 4.0));
    TagLayout tags(*d->scene, where, target, TagLayout::fontFor(font(), fitted, true));
    tags.addNets(d->netAnnotations);
    tags.addDevices(d->deviceAnnotations);
    for (const PlacedTag& tag : tags.tags())
        TagLayout::paint(painter, tag, tags.font(), face.dark);
    if (!d->legend.empty())
        paintLegend(painter, target, d->legend, tags.font(), forPrint ? lightPalette() : palette());
    painter.restore();
}

} // namespace ohm::widgets
