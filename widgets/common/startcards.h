// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/common/startpage.h"

#include <QAbstractListModel>
#include <QListView>
#include <QStyledItemDelegate>

namespace ohm::widgets {

/// Recent files as a list model. Private to the start page. Thread: GUI.
class RecentModel : public QAbstractListModel {
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;
    void setEntries(const QVector<RecentEntry>& entries);
    const RecentEntry& entry(int row) const { return m_entries[row]; }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    QVector<RecentEntry> m_entries;
};

/// A row with title, place, pin button and missing mark.
class RecentDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    /// Where the pin is drawn in a row.
    static QRect pinRect(const QRect& row, const QFontMetrics& metrics);
};

/// A list whose rows open by one click or by Return; a double click opens once. Thread: GUI.
class CardList : public QListView {
    Q_OBJECT
public:
    explicit CardList(QWidget* parent = nullptr);

signals:
    void opened(int row);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    virtual void clickedAt(int row, const QPoint& position);

private:
    int m_pressedRow = -1;
};

/// The list of recent files with its keys and its pin column. Thread: GUI.
class RecentListView : public CardList {
    Q_OBJECT
public:
    using CardList::CardList;

signals:
    void pinClicked(int row);
    void removed(int row);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void clickedAt(int row, const QPoint& position) override;
};

/// Demo cards as a list model. Private to the start page. Thread: GUI.
class DemoModel : public QAbstractListModel {
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;
    void setEntries(const QVector<DemoEntry>& entries);
    const DemoEntry& entry(int row) const { return m_entries[row]; }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    QVector<DemoEntry> m_entries;
};

/// A card with a small drawing, title and description.
class DemoDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

/// Draws a demo's picture, a line drawing of its circuit, into `rect`.
void drawDemoPicture(QPainter& painter, const QRectF& rect, DemoEntry::Picture picture,
                     const QColor& line, const QColor& accent);

} // namespace ohm::widgets
