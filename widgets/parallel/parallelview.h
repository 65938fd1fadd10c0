// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/exportview.h"

#include <QColor>
#include <QImage>
#include <QPointer>
#include <QString>
#include <QTimer>
#include <QVector>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace ohm::widgets {

/// One axis of parallel coordinates, in its own unit.
struct ParallelAxis {
    QString name, unit;
    double low = std::numeric_limits<double>::quiet_NaN(); ///< NaN: by the data
    double high = std::numeric_limits<double>::quiet_NaN();
    bool logarithmic = false;
    double from = std::numeric_limits<double>::quiet_NaN(); ///< what is asked for, drawn beside the
    double to = std::numeric_limits<double>::quiet_NaN();   ///< axis; NaN: open at this end
};

/// A part of an axis; rows outside every brush of an axis fade.
struct ParallelBrush {
    int axis = 0;
    double low = 0, high = 0; ///< in the axis's unit, low <= high
    bool operator==(const ParallelBrush&) const = default;
};

/// Rows of numbers as lines over parallel axes; 5,000 rows over 20 axes follow the pointer.
/// Dragging on an axis brushes (several on one axis are alternatives, those of several axes must
/// all hold), dragging a brush moves it, its ends resize it, a click takes it away. A title is
/// dragged to move its axis, double-clicked to flip it; a click on a line selects it. Keys: Left
/// and Right choose an axis, Ctrl with them moves it, F flips it, Return brushes what is asked for,
/// Up and Down shift the brush, Shift with them moves its upper end, Delete takes it away, Escape
/// takes all. Follows the theme. Thread: GUI.
class ParallelView : public QWidget {
    Q_OBJECT
public:
    explicit ParallelView(const QString& name, QWidget* parent = nullptr);

    /// Other axes: order, flips and brushes begin anew, unless the names are the same.
    void setAxes(const QVector<ParallelAxis>& axes);
    /// Row after row, one value per axis; values that are not finite leave a gap.
    void setRows(std::vector<float> values);
    int rowCount() const { return m_rows; }
    int axisCount() const { return static_cast<int>(m_axes.size()); }
    const QVector<ParallelAxis>& axes() const { return m_axes; }
    /// One of `colours` per row; names are the legend. Drawn in this order, the last on top.
    void setClasses(std::vector<std::uint8_t> classOf,
                    const QVector<QPair<QString, QColor>>& classes);
    void setSelected(int row); ///< -1: none. Emits nothing.
    int selected() const { return m_selected; }
    void setDescription(std::function<QString(int)> describe) { m_describe = std::move(describe); }
    void setEmptyText(const QString& text);

    const QVector<ParallelBrush>& brushes() const { return m_brushes; }
    void setBrushes(const QVector<ParallelBrush>& brushes);
    void clearBrushes() { setBrushes({}); }
    /// Within a brush of every axis that has some. All rows without brushes.
    bool isBrushed(int row) const { return m_in[static_cast<std::size_t>(row)] != 0; }
    int brushedCount() const { return m_inCount; }

    const QVector<int>& order() const { return m_order; } ///< axes from left to right
    void moveAxis(int place, int to);                     ///< places, not axes
    bool isFlipped(int axis) const { return m_flipped.value(axis); }
    void flip(int axis);
    int focusedPlace() const { return m_focus; }
    /// The row whose line passes within a few pixels; -1: none. Brushed ones first.
    int rowAt(QPointF position) const;
    QPointF placeOf(int row, int axis) const; ///< pixels
    QRectF axisRect(int place) const;         ///< where dragging brushes
    QRectF titleRect(int place) const;
    Renderable renderable();
    QSize sizeHint() const override { return {640, 320}; }

signals:
    void brushed(); ///< by the user or setBrushes
    void rowClicked(int row);
    void orderChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Scale {
        double low = 0, high = 1;
        bool logarithmic = false;
    };
    enum class Grip : quint8 { None, New, Move, Low, High, Title };

    void measureScales();
    void applyBrushes(bool tell);
    void dirty(bool quick = false);
    void rasterise();
    QRectF plotRect() const;
    double xOf(int place) const;
    /// 0 at the low end of the axis, 1 at its high one; the other way round with `flipped`.
    double share(int axis, double value, bool flipped) const;
    double valueAt(int axis, double y) const;
    double yOf(int axis, double value) const;
    int placeAt(QPointF position) const; ///< axis near the pointer; -1
    int brushAt(int axis, double y, Grip& grip) const;
    void paintOver(QPainter& painter, const QPalette& colours, bool dark) const;
    void paintAxis(QPainter& painter, int place, const QPalette& colours, bool dark) const;
    void paintLegend(QPainter& painter, const QPalette& colours) const;
    void paintLines(QPainter& painter) const;
    QColor classColour(int row) const;
    void tellAccessible();
    void setBrushOf(int axis, double low, double high);
    int brushOf(int axis) const; ///< the last one; -1

    QVector<ParallelAxis> m_axes;
    std::vector<Scale> m_scales;
    std::vector<float> m_values, m_shares;
    std::vector<std::uint8_t> m_class;
    QVector<QPair<QString, QColor>> m_classes;
    int m_rows = 0;
    std::vector<char> m_in;
    int m_inCount = 0;
    QVector<ParallelBrush> m_brushes;
    QVector<int> m_order;
    QVector<bool> m_flipped;
    int m_selected = -1;
    int m_hover = -1;
    int m_focus = 0;
    std::function<QString(int)> m_describe;
    QString m_emptyText;
    QImage m_picture;
    bool m_dirty = true;
    bool m_quick = false; ///< fewer lines while the pointer drags
    QTimer m_refine;
    Grip m_grip = Grip::None;
    int m_gripPlace = -1, m_gripBrush = -1;
    QPointF m_press, m_last;
    bool m_dragged = false;
    ParallelBrush m_before;
};

} // namespace ohm::widgets
