// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/features.h"

#include "core/base/text.h"
#include "core/graph/nodekind.h"

#include <algorithm>

namespace ohm::graph {

using netlist::Circuit;
using netlist::DeviceId;
using netlist::DeviceKind;
using netlist::NetId;

namespace {

// Columns of the resistive encoding; column 0 is the value.
enum ResistiveColumn : std::size_t { Gnd = 1, Rt, Vn, VnodeI, VnodeO, Vp, VsrcM, VsrcP };

// Columns of the analog encoding; 0..2 are the properties. The second level of the code is shared
// between N/P, PLUS/MINUS and NGND/GND, as the trie of the published encoder has it.
enum AnalogColumn : std::size_t {
    LevelM = 3,
    LevelI,
    LevelV,
    LevelR,
    LevelC,
    LevelNet,
    First,  ///< N, PLUS, NGND
    Second, ///< P, MINUS, GND
    Drain,
    Gate,
    Source,
    Bulk
};

bool isSource(DeviceKind kind) {
    return kind == DeviceKind::VoltageSource || kind == DeviceKind::CurrentSource;
}

double valueOf(const Circuit& circuit, DeviceId device) {
    return circuit.deviceParameter(device, "value").value_or(0.0);
}

/// AC stimulus of an independent source: magnitude, and phase in degrees.
double acMagnitude(const Circuit& circuit, DeviceId device) {
    return circuit.deviceParameter(device, "ac").value_or(0.0);
}
double acPhase(const Circuit& circuit, DeviceId device) {
    return circuit.deviceParameter(device, "acphase").value_or(0.0);
}

/// The source that a resistive network calls its input: the one named "vin", else the first whose
/// name starts so, else the first of all.
DeviceId inputSource(const Circuit& circuit) {
    DeviceId first = netlist::kNone;
    DeviceId similar = netlist::kNone;
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        if (circuit.deviceKind(d) != DeviceKind::VoltageSource)
            continue;
        const std::string name = toLower(circuit.deviceName(d));
        if (name == "vin")
            return d;
        if (similar == netlist::kNone && name.starts_with("vin"))
            similar = d;
        if (first == netlist::kNone)
            first = d;
    }
    return similar != netlist::kNone ? similar : first;
}

class Builder {
public:
    Builder(const TerminalGraph& graph, NodeFeatures& out)
        : m_graph(graph)
        , m_circuit(graph.circuit())
        , m_out(out) {
        m_out.width = m_out.columns.size();
        m_out.values.assign(graph.nodeCount() * m_out.width, 0.0f);
        m_out.known.assign(graph.nodeCount(), 0);
        m_out.outputMask.assign(graph.nodeCount(), 0);
    }

    void resistive() {
        const DeviceId input = inputSource(m_circuit);
        for (DeviceId d = 0; d < m_circuit.deviceCount(); ++d) {
            const DeviceKind kind = m_circuit.deviceKind(d);
            const std::uint32_t first = m_circuit.firstTerminal(d);
            if (m_circuit.deviceNets(d).size() != 2)
                continue;
            if (kind == DeviceKind::Resistor) {
                set(first, Rt);
                set(first + 1, Rt);
            } else if (kind == DeviceKind::VoltageSource) {
                set(first, d == input ? VsrcP : Vp);
                set(first + 1, d == input ? VsrcM : Vn);
            } else {
                continue;
            }
            const auto value = static_cast<float>(valueOf(m_circuit, d));
            row(first)[0] = row(first + 1)[0] = value;
        }
        const auto driven = sourceDrivenNets(m_graph);
        for (NetId net = 0; net < m_graph.netCount(); ++net) {
            const std::uint32_t node = m_graph.nodeOfNet(net);
            if (m_circuit.isGround(net)) {
                set(node, Gnd);
            } else {
                set(node, driven[net] ? VnodeI : VnodeO);
                m_out.outputMask[node] = driven[net] ? 0 : 1;
            }
        }
    }

