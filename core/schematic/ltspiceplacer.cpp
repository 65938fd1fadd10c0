// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ltspiceplacer.h"

#include "core/schematic/symbols.h"

#include <algorithm>
#include <map>

namespace ohm::schematic::ltspice {
namespace {

int scaled(int v) {
    return (v * 5 + (v < 0 ? -4 : 4)) / 8; // 16 -> 10, halves away from zero
}

Pt scaled(Pt p) {
    return {scaled(p.x), scaled(p.y)};
}

/// Box of a symbol's strokes in document units; pins are still in LTspice's.
SymbolBounds strokeBounds(Symbol symbol) {
    for (Pin& pin : symbol.pins)
        pin.at = scaled(pin.at);
    return symbolBounds(symbol);
}

/// The window an attribute is shown in: the sheet's own, else the symbol's.
const Window* windowFor(const Placement& placement, const LtSymbol& symbol, int id) {
    if (const auto own = placement.windows.find(id); own != placement.windows.end())
        return &own->second;
    const auto given = symbol.windows.find(id);
    return given == symbol.windows.end() ? nullptr : &given->second;
}

std::string shownValue(const Placement& placement, const Part& part) {
    const Window* window = windowFor(placement, *part.symbol, kValueWindow);
    std::string text;
    if (window != nullptr && window->visible) {
        text = part.attribute("value");
        if (text.empty())
            text = part.attribute("spicemodel");
    }
    const Window* second = windowFor(placement, *part.symbol, kValue2Window);
    if (second != nullptr && second->visible && !part.attribute("value2").empty())
        text += (text.empty() ? "" : " ") + std::string(part.attribute("value2"));
    return text;
}

/// The four ways out of a point, as bits.
constexpr unsigned kRight = 1;
constexpr unsigned kDown = 2;
constexpr unsigned kLeft = 4;
constexpr unsigned kUp = 8;

unsigned wayTo(Pt from, Pt to) {
    const std::int64_t dx = std::int64_t{to.x} - from.x;
    const std::int64_t dy = std::int64_t{to.y} - from.y;
    if (dx == 0 && dy == 0)
        return 0;
    if (std::abs(dx) >= std::abs(dy))
        return dx > 0 ? kRight : kLeft;
    return dy > 0 ? kDown : kUp;
}

} // namespace

std::uint32_t Placer::symbolIndex(const LtSymbol& symbol) {
    const auto [it, fresh] =
        m_symbols.emplace(&symbol, static_cast<std::uint32_t>(m_doc.symbols.size()));
    if (fresh) {
        Symbol drawing = symbol.drawing;
        const SymbolBounds box = strokeBounds(drawing);
        drawing.nameSlot = {{box.max.x * 8 / 5 + 10, -16}, TextAnchor::Left};
        drawing.valueSlot = {{box.max.x * 8 / 5 + 10, 16}, TextAnchor::Left};
        if (const auto w = symbol.windows.find(kNameWindow); w != symbol.windows.end())
            drawing.nameSlot = w->second.slot;
        if (const auto w = symbol.windows.find(kValueWindow); w != symbol.windows.end())
            drawing.valueSlot = w->second.slot;
        m_doc.symbols.push_back(std::move(drawing));
    }
    return it->second;
}

void Placer::add(const Placement& placement, const Part& part) {
    SymbolInstance instance;
    instance.symbol = symbolIndex(*part.symbol);
    instance.at = placement.at;
    instance.orientation = placement.orientation;
    instance.name = part.attribute("instname");
    instance.value = shownValue(placement, part);
    instance.line = placement.line;
    instance.placeholder = part.symbol->placeholder;
    for (const auto& [key, value] : part.attributes)
        instance.attributes.emplace_back(key, value);
    const Symbol& symbol = m_doc.symbols[instance.symbol];
    const bool lying = (placement.orientation.quarterTurns & 1) != 0;
    if (lying && placement.windows.empty())
        placeTexts(instance, symbol); // the symbol's own places are for the upright part
    else {
        instance.nameSlot = symbol.nameSlot;
        instance.valueSlot = symbol.valueSlot;
    }
    const auto apply = [&](int id, TextSlot& slot, std::string& text) {
        const Window* window = windowFor(placement, *part.symbol, id);
        if (window != nullptr && !window->visible)
            text.clear();
        if (placement.windows.contains(id))
            slot = window->slot;
    };
    apply(kNameWindow, instance.nameSlot, instance.name);
    apply(kValueWindow, instance.valueSlot, instance.value);
    m_doc.instances.push_back(std::move(instance));
}

void Placer::addTexts(const std::vector<SheetText>& texts) {
    for (const SheetText& text : texts)
        m_doc.notes.push_back({text.at, text.text, text.height, text.directive, text.anchor});
}

void Placer::turnLabels() {
    std::map<Pt, unsigned> ways; // which ways wires leave the labels' points
    for (const Label& label : m_doc.labels)
        ways.emplace(label.at, 0U);
    for (const Wire& wire : m_doc.wires) {
        if (const auto a = ways.find(wire.a); a != ways.end())
            a->second |= wayTo(wire.a, wire.b);
        if (const auto b = ways.find(wire.b); b != ways.end())
            b->second |= wayTo(wire.b, wire.a);
    }
    std::map<Pt, unsigned> bodies; // and on which side a symbol's body is
    for (const SymbolInstance& instance : m_doc.instances) {
        const Symbol& symbol = m_doc.symbols[instance.symbol];
        const SymbolBounds box = strokeBounds(symbol);
        const Pt middle{(box.min.x + box.max.x) * 4 / 5, (box.min.y + box.max.y) * 4 / 5};
        for (const Pin& pin : symbol.pins) {
            const Pt offset = instance.orientation.apply(pin.at);
            const Pt at{instance.at.x + offset.x, instance.at.y + offset.y};
            if (ways.contains(at))
                bodies[at] |= wayTo(offset, instance.orientation.apply(middle));
        }
    }
    for (Label& label : m_doc.labels) {
        if (label.kind == Label::Kind::Ground)
            continue;
        const auto body = bodies.find(label.at);
        const unsigned taken = ways[label.at] | (body == bodies.end() ? 0U : body->second);
        if ((taken & (kLeft | kRight)) == (kLeft | kRight)) { // amid a wire: above it
            label.anchor = TextAnchor::Bottom;
            label.quarterTurns = (taken & kUp) == 0 ? 3 : 1;
        } else if ((taken & kRight) == 0) {
            label.quarterTurns = 0;
        } else {
            label.quarterTurns = 2;
        }
        // At the end of an upright wire: ports follow it, plain names stand above or below.
        if (taken == kDown || taken == kUp) {
            label.quarterTurns = taken == kDown ? 3 : 1;
            if (label.kind == Label::Kind::Local)
                label.anchor = TextAnchor::Bottom;
        }
    }
}

void Placer::scale() {
    for (Symbol& symbol : m_doc.symbols) {
        for (Pin& pin : symbol.pins)
            pin.at = scaled(pin.at);
        symbol.nameSlot.at = scaled(symbol.nameSlot.at);
        symbol.valueSlot.at = scaled(symbol.valueSlot.at);
    }
    for (SymbolInstance& instance : m_doc.instances) {
        instance.at = scaled(instance.at);
        instance.nameSlot.at = scaled(instance.nameSlot.at);
        instance.valueSlot.at = scaled(instance.valueSlot.at);
    }
    for (Wire& wire : m_doc.wires) {
        wire.a = scaled(wire.a);
        wire.b = scaled(wire.b);
    }
    for (Label& label : m_doc.labels)
        label.at = scaled(label.at);
    for (Note& note : m_doc.notes)
        note.at = scaled(note.at);
    for (Pt& dot : m_doc.junctions)
        dot = scaled(dot);
}

} // namespace ohm::schematic::ltspice
