// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/describe.h"

#include "core/base/units.h"
#include "ui/services/text.h"
#include "ui/session/prediction.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::ui {

using namespace Qt::StringLiterals;
using widgets::InspectorContent;
using widgets::InspectorRow;
using widgets::InspectorSection;

namespace {
constexpr std::size_t kMaxRows = 200;

QString tr(const char* text) {
    return QCoreApplication::translate("Inspector", text);
}

InspectorRow row(const QString& name, const QString& value, const QString& link = {}) {
    InspectorRow made;
    made.name = name;
    made.value = value;
    made.link = link;
    return made;
}

/// "1.245 V" split into number and unit, for the two columns.
InspectorRow quantity(const QString& name, double value, const char* unit, bool stale) {
    const QString text = shownText(formatSi(value, unit));
    InspectorRow made;
    made.name = name;
    const qsizetype blank = text.indexOf(u' ');
    made.value = blank < 0 ? text : text.left(blank);
    made.unit = blank < 0 ? QString() : text.mid(blank + 1);
    made.style = InspectorRow::Style::Simulated;
    if (stale)
        made.tooltip = tr("The file has changed since this was simulated.");
    return made;
}

const char* unitOf(const std::string& name) {
    if (name.starts_with("g"))
        return "S";
    if (name.starts_with("v"))
        return "V";
    if (name.starts_with("i"))
        return "A";
    if (name.starts_with("c"))
        return "F";
    if (name == "p")
        return "W";
    return "";
}

QString roleText(const netlist::Circuit& circuit, netlist::DeviceId device, unsigned index) {
    const auto count = static_cast<unsigned>(circuit.deviceNets(device).size());
    const auto role = netlist::terminalRole(circuit.deviceKind(device), index, count);
    static const std::pair<const char*, const char*> words[] = {
        {"d", QT_TRANSLATE_NOOP("Inspector", "Drain")},
        {"g", QT_TRANSLATE_NOOP("Inspector", "Gate")},
        {"s", QT_TRANSLATE_NOOP("Inspector", "Source")},
        {"b", QT_TRANSLATE_NOOP("Inspector", "Bulk")},
        {"a", QT_TRANSLATE_NOOP("Inspector", "Anode")},
        {"k", QT_TRANSLATE_NOOP("Inspector", "Cathode")},
        {"p", QT_TRANSLATE_NOOP("Inspector", "Plus")},
        {"n", QT_TRANSLATE_NOOP("Inspector", "Minus")},
        {"cp", QT_TRANSLATE_NOOP("Inspector", "Control +")},
        {"cn", QT_TRANSLATE_NOOP("Inspector", "Control \u2212")}};
    if (circuit.deviceKind(device) == netlist::DeviceKind::Bjt) {
        if (role == "c")
            return tr("Collector");
        if (role == "b")
            return tr("Base");
        if (role == "e")
            return tr("Emitter");
        if (role == "s")
            return tr("Substrate");
    }
    for (const auto& [key, word] : words) {
        if (role == key)
            return tr(word);
    }
    return tr("Terminal %1").arg(shownText(role));
}

bool hasVoltage(const DescribeContext& context, netlist::NetId net) {
    return context.point && net < context.point->netVoltages.size() &&
           std::isfinite(context.point->netVoltages[net]);
}

double predictedVoltage(const DescribeContext& context, netlist::NetId net) {
    return context.prediction ? context.prediction->voltage(net)
                              : std::numeric_limits<double>::quiet_NaN();
}

InspectorSection predictionOf(const DescribeContext& context, netlist::NetId net,
                              double predicted) {
    InspectorSection made{tr("Prediction"), {}};
    const auto add = [&](const QString& name, double value) {
        InspectorRow line = quantity(name, value, "V", false);
        line.style = InspectorRow::Style::Predicted;
        if (context.predictionStale)
            line.tooltip = tr("The file has changed since this was predicted.");
        made.rows.push_back(line);
    };
    add(tr("Voltage"), predicted);
    if (std::isfinite(context.prediction->deviation(net)))
        add(tr("Uncertainty \u00b1"), context.prediction->deviation(net));
    if (hasVoltage(context, net))
        add(tr("Error"), predicted - context.point->netVoltages[net]);
    if (net < context.prediction->driven.size() && context.prediction->driven[net])
        made.rows.push_back(row(tr("Known"), tr("set by voltage sources")));
    made.rows.push_back(row(tr("Model"), context.prediction->model));
    return made;
}

void cut(InspectorSection& section, std::size_t shown, std::size_t total) {
    if (total > shown)
        section.rows.push_back(row(QString(), tr("and %L1 more").arg(total - shown)));
}
} // namespace

