// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/objecttable.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "ui/services/text.h"
#include "ui/session/describe.h"
#include "widgets/common/csvwriter.h"

#include <QFont>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <numeric>

namespace ohm::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr std::size_t kStopEvery = 8192;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

double netVoltage(const sim::OperatingPoint* point, std::uint32_t net) {
    return point && net < point->netVoltages.size() ? point->netVoltages[net] : kNaN;
}

double deviceCurrent(const sim::OperatingPoint* point, std::uint32_t device) {
    return point && device < point->devices.size() ? point->devices[device].current.value_or(kNaN)
                                                   : kNaN;
}

sim::Region deviceRegion(const sim::OperatingPoint* point, std::uint32_t device) {
    return point && device < point->devices.size() ? point->devices[device].region
                                                   : sim::Region::Unknown;
}

/// The text a filter looks at and a column sorts by; nothing for numeric columns.
std::string cell(const netlist::Circuit& circuit, const TableValues& values, TableKind kind,
                 std::uint32_t id, int column) {
    if (kind == TableKind::Nets)
        return column == ObjectTable::NetName ? circuit.netName(id) : std::string();
    switch (column) {
    case ObjectTable::DeviceName:
        return circuit.deviceName(id);
    case ObjectTable::DeviceKind:
        return ss(kindText(circuit.deviceKind(id), circuit.devicePolarity(id)));
    case ObjectTable::DeviceModel:
        return std::string(circuit.deviceMaster(id));
    case ObjectTable::DeviceValue:
        return circuit.deviceLabel(id);
    case ObjectTable::DeviceRegion:
        return ss(regionText(deviceRegion(values.point.get(), id)));
    default:
        return {};
    }
}

bool isNumeric(TableKind kind, int column) {
    return kind == TableKind::Nets ? column >= ObjectTable::NetTerminals
                                   : column == ObjectTable::DeviceCurrent;
}

double numberOf(const netlist::Circuit& circuit, const TableValues& values, TableKind kind,
                std::uint32_t id, int column) {
    if (kind == TableKind::Devices)
        return deviceCurrent(values.point.get(), id);
    switch (column) {
    case ObjectTable::NetTerminals:
        return static_cast<double>(circuit.netTerminals(id).size());
    case ObjectTable::NetVoltage:
        return netVoltage(values.point.get(), id);
    case ObjectTable::NetPredicted:
        return values.prediction && !circuit.isGround(id) ? values.prediction->voltage(id) : kNaN;
    case ObjectTable::NetDeviation:
        return values.prediction ? values.prediction->deviation(id) : kNaN;
    case ObjectTable::NetError:
        return values.comparison && id < values.comparison->errorOf.size()
                   ? values.comparison->errorOf[id]
                   : kNaN;
    default:
        return kNaN;
    }
}

bool matches(const netlist::Circuit& circuit, const TableValues& values, TableKind kind,
             std::uint32_t id, const std::vector<std::string>& words) {
    std::string text = toLower(cell(circuit, values, kind, id, 0));
    const auto missing = [&](const std::string& word) {
        return text.find(word) == std::string::npos;
    };
    if (std::none_of(words.begin(), words.end(), missing))
        return true;
    if (kind == TableKind::Nets)
        return false;
    for (int column = 1; column < ObjectTable::kDeviceColumns; ++column)
        text += '\n' + toLower(cell(circuit, values, kind, id, column));
    return std::none_of(words.begin(), words.end(), missing);
}
} // namespace

bool naturalLess(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (isDigit(a[i]) && isDigit(b[j])) {
            while (i < a.size() && a[i] == '0')
                ++i;
            while (j < b.size() && b[j] == '0')
                ++j;
            std::size_t m = i;
            std::size_t n = j;
            while (m < a.size() && isDigit(a[m]))
                ++m;
            while (n < b.size() && isDigit(b[n]))
                ++n;
            if (m - i != n - j)
                return m - i < n - j;
            const int order = a.substr(i, m - i).compare(b.substr(j, n - j));
            if (order != 0)
                return order < 0;
            i = m;
            j = n;
            continue;
        }
        if (a[i] != b[j])
            return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
        ++i;
        ++j;
    }
    return a.size() - i < b.size() - j;
}

