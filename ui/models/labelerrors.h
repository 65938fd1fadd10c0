// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/errorinspection.h"

#include <QAbstractTableModel>

#include <optional>
#include <vector>

namespace ohm::ui {

/// Labels beside their predictions, all of a report or some; sorted by the size of the error at
/// first. Thread: GUI.
class LabelErrors : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Error, Net, Sample, Circuit, Devices, Label, Predicted, Distance, kColumns };

    explicit LabelErrors(QObject* parent = nullptr);

    void setReport(ErrorReportPtr report);
    /// Only these labels; nothing given: all.
    void setLabels(std::optional<QVector<int>> labels);
    int labelAt(int row) const { return m_rows.at(static_cast<std::size_t>(row)); }
    int rowOf(int label) const; ///< -1 if it is not shown

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order = Qt::DescendingOrder) override;
    QByteArray csv() const; ///< what is shown, in its order

private:
    void order();
    double number(int label, int column) const;
    QString text(int label, int column) const;

    ErrorReportPtr m_report;
    std::vector<int> m_rows;
    int m_column = Error;
    Qt::SortOrder m_order = Qt::DescendingOrder;
};

} // namespace ohm::ui