QString linkOf(ObjectId id) {
    static const char* const words[] = {"net",    "device", "terminal", "block",
                                        "sample", "run",    "design"};
    return QLatin1String(words[static_cast<std::size_t>(id.kind)]) + u':' +
           QString::number(id.index);
}

std::optional<ObjectId> objectOf(const QString& link) {
    const qsizetype colon = link.indexOf(u':');
    bool ok = false;
    const quint32 index = link.mid(colon + 1).toUInt(&ok);
    if (colon < 0 || !ok)
        return std::nullopt;
    for (const ObjectKind kind :
         {ObjectKind::Net, ObjectKind::Device, ObjectKind::Terminal, ObjectKind::Block}) {
        const ObjectId id{kind, index};
        if (linkOf(id) == link)
            return id;
    }
    return std::nullopt;
}

QString kindText(netlist::DeviceKind kind, netlist::Polarity polarity) {
    using K = netlist::DeviceKind;
    switch (kind) {
    case K::Resistor:
        return tr("Resistor");
    case K::Capacitor:
        return tr("Capacitor");
    case K::Inductor:
        return tr("Inductor");
    case K::Coupling:
        return tr("Coupling");
    case K::VoltageSource:
        return tr("Voltage source");
    case K::CurrentSource:
        return tr("Current source");
    case K::Vcvs:
        return tr("Voltage-controlled voltage source");
    case K::Vccs:
        return tr("Voltage-controlled current source");
    case K::Ccvs:
        return tr("Current-controlled voltage source");
    case K::Cccs:
        return tr("Current-controlled current source");
    case K::Behavioural:
        return tr("Behavioural source");
    case K::Diode:
        return tr("Diode");
    case K::Bjt:
        return polarity == 'n'   ? tr("NPN transistor")
               : polarity == 'p' ? tr("PNP transistor")
                                 : tr("Bipolar transistor");
    case K::Jfet:
        return polarity == 'n'   ? tr("N-channel JFET")
               : polarity == 'p' ? tr("P-channel JFET")
                                 : tr("JFET");
    case K::Mesfet:
        return tr("MESFET");
    case K::Mosfet:
        return polarity == 'n'   ? tr("NMOS transistor")
               : polarity == 'p' ? tr("PMOS transistor")
                                 : tr("MOSFET");
    case K::Switch:
        return tr("Switch");
    case K::TransmissionLine:
        return tr("Transmission line");
    case K::Xspice:
        return tr("XSPICE device");
    case K::Subcircuit:
        return tr("Black box");
    case K::Other:
        break;
    }
    return tr("Device");
}

QString regionText(sim::Region region) {
    switch (region) {
    case sim::Region::Off:
        return tr("Off");
    case sim::Region::Subthreshold:
        return tr("Subthreshold");
    case sim::Region::Triode:
        return tr("Triode");
    case sim::Region::Saturation:
        return tr("Saturation");
    case sim::Region::Active:
        return tr("Active");
    case sim::Region::Reverse:
        return tr("Reverse");
    case sim::Region::Unknown:
        break;
    }
    return {};
}

QString voltageText(const sim::OperatingPoint& point, netlist::NetId net) {
    if (net >= point.netVoltages.size() || !std::isfinite(point.netVoltages[net]))
        return u"\u2014"_s;
    return shownText(formatSi(point.netVoltages[net], "V"));
}

QString currentText(const sim::OperatingPoint& point, netlist::DeviceId device) {
    if (device >= point.devices.size() || !point.devices[device].current)
        return {};
    return shownText(formatSi(*point.devices[device].current, "A"));
}

