// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/drawmodel.h"

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/schematic/blockshape.h"
#include "core/schematic/symbols.h"

#include <cmath>
#include <map>
#include <unordered_map>

namespace ohm::schematic::draw {
namespace {

using netlist::DeviceKind;

/// Longest value text on the sheet; the full one is in the instance's attributes.
constexpr std::size_t kMaxValue = 16;

std::string clipped(std::string text) {
    if (text.size() <= kMaxValue)
        return text;
    std::size_t end = kMaxValue - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end; // not in the middle of a UTF-8 character
    text.resize(end);
    return text + "…";
}

const netlist::Parameter* find(const std::vector<netlist::Parameter>& parameters,
                               std::string_view name) {
    for (const netlist::Parameter& p : parameters)
        if (equalsIgnoreCase(p.name, name))
            return &p;
    return nullptr;
}

std::string quantity(const netlist::Parameter& p, int digits = 4) {
    if (p.value) {
        // Grouped by engineering suffixes, at most four digits: a drawing is no data sheet.
        std::string text = formatSi(*p.value, {}, digits);
        std::erase(text, ' ');
        return text;
    }
    std::string_view text = trimmed(p.text);
    while (text.size() >= 2 && (text.front() == '\'' || text.front() == '{') &&
           (text.back() == '\'' || text.back() == '}'))
        text = trimmed(text.substr(1, text.size() - 2));
    return std::string(text);
}

} // namespace

std::string shortValue(const Device& device, const std::vector<netlist::Parameter>& parameters) {
    std::string text;
    if (device.kind == DeviceKind::Mosfet) {
        const auto* w = find(parameters, "w");
        const auto* l = find(parameters, "l");
        const auto* m = find(parameters, "m");
        if (w && l && (w->value || w->text.size() < 8) && (l->value || l->text.size() < 8))
            text = quantity(*w, 3) + "/" + quantity(*l, 3);
        else if (const auto* fins = find(parameters, "nfin"); fins && !w)
            text = quantity(*fins) + " fins";
        if (m && m->value && *m->value != 1.0 && !text.empty())
            text += " ×" + quantity(*m);
        return clipped(text);
    }
    for (const char* name : {"value", "r", "c", "l", "dc", "v", "i", "gain"})
        if (const auto* p = find(parameters, name); p && (p->value || !p->text.empty()))
            return clipped(quantity(*p));
    switch (device.kind) {
    case DeviceKind::VoltageSource:
    case DeviceKind::CurrentSource:
        for (const netlist::Parameter& p : parameters)
            if (!p.text.empty())
                return clipped(toLower(p.text).starts_with(p.name) ? p.text
                                                                   : p.name + " " + quantity(p));
        return {};
    default:
        break;
    }
    return clipped(device.master);
}

std::optional<Place> findPlace(const netlist::Circuit& circuit,
                               std::span<const std::uint32_t> path) {
    if (circuit.cellCount() == 0)
        return std::nullopt;
    Place place{circuit.topCell(), {}};
    for (const std::uint32_t index : path) {
        if (index >= circuit.cellInstanceCount(place.cell))
            return std::nullopt;
        const netlist::InstanceView instance = circuit.cellInstance(place.cell, index);
        if (instance.child == netlist::kNone)
            return std::nullopt;
        place.prefix += std::string(instance.name) + ".";
        place.cell = instance.child;
    }
    return place;
}

std::string flatNetName(const netlist::Circuit& circuit, std::span<const std::uint32_t> path,
                        const Place& place, std::uint32_t net) {
    if (const auto flat = circuit.flatNet(path, net))
        return circuit.netName(*flat);
    return place.prefix + std::string(circuit.cellNetName(place.cell, net));
}

Device readDevice(const netlist::Circuit& circuit, const Place& place, std::uint32_t i) {
    const netlist::InstanceView instance = circuit.cellInstance(place.cell, i);
    Device device;
    device.name = std::string(instance.name);
    device.flat = place.prefix + device.name;
    device.kind = instance.kind;
    device.polarity = instance.polarity;
    device.master = std::string(instance.master);
    const std::vector<netlist::Parameter> parameters =
        circuit.cellInstanceParameters(place.cell, i);
    for (const netlist::Parameter& p : parameters) {
        if ((p.name == "value" || p.name == "dc") && p.value && !device.dc)
            device.dc = p.value;
        for (const char* word : {"ac", "sin", "pulse", "pwl", "exp", "sffm", "am", "trnoise"})
            if (p.name == word || ((p.name == "tran" || p.name == "value") &&
                                   toLower(p.text).find(word) != std::string::npos))
                device.timeVarying = true;
        if (!p.text.empty())
            device.label += (device.label.empty() ? "" : " ") + p.name + "=" + p.text;
    }
    device.value = shortValue(device, parameters);
    return device;
}

Symbol deviceSymbol(Device& device) {
    Symbol symbol = symbolFor(device.kind, device.polarity,
                              static_cast<unsigned>(device.nets.size()), device.master);
    device.block = !isTransistor(device) && !isTwoTerminal(device);
    device.box = device.block && device.kind != DeviceKind::TransmissionLine;
    if (device.box)
        device.value = device.master;
    return symbol;
}

Model buildModel(const netlist::Circuit& circuit, std::span<const std::uint32_t> path,
                 const Place& place) {
    Model model;
    const netlist::CellId cell = place.cell;
    model.prefix = place.prefix;
    model.title = std::string(circuit.cellName(cell));
    if (model.title.empty())
        model.title = circuit.title();

    const auto netCount = static_cast<std::uint32_t>(circuit.cellNetCount(cell));
    const std::size_t ports = circuit.cellPortCount(cell);
    model.nets.resize(netCount);
    // Two nets of a cell may be one net outside (a port tied to another, or to a global): they are
    // one net of the drawing then.
    std::vector<std::uint32_t> same(netCount);
    std::unordered_map<std::string, std::uint32_t> byName;
    for (std::uint32_t n = 0; n < netCount; ++n) {
        Net& net = model.nets[n];
        net.name = flatNetName(circuit, path, place, n);
        net.text = std::string(circuit.cellNetName(cell, n));
        net.port = n < ports;
        const auto flat = circuit.flatNet(path, n);
        if (flat && circuit.isGround(*flat))
            net.role = NetRole::Ground;
        same[n] = byName.try_emplace(net.name, n).first->second;
        if (same[n] != n && net.port)
            model.nets[same[n]].port = true;
    }

    PortRoles roles(circuit);
    std::map<std::string, std::uint32_t> symbols;
    const auto symbolIndex = [&](const std::string& key, auto make) {
        const auto [it, fresh] =
            symbols.try_emplace(key, static_cast<std::uint32_t>(model.symbols.size()));
        if (fresh)
            model.symbols.push_back(make());
        return it->second;
    };
    const auto count = static_cast<std::uint32_t>(circuit.cellInstanceCount(cell));
    model.devices.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const netlist::InstanceView instance = circuit.cellInstance(cell, i);
        if (instance.nets.empty())
            continue; // couplings and the like have no place among the wires
        Device device = readDevice(circuit, place, i);
        for (const std::uint32_t n : instance.nets)
            device.nets.push_back(same[n]);
        if (instance.child != netlist::kNone) {
            device.block = device.box = true;
            device.value.clear(); // the box bears the cell's name
            device.sheet = std::string(circuit.cellName(instance.child));
            std::vector<std::string> pins;
            for (std::uint32_t p = 0; p < device.nets.size(); ++p)
                pins.emplace_back(circuit.cellNetName(instance.child, p));
            device.symbol = symbolIndex("cell " + device.sheet, [&] {
                return cellSymbol(device.sheet, pins, roles.of(instance.child),
                                  clipped(device.sheet));
            });
        } else {
            const Symbol symbol = deviceSymbol(device);
            device.symbol =
                symbolIndex(std::string(netlist::kindName(device.kind)) + ' ' +
                                std::string(1, device.polarity ? device.polarity : '-') + ' ' +
                                std::to_string(device.nets.size()) + ' ' + device.master,
                            [&] { return symbol; });
        }
        const auto id = static_cast<std::uint32_t>(model.devices.size());
        for (std::uint32_t p = 0; p < device.nets.size(); ++p)
            model.nets[device.nets[p]].pins.push_back({id, p});
        model.devices.push_back(std::move(device));
    }
    classifyNets(model);
    return model;
}

