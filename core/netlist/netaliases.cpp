// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/netaliases.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

using CallScopes = std::unordered_map<std::string_view, std::uint32_t>;

/// Scope opened by each call of the scope, by the call's name.
CallScopes callScopes(const CircuitData& data, std::uint32_t scope) {
    CallScopes scopes;
    const Cell& cell = data.cells[data.scopes[scope].cell];
    std::uint32_t at = scope + 1;
    for (const std::uint32_t call : cell.calls) {
        scopes.emplace(data.text.view(cell.instances[call].name), at);
        at += data.scopeCounts[cell.instances[call].target];
    }
    return scopes;
}

/// The flat net that `name` means inside `scope`, by its path; kNone if there is none.
NetId innerNet(const CircuitData& data, const CallScopes& calls, std::string_view name,
               int& budget) {
    for (std::size_t dot = name.find('.'); dot != name.npos; dot = name.find('.', dot + 1)) {
        const auto call = calls.find(name.substr(0, dot));
        if (call == calls.end() || --budget < 0)
            continue;
        const std::string_view rest = name.substr(dot + 1);
        const FlatScope& child = data.scopes[call->second];
        const Cell& cell = data.cells[child.cell];
        for (std::size_t k = 0; k < cell.ownNets.size(); ++k) {
            if (data.text.view(cell.netNames[cell.ownNets[k]]) == rest)
                return child.firstNet + static_cast<NetId>(k);
        }
        if (rest.find('.') != rest.npos && !cell.calls.empty()) {
            const NetId found = innerNet(data, callScopes(data, call->second), rest, budget);
            if (found != kNone)
                return found;
        }
    }
    return kNone;
}

} // namespace

void joinNetAliases(CircuitData& data) {
    constexpr int kMaxSearches = 100000; ///< a hostile file may name paths by the million
    Cell& top = data.cells[data.top];
    if (top.calls.empty())
        return;
    CallScopes calls;
    std::vector<std::pair<NetId, NetId>> joins; // from, to; ascending
    int budget = kMaxSearches;
    const NetId first = data.scopes[0].firstNet;
    for (std::size_t k = 0; k < top.ownNets.size(); ++k) {
        const std::string_view name = data.text.view(top.netNames[top.ownNets[k]]);
        if (name.find('.') == name.npos)
            continue;
        if (calls.empty())
            calls = callScopes(data, 0);
        const NetId target = innerNet(data, calls, name, budget);
        if (target != kNone)
            joins.emplace_back(first + static_cast<NetId>(k), target);
    }
    if (joins.empty())
        return;
    // The joined nets leave the numbering; all that follow move up.
    const auto moved = [&](NetId net) {
        const auto after = std::upper_bound(joins.begin(), joins.end(), std::pair(net, NetId{0}));
        return net - static_cast<NetId>(after - joins.begin());
    };
    for (NetId& net : data.terminalNets) {
        const auto join = std::lower_bound(joins.begin(), joins.end(), std::pair(net, NetId{0}));
        const bool joined = join != joins.end() && join->first == net;
        net = moved(joined ? join->second : net);
    }
    for (std::size_t scope = 1; scope < data.scopes.size(); ++scope)
        data.scopes[scope].firstNet -= static_cast<NetId>(joins.size());
    PodArray<std::uint32_t> own;
    std::size_t next = 0;
    for (std::size_t k = 0; k < top.ownNets.size(); ++k) {
        if (next < joins.size() && joins[next].first == first + k) {
            top.aliases.emplace_back(top.ownNets[k], moved(joins[next].second));
            ++next;
        } else {
            own.push(top.ownNets[k]);
        }
    }
    top.ownNets = std::move(own);
    data.netTotal -= static_cast<std::uint32_t>(joins.size());
}

} // namespace ohm::netlist
