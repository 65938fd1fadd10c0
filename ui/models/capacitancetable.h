// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/learn/annotation.h"
#include "core/netlist/circuit.h"

#include <QAbstractTableModel>
#include <QString>

#include <memory>

namespace ohm::ui {

using AnnotationPtr = std::shared_ptr<const learn::Annotation>;

/// Estimated capacitances of a circuit, the greatest first. Thread: GUI.
class CapacitanceTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { First, Second, Value, Low, High, Chance, kColumns };
    static constexpr int kSortRole = Qt::UserRole; ///< a number or a text

    explicit CapacitanceTable(QObject* parent = nullptr);

    /// Shows those of at least `least` F.
    void setAnnotation(netlist::CircuitPtr circuit, AnnotationPtr annotation, double least);
    void setLeast(double least);
    const learn::Annotation::Entry& at(int row) const {
        return m_annotation->entries[static_cast<std::size_t>(row)];
    }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    int rowsOf(double least) const;
    netlist::CircuitPtr m_circuit;
    AnnotationPtr m_annotation;
    int m_rows = 0;
};

} // namespace ohm::ui
