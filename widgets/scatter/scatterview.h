// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/exportview.h"
#include "widgets/common/ramp.h"

#include <QColor>
#include <QImage>
#include <QPolygonF>
#include <QString>
#include <QVector>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <vector>

namespace ohm::widgets {

/// What the colours of a scatter mean: classes by name, or a ramp between two values.
struct ScatterLegend {
    QString title;
    QVector<std::pair<QString, QColor>> classes; ///< empty: the ramp
    double low = 0, high = 1;                    ///< values at the ends of the ramp
};

/// Axes of a scatter that has some: titles, straight lines, and an area behind the points. In data
/// coordinates.
struct ScatterAxes {
    QString x, y;
    struct Line {
        QPointF from, to;
        bool dashed = false;
    };
    QVector<Line> lines;
    QPolygonF area; ///< tinted, e.g. a band
};

/// Many points of the plane, 100,000 of them fluid: pixels are set by hand into one picture, which
/// is made anew when points, colours or the view change; the pointer asks a grid. The wheel zooms,
/// dragging pans, Shift and dragging draws a lasso, a click selects (Ctrl adds), a double click on
/// a point activates it, 0 fits, + and - zoom, arrows pan, Escape clears. Follows the theme.
/// Thread: GUI.
class ScatterView : public QWidget {
    Q_OBJECT
public:
    explicit ScatterView(const QString& name, QWidget* parent = nullptr);

    /// [count, 2]; values that are not finite are not shown. A view that the user has not moved
    /// keeps all points in sight.
    void setPoints(std::vector<float> xy);
    std::size_t count() const { return m_xy.size() / 2; }
    /// Axes with a scale of their own each, for measured values; without them, as for a layout, one
    /// unit is as long across as upwards.
    void setAxes(const ScatterAxes& axes);
    void setLegendAt(Qt::Alignment alignment); ///< top right at first; or top left
    void setColours(QVector<QRgb> colours, const ScatterLegend& legend); ///< one per point
    /// Few selected points get a ring; beside many the others fade. Emits nothing.
    void setSelection(QVector<int> points);
    const QVector<int>& selection() const { return m_selection; }
    /// What a point is, for the tip and the columns of an exported CSV.
    void setDescription(std::function<QString(int)> describe);
    void setCsv(std::function<QByteArray()> csv);
    void setEmptyText(const QString& text);
    void fit();
    /// The same part of the plane in sight as another view has.
    void follow(const ScatterView& other);
    /// The point at a place of the widget, within a few pixels; -1 for none.
    int pointAt(QPointF position) const;
    QPointF placeOf(int point) const; ///< of a point, in pixels
    Renderable renderable();
    QSize sizeHint() const override { return {640, 480}; }

signals:
    void selectionChanged(const QVector<int>& points); ///< by the user
    void hovered(int point);                           ///< -1: none
    void activated(int point);
    void viewChanged(); ///< by the user

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void dirty();
    void index();
    void rasterise();
    std::vector<std::uint8_t> highlighted() const;
    QRgb faded(QRgb colour, const QColor& ground) const;
    void zoom(double factor, QPointF around);
    void paintOver(QPainter& painter, const QRectF& rect, bool print) const;
    void paintArea(QPainter& painter, const QPalette& colours, bool dark) const;
    void paintAxes(QPainter& painter, const QPalette& colours, bool dark) const;
    void measureMargins();
    QRectF plotRect() const; ///< without the margins of the axes
    QPointF placeOf(QPointF at) const;
    void select(QVector<int> points, bool add);
    void hover(int point);
    QPointF toData(QPointF position) const;

    QString m_emptyText;
    std::vector<float> m_xy;
    QVector<QRgb> m_colours;
    ScatterLegend m_legend;
    bool m_legendLeft = false;
    QVector<int> m_selection;
    std::function<QString(int)> m_describe;
    std::function<QByteArray()> m_csv;
    ScatterAxes m_axes;
    bool m_hasAxes = false;
    double m_leftMargin = 0, m_bottomMargin = 0;
    // The view: data at the middle of the plot, and pixels per unit across and upwards.
    QPointF m_centre;
    QPointF m_scale{1, 1};
    bool m_moved = false;
    QImage m_picture;
    bool m_dirty = true;
    // Points by cell of a grid over all of them, as many cells across as upwards.
    int m_cells = 0;
    double m_left = 0, m_bottom = 0;
    QPointF m_cell{1, 1};
    std::vector<int> m_cellStart, m_cellPoints;
    int m_hover = -1;
    bool m_lassoing = false, m_panning = false, m_pressed = false;
    QPointF m_press, m_last;
    QVector<QPointF> m_lasso;
};

} // namespace ohm::widgets
