// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/flattener.h"

#include "core/netlist/netaliases.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

constexpr std::size_t kStopEvery = 1u << 18; ///< terminals between looks at the stop token

} // namespace

std::vector<double> flatSizes(const CircuitData& data) {
    std::vector<double> sizes(data.cells.size(), 0);
    std::vector<std::uint8_t> state(data.cells.size(), 0); // 1 open, 2 done
    std::vector<std::pair<CellId, std::size_t>> stack;
    for (CellId root = 0; root < data.cells.size(); ++root) {
        if (state[root] != 0)
            continue;
        stack.emplace_back(root, 0);
        state[root] = 1;
        while (!stack.empty()) {
            auto& [id, next] = stack.back();
            const Cell& cell = data.cells[id];
            bool descended = false;
            while (next < cell.instances.size()) {
                const Instance& instance = cell.instances[next++];
                if (instance.targetKind() != TargetKind::Cell || state[instance.target] == 1) {
                    sizes[id] += 1;
                } else if (state[instance.target] == 2) {
                    sizes[id] += sizes[instance.target];
                } else {
                    --next;
                    const CellId child = instance.target;
                    state[child] = 1;
                    stack.emplace_back(child, 0);
                    descended = true;
                    break;
                }
            }
            if (!descended) {
                state[stack.back().first] = 2;
                stack.pop_back();
            }
        }
    }
    return sizes;
}

void Flattener::makeBlackBox(const Cell& cell, Instance& instance) {
    (void)cell;
    instance.setTarget(TargetKind::Symbol, m_data.cells[instance.target].name);
    instance.setKind(DeviceKind::Subcircuit);
}

void Flattener::order() {
    std::vector<std::uint8_t> state(m_data.cells.size(), 0);
    std::vector<std::pair<CellId, std::size_t>> stack{{m_data.top, 0}};
    state[m_data.top] = 1;
    while (!stack.empty()) {
        const CellId id = stack.back().first;
        Cell& cell = m_data.cells[id];
        std::size_t& next = stack.back().second;
        bool descended = false;
        while (next < cell.instances.size()) {
            Instance& instance = cell.instances[next++];
            if (instance.targetKind() != TargetKind::Cell)
                continue;
            const CellId child = instance.target;
            if (state[child] == 1) {
                m_diagnostics.add(Severity::Error, "NET-041",
                                  "Subcircuit \"" +
                                      std::string(m_data.symbols.name(m_data.cells[child].name)) +
                                      "\" contains itself: this instance is shown as a black box",
                                  {instance.file, instance.line});
                makeBlackBox(cell, instance);
            } else if (state[child] == 0) {
                state[child] = 1;
                stack.emplace_back(child, 0);
                descended = true;
                break;
            }
        }
        if (!descended) {
            state[id] = 2;
            m_order.push_back(id);
            stack.pop_back();
        }
    }
}

void Flattener::prepare(CellId id) {
    Cell& cell = m_data.cells[id];
    CellTotals& totals = m_totals[id];
    bool anyCall = false;
    for (std::size_t i = 0; i < cell.instances.size() && !anyCall; ++i)
        anyCall = cell.instances[i].targetKind() == TargetKind::Cell;
    if (!anyCall) {
        totals.devices = cell.instances.size();
        totals.terminals = cell.nets.size();
        cell.leafTerminals = static_cast<std::uint32_t>(cell.nets.size());
        return;
    }
    for (std::uint32_t i = 0; i < cell.instances.size(); ++i) {
        Instance& instance = cell.instances[i];
        const std::uint64_t terminals = cell.terminalsEnd(i) - instance.firstNet;
        if (instance.targetKind() == TargetKind::Cell) {
            const CellTotals& child = m_totals[instance.target];
            const bool deep = child.height + 1 > kMaxDepth;
            const bool big = totals.devices + child.devices > m_maxDevices ||
                             totals.terminals + child.terminals > 4 * m_maxDevices ||
                             totals.scopes + child.scopes > m_maxDevices;
            if (deep || big) {
                bool& told = deep ? m_toldDepth : m_toldSize;
                if (!told)
                    m_diagnostics.add(
                        Severity::Error, deep ? "NET-044" : "NET-043",
                        deep ? "The hierarchy is deeper than " + std::to_string(kMaxDepth) +
                                   " levels: what lies deeper is shown as black boxes"
                             : "Expanding the hierarchy would give more than " +
                                   std::to_string(m_maxDevices) +
                                   " devices: instances beyond are shown as black boxes",
                        {instance.file, instance.line});
                told = true;
                makeBlackBox(cell, instance);
            } else if (child.devices == 0) {
                continue; // nothing inside: no scope needed
            } else {
                cell.calls.push(i);
                totals.devices += child.devices;
                totals.terminals += child.terminals;
                totals.scopes += child.scopes;
                totals.height = std::max(totals.height, child.height + 1);
                continue;
            }
        }
        cell.leaves.push(i);
        cell.leafTerminal.push(cell.leafTerminals);
        cell.leafTerminals += static_cast<std::uint32_t>(terminals);
        totals.devices += 1;
        totals.terminals += terminals;
    }
    if (cell.calls.empty() && cell.leaves.size() < cell.instances.size()) {
        // Only empty cells are called: `calls` must still tell that `leaves` is in use.
        cell.usesLeaves = true;
    }
}

