// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QHBoxLayout;

namespace ohm::ui {

/// The way from the top cell to the shown one; each step is a button. Long ways lose their middle.
/// Thread: GUI.
class BreadCrumbs : public QWidget {
    Q_OBJECT
public:
    explicit BreadCrumbs(QWidget* parent = nullptr);
    void setSteps(const QStringList& steps);
    QStringList steps() const { return m_steps; }
    QSize minimumSizeHint() const override;

signals:
    void stepClicked(int level);

private:
    QStringList m_steps;
    QHBoxLayout* m_row;
};

} // namespace ohm::ui