InspectorContent describeNet(const DescribeContext& context, netlist::NetId net) {
    const netlist::Circuit& circuit = context.circuit;
    InspectorContent content;
    content.title = shownText(circuit.netName(net));
    const auto terminals = circuit.netTerminals(net);
    content.subtitle = circuit.isGround(net) ? tr("Ground net") : tr("Net");
    content.icon = u"net"_s;
    if (hasVoltage(context, net)) {
        InspectorSection values{tr("Operating point"), {}};
        values.rows.push_back(
            quantity(tr("Voltage"), context.point->netVoltages[net], "V", context.stale));
        content.sections.push_back(values);
    }
    if (const double predicted = predictedVoltage(context, net); std::isfinite(predicted))
        content.sections.push_back(predictionOf(context, net, predicted));
    InspectorSection connections{tr("Connections (%L1)").arg(terminals.size()), {}};
    for (const std::uint32_t terminal : terminals.first(std::min(terminals.size(), kMaxRows))) {
        const netlist::DeviceId device = circuit.terminalDevice(terminal);
        const unsigned index = terminal - circuit.firstTerminal(device);
        InspectorRow made =
            row(shownText(circuit.deviceName(device)), roleText(circuit, device, index),
                linkOf({ObjectKind::Device, device}));
        made.tooltip = tooltipDevice(context, device);
        connections.rows.push_back(made);
    }
    cut(connections, kMaxRows, terminals.size());
    content.sections.push_back(connections);
    return content;
}

InspectorContent describeDevice(const DescribeContext& context, netlist::DeviceId device,
                                std::optional<std::uint32_t> terminal) {
    const netlist::Circuit& circuit = context.circuit;
    InspectorContent content;
    const QString name = shownText(circuit.deviceName(device));
    const auto nets = circuit.deviceNets(device);
    content.title = name;
    content.subtitle = kindText(circuit.deviceKind(device), circuit.devicePolarity(device));
    if (const auto master = circuit.deviceMaster(device); !master.empty())
        content.subtitle += u" \u00b7 "_s + shownText(master);
    content.icon = u"device"_s;
    if (terminal) {
        content.title = name + u':' +
                        shownText(netlist::terminalRole(circuit.deviceKind(device),
                                                        *terminal - circuit.firstTerminal(device),
                                                        static_cast<unsigned>(nets.size())));
    }

    if (context.point && device < context.point->devices.size()) {
        const sim::DeviceState& state = context.point->devices[device];
        InspectorSection values{tr("Operating point"), {}};
        if (state.region != sim::Region::Unknown) {
            InspectorRow made = row(tr("Region"), regionText(state.region));
            made.style = InspectorRow::Style::Simulated;
            values.rows.push_back(made);
        }
        if (state.current)
            values.rows.push_back(quantity(tr("Current"), *state.current, "A", context.stale));
        if (nets.size() == 2 && hasVoltage(context, nets[0]) && hasVoltage(context, nets[1])) {
            const double drop =
                context.point->netVoltages[nets[0]] - context.point->netVoltages[nets[1]];
            values.rows.push_back(quantity(tr("Voltage across"), drop, "V", context.stale));
            if (state.current)
                values.rows.push_back(
                    quantity(tr("Power"), drop * *state.current, "W", context.stale));
        }
        for (const auto& [key, value] : state.values) {
            const bool said = key == "i" || key == "p" || (key == "v" && nets.size() == 2);
            if (!said)
                values.rows.push_back(quantity(shownText(key), value, unitOf(key), context.stale));
        }
        if (!values.rows.isEmpty())
            content.sections.push_back(values);
    }

    InspectorSection connections{tr("Connections"), {}};
    for (std::size_t i = 0; i < std::min(nets.size(), kMaxRows); ++i) {
        InspectorRow made =
            row(roleText(circuit, device, static_cast<unsigned>(i)),
                shownText(circuit.netName(nets[i])), linkOf({ObjectKind::Net, nets[i]}));
        if (hasVoltage(context, nets[i]))
            made.unit = voltageText(*context.point, nets[i]);
        connections.rows.push_back(made);
    }
    cut(connections, kMaxRows, nets.size());
    content.sections.push_back(connections);

    InspectorSection parameters{tr("Parameters"), {}};
    const std::vector<netlist::Parameter> list = circuit.deviceParameters(device);
    for (std::size_t i = 0; i < std::min(list.size(), kMaxRows); ++i) {
        const netlist::Parameter& parameter = list[i];
        InspectorRow made =
            row(shownText(parameter.name), parameter.value ? shownText(formatSi(*parameter.value))
                                                           : shownText(parameter.text));
        if (!parameter.text.empty())
            made.tooltip = tr("As written: %1").arg(shownText(parameter.text));
        parameters.rows.push_back(made);
    }
    cut(parameters, kMaxRows, list.size());
    if (!parameters.rows.isEmpty())
        content.sections.push_back(parameters);

    const netlist::SourceLocation at = circuit.deviceLocation(device);
    if (at.line > 0 && at.file < circuit.files().size()) {
        InspectorSection source{tr("Source"), {}};
        source.rows.push_back(
            row(shownText(std::filesystem::path(circuit.files()[at.file]).filename().string()),
                tr("line %L1").arg(at.line), u"source:%1:%2"_s.arg(at.file).arg(at.line)));
        content.sections.push_back(source);
    }
    return content;
}

