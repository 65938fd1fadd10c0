// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/runstore.h"

#include <QAbstractTableModel>

#include <vector>

namespace ohm::ui {

/// The list of runs. Rows stay where they are when the list is read again: new runs are put at the
/// end, gone ones taken out, changed ones told; a proxy sorts. Tags and notes are edited in place
/// and told by signals. Thread: GUI.
class RunTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Name,
        Kind,
        Recipe,
        State,
        Accuracy,
        Difference,
        MeanError,
        Result, ///< of runs that are no training: cost, correlation, R2
        Time,
        Seed,
        Tags,
        Note,
        Changed,
        kColumns
    };
    static constexpr int kSortRole = Qt::UserRole; ///< a number or a text

    explicit RunTable(QObject* parent = nullptr);

    void setRuns(const std::vector<runs::RunRecord>& runs);
    const runs::RunRecord& at(int row) const { return m_runs.at(static_cast<std::size_t>(row)); }
    int rowOf(const std::filesystem::path& folder) const; ///< -1 if it is not there
    /// K of the accuracy that is shown; of several measured ones the nearest.
    void setK(int k);
    int k() const { return m_k; }
    /// Everything that a filter looks at, tags with a #.
    static QString searchText(const runs::RunRecord& run);
    /// Acc@K, MAE: of the test split where there is one, else of the validation split. NaN if not
    /// measured.
    static double accuracyOf(const runs::RunRecord& run, int k);
    static double meanErrorOf(const runs::RunRecord& run);
    /// "cost 0.05, 3 meet all"; empty for trainings.
    /// "running, 40 %", "stopped at 40 %", "killed at 40 %, resumed", "finished".
    static QString stateOf(const runs::RunRecord& run);
    static QString resultOf(const runs::RunRecord& run);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void tagsEdited(int row, const QStringList& tags);
    void noteEdited(int row, const QString& note);

private:
    double difference(const runs::RunRecord& run) const;
    QString text(const runs::RunRecord& run, int column) const;
    QVariant sortKey(const runs::RunRecord& run, int column) const;

    std::vector<runs::RunRecord> m_runs;
    int m_k = 100;
};

} // namespace ohm::ui
