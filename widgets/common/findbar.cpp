// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/findbar.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace ohm::widgets {

class FindBar::Private {
public:
    QLineEdit* edit = nullptr;
    QToolButton* caseButton = nullptr;
    QToolButton* previous = nullptr;
    QToolButton* next = nullptr;
    QLabel* matches = nullptr;
};

FindBar::FindBar(QWidget* parent)
    : QFrame(parent)
    , d(std::make_unique<Private>()) {
    setFrameShape(QFrame::NoFrame);
    setAutoFillBackground(true);
    setAccessibleName(tr("Find"));
    d->edit = new QLineEdit(this);
    d->edit->setPlaceholderText(tr("Find"));
    d->edit->setAccessibleName(tr("Find"));
    d->edit->setAccessibleDescription(
        tr("Return finds the next match, Shift+Return the previous one"));
    d->edit->setClearButtonEnabled(true);
    d->edit->setMinimumWidth(fontMetrics().averageCharWidth() * 18);
    d->edit->addAction(themedIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    d->edit->installEventFilter(this);
    const auto button = [this](const QString& icon, const QString& name, const QString& tip) {
        auto* b = new QToolButton(this);
        b->setIcon(themedIcon(icon));
        b->setAutoRaise(true);
        b->setAccessibleName(name);
        b->setToolTip(tip);
        return b;
    };
    d->caseButton = button(QStringLiteral("case"), tr("Match case"), tr("Match case"));
    d->caseButton->setCheckable(true);
    d->previous =
        button(QStringLiteral("up"), tr("Previous match"), tr("Previous match (Shift+Return)"));
    d->next = button(QStringLiteral("down"), tr("Next match"), tr("Next match (Return)"));
    auto* closeButton =
        button(QStringLiteral("close"), tr("Close the find bar"), tr("Close (Esc)"));
    d->matches = new QLabel(this);
    d->matches->setObjectName(QStringLiteral("matches"));
    d->matches->setMinimumWidth(fontMetrics().horizontalAdvance(tr("%1 of %2").arg(999).arg(9999)));

    auto* row = new QHBoxLayout(this);
    const int gap = fontMetrics().height() / 4;
    row->setContentsMargins(2 * gap, gap, 2 * gap, gap);
    row->setSpacing(gap);
    row->addWidget(d->edit, 1);
    row->addWidget(d->caseButton);
    row->addWidget(d->matches);
    row->addWidget(d->previous);
    row->addWidget(d->next);
    row->addWidget(closeButton);

    const auto changed = [this] { emit searchChanged(text(), caseSensitive()); };
    connect(d->edit, &QLineEdit::textChanged, this, changed);
    connect(d->caseButton, &QToolButton::toggled, this, changed);
    connect(d->previous, &QToolButton::clicked, this, &FindBar::previousRequested);
    connect(d->next, &QToolButton::clicked, this, &FindBar::nextRequested);
    connect(closeButton, &QToolButton::clicked, this, &FindBar::close);
    setMatches(0, -1);
    hide();
}

FindBar::~FindBar() = default;

void FindBar::open(const QString& text) {
    show();
    if (!text.isEmpty())
        d->edit->setText(text);
    d->edit->setFocus(Qt::ShortcutFocusReason);
    d->edit->selectAll();
    if (!d->edit->text().isEmpty())
        emit searchChanged(this->text(), caseSensitive());
}

void FindBar::close() {
    if (isHidden())
        return;
    hide();
    emit closed();
}

QString FindBar::text() const {
    return d->edit->text();
}

bool FindBar::caseSensitive() const {
    return d->caseButton->isChecked();
}

void FindBar::setCaseSwitchVisible(bool visible) {
    d->caseButton->setVisible(visible);
}

void FindBar::setMatches(int current, int total) {
    const bool none = total == 0 && !d->edit->text().isEmpty();
    QString text;
    if (none)
        text = tr("No match");
    else if (total > 0)
        text = current > 0  ? tr("%1 of %2").arg(current).arg(total)
               : total == 1 ? tr("1 match")
                            : tr("%1 matches").arg(total);
    d->matches->setText(text);
    QPalette palette = qApp->palette();
    const bool dark = isDark(palette);
    palette.setColor(QPalette::WindowText,
                     semanticColour(none ? Semantic::Fail : Semantic::Muted, dark));
    d->matches->setPalette(palette);
    d->previous->setEnabled(total != 0);
    d->next->setEnabled(total != 0);
}

void FindBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        close();
    else
        QFrame::keyPressEvent(event);
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == d->edit && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            if (key->modifiers() & Qt::ShiftModifier)
                emit previousRequested();
            else
                emit nextRequested();
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace ohm::widgets
