// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pageparts.h"

#include "widgets/common/messagebar.h"

#include <QBoxLayout>
#include <QSpinBox>
#include <QSplitter>

namespace ohm::ui {

void framePage(QWidget* page, widgets::MessageBar* bar, QWidget* side, QWidget* main) {
    auto* splitter = new QSplitter(Qt::Horizontal, page);
    splitter->addWidget(side);
    splitter->addWidget(main);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(splitter, 1);
}

QSpinBox* spinField(const QString& name, int low, int high, int value) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setValue(value);
    box->setGroupSeparatorShown(true);
    box->setAccessibleName(name);
    return box;
}

} // namespace ohm::ui
