// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/blockview.h"

#include "core/schematic/blockshape.h"

#include <map>
#include <numeric>
#include <unordered_map>

namespace ohm::schematic::draw {
namespace {

using netlist::kNone;

constexpr std::size_t kStopEvery = 65536;
/// Loose devices hang together through nets with no more terminals than this.
constexpr std::size_t kLocalNet = 12;
constexpr std::size_t kLargestCluster = 400;

/// A box in the making: one or many instances.
struct Part {
    std::vector<std::uint32_t> members; ///< instances of the cell
    netlist::CellId child = kNone;      ///< all of this cell, or loose devices
    std::string caption;
};

class Blocks {
public:
    Blocks(const netlist::Circuit& circuit, std::span<const std::uint32_t> path, const Place& place,
           const StopToken& stop)
        : m_circuit(circuit)
        , m_path(path)
        , m_place(place)
        , m_stop(stop)
        , m_roles(circuit) {}

    Expected<Model> run() {
        const std::size_t count = m_circuit.cellInstanceCount(m_place.cell);
        if (count > kMaxInstances)
            return fail("SCH-022", "The cell is too large even for a block view.",
                        std::to_string(count) + " instances",
                        std::string(m_circuit.cellName(m_place.cell)));
        if (!gather())
            return fail("SCH-020", "The drawing was stopped.");
        limit();
        build();
        return std::move(m_model);
    }

private:
    /// Instances by cell, loose devices by the nets they share. False: stopped.
    bool gather() {
        const auto count = static_cast<std::uint32_t>(m_circuit.cellInstanceCount(m_place.cell));
        m_uses.assign(m_circuit.cellNetCount(m_place.cell), 0);
        std::map<netlist::CellId, std::vector<std::uint32_t>> byChild;
        std::vector<std::uint32_t> loose;
        for (std::uint32_t i = 0; i < count; ++i) {
            if (i % kStopEvery == 0 && m_stop.stopRequested())
                return false;
            const netlist::InstanceView instance = m_circuit.cellInstance(m_place.cell, i);
            for (const std::uint32_t n : instance.nets)
                ++m_uses[n];
            if (instance.child != kNone)
                byChild[instance.child].push_back(i);
            else if (!instance.nets.empty())
                loose.push_back(i);
        }
        for (auto& [child, members] : byChild) {
            const std::string name(m_circuit.cellName(child));
            if (members.size() < kArrayFrom) {
                for (const std::uint32_t i : members)
                    m_parts.push_back({{i}, child, name});
            } else {
                const std::string times = " ×" + std::to_string(members.size());
                m_parts.push_back({std::move(members), child, name + times});
            }
        }
        return gatherLoose(loose);
    }

    bool gatherLoose(const std::vector<std::uint32_t>& loose) {
        std::unordered_map<std::uint32_t, std::uint32_t> rootOf;
        for (const std::uint32_t i : loose)
            rootOf[i] = i;
        std::unordered_map<std::uint32_t, std::uint32_t> size;
        const auto find = [&](std::uint32_t i) {
            while (rootOf[i] != i)
                i = rootOf[i] = rootOf[rootOf[i]];
            return i;
        };
        std::unordered_map<std::uint32_t, std::uint32_t> firstOn; // per net, a device on it
        std::size_t step = 0;
        for (const std::uint32_t i : loose) {
            if (++step % kStopEvery == 0 && m_stop.stopRequested())
                return false;
            for (const std::uint32_t n : m_circuit.cellInstance(m_place.cell, i).nets) {
                const std::string_view name = m_circuit.cellNetName(m_place.cell, n);
                if (m_uses[n] > kLocalNet || looksPositive(name) || looksGround(name))
                    continue;
                const auto [it, fresh] = firstOn.try_emplace(n, i);
                if (fresh)
                    continue;
                const std::uint32_t a = find(it->second);
                const std::uint32_t b = find(i);
                if (a == b)
                    continue;
                const std::uint32_t together = std::max(size[a], 1U) + std::max(size[b], 1U);
                if (together > kLargestCluster)
                    continue;
                rootOf[std::max(a, b)] = std::min(a, b);
                size[std::min(a, b)] = together;
            }
        }
        std::map<std::uint32_t, std::vector<std::uint32_t>> clusters;
        for (const std::uint32_t i : loose)
            clusters[find(i)].push_back(i);
        // Clusters of the same make-up become one box.
        std::map<std::string, std::vector<std::vector<std::uint32_t>*>> alike;
        for (auto& [root, members] : clusters)
            alike[makeUp(members)].push_back(&members);
        for (auto& [caption, list] : alike) {
            if (list.size() < kArrayFrom) {
                for (auto* members : list)
                    m_parts.push_back({std::move(*members), kNone, caption});
                continue;
            }
            Part part{{}, kNone, caption + " ×" + std::to_string(list.size())};
            for (const auto* members : list)
                part.members.insert(part.members.end(), members->begin(), members->end());
            m_parts.push_back(std::move(part));
        }
        return true;
    }

