// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
        QString name;           ///< legend, e.g. "MOSFET terminal"
        int paletteIndex = 0;   ///< colour-blind-safe palette entry
        enum class Marker { Disc, Square, Diamond, Triangle } marker = Marker::Disc;
        float radius = 4;       ///< points
    };
    std::vector<Kind> kinds;
    std::vector<float> x, y;              ///< [nodes], points, y down
    std::vector<std::uint8_t> kind;       ///< [nodes]
    std::vector<std::uint32_t> edges;     ///< pairs
    std::vector<std::uint32_t> group;     ///< [nodes] nodes of one device share a number; may be empty
    std::function<QString(std::uint32_t)> label;   ///< short text of a node (asked when visible)
};

/// Draws up to hundreds of thousands of nodes at interactive rates (own painting, level of detail,
/// spatial index). Knows no circuit: nodes are numbers. Thread: GUI.
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
    void setColours(std::vector<std::uint32_t> argb);
    void setKindVisible(int kind, bool visible);
    void setTooltipProvider(std::function<QString(std::uint32_t)> provider);

    void zoomIn();
    void zoomOut();
    void fit();
    void reveal(std::uint32_t node);
    void render(QPainter& painter, const QRectF& target, bool forPrint) const;
    QSizeF drawingSize() const;

signals:
    void nodeClicked(std::uint32_t node, Qt::KeyboardModifiers modifiers);
    void nodeDoubleClicked(std::uint32_t node); ///< walk: centre the neighbourhood here
    void nodesLassoed(const std::vector<std::uint32_t>& nodes, Qt::KeyboardModifiers modifiers);
    void backgroundClicked();
    void hovered(std::int64_t node); ///< -1: nothing
    void contextMenuRequested(const QPoint& globalPosition, std::int64_t node);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
