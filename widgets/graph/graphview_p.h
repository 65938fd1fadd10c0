// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/graph/graphindex.h"
#include "widgets/graph/graphlegend.h"
#include "widgets/graph/graphpainter.h"
#include "widgets/graph/graphraster.h"
#include "widgets/graph/graphview.h"

#include <QBasicTimer>
#include <QElapsedTimer>
#include <QImage>
#include <QPolygonF>
#include <QTimer>

#include <optional>

namespace ohm::widgets {

/// State of a GraphView and what its parts (painting, input) share.
class GraphView::Private {
public:
    explicit Private(GraphView* view);

    // --- scene
    void setScene(std::shared_ptr<const GraphScene> newScene);
    void setTargetPositions(std::vector<float> x, std::vector<float> y);
    void positionsChanged();
    void refreshColours();
    void refreshHidden();
    void layoutLegend();
    void setKindVisible(int kind, bool visible);
    void setSelection(const std::vector<std::uint32_t>& nodes);
    void setHovered(std::int64_t node, bool tell);
    void setCurrent(std::int64_t node);
    void describe(); ///< accessible description
    bool has() const { return scene && !x.empty(); }
    bool usable(std::int64_t node) const {
        return node >= 0 && static_cast<std::size_t>(node) < x.size() &&
               !hidden[static_cast<std::size_t>(node)];
    }
    QString labelOf(std::int64_t node) const;

    // --- view
    QPointF toWidget(std::uint32_t node) const {
        return QPointF(x[node], y[node]) * scale + offset;
    }
    QRectF sceneArea(const QRectF& widget) const;
    void setView(double newScale, const QPointF& newOffset, bool byUser);
    void zoomAt(const QPointF& at, double factor);
    void pan(const QPointF& by);
    void fit();
    void reveal(std::uint32_t node);
    QRectF fitArea() const; ///< the view without the legend's part
    double fitScale() const;
    static double scaleInto(const QRectF& area, const QRectF& box);
    std::int64_t pick(const QPointF& at) const;
    int pickLink(const QPointF& at) const; ///< (graphviewlinks.cpp) -1 also where a node lies
    void setHoveredLink(int link);
    std::int64_t neighbourTowards(std::int64_t from, Qt::Key key) const;
    std::int64_t nextNode(std::int64_t from, bool forward) const;
    std::vector<std::uint32_t> inside(const QPolygonF& lasso) const;

    // --- painting (graphviewpaint.cpp)
    void paint(QPainter& painter);
    /// Collects what is in view; false if it is too much to be painted one by one.
    bool gatherDetails();
    void refreshLayer(bool faintOnly);
    void drawLayer(QPainter& painter);
    void drawDetails(QPainter& painter);
    void drawEmphasis(QPainter& painter);
    void drawLabels(QPainter& painter);
    void drawPlaceholder(QPainter& painter) const;
    /// Links between nodes that are shown, where they are (graphviewlinks.cpp).
    std::vector<PlacedLink> placedLinks(double by, const QPointF& from, bool plain) const;
    void drawLinks(QPainter& painter, const GraphPainter& detail, bool plain, bool onDark,
                   double grow) const;
    /// The values of these nodes, in order, where they find room.
    void drawValues(QPainter& painter, LabelLayer& labels, const std::vector<std::uint32_t>& nodes,
                    const GraphPainter& detail, double gap, bool onDark) const;
    PixelMap pixelMap() const;
    RasterInput rasterInput() const;
    GraphPainter detailPainter() const;
    void invalidate();

    GraphView* q;
    std::shared_ptr<const GraphScene> scene;
    std::optional<GraphTopology> topology;
    std::vector<float> x, y;
    GraphIndex index;
    std::vector<std::uint8_t> hidden;
    std::vector<std::uint8_t> kindVisible;
    std::vector<std::size_t> kindCount;
    std::vector<std::uint32_t> customColours;
    std::vector<QRgb> nodeColours;
    std::function<QString(std::uint32_t)> annotations, tooltips;
    std::function<Annotation(std::uint32_t)> values;
    ValueLegend valueLegend;
    std::vector<Link<std::uint32_t>> links;
    std::function<QString(int)> linkTooltips;
    int hoveredLink = -1;
    QString placeholder;
    GraphColours colours;
    mutable PaintCache cache;
    GraphLegend legend;
    bool legendVisible = true;
    bool dark = false;

    // Selection: `selectedFlags` holds 1 for the selected and 2 for their neighbours.
    std::vector<std::uint32_t> selection;
    std::vector<std::uint8_t> selectedFlags;
    std::vector<std::uint32_t> emphasised; ///< nodes with a flag
    std::vector<std::uint32_t> emphasisedEdges;
    std::int64_t hovered = -1;
    std::int64_t current = -1;
    int hoveredKind = -1;

    double scale = 1;
    QPointF offset;
    bool fitted = true; ///< the user has not moved the view since it was fitted

    // What is in view when it is little: edges of hubs apart from the others.
    bool detailed = false;
    std::vector<std::uint32_t> viewNodes, viewEdges, viewFaint;

    // The drawing without emphasis, kept between frames, and where it was drawn for.
    QImage layer;
    PixelMap layerMap;
    bool layerFaint = false; ///< it holds the edges of hubs only, the rest is painted one by one
    bool layerValid = false;
    double layerMs = 0; ///< what drawing all of it took last time
    QImage emphasisLayer;
    bool emphasisValid = false;
    GraphRaster raster;
    QTimer settle; ///< draws the layer anew after a zoom

    // Input
    enum class Drag { None, Pressed, Pan, Lasso };
    Drag drag = Drag::None;
    QPointF pressedAt, lastAt;
    Qt::KeyboardModifiers pressModifiers;
    Qt::MouseButton pressButton = Qt::NoButton;
    QPolygonF lasso;

    // Animation of positions
    QTimer animation;
    QElapsedTimer animationClock;
    int animationMs = 0;
    std::vector<float> fromX, fromY, toX, toY;
};

/// Lets assistive technology read the view: its summary, and the current node as its value.
void installGraphAccessibility();

} // namespace ohm::widgets
