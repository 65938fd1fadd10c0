// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/noticebar.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QScrollArea>
#include <QStyle>
#include <QToolButton>

#include <algorithm>

namespace ohm::widgets {

namespace {
constexpr int kMostLinked = 24; ///< objects per notice
} // namespace

NoticeBar::NoticeBar(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
    , m_more(new QToolButton(this))
    , m_close(new QToolButton(this))
    , m_scroll(new QScrollArea(this))
    , m_details(new QLabel) {
    setObjectName(QStringLiteral("noticeBar"));
    setAutoFillBackground(true);
    setFrameShape(QFrame::NoFrame);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_more->setText(tr("Why?"));
    m_more->setCheckable(true);
    m_more->setAutoRaise(true);
    m_more->setObjectName(QStringLiteral("noticeDetails"));
    m_more->setAccessibleName(tr("Why this prediction may be wrong"));
    m_close->setAutoRaise(true);
    m_close->setIcon(themedIcon(QStringLiteral("close")));
    m_close->setToolTip(tr("Close (Esc)"));
    m_close->setAccessibleName(tr("Close these notices"));
    m_details->setTextFormat(Qt::RichText);
    m_details->setWordWrap(true);
    m_details->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_details->setTextInteractionFlags(Qt::TextBrowserInteraction);
    m_details->setFocusPolicy(Qt::StrongFocus);
    m_details->setObjectName(QStringLiteral("noticeList"));
    m_scroll->setWidget(m_details);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->hide();

    auto* row = new QHBoxLayout;
    row->addWidget(m_icon);
    row->addWidget(m_text, 1);
    row->addWidget(m_more);
    row->addWidget(m_close);
    auto* column = new QVBoxLayout(this);
    const int gap = fontMetrics().height() / 2;
    column->setContentsMargins(gap, gap / 2, gap, gap / 2);
    column->addLayout(row);
    column->addWidget(m_scroll);

    connect(m_more, &QToolButton::toggled, this, [this](bool on) {
        m_scroll->setVisible(on);
        if (on) {
            const int wanted = m_details->heightForWidth(std::max(200, width() - 40));
            m_scroll->setFixedHeight(std::min(wanted + 6, fontMetrics().lineSpacing() * 9));
        }
    });
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    connect(m_details, &QLabel::linkActivated, this, &NoticeBar::linkActivated);
    hide();
}

void NoticeBar::setNotices(const QString& summary, const QVector<Notice>& notices) {
    QString key = summary;
    for (const Notice& notice : notices)
        key += QLatin1Char('\n') + notice.text;
    if (key == m_key)
        return;
    m_key = notices.isEmpty() ? QString() : key;
    m_notices = notices;
    m_text->setText(summary);
    setAccessibleName(tr("Warning: %1").arg(summary));
    m_more->setChecked(false);
    m_scroll->hide();
    restyle();
    setVisible(!notices.isEmpty());
}

void NoticeBar::write() {
    const QString link = semanticColour(Semantic::Note, isDark(qApp->palette())).name();
    QString html;
    for (const Notice& notice : m_notices) {
        html += QStringLiteral("<p style=\"margin-top:2px;margin-bottom:4px\">\u2022 ") +
                notice.text.toHtmlEscaped();
        QStringList links;
        for (const auto& [name, target] :
             notice.objects.first(std::min<qsizetype>(notice.objects.size(), kMostLinked)))
            links += QStringLiteral("<a style=\"color:%1\" href=\"%2\">%3</a>")
                         .arg(link, target.toHtmlEscaped(), name.toHtmlEscaped());
        if (!links.isEmpty())
            html += QStringLiteral(": ") + links.join(QStringLiteral(", "));
        if (notice.objects.size() > kMostLinked)
            html += tr(" and %L1 more").arg(notice.objects.size() - kMostLinked);
        html += QStringLiteral("</p>");
    }
    m_details->setText(html);
}

void NoticeBar::setDetailsShown(bool shown) {
    m_more->setChecked(shown);
}

bool NoticeBar::areDetailsShown() const {
    return m_more->isChecked();
}

QString NoticeBar::summary() const {
    return m_text->text();
}

QString NoticeBar::detailsText() const {
    QStringList lines;
    for (const Notice& notice : m_notices) {
        QStringList names;
        for (const auto& object : notice.objects)
            names += object.first;
        lines += names.isEmpty()
                     ? notice.text
                     : notice.text + QStringLiteral(": ") + names.join(QStringLiteral(", "));
    }
    return lines.join(QLatin1Char('\n'));
}

void NoticeBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        hide();
    else
        QFrame::keyPressEvent(event);
}

void NoticeBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange)
        restyle();
}

void NoticeBar::restyle() {
    const bool dark = isDark(qApp->palette());
    QPalette tinted = qApp->palette();
    tinted.setColor(QPalette::Window, semanticTint(Semantic::Warning, dark));
    tinted.setColor(QPalette::Base, semanticTint(Semantic::Warning, dark));
    setPalette(tinted);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_icon->setPixmap(
        colouredIcon(QStringLiteral("warning"), semanticColour(Semantic::Warning, dark))
            .pixmap(QSize(side, side), devicePixelRatioF()));
    write();
}

} // namespace ohm::widgets
