// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/sizingsetup.h"

#include <QAbstractTableModel>

namespace ohm::ui {

/// One table of a sizing set-up. Numbers are shown with units ("200 \u00b5A") and edited as they
/// stand in the file; what is wrong with a cell is its tooltip, with an icon. Every edit is a step
/// of the set-up's undo. Thread: GUI.
class SetupTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum class Entry : quint8 { Name, Text, Number, Choice, Check, List, Fixed };
    struct Column {
        QString key; ///< of the file; "" the name
        QString title;
        Entry entry = Entry::Text;
        QString help;
    };
    static constexpr int kIssueRole = Qt::UserRole;       ///< sentence, empty if all is well
    static constexpr int kChoicesRole = Qt::UserRole + 1; ///< QStringList of a Choice

    SetupTable(SizingSetup& setup, SetupKind kind, QObject* parent = nullptr);

    SetupKind kind() const { return m_kind; }
    const QVector<Column>& columns() const { return m_columns; }
    int columnOf(const QString& key) const; ///< -1 if it is not there
    /// While a session runs: names and ranges stay as they are; limits can be changed.
    void setLocked(bool locked);
    /// How many of the best designs meet each spec, by name.
    void setNotes(const QHash<QString, QString>& notes);
    /// What each spec's measurement is of the circuit as drawn.
    struct Drawn {
        QString text, icon;
        bool operator==(const Drawn&) const = default;
    };
    void setDrawn(const QHash<QString, Drawn>& drawn);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool isUsed(int row, const Column& column) const;
    QString unitOf(int row, const Column& column) const;
    QString shown(int row, const Column& column) const;
    QStringList choices(const Column& column) const;

    SizingSetup& m_setup;
    SetupKind m_kind;
    QVector<Column> m_columns;
    QHash<QString, QString> m_notes;
    QHash<QString, Drawn> m_drawn;
    bool m_locked = false;
};

} // namespace ohm::ui