    void analog() {
        for (DeviceId d = 0; d < m_circuit.deviceCount(); ++d) {
            switch (m_circuit.deviceKind(d)) {
            case DeviceKind::Mosfet:
                mosfet(d);
                break;
            case DeviceKind::CurrentSource:
                twoTerminal(d, LevelI);
                break;
            case DeviceKind::VoltageSource:
                twoTerminal(d, LevelV);
                break;
            case DeviceKind::Resistor:
                twoTerminal(d, LevelR);
                break;
            case DeviceKind::Capacitor:
                twoTerminal(d, LevelC);
                break;
            default: // the schema has no code for it
                break;
            }
        }
        for (NetId net = 0; net < m_graph.netCount(); ++net) {
            const std::uint32_t node = m_graph.nodeOfNet(net);
            const bool ground = m_circuit.isGround(net);
            set(node, LevelNet);
            set(node, ground ? Second : First);
            m_out.outputMask[node] = ground ? 0 : 1;
        }
    }

private:
    float* row(std::uint32_t node) { return m_out.values.data() + node * m_out.width; }
    void set(std::uint32_t node, std::size_t column) {
        row(node)[column] = 1.0f;
        m_out.known[node] = 1;
    }

    void mosfet(DeviceId d) {
        const char polarity = m_circuit.devicePolarity(d);
        if (polarity != 'n' && polarity != 'p')
            return;
        double multiplier = 1.0;
        for (const char* name : {"m", "mult"})
            if (const auto m = m_circuit.deviceParameter(d, name)) {
                multiplier = *m;
                break;
            }
        const auto count = static_cast<std::uint32_t>(m_circuit.deviceNets(d).size());
        const std::uint32_t first = m_circuit.firstTerminal(d);
        for (std::uint32_t i = 0; i < std::min(count, 4u); ++i) {
            const std::uint32_t node = first + i;
            set(node, LevelM);
            set(node, polarity == 'n' ? First : Second);
            set(node, Drain + i);
            row(node)[0] = static_cast<float>(multiplier);
        }
    }

    void twoTerminal(DeviceId d, std::size_t level) {
        if (m_circuit.deviceNets(d).size() < 2)
            return;
        const std::uint32_t first = m_circuit.firstTerminal(d);
        float property[3] = {0, 0, 0};
        if (isSource(m_circuit.deviceKind(d))) {
            property[0] = static_cast<float>(acMagnitude(m_circuit, d));
            property[1] = static_cast<float>(acPhase(m_circuit, d));
            property[2] = static_cast<float>(valueOf(m_circuit, d));
        } else {
            property[0] = static_cast<float>(valueOf(m_circuit, d));
        }
        for (std::uint32_t i = 0; i < 2; ++i) {
            set(first + i, level);
            set(first + i, i == 0 ? First : Second);
            std::copy(property, property + 3, row(first + i));
        }
    }

    const TerminalGraph& m_graph;
    const Circuit& m_circuit;
    NodeFeatures& m_out;
};

} // namespace

FeatureSchema naturalSchema(const netlist::Circuit& circuit) {
    if (circuit.deviceCount() == 0)
        return FeatureSchema::Analog;
    for (DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        const DeviceKind kind = circuit.deviceKind(d);
        if (kind != DeviceKind::Resistor && kind != DeviceKind::VoltageSource)
            return FeatureSchema::Analog;
        if (kind == DeviceKind::VoltageSource && acMagnitude(circuit, d) != 0.0)
            return FeatureSchema::Analog;
    }
    return FeatureSchema::Resistive;
}

const char* schemaName(FeatureSchema schema) {
    return schema == FeatureSchema::Resistive ? "resistive" : "analog";
}

NodeFeatures nodeFeatures(const TerminalGraph& graph, FeatureSchema schema) {
    NodeFeatures out;
    out.schema = schema;
    if (schema == FeatureSchema::Resistive) {
        out.columns = {"value", "gnd", "rt", "vn", "vnode_i", "vnode_o", "vp", "vsrcm", "vsrcp"};
        Builder(graph, out).resistive();
    } else {
        out.columns = {"p0",    "p1",          "p2",          "M", "I", "V", "R", "C",
                       "VNode", "N|PLUS|NGND", "P|MINUS|GND", "D", "G", "S", "B"};
        Builder(graph, out).analog();
    }
    return out;
}

} // namespace ohm::graph
