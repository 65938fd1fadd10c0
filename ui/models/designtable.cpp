// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/designtable.h"

#include "core/base/units.h"
#include "core/optimize/measure.h"
#include "ui/services/text.h"
#include "widgets/common/icons.h"
#include "widgets/common/palette.h"

#include <QGuiApplication>
#include <QIcon>

#include <algorithm>
#include <cmath>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr double kNear = 0.1; ///< a penalty up to here is "near"
}

Verdict verdictOf(const optimize::Member& member) {
    double worst = 0;
    for (const double p : member.penalties)
        worst = std::max(worst, p);
    return worst == 0 ? Verdict::Pass : worst <= kNear ? Verdict::Near : Verdict::Fail;
}

QString verdictText(Verdict verdict) {
    switch (verdict) {
    case Verdict::Pass:
        return DesignTable::tr("pass");
    case Verdict::Near:
        return DesignTable::tr("near");
    case Verdict::Fail:
        break;
    }
    return DesignTable::tr("fail");
}

QString verdictIcon(Verdict verdict) {
    return verdict == Verdict::Pass   ? u"ok"_s
           : verdict == Verdict::Near ? u"warning"_s
                                      : u"error"_s;
}

DesignTable::DesignTable(QObject* parent)
    : QAbstractTableModel(parent)
    , m_members(std::make_shared<const std::vector<optimize::Member>>()) {}

void DesignTable::set(const std::optional<optimize::Problem>& problem, MembersPtr members) {
    beginResetModel();
    m_problem = problem;
    m_members = std::move(members);
    arrange();
    endResetModel();
}

void DesignTable::setLeast(Verdict least) {
    if (least == m_least)
        return;
    beginResetModel();
    m_least = least;
    arrange();
    endResetModel();
}

void DesignTable::setMask(std::vector<char> mask) {
    if (mask == m_mask)
        return;
    beginResetModel();
    m_mask = std::move(mask);
    arrange();
    endResetModel();
}

int DesignTable::measures() const {
    return m_problem ? static_cast<int>(m_problem->measures.size()) : 0;
}

const optimize::Spec* DesignTable::specOf(int measure) const {
    for (std::size_t s = 0; s < m_problem->specs.size(); ++s) {
        if (static_cast<int>(m_problem->measureOf[s]) == measure)
            return &m_problem->specs[s];
    }
    return nullptr;
}

double DesignTable::key(int member) const {
    const optimize::Member& m = (*m_members)[static_cast<std::size_t>(member)];
    if (m_column == Number)
        return member;
    if (m_column == Cost)
        return m.cost;
    if (m_column == State)
        return static_cast<double>(verdictOf(m));
    const int measure = m_column - kFixed;
    if (measure < measures())
        return m.values[static_cast<std::size_t>(measure)];
    const auto v = static_cast<std::size_t>(measure - measures());
    return v < m_problem->variables.size() ? m_problem->variables[v].value(m.design[v]) : 0;
}

void DesignTable::arrange() {
    m_rows.clear();
    if (!m_problem)
        return;
    std::vector<std::pair<double, int>> keyed;
    for (int i = 0; i < static_cast<int>(m_members->size()); ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (!m_mask.empty() && (at >= m_mask.size() || !m_mask[at]))
            continue;
        if (m_least != Verdict::Fail && verdictOf((*m_members)[at]) < m_least)
            continue;
        keyed.emplace_back(key(i), i);
    }
    const bool down = m_order == Qt::DescendingOrder;
    std::stable_sort(keyed.begin(), keyed.end(), [down](const auto& a, const auto& b) {
        if (std::isnan(a.first) || std::isnan(b.first))
            return !std::isnan(a.first) && std::isnan(b.first); // unknown ones last
        return down ? a.first > b.first : a.first < b.first;
    });
    m_rows.reserve(keyed.size());
    for (const auto& [value, member] : keyed)
        m_rows.push_back(member);
}

int DesignTable::rowOf(int member) const {
    const auto found = std::find(m_rows.begin(), m_rows.end(), member);
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

void DesignTable::sort(int column, Qt::SortOrder order) {
    beginResetModel();
    m_column = std::max(0, column);
    m_order = order;
    arrange();
    endResetModel();
}

int DesignTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DesignTable::columnCount(const QModelIndex& parent) const {
    if (parent.isValid() || !m_problem)
        return 0;
    return kFixed + measures() + static_cast<int>(m_problem->variables.size());
}

QVariant DesignTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount())
        return {};
    const int member = m_rows[static_cast<std::size_t>(index.row())];
    const optimize::Member& m = (*m_members)[static_cast<std::size_t>(member)];
    const int column = index.column();
    const int measure = column - kFixed;
    const optimize::Spec* spec = measure >= 0 && measure < measures() ? specOf(measure) : nullptr;
    const double value = spec ? m.values[static_cast<std::size_t>(measure)] : 0;
    switch (role) {
    case Qt::DisplayRole:
        if (column == Number)
            return QString::number(member + 1);
        if (column == Cost)
            return QString::number(m.cost, 'g', 4);
        if (column == State)
            return verdictText(verdictOf(m));
        if (measure < measures())
            return qs(
                optimize::formatMeasure(m_problem->measures[static_cast<std::size_t>(measure)],
                                        m.values[static_cast<std::size_t>(measure)]));
        {
            const auto v = static_cast<std::size_t>(measure - measures());
            const optimize::Variable& variable = m_problem->variables[v];
            return variable.unit.empty() ? QString::number(variable.value(m.design[v]), 'g', 6)
                                         : qs(formatSi(variable.value(m.design[v]), variable.unit))
                                               .replace(u"ohm"_s, u"\u03a9"_s);
        }
    case Qt::DecorationRole:
        return column == State ? QVariant(widgets::themedIcon(verdictIcon(verdictOf(m))))
                               : QVariant();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (column == State ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::ForegroundRole:
        if (spec && spec->penalty(value) > 0)
            return widgets::semanticColour(widgets::Semantic::Fail,
                                           widgets::isDark(QGuiApplication::palette()));
        return {};
    case Qt::ToolTipRole:
        if (!spec)
            return {};
        if (const double penalty = spec->penalty(value); penalty > 0)
            return tr("Misses its spec by %1 %").arg(100 * penalty / spec->weight, 0, 'g', 3);
        return tr("Meets its spec");
    case Qt::AccessibleTextRole:
        return headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() + u' ' +
               data(index, Qt::DisplayRole).toString();
    default:
        return {};
    }
}

QVariant DesignTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (section == State ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Number:
        return tr("No.");
    case Cost:
        return tr("Cost");
    case State:
        return tr("Specs");
    default:
        break;
    }
    const int measure = section - kFixed;
    return measure < measures()
               ? qs(m_problem->measures[static_cast<std::size_t>(measure)].name)
               : qs(m_problem->variables[static_cast<std::size_t>(measure - measures())].name);
}

} // namespace ohm::ui
