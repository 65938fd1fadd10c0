// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/circuitgraph.h"

#include "core/dataset/random.h"
#include "core/parasitics/names.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace ohm::parasitics {
namespace {

using netlist::DeviceKind;

DeviceType typeOf(const netlist::Circuit& circuit, netlist::DeviceId device) {
    switch (circuit.deviceKind(device)) {
    case DeviceKind::Mosfet:
        return circuit.devicePolarity(device) == 'p' ? DeviceType::Pmos : DeviceType::Nmos;
    case DeviceKind::Resistor:
        return DeviceType::Resistor;
    case DeviceKind::Capacitor:
        return DeviceType::Capacitor;
    case DeviceKind::Diode:
        return DeviceType::Diode;
    case DeviceKind::Bjt:
        return DeviceType::Bjt;
    default:
        return DeviceType::Other;
    }
}

struct Sizes {
    double m = 1, nf = 1, w = 0, l = 0, area = 0, perimeter = 0;
};

/// Numbers of one device, all from one pass over its parameters.
Sizes sizesOf(const netlist::Circuit& circuit, netlist::DeviceId device) {
    Sizes s;
    for (const auto& p : circuit.deviceParameters(device)) {
        if (!p.value || !std::isfinite(*p.value))
            continue;
        const double v = *p.value;
        if (p.name == "w")
            s.w = v;
        else if (p.name == "l")
            s.l = v;
        else if ((p.name == "m" || p.name == "mult" || p.name == "mf") && v > 0)
            s.m = v;
        else if ((p.name == "nf" || p.name == "nr") && v > 0)
            s.nf = v;
        else if (p.name == "area")
            s.area = v;
        else if (p.name == "pj" || p.name == "perim")
            s.perimeter = v;
    }
    return s;
}

/// Metres per unit of W and L in this file: a MOS length is 0.03 to 20 um, so a median far above a
/// millimetre is in micrometres.
double lengthUnit(const std::vector<Sizes>& sizes, const std::vector<std::uint8_t>& types) {
    std::vector<double> lengths;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if ((types[i] == static_cast<std::uint8_t>(DeviceType::Nmos) ||
             types[i] == static_cast<std::uint8_t>(DeviceType::Pmos)) &&
            sizes[i].l > 0)
            lengths.push_back(sizes[i].l);
    }
    if (lengths.empty())
        return 1;
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    return *middle > 1e-3 ? 1e-6 : 1;
}

/// Gate, source or drain, bulk of a MOS terminal "d g s b".
enum class MosRole { Gate, Channel, Bulk };
MosRole mosRole(std::size_t terminal) {
    return terminal == 1 ? MosRole::Gate : terminal >= 3 ? MosRole::Bulk : MosRole::Channel;
}

/// The net at the most bulks of one polarity, if it holds at least half of them and two: a rail,
/// whatever it is called.
std::optional<netlist::NetId> netOfBulks(const netlist::Circuit& circuit, DeviceType polarity) {
    std::unordered_map<netlist::NetId, std::size_t> bulks;
    std::size_t all = 0;
    for (netlist::DeviceId d = 0; d < circuit.deviceCount(); ++d) {
        const auto nets = circuit.deviceNets(d);
        if (typeOf(circuit, d) != polarity || nets.size() < 4)
            continue;
        ++all;
        ++bulks[nets[3]];
    }
    std::optional<netlist::NetId> best;
    for (const auto& [net, count] : bulks) {
        if (count >= 2 && 2 * count >= all && (!best || count > bulks[*best]))
            best = net;
    }
    return best;
}

std::uint32_t levelOf(std::string_view name) {
    return 1 + static_cast<std::uint32_t>(std::count(name.begin(), name.end(), '.') +
                                          std::count(name.begin(), name.end(), '/'));
}

} // namespace

std::size_t CircuitGraph::edgeCount() const {
    return pins +
           static_cast<std::size_t>(std::count_if(pinNet.begin(), pinNet.end(),
                                                  [](std::uint32_t net) { return net != kNoNet; }));
}

