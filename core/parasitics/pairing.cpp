// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/collector.h"
#include "core/parasitics/design.h"
#include "core/parasitics/labels.h"
#include "core/parasitics/names.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace ohm::parasitics {
namespace {

constexpr std::size_t kMostUnpaired = 1000;
constexpr std::uint32_t kNowhere = 0xFFFFFFFFu; ///< not in the schematic
constexpr std::uint32_t kSupply = 0xFFFFFFFEu;
constexpr std::uint32_t kGroundRail = 0xFFFFFFFDu;

/// Instances and nets of the cells by canonical name, made when first asked for.
class Hierarchy {
public:
    explicit Hierarchy(const netlist::Circuit& circuit)
        : m_circuit(circuit)
        , m_cells(circuit.cellCount()) {}

    /// The flat net that "inst.inst.net" or "inst.port" means. Instance names may hold dots.
    std::optional<netlist::NetId> resolve(std::string_view path) {
        m_path.clear();
        return resolve(m_circuit.topCell(), path);
    }

private:
    struct Cell {
        bool made = false;
        std::unordered_map<std::string, std::uint32_t> nets, instances;
    };
    const Cell& cell(netlist::CellId id) {
        Cell& c = m_cells[id];
        if (!c.made) {
            c.made = true;
            for (std::uint32_t n = 0; n < m_circuit.cellNetCount(id); ++n)
                c.nets.emplace(foldedName(m_circuit.cellNetName(id, n)), n);
            for (std::uint32_t i = 0; i < m_circuit.cellInstanceCount(id); ++i) {
                const auto view = m_circuit.cellInstance(id, i);
                if (view.child == netlist::kNone)
                    continue;
                // As a component of a path: without its leading x.
                std::string name = canonicalName(std::string(view.name) + ".");
                name.pop_back();
                c.instances.emplace(std::move(name), i);
            }
        }
        return c;
    }
    std::optional<netlist::NetId> resolve(netlist::CellId id, std::string_view rest) {
        const Cell& c = cell(id);
        if (const auto net = c.nets.find(std::string(rest)); net != c.nets.end()) {
            if (const auto flat = m_circuit.flatNet(m_path, net->second))
                return flat;
        }
        for (std::size_t dot = rest.find('.'); dot != std::string_view::npos;
             dot = rest.find('.', dot + 1)) {
            const auto found = c.instances.find(std::string(rest.substr(0, dot)));
            if (found == c.instances.end())
                continue;
            m_path.push_back(found->second);
            const auto net =
                resolve(m_circuit.cellInstance(id, found->second).child, rest.substr(dot + 1));
            m_path.pop_back();
            if (net)
                return net;
        }
        return {};
    }
    const netlist::Circuit& m_circuit;
    std::vector<Cell> m_cells;
    std::vector<std::uint32_t> m_path;
};

/// Role of a pin's name at a device: what the graph's pins of this device are called.
std::optional<std::uint8_t> roleOf(const netlist::Circuit& circuit, netlist::DeviceId device,
                                   std::string_view pin) {
    const auto count = static_cast<unsigned>(circuit.deviceNets(device).size());
    const std::string name = foldedName(pin);
    for (unsigned t = 0; t < count; ++t) {
        const std::string_view role = netlist::terminalRole(circuit.deviceKind(device), t, count);
        if (name == role ||
            (role.size() == 1 &&
             (name == "gate" || name == "drain" || name == "source" || name == "bulk") &&
             name[0] == role[0]) ||
            name == std::to_string(t + 1))
            return static_cast<std::uint8_t>(std::min(t, 16u));
    }
    return {};
}

class Pairing {
public:
    Pairing(const netlist::Circuit& circuit, const Extraction& extraction, CircuitGraph graph)
        : m_circuit(circuit)
        , m_extraction(extraction)
        , m_hierarchy(circuit) {
        m_out.design.graph = std::move(graph);
        const CircuitGraph& g = m_out.design.graph;
        m_graphNet.assign(circuit.netCount(), kNowhere);
        for (std::uint32_t n = 0; n < g.nets; ++n) {
            m_graphNet[g.netIds[n]] = n;
            const auto [it, fresh] = m_byName.emplace(g.netNames[n], n);
            if (!fresh)
                it->second = kNowhere; // two nets of one name: only an exact path tells them apart
            m_byFolded.emplace(foldedName(circuit.netName(g.netIds[n])), n);
        }
    }

