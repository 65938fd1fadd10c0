// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/exportview.h"

#include <QString>
#include <QVector>
#include <QWidget>

#include <memory>

namespace ohm::widgets {

/// A line, with a band around it where `low` and `high` are given (as long as y). Values that are
/// not finite leave a gap.
struct PlotSeries {
    QString name;
    QVector<double> x, y;
    QVector<double> low, high;
    bool dashed = false;
    bool markers = false;
    int colour = -1; ///< of seriesColour; -1: by its place
};

/// A histogram: count i stands over edges i and i + 1.
struct PlotBars {
    QString name;
    QVector<double> edges, counts;
    int colour = -1;
};

/// A chart: lines with bands and histograms over common axes. The wheel zooms (over an axis that
/// axis alone), dragging pans, a right drag zooms into a box, a double click or 0 fits, + and -
/// zoom, arrows pan; a click on a legend entry hides its series; the pointer reads values. Follows
/// the theme. Thread: GUI.
class PlotView : public QWidget {
    Q_OBJECT
public:
    explicit PlotView(const QString& name, QWidget* parent = nullptr);
    ~PlotView() override;

    void setAxes(const QString& x, const QString& y);
    void setLogarithmic(bool x, bool y);
    bool isLogarithmicY() const;
    /// Replaces what is shown; a view that the user has not moved is fitted again. Redrawn from the
    /// event loop, however often this is called.
    void setSeries(const QVector<PlotSeries>& series);
    void setBars(const QVector<PlotBars>& bars);
    const QVector<PlotSeries>& series() const;
    const QVector<PlotBars>& bars() const;
    /// A vertical line at `x` with a label; NaN: none.
    void setMark(double x, const QString& label = {});
    void setYRange(double low, double high); ///< of a fitted view; low >= high: by the data
    void setEmptyText(const QString& text);
    /// A small widget in the empty corner below the vertical axis, e.g. the export button.
    void setCorner(QWidget* widget);
    void setLegendAt(Qt::Alignment alignment); ///< top right at first
    void setHidden(int index, bool hidden);    ///< series, then bars
    bool isHidden(int index) const;
    void fit();
    /// Visible range: x low, x high, y low, y high.
    QVector<double> range() const;

    Renderable renderable();
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    /// A click on a bar of `bars()[index]`.
    void barClicked(int index, double low, double high);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void placeCorner();
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ohm::widgets
