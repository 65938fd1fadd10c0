// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/selectionhub.h"
#include "ui/session/voltagedisplay.h"

#include <QAbstractTableModel>

#include <vector>

namespace ohm::ui {

/// Every predicted net with its value, uncertainty, and where it is simulated its error; sorted by
/// the size of the error at first. Nets held by voltage sources are left out. Thread: GUI.
class ErrorTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Net, Error, Deviation, Predicted, Simulated, kColumns };

    explicit ErrorTable(QObject* parent = nullptr);

    void set(const PredictionPtr& prediction, const ComparisonPtr& comparison);
    ObjectId objectAt(int row) const;
    int rowOf(ObjectId id) const; ///< -1 if not shown
    bool hasDeviation() const { return m_hasDeviation; }
    bool hasErrors() const { return m_hasErrors; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    struct Row {
        netlist::NetId net;
        double predicted, deviation, simulated, error;
    };
    void order();
    double key(const Row& row) const;

    PredictionPtr m_prediction;
    std::vector<Row> m_rows;
    bool m_hasDeviation = false;
    bool m_hasErrors = false;
    int m_column = -1; ///< -1: the size of the error, else of the uncertainty, falling
    Qt::SortOrder m_order = Qt::DescendingOrder;
};

} // namespace ohm::ui
