// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/startcards.h"

#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QTextLayout>

#include <utility>

namespace ohm::widgets {
namespace {

constexpr int kDescriptionRows = 2;

void drawCard(QPainter* painter, const QStyleOptionViewItem& option, bool framed) {
    const bool dark = isDark(option.palette);
    const bool selected = option.state & QStyle::State_Selected;
    const bool focused = selected && (option.state & QStyle::State_HasFocus);
    const bool hovered = option.state & QStyle::State_MouseOver;
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF card = QRectF(option.rect).adjusted(3.5, 2.5, -3.5, -2.5);
    QColor fill = framed ? option.palette.color(QPalette::Base) : QColor(Qt::transparent);
    if (selected || hovered)
        fill = semanticTint(Semantic::Selection, dark);
    QPen pen(framed ? option.palette.color(QPalette::Mid) : fill, 1);
    if (focused)
        pen = QPen(semanticColour(Semantic::Selection, dark), 1.6);
    painter->setPen(pen);
    painter->setBrush(fill);
    painter->drawRoundedRect(card, 6, 6);
}

} // namespace

void RecentModel::setEntries(const QVector<RecentEntry>& entries) {
    beginResetModel();
    m_entries = entries;
    endResetModel();
}

int RecentModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant RecentModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const RecentEntry& e = m_entries[index.row()];
    switch (role) {
    case Qt::DisplayRole:
        return e.title;
    case Qt::ToolTipRole:
        return e.missing ? tr("%1\nThe file is missing").arg(e.path) : e.path;
    case Qt::AccessibleTextRole: {
        QString text = QStringLiteral("%1, %2").arg(e.title, e.place);
        if (e.pinned)
            text += tr(", pinned");
        if (e.missing)
            text += tr(", file missing");
        return text;
    }
    default:
        return {};
    }
}

QRect RecentDelegate::pinRect(const QRect& row, const QFontMetrics& metrics) {
    const int side = metrics.height() * 2;
    return {row.right() - side, row.center().y() - side / 2, side, side};
}

QSize RecentDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {option.fontMetrics.averageCharWidth() * 24, option.fontMetrics.height() * 3};
}

void RecentDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    const RecentEntry& e = static_cast<const RecentModel*>(index.model())->entry(index.row());
    const bool dark = isDark(option.palette);
    painter->save();
    drawCard(painter, option, false);
    const QFontMetrics& metrics = option.fontMetrics;
    const int gap = metrics.height() * 2 / 3;
    const int side = metrics.height() * 3 / 2;
    QRect rect = option.rect.adjusted(gap, 0, -gap, 0);
    const QRect iconRect(rect.left(), rect.center().y() - side / 2, side, side);
    const QColor muted = semanticColour(Semantic::Muted, dark);
    if (e.missing)
        colouredIcon(QStringLiteral("warning"), semanticColour(Semantic::Warning, dark))
            .paint(painter, iconRect);
    else
        colouredIcon(QStringLiteral("file"), muted).paint(painter, iconRect);
    const QRect pin = pinRect(option.rect, metrics);
    const bool hovered = option.state & (QStyle::State_MouseOver | QStyle::State_Selected);
    if (e.pinned || hovered) {
        const int small = metrics.height() * 5 / 4;
        QRect box(0, 0, small, small);
        box.moveCenter(pin.center());
        colouredIcon(e.pinned ? QStringLiteral("pinned") : QStringLiteral("pin"),
                     e.pinned ? semanticColour(Semantic::Selection, dark) : muted)
            .paint(painter, box);
    }
    rect.setLeft(iconRect.right() + gap);
    rect.setRight(pin.left() - gap / 2);
    QFont bold = option.font;
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    painter->setPen(e.missing ? muted : option.palette.color(QPalette::Text));
    const QRect upper(rect.left(), option.rect.center().y() - metrics.height() - 1, rect.width(),
                      metrics.height() + 1);
    painter->drawText(upper, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(bold).elidedText(e.title, Qt::ElideMiddle, rect.width()));
    painter->setFont(option.font);
    painter->setPen(muted);
    const QString place = e.missing ? tr("Missing: %1").arg(e.place) : e.place;
    const QRect lower(rect.left(), option.rect.center().y() + 1, rect.width(),
                      metrics.height() + 1);
    painter->drawText(lower, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(place, Qt::ElideMiddle, rect.width()));
    painter->restore();
}

