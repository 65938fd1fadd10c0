// SPDX-License-Identifier: GPL-3.0-or-later
// Finding devices and nets of the flat form by name or path.
#include "core/netlist/circuit.h"
#include "core/netlist/circuitdata.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

using Index = std::unordered_map<std::string, std::uint32_t>;

const Index& instanceIndex(const CircuitData& data, CellId id) {
    const std::lock_guard lock(data.lazy.mutex);
    const auto [at, fresh] = data.lazy.instances.try_emplace(id);
    if (fresh) {
        const Cell& cell = data.cells[id];
        at->second.reserve(cell.instances.size());
        for (std::uint32_t i = 0; i < cell.instances.size(); ++i)
            at->second.emplace(data.text.view(cell.instances[i].name), i);
    }
    return at->second;
}

const Index& netIndex(const CircuitData& data, CellId id) {
    const std::lock_guard lock(data.lazy.mutex);
    const auto [at, fresh] = data.lazy.nets.try_emplace(id);
    if (fresh) {
        const Cell& cell = data.cells[id];
        at->second.reserve(cell.netNames.size());
        for (std::uint32_t n = 0; n < cell.netNames.size(); ++n)
            at->second.emplace(data.text.view(cell.netNames[n]), n);
    }
    return at->second;
}

/// The scope that instance `instance` of scope `parent` opens.
std::optional<std::uint32_t> childScope(const CircuitData& data, std::uint32_t parent,
                                        std::uint32_t instance) {
    const Cell& cell = data.cells[data.scopes[parent].cell];
    // Children follow in order of their instance, each with its own subtree after it.
    std::uint32_t at = parent + 1;
    for (const std::uint32_t call : cell.calls) {
        if (call == instance)
            return at;
        at += data.scopeCounts[cell.instances[call].target];
    }
    return std::nullopt;
}

/// Walks a name of the form "x1.x2.name", trying every way to cut it since names may hold dots.
template <typename Visit>
bool walk(const CircuitData& data, std::uint32_t scope, std::string_view name, int& budget,
          const Visit& visit) {
    if (--budget < 0)
        return false;
    if (visit(scope, name))
        return true;
    const CellId cell = data.scopes[scope].cell;
    if (data.cells[cell].calls.empty())
        return false;
    const Index& index = instanceIndex(data, cell);
    for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
        const auto found = index.find(std::string(name.substr(0, dot)));
        if (found == index.end())
            continue;
        const auto child = childScope(data, scope, found->second);
        if (child && walk(data, *child, name.substr(dot + 1), budget, visit))
            return true;
    }
    return false;
}

constexpr int kMaxWalk = 10000; ///< a hostile name with many dots must not search for ever

std::optional<NetId> mapNet(const CircuitData& data, std::uint32_t scope, std::uint32_t net) {
    for (;;) {
        const FlatScope& at = data.scopes[scope];
        const Cell& cell = data.cells[at.cell];
        if (net >= cell.netNames.size())
            return std::nullopt;
        if (const std::uint32_t global = cell.globalOf(net); global != kNone) {
            const NetId flat = data.globalNets[global];
            return flat == kNone ? std::nullopt : std::optional(flat);
        }
        const auto own = std::lower_bound(cell.ownNets.begin(), cell.ownNets.end(), net);
        if (own != cell.ownNets.end() && *own == net)
            return at.firstNet + static_cast<NetId>(own - cell.ownNets.begin());
        for (const auto& [local, flat] : cell.aliases) {
            if (local == net)
                return flat;
        }
        if (net >= cell.portCount || at.parent == kNone)
            return std::nullopt;
        const Cell& parent = data.cells[data.scopes[at.parent].cell];
        const auto nets = parent.instanceNets(at.instance);
        if (net >= nets.size())
            return std::nullopt;
        net = nets[net];
        scope = at.parent;
    }
}

} // namespace

std::optional<DeviceId> Circuit::findDevice(std::string_view name) const {
    const CircuitData& data = *m_data;
    const std::string folded = data.fold(name);
    std::optional<DeviceId> result;
    int budget = kMaxWalk;
    walk(data, 0, folded, budget, [&](std::uint32_t scope, std::string_view local) {
        const CellId cell = data.scopes[scope].cell;
        const Index& index = instanceIndex(data, cell);
        const auto found = index.find(std::string(local));
        if (found == index.end())
            return false;
        const Cell& owner = data.cells[cell];
        std::size_t k = found->second;
        if (owner.hasLeafList()) {
            const auto at =
                std::lower_bound(owner.leaves.begin(), owner.leaves.end(), found->second);
            if (at == owner.leaves.end() || *at != found->second)
                return false;
            k = static_cast<std::size_t>(at - owner.leaves.begin());
        }
        result = data.scopes[scope].firstDevice + static_cast<DeviceId>(k);
        return true;
    });
    return result;
}

std::optional<NetId> Circuit::findNet(std::string_view name) const {
    const CircuitData& data = *m_data;
    const std::string folded = data.fold(name);
    for (NetId net = 0; net < data.netGlobals.size(); ++net) {
        if (data.globals[data.netGlobals[net]] == folded)
            return net;
    }
    std::optional<NetId> result;
    int budget = kMaxWalk;
    walk(data, 0, folded, budget, [&](std::uint32_t scope, std::string_view local) {
        const Index& index = netIndex(data, data.scopes[scope].cell);
        const auto found = index.find(std::string(local));
        if (found == index.end())
            return false;
        result = mapNet(data, scope, found->second);
        return result.has_value();
    });
    return result;
}

std::optional<NetId> Circuit::flatNet(std::span<const std::uint32_t> path,
                                      std::uint32_t net) const {
    std::uint32_t scope = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto child = childScope(*m_data, scope, path[i]);
        if (!child) {
            // An expanded cell without devices has no scope; only its ports can be nets.
            const Cell& cell = m_data->cells[m_data->scopes[scope].cell];
            if (i + 1 != path.size() || path[i] >= cell.instances.size())
                return std::nullopt;
            const auto nets = cell.instanceNets(path[i]);
            return net < nets.size() ? mapNet(*m_data, scope, nets[net]) : std::nullopt;
        }
        scope = *child;
    }
    return mapNet(*m_data, scope, net);
}

} // namespace ohm::netlist
