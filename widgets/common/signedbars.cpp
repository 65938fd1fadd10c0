// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/signedbars.h"

#include "widgets/common/csvwriter.h"
#include "widgets/common/palette.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPointer>

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

using namespace Qt::StringLiterals;

namespace {
constexpr double kNone = 0.05; ///< directions below are none
constexpr int kRaises = 0, kLowers = 1;

QString arrow(double direction) {
    return direction > kNone ? u"\u2197"_s : direction < -kNone ? u"\u2198"_s : u"\u2194"_s;
}
} // namespace

SignedBars::SignedBars(const QString& name, QWidget* parent)
    : QWidget(parent) {
    setAccessibleName(name);
    setFocusPolicy(Qt::StrongFocus);
}

void SignedBars::setBars(QVector<SignedBar> bars) {
    std::stable_sort(bars.begin(), bars.end(),
                     [](const SignedBar& a, const SignedBar& b) { return a.length > b.length; });
    m_bars = std::move(bars);
    m_current = -1;
    QStringList texts;
    for (const SignedBar& bar : m_bars)
        texts << u"%1 %2 %"_s.arg(bar.name).arg(100 * bar.length, 0, 'f', 0);
    setAccessibleDescription(texts.isEmpty() ? m_emptyText : texts.join(u", "_s));
    updateGeometry();
    update();
}

void SignedBars::setTitles(const QString& raises, const QString& lowers) {
    m_raises = raises;
    m_lowers = lowers;
    update();
}

void SignedBars::setEmptyText(const QString& text) {
    m_emptyText = text;
    if (m_bars.isEmpty())
        setAccessibleDescription(text);
    update();
}

QSize SignedBars::sizeHint() const {
    return {420, static_cast<int>((m_bars.size() + 2) * fontMetrics().lineSpacing() * 1.3)};
}

double SignedBars::lineHeight(const QSizeF& size) const {
    const double wanted = fontMetrics().lineSpacing() * 1.4;
    return std::min(wanted, (size.height() - wanted) /
                                static_cast<double>(std::max<qsizetype>(1, m_bars.size())));
}

void SignedBars::paint(QPainter& painter, const QSizeF& size, const QPalette& colours,
                       bool dark) const {
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetricsF metrics(font());
    double names = 0;
    for (const SignedBar& bar : m_bars)
        names = std::max(names, metrics.horizontalAdvance(bar.name));
    names = std::min(names, size.width() / 3) + 16;
    const double values = metrics.horizontalAdvance(u"\u2197 100 %  -0.00"_s) + 16;
    const double room = std::max(20.0, size.width() - names - values - 8);
    const double line = lineHeight(size);
    const double longest = std::max(1e-9, m_bars.isEmpty() ? 1 : m_bars.front().length);
    const QColor text = colours.color(QPalette::Text);
    for (int i = 0; i < m_bars.size(); ++i) {
        const SignedBar& bar = m_bars[i];
        const double top = 4 + line * i;
        if (i == m_current && hasFocus()) {
            painter.fillRect(QRectF(0, top, size.width(), line),
                             semanticTint(Semantic::Selection, dark));
        }
        painter.setPen(text);
        painter.drawText(QRectF(4, top, names - 12, line), Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(bar.name, Qt::ElideRight, names - 12));
        const QColor colour = std::fabs(bar.direction) <= kNone
                                  ? semanticColour(Semantic::Muted, dark)
                                  : seriesColour(bar.direction > 0 ? kRaises : kLowers, dark);
        painter.fillRect(QRectF(names, top + line * 0.18, room * bar.length / longest, line * 0.64),
                         colour);
        painter.drawText(QRectF(names + room * bar.length / longest + 6, top, values, line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         u"%1 %2 %"_s.arg(arrow(bar.direction)).arg(100 * bar.length, 0, 'f', 0));
    }
    const double bottom = 4 + line * static_cast<double>(m_bars.size()) + 2;
    double x = names;
    for (const auto& [name, place] : {std::pair{m_raises, kRaises}, std::pair{m_lowers, kLowers}}) {
        if (name.isEmpty())
            continue;
        painter.fillRect(QRectF(x, bottom + metrics.height() / 2 - 4, 12, 8),
                         seriesColour(place, dark));
        painter.setPen(text);
        const QString label = arrow(place == kRaises ? 1 : -1) + u' ' + name;
        painter.drawText(QPointF(x + 16, bottom + metrics.ascent()), label);
        x += 16 + metrics.horizontalAdvance(label) + 18;
    }
}

void SignedBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (m_bars.isEmpty()) {
        painter.setPen(semanticColour(Semantic::Muted, isDark(palette())));
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    paint(painter, size(), palette(), isDark(palette()));
}

void SignedBars::choose(int bar) {
    if (bar < 0 || bar >= m_bars.size())
        return;
    m_current = bar;
    update();
    emit barClicked(m_bars[bar].name);
}

void SignedBars::mousePressEvent(QMouseEvent* event) {
    choose(static_cast<int>((event->position().y() - 4) / lineHeight(size())));
}

void SignedBars::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Down)
        return choose(std::min(m_current + 1, static_cast<int>(m_bars.size()) - 1));
    if (event->key() == Qt::Key_Up)
        return choose(std::max(0, m_current - 1));
    QWidget::keyPressEvent(event);
}

void SignedBars::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void SignedBars::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

Renderable SignedBars::renderable() {
    Renderable made;
    made.name = accessibleName();
    if (m_bars.isEmpty())
        return made;
    made.size = size();
    made.paint = [view = QPointer<SignedBars>(this)](QPainter& painter, const QRectF& target) {
        if (!view)
            return;
        painter.save();
        painter.translate(target.topLeft());
        painter.scale(target.width() / std::max(1, view->width()),
                      target.height() / std::max(1, view->height()));
        painter.setFont(view->font());
        view->paint(painter, view->size(), lightPalette(), false);
        painter.restore();
    };
    made.csv = [view = QPointer<SignedBars>(this)] {
        CsvWriter writer;
        if (view) {
            writer.row({u"name"_s, u"share"_s, u"direction"_s});
            for (const SignedBar& bar : view->m_bars)
                writer.cell(bar.name).cell(bar.length).cell(bar.direction).endRow();
        }
        return writer.bytes();
    };
    return made;
}

} // namespace ohm::widgets