    Expected<PairedDesign> run(const GraphOptions& options, const StopToken& stop) {
        m_options = &options;
        const std::size_t count = m_extraction.nodes.size();
        m_place.assign(count, kNowhere);
        PairingReport& report = m_out.report;
        for (std::size_t i = 0; i < count; ++i) {
            if (i % 4096 == 0 && stop.shouldStop())
                return fail("PAR-002", "Pairing was stopped");
            const ExtractedNode& node = m_extraction.nodes[i];
            m_place[i] = node.isPin() ? pin(node) : net(node.name);
        }
        netsByTheirPins();
        tally();
        build();
        if (report.pairedNets == 0)
            return fail("PAR-021", "No net of the extraction is in the schematic",
                        report.unpaired.empty() ? std::string{}
                                                : "such as " + report.unpaired.front().name,
                        m_extraction.top,
                        "Check that both files are of the same circuit; --top and --extracted-top "
                        "name the subcircuits");
        return std::move(m_out);
    }

private:
    std::uint32_t railOrNet(netlist::NetId flat) const {
        const std::uint32_t n = m_graphNet[flat];
        if (n != kNowhere)
            return n;
        return m_circuit.isGround(flat) || isGroundName(m_circuit.netName(flat)) ? kGroundRail
                                                                                 : kSupply;
    }

    std::uint32_t net(const std::string& name) {
        const std::string folded = foldedName(name);
        if (const auto it = m_byFolded.find(folded); it != m_byFolded.end())
            return it->second;
        const std::string canonical = canonicalName(name);
        if (const auto it = m_byName.find(canonical);
            it != m_byName.end() && it->second != kNowhere)
            return it->second;
        if (isGroundName(canonical) || listed(m_options->ground, canonical))
            return kGroundRail;
        if (isSupplyName(canonical) || listed(m_options->supply, canonical))
            return kSupply;
        if (const auto flat = m_hierarchy.resolve(canonical)) {
            ++m_out.report.byPins;
            return railOrNet(*flat);
        }
        return kNowhere;
    }

    std::uint32_t pin(const ExtractedNode& node) {
        if (m_devices.empty())
            indexDevices();
        const std::string instance = canonicalName(node.instance + ".");
        if (const auto device = m_devices.find(instance); device != m_devices.end()) {
            const auto role = roleOf(m_circuit, device->second, node.pin);
            if (role) {
                const CircuitGraph& g = m_out.design.graph;
                for (std::uint32_t p = m_firstPin[device->second];
                     p < g.pins && g.pinDevice[p] == device->second; ++p) {
                    if (g.pinRole[p] == *role)
                        return g.pinNode(p);
                }
                // A bulk terminal: its net stands for it.
                const auto nets = m_circuit.deviceNets(device->second);
                if (*role < nets.size())
                    return railOrNet(nets[*role]);
            }
        }
        if (const auto flat = m_hierarchy.resolve(instance + foldedName(node.pin)))
            return railOrNet(*flat);
        return kNowhere;
    }

    void indexDevices() {
        const CircuitGraph& g = m_out.design.graph;
        m_firstPin.assign(g.devices, g.pins);
        for (std::uint32_t p = g.pins; p-- > 0;)
            m_firstPin[g.pinDevice[p]] = p;
        for (std::uint32_t d = 0; d < g.devices; ++d)
            m_devices.emplace(canonicalName(m_circuit.deviceName(d) + "."), d);
    }

