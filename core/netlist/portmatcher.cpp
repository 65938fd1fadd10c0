// SPDX-License-Identifier: GPL-3.0-or-later
// Fits the connections of subcircuit instances to the ports of what they instantiate.
#include "core/netlist/circuitbuilder.h"

#include <algorithm>

namespace ohm::netlist {

void CircuitBuilder::setPinNames(std::vector<std::string> pins) {
    const auto& open = m_open.back();
    m_namedPins[open.id].push_back(
        {static_cast<std::uint32_t>(open.cell.instances.size() - 1), std::move(pins)});
}

void CircuitBuilder::setPortDefault(std::string_view net) {
    Cell& cell = m_open.back().cell;
    if (cell.portCount > 0)
        cell.portDefaults.emplace_back(cell.portCount - 1, std::string(net));
    addGlobal(net);
}

/// Rewrites the connections of a cell in which some instance has other than its master's ports:
/// CDL pin names are put into the order of the ports, missing nets become the port's default or a
/// net of their own. Cells in which all fits are left alone.
void CircuitBuilder::matchPorts(CellId id) {
    Cell& cell = m_data->cells[id];
    std::unordered_map<std::uint32_t, const NamedPins*> named;
    if (const auto found = m_namedPins.find(id); found != m_namedPins.end()) {
        for (const NamedPins& pins : found->second)
            named.emplace(pins.instance, &pins);
    }
    bool rewrite = false;
    for (std::uint32_t i = 0; i < cell.instances.size(); ++i) {
        const Instance& instance = cell.instances[i];
        if (instance.targetKind() != TargetKind::Cell)
            continue;
        const std::size_t nets = cell.terminalsEnd(i) - instance.firstNet;
        rewrite = rewrite || nets != m_data->cells[instance.target].portCount || named.contains(i);
    }
    if (!rewrite)
        return;
    const auto freshNet = [&](std::string name) {
        const auto local = static_cast<std::uint32_t>(cell.netNames.size());
        cell.netNames.push(m_data->text.add(name));
        return local;
    };
    PodArray<std::uint32_t> fitted;
    fitted.reserve(cell.nets.size());
    for (std::uint32_t i = 0; i < cell.instances.size(); ++i) {
        Instance& instance = cell.instances[i];
        const auto old = cell.instanceNets(i);
        const auto first = static_cast<std::uint32_t>(fitted.size());
        if (instance.targetKind() != TargetKind::Cell) {
            for (const std::uint32_t net : old)
                fitted.push(net);
            m_firsts.push_back(first);
            continue;
        }
        const Cell& child = m_data->cells[instance.target];
        std::vector<std::uint32_t> nets(child.portCount, kNone);
        const auto pins = named.find(i);
        if (pins != named.end()) {
            for (std::size_t p = 0; p < pins->second->pins.size() && p < old.size(); ++p) {
                bool found = false;
                for (std::uint32_t port = 0; port < child.portCount && !found; ++port) {
                    found = m_data->text.view(child.netNames[port]) == pins->second->pins[p];
                    if (found)
                        nets[port] = old[p];
                }
                if (!found)
                    m_diagnostics.add(Severity::Warning, "NET-034",
                                      "Subcircuit \"" +
                                          std::string(m_data->symbols.name(child.name)) +
                                          "\" has no pin \"" + pins->second->pins[p] + "\"",
                                      {instance.file, instance.line});
            }
        } else {
            std::copy_n(old.begin(), std::min(old.size(), nets.size()), nets.begin());
        }
        const bool optional = pins == named.end() && old.size() < nets.size() &&
                              old.size() + child.portDefaults.size() >= nets.size();
        if (pins == named.end() && old.size() != nets.size() && !optional)
            m_diagnostics.add(Severity::Error, "NET-034",
                              "\"" + std::string(m_data->text.view(instance.name)) +
                                  "\" connects " + std::to_string(old.size()) +
                                  " nets, subcircuit \"" +
                                  std::string(m_data->symbols.name(child.name)) + "\" has " +
                                  std::to_string(nets.size()) + " ports",
                              {instance.file, instance.line});
        for (std::uint32_t port = 0; port < nets.size(); ++port) {
            if (nets[port] == kNone) {
                const std::string portName(m_data->text.view(child.netNames[port]));
                const auto given =
                    std::find_if(child.portDefaults.begin(), child.portDefaults.end(),
                                 [&](const auto& entry) { return entry.first == port; });
                if (given != child.portDefaults.end()) {
                    nets[port] = freshNet(given->second);
                    const auto global = m_globalIndex.find(given->second);
                    const bool ground = std::find(m_groundNames.begin(), m_groundNames.end(),
                                                  given->second) != m_groundNames.end();
                    if (ground || global != m_globalIndex.end())
                        cell.globals.push_back({nets[port], ground ? 0 : global->second});
                } else {
                    nets[port] =
                        freshNet(std::string(m_data->text.view(instance.name)) + "." + portName);
                }
            }
            fitted.push(nets[port]);
        }
        m_firsts.push_back(first);
    }
    for (std::uint32_t i = 0; i < cell.instances.size(); ++i)
        cell.instances[i].firstNet = m_firsts[i];
    m_firsts.clear();
    cell.nets = std::move(fitted);
}

const ParamDef* CircuitBuilder::findParam(std::string_view name) const {
    const auto symbol = m_data->symbols.find(name);
    if (!symbol)
        return nullptr;
    for (auto open = m_open.rbegin(); open != m_open.rend(); ++open) {
        const auto found = open->cell.paramIndex.find(*symbol);
        if (found != open->cell.paramIndex.end())
            return &open->cell.params[found->second];
    }
    return nullptr;
}

const UserFunction* CircuitBuilder::findFunction(std::string_view name) const {
    const auto symbol = m_data->symbols.find(name);
    if (!symbol)
        return nullptr;
    for (auto open = m_open.rbegin(); open != m_open.rend(); ++open) {
        const auto found = open->cell.functions.find(*symbol);
        if (found != open->cell.functions.end())
            return &found->second;
    }
    return nullptr;
}

} // namespace ohm::netlist
