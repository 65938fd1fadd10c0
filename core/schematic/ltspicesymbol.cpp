// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ltspicesymbol.h"

#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace ohm::schematic::ltspice {
namespace {

constexpr std::size_t kMaxPins = 4096;

/// Names inside a block: LTspice shows a pin's name unless its side says NONE.
void addPinName(Symbol& drawing, Pt at, const std::string& name, std::string_view side,
                int offset) {
    const Justification just = justification(side);
    if (!just.visible || equalsIgnoreCase(side, "none") || name.empty())
        return;
    Shape shape;
    shape.kind = Shape::Kind::Text;
    shape.scale = kScale;
    shape.size = 15;
    shape.anchor = just.anchor;
    switch (just.anchor) {
    case TextAnchor::Left:
        at.x += offset;
        break;
    case TextAnchor::Right:
        at.x -= offset;
        break;
    case TextAnchor::Top:
        at.y += offset;
        break;
    case TextAnchor::Bottom:
        at.y -= offset;
        break;
    default:
        break;
    }
    shape.points = {at};
    shape.text = name;
    drawing.shapes.push_back(std::move(shape));
}

struct PinRecord {
    Pt at;
    std::string side;
    int offset = 0;
    std::string name;
    int order = 0;
};

} // namespace

void orderPins(LtSymbol& symbol) {
    std::vector<std::size_t> order(symbol.drawing.pins.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) { // pins without a number come last, in file order
        return symbol.spiceOrder[i] > 0 ? symbol.spiceOrder[i] : 1'000'000;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<Pin> pins;
    std::vector<int> numbers;
    for (const std::size_t i : order) {
        pins.push_back(std::move(symbol.drawing.pins[i]));
        pins.back().order = static_cast<std::uint16_t>(pins.size() - 1);
        numbers.push_back(symbol.spiceOrder[i]);
    }
    symbol.drawing.pins = std::move(pins);
    symbol.spiceOrder = std::move(numbers);
}

Window windowOf(const Record& record, int id, Pt at) {
    const Justification just = justification(record.fields[3]);
    // Size 0 is how LTspice hides the secondary attributes.
    const bool tiny = record.fields.size() > 4 && record.fields[4] == "0";
    const bool secondary = id != kNameWindow && id != kValueWindow;
    return {{at, just.anchor}, just.visible && !(tiny && secondary)};
}

LtSymbol parseSymbol(std::string_view text, std::string name, Findings& findings) {
    LtSymbol symbol;
    symbol.drawing.name = std::move(name);
    std::vector<PinRecord> pins;
    Record record;
    int line = 0;
    const auto malformed = [&] {
        findings.add(Severity::Warning, "SCH-012",
                     "This line of the symbol is not understood and was left out: " +
                         std::string(record.keyword) + ".",
                     record.line);
    };
    while (nextRecord(text, line, record)) {
        const std::string_view word = record.keyword;
        if (word == "Version") {
            continue;
        } else if (word == "SymbolType") {
            symbol.block =
                !record.fields.empty() && equalsIgnoreCase(record.fields.front(), "BLOCK");
        } else if (isShape(word)) {
            if (auto shape = shapeOf(record))
                symbol.drawing.shapes.push_back(std::move(*shape));
            else
                malformed();
        } else if (word == "TEXT") {
            const auto at = point(record, 0);
            if (!at || record.fields.size() < 5) {
                malformed();
                continue;
            }
            const Justification just = justification(record.fields[2]);
            if (!just.visible)
                continue;
            Shape shape;
            shape.kind = Shape::Kind::Text;
            shape.points = {*at};
            shape.scale = kScale;
            shape.anchor = just.anchor;
            shape.size =
                static_cast<int>(static_cast<float>(textHeight(record.fields[3])) / kScale);
            shape.text = std::string(record.restFrom(4));
            symbol.drawing.shapes.push_back(std::move(shape));
        } else if (word == "WINDOW") {
            const auto id = coordinate(record, 0);
            const auto at = point(record, 1);
            if (!id || !at || record.fields.size() < 4) {
                malformed();
                continue;
            }
            symbol.windows[*id] = windowOf(record, *id, *at);
        } else if (word == "SYMATTR") {
            if (record.fields.empty())
                malformed();
            else
                symbol.attributes[toLower(record.fields[0])] = std::string(record.restFrom(1));
        } else if (word == "PIN") {
            const auto at = point(record, 0);
            if (!at || pins.size() >= kMaxPins) {
                malformed();
                continue;
            }
            PinRecord pin;
            pin.at = *at;
            pin.side = record.fields.size() > 2 ? std::string(record.fields[2]) : "NONE";
            pin.offset = std::clamp(coordinate(record, 3).value_or(0), 0, 1000);
            pins.push_back(std::move(pin));
        } else if (word == "PINATTR" && !pins.empty()) {
            if (record.fields.size() >= 2 && record.fields[0] == "PinName")
                pins.back().name = std::string(record.restFrom(1));
            else if (record.fields.size() >= 2 && record.fields[0] == "SpiceOrder")
                pins.back().order = coordinate(record, 1).value_or(0);
        } else {
            malformed();
        }
    }
    for (const PinRecord& pin : pins) {
        symbol.drawing.pins.push_back({pin.at, pin.name, 0});
        symbol.spiceOrder.push_back(pin.order);
        addPinName(symbol.drawing, pin.at, pin.name, pin.side, pin.offset);
    }
    orderPins(symbol);
    return symbol;
}

LtSymbol placeholderSymbol(std::string name) {
    LtSymbol symbol;
    symbol.placeholder = true;
    Shape box;
    box.kind = Shape::Kind::Rectangle;
    box.points = {{-20, -20}, {20, 20}};
    Shape mark;
    mark.kind = Shape::Kind::Text;
    mark.points = {{0, 0}};
    mark.text = "?";
    mark.size = 18;
    symbol.drawing.shapes = {box, mark};
    symbol.drawing.name = std::move(name);
    symbol.windows[kNameWindow] = {{{0, -38}, TextAnchor::Bottom}, true};
    symbol.windows[kValueWindow] = {{{0, 38}, TextAnchor::Top}, true};
    return symbol;
}

} // namespace ohm::schematic::ltspice