    /// "12 nmos, 10 pmos, 3 resistor"
    std::string makeUp(const std::vector<std::uint32_t>& members) const {
        std::map<std::string, std::size_t> kinds;
        for (const std::uint32_t i : members) {
            const netlist::InstanceView instance = m_circuit.cellInstance(m_place.cell, i);
            std::string kind = netlist::kindName(instance.kind);
            if (instance.kind == netlist::DeviceKind::Mosfet)
                kind = instance.polarity == 'p' ? "pmos" : "nmos";
            else if (instance.kind == netlist::DeviceKind::Subcircuit)
                kind = std::string(instance.master);
            ++kinds[kind];
        }
        std::string text;
        std::size_t shown = 0;
        for (const auto& [kind, number] : kinds) {
            if (++shown > 3) {
                text += " …";
                break;
            }
            text += (text.empty() ? "" : ", ") + std::to_string(number) + " " + kind;
        }
        return text;
    }

    /// Never more boxes than a reader can take in: the smallest are put together.
    void limit() {
        if (m_parts.size() <= kMaxBlocks)
            return;
        std::stable_sort(m_parts.begin(), m_parts.end(), [](const Part& a, const Part& b) {
            // Cells first, they say more than loose devices; then by size.
            if ((a.child != kNone) != (b.child != kNone))
                return a.child != kNone;
            return a.members.size() > b.members.size();
        });
        Part cells;
        Part devices;
        for (std::size_t i = kMaxBlocks - 2; i < m_parts.size(); ++i) {
            Part& rest = m_parts[i].child != kNone ? cells : devices;
            rest.members.insert(rest.members.end(), m_parts[i].members.begin(),
                                m_parts[i].members.end());
        }
        m_parts.resize(kMaxBlocks - 2);
        if (!cells.members.empty()) {
            cells.caption = std::to_string(cells.members.size()) + " further cells";
            m_parts.push_back(std::move(cells));
        }
        if (!devices.members.empty()) {
            devices.caption = std::to_string(devices.members.size()) + " further devices";
            m_parts.push_back(std::move(devices));
        }
    }

    // --- the model ----------------------------------------------------------------------------
    std::uint32_t netOf(std::uint32_t cellNet) {
        const auto [it, fresh] =
            m_netOf.try_emplace(cellNet, static_cast<std::uint32_t>(m_model.nets.size()));
        if (!fresh)
            return it->second;
        Net net;
        net.name = flatNetName(m_circuit, m_path, m_place, cellNet);
        // Ports tied together outside are one net of this place.
        const auto [same, first] = m_netByName.try_emplace(net.name, it->second);
        if (!first)
            return it->second = same->second;
        net.text = std::string(m_circuit.cellNetName(m_place.cell, cellNet));
        net.port = cellNet < m_circuit.cellPortCount(m_place.cell);
        if (const auto flat = m_circuit.flatNet(m_path, cellNet); flat && m_circuit.isGround(*flat))
            net.role = NetRole::Ground;
        m_model.nets.push_back(std::move(net));
        return it->second;
    }

    /// The nets that one pin of an array stands for: the same nets are the same bus wherever they
    /// are met. `nets` is sorted and without doubles.
    std::uint32_t busNet(const std::vector<std::uint32_t>& nets) {
        const auto [it, fresh] =
            m_busOf.try_emplace(nets, static_cast<std::uint32_t>(m_model.nets.size()));
        if (!fresh)
            return it->second;
        Net net;
        net.text = std::string(m_circuit.cellNetName(m_place.cell, nets.front())) + "…" +
                   std::string(m_circuit.cellNetName(m_place.cell, nets.back())) + " (" +
                   std::to_string(nets.size()) + ")";
        // Other nets may lie between the same two: a name must not join what is apart.
        if (const int again = m_busNames[net.text]++; again > 0)
            net.text += " #" + std::to_string(again + 1);
        m_model.nets.push_back(std::move(net));
        return it->second;
    }

