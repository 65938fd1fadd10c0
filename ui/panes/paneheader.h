// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

class QAction;
class QHBoxLayout;
class QMenu;
class QToolButton;

namespace ohm::ui {

/// The line above a view: what it shows on the left, its tools on the right. Thread: GUI.
class PaneHeader : public QFrame {
    Q_OBJECT
public:
    explicit PaneHeader(QWidget* parent = nullptr);

    /// Left part, e.g. the bread crumbs; takes the free room.
    void setLead(QWidget* widget);
    QToolButton* addButton(const QString& icon, const QString& text, const QString& tip = {});
    QToolButton* addMenuButton(const QString& icon, const QString& text, QMenu* menu);
    QToolButton* addActionButton(QAction* action);
    void addWidget(QWidget* widget);
    void addGap();

private:
    QHBoxLayout* m_row;
};

} // namespace ohm::ui