bool isTransistor(const Device& d) {
    switch (d.kind) {
    case DeviceKind::Mosfet:
    case DeviceKind::Jfet:
    case DeviceKind::Mesfet:
        return !d.block &&
               (d.nets.size() == 3 || (d.kind == DeviceKind::Mosfet && d.nets.size() == 4));
    case DeviceKind::Bjt:
        return !d.block && (d.nets.size() == 3 || d.nets.size() == 4);
    default:
        return false;
    }
}

bool isTwoTerminal(const Device& d) {
    const bool controlled =
        d.nets.size() == 4 &&
        (d.kind == DeviceKind::Vcvs || d.kind == DeviceKind::Vccs || d.kind == DeviceKind::Switch);
    if (d.block || (d.nets.size() != 2 && !controlled))
        return false;
    switch (d.kind) {
    case DeviceKind::Subcircuit:
    case DeviceKind::Xspice:
    case DeviceKind::Other:
    case DeviceKind::TransmissionLine:
    case DeviceKind::Mosfet:
    case DeviceKind::Bjt:
    case DeviceKind::Jfet:
    case DeviceKind::Mesfet:
    case DeviceKind::Coupling:
        return false;
    default:
        return true;
    }
}

bool conduction(const Device& d, std::uint32_t& a, std::uint32_t& b) {
    if (isTransistor(d)) {
        a = 0;
        b = 2;
        return true;
    }
    if (isTwoTerminal(d) && d.kind != DeviceKind::Capacitor) {
        a = 0;
        b = 1;
        return true;
    }
    return false;
}

