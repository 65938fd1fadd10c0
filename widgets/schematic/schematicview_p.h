// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/schematic/schematicpainter.h"
#include "widgets/schematic/schematictags.h"
#include "widgets/schematic/schematictexts.h"
#include "widgets/schematic/schematicview.h"

#include <QPixmap>

#include <memory>
#include <optional>
#include <vector>

namespace ohm::widgets {

inline constexpr double kMargin = 14; ///< pixels around a fitted drawing

/// State of a SchematicView and what its source files share.
class SchematicView::Private {
public:
    explicit Private(SchematicView* view)
        : q(view) {}

    // View transform.
    SheetMap map() const { return {scale, offset}; }
    SheetMap mapFor(const QRectF& box, const QRectF& target, double most) const;
    void fitNow();
    void zoomAt(const QPointF& anchor, double factor);
    void pan(const QPointF& by);
    void viewChanged();
    void placementChanged(); ///< texts or tags are to be placed anew

    // Painting.
    void invalidate();
    void paintStatic(QPainter& painter, const SheetMap& where, const QRectF& target, bool exact,
                     const SchematicStyle& face, const TextLayout* texts) const;
    void paintLive(QPainter& painter);
    void paintTags(QPainter& painter) const;
    /// Links whose nets are on the sheet (schematicviewlinks.cpp).
    std::vector<PlacedLink> placedLinks(const SheetMap& where, bool plain) const;
    /// Texts and tags at a zoom, for an offset of 0, so that moving the view moves them along.
    struct Placement {
        double scale;
        QSize view;
        QRectF target; ///< where they were placed
        bool whole;    ///< the whole drawing was
        TextLayout texts;
        TagLayout tags;
    };
    const Placement& placement() const;
    std::vector<PlacedTag> shownTags() const; ///< the selected and hovered nets' last
    void paintEmpty(QPainter& painter) const;
    void paintWatermark(QPainter& painter, const QRectF& target) const;
    QRectF boxOf(const SceneHit& object) const;

    // Picking.
    SceneHit hit(const QPointF& position) const;
    void setHoveredLink(int link); ///< (schematicviewlinks.cpp)
    void setOwnHover(const SceneHit& object);
    bool step(int direction); ///< keyboard to the next object; false at the end
    void setCurrent(const SceneHit& object, bool show);
    QString describe(const SceneHit& object) const;
    QString tooltip(const SceneHit& object) const;
    std::vector<SceneHit> order() const;

    SchematicView* q;
    std::shared_ptr<const schematic::SchematicDoc> document;
    std::unique_ptr<SchematicScene> scene;
    QString placeholder;

    double scale = 1;
    QPointF offset;
    bool autoFit = true; ///< until the user moves the view

    QSet<QString> selectedNets;
    QSet<QString> selectedDevices;
    SceneHit hover;
    SceneHit current;
    QHash<QString, Annotation> netAnnotations;
    QHash<QString, Annotation> deviceAnnotations;
    ValueLegend legend;
    struct Joined { ///< a link's nets in the scene and where it meets them
        int from, to;
        QPointF fromAt, toAt;
    };
    std::vector<Link<QString>> links;
    mutable std::vector<Joined> joined; ///< [links], made when first needed
    std::function<QString(int)> linkTooltips;
    int hoveredLink = -1;
    std::function<QString(const QString&, const QString&)> tooltips;

    std::optional<SchematicStyle> style;
    QPixmap layer; ///< the drawing without what is lit
    bool layerValid = false;
    mutable std::optional<Placement> placed;

    QPointF pressAt;
    QPointF dragAt;
    bool pressed = false;
    bool dragging = false;
};

} // namespace ohm::widgets