void Flattener::rankNets(CellId id) {
    Cell& cell = m_data.cells[id];
    m_used.assign(cell.netNames.size(), 0);
    if (!cell.hasLeafList()) {
        for (const std::uint32_t net : cell.nets)
            m_used[net] = 1;
    } else {
        for (const std::uint32_t leaf : cell.leaves) {
            for (const std::uint32_t net : cell.instanceNets(leaf))
                m_used[net] = 1;
        }
        for (const std::uint32_t call : cell.calls) {
            const Cell& child = m_data.cells[cell.instances[call].target];
            const auto nets = cell.instanceNets(call);
            const std::size_t ports = std::min<std::size_t>(nets.size(), child.portCount);
            for (std::size_t p = 0; p < ports; ++p) {
                if (child.portUsed[p])
                    m_used[nets[p]] = 1;
            }
        }
    }
    for (const GlobalUse& use : cell.globals) {
        if (m_used[use.local])
            m_globalUsed[use.global] = true;
        m_used[use.local] = 0;
    }
    cell.portUsed.assign(m_used.begin(), m_used.begin() + cell.portCount);
    const std::uint32_t first = id == m_data.top ? 0 : cell.portCount;
    for (std::uint32_t net = first; net < m_used.size(); ++net) {
        if (m_used[net])
            cell.ownNets.push(net);
    }
}

Expected<void> Flattener::run(const StopToken& stop, ProgressSink& progress) {
    progress.report(0.85, "Flattening");
    m_totals.resize(m_data.cells.size());
    m_globalUsed.assign(m_data.globals.size(), false);
    order();
    for (const CellId id : m_order) {
        if (stop.shouldStop())
            return fail("NET-002", "Reading was stopped");
        prepare(id);
        rankNets(id);
    }
    m_data.scopeCounts.resize(m_data.cells.size());
    for (std::size_t id = 0; id < m_totals.size(); ++id)
        m_data.scopeCounts[id] = static_cast<std::uint32_t>(m_totals[id].scopes);
    return expand(stop, progress);
}

Expected<void> Flattener::expand(const StopToken& stop, ProgressSink& progress) {
    const CellTotals& totals = m_totals[m_data.top];
    m_data.globalNets.resize(m_data.globals.size());
    NetId nextNet = 0;
    for (std::uint32_t g = 0; g < m_data.globals.size(); ++g) {
        m_data.globalNets[g] = kNone;
        if (m_globalUsed[g]) {
            m_data.globalNets[g] = nextNet++;
            m_data.netGlobals.push_back(g);
        }
    }
    m_data.scopes.reserve(totals.scopes);
    m_data.terminalNets.reserve(totals.terminals);

    // A stack of scopes being expanded; `maps` holds each one's local-to-flat table, end to end.
    struct Level {
        std::uint32_t scope;
        std::size_t map; ///< offset in maps
        std::size_t nextCall;
    };
    std::vector<Level> levels;
    PodArray<NetId> maps;
    DeviceId nextDevice = 0;
    std::size_t sinceLook = 0;

    const auto enter = [&](CellId id, std::uint32_t parentScope, std::uint32_t instance,
                           std::size_t parentMap) {
        const Cell& cell = m_data.cells[id];
        FlatScope scope;
        scope.parent = parentScope;
        scope.cell = id;
        scope.instance = instance;
        scope.firstDevice = nextDevice;
        scope.firstNet = nextNet;
        scope.firstTerminal = static_cast<std::uint32_t>(m_data.terminalNets.size());
        const std::size_t offset = maps.size();
        NetId* map = maps.extend(cell.netNames.size());
        std::fill(map, map + cell.netNames.size(), kNone);
        for (const std::uint32_t net : cell.ownNets)
            map[net] = nextNet++;
        if (instance != kNone) {
            const Cell& parent = m_data.cells[m_data.scopes[parentScope].cell];
            const auto nets = parent.instanceNets(instance);
            const std::size_t ports = std::min<std::size_t>(nets.size(), cell.portCount);
            for (std::size_t p = 0; p < ports; ++p)
                map[p] = maps[parentMap + nets[p]];
        }
        for (const GlobalUse& use : cell.globals)
            map[use.local] = m_data.globalNets[use.global];
        NetId* out = m_data.terminalNets.extend(cell.leafTerminals);
        if (!cell.hasLeafList()) {
            for (const std::uint32_t net : cell.nets)
                *out++ = map[net];
        } else {
            for (const std::uint32_t leaf : cell.leaves) {
                for (const std::uint32_t net : cell.instanceNets(leaf))
                    *out++ = map[net];
            }
        }
        nextDevice += static_cast<DeviceId>(cell.deviceCount());
        sinceLook += cell.leafTerminals + cell.netNames.size() + 16;
        levels.push_back({static_cast<std::uint32_t>(m_data.scopes.size()), offset, 0});
        m_data.scopes.push_back(scope);
    };

    enter(m_data.top, kNone, kNone, 0);
    while (!levels.empty()) {
        if (sinceLook > kStopEvery) {
            sinceLook = 0;
            if (stop.shouldStop())
                return fail("NET-002", "Reading was stopped");
            progress.report(0.85 + 0.15 * static_cast<double>(m_data.terminalNets.size()) /
                                       static_cast<double>(totals.terminals + 1),
                            "Flattening");
        }
        Level& level = levels.back();
        const Cell& cell = m_data.cells[m_data.scopes[level.scope].cell];
        if (level.nextCall >= cell.calls.size()) {
            maps.resize(level.map);
            levels.pop_back();
            continue;
        }
        const std::uint32_t call = cell.calls[level.nextCall++];
        enter(cell.instances[call].target, level.scope, call, level.map);
    }
    m_data.deviceTotal = nextDevice;
    m_data.netTotal = nextNet;
    joinNetAliases(m_data);
    progress.report(1.0, "Flattening");
    return {};
}

} // namespace ohm::netlist