Expected<TableRows> queryTable(const netlist::Circuit& circuit, const TableValues& values,
                               TableKind kind, const TableQuery& query, std::size_t limit,
                               const StopToken& stop) {
    const std::size_t total = kind == TableKind::Nets ? circuit.netCount() : circuit.deviceCount();
    std::vector<std::string> words;
    for (const QString& word : query.filter.toLower().split(u' ', Qt::SkipEmptyParts))
        words.push_back(ss(word));
    std::vector<std::uint32_t> ids;
    if (words.empty()) {
        ids.resize(total);
        std::iota(ids.begin(), ids.end(), 0U);
    } else {
        for (std::size_t i = 0; i < total; ++i) {
            if (i % kStopEvery == 0 && stop.shouldStop())
                return fail("UI-002", "Stopped.");
            if (matches(circuit, values, kind, static_cast<std::uint32_t>(i), words))
                ids.push_back(static_cast<std::uint32_t>(i));
        }
    }
    const bool down = query.order == Qt::DescendingOrder;
    if (query.column >= 0 && isNumeric(kind, query.column)) {
        const bool sizeOnly = kind == TableKind::Nets && query.column == ObjectTable::NetError;
        std::vector<std::pair<double, std::uint32_t>> keys;
        keys.reserve(ids.size());
        for (const std::uint32_t id : ids)
            keys.emplace_back(sizeOnly
                                  ? std::fabs(numberOf(circuit, values, kind, id, query.column))
                                  : numberOf(circuit, values, kind, id, query.column),
                              id);
        std::stable_sort(keys.begin(), keys.end(), [down](const auto& a, const auto& b) {
            if (std::isnan(a.first) || std::isnan(b.first))
                return !std::isnan(a.first) && std::isnan(b.first);
            return down ? a.first > b.first : a.first < b.first;
        });
        std::transform(keys.begin(), keys.end(), ids.begin(),
                       [](const auto& key) { return key.second; });
    } else if (query.column >= 0) {
        std::vector<std::pair<std::string, std::uint32_t>> keys;
        keys.reserve(ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (i % kStopEvery == 0 && stop.shouldStop())
                return fail("UI-002", "Stopped.");
            keys.emplace_back(cell(circuit, values, kind, ids[i], query.column), ids[i]);
        }
        std::stable_sort(keys.begin(), keys.end(), [down](const auto& a, const auto& b) {
            if (a.first.empty() || b.first.empty())
                return !a.first.empty() && b.first.empty();
            return down ? naturalLess(b.first, a.first) : naturalLess(a.first, b.first);
        });
        std::transform(keys.begin(), keys.end(), ids.begin(),
                       [](const auto& key) { return key.second; });
    }
    TableRows rows;
    rows.matches = ids.size();
    if (ids.size() > limit) {
        ids.resize(limit);
        ids.shrink_to_fit();
    }
    rows.rows = std::move(ids);
    return rows;
}

ObjectTable::ObjectTable(TableKind kind, JobService& jobs, QObject* parent)
    : QAbstractTableModel(parent)
    , m_kind(kind)
    , m_jobs(jobs) {}

std::size_t ObjectTable::total() const {
    if (!m_circuit)
        return 0;
    return m_kind == TableKind::Nets ? m_circuit->netCount() : m_circuit->deviceCount();
}

void ObjectTable::setCircuit(netlist::CircuitPtr circuit) {
    beginResetModel();
    m_rows.clear();
    m_rowOf.clear();
    m_matches = 0;
    m_values = {};
    m_jobs.release(std::exchange(m_circuit, std::move(circuit)));
    endResetModel();
    query();
}

void ObjectTable::setValues(const TableValues& values) {
    m_jobs.release(m_values.point);
    m_jobs.release(m_values.prediction);
    m_jobs.release(m_values.comparison);
    m_values = values;
    const int first =
        m_kind == TableKind::Nets ? static_cast<int>(NetVoltage) : static_cast<int>(DeviceCurrent);
    if (m_query.column >= first) {
        query(); // sorted by what has just changed
    } else if (!m_rows.empty()) {
        emit dataChanged(index(0, first), index(rowCount() - 1, columnCount() - 1));
    }
}

void ObjectTable::setFilter(const QString& filter) {
    if (filter == m_query.filter)
        return;
    m_query.filter = filter;
    query();
}

void ObjectTable::sort(int column, Qt::SortOrder order) {
    if (m_query.column == column && m_query.order == order)
        return;
    m_query.column = column;
    m_query.order = order;
    query();
}

void ObjectTable::query() {
    const QString lane = m_kind == TableKind::Nets ? u"nettable"_s : u"devicetable"_s;
    if (!m_circuit) {
        m_jobs.abandon(lane);
        emit rowsReady();
        return;
    }
    JobSpec spec;
    spec.title = m_kind == TableKind::Nets ? tr("Listing nets") : tr("Listing devices");
    spec.lane = lane;
    spec.quiet = true;
    m_jobs.start<TableRows>(
        spec,
        [circuit = m_circuit, values = m_values, kind = m_kind, query = m_query](StopToken stop,
                                                                                 ProgressSink&) {
            return queryTable(*circuit, values, kind, query, kMaxRows, stop);
        },
        this,
        [this](Expected<TableRows> rows) {
            if (!rows)
                return;
            beginResetModel();
            m_rows = std::move(rows->rows);
            m_matches = rows->matches;
            m_rowOf.clear();
            endResetModel();
            emit rowsReady();
        });
}

