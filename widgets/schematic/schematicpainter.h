// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/schematic/schematicscene.h"
#include "widgets/schematic/schematicstyle.h"
#include "widgets/schematic/schematictexts.h"
#include "widgets/schematic/sheetmap.h"

#include <QPainter>

namespace ohm::widgets {

/// Paints a scene; all sizes follow the scale, lines stay visible at any. Thread: GUI.
class SchematicPainter {
public:
    /// `exact`: text sizes are not rounded to pixels (export).
    SchematicPainter(QPainter& painter, const SchematicScene& scene, const SchematicStyle& style,
                     const SheetMap& map, bool exact);

    void grid(const QRectF& target);
    /// Everything of the drawing that meets `area` (sheet units). `texts`: those to draw, placed
    /// for this scale and an offset of 0; nullptr draws all where the document has them.
    void drawing(const QRectF& area, const TextLayout* texts);
    /// A net's wires and pins lit in a colour, over the drawing.
    void litNet(int net, const QColor& colour, bool strong);
    void litInstance(int instance, const QColor& colour, bool strong);
    /// Frame of the object that the keyboard is at.
    void focusFrame(const QRectF& box);
    /// Text with its anchor at a sheet point; returns its box in painter coordinates.
    QRectF text(const QPointF& at, schematic::TextAnchor anchor, const QString& text, double size,
                const QColor& colour, const QFont& font);
    /// Smallest scale at which the texts inside symbols are drawn.
    static constexpr double kTextScale = 0.42;
    /// Below it symbols are drawn from plain lines.
    static constexpr double kRoughScale = 0.3;

    double lineWidth() const;

private:
    void wires(const QRectF& area);
    void symbols(const QRectF& area);
    void names(const QRectF& area);
    void junctions(const QRectF& area);
    void labels(const QRectF& area);
    void notes(const QRectF& area);
    void decorations();
    void label(const SchematicScene::Label& label, bool named);
    void flag(const SchematicScene::Label& label);
    QFont sized(const QFont& font, double size) const;
    /// Painter coordinates from here on are sheet units around `origin`.
    void enter(const QPointF& origin);

    QPainter& m_painter;
    const SchematicScene& m_scene;
    const SchematicStyle& m_style;
    SheetMap m_map;
    bool m_exact;
    double m_textUnit; ///< painter units per sheet unit for texts and their flags
    const TextLayout* m_texts = nullptr;
};

} // namespace ohm::widgets
