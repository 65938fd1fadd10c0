// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/exportview.h"
#include "widgets/map/mapscale.h"

#include <QPoint>
#include <QRectF>
#include <QVector>
#include <QWidget>

#include <optional>

namespace ohm::widgets {

/// Maps of one size side by side, as predicted, true and error. They share one zoom and one place:
/// what is moved in one moves in all. Maps of values share one colour scale, maps of deviations
/// another, about 0. The wheel zooms, dragging pans, a double click or 0 fits, + and - zoom, arrows
/// pan; the pointer, or Shift and the arrows, reads the values of a cell in all maps at once,
/// Escape lets it go. Follows the theme. Thread: GUI.
class MapView : public QWidget {
    Q_OBJECT
public:
    explicit MapView(const QString& name, QWidget* parent = nullptr);

    /// Panels of [rows, columns] values; missing ones count as unknown. A view that the user has
    /// not moved shows them whole.
    void setMaps(int columns, int rows, std::vector<MapPanel> panels);
    /// Predicted, true and predicted minus true.
    void setComparison(int columns, int rows, const std::vector<float>& predicted,
                       const std::vector<float>& truth);
    const std::vector<MapPanel>& panels() const { return m_panels; }
    int columns() const { return m_columns; }
    int rows() const { return m_rows; }

    /// Fixed colour scales instead of those of the data; low >= high gives the data's back.
    void setValueScale(double low, double high);
    void setDeviationScale(double most);
    MapScale scale(bool deviation) const;
    /// Layouts have their first row at the bottom (the default), images at the top.
    void setRowZeroAtTop(bool top);
    void setUnit(const QString& unit); ///< of the values, behind them
    void setEmptyText(const QString& text);

    void fit();
    void zoom(double factor, QPointF around);
    /// Pixels of a cell's side.
    double cellSide() const { return m_side; }
    /// Where panel `panel` draws its map.
    QRectF panelRect(int panel) const;
    /// The cell at a place of the widget, in whichever panel; nothing outside the maps.
    std::optional<QPoint> cellAt(QPointF position) const;
    QRectF cellRect(int panel, QPoint cell) const;
    /// The cell that is read, if any.
    std::optional<QPoint> current() const { return m_current; }
    void setCurrent(std::optional<QPoint> cell);
    /// "column 3, row 7: predicted 0.31, true 0.29, error +0.02"
    QString describe(QPoint cell) const;

    Renderable renderable();
    QSize sizeHint() const override { return {960, 360}; }
    QSize minimumSizeHint() const override { return {300, 160}; }

signals:
    void hovered(int column, int row); ///< -1, -1: none
    void viewChanged();                ///< zoomed, moved or fitted

protected:
    bool event(QEvent* event) override;
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
    int panelAt(QPointF position) const; ///< -1: none
    double headHeight() const;           ///< of the titles
    double footHeight() const;           ///< of the colour scales
    void pan(QPointF pixels);
    void keepInSight();
    void refresh();
    void paint(QPainter& painter, bool print);
    void paintPanel(QPainter& painter, int panel, bool print);
    void paintScale(QPainter& painter, int panel, bool print) const;
    QString number(double value, bool sign) const;
    QByteArray csv() const;

    int m_columns = 0, m_rows = 0;
    std::vector<MapPanel> m_panels;
    MapScale m_values, m_deviations;
    std::optional<MapScale> m_fixedValues, m_fixedDeviations;
    bool m_rowZeroAtTop = false;
    QString m_unit, m_emptyText;
    QVector<QImage> m_pictures; ///< one pixel per cell; made anew when values or colours change
    bool m_dirty = true;
    // The view: the cell (with fractions, rows downwards as drawn) in the middle of each panel.
    QPointF m_centre;
    double m_side = 1;
    bool m_moved = false;
    std::optional<QPoint> m_current;
    bool m_pressed = false, m_panning = false;
    QPointF m_press, m_last;
};

} // namespace ohm::widgets
