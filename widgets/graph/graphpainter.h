// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/graph/graphview.h"

#include <QColor>
#include <QFont>
#include <QHash>
#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <QRectF>
#include <QStaticText>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ohm::widgets {

/// Colours of the view on a light or a dark ground.
struct GraphColours {
    QColor background, text, edge, groupEdge, hull, accent, hover, labelGround, muted;
    static GraphColours of(const QPalette& palette);
    static GraphColours forPrint();
};

/// Edges and groups of a scene in the orders that painting needs. Thread: immutable.
struct GraphTopology {
    std::vector<std::uint32_t> rows, edgesOf; ///< per node, the numbers of its edges
    std::vector<std::uint32_t> groupNumbers;  ///< the scene's number of each group of two or more
    std::vector<std::uint32_t> groupRows, groupNodes;
    std::vector<std::uint32_t> groupOf; ///< per node, index of its group or kNoGroup

    /// Per edge, how strongly it is drawn, 256 = fully: the hundreds of edges of a hub (a supply)
    /// would hide all others.
    std::vector<std::uint16_t> edgeWeights;
    static constexpr std::uint16_t kFaint = 128; ///< below: drawn thin and pale in detail too

    explicit GraphTopology(const GraphScene& scene);
    std::span<const std::uint32_t> edgesAt(std::uint32_t node) const {
        return {edgesOf.data() + rows[node], edgesOf.data() + rows[node + 1]};
    }
    std::span<const std::uint32_t> nodesIn(std::uint32_t group) const {
        return {groupNodes.data() + groupRows[group], groupNodes.data() + groupRows[group + 1]};
    }
    bool withinGroup(std::uint32_t u, std::uint32_t v) const {
        return groupOf[u] == groupOf[v] && groupOf[u] != GraphScene::kNoGroup;
    }
};

/// Markers and texts already drawn, kept between frames. Screen only: a printer gets outlines.
class PaintCache {
public:
    /// The marker with an outline of the ground's colour, centred; its side is odd.
    const QPixmap& marker(GraphScene::Kind::Marker marker, QRgb fill, QRgb outline, double radius,
                          double devicePixelRatio);
    struct Text {
        QStaticText text;
        QSizeF size;
    };
    const Text& text(const QString& text, const QFont& font);
    void clear();

private:
    QHash<quint64, QHash<quint64, QPixmap>> m_markers; ///< by shape and size, then by colours
    QHash<QString, Text> m_texts;
};

/// Paints nodes and edges one by one with all detail: for zoomed-in views and for vector export.
/// Positions are mapped by scale and offset to the painter's units. Thread: owner only.
class GraphPainter {
public:
    const GraphScene& scene;
    const GraphTopology& topology;
    std::span<const float> x, y;
    std::span<const QRgb> nodeColours;
    const GraphColours& colours;
    double scale = 1;
    QPointF offset;
    PaintCache* cache = nullptr; ///< on a screen

    QPointF at(std::uint32_t node) const {
        return {x[node] * scale + offset.x(), y[node] * scale + offset.y()};
    }
    double radius(std::uint32_t node) const;
    /// Size of the text that fits this scale, in the painter's units.
    static double textSize(const QFont& font, double scale);

    void edges(QPainter& painter, std::span<const std::uint32_t> edges) const;
    /// The same in one colour and width.
    void edges(QPainter& painter, std::span<const std::uint32_t> edges, const QPen& pen) const;
    void hulls(QPainter& painter, std::span<const std::uint32_t> groups) const;
    void nodes(QPainter& painter, std::span<const std::uint32_t> nodes) const;
    void ring(QPainter& painter, std::uint32_t node, const QPen& pen, double gap) const;
    void marks(QPainter& painter, std::span<const std::uint32_t> nodes, const QFont& font) const;
};

/// The outline of a marker around the origin.
void drawMarker(QPainter& painter, GraphScene::Kind::Marker marker, const QPointF& at,
                double radius);

/// Places text labels so that none covers another. Thread: owner only.
class LabelLayer {
public:
    LabelLayer(const QRectF& area, const QFont& font, const GraphColours& colours,
               PaintCache& cache);
    enum class Style { Node, Strong, Value, Group };
    /// Draws the text beside (or for groups centred at) a point, if a free place is found or
    /// `always`.
    bool place(QPainter& painter, const QPointF& anchor, double gap, const QString& text,
               Style style, bool always = false);
    /// Finds and takes a free place for something of this size; nothing if there is none.
    std::optional<QRectF> room(const QPointF& anchor, double gap, const QSizeF& size, Style style,
                               bool always = false);
    const QFont& font() const { return m_font; }
    /// Keeps a place free, e.g. a marker's.
    void block(const QRectF& rect);

private:
    bool isFree(const QRectF& rect) const;
    template <typename Visit>
    void cells(const QRectF& rect, Visit&& visit) const;

    QRectF m_area;
    QFont m_font, m_strong;
    const GraphColours& m_colours;
    PaintCache& m_cache;
    double m_cell;
    int m_columns, m_rows;
    std::vector<std::vector<QRectF>> m_taken;
};

} // namespace ohm::widgets