std::optional<std::uint32_t> controlPin(const Device& d) {
    return isTransistor(d) ? std::optional<std::uint32_t>(1) : std::nullopt;
}

Footprint footprint(const Symbol& symbol, Orientation o) {
    Footprint f;
    const SymbolBounds bounds = symbolBounds(symbol);
    f.body.include(o.apply(bounds.min));
    f.body.include(o.apply(bounds.max));
    Box core;
    for (const Shape& s : symbol.shapes) {
        if (s.kind == Shape::Kind::Text)
            continue;
        Box box;
        for (const Pt& point : s.points)
            box.include(o.apply(point));
        const bool lead = s.kind == Shape::Kind::Line && s.points.size() == 2 &&
                          std::any_of(symbol.pins.begin(), symbol.pins.end(), [&](const Pin& pin) {
                              return pin.at == s.points.front() || pin.at == s.points.back();
                          });
        if (lead)
            f.solid.push_back(box);
        else
            core.include(box);
    }
    if (!core.empty())
        f.solid.push_back(core);
    std::vector<const Pin*> pins;
    for (const Pin& pin : symbol.pins)
        pins.push_back(&pin);
    std::sort(pins.begin(), pins.end(), [](auto* a, auto* b) { return a->order < b->order; });
    for (const Pin* pin : pins) {
        const Pt at = o.apply(pin->at);
        f.pins.push_back(at);
        // The lead that ends at the pin says where the wire goes on; a pin without one looks to
        // the nearest side of the box.
        Pt away{0, 0};
        for (const Shape& s : symbol.shapes) {
            if (s.kind != Shape::Kind::Line || s.points.size() < 2)
                continue;
            const auto look = [&](Pt end, Pt before) {
                if (end == pin->at && (end.x == before.x) != (end.y == before.y))
                    away = {(end.x > before.x) - (end.x < before.x),
                            (end.y > before.y) - (end.y < before.y)};
            };
            look(s.points.front(), s.points[1]);
            look(s.points.back(), s.points[s.points.size() - 2]);
        }
        if (away == Pt{0, 0}) {
            const Pt min = bounds.min;
            const Pt max = bounds.max;
            const int left = pin->at.x - min.x;
            const int right = max.x - pin->at.x;
            const int top = pin->at.y - min.y;
            const int bottom = max.y - pin->at.y;
            const int least = std::min({left, right, top, bottom});
            away = least == right  ? Pt{1, 0}
                   : least == left ? Pt{-1, 0}
                   : least == top  ? Pt{0, -1}
                                   : Pt{0, 1};
        }
        f.leaving.push_back(o.apply(away));
    }
    return f;
}

std::int32_t textWidth(std::string_view utf8, std::int32_t size) {
    std::int32_t letters = 0;
    for (const char c : utf8)
        letters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    return (letters * size * 6 + 9) / 10 + 2;
}

} // namespace ohm::schematic::draw