ObjectId ObjectTable::objectAt(int row) const {
    return {m_kind == TableKind::Nets ? ObjectKind::Net : ObjectKind::Device,
            m_rows.at(static_cast<std::size_t>(row))};
}

int ObjectTable::rowOf(ObjectId id) const {
    if (id.kind != (m_kind == TableKind::Nets ? ObjectKind::Net : ObjectKind::Device))
        return -1;
    if (m_rowOf.isEmpty()) {
        m_rowOf.reserve(static_cast<qsizetype>(m_rows.size()));
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            m_rowOf.insert(m_rows[i], static_cast<int>(i));
    }
    return m_rowOf.value(id.index, -1);
}

int ObjectTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ObjectTable::columnCount(const QModelIndex& parent) const {
    if (parent.isValid())
        return 0;
    return m_kind == TableKind::Nets ? static_cast<int>(kNetColumns)
                                     : static_cast<int>(kDeviceColumns);
}

double ObjectTable::number(std::uint32_t id, int column) const {
    return numberOf(*m_circuit, m_values, m_kind, id, column);
}

QString ObjectTable::text(std::uint32_t id, int column) const {
    if (!isNumeric(m_kind, column))
        return qs(cell(*m_circuit, m_values, m_kind, id, column));
    const double value = number(id, column);
    if (m_kind == TableKind::Nets && column == NetTerminals)
        return QString::number(static_cast<qulonglong>(value));
    if (std::isnan(value))
        return {};
    if (m_kind == TableKind::Devices)
        return qs(formatSi(value, "A"));
    switch (column) {
    case NetPredicted:
        return predictedText(value);
    case NetDeviation:
        return u"\u00b1 "_s + qs(formatSi(value, "V", 2));
    case NetError:
        return signedText(value);
    default:
        return qs(formatSi(value, "V"));
    }
}

QVariant ObjectTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !m_circuit)
        return {};
    const std::uint32_t id = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        // Numbers are short; a name may be as long as a hostile file makes it.
        return isNumeric(m_kind, index.column())
                   ? text(id, index.column())
                   : shownText(cell(*m_circuit, m_values, m_kind, id, index.column()));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(isNumeric(m_kind, index.column())
                                       ? Qt::AlignRight | Qt::AlignVCenter
                                       : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ToolTipRole: {
        const DescribeContext context{*m_circuit, m_values.point.get(), m_values.pointStale,
                                      m_values.prediction.get(), m_values.predictionStale};
        return m_kind == TableKind::Nets ? tooltipNet(context, id) : tooltipDevice(context, id);
    }
    case Qt::FontRole: {
        const bool nets = m_kind == TableKind::Nets;
        if (!isNumeric(m_kind, index.column()) || (nets && index.column() == NetTerminals))
            return {};
        const bool predicted = nets && index.column() >= NetPredicted;
        QFont font;
        font.setItalic(nets && (index.column() == NetPredicted || index.column() == NetDeviation));
        font.setStrikeOut(predicted ? m_values.predictionStale : m_values.pointStale);
        return font.italic() || font.strikeOut() ? QVariant(font) : QVariant();
    }
    default:
        return {};
    }
}

QVariant ObjectTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(isNumeric(m_kind, section) ? Qt::AlignRight | Qt::AlignVCenter
                                                              : Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    if (m_kind == TableKind::Nets) {
        switch (section) {
        case NetName:
            return tr("Net");
        case NetTerminals:
            return tr("Connections");
        case NetVoltage:
            return m_values.prediction ? tr("Simulated") : tr("Voltage");
        case NetPredicted:
            return tr("Predicted");
        case NetDeviation:
            return tr("Uncertainty");
        case NetError:
            return tr("Error");
        default:
            return {};
        }
    }
    switch (section) {
    case DeviceName:
        return tr("Device");
    case DeviceKind:
        return tr("Kind");
    case DeviceModel:
        return tr("Model");
    case DeviceValue:
        return tr("Value");
    case DeviceCurrent:
        return tr("Current");
    case DeviceRegion:
        return tr("Region");
    default:
        return {};
    }
}

QByteArray ObjectTable::csv() const {
    widgets::CsvWriter out;
    const int columns = m_kind == TableKind::Nets && !m_values.prediction
                            ? static_cast<int>(NetPredicted)
                            : columnCount();
    for (int column = 0; column < columns; ++column) {
        QString title = headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        if (m_kind == TableKind::Nets && column >= NetVoltage)
            title += u" (V)"_s;
        if (m_kind == TableKind::Devices && column == DeviceCurrent)
            title += u" (A)"_s;
        out.cell(title);
    }
    out.endRow();
    for (const std::uint32_t id : m_rows) {
        for (int column = 0; column < columns; ++column) {
            if (isNumeric(m_kind, column))
                out.cell(number(id, column));
            else
                out.cell(text(id, column));
        }
        out.endRow();
    }
    return out.bytes();
}

} // namespace ohm::ui
