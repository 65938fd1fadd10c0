// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/errortable.h"

#include "core/base/units.h"
#include "ui/models/objecttable.h"
#include "ui/services/text.h"

#include <QFont>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::ui {

using namespace Qt::StringLiterals;

ErrorTable::ErrorTable(QObject* parent)
    : QAbstractTableModel(parent) {}

void ErrorTable::set(const PredictionPtr& prediction, const ComparisonPtr& comparison) {
    beginResetModel();
    m_prediction = prediction;
    m_rows.clear();
    m_hasErrors = comparison != nullptr;
    m_hasDeviation = prediction && !prediction->values.deviation.empty();
    if (prediction) {
        for (std::size_t i = 0; i < prediction->values.voltages.size(); ++i) {
            const auto net = static_cast<netlist::NetId>(i);
            const double predicted = prediction->voltage(net);
            if (!std::isfinite(predicted) ||
                (i < prediction->driven.size() && prediction->driven[i]))
                continue;
            const double error = comparison && i < comparison->errorOf.size()
                                     ? comparison->errorOf[i]
                                     : std::numeric_limits<double>::quiet_NaN();
            m_rows.push_back(
                {net, predicted, prediction->deviation(net), predicted - error, error});
        }
    }
    order();
    endResetModel();
}

double ErrorTable::key(const Row& row) const {
    switch (m_column) {
    case Predicted:
        return row.predicted;
    case Deviation:
        return row.deviation;
    case Simulated:
        return row.simulated;
    case Error:
        return std::fabs(row.error);
    default:
        return m_hasErrors ? std::fabs(row.error) : m_hasDeviation ? row.deviation : 0;
    }
}

void ErrorTable::order() {
    const bool down = m_column < 0 || m_order == Qt::DescendingOrder;
    if (m_column == Net && m_prediction) {
        std::vector<std::pair<std::string, Row>> named;
        named.reserve(m_rows.size());
        for (const Row& row : m_rows)
            named.emplace_back(m_prediction->circuit->netName(row.net), row);
        std::stable_sort(named.begin(), named.end(), [down](const auto& a, const auto& b) {
            return down ? naturalLess(b.first, a.first) : naturalLess(a.first, b.first);
        });
        std::transform(named.begin(), named.end(), m_rows.begin(),
                       [](const auto& pair) { return pair.second; });
        return;
    }
    std::stable_sort(m_rows.begin(), m_rows.end(), [&](const Row& a, const Row& b) {
        const double left = key(a);
        const double right = key(b);
        if (std::isnan(left) || std::isnan(right))
            return !std::isnan(left) && std::isnan(right); // unknown ones last
        return down ? left > right : left < right;
    });
}

void ErrorTable::sort(int column, Qt::SortOrder order) {
    beginResetModel();
    m_column = column;
    m_order = order;
    this->order();
    endResetModel();
}

ObjectId ErrorTable::objectAt(int row) const {
    return {ObjectKind::Net, m_rows.at(static_cast<std::size_t>(row)).net};
}

int ErrorTable::rowOf(ObjectId id) const {
    if (id.kind != ObjectKind::Net)
        return -1;
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [&](const Row& row) { return row.net == id.index; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int ErrorTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ErrorTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QVariant ErrorTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !m_prediction)
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Net:
            return shownText(m_prediction->circuit->netName(row.net));
        case Predicted:
            return predictedText(row.predicted);
        case Deviation:
            return std::isfinite(row.deviation) ? u"\u00b1 "_s + qs(formatSi(row.deviation, "V", 2))
                                                : QString();
        case Simulated:
            return std::isfinite(row.simulated) ? qs(formatSi(row.simulated, "V")) : QString();
        case Error:
            return signedText(row.error);
        default:
            return {};
        }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(index.column() == Net ? Qt::AlignLeft | Qt::AlignVCenter
                                                         : Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole:
        if (index.column() == Predicted || index.column() == Deviation) {
            QFont font;
            font.setItalic(true);
            return font;
        }
        return {};
    case Qt::ToolTipRole:
        return m_prediction->circuit && index.column() == Net
                   ? shownText(m_prediction->circuit->netName(row.net))
                   : QString();
    default:
        return {};
    }
}

QVariant ErrorTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(section == Net ? Qt::AlignLeft | Qt::AlignVCenter
                                                  : Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Net:
        return tr("Net");
    case Predicted:
        return tr("Predicted");
    case Deviation:
        return tr("\u00b1");
    case Simulated:
        return tr("Simulated");
    case Error:
        return tr("Error");
    default:
        return {};
    }
}

} // namespace ohm::ui
