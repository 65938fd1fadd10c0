// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QString>
#include <QVector>
#include <QWidget>

namespace ohm::widgets {

/// A small chart that grows while something runs: a few series over one axis, direct labels at
/// their last points, an optional level to compare with. Thread: GUI.
class LiveCurve : public QWidget {
    Q_OBJECT
public:
    struct Series {
        QString name;
        QVector<QPointF> points;
        bool dashed = false;
    };

    explicit LiveCurve(const QString& title, QWidget* parent = nullptr);

    void setSeries(const QVector<Series>& series);
    void setLogarithmic(bool on); ///< of the vertical axis
    void setRange(double low, double high); ///< vertical; low >= high: by the points
    void setPlanned(double end); ///< where the horizontal axis ends at least
    void setLevel(double value, const QString& name); ///< NaN: none
    void setEmptyText(const QString& text);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void describe();

    QString m_title;
    QVector<Series> m_series;
    QString m_levelName, m_empty;
    double m_level;
    double m_low = 0, m_high = 0, m_end = 0;
    bool m_logarithmic = false;
};

} // namespace ohm::widgets