Expected<CircuitGraph> buildGraph(const netlist::Circuit& circuit, const GraphOptions& options) {
    CircuitGraph g;
    const auto netTotal = static_cast<std::uint32_t>(circuit.netCount());
    std::vector<std::string> extraGround, extraSupply;
    for (const auto& name : options.ground)
        extraGround.push_back(canonicalName(name));
    for (const auto& name : options.supply)
        extraSupply.push_back(canonicalName(name));
    const auto listed = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    std::vector<std::uint8_t> rail(netTotal, 0);
    std::vector<std::uint32_t> nodeOf(netTotal, CircuitGraph::kNoNet);
    std::vector<std::string> names;
    bool named[3] = {false, false, false};
    for (std::uint32_t net = 0; net < netTotal; ++net) {
        names.push_back(canonicalName(circuit.netName(net)));
        const std::string& name = names.back();
        if (circuit.isGround(net) || isGroundName(name) || listed(extraGround, name))
            rail[net] = 1;
        else if (isSupplyName(name) || listed(extraSupply, name))
            rail[net] = 2;
        named[rail[net]] = true;
    }
    // Rails of other names, where no net has one that is known.
    if (const auto net = named[1] ? std::nullopt : netOfBulks(circuit, DeviceType::Nmos))
        rail[*net] = rail[*net] == 0 ? 1 : rail[*net];
    if (const auto net = named[2] ? std::nullopt : netOfBulks(circuit, DeviceType::Pmos))
        rail[*net] = rail[*net] == 0 ? 2 : rail[*net];
    for (std::uint32_t net = 0; net < netTotal; ++net) {
        if (rail[net] != 0)
            continue;
        nodeOf[net] = g.nets++;
        g.netIds.push_back(net);
        g.netNames.push_back(std::move(names[net]));
    }
    if (circuit.deviceCount() == 0)
        return fail("PAR-008", "The circuit has no devices", {}, {},
                    "Choose the netlist of the circuit; the top names its subcircuit");
    if (g.nets == 0)
        return fail("PAR-020", "The circuit has no nets but ground and supplies", {}, {},
                    "Name the rails with --ground and --supply if they were taken for others");
    g.devices = static_cast<std::uint32_t>(circuit.deviceCount());
    std::vector<Sizes> sizes(g.devices);
    g.deviceType.resize(g.devices);
    for (std::uint32_t d = 0; d < g.devices; ++d) {
        g.deviceType[d] = static_cast<std::uint8_t>(typeOf(circuit, d));
        sizes[d] = sizesOf(circuit, d);
        if (options.deviceNames)
            g.deviceNames.push_back(canonicalName(circuit.deviceName(d)));
    }
    const double unit = lengthUnit(sizes, g.deviceType);
    g.netStats.assign(std::size_t{g.nets} * kNetStats, 0);
    g.deviceStats.assign(std::size_t{g.devices} * kDeviceStats, 0);
    const std::size_t ports = circuit.isDeck() ? 0 : circuit.cellPortCount(circuit.topCell());
    for (std::uint32_t port = 0; port < ports; ++port) {
        const auto net = circuit.flatNet({}, port);
        if (net && nodeOf[*net] != CircuitGraph::kNoNet)
            g.netStats[std::size_t{nodeOf[*net]} * kNetStats + 15] = 1;
    }
    for (std::uint32_t net = 0; net < g.nets; ++net)
        g.netStats[std::size_t{net} * kNetStats + 16] =
            1.0F / static_cast<float>(levelOf(g.netNames[net]));
    std::vector<std::uint32_t> counted; // nets of this device, each once
    for (std::uint32_t d = 0; d < g.devices; ++d) {
        const auto nets = circuit.deviceNets(d);
        const auto type = static_cast<DeviceType>(g.deviceType[d]);
        const Sizes s = sizes[d];
        const auto w = static_cast<float>(s.w * unit), l = static_cast<float>(s.l * unit);
        const auto m = static_cast<float>(s.m), nf = static_cast<float>(s.nf);
        float* row = g.deviceStats.data() + std::size_t{d} * kDeviceStats;
        const bool mos = type == DeviceType::Nmos || type == DeviceType::Pmos;
        if (mos) {
            row[0] = m;
            row[1] = w;
            row[2] = l;
        } else if (type == DeviceType::Resistor) {
            row[5] = m;
            row[6] = w;
            row[7] = l;
        } else if (type == DeviceType::Capacitor) {
            row[8] = m;
            row[9] = nf;
            row[10] = l;
        } else if (type == DeviceType::Diode) {
            row[11] = m;
            row[12] = static_cast<float>(s.area);
            row[13] = static_cast<float>(s.perimeter);
        }
        row[14] = static_cast<float>(nets.size());
        row[15] = static_cast<float>(g.deviceType[d]);
        counted.clear();
        for (std::size_t t = 0; t < nets.size(); ++t) {
            const std::uint32_t node = nodeOf[nets[t]];
            const bool bulk = mos && mosRole(t) == MosRole::Bulk;
            if (!bulk) {
                g.pinDevice.push_back(d);
                g.pinNet.push_back(node);
                g.pinRole.push_back(static_cast<std::uint8_t>(std::min<std::size_t>(t, 16)));
                g.pinRail.push_back(rail[nets[t]]);
            }
            if (node == CircuitGraph::kNoNet)
                continue;
            float* stats = g.netStats.data() + std::size_t{node} * kNetStats;
            const bool first = std::find(counted.begin(), counted.end(), node) == counted.end();
            if (first)
                counted.push_back(node);
            switch (type) {
            case DeviceType::Nmos:
            case DeviceType::Pmos:
                if (first)
                    stats[0] += m;
                if (mosRole(t) == MosRole::Gate) {
                    stats[1] += m * nf;
                    stats[5] += m * nf * l;
                } else if (mosRole(t) == MosRole::Channel) {
                    stats[2] += m * nf;
                    stats[4] += m * w;
                } else {
                    stats[3] += m;
                }
                break;
            case DeviceType::Resistor:
                stats[6] += m;
                stats[7] += w;
                stats[8] += l;
                break;
            case DeviceType::Capacitor:
                stats[9] += m;
                stats[10] += nf;
                stats[11] += l;
                break;
            case DeviceType::Diode:
                stats[12] += m;
                stats[13] += static_cast<float>(s.area);
                stats[14] += static_cast<float>(s.perimeter);
                break;
            default:
                break;
            }
        }
    }
    g.pins = static_cast<std::uint32_t>(g.pinDevice.size());
    return g;
}

