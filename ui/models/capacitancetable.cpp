// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/capacitancetable.h"

#include "core/base/units.h"
#include "ui/services/text.h"

#include <algorithm>

namespace ohm::ui {

using namespace Qt::StringLiterals;

CapacitanceTable::CapacitanceTable(QObject* parent)
    : QAbstractTableModel(parent) {}

int CapacitanceTable::rowsOf(double least) const {
    if (!m_annotation)
        return 0;
    const auto& entries = m_annotation->entries;
    const auto end = std::partition_point(entries.begin(), entries.end(),
                                          [&](const auto& entry) { return entry.farad >= least; });
    return static_cast<int>(end - entries.begin());
}

void CapacitanceTable::setAnnotation(netlist::CircuitPtr circuit, AnnotationPtr annotation,
                                     double least) {
    beginResetModel();
    m_circuit = std::move(circuit);
    m_annotation = std::move(annotation);
    m_rows = rowsOf(least);
    endResetModel();
}

void CapacitanceTable::setLeast(double least) {
    const int rows = rowsOf(least);
    if (rows < m_rows) {
        beginRemoveRows({}, rows, m_rows - 1);
        m_rows = rows;
        endRemoveRows();
    } else if (rows > m_rows) {
        beginInsertRows({}, m_rows, rows - 1);
        m_rows = rows;
        endInsertRows();
    }
}

int CapacitanceTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rows;
}

int CapacitanceTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant CapacitanceTable::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const learn::Annotation::Entry& e = at(index.row());
    const int column = index.column();
    if (role == Qt::TextAlignmentRole)
        return int((column < Value ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != kSortRole)
        return {};
    const auto farad = [&](double value) {
        return role == kSortRole ? QVariant(value) : QVariant(qs(formatSi(value, "F", 3)));
    };
    switch (column) {
    case First:
        return qs(m_circuit->netName(e.a));
    case Second:
        return e.toGround() ? tr("ground") : qs(m_circuit->netName(e.b));
    case Value:
        return farad(e.farad);
    case Low:
        return farad(e.low);
    case High:
        return farad(e.high);
    default:
        if (role == kSortRole)
            return e.chance;
        return e.toGround() ? QString() : QString::number(e.chance, 'f', 2);
    }
}

QVariant CapacitanceTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::ToolTipRole && (section == Low || section == High))
        return tr("One calibrated deviation away from the estimate");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case First:
        return tr("Net");
    case Second:
        return tr("To");
    case Value:
        return tr("Capacitance");
    case Low:
        return tr("Low");
    case High:
        return tr("High");
    default:
        return tr("Chance");
    }
}

} // namespace ohm::ui
