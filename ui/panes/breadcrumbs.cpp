// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panes/breadcrumbs.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int kShown = 5;       ///< steps before the middle is left out
constexpr int kWidestStep = 24; ///< characters
} // namespace

BreadCrumbs::BreadCrumbs(QWidget* parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this)) {
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(0);
    m_row->addStretch(1);
    setAccessibleName(tr("Place in the hierarchy"));
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

QSize BreadCrumbs::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 8, QWidget::minimumSizeHint().height()};
}

void BreadCrumbs::setSteps(const QStringList& steps) {
    if (steps == m_steps)
        return;
    m_steps = steps;
    while (m_row->count() > 1) {
        QLayoutItem* item = m_row->takeAt(0);
        delete item->widget();
        delete item;
    }
    const int count = static_cast<int>(steps.size());
    int place = 0;
    for (int level = 0; level < count; ++level) {
        if (count > kShown && level == 1) {
            level = count - kShown + 2;
            auto* dots = new QLabel(u"\u2026"_s, this);
            dots->setToolTip(steps.join(u" \u203a "_s));
            m_row->insertWidget(place++, dots);
            m_row->insertWidget(place++, new QLabel(u" \u203a "_s, this));
        }
        auto* button = new QToolButton(this);
        button->setText(fontMetrics().elidedText(steps.at(level), Qt::ElideMiddle,
                                                 fontMetrics().averageCharWidth() * kWidestStep));
        button->setToolTip(steps.at(level));
        button->setAccessibleName(tr("Go to %1").arg(steps.at(level)));
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        if (level == count - 1) {
            QFont font = button->font();
            font.setBold(true);
            button->setFont(font);
        }
        connect(button, &QToolButton::clicked, this, [this, level] { emit stepClicked(level); });
        m_row->insertWidget(place++, button);
        if (level + 1 < count)
            m_row->insertWidget(place++, new QLabel(u"\u203a"_s, this));
    }
}

} // namespace ohm::ui
