// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/symbols.h"

#include "core/base/text.h"
#include "core/schematic/symboldata.h"
#include "core/schematic/symbolparts.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace ohm::schematic {
namespace {

using netlist::DeviceKind;

/// Anchors as the place of the anchor point on the text's box: -1 left/top, 0 middle, 1.
constexpr std::array<std::pair<int, int>, 9> kAnchorCell{
    {{-1, 0}, {0, 0}, {1, 0}, {-1, -1}, {0, -1}, {1, -1}, {-1, 1}, {0, 1}, {1, 1}}};

TextAnchor anchorAt(int x, int y) {
    for (std::size_t i = 0; i < kAnchorCell.size(); ++i)
        if (kAnchorCell[i] == std::pair{x, y})
            return static_cast<TextAnchor>(i);
    return TextAnchor::Center;
}

Symbol withPin(Symbol symbol, Pt at, const char* name, Pt leadEnd) {
    Shape lead;
    lead.points = {at, leadEnd};
    symbol.shapes.push_back(std::move(lead));
    symbol.pins.push_back({at, name, static_cast<std::uint16_t>(symbol.pins.size())});
    return symbol;
}

/// Name of the built-in symbol, or nullptr where a box is drawn.
const char* symbolNameFor(DeviceKind kind, netlist::Polarity polarity, unsigned terminals) {
    const bool p = polarity == 'p' || polarity == 'P';
    switch (kind) {
    case DeviceKind::Resistor:
        return terminals == 2 ? "res" : nullptr;
    case DeviceKind::Capacitor:
        return terminals == 2 ? "cap" : nullptr;
    case DeviceKind::Inductor:
        return terminals == 2 ? "ind" : nullptr;
    case DeviceKind::VoltageSource:
        return terminals == 2 ? "vsource" : nullptr;
    case DeviceKind::CurrentSource:
        return terminals == 2 ? "isource" : nullptr;
    case DeviceKind::Diode:
        return terminals == 2 ? "diode" : nullptr;
    case DeviceKind::Vcvs:
        return terminals == 4 ? "vcvs" : terminals == 2 ? "bsource" : nullptr;
    case DeviceKind::Vccs:
        return terminals == 4 ? "vccs" : terminals == 2 ? "bsource" : nullptr;
    case DeviceKind::Ccvs:
        return terminals == 2 ? "ccvs" : nullptr;
    case DeviceKind::Cccs:
        return terminals == 2 ? "cccs" : nullptr;
    case DeviceKind::Behavioural:
        return terminals == 2 ? "bsource" : nullptr;
    case DeviceKind::Mosfet:
        if (terminals == 4)
            return p ? "pmos4" : "nmos4";
        return terminals == 3 ? (p ? "pmos3" : "nmos3") : nullptr;
    case DeviceKind::Bjt:
        return terminals == 3 || terminals == 4 ? (p ? "pnp" : "npn") : nullptr;
    case DeviceKind::Jfet:
    case DeviceKind::Mesfet:
        return terminals == 3 ? (p ? "pjf" : "njf") : nullptr;
    case DeviceKind::Switch:
        return terminals == 4 || terminals == 2 ? "switch" : nullptr;
    case DeviceKind::TransmissionLine:
        return terminals == 4 ? "tline" : nullptr;
    default:
        return nullptr;
    }
}

/// The switch of a current-controlled card has no control terminals.
Symbol plainSwitch() {
    return SymbolBuilder("switch")
        .twoTerminal(SymbolBuilder::Body::Switch, {0, -30}, {0, 30}, "p", "n")
        .slots({{18, -8}}, {{18, 8}})
        .take();
}

/// True if a pin's name says that something comes out of it.
bool namesOutput(std::string_view pinName) {
    std::string name = toLower(pinName);
    while (!name.empty() && (std::isdigit(static_cast<unsigned char>(name.back())) != 0 ||
                             name.back() == '+' || name.back() == '-' || name.back() == '_'))
        name.pop_back();
    constexpr std::array<std::string_view, 3> kHeads{"out", "vout", "iout"};
    constexpr std::array<std::string_view, 10> kWords{"o",  "vo", "vop", "von", "q",
                                                      "qb", "qn", "y",   "z",   "zn"};
    return std::any_of(kHeads.begin(), kHeads.end(),
                       [&](auto head) { return std::string_view(name).starts_with(head); }) ||
           std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

/// Width of a text in units, for a proportional face of height 10.
int roughWidth(std::string_view text) {
    return static_cast<int>(std::min<std::size_t>(text.size(), 24)) * 6;
}

} // namespace

const Symbol* builtinSymbol(std::string_view name) {
    for (const Symbol& symbol : builtinSymbols())
        if (symbol.name == name)
            return &symbol;
    return nullptr;
}

Symbol symbolFor(DeviceKind kind, netlist::Polarity polarity, unsigned terminals,
                 std::string_view master) {
    if (const char* name = symbolNameFor(kind, polarity, terminals)) {
        if (kind == DeviceKind::Switch && terminals == 2)
            return plainSwitch();
        Symbol symbol = *builtinSymbol(name);
        if (kind == DeviceKind::Bjt && terminals == 4)
            return withPin(std::move(symbol), {20, 0}, "s", {0, 0});
        return symbol;
    }
    std::vector<std::string> names;
    names.reserve(terminals);
    for (unsigned i = 0; i < terminals; ++i)
        names.emplace_back(netlist::terminalRole(kind, i, terminals));
    return blockSymbol(master.empty() ? std::string_view(netlist::kindName(kind)) : master, names);
}

Symbol blockSymbol(std::string_view name, const std::vector<std::string>& pinNames) {
    // Without a named output the second half goes right; with one, all others stay left.
    std::vector<bool> onLeft;
    onLeft.reserve(pinNames.size());
    for (const std::string& pin : pinNames)
        onLeft.push_back(!namesOutput(pin));
    std::size_t leftCount =
        static_cast<std::size_t>(std::count(onLeft.begin(), onLeft.end(), true));
    if (leftCount == pinNames.size()) {
        leftCount = (pinNames.size() + 1) / 2;
        std::fill(onLeft.begin() + static_cast<std::ptrdiff_t>(leftCount), onLeft.end(), false);
    }
    const std::size_t rows = std::max({leftCount, pinNames.size() - leftCount, std::size_t{1}});
    int widthLeft = 0;
    int widthRight = 0;
    for (std::size_t i = 0; i < pinNames.size(); ++i) {
        int& width = onLeft[i] ? widthLeft : widthRight;
        width = std::max(width, roughWidth(pinNames[i]));
    }
    // Both pin columns and the first row fall on the grid of 10, the box is centred on the origin.
    const int halfWidth = (std::max(60, widthLeft + widthRight + 30) + 19) / 20 * 10;
    const int top = -10 * static_cast<int>(rows - 1);
    const int boxTop = top - 20;
    const int boxBottom = top + 20 * static_cast<int>(rows - 1) + 20;

    SymbolBuilder b{std::string(name)};
    b.box({-halfWidth, boxTop}, {halfWidth, boxBottom});
    int leftRow = 0;
    int rightRow = 0;
    for (std::size_t i = 0; i < pinNames.size(); ++i) {
        const bool left = onLeft[i];
        const int y = top + 20 * (left ? leftRow++ : rightRow++);
        const int edge = left ? -halfWidth : halfWidth;
        const int out = left ? -10 : 10;
        b.line({{edge + out, y}, {edge, y}});
        b.text({edge - out / 2, y}, pinNames[i], 9, left ? TextAnchor::Left : TextAnchor::Right);
        b.pin({edge + out, y}, pinNames[i]);
    }
    return b.slots({{0, boxTop - 4}, TextAnchor::Bottom}, {{0, boxBottom + 4}, TextAnchor::Top})
        .take();
}

Orientation inverse(Orientation o) {
    // A mirrored orientation is a reflection and undoes itself.
    if (o.mirror)
        return o;
    return {static_cast<std::uint8_t>((4 - (o.quarterTurns & 3)) & 3), false};
}

TextAnchor turnedAnchor(TextAnchor anchor, Orientation orientation) {
    const auto& cell = kAnchorCell[static_cast<std::size_t>(anchor)];
    const Pt turned = orientation.apply({cell.first, cell.second});
    return anchorAt(turned.x, turned.y);
}

SymbolBounds symbolBounds(const Symbol& symbol) {
    SymbolBounds box;
    bool first = true;
    const auto take = [&](Pt p) {
        box.min = first ? p : Pt{std::min(box.min.x, p.x), std::min(box.min.y, p.y)};
        box.max = first ? p : Pt{std::max(box.max.x, p.x), std::max(box.max.y, p.y)};
        first = false;
    };
    for (const Shape& shape : symbol.shapes) {
        if (shape.kind == Shape::Kind::Text)
            continue;
        for (const Pt& p : shape.points)
            take({static_cast<int>(static_cast<float>(p.x) * shape.scale),
                  static_cast<int>(static_cast<float>(p.y) * shape.scale)});
    }
    for (const Pin& pin : symbol.pins)
        take(pin.at);
    return box;
}

void placeTexts(SymbolInstance& instance, const Symbol& symbol) {
    const Orientation o = instance.orientation;
    TextSlot name{o.apply(symbol.nameSlot.at), turnedAnchor(symbol.nameSlot.anchor, o)};
    TextSlot value{o.apply(symbol.valueSlot.at), turnedAnchor(symbol.valueSlot.anchor, o)};

    const bool sideBySide = symbol.nameSlot.anchor == symbol.valueSlot.anchor &&
                            symbol.nameSlot.at.x == symbol.valueSlot.at.x;
    if (sideBySide && (o.quarterTurns & 1) != 0) {
        // The stacked pair now lies on one row: texts would run into each other.
        const bool onAxis = std::all_of(symbol.pins.begin(), symbol.pins.end(),
                                        [](const Pin& pin) { return pin.at.x == 0; });
        if (onAxis) { // a lying two-terminal part: name above, value below
            const int gap = std::abs(symbol.nameSlot.at.x) - 4;
            name = {{0, -gap}, TextAnchor::Bottom};
            value = {{0, gap}, TextAnchor::Top};
        } else { // left and right of the middle, growing outwards
            if (name.at.x > value.at.x)
                std::swap(name.at, value.at);
            const bool below = name.at.y > 0;
            name.anchor = below ? TextAnchor::TopRight : TextAnchor::BottomRight;
            value.anchor = below ? TextAnchor::TopLeft : TextAnchor::BottomLeft;
        }
    } else if (name.at.y > value.at.y) {
        std::swap(name, value); // the name is read first
    }
    const Orientation back = inverse(o);
    instance.nameSlot = {back.apply(name.at), turnedAnchor(name.anchor, back)};
    instance.valueSlot = {back.apply(value.at), turnedAnchor(value.anchor, back)};
}

} // namespace ohm::schematic