    void build() {
        m_model.prefix = m_place.prefix;
        m_model.title = std::string(m_circuit.cellName(m_place.cell));
        if (m_model.title.empty())
            m_model.title = m_circuit.title();
        for (const Part& part : m_parts) {
            const auto id = static_cast<std::uint32_t>(m_model.devices.size());
            Device device;
            device.block = device.box = true;
            device.kind = netlist::DeviceKind::Subcircuit;
            if (part.members.size() == 1 && part.child == kNone) {
                addSingle(part.members.front());
                continue;
            }
            const auto first = m_circuit.cellInstance(m_place.cell, part.members.front());
            const std::string name(first.name);
            device.name = part.members.size() == 1 ? name : name + " …";
            device.flat =
                part.child != kNone || part.members.size() == 1 ? m_place.prefix + name : "";
            device.label = "instances=" + std::to_string(part.members.size());
            std::vector<std::string> pins;
            std::vector<PortRole> roles;
            std::string caption = part.caption;
            if (part.child != kNone) {
                device.sheet = device.master = std::string(m_circuit.cellName(part.child));
                roles = m_roles.of(part.child);
                cellPins(part, device, pins);
            } else {
                caption += loosePins(part, device, pins, roles);
            }
            device.symbol = static_cast<std::uint32_t>(m_model.symbols.size());
            m_model.symbols.push_back(cellSymbol(caption, pins, roles, caption));
            for (std::uint32_t p = 0; p < device.nets.size(); ++p)
                m_model.nets[device.nets[p]].pins.push_back({id, p});
            m_model.devices.push_back(std::move(device));
        }
        classifyNets(m_model);
    }

    /// A device on its own, such as a supply, keeps its symbol.
    void addSingle(std::uint32_t instance) {
        Device device = readDevice(m_circuit, m_place, instance);
        for (const std::uint32_t n : m_circuit.cellInstance(m_place.cell, instance).nets)
            device.nets.push_back(netOf(n));
        device.label = "instances=1" + (device.label.empty() ? "" : " " + device.label);
        device.symbol = static_cast<std::uint32_t>(m_model.symbols.size());
        m_model.symbols.push_back(deviceSymbol(device));
        const auto id = static_cast<std::uint32_t>(m_model.devices.size());
        for (std::uint32_t p = 0; p < device.nets.size(); ++p)
            m_model.nets[device.nets[p]].pins.push_back({id, p});
        m_model.devices.push_back(std::move(device));
    }

    void cellPins(const Part& part, Device& device, std::vector<std::string>& pins) {
        const std::size_t ports =
            m_circuit.cellInstance(m_place.cell, part.members.front()).nets.size();
        for (std::uint32_t p = 0; p < ports; ++p) {
            std::vector<std::uint32_t> distinct;
            for (const std::uint32_t i : part.members)
                if (const auto nets = m_circuit.cellInstance(m_place.cell, i).nets; p < nets.size())
                    if (distinct.empty() || distinct.back() != nets[p])
                        distinct.push_back(nets[p]);
            std::sort(distinct.begin(), distinct.end());
            distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
            device.nets.push_back(distinct.size() == 1 ? netOf(distinct.front())
                                                       : busNet(distinct));
            pins.emplace_back(m_circuit.cellNetName(part.child, p));
        }
    }

    /// Pins for the nets that lead out of a group of devices; says what had to be left out.
    std::string loosePins(const Part& part, Device& device, std::vector<std::string>& pins,
                          std::vector<PortRole>& roles) {
        std::map<std::uint32_t, std::uint32_t> inside; // cell net, terminals within
        std::map<std::uint32_t, bool> driven;
        for (const std::uint32_t i : part.members) {
            const auto instance = m_circuit.cellInstance(m_place.cell, i);
            for (std::size_t t = 0; t < instance.nets.size(); ++t) {
                ++inside[instance.nets[t]];
                const bool reads = instance.kind == netlist::DeviceKind::Mosfet && t != 0 && t != 2;
                driven[instance.nets[t]] |= !reads;
            }
        }
        std::size_t left = 0;
        const std::size_t ports = m_circuit.cellPortCount(m_place.cell);
        for (const auto& [net, terminals] : inside) {
            if (terminals == m_uses[net] && net >= ports)
                continue; // stays within
            if (pins.size() >= kMaxBlockPins) {
                ++left;
                continue;
            }
            const std::string_view name = m_circuit.cellNetName(m_place.cell, net);
            device.nets.push_back(netOf(net));
            pins.emplace_back(name);
            roles.push_back(looksPositive(name) ? PortRole::Supply
                            : looksGround(name) ? PortRole::Ground
                            : driven[net]       ? PortRole::Output
                                                : PortRole::Input);
        }
        return left == 0 ? std::string() : ", +" + std::to_string(left) + " nets";
    }

    const netlist::Circuit& m_circuit;
    std::span<const std::uint32_t> m_path;
    const Place& m_place;
    const StopToken& m_stop;
    PortRoles m_roles;
    Model m_model;
    std::vector<std::uint32_t> m_uses; ///< per cell net: terminals
    std::vector<Part> m_parts;
    std::unordered_map<std::uint32_t, std::uint32_t> m_netOf;
    std::unordered_map<std::string, std::uint32_t> m_netByName;
    std::map<std::vector<std::uint32_t>, std::uint32_t> m_busOf;
    std::map<std::string, int> m_busNames;
};

} // namespace

Expected<Model> buildBlocks(const netlist::Circuit& circuit, std::span<const std::uint32_t> path,
                            const Place& place, const StopToken& stop) {
    return Blocks(circuit, path, place, stop).run();
}

} // namespace ohm::schematic::draw
