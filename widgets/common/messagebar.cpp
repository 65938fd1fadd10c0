// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/messagebar.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QAccessible>
#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

namespace ohm::widgets {
namespace {

Semantic semanticOf(MessageBar::Kind kind) {
    switch (kind) {
    case MessageBar::Kind::Success:
        return Semantic::Pass;
    case MessageBar::Kind::Warning:
        return Semantic::Warning;
    case MessageBar::Kind::Error:
        return Semantic::Error;
    case MessageBar::Kind::Note:
        break;
    }
    return Semantic::Note;
}

QString iconOf(MessageBar::Kind kind) {
    switch (kind) {
    case MessageBar::Kind::Success:
        return QStringLiteral("ok");
    case MessageBar::Kind::Warning:
        return QStringLiteral("warning");
    case MessageBar::Kind::Error:
        return QStringLiteral("error");
    case MessageBar::Kind::Note:
        break;
    }
    return QStringLiteral("note");
}

QString wordOf(MessageBar::Kind kind) {
    switch (kind) {
    case MessageBar::Kind::Success:
        return MessageBar::tr("Done");
    case MessageBar::Kind::Warning:
        return MessageBar::tr("Warning");
    case MessageBar::Kind::Error:
        return MessageBar::tr("Error");
    case MessageBar::Kind::Note:
        break;
    }
    return MessageBar::tr("Note");
}

} // namespace

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_word(new QLabel(this))
    , m_text(new QLabel(this))
    , m_details(new QPlainTextEdit(this))
    , m_detailsButton(new QToolButton(this))
    , m_action(new QPushButton(this))
    , m_close(new QToolButton(this)) {
    setAutoFillBackground(true);
    setFrameShape(QFrame::NoFrame);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_word->setFont(bold);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setObjectName(QStringLiteral("text"));
    m_detailsButton->setText(tr("Details"));
    m_detailsButton->setCheckable(true);
    m_detailsButton->setAutoRaise(true);
    m_detailsButton->setObjectName(QStringLiteral("details"));
    m_detailsButton->setAccessibleDescription(tr("Shows or hides the technical details"));
    m_action->setObjectName(QStringLiteral("action"));
    m_close->setAutoRaise(true);
    m_close->setIcon(themedIcon(QStringLiteral("close")));
    m_close->setToolTip(tr("Close (Esc)"));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setObjectName(QStringLiteral("close"));
    m_details->setReadOnly(true);
    m_details->setTabChangesFocus(true);
    m_details->setFrameShape(QFrame::NoFrame);
    m_details->setAccessibleName(tr("Details"));
    m_details->setFixedHeight(fontMetrics().lineSpacing() * 6);
    m_details->hide();

    auto* row = new QHBoxLayout;
    row->addWidget(m_icon);
    row->addWidget(m_word);
    row->addWidget(m_text, 1);
    row->addWidget(m_detailsButton);
    row->addWidget(m_action);
    row->addWidget(m_close);
    auto* column = new QVBoxLayout(this);
    const int gap = fontMetrics().height() / 2;
    column->setContentsMargins(gap, gap / 2, gap, gap / 2);
    column->addLayout(row);
    column->addWidget(m_details);

    connect(m_detailsButton, &QToolButton::toggled, m_details, &QWidget::setVisible);
    connect(m_action, &QPushButton::clicked, this, &MessageBar::actionTriggered);
    connect(m_close, &QToolButton::clicked, this, &MessageBar::dismiss);
    hide();
}

void MessageBar::showError(const Error& error) {
    const auto text = [](const std::string& s) { return QString::fromStdString(s).trimmed(); };
    QString sentence = text(error.text);
    if (!error.hint.empty()) {
        if (!sentence.endsWith(QLatin1Char('.')))
            sentence += QLatin1Char('.');
        sentence += QLatin1Char(' ') + text(error.hint);
    }
    QStringList details;
    if (!error.where.empty())
        details += tr("Where: %1").arg(text(error.where));
    if (!error.detail.empty())
        details += text(error.detail);
    if (!error.code.empty())
        details += tr("Code: %1").arg(text(error.code));
    showMessage(Kind::Error, sentence, details.join(QLatin1Char('\n')));
}

void MessageBar::showMessage(Kind kind, const QString& text, const QString& details) {
    m_kind = kind;
    m_text->setText(text);
    m_details->setPlainText(details);
    m_detailsButton->setChecked(false);
    m_detailsButton->setVisible(!details.isEmpty());
    m_details->hide();
    setAction({});
    setAccessibleName(tr("%1: %2").arg(wordOf(kind), text));
    restyle();
    show();
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void MessageBar::setAction(const QString& text, const QString& iconName) {
    m_action->setText(text);
    m_action->setIcon(themedIcon(iconName));
    m_action->setVisible(!text.isEmpty());
}

void MessageBar::dismiss() {
    if (isHidden())
        return;
    hide();
    emit dismissed();
}

QString MessageBar::text() const {
    return m_text->text();
}

QString MessageBar::details() const {
    return m_details->toPlainText();
}

void MessageBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QFrame::keyPressEvent(event);
}

void MessageBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    // A bar that was out of sight hears of another theme only by its own palette; its own change of
    // it ends here, the tint being right by then.
    const QColor tint = semanticTint(semanticOf(m_kind), isDark(qApp->palette()));
    if (event->type() == QEvent::ApplicationPaletteChange ||
        (event->type() == QEvent::PaletteChange && palette().color(QPalette::Window) != tint))
        restyle();
}

void MessageBar::restyle() {
    const bool dark = isDark(qApp->palette());
    const Semantic semantic = semanticOf(m_kind);
    const QColor colour = semanticColour(semantic, dark);
    QPalette tinted; // only what differs: a whole one would inherit nothing, and hear of nothing
    tinted.setColor(QPalette::Window, semanticTint(semantic, dark));
    tinted.setColor(QPalette::Base, semanticTint(semantic, dark));
    setPalette(tinted);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_icon->setPixmap(
        colouredIcon(iconOf(m_kind), colour).pixmap(QSize(side, side), devicePixelRatioF()));
    m_word->setText(wordOf(m_kind));
    QPalette coloured;
    coloured.setColor(QPalette::WindowText, colour);
    m_word->setPalette(coloured);
}

} // namespace ohm::widgets
