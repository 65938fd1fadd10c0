// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/annotation.h"
#include "widgets/common/links.h"

#include <QString>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace ohm::widgets {

/// A graph to draw: plain arrays. Node kinds index into `kinds`, which name, colour and shape.
struct GraphScene {
    struct Kind {
        QString name;         ///< legend, e.g. "MOSFET terminal"
        int paletteIndex = 0; ///< colour-blind-safe palette entry
        enum class Marker { Disc, Square, Diamond, Triangle } marker = Marker::Disc;
        float radius = 4; ///< points
    };
    std::vector<Kind> kinds;
    std::vector<float> x, y;          ///< [nodes], points, y down
    std::vector<std::uint8_t> kind;   ///< [nodes]
    std::vector<std::uint32_t> edges; ///< pairs
    /// [nodes] nodes of one device share a number, kNoGroup is none; may be empty. Groups get a
    /// soft hull when zoomed in.
    std::vector<std::uint32_t> group;
    static constexpr std::uint32_t kNoGroup = 0xFFFFFFFFu;
    std::function<QString(std::uint32_t)> label; ///< short text of a node (asked when visible)
    /// One or two characters drawn inside a large marker ("G" for a gate); where there is one, the
    /// label is left out in favour of the group's. May be empty.
    std::function<QString(std::uint32_t)> mark;
    std::function<QString(std::uint32_t)>
        groupLabel; ///< name of a group, by its number; may be empty
};

/// Draws up to hundreds of thousands of nodes at interactive rates (own painting, level of detail,
/// spatial index). Knows no circuit: nodes are numbers. Thread: GUI.
///
/// Mouse: wheel or pinch zooms at the cursor, drag pans, Shift or Ctrl drag draws a lasso, a click
/// on a legend entry hides its kind. Keys: arrows pan (Shift: farther), Ctrl+arrows walk to the
/// neighbour in that direction, along an edge or a link, + and - zoom, F or Home fit, Tab and
/// Shift+Tab next and previous node (leaving the view after the last), Return clicks the node,
/// Escape clears.
class GraphView : public QWidget {
    Q_OBJECT
public:
    explicit GraphView(QWidget* parent = nullptr);
    ~GraphView() override;

    void setScene(std::shared_ptr<const GraphScene> scene);
    /// New positions for the same nodes (progressive layout); keeps the zoom.
    void setPositions(std::vector<float> x, std::vector<float> y);
    void setPlaceholder(const QString& text);

    void setSelection(const std::vector<std::uint32_t>& nodes);
    void setHover(std::int64_t node); ///< -1: none
    /// Optional per-node values drawn as small labels, and colours (ARGB, 0 = by kind).
    void setAnnotations(std::function<QString(std::uint32_t)> text);
    /// The same with a look of their own, instead of `setAnnotations`; an empty text is none.
    void setValues(std::function<Annotation(std::uint32_t)> value);
    /// Explains the values; empty: none.
    void setValueLegend(const ValueLegend& legend);
    void setColours(std::vector<std::uint32_t> argb);
    /// Lines between nodes over the drawing, in this order; a new scene has none.
    void setLinks(std::vector<Link<std::uint32_t>> links);
    void setLinkTooltipProvider(std::function<QString(int)> provider);
    void setKindVisible(int kind, bool visible);
    bool isKindVisible(int kind) const;
    void setLegendVisible(bool visible);
    void setTooltipProvider(std::function<QString(std::uint32_t)> provider);

    void zoomIn();
    void zoomOut();
    void fit();
    void reveal(std::uint32_t node);
    void render(QPainter& painter, const QRectF& target, bool forPrint) const;
    QSizeF drawingSize() const;

    double zoom() const;                                ///< pixels per point
    QPointF positionOf(std::uint32_t node) const;       ///< in widget coordinates
    std::int64_t nodeAt(const QPointF& position) const; ///< -1: none
    int linkAt(const QPointF& position) const;          ///< -1: none, or a node lies there
    QPointF linkPosition(int link) const;               ///< halfway, in widget coordinates
    std::int64_t currentNode() const;                   ///< the node the keyboard is at; -1: none
    QString nodeText(std::int64_t node) const;          ///< the scene's label; empty for -1
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    void nodeClicked(std::uint32_t node, Qt::KeyboardModifiers modifiers);
    void nodeDoubleClicked(std::uint32_t node); ///< walk: centre the neighbourhood here
    void linkClicked(int link, Qt::KeyboardModifiers modifiers);
    void nodesLassoed(const std::vector<std::uint32_t>& nodes, Qt::KeyboardModifiers modifiers);
    void backgroundClicked();
    void hovered(std::int64_t node); ///< -1: nothing
    void contextMenuRequested(const QPoint& globalPosition, std::int64_t node);
    void kindVisibilityChanged(int kind, bool visible); ///< by a click on the legend

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
