// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/graph/graphpainter.h"

#include <QRectF>

#include <vector>

namespace ohm::widgets {

/// The list of kinds in a corner of the view, with their markers and counts. Thread: GUI.
class GraphLegend {
public:
    struct Entry {
        int kind = 0;
        std::size_t count = 0;
        bool visible = true;
    };
    /// Measures the entries; the panel sits at the bottom left of `area` and is left out where it
    /// would cover most of it.
    void layout(const GraphScene& scene, std::vector<Entry> entries, const QFont& font,
                const QRectF& area);
    void paint(QPainter& painter, const GraphScene& scene, const GraphColours& colours, bool dark,
               int hoveredKind) const;
    int kindAt(const QPointF& position) const; ///< -1: none
    bool contains(const QPointF& position) const { return m_panel.contains(position); }
    QRectF panel() const { return m_panel; }

private:
    std::vector<Entry> m_entries;
    std::vector<QRectF> m_rows;
    QRectF m_panel;
    QFont m_font;
};

} // namespace ohm::widgets
