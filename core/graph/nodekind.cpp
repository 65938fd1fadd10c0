// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/nodekind.h"

#include "core/base/text.h"

#include <array>
#include <string_view>

namespace ohm::graph {

using netlist::Circuit;
using netlist::DeviceId;
using netlist::DeviceKind;
using netlist::NetId;

namespace {

struct KindWords {
    const char* name;
    const char* text;
};
constexpr std::array<KindWords, kNodeKindCount> kWords{{
    {"ground", "Ground"},
    {"supply", "Supply net"},
    {"input", "Input net"},
    {"net", "Net"},
    {"mos-drain", "MOSFET drain"},
    {"mos-gate", "MOSFET gate"},
    {"mos-source", "MOSFET source"},
    {"mos-bulk", "MOSFET bulk"},
    {"bjt-collector", "Bipolar collector"},
    {"bjt-base", "Bipolar base"},
    {"bjt-emitter", "Bipolar emitter"},
    {"bjt-substrate", "Bipolar substrate"},
    {"fet", "JFET terminal"},
    {"diode", "Diode"},
    {"resistor", "Resistor"},
    {"capacitor", "Capacitor"},
    {"inductor", "Inductor"},
    {"voltage-source", "Voltage source"},
    {"current-source", "Current source"},
    {"controlled-source", "Controlled source"},
    {"switch", "Switch"},
    {"transmission-line", "Transmission line"},
    {"block", "Block"},
    {"other", "Other device"},
}};

NodeKind terminalKind(DeviceKind kind, std::string_view role) {
    switch (kind) {
    case DeviceKind::Mosfet:
        if (role == "d")
            return NodeKind::MosDrain;
        if (role == "g")
            return NodeKind::MosGate;
        return role == "s" ? NodeKind::MosSource : NodeKind::MosBulk;
    case DeviceKind::Bjt:
        if (role == "c")
            return NodeKind::BjtCollector;
        if (role == "b")
            return NodeKind::BjtBase;
        return role == "e" ? NodeKind::BjtEmitter : NodeKind::BjtSubstrate;
    case DeviceKind::Jfet:
    case DeviceKind::Mesfet:
        return NodeKind::Fet;
    case DeviceKind::Diode:
        return NodeKind::Diode;
    case DeviceKind::Resistor:
        return NodeKind::Resistor;
    case DeviceKind::Capacitor:
        return NodeKind::Capacitor;
    case DeviceKind::Inductor:
        return NodeKind::Inductor;
    case DeviceKind::VoltageSource:
        return NodeKind::VoltageSource;
    case DeviceKind::CurrentSource:
        return NodeKind::CurrentSource;
    case DeviceKind::Vcvs:
    case DeviceKind::Vccs:
    case DeviceKind::Ccvs:
    case DeviceKind::Cccs:
    case DeviceKind::Behavioural:
        return NodeKind::ControlledSource;
    case DeviceKind::Switch:
        return NodeKind::Switch;
    case DeviceKind::TransmissionLine:
        return NodeKind::TransmissionLine;
    case DeviceKind::Subcircuit:
    case DeviceKind::Xspice:
        return NodeKind::Block;
    case DeviceKind::Coupling:
    case DeviceKind::Other:
        break;
    }
    return NodeKind::Other;
}

/// The net's own name without hierarchy says supply: vdd, avdd1, vccio, vpwr, vss, vgnd, gnd! ...
bool namedLikeSupply(std::string_view path) {
    const std::string name = toLower(path.substr(path.rfind('.') + 1));
    std::string_view n = name;
    if (n.ends_with('!'))
        n.remove_suffix(1);
    while (!n.empty() && (n.back() >= '0' && n.back() <= '9'))
        n.remove_suffix(1);
    for (std::string_view word :
         {"vdd",  "vcc",  "vss",  "vee",   "vpwr",  "vgnd",  "gnd",  "vpb",
          "vnb",  "vbat", "vsup", "vddio", "vccio", "vssio", "vdda", "vssa",
          "vddd", "vssd", "agnd", "dgnd",  "avdd",  "dvdd",  "avss", "dvss"})
        if (n == word)
            return true;
    return n.ends_with("vdd") || n.ends_with("vss") || n.starts_with("vdd_") ||
           n.starts_with("vss_");
}

std::string_view roleOf(const Circuit& circuit, DeviceId device, std::uint32_t terminal) {
    return netlist::terminalRole(circuit.deviceKind(device),
                                 terminal - circuit.firstTerminal(device),
                                 static_cast<unsigned>(circuit.deviceNets(device).size()));
}

/// A source-driven net is a supply if transistors take their current from it.
bool feedsTransistors(const TerminalGraph& graph, NetId net) {
    const Circuit& circuit = graph.circuit();
    const std::uint32_t node = graph.nodeOfNet(net);
    for (std::uint32_t k = graph.rows()[node]; k < graph.rows()[node + 1]; ++k) {
        const std::uint32_t terminal = graph.columns()[k];
        const DeviceId device = graph.deviceOf(terminal);
        const NodeKind kind =
            terminalKind(circuit.deviceKind(device), roleOf(circuit, device, terminal));
        if (kind == NodeKind::MosSource || kind == NodeKind::BjtEmitter ||
            kind == NodeKind::BjtCollector)
            return true;
    }
    return false;
}

NodeKind netKind(const TerminalGraph& graph, NetId net, bool driven) {
    if (graph.circuit().isGround(net))
        return NodeKind::Ground;
    if (namedLikeSupply(graph.circuit().netName(net)))
        return NodeKind::SupplyNet;
    if (!driven)
        return NodeKind::Net;
    return feedsTransistors(graph, net) ? NodeKind::SupplyNet : NodeKind::InputNet;
}

/// True if a voltage source ties the net to ground directly.
bool tiedToGround(const TerminalGraph& graph, NetId net) {
    const Circuit& circuit = graph.circuit();
    const std::uint32_t node = graph.nodeOfNet(net);
    for (std::uint32_t k = graph.rows()[node]; k < graph.rows()[node + 1]; ++k) {
        const DeviceId device = graph.deviceOf(graph.columns()[k]);
        if (circuit.deviceKind(device) != DeviceKind::VoltageSource)
            continue;
        for (NetId other : circuit.deviceNets(device))
            if (circuit.isGround(other))
                return true;
    }
    return false;
}

} // namespace

const char* nodeKindName(NodeKind kind) {
    return kWords[static_cast<std::size_t>(kind)].name;
}

const char* nodeKindText(NodeKind kind) {
    return kWords[static_cast<std::size_t>(kind)].text;
}

NodeKind nodeKind(const TerminalGraph& graph, std::uint32_t node) {
    const Circuit& circuit = graph.circuit();
    if (graph.isNet(node)) {
        const NetId net = graph.netOf(node);
        return netKind(graph, net, tiedToGround(graph, net));
    }
    const DeviceId device = graph.deviceOf(node);
    return terminalKind(circuit.deviceKind(device), roleOf(circuit, device, node));
}

std::vector<NodeKind> nodeKinds(const TerminalGraph& graph) {
    const Circuit& circuit = graph.circuit();
    std::vector<NodeKind> kinds(graph.nodeCount(), NodeKind::Other);
    std::vector<std::uint8_t> tied(graph.netCount(), 0);
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        const auto nets = circuit.deviceNets(d);
        const DeviceKind kind = circuit.deviceKind(d);
        const std::uint32_t first = circuit.firstTerminal(d);
        bool grounded = false;
        for (std::uint32_t i = 0; i < nets.size(); ++i) {
            kinds[first + i] = terminalKind(
                kind, netlist::terminalRole(kind, i, static_cast<unsigned>(nets.size())));
            grounded = grounded || circuit.isGround(nets[i]);
        }
        if (kind == DeviceKind::VoltageSource && grounded)
            for (NetId net : nets)
                tied[net] = 1;
    }
    for (NetId net = 0; net < graph.netCount(); ++net)
        kinds[graph.nodeOfNet(net)] = netKind(graph, net, tied[net] != 0);
    return kinds;
}

std::vector<std::uint8_t> sourceDrivenNets(const TerminalGraph& graph) {
    const Circuit& circuit = graph.circuit();
    std::vector<std::uint8_t> driven(graph.netCount(), 0);
    std::vector<NetId> open;
    if (const auto ground = circuit.ground()) {
        driven[*ground] = 1;
        open.push_back(*ground);
    }
    while (!open.empty()) {
        const std::uint32_t node = graph.nodeOfNet(open.back());
        open.pop_back();
        for (std::uint32_t k = graph.rows()[node]; k < graph.rows()[node + 1]; ++k) {
            const DeviceId device = graph.deviceOf(graph.columns()[k]);
            if (circuit.deviceKind(device) != DeviceKind::VoltageSource)
                continue;
            for (NetId other : circuit.deviceNets(device)) {
                if (!driven[other]) {
                    driven[other] = 1;
                    open.push_back(other);
                }
            }
        }
    }
    return driven;
}

} // namespace ohm::graph
