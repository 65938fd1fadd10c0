// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/drawingcheck.h"

#include "core/schematic/connectivity.h"
#include "core/schematic/drawmodel.h"
#include "core/schematic/symbols.h"

#include <set>

namespace ohm::test {
namespace {

using namespace ohm::schematic;
using draw::Box;

Box moved(Box b, Pt by) {
    return b.moved(by);
}

/// The segment has a point strictly inside the box.
bool enters(const Wire& w, const Box& b) {
    const int x0 = std::min(w.a.x, w.b.x);
    const int x1 = std::max(w.a.x, w.b.x);
    const int y0 = std::min(w.a.y, w.b.y);
    const int y1 = std::max(w.a.y, w.b.y);
    return x0 < b.x1 && x1 > b.x0 && y0 < b.y1 && y1 > b.y0;
}

Box textBox(Pt at, TextAnchor anchor, const std::string& text) {
    const int w = draw::textWidth(text);
    const int h = 10;
    const int column =
        anchor == TextAnchor::Left || anchor == TextAnchor::TopLeft ||
                anchor == TextAnchor::BottomLeft
            ? 0
        : anchor == TextAnchor::Center || anchor == TextAnchor::Top || anchor == TextAnchor::Bottom
            ? 1
            : 2;
    const int row =
        anchor == TextAnchor::Left || anchor == TextAnchor::Center || anchor == TextAnchor::Right
            ? 1
        : anchor == TextAnchor::TopLeft || anchor == TextAnchor::Top ||
                anchor == TextAnchor::TopRight
            ? 0
            : 2;
    const Pt corner{at.x - w * column / 2, at.y - h * row / 2};
    return {corner.x, corner.y, corner.x + w, corner.y + h};
}

void checkConnectivity(const SchematicDoc& doc, const netlist::Circuit& circuit,
                       std::span<const std::uint32_t> path, QStringList& out) {
    const auto place = draw::findPlace(circuit, path);
    if (!place) {
        out << QStringLiteral("no such place");
        return;
    }
    // What the netlist says, straight from the cell.
    std::map<std::string, std::vector<std::string>> wanted;
    for (std::uint32_t i = 0; i < circuit.cellInstanceCount(place->cell); ++i) {
        const auto instance = circuit.cellInstance(place->cell, i);
        std::vector<std::string> nets;
        for (const std::uint32_t n : instance.nets)
            nets.push_back(draw::flatNetName(circuit, path, *place, n));
        if (!nets.empty())
            wanted[place->prefix + std::string(instance.name)] = nets;
    }
    // What the drawing says: geometry alone, with labels made unambiguous.
    SchematicDoc copy = doc;
    std::map<std::string, std::string> unique;
    for (Label& label : copy.labels) {
        if (label.kind == Label::Kind::Ground)
            label.kind = Label::Kind::Supply;
        label.name = unique.emplace(label.net, "u" + std::to_string(unique.size())).first->second;
    }
    copy.junctions.clear();
    const Connectivity found = connect(copy);
    if (copy.junctions != doc.junctions)
        out << QStringLiteral("junction dots differ: %1 drawn, %2 needed")
                   .arg(doc.junctions.size())
                   .arg(copy.junctions.size());
    std::map<std::uint32_t, std::string> nameOf;
    std::map<std::string, std::uint32_t> netOf;
    std::set<std::string> drawn;
    for (std::size_t i = 0; i < doc.instances.size(); ++i) {
        const auto it = wanted.find(doc.instances[i].device);
        if (it == wanted.end()) {
            out << QStringLiteral("unknown device ") + doc.instances[i].device.c_str();
            continue;
        }
        if (!drawn.insert(doc.instances[i].device).second)
            out << QStringLiteral("drawn twice: ") + doc.instances[i].device.c_str();
        if (doc.pinNets[i] != it->second)
            out << QStringLiteral("pinNets of %1").arg(doc.instances[i].device.c_str());
        const Symbol& symbol = doc.symbols[doc.instances[i].symbol];
        if (symbol.pins.size() != it->second.size()) {
            out << QStringLiteral("pin count of %1").arg(doc.instances[i].device.c_str());
            continue;
        }
        for (std::size_t p = 0; p < symbol.pins.size(); ++p) {
            const std::string& want = it->second[symbol.pins[p].order];
            const std::uint32_t net = found.pinNets[i][p];
            const auto [a, freshA] = nameOf.emplace(net, want);
            const auto [b, freshB] = netOf.emplace(want, net);
            if (a->second != want)
                out << QStringLiteral("short: %1 and %2 at %3")
                           .arg(a->second.c_str(), want.c_str(), doc.instances[i].device.c_str());
            if (b->second != net)
                out << QStringLiteral("open: %1 at %2")
                           .arg(want.c_str(), doc.instances[i].device.c_str());
        }
    }
    if (drawn.size() != wanted.size())
        out << QStringLiteral("%1 of %2 devices drawn").arg(drawn.size()).arg(wanted.size());
    for (std::size_t w = 0; w < doc.wires.size(); ++w)
        if (doc.wires[w].net.empty())
            out << QStringLiteral("a wire without a net");
}

} // namespace

QStringList faults(const SchematicDoc& doc, const netlist::Circuit& circuit,
                   std::span<const std::uint32_t> path) {
    QStringList out;
    checkConnectivity(doc, circuit, path, out);
    for (const Wire& w : doc.wires) {
        if ((w.a.x == w.b.x) == (w.a.y == w.b.y))
            out << QStringLiteral("slanted or empty wire of %1").arg(w.net.c_str());
        if (w.a.x % 10 != 0 || w.a.y % 10 != 0 || w.b.x % 10 != 0 || w.b.y % 10 != 0)
            out << QStringLiteral("wire of %1 off the grid").arg(w.net.c_str());
    }
    std::vector<std::pair<Box, const SymbolInstance*>> bodies;
    for (const SymbolInstance& instance : doc.instances) {
        const auto f = draw::footprint(doc.symbols[instance.symbol], instance.orientation);
        const Box body = moved(f.body, instance.at);
        for (const auto& [other, who] : bodies)
            if (body.overlaps(other))
                out << QStringLiteral("%1 overlaps %2")
                           .arg(instance.name.c_str(), who->name.c_str());
        bodies.emplace_back(body, &instance);
        for (const Box& solid : f.solid) {
            Box box = moved(solid, instance.at);
            // Leads have no width: widened, so that a wire across one counts.
            const bool thin = box.x0 == box.x1 || box.y0 == box.y1;
            if (thin && box.x0 == box.x1)
                box = {box.x0 - 1, box.y0 + 1, box.x1 + 1, box.y1 - 1};
            else if (thin)
                box = {box.x0 + 1, box.y0 - 1, box.x1 - 1, box.y1 + 1};
            for (const Wire& w : doc.wires)
                if (enters(w, box))
                    out << QStringLiteral("wire of %1 through %2")
                               .arg(w.net.c_str(), instance.name.c_str());
        }
    }
    return out;
}

int textCollisions(const SchematicDoc& doc) {
    std::vector<Box> texts;
    std::vector<Box> bodies;
    for (const SymbolInstance& instance : doc.instances) {
        const auto f = draw::footprint(doc.symbols[instance.symbol], instance.orientation);
        bodies.push_back(moved(f.solid.back(), instance.at));
        const auto add = [&](const TextSlot& slot, const std::string& text) {
            if (text.empty())
                return;
            const Pt at = instance.orientation.apply(slot.at);
            texts.push_back(textBox({instance.at.x + at.x, instance.at.y + at.y},
                                    turnedAnchor(slot.anchor, instance.orientation), text));
        };
        add(instance.nameSlot, instance.name);
        add(instance.valueSlot, instance.value);
    }
    for (const Label& label : doc.labels) {
        if (label.kind == Label::Kind::Ground || label.quarterTurns % 2 == 1)
            continue;
        Pt at = label.at;
        TextAnchor anchor = label.quarterTurns == 0 ? TextAnchor::Left : TextAnchor::Right;
        if (label.kind == Label::Kind::Supply) {
            at.y += label.quarterTurns == 0 ? -14 : 14;
            anchor = label.quarterTurns == 0 ? TextAnchor::Bottom : TextAnchor::Top;
        } else if (label.anchor != TextAnchor::Left) {
            at.y -= 3;
            anchor = label.anchor;
        } else {
            at.x +=
                (label.quarterTurns == 0 ? 1 : -1) * (label.kind == Label::Kind::Local ? 3 : 12);
        }
        texts.push_back(textBox(at, anchor, label.name));
    }
    int count = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (const Box& body : bodies)
            count += texts[i].overlaps(body);
        for (std::size_t j = i + 1; j < texts.size(); ++j)
            count += texts[i].overlaps(texts[j]);
    }
    return count;
}