CardList::CardList(QWidget* parent)
    : QListView(parent) {
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setUniformItemSizes(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
}

void CardList::mousePressEvent(QMouseEvent* event) {
    QListView::mousePressEvent(event);
    const QModelIndex index = indexAt(event->position().toPoint());
    m_pressedRow = event->button() == Qt::LeftButton && index.isValid() ? index.row() : -1;
}

void CardList::mouseDoubleClickEvent(QMouseEvent* event) {
    event->accept(); // the first click opened it
}

void CardList::mouseReleaseEvent(QMouseEvent* event) {
    QListView::mouseReleaseEvent(event);
    const int pressed = std::exchange(m_pressedRow, -1);
    const QPoint position = event->position().toPoint();
    if (pressed >= 0 && event->button() == Qt::LeftButton && indexAt(position).row() == pressed)
        clickedAt(pressed, position);
}

void CardList::keyPressEvent(QKeyEvent* event) {
    const bool opens = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (opens && currentIndex().isValid())
        emit opened(currentIndex().row());
    else
        QListView::keyPressEvent(event);
}

void CardList::clickedAt(int row, const QPoint&) {
    emit opened(row);
}

void RecentListView::keyPressEvent(QKeyEvent* event) {
    const QModelIndex index = currentIndex();
    if (index.isValid() && event->key() == Qt::Key_P && event->modifiers() == Qt::NoModifier)
        emit pinClicked(index.row());
    else if (index.isValid() && event->key() == Qt::Key_Delete)
        emit removed(index.row());
    else
        CardList::keyPressEvent(event);
}

void RecentListView::clickedAt(int row, const QPoint& position) {
    const QRect pin = RecentDelegate::pinRect(visualRect(model()->index(row, 0)), fontMetrics());
    if (pin.contains(position))
        emit pinClicked(row);
    else
        emit opened(row);
}

void RecentListView::contextMenuEvent(QContextMenuEvent* event) {
    const QModelIndex index =
        event->reason() == QContextMenuEvent::Keyboard ? currentIndex() : indexAt(event->pos());
    if (!index.isValid())
        return;
    const int row = index.row();
    const bool pinned = static_cast<const RecentModel*>(model())->entry(row).pinned;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    connect(menu->addAction(themedIcon(QStringLiteral("open")), tr("Open")), &QAction::triggered,
            this, [this, row] { emit opened(row); });
    connect(menu->addAction(themedIcon(QStringLiteral("pin")), pinned ? tr("Unpin") : tr("Pin")),
            &QAction::triggered, this, [this, row] { emit pinClicked(row); });
    connect(menu->addAction(themedIcon(QStringLiteral("clear")), tr("Remove from the list")),
            &QAction::triggered, this, [this, row] { emit removed(row); });
    menu->popup(event->globalPos());
}

void DemoModel::setEntries(const QVector<DemoEntry>& entries) {
    beginResetModel();
    m_entries = entries;
    endResetModel();
}

int DemoModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant DemoModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const DemoEntry& e = m_entries[index.row()];
    if (role == Qt::DisplayRole)
        return e.title;
    if (role == Qt::ToolTipRole)
        return e.description;
    if (role == Qt::AccessibleTextRole)
        return QStringLiteral("%1, %2").arg(e.title, e.description);
    return {};
}

QSize DemoDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    // A card fills its cell of the grid.
    if (const auto* view = qobject_cast<const QListView*>(option.widget);
        view && view->gridSize().isValid())
        return view->gridSize();
    return {option.fontMetrics.averageCharWidth() * 26, option.fontMetrics.height() * 9};
}

void DemoDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
    const DemoEntry& e = static_cast<const DemoModel*>(index.model())->entry(index.row());
    const bool dark = isDark(option.palette);
    painter->save();
    drawCard(painter, option, true);
    const QFontMetrics& metrics = option.fontMetrics;
    const int gap = metrics.height() * 2 / 3;
    const QRect inner = option.rect.adjusted(gap, gap, -gap, -gap);
    const int texts = metrics.height() * (kDescriptionRows + 1) + metrics.height() / 2;
    const QRectF picture(inner.left(), inner.top(), inner.width(), inner.height() - texts);
    drawDemoPicture(*painter, picture, e.picture, semanticColour(Semantic::Muted, dark),
                    semanticColour(Semantic::Selection, dark));
    QFont bold = option.font;
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    painter->setPen(option.palette.color(QPalette::Text));
    QRect line(inner.left(), inner.bottom() - texts + metrics.height() / 3, inner.width(),
               metrics.height());
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(bold).elidedText(e.title, Qt::ElideRight, inner.width()));
    painter->setFont(option.font);
    painter->setPen(semanticColour(Semantic::Muted, dark));
    const QRect description(inner.left(), line.bottom() + 2, inner.width(),
                            metrics.height() * kDescriptionRows + 2);
    QTextLayout layout(e.description, option.font);
    layout.beginLayout();
    for (int row = 0; row < kDescriptionRows; ++row) {
        QTextLine part = layout.createLine();
        if (!part.isValid())
            break;
        part.setLineWidth(description.width());
        const int from = part.textStart();
        const QString text =
            row + 1 < kDescriptionRows
                ? e.description.mid(from, part.textLength()).trimmed()
                : metrics.elidedText(e.description.mid(from), Qt::ElideRight, description.width());
        painter->drawText(QRect(description.left(), description.top() + row * metrics.height(),
                                description.width(), metrics.height()),
                          Qt::AlignLeft | Qt::AlignVCenter, text);
    }
    layout.endLayout();
    painter->restore();
}

} // namespace ohm::widgets
