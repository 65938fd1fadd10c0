// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/circuitdata.h"

#include "core/base/text.h"
#include "core/netlist/masters.h"

#include <algorithm>

namespace ohm::netlist {
namespace {

/// Last scope whose `first` is not beyond `value` (scopes without content share it with the next).
template <typename Member>
std::uint32_t lastScope(const std::vector<FlatScope>& scopes, std::uint32_t value, Member first) {
    const auto after =
        std::upper_bound(scopes.begin(), scopes.end(), value,
                         [&](std::uint32_t v, const FlatScope& scope) { return v < scope.*first; });
    return static_cast<std::uint32_t>(after - scopes.begin()) - 1;
}

} // namespace

std::uint32_t Cell::globalOf(std::uint32_t net) const {
    const auto use =
        std::lower_bound(globals.begin(), globals.end(), net,
                         [](const GlobalUse& u, std::uint32_t n) { return u.local < n; });
    return use != globals.end() && use->local == net ? use->global : kNone;
}

CircuitData::Place CircuitData::place(DeviceId device) const {
    Place place;
    place.scope = lastScope(scopes, device, &FlatScope::firstDevice);
    const FlatScope& scope = scopes[place.scope];
    place.cell = scope.cell;
    place.index = device - scope.firstDevice;
    place.instance = cells[place.cell].deviceInstance(place.index);
    return place;
}

std::uint32_t CircuitData::scopeOfNet(NetId net) const {
    return lastScope(scopes, net, &FlatScope::firstNet);
}

std::uint32_t CircuitData::scopeOfTerminal(std::uint32_t terminal) const {
    return lastScope(scopes, terminal, &FlatScope::firstTerminal);
}

std::string CircuitData::scopePrefix(std::uint32_t scope) const {
    std::vector<std::string_view> names;
    for (std::uint32_t at = scope; scopes[at].parent != kNone; at = scopes[at].parent) {
        const Cell& parent = cells[scopes[scopes[at].parent].cell];
        names.push_back(text.view(parent.instances[scopes[at].instance].name));
    }
    std::string prefix;
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        prefix += *name;
        prefix += '.';
    }
    return prefix;
}

const ModelCard* CircuitData::model(const Instance& instance) const {
    return instance.targetKind() == TargetKind::Model ? &models[instance.target] : nullptr;
}

std::string_view CircuitData::masterName(const Instance& instance) const {
    switch (instance.targetKind()) {
    case TargetKind::Symbol:
        return symbols.name(instance.target);
    case TargetKind::Model:
        return symbols.name(models[instance.target].name);
    case TargetKind::Cell:
        return symbols.name(cells[instance.target].name);
    case TargetKind::None:
        break;
    }
    return {};
}

Polarity CircuitData::polarity(const Instance& instance) const {
    switch (instance.kind()) {
    case DeviceKind::Mosfet:
    case DeviceKind::Bjt:
    case DeviceKind::Jfet:
    case DeviceKind::Mesfet:
        break;
    default:
        return 0;
    }
    if (const ModelCard* card = model(instance)) {
        if (card->polarity != 0)
            return card->polarity;
    }
    return guessMaster(masterName(instance)).polarity;
}

std::optional<ModelId> CircuitData::findModel(SymbolId name, CellId cell) const {
    const auto found = modelsByName.find(name);
    if (found == modelsByName.end())
        return std::nullopt;
    for (CellId scope = cell; scope != kNone; scope = cells[scope].parent) {
        for (const ModelId id : found->second) {
            if (models[id].cell == scope)
                return id;
        }
    }
    return std::nullopt;
}

std::string CircuitData::fold(std::string_view name) const {
    return caseSensitive ? std::string(name) : toLower(name);
}

} // namespace ohm::netlist
