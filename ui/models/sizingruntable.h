// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/sizingruns.h"

#include <QAbstractTableModel>

namespace ohm::ui {

/// The sessions of a project in this window; the box of the first column puts its curves into the
/// plots. Thread: GUI.
class SizingRunTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Title, State, Designs, Meeting, Cost, Seconds, Left, kColumns };

    explicit SizingRunTable(SizingRuns& runs, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    SizingRuns& m_runs;
    int m_rows = 0;
};

} // namespace ohm::ui