InspectorContent describeBlock(const DescribeContext& context, const CellPath& path, ObjectId id) {
    const netlist::Circuit& circuit = context.circuit;
    InspectorContent content;
    content.title = placeName(circuit, path);
    content.icon = u"block"_s;
    const auto cell = cellAt(circuit, path);
    if (!cell || path.empty())
        return content;
    content.subtitle = tr("Subcircuit %1").arg(shownText(circuit.cellName(*cell)));
    InspectorSection facts{tr("Subcircuit"), {}};
    facts.rows.push_back(row(tr("Contents"), tr("Open"), u"enter:%1"_s.arg(id.index)));
    facts.rows.push_back(row(tr("Elements"), tr("%L1").arg(circuit.cellInstanceCount(*cell))));
    facts.rows.push_back(row(tr("Nets"), tr("%L1").arg(circuit.cellNetCount(*cell))));
    content.sections.push_back(facts);

    CellPath parentPath(path.begin(), path.end() - 1);
    const auto parent = cellAt(circuit, parentPath);
    InspectorSection ports{tr("Ports"), {}};
    const netlist::InstanceView view = circuit.cellInstance(*parent, path.back());
    for (std::size_t i = 0;
         i < std::min<std::size_t>(circuit.cellPortCount(*cell), kMaxRows) && i < view.nets.size();
         ++i) {
        const auto flat = circuit.flatNet(parentPath, view.nets[i]);
        InspectorRow made =
            row(shownText(circuit.cellNetName(*cell, static_cast<std::uint32_t>(i))),
                flat ? shownText(circuit.netName(*flat))
                     : shownText(circuit.cellNetName(*parent, view.nets[i])),
                flat ? linkOf({ObjectKind::Net, *flat}) : QString());
        if (flat && hasVoltage(context, *flat))
            made.unit = voltageText(*context.point, *flat);
        ports.rows.push_back(made);
    }
    cut(ports, kMaxRows, circuit.cellPortCount(*cell));
    content.sections.push_back(ports);

    InspectorSection parameters{tr("Parameters"), {}};
    for (const netlist::Parameter& parameter : circuit.cellInstanceParameters(*parent, path.back()))
        parameters.rows.push_back(
            row(shownText(parameter.name), parameter.value ? shownText(formatSi(*parameter.value))
                                                           : shownText(parameter.text)));
    if (!parameters.rows.isEmpty())
        content.sections.push_back(parameters);
    return content;
}

