// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/sizingruns.h"

#include <QAbstractTableModel>

#include <optional>
#include <vector>

namespace ohm::ui {

/// How a design stands to the specs.
enum class Verdict : quint8 { Fail, Near, Pass };
/// Near: it misses every spec that it misses by at most 10 %.
Verdict verdictOf(const optimize::Member& member);
QString verdictText(Verdict verdict);
QString verdictIcon(Verdict verdict);

/// The simulated designs of a session with measured values and parameters. Sorts and filters
/// itself, so that thousands of rows that grow by the second do not hold up the window. Thread:
/// GUI.
class DesignTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, Cost, State, kFixed }; ///< then measurements, then parameters

    explicit DesignTable(QObject* parent = nullptr);

    void set(const std::optional<optimize::Problem>& problem, MembersPtr members);
    /// Designs at least this good.
    void setLeast(Verdict least);
    /// Designs whose entry is not 0 (by member); empty: all.
    void setMask(std::vector<char> mask);
    const MembersPtr& members() const { return m_members; }
    int memberAt(int row) const { return m_rows.at(static_cast<std::size_t>(row)); }
    int rowOf(int member) const; ///< -1 if it is filtered out
    int measureColumn(int measure) const { return kFixed + measure; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    void arrange();
    double key(int member) const;
    int measures() const;
    const optimize::Spec* specOf(int measure) const;

    std::optional<optimize::Problem> m_problem;
    MembersPtr m_members;
    std::vector<int> m_rows;
    std::vector<char> m_mask;
    Verdict m_least = Verdict::Fail;
    int m_column = Cost;
    Qt::SortOrder m_order = Qt::AscendingOrder;
};

} // namespace ohm::ui
