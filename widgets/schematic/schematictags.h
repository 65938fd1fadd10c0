// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/schematic/schematicpainter.h"
#include "widgets/schematic/schematicview.h"

#include <vector>

namespace ohm::widgets {

/// A value placed beside what it speaks of, in painter coordinates.
struct PlacedTag {
    QRectF box;
    QPointF target; ///< the point it speaks of
    const Annotation* annotation = nullptr;
    bool leader = false; ///< too far off to be clear without a line
};

/// Finds room for annotations: beside their net's wires or their device, clear of each other
/// always, of texts and symbols where possible. Thread: GUI.
class TagLayout {
public:
    TagLayout(const SchematicScene& scene, const SheetMap& map, const QRectF& target,
              const QFont& font);

    void addNets(const QHash<QString, Annotation>& byNet);
    void addDevices(const QHash<QString, Annotation>& byDevice);
    const std::vector<PlacedTag>& tags() const { return m_tags; }
    static void paint(QPainter& painter, const PlacedTag& tag, const QFont& font, bool dark);
    /// The face for tags at a scale; its pixel size is 0 when they would be too small to read.
    static QFont fontFor(const QFont& font, double scale, bool exact);

private:
    struct Spot {
        QPointF target;
        QRectF box;
        bool leader = false;
    };
    bool place(const std::vector<Spot>& spots, const Annotation& annotation);
    /// Boxes that tags keep clear of, with their index.
    struct Boxes {
        std::vector<QRectF> boxes;
        SchematicIndex grid;
        void add(const QRectF& box);
        bool meets(const QRectF& box) const;
    };
    QSizeF sizeOf(const QString& text) const;

    const SchematicScene& m_scene;
    SheetMap m_map;
    QRectF m_target;
    QFont m_font;
    std::vector<PlacedTag> m_tags;
    Boxes m_solid; ///< texts and bodies
    Boxes m_wires; ///< to be covered only when there is no other room
    Boxes m_taken; ///< tags
};

} // namespace ohm::widgets