Adjacency adjacencyOf(const CircuitGraph& g) {
    Adjacency a;
    a.rows.assign(std::size_t{g.nodes()} + 1, 0);
    const auto each = [&](auto&& fn) {
        for (std::uint32_t p = 0; p < g.pins; ++p) {
            const std::uint32_t pin = g.pinNode(p);
            fn(g.deviceNode(g.pinDevice[p]), pin);
            if (g.pinNet[p] != CircuitGraph::kNoNet)
                fn(g.pinNet[p], pin);
        }
    };
    each([&](std::uint32_t x, std::uint32_t y) {
        ++a.rows[x + 1];
        ++a.rows[y + 1];
    });
    for (std::size_t i = 1; i < a.rows.size(); ++i)
        a.rows[i] += a.rows[i - 1];
    a.columns.resize(a.rows.back());
    std::vector<std::uint64_t> next(a.rows.begin(), a.rows.end() - 1);
    each([&](std::uint32_t x, std::uint32_t y) {
        a.columns[next[x]++] = y;
        a.columns[next[y]++] = x;
    });
    return a;
}

CircuitGraph generateGraph(std::uint32_t nodes, std::uint64_t seed) {
    // Per device: itself, three pins, and a third of a net, as in a memory of six-transistor cells.
    CircuitGraph g;
    g.name = "generated";
    dataset::Random random(seed, 0);
    g.devices = std::max<std::uint32_t>(8, nodes * 3 / 13);
    g.nets = std::max<std::uint32_t>(16, g.devices / 3);
    g.pins = 3 * g.devices;
    const std::uint32_t lines = std::max<std::uint32_t>(
        4, static_cast<std::uint32_t>(std::sqrt(static_cast<double>(g.nets))));
    const std::uint32_t inner = g.nets > 2 * lines ? g.nets - 2 * lines : 1;
    g.deviceType.resize(g.devices);
    g.netStats.assign(std::size_t{g.nets} * kNetStats, 0);
    g.deviceStats.assign(std::size_t{g.devices} * kDeviceStats, 0);
    g.pinDevice.reserve(g.pins);
    g.pinNet.reserve(g.pins);
    for (std::uint32_t d = 0; d < g.devices; ++d) {
        const std::uint32_t cell = d / 6;
        const std::uint32_t word = cell / lines % lines, bit = cell % lines;
        const std::uint32_t own = 2 * lines + (2 * cell) % inner;
        const std::uint32_t other = 2 * lines + (2 * cell + 1) % inner;
        const bool pass = d % 6 < 2;
        const bool logic = cell % 16 == 15;
        const auto any = [&] {
            return 2 * lines + static_cast<std::uint32_t>(random.below(inner));
        };
        const std::uint32_t gate = logic ? any() : pass ? word : d % 2 ? own : other;
        const std::uint32_t drain = logic ? any() : d % 2 ? other : own;
        const std::uint32_t source = logic ? any() : pass ? lines + bit : CircuitGraph::kNoNet;
        g.deviceType[d] =
            static_cast<std::uint8_t>(d % 6 < 4 ? DeviceType::Nmos : DeviceType::Pmos);
        float* row = g.deviceStats.data() + std::size_t{d} * kDeviceStats;
        row[0] = 1;
        row[1] = pass ? 0.14e-6F : 0.21e-6F;
        row[2] = 0.15e-6F;
        row[14] = 4;
        row[15] = static_cast<float>(g.deviceType[d]);
        const std::array<std::uint32_t, 3> nets{drain, gate, source};
        for (std::uint8_t role = 0; role < 3; ++role) {
            g.pinDevice.push_back(d);
            g.pinNet.push_back(nets[role]);
            g.pinRole.push_back(role);
            g.pinRail.push_back(nets[role] == CircuitGraph::kNoNet ? 1 : 0);
            if (nets[role] == CircuitGraph::kNoNet)
                continue;
            float* stats = g.netStats.data() + std::size_t{nets[role]} * kNetStats;
            stats[0] += 1;
            stats[role == 1 ? 1 : 2] += 1;
            stats[role == 1 ? 5 : 4] += role == 1 ? row[2] : row[1];
        }
    }
    for (std::uint32_t n = 0; n < g.nets; ++n) {
        g.netIds.push_back(n);
        g.netStats[std::size_t{n} * kNetStats + 16] = 1;
    }
    return g;
}

} // namespace ohm::parasitics
