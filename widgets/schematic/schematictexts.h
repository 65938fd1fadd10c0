// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/schematic/schematicscene.h"
#include "widgets/schematic/sheetmap.h"

#include <QFont>

#include <vector>

namespace ohm::widgets {

/// Boxes to be kept clear of, with their index.
struct BoxSet {
    explicit BoxSet(const QRectF& extent)
        : grid(extent) {}
    void add(const QRectF& box);
    bool meets(const QRectF& box) const;

    std::vector<QRectF> boxes;
    SchematicIndex grid;
};

/// Which names, labels and values are shown at a scale, and where. Texts keep a readable size when
/// the drawing gets small; those that would then cover something are left out: values first.
/// Boxes are in painter coordinates of the given map. Thread: GUI.
class TextLayout {
public:
    struct Placed {
        QRectF box;
        QString text;
        bool value = false;
    };

    /// Places labels and names within `target`.
    TextLayout(const SchematicScene& scene, const SheetMap& map, const QRectF& target,
               const QFont& font, const QFont& nameFont);
    /// Places values where labels, names and these boxes leave room.
    void addValues(const std::vector<QRectF>& taken);

    const std::vector<Placed>& texts() const { return m_texts; }
    bool labelShown(std::size_t label) const { return m_labels[label]; }
    /// Boxes of all texts placed so far, flags too.
    const std::vector<QRectF>& boxes() const { return m_taken.boxes; }

    /// Scale that texts are drawn at: not below what can be read.
    static double textScale(double scale) { return std::max(scale, kLeastTextScale); }
    /// Below it no name is drawn: symbols are dots.
    static constexpr double kLeastScale = 0.12;
    static constexpr double kTextSize = 10; ///< names, values and labels, in sheet units
    /// Values beyond this length are cut; the tooltip has them whole.
    static QString shortened(const QString& text);
    /// Box of a label's text or flag in painter coordinates.
    static QRectF labelBox(const SchematicScene::Label& label, const SheetMap& map,
                           double textWidth, double textHeight);

private:
    static constexpr double kLeastTextScale = 0.9; ///< 9 pixels
    void addLabels(const QFont& font);
    void addNames(const QFont& font);
    bool placeText(const SchematicScene::Instance& instance, const QString& text, const QPointF& at,
                   schematic::TextAnchor anchor, const QFont& font, bool value);

    const SchematicScene& m_scene;
    SheetMap m_map;
    QRectF m_target;
    QFont m_font;
    bool m_natural; ///< everything is drawn where the document has it
    std::vector<Placed> m_texts;
    std::vector<bool> m_labels;
    BoxSet m_taken;
    BoxSet m_bodies;
    BoxSet m_wires;
};

} // namespace ohm::widgets