InspectorContent describeCircuit(const DescribeContext& context, const QString& title) {
    const netlist::Circuit& circuit = context.circuit;
    InspectorContent content;
    content.title = title;
    content.subtitle = circuit.title().empty() ? tr("Circuit") : shownText(circuit.title());
    content.icon = u"circuit"_s;
    InspectorSection facts{tr("Circuit"), {}};
    facts.rows.push_back(row(tr("Devices"), tr("%L1").arg(circuit.deviceCount())));
    facts.rows.push_back(row(tr("Nets"), tr("%L1").arg(circuit.netCount())));
    facts.rows.push_back(row(tr("Terminals"), tr("%L1").arg(circuit.terminalCount())));
    facts.rows.push_back(
        row(tr("Graph nodes"), tr("%L1").arg(circuit.terminalCount() + circuit.netCount())));
    facts.rows.push_back(row(tr("Dialect"), shownText(netlist::dialectName(circuit.dialect()))));
    if (!circuit.isDeck())
        facts.rows.push_back(row(tr("Root"), shownText(circuit.cellName(circuit.topCell()))));
    content.sections.push_back(facts);
    if (context.point) {
        InspectorSection values{tr("Operating point"), {}};
        values.rows.push_back(row(tr("Simulator"), shownText(context.point->simulator)));
        values.rows.push_back(
            quantity(tr("Time taken"), context.point->seconds, "s", context.stale));
        values.rows.push_back(row(tr("State"), context.stale
                                                   ? tr("out of date: the file has changed")
                                                   : tr("up to date")));
        content.sections.push_back(values);
    }
    return content;
}

InspectorContent describeMany(const DescribeContext& context, const QVector<ObjectId>& ids) {
    InspectorContent content;
    content.title = tr("%L1 objects").arg(ids.size());
    content.subtitle = tr("Selected together");
    InspectorSection list{tr("Selection"), {}};
    for (const ObjectId id : ids.first(std::min<qsizetype>(ids.size(), kMaxRows))) {
        if (id.kind == ObjectKind::Net)
            list.rows.push_back(row(
                shownText(context.circuit.netName(id.index)),
                hasVoltage(context, id.index) ? voltageText(*context.point, id.index) : tr("net"),
                linkOf(id)));
        else if (id.kind == ObjectKind::Device)
            list.rows.push_back(row(shownText(context.circuit.deviceName(id.index)),
                                    shownText(context.circuit.deviceLabel(id.index)), linkOf(id)));
        else if (id.kind == ObjectKind::Terminal) {
            const auto device = context.circuit.terminalDevice(id.index);
            list.rows.push_back(row(
                shownText(context.circuit.deviceName(device)),
                roleText(context.circuit, device, id.index - context.circuit.firstTerminal(device)),
                linkOf(id)));
        }
    }
    cut(list, kMaxRows, static_cast<std::size_t>(ids.size()));
    content.sections.push_back(list);
    return content;
}

QString tooltipNet(const DescribeContext& context, netlist::NetId net) {
    QString text = tr("Net %1").arg(shownText(context.circuit.netName(net)));
    if (hasVoltage(context, net))
        text += u": "_s + voltageText(*context.point, net);
    if (const double predicted = predictedVoltage(context, net); std::isfinite(predicted)) {
        text += u'\n' + tr("Predicted ~%1").arg(shownText(formatSi(predicted, "V")));
        if (const double deviation = context.prediction->deviation(net); std::isfinite(deviation))
            text += u" \u00b1 "_s + shownText(formatSi(deviation, "V", 2));
        if (hasVoltage(context, net))
            text +=
                u'\n' +
                tr("Error %1")
                    .arg(shownText(formatSi(predicted - context.point->netVoltages[net], "V", 3)));
    }
    text += u'\n' + tr("%L1 connections").arg(context.circuit.netTerminals(net).size());
    return text;
}

QString tooltipDevice(const DescribeContext& context, netlist::DeviceId device) {
    const netlist::Circuit& circuit = context.circuit;
    QString text = shownText(circuit.deviceName(device)) + u" \u00b7 "_s +
                   kindText(circuit.deviceKind(device), circuit.devicePolarity(device));
    const QString label = shownText(circuit.deviceLabel(device));
    if (!label.isEmpty())
        text += u'\n' + label;
    if (context.point && device < context.point->devices.size()) {
        const QString current = currentText(*context.point, device);
        const QString region = regionText(context.point->devices[device].region);
        if (!current.isEmpty())
            text += u'\n' + tr("Current %1").arg(current);
        if (!region.isEmpty())
            text += u'\n' + region;
    }
    return text;
}

} // namespace ohm::ui
