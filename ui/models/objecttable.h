// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "ui/services/jobservice.h"
#include "ui/services/selectionhub.h"
#include "ui/session/simulation.h"
#include "ui/session/voltagedisplay.h"

#include <QAbstractTableModel>
#include <QHash>

#include <memory>
#include <vector>

namespace ohm::ui {

enum class TableKind { Nets, Devices };

/// Which rows of a table to show, in which order. A plain value.
struct TableQuery {
    QString filter;  ///< words that must all occur in a row's texts, any case
    int column = -1; ///< -1: as in the file
    Qt::SortOrder order = Qt::AscendingOrder;
};

struct TableRows {
    std::vector<std::uint32_t> rows; ///< net or device ids, at most the limit
    std::size_t matches = 0;         ///< before the limit
};

/// What is known of a circuit's nets and devices. Immutable parts. Thread: any (const).
struct TableValues {
    OperatingPointPtr point;
    PredictionPtr prediction;
    ComparisonPtr comparison;
    bool pointStale = false, predictionStale = false;
};

/// Finds and sorts. Names sort naturally (x2 before x10), missing values last in both orders.
/// Errors: UI-002 stopped. Thread: any.
Expected<TableRows> queryTable(const netlist::Circuit& circuit, const TableValues& values,
                               TableKind kind, const TableQuery& query, std::size_t limit,
                               const StopToken& stop);

/// "x2" < "x10": digits compare as numbers.
bool naturalLess(std::string_view a, std::string_view b);

/// Nets or devices of the circuit. Finding and sorting happen in the background, so that a million
/// rows do not hold the window; cell texts are made when asked for. Thread: GUI.
class ObjectTable : public QAbstractTableModel {
    Q_OBJECT
public:
    /// More rows than anybody scrolls through; the rest is reached by the filter.
    static constexpr std::size_t kMaxRows = 100'000;
    enum NetColumn {
        NetName,
        NetTerminals,
        NetVoltage,
        NetPredicted,
        NetDeviation, ///< of the ensemble or of dropout
        NetError,     ///< predicted minus simulated; sorts by its size
        kNetColumns
    };
    enum DeviceColumn {
        DeviceName,
        DeviceKind,
        DeviceModel,
        DeviceValue,
        DeviceCurrent,
        DeviceRegion,
        kDeviceColumns
    };

    ObjectTable(TableKind kind, JobService& jobs, QObject* parent = nullptr);

    TableKind kind() const { return m_kind; }
    void setCircuit(netlist::CircuitPtr circuit);
    void setValues(const TableValues& values);
    const TableValues& values() const { return m_values; }
    void setFilter(const QString& filter);

    ObjectId objectAt(int row) const;
    int rowOf(ObjectId id) const; ///< -1 if not shown
    std::size_t matches() const { return m_matches; }
    std::size_t total() const;
    /// The rows shown, as CSV with SI numbers.
    QByteArray csv() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

signals:
    void rowsReady();

private:
    void query();
    QString text(std::uint32_t id, int column) const;
    double number(std::uint32_t id, int column) const;

    TableKind m_kind;
    JobService& m_jobs;
    netlist::CircuitPtr m_circuit;
    TableValues m_values;
    TableQuery m_query;
    std::vector<std::uint32_t> m_rows;
    std::size_t m_matches = 0;
    mutable QHash<quint32, int> m_rowOf; ///< made when first asked
};

} // namespace ohm::ui
