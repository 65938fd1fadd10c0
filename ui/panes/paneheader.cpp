// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes/paneheader.h"

#include "widgets/common/icons.h"

#include <QAction>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

namespace ohm::ui {

PaneHeader::PaneHeader(QWidget* parent)
    : QFrame(parent)
    , m_row(new QHBoxLayout(this)) {
    m_row->setContentsMargins(6, 2, 6, 2);
    m_row->setSpacing(2);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Window);
}

void PaneHeader::setLead(QWidget* widget) {
    m_row->insertWidget(0, widget, 1);
}

QToolButton* PaneHeader::addButton(const QString& icon, const QString& text, const QString& tip) {
    auto* button = new QToolButton(this);
    button->setIcon(widgets::themedIcon(icon));
    button->setText(text);
    button->setToolTip(tip.isEmpty() ? text : text + QLatin1Char('\n') + tip);
    button->setAccessibleName(text);
    if (!tip.isEmpty())
        button->setAccessibleDescription(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    m_row->addWidget(button);
    return button;
}

QToolButton* PaneHeader::addMenuButton(const QString& icon, const QString& text, QMenu* menu) {
    QToolButton* button = addButton(icon, text);
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
    return button;
}

QToolButton* PaneHeader::addActionButton(QAction* action) {
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setAccessibleName(action->text().remove(QLatin1Char('&')));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    m_row->addWidget(button);
    return button;
}

void PaneHeader::addWidget(QWidget* widget) {
    m_row->addWidget(widget);
}

void PaneHeader::addGap() {
    m_row->addSpacing(fontMetrics().averageCharWidth());
}

} // namespace ohm::ui