int crossings(const SchematicDoc& doc) {
    int count = 0;
    for (const Wire& h : doc.wires)
        for (const Wire& v : doc.wires)
            if (h.a.y == h.b.y && v.a.x == v.b.x && h.net != v.net)
                count += v.a.x > std::min(h.a.x, h.b.x) && v.a.x < std::max(h.a.x, h.b.x) &&
                         h.a.y > std::min(v.a.y, v.b.y) && h.a.y < std::max(v.a.y, v.b.y);
    return count;
}

std::map<netlist::CellId, std::vector<std::uint32_t>> cellPaths(const netlist::Circuit& circuit) {
    std::map<netlist::CellId, std::vector<std::uint32_t>> paths;
    std::vector<netlist::CellId> open{circuit.topCell()};
    paths[circuit.topCell()] = {};
    for (std::size_t i = 0; i < open.size(); ++i)
        for (std::uint32_t k = 0; k < circuit.cellInstanceCount(open[i]); ++k) {
            const auto child = circuit.cellInstance(open[i], k).child;
            if (child == netlist::kNone || paths.contains(child))
                continue;
            auto path = paths[open[i]];
            path.push_back(k);
            paths[child] = std::move(path);
            open.push_back(child);
        }
    return paths;
}

} // namespace ohm::test
