// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "ui/models/couplingindex.h"

#include <QAbstractTableModel>
#include <QString>

#include <optional>
#include <vector>

namespace ohm::ui {

/// Estimated capacitances of a circuit, the greatest first or by any column; all of them, or those
/// of a part of the circuit. Texts are made when they are looked at. Thread: GUI.
class CapacitanceTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { First, Second, Value, Low, High, Chance, kColumns };
    static constexpr int kSortRole = Qt::UserRole; ///< a number or a text

    explicit CapacitanceTable(QObject* parent = nullptr);

    /// Shows those of at least `least` F.
    void setAnnotation(netlist::CircuitPtr circuit, AnnotationPtr annotation, double least);
    void setLeast(double least);
    /// Only these entries (ascending numbers); nothing: all.
    void setPart(std::optional<std::vector<std::uint32_t>> entries);
    const learn::Annotation::Entry& at(int row) const {
        return m_annotation->entries[m_shown[static_cast<std::size_t>(row)]];
    }
    std::uint32_t entryAt(int row) const { return m_shown[static_cast<std::size_t>(row)]; }
    int rowOf(std::uint32_t entry) const; ///< -1: not shown

    void sort(int column, Qt::SortOrder order) override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<std::uint32_t> wanted() const; ///< in the order of the sorting
    void order(std::vector<std::uint32_t>& entries) const;
    void show();
    netlist::CircuitPtr m_circuit;
    AnnotationPtr m_annotation;
    double m_least = 0;
    std::optional<std::vector<std::uint32_t>> m_part;
    std::vector<std::uint32_t> m_shown; ///< numbers of entries, by row
    int m_column = Value;
    Qt::SortOrder m_order = Qt::DescendingOrder;
    mutable std::vector<std::uint32_t> m_rank; ///< of every net's name, made on first use
};

} // namespace ohm::ui