    static bool listed(const std::vector<std::string>& names, const std::string& canonical) {
        return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            return canonicalName(name) == canonical;
        });
    }

    /// A net that has no name in the schematic, but pins on one net of it.
    void netsByTheirPins() {
        const CircuitGraph& g = m_out.design.graph;
        for (std::size_t i = 0; i < m_extraction.nodes.size(); ++i) {
            const ExtractedNode& node = m_extraction.nodes[i];
            if (!node.isPin() || node.net == ExtractedNode::kNoNet || m_place[i] == kNowhere ||
                m_place[node.net] != kNowhere)
                continue;
            std::uint32_t net = m_place[i];
            if (net < g.nodes() && g.kind(net) == NodeKind::Pin)
                net = g.pinNet[net - g.nets - g.devices];
            if (net != CircuitGraph::kNoNet) {
                m_place[node.net] = net;
                ++m_out.report.byPins;
            }
        }
    }

    void tally() {
        PairingReport& report = m_out.report;
        for (std::size_t i = 0; i < m_place.size(); ++i) {
            const bool isPin = m_extraction.nodes[i].isPin();
            if (m_place[i] == kSupply || m_place[i] == kGroundRail)
                report.supplies += m_place[i] == kSupply ? 1 : 0;
            else if (isPin)
                report.pins += m_place[i] != kNowhere ? 1 : 0;
            else {
                ++report.extractedNets;
                report.pairedNets += m_place[i] != kNowhere ? 1 : 0;
            }
        }
    }

    void build() {
        Design& design = m_out.design;
        PairingReport& report = m_out.report;
        const CircuitGraph& g = design.graph;
        report.schematicNets = g.nets;
        std::vector<std::uint8_t> paired(g.nets, 0);
        for (std::size_t i = 0; i < m_place.size(); ++i) {
            if (m_place[i] < g.nets)
                paired[m_place[i]] = 1;
        }
        report.schematicPaired =
            static_cast<std::size_t>(std::count(paired.begin(), paired.end(), 1));
        design.ground.assign(g.nets, 0);
        std::vector<double> ground(g.nodes(), 0);
        std::vector<double> lost(m_place.size(), 0);
        PairSums sums;
        bool pinGround = false;
        for (std::size_t i = 0; i < m_place.size(); ++i) {
            const double farad = m_extraction.ground[i];
            if (!(farad > 0))
                continue;
            report.farad += farad;
            if (m_place[i] < g.nodes()) {
                ground[m_place[i]] += farad;
                pinGround = pinGround || m_place[i] >= g.nets;
            } else if (m_place[i] == kNowhere) {
                lost[i] += farad;
                report.faradLost += farad;
                ++report.groundLost;
            }
        }
        for (const ExtractedCoupling& c : m_extraction.couplings) {
            const std::uint32_t a = m_place[c.a], b = m_place[c.b];
            report.farad += c.farad;
            if (a == b)
                continue; // parts of one net
            const bool railA = a == kSupply || a == kGroundRail;
            const bool railB = b == kSupply || b == kGroundRail;
            if (railA || railB) {
                if (a == kGroundRail || b == kGroundRail) {
                    const std::uint32_t other = railA ? b : a;
                    if (other < g.nodes())
                        ground[other] += c.farad;
                    continue;
                }
                ++report.couplingsSupply;
                report.faradSupply += c.farad;
                continue;
            }
            if (a == kNowhere || b == kNowhere) {
                ++report.couplingsLost;
                report.faradLost += c.farad;
                lost[a == kNowhere ? c.a : c.b] += c.farad;
                continue;
            }
            sums.at(std::min(a, b), std::max(a, b)) += c.farad;
        }
        sums.forEach([&](std::uint32_t a, std::uint32_t b, double farad) {
            const bool pinA = g.kind(a) == NodeKind::Pin, pinB = g.kind(b) == NodeKind::Pin;
            design.couplings.push_back({a, b, static_cast<float>(farad),
                                        pinA && pinB   ? CouplingKind::PinPin
                                        : pinA || pinB ? CouplingKind::PinNet
                                                       : CouplingKind::NetNet});
            report.couplingsInRange += farad > kLeastCoupling && farad < kMostCoupling ? 1 : 0;
        });
        std::sort(design.couplings.begin(), design.couplings.end(),
                  [](const Coupling& x, const Coupling& y) {
                      return x.a != y.a ? x.a < y.a : x.b < y.b;
                  });
        report.couplings = design.couplings.size();
        for (std::uint32_t n = 0; n < g.nets; ++n) {
            design.ground[n] = static_cast<float>(ground[n]);
            report.groundNets += ground[n] > 0 ? 1 : 0;
        }
        if (pinGround) {
            design.pinGround.resize(g.pins);
            for (std::uint32_t p = 0; p < g.pins; ++p)
                design.pinGround[p] = static_cast<float>(ground[g.pinNode(p)]);
        }
        listUnpaired(lost);
    }

    void listUnpaired(const std::vector<double>& lost) {
        PairingReport& report = m_out.report;
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < m_place.size(); ++i) {
            if (m_place[i] == kNowhere)
                order.push_back(i);
        }
        report.unpairedTotal = order.size();
        const std::size_t shown = std::min(order.size(), kMostUnpaired);
        std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown),
                          order.end(), [&](std::size_t x, std::size_t y) {
                              return lost[x] != lost[y] ? lost[x] > lost[y] : x < y;
                          });
        for (std::size_t k = 0; k < shown; ++k) {
            const ExtractedNode& node = m_extraction.nodes[order[k]];
            report.unpaired.push_back(
                {node.name,
                 node.isPin() ? "the schematic has no such instance or pin"
                              : "the schematic has no net of this name (fill, a floating shape, or "
                                "a net without a device)",
                 lost[order[k]]});
        }
        if (report.couplings == 0 && report.groundNets > 0)
            report.findings.push_back({Severity::Note,
                                       "PAR-022",
                                       "The extraction has no couplings between signal nets, only "
                                       "ground capacitances",
                                       {},
                                       0,
                                       0,
                                       {}});
        if (report.unpairedTotal * 2 > report.extractedNets)
            report.findings.push_back(
                {Severity::Warning,
                 "PAR-023",
                 "More than half of the extracted nets have no counterpart: the files may be of "
                 "different circuits",
                 {},
                 0,
                 0,
                 {}});
    }

    const netlist::Circuit& m_circuit;
    const Extraction& m_extraction;
    const GraphOptions* m_options = nullptr;
    Hierarchy m_hierarchy;
    PairedDesign m_out;
    std::vector<std::uint32_t> m_graphNet; ///< by flat net
    std::unordered_map<std::string, std::uint32_t> m_byName, m_byFolded, m_devices;
    std::vector<std::uint32_t> m_firstPin;
    std::vector<std::uint32_t> m_place; ///< graph node of every extracted node
};

} // namespace

Expected<PairedDesign> pairDesign(const netlist::Circuit& schematic, const Extraction& extraction,
                                  const GraphOptions& options, StopToken stop) {
    auto graph = buildGraph(schematic, options);
    if (!graph)
        return graph.failure();
    return Pairing(schematic, extraction, std::move(*graph)).run(options, stop);
}

} // namespace ohm::parasitics
