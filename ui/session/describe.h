// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/netlist/circuit.h"
#include "core/sim/operatingpoint.h"
#include "ui/services/selectionhub.h"
#include "ui/session/celldrawing.h"
#include "widgets/common/inspectorview.h"

#include <QString>

#include <optional>

namespace ohm::ui {

struct PredictedCircuit;

/// "net:12": an object as the id of a link.
QString linkOf(ObjectId id);
std::optional<ObjectId> objectOf(const QString& link);

/// Words for people, translated.
QString kindText(netlist::DeviceKind kind, netlist::Polarity polarity = 0);
QString regionText(sim::Region region);
/// "1.245 V", "—" where there is none.
QString voltageText(const sim::OperatingPoint& point, netlist::NetId net);
/// "12.3 µA", empty where there is none.
QString currentText(const sim::OperatingPoint& point, netlist::DeviceId device);

struct DescribeContext {
    const netlist::Circuit& circuit;
    const sim::OperatingPoint* point = nullptr; ///< may be null
    bool stale = false;
    const PredictedCircuit* prediction = nullptr; ///< may be null
    bool predictionStale = false;
};

/// What the inspector shows of an object; long lists are cut with a last row that says so.
widgets::InspectorContent describeNet(const DescribeContext& context, netlist::NetId net);
widgets::InspectorContent describeDevice(const DescribeContext& context, netlist::DeviceId device,
                                         std::optional<std::uint32_t> terminal = {});
widgets::InspectorContent describeBlock(const DescribeContext& context, const CellPath& path,
                                        ObjectId id);
/// Of nothing selected: the circuit itself.
widgets::InspectorContent describeCircuit(const DescribeContext& context, const QString& title);
widgets::InspectorContent describeMany(const DescribeContext& context,
                                       const QVector<ObjectId>& ids);

/// A few lines for a tooltip: name, kind, value, voltages.
QString tooltipNet(const DescribeContext& context, netlist::NetId net);
QString tooltipDevice(const DescribeContext& context, netlist::DeviceId device);

} // namespace ohm::ui
