// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/schematic/schematictexts.h"
#include "widgets/schematic/schematicview.h"
#include "widgets/schematic/sheetmap.h"

#include <QPainter>

#include <optional>
#include <vector>

namespace ohm::widgets {

/// A value placed beside what it speaks of, in painter coordinates.
struct PlacedTag {
    QRectF box;
    QPointF target; ///< the point it speaks of
    const Annotation* annotation = nullptr;
    bool leader = false; ///< too far off to be clear without a line
    int net = -1;        ///< in the scene, or -1: a device's
    int instance = -1;   ///< in the scene, or -1: a net's
};

/// Finds room for annotations: beside their net's wires or their device, clear of each other
/// always, of texts and symbols where possible. Thread: GUI.
class TagLayout {
public:
    /// `texts`: those that are shown, placed for the same map; nullptr: all are, where the document
    /// has them.
    TagLayout(const SchematicScene& scene, const SheetMap& map, const QRectF& target,
              const QFont& font, const TextLayout* texts = nullptr);

    /// The nets with the most pins first; ground last, for everybody knows its voltage.
    void addNets(const QHash<QString, Annotation>& byNet);
    void addDevices(const QHash<QString, Annotation>& byDevice);
    /// One net's tag, by all means within `sight`: when there is no room, over what is there. None
    /// when it is out of sight.
    std::optional<PlacedTag> forced(int net, const Annotation& annotation,
                                    const QRectF& sight) const;
    const std::vector<PlacedTag>& tags() const { return m_tags; }
    const QFont& font() const { return m_font; }
    static void paint(QPainter& painter, const PlacedTag& tag, const QFont& font, bool dark);
    /// The face for tags: of constant size on the screen, as large as the drawing wants it on
    /// paper.
    static QFont fontFor(const QFont& font, double scale, bool exact);

private:
    struct Spot {
        QPointF target;
        QRectF box;
        bool leader = false;
    };
    std::vector<Spot> spotsOf(const SchematicScene::Net& net, const QSizeF& size) const;
    /// Its line to the target crosses nothing that is to be read.
    bool leadsClear(const Spot& spot) const;
    /// The first spot that covers least; nullptr: none is free.
    const Spot* roomIn(const std::vector<Spot>& spots) const;
    void place(const std::vector<Spot>& spots, PlacedTag tag);
    QSizeF sizeOf(const Annotation& annotation) const;

    const SchematicScene& m_scene;
    SheetMap m_map;
    QRectF m_target;
    QFont m_font;
    bool m_strict; ///< rather no tag than one over a text
    std::vector<PlacedTag> m_tags;
    BoxSet m_texts;  ///< never covered on the screen
    BoxSet m_bodies; ///< symbols
    BoxSet m_wires;  ///< to be covered only when there is no other room
    BoxSet m_taken;  ///< tags
};

} // namespace ohm::widgets
