// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/exportview.h"

#include <QString>
#include <QVector>
#include <QWidget>

namespace ohm::widgets {

/// A name with a length and a direction.
struct SignedBar {
    QString name;
    double length = 0;    ///< 0 to 1
    double direction = 0; ///< -1 to 1: what raises and what lowers
};

/// Bars under each other, the longest first; their colour and an arrow tell the direction. Up and
/// Down choose one, a click tells it. Follows the theme. Thread: GUI.
class SignedBars : public QWidget {
    Q_OBJECT
public:
    explicit SignedBars(const QString& name, QWidget* parent = nullptr);

    void setBars(QVector<SignedBar> bars);
    const QVector<SignedBar>& bars() const { return m_bars; }     ///< the longest first
    void setTitles(const QString& raises, const QString& lowers); ///< for the legend
    void setEmptyText(const QString& text);
    int current() const { return m_current; } ///< -1: none
    Renderable renderable();
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, 100}; }

signals:
    void barClicked(const QString& name);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void paint(QPainter& painter, const QSizeF& size, const QPalette& colours, bool dark) const;
    double lineHeight(const QSizeF& size) const;
    void choose(int bar);

    QVector<SignedBar> m_bars;
    QString m_raises, m_lowers, m_emptyText;
    int m_current = -1;
};

} // namespace ohm::widgets
