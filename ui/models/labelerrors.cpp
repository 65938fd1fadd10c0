// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/labelerrors.h"

#include "core/base/units.h"
#include "core/dataset/statistics.h"
#include "ui/services/text.h"
#include "widgets/common/csvwriter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {

bool isText(int column) {
    return column == LabelErrors::Circuit || column == LabelErrors::Devices;
}

} // namespace

LabelErrors::LabelErrors(QObject* parent)
    : QAbstractTableModel(parent) {}

void LabelErrors::setReport(ErrorReportPtr report) {
    m_report = std::move(report);
    setLabels(std::nullopt);
}

void LabelErrors::setLabels(std::optional<QVector<int>> labels) {
    beginResetModel();
    if (labels) {
        m_rows.assign(labels->begin(), labels->end());
    } else {
        m_rows.resize(m_report ? m_report->count : 0);
        std::iota(m_rows.begin(), m_rows.end(), 0);
    }
    order();
    endResetModel();
}

int LabelErrors::rowOf(int label) const {
    const auto found = std::find(m_rows.begin(), m_rows.end(), label);
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

double LabelErrors::number(int label, int column) const {
    const auto i = static_cast<std::size_t>(label);
    switch (column) {
    case Error:
        return m_report->error(i);
    case Net:
        return m_report->node[i];
    case Sample:
        return m_report->graph[i];
    case Label:
        return static_cast<double>(m_report->truth[i]);
    case Predicted:
        return static_cast<double>(m_report->predicted[i]);
    case Distance:
        return static_cast<double>(m_report->distance[i]);
    default:
        return 0;
    }
}

QString LabelErrors::text(int label, int column) const {
    const auto i = static_cast<std::size_t>(label);
    const auto value = [](double v, const char* unit) {
        return std::isfinite(v) ? qs(formatSi(v, unit, 4)) : u"\u2013"_s;
    };
    const char* unit = m_report->target == "voltages" ? "V" : "";
    switch (column) {
    case Net:
        return m_report->node[i] < 0 ? tr("circuit") : u"n%1"_s.arg(m_report->node[i]);
    case Sample:
        return QString::number(m_report->graph[i]);
    case Circuit:
        return qs(dataset::topologyName(m_report->topology[i]));
    case Devices:
        return qs(m_report->deviceNames[static_cast<std::size_t>(m_report->devices[i])]);
    case Distance:
        return std::isfinite(m_report->distance[i])
                   ? QString::number(static_cast<double>(m_report->distance[i]), 'f', 2)
                   : u"\u2013"_s;
    case Error: {
        const double error = m_report->error(i);
        return (error > 0 ? u"+"_s : QString()) + value(error, unit);
    }
    default:
        return value(number(label, column), unit);
    }
}

void LabelErrors::order() {
    if (!m_report)
        return;
    const bool down = m_order == Qt::DescendingOrder;
    if (isText(m_column)) {
        std::stable_sort(m_rows.begin(), m_rows.end(), [&](int a, int b) {
            const int order = QString::localeAwareCompare(text(a, m_column), text(b, m_column));
            return down ? order > 0 : order < 0;
        });
        return;
    }
    std::vector<double> keys(m_report->count);
    for (const int label : m_rows) {
        const double v = number(label, m_column);
        // What is no number is the worst error; elsewhere it goes last.
        keys[static_cast<std::size_t>(label)] =
            std::isnan(v)
                ? (down == (m_column == Error) ? 1 : -1) * std::numeric_limits<double>::infinity()
            : m_column == Error ? std::fabs(v)
                                : v;
    }
    std::stable_sort(m_rows.begin(), m_rows.end(), [&](int a, int b) {
        const double left = keys[static_cast<std::size_t>(a)];
        const double right = keys[static_cast<std::size_t>(b)];
        return down ? left > right : left < right;
    });
}

void LabelErrors::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= kColumns)
        return;
    beginResetModel();
    m_column = column;
    m_order = order;
    this->order();
    endResetModel();
}

int LabelErrors::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int LabelErrors::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(kColumns);
}

QVariant LabelErrors::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !m_report)
        return {};
    if (role == Qt::DisplayRole)
        return text(labelAt(index.row()), index.column());
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (isText(index.column()) ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ToolTipRole && index.column() == Devices)
        return text(labelAt(index.row()), Devices);
    return {};
}

QVariant LabelErrors::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (isText(section) ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ToolTipRole && section == Distance)
        return tr("Of the circuit to those of the training, in the network's own space; above 1 is "
                  "unusual");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Error:
        return tr("Error");
    case Net:
        return tr("Net");
    case Sample:
        return tr("Sample");
    case Circuit:
        return tr("Circuit");
    case Devices:
        return tr("Tied to");
    case Label:
        return tr("Label");
    case Predicted:
        return tr("Predicted");
    case Distance:
        return tr("Distance");
    default:
        return {};
    }
}

QByteArray LabelErrors::csv() const {
    widgets::CsvWriter writer;
    writer.row({u"error"_s, u"net"_s, u"sample"_s, u"circuit"_s, u"devices"_s, u"label"_s,
                u"predicted"_s, u"distance"_s});
    for (const int label : m_rows) {
        writer.cell(number(label, Error)).cell(text(label, Net)).cell(text(label, Sample));
        writer.cell(text(label, Circuit)).cell(text(label, Devices));
        writer.cell(number(label, Label)).cell(number(label, Predicted));
        writer.cell(number(label, Distance)).endRow();
    }
    return writer.bytes();
}

} // namespace ohm::ui
