// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/capacitancetable.h"

#include "core/base/units.h"
#include "ui/services/text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ohm::ui {

using namespace Qt::StringLiterals;

CapacitanceTable::CapacitanceTable(QObject* parent)
    : QAbstractTableModel(parent) {}

std::vector<std::uint32_t> CapacitanceTable::wanted() const {
    std::vector<std::uint32_t> out;
    if (!m_annotation)
        return out;
    const auto& entries = m_annotation->entries; // the greatest first
    const auto end = std::partition_point(
        entries.begin(), entries.end(), [&](const auto& entry) { return entry.farad >= m_least; });
    const auto count = static_cast<std::uint32_t>(end - entries.begin());
    if (m_part) {
        for (const std::uint32_t entry : *m_part) {
            if (entry < count)
                out.push_back(entry);
        }
    } else {
        out.resize(count);
        std::iota(out.begin(), out.end(), 0u);
    }
    order(out);
    return out;
}

/// Names are compared once and ranked: composing them anew for every comparison takes seconds.
void CapacitanceTable::order(std::vector<std::uint32_t>& list) const {
    const auto& entries = m_annotation->entries;
    if ((m_column == First || m_column == Second) && m_rank.empty()) {
        std::vector<std::pair<QString, std::uint32_t>> names;
        for (netlist::NetId net = 0; net < m_annotation->total.size(); ++net)
            names.emplace_back(qs(m_circuit->netName(net)), net);
        std::sort(names.begin(), names.end());
        m_rank.resize(names.size());
        for (std::uint32_t i = 0; i < names.size(); ++i)
            m_rank[names[i].second] = i + 1; // 0 is ground
    }
    const auto key = [&](std::uint32_t i) -> double {
        const auto& e = entries[i];
        switch (m_column) {
        case First:
            return m_rank[e.a];
        case Second:
            return e.toGround() ? 0 : m_rank[e.b];
        case Low:
            return e.low;
        case High:
            return e.high;
        case Chance:
            return e.toGround() ? 2 : e.chance;
        default:
            return e.farad;
        }
    };
    const bool down = m_order == Qt::DescendingOrder;
    if (m_column == Value && down)
        return; // they are
    std::vector<std::pair<double, std::uint32_t>> keyed;
    keyed.reserve(list.size());
    for (const std::uint32_t i : list)
        keyed.emplace_back(down ? -key(i) : key(i), i);
    std::sort(keyed.begin(), keyed.end()); // equal keys: the greatest capacitance first
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i] = keyed[i].second;
}

void CapacitanceTable::show() {
    std::vector<std::uint32_t> next = wanted();
    if (next == m_shown)
        return;
    const auto now = static_cast<int>(m_shown.size()), then = static_cast<int>(next.size());
    if (then < now && std::equal(next.begin(), next.end(), m_shown.begin())) {
        beginRemoveRows({}, then, now - 1);
        m_shown = std::move(next);
        endRemoveRows();
    } else if (now > 0 && then > now && std::equal(m_shown.begin(), m_shown.end(), next.begin())) {
        beginInsertRows({}, now, then - 1);
        m_shown = std::move(next);
        endInsertRows();
    } else {
        beginResetModel();
        m_shown = std::move(next);
        endResetModel();
    }
}

void CapacitanceTable::setAnnotation(netlist::CircuitPtr circuit, AnnotationPtr annotation,
                                     double least) {
    beginResetModel();
    m_circuit = std::move(circuit);
    m_annotation = std::move(annotation);
    m_least = least;
    m_part.reset();
    m_rank.clear();
    m_shown = wanted();
    endResetModel();
}

void CapacitanceTable::setLeast(double least) {
    m_least = least;
    show();
}

void CapacitanceTable::setPart(std::optional<std::vector<std::uint32_t>> entries) {
    m_part = std::move(entries);
    show();
}

int CapacitanceTable::rowOf(std::uint32_t entry) const {
    const auto it = std::find(m_shown.begin(), m_shown.end(), entry);
    return it == m_shown.end() ? -1 : static_cast<int>(it - m_shown.begin());
}

void CapacitanceTable::sort(int column, Qt::SortOrder sortOrder) {
    if (column < 0 || column >= kColumns || (column == m_column && sortOrder == m_order))
        return;
    m_column = column;
    m_order = sortOrder;
    if (!m_annotation)
        return;
    emit layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList old = persistentIndexList();
    std::vector<std::uint32_t> held;
    for (const QModelIndex& index : old)
        held.push_back(entryAt(index.row()));
    m_shown = wanted();
    QModelIndexList now;
    if (!old.isEmpty()) {
        std::vector<int> row(m_annotation->entries.size(), -1);
        for (std::size_t i = 0; i < m_shown.size(); ++i)
            row[m_shown[i]] = static_cast<int>(i);
        for (qsizetype i = 0; i < old.size(); ++i)
            now << index(row[held[static_cast<std::size_t>(i)]], old[i].column());
    }
    changePersistentIndexList(old, now);
    emit layoutChanged({}, VerticalSortHint);
}

int CapacitanceTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
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
