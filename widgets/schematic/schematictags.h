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
    };
    bool place(const std::vector<Spot>& spots, const Annotation& annotation);
    bool isFree(const QRectF& box, const SchematicIndex& taken,
                const std::vector<QRectF>& boxes) const;
    QSizeF sizeOf(const QString& text) const;

    const SchematicScene& m_scene;
    SheetMap m_map;
    QRectF m_target;
    QFont m_font;
    std::vector<PlacedTag> m_tags;
    std::vector<QRectF> m_obstacles;
    std::vector<QRectF> m_taken;
    SchematicIndex m_obstacleGrid;
    SchematicIndex m_takenGrid;
};

} // namespace ohm::widgets
