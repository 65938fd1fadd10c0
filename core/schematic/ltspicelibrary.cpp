// SPDX-License-Identifier: GPL-3.0-or-later
// Our own drawings for the symbols of LTspice's library that schematics use most, at that library's
// pin places (facts), for files that come without their .asy.
#include "core/schematic/ltspicesymbol.h"
#include "core/schematic/symbolparts.h"

#include <algorithm>
#include <initializer_list>

namespace ohm::schematic::ltspice {
namespace {

using Body = SymbolBuilder::Body;
using Attribute = std::pair<const char*, const char*>;

struct Texts {
    Pt name;
    Pt value;
};

/// From document units, in which the library is drawn, to LTspice's (all are multiples of 5).
Pt toLt(Pt p) {
    return {p.x * 8 / 5, p.y * 8 / 5};
}

LtSymbol finish(Symbol drawing, Texts texts, std::initializer_list<Attribute> attributes,
                std::initializer_list<int> order = {}) {
    LtSymbol symbol;
    symbol.builtin = true;
    for (Pin& pin : drawing.pins)
        pin.at = toLt(pin.at);
    for (std::size_t i = 0; i < drawing.pins.size(); ++i)
        symbol.spiceOrder.push_back(static_cast<int>(i) + 1);
    if (order.size() == drawing.pins.size())
        symbol.spiceOrder.assign(order.begin(), order.end());
    symbol.drawing = std::move(drawing);
    symbol.windows[kNameWindow] = {{toLt(texts.name), TextAnchor::Left}, true};
    symbol.windows[kValueWindow] = {{toLt(texts.value), TextAnchor::Left}, true};
    for (const auto& [key, value] : attributes)
        symbol.attributes.emplace(key, value);
    return symbol;
}

/// A part on a vertical line at x; texts right of it.
struct TwoTerminal {
    const char* name;
    Body body;
    int x;
    int top;
    int bottom;
    const char* prefix;
    const char* value;
    int textX;
    bool reversed = false; ///< first pin below
};

LtSymbol two(const TwoTerminal& t, const char* first = "+", const char* second = "-") {
    SymbolBuilder b(t.name);
    const Pt top{t.x, t.top};
    const Pt bottom{t.x, t.bottom};
    b.twoTerminal(t.body, top, bottom, first, second);
    const int middle = (t.top + t.bottom) / 2;
    Symbol drawing = b.take();
    if (t.reversed) {
        std::swap(drawing.pins[0].at, drawing.pins[1].at);
        if (t.body == Body::CircleCurrent || t.body == Body::DiamondCurrent ||
            t.body == Body::DiamondBehavioural)
            for (Shape& shape : drawing.shapes)
                for (Pt& p : shape.points)
                    p.y = 2 * middle - p.y;
    }
    return finish(std::move(drawing), {{t.textX, middle - 9}, {t.textX, middle + 9}},
                  {{"prefix", t.prefix}, {"value", t.value}});
}

LtSymbol withStrokes(LtSymbol symbol, std::initializer_list<std::initializer_list<Pt>> strokes) {
    for (const auto& stroke : strokes) {
        Shape line;
        line.points = stroke;
        symbol.drawing.shapes.push_back(std::move(line));
    }
    return symbol;
}

LtSymbol diode(const char* name, std::initializer_list<std::initializer_list<Pt>> strokes) {
    return withStrokes(two({name, Body::Diode, 10, 0, 40, "D", "D", 26}), strokes);
}

/// Diamond or switch with two control pins at the left; `plus` is the y of the positive one.
LtSymbol controlled(const char* name, Body body, const char* prefix, const char* value, int plus,
                    bool arrowUp) {
    SymbolBuilder b(name);
    b.twoTerminal(body, {0, 10}, {0, 60}, "+", "-");
    const int minus = 70 - plus;
    b.controlPort({-30, plus}, {-30, minus});
    b.pin({-30, plus}, "NC+").pin({-30, minus}, "NC-");
    Symbol drawing = b.take();
    if (arrowUp) { // LTspice's G lets its current out at the top
        std::swap(drawing.pins[0].at, drawing.pins[1].at);
        for (Shape& shape : drawing.shapes)
            if (std::all_of(shape.points.begin(), shape.points.end(),
                            [](Pt p) { return p.x > -11 && p.x < 11; }))
                for (Pt& p : shape.points)
                    p.y = 70 - p.y;
    }
    return finish(std::move(drawing), {{22, 16}, {22, 54}}, {{"prefix", prefix}, {"value", value}});
}

LtSymbol mosfet(const char* name, bool nType, bool bulk) {
    SymbolBuilder b(name);
    b.line({{0, 50}, {5, 50}, {5, 10}});
    b.line({{10, 5}, {10, 15}}).line({{10, 25}, {10, 35}}).line({{10, 45}, {10, 55}});
    b.line({{10, 10}, {30, 10}, {30, 0}}).line({{10, 50}, {30, 50}, {30, 60}});
    b.line({{10, 30}, {30, 30}});
    if (!bulk)
        b.line({{30, 30}, {30, 50}});
    if (nType)
        b.arrow({11, 30}, {-1, 0}, 10, 4);
    else
        b.arrow({27, 30}, {1, 0}, 10, 4);
    b.pin({30, 0}, "D").pin({0, 50}, "G").pin({30, 60}, "S");
    if (bulk)
        b.pin({30, 30}, "B");
    return finish(b.take(), {{36, 19}, {36, 43}},
                  {{"prefix", nType ? "MN" : "MP"}, {"value", nType ? "NMOS" : "PMOS"}});
}

LtSymbol fieldEffect(const char* name, const char* prefix, const char* value, int gateY,
                     bool inward) {
    SymbolBuilder b(name);
    b.line({{0, gateY}, {10, gateY}}).line({{10, 8}, {10, 52}});
    b.line({{10, 15}, {30, 15}, {30, 0}}).line({{10, 45}, {30, 45}, {30, 60}});
    b.arrow(inward ? Pt{9, gateY} : Pt{0, gateY}, inward ? Pt{1, 0} : Pt{-1, 0}, 8, 4);
    b.pin({30, 0}, "D").pin({0, gateY}, "G").pin({30, 60}, "S");
    return finish(b.take(), {{36, 20}, {36, 44}}, {{"prefix", prefix}, {"value", value}});
}

LtSymbol bipolar(const char* name, bool npn, bool substrate, const char* value) {
    SymbolBuilder b(name);
    b.line({{0, 30}, {10, 30}}).line({{10, 10}, {10, 50}});
    b.line({{10, 20}, {40, 0}}).line({{10, 40}, {40, 60}});
    if (npn)
        b.arrow({33, 55}, {30, 20}, 11, 4);
    else
        b.arrow({14, 43}, {-30, -20}, 11, 4);
    b.pin({40, 0}, "C").pin({0, 30}, "B").pin({40, 60}, "E");
    if (substrate)
        b.line({{10, 30}, {40, 30}}).pin({40, 30}, "S");
    return finish(b.take(), {{46, 18}, {46, 44}},
                  {{"prefix", npn ? "QN" : "QP"}, {"value", value}});
}

LtSymbol line(const char* name, const char* prefix, const char* value) {
    SymbolBuilder b(name);
    b.line({{-20, -13}, {20, -13}}).line({{-20, 13}, {20, 13}});
    b.arc({-25, -13}, {-15, 13}, 90, 180).arc({15, -13}, {25, 13}, 0, 360);
    for (const int x : {-1, 1})
        for (const int y : {-10, 10})
            b.line({{30 * x, y}, {23 * x, y}});
    b.pin({-30, -10}, "I1").pin({-30, 10}, "R1").pin({30, -10}, "I2").pin({30, 10}, "R2");
    return finish(b.take(), {{-28, -22}, {-28, 22}}, {{"prefix", prefix}, {"value", value}});
}

LtSymbol opamp(const char* name, Pt middle, bool positiveBelow, bool supplies,
               std::initializer_list<Attribute> attributes, Texts texts) {
    SymbolBuilder b(name);
    const int x = middle.x;
    const int y = middle.y;
    const int plus = positiveBelow ? 10 : -10;
    b.polygon({{x - 20, y - 20}, {x + 20, y}, {x - 20, y + 20}});
    b.plus({x - 13, y + plus}).minus({x - 13, y - plus});
    if (supplies)
        b.line({{x, y - 20}, {x, y - 10}}).line({{x, y + 20}, {x, y + 10}});
    const bool invertingFirst = !supplies; // the three-pin one lists its inverting input first
    if (invertingFirst)
        b.pin({x - 20, y - plus}, "invin").pin({x - 20, y + plus}, "noninvin");
    else
        b.pin({x - 20, y + plus}, "In+").pin({x - 20, y - plus}, "In-");
    if (supplies)
        b.pin({x, y - 20}, "V+").pin({x, y + 20}, "V-");
    b.pin({x + 20, y}, "OUT");
    return finish(b.take(), texts, attributes);
}

struct GatePin {
    const char* name;
    int x;
    int y;
    int order;
};

/// A function block of LTspice's digital library: a box with its sign, pins as leads.
LtSymbol gate(const char* name, const char* model, const char* sign, Pt a, Pt b,
              std::initializer_list<GatePin> pins, bool triangle = false) {
    SymbolBuilder builder(name);
    if (triangle)
        builder.polygon({a, {b.x, (a.y + b.y) / 2}, {a.x, b.y}});
    else
        builder.box(a, b);
    builder.text({triangle ? a.x + 11 : (a.x + b.x) / 2, (a.y + b.y) / 2}, sign, 10);
    LtSymbol symbol;
    std::vector<int> orders;
    for (const GatePin& pin : pins) {
        const Pt at{pin.x, pin.y};
        const bool inverted = pin.name[0] == '_';
        // A lead from the pin straight to the body, with a ring where the output is inverted.
        if (at.x >= b.x || at.x <= a.x) {
            const int edge = at.x >= b.x ? b.x : a.x;
            const bool ring = inverted && at.x > edge + 5;
            if (ring)
                builder.circle({edge + 3, at.y}, 3);
            if (at.x != edge)
                builder.line({at, {ring ? edge + 6 : edge, at.y}});
        } else {
            builder.line({at, {at.x, at.y <= a.y ? a.y : b.y}});
        }
        builder.pin(at, inverted ? std::string(pin.name + 1) + "#" : pin.name);
        orders.push_back(pin.order);
    }
    symbol = finish(builder.take(), {{a.x + 2, a.y - 9}, {a.x + 2, b.y + 9}},
                    {{"prefix", "A"}, {"spicemodel", model}});
    symbol.spiceOrder = orders;
    symbol.windows.erase(kValueWindow);
    orderPins(symbol);
    return symbol;
}

void addPassives(std::vector<LtSymbol>& all) {
    all.push_back(two({"res", Body::Resistor, 10, 10, 60, "R", "R", 23}, "A", "B"));
    all.push_back(two({"res2", Body::Resistor, 10, 0, 40, "R", "R", 23}, "A", "B"));
    all.push_back(two({"cap", Body::Capacitor, 10, 0, 40, "C", "C", 24}, "A", "B"));
    all.push_back(withStrokes(two({"polcap", Body::Capacitor, 10, 0, 40, "C", "C", 24}, "A", "B"),
                              {{{-3, 9}, {3, 9}}, {{0, 6}, {0, 12}}}));
    all.push_back(two({"ind", Body::Inductor, 10, 10, 60, "L", "L", 23}, "A", "B"));
    LtSymbol dotted = two({"ind2", Body::Inductor, 10, 10, 60, "L", "L", 23}, "A", "B");
    Shape dot;
    dot.kind = Shape::Kind::Circle;
    dot.points = {{1, 53}, {5, 57}};
    dot.filled = true;
    dotted.drawing.shapes.push_back(dot);
    all.push_back(std::move(dotted));
    all.push_back(two({"ferritebead", Body::Inductor, 0, -20, 20, "L", "", 13}, "A", "B"));
    all.push_back(two({"ferritebead2", Body::Inductor, 0, -20, 20, "L", "", 13}, "A", "B"));
    all.push_back(two({"xtal", Body::Capacitor, 10, 0, 40, "C", "C", 24}, "A", "B"));
    all.push_back(diode("diode", {}));
    all.push_back(diode("zener", {{{0, 29}, {-3, 33}}, {{20, 29}, {23, 25}}}));
    all.push_back(diode("schottky", {{{0, 29}, {0, 25}, {3, 25}}, {{20, 29}, {20, 33}, {17, 33}}}));
    all.push_back(diode("tvsdiode", {{{0, 29}, {-3, 33}}, {{20, 29}, {23, 25}}}));
    all.push_back(diode("varactor", {{{0, 33}, {20, 33}}}));
    all.push_back(diode("led", {{{23, 14}, {31, 8}, {27, 8}},
                                {{31, 8}, {31, 12}},
                                {{23, 22}, {31, 16}, {27, 16}},
                                {{31, 16}, {31, 20}}}));
    all.push_back(line("tline", "T", "Td=50n Z0=50"));
    all.push_back(line("ltline", "O", "LTRA"));
}

void addSources(std::vector<LtSymbol>& all) {
    all.push_back(two({"voltage", Body::CircleVoltage, 0, 10, 60, "V", "V", 24}));
    all.push_back(two({"battery", Body::CircleVoltage, 0, 10, 60, "V", "V", 24}));
    all.push_back(two({"signal", Body::CircleVoltage, 0, 10, 60, "V", "SINE(0 1 1K)", 24}));
    all.push_back(two({"cell", Body::CircleVoltage, 0, 0, 40, "V", "V", 24}));
    all.push_back(two({"current", Body::CircleCurrent, 0, 0, 50, "I", "I", 24}));
    all.push_back(two({"load", Body::CircleCurrent, 10, 0, 40, "I", "I", 34}));
    all.push_back(two({"load2", Body::CircleCurrent, 0, 0, 50, "I", "I", 24}));
    all.push_back(two({"bv", Body::DiamondBehavioural, 0, 10, 60, "B", "V=F(...)", 24}));
    all.push_back(two({"bi", Body::DiamondCurrent, 0, 0, 50, "B", "I=F(...)", 24}));
    all.push_back(two({"bi2", Body::DiamondCurrent, 0, 0, 50, "B", "I=F(...)", 24, true}));
    all.push_back(two({"f", Body::DiamondCurrent, 0, 0, 50, "F", "F", 24}));
    all.push_back(two({"h", Body::DiamondVoltage, 0, 10, 60, "H", "H", 24}));
    all.push_back(two({"epoly", Body::DiamondVoltage, 0, 10, 60, "E", "POLY()", 24}));
    all.push_back(two({"gpoly", Body::DiamondCurrent, 0, 10, 60, "G", "POLY()", 24, true}));
    all.push_back(controlled("e", Body::DiamondVoltage, "E", "E", 20, false));
    all.push_back(controlled("e2", Body::DiamondVoltage, "E", "E", 50, false));
    all.push_back(controlled("g", Body::DiamondCurrent, "G", "G", 20, true));
    all.push_back(controlled("g2", Body::DiamondCurrent, "G", "G", 50, true));
    all.push_back(controlled("sw", Body::Switch, "S", "SW", 50, false));
    all.push_back(two({"csw", Body::Switch, 0, 0, 50, "W", "CSW", 18}));
}

void addTransistors(std::vector<LtSymbol>& all) {
    all.push_back(mosfet("nmos", true, false));
    all.push_back(mosfet("pmos", false, false));
    all.push_back(mosfet("nmos4", true, true));
    all.push_back(mosfet("pmos4", false, true));
    all.push_back(fieldEffect("njf", "JN", "NJF", 40, true));
    all.push_back(fieldEffect("pjf", "JP", "PJF", 40, false));
    all.push_back(fieldEffect("mesfet", "Z", "NMF", 50, true));
    all.push_back(fieldEffect("nigbt", "Z", "NIGBT", 50, true));
    for (const char* name : {"npn", "npn2", "npn3"})
        all.push_back(bipolar(name, true, false, "NPN"));
    for (const char* name : {"pnp", "pnp2"})
        all.push_back(bipolar(name, false, false, "PNP"));
    all.push_back(bipolar("npn4", true, true, "NPN"));
    all.push_back(bipolar("pnp4", false, true, "PNP"));
    all.push_back(bipolar("lpnp", false, true, "LPNP"));
}

void addAmplifiers(std::vector<LtSymbol>& all) {
    all.push_back(opamp("opamp", {0, 40}, true, false,
                        {{"prefix", "X"},
                         {"value", "opamp"},
                         {"spiceline", "Aol=100K"},
                         {"spiceline2", "GBW=10Meg"}},
                        {{2, 20}, {2, 60}}));
    all.push_back(opamp("opamp2", {0, 40}, true, true, {{"prefix", "X"}, {"value", "opamp2"}},
                        {{10, 20}, {10, 60}}));
    for (const char* name : {"universalopamp2", "universalopamps2"})
        all.push_back(opamp(name, {0, 0}, true, true,
                            {{"prefix", "X"},
                             {"spicemodel", "level.2"},
                             {"value2", "Avol=1Meg GBW=10Meg Slew=10Meg"},
                             {"spiceline", "ilimit=25m rail=0 Vos=0 phimargin=45"},
                             {"spiceline2", "en=0 enk=0 in=0 ink=0 Rin=500Meg"}},
                            {{10, -20}, {10, 20}}));
}

void addGates(std::vector<LtSymbol>& all) {
    const auto logic = [&](const char* name, const char* model, const char* sign, int left,
                           int outX) {
        all.push_back(gate(name, model, sign, {left + 10, 15}, {outX == 20 ? 20 : 10, 65},
                           {{"a", left, 20, 1},
                            {"b", left, 30, 2},
                            {"c", left, 40, 3},
                            {"d", left, 50, 4},
                            {"e", left, 60, 5},
                            {"_Q", 20, 50, 6},
                            {"Q", outX, 30, 7},
                            {"com", -10, 60, 8}}));
    };
    logic("and", "AND", "&", -20, 20);
    logic("or", "OR", ">1", -20, 20);
    logic("xor", "XOR", "=1", -30, 10);
    all.push_back(gate("inv", "BUF", "", {5, 25}, {30, 55},
                       {{"in", 0, 40, 1}, {"_Q", 40, 40, 6}, {"com", 0, 50, 8}}, true));
    all.push_back(gate("buf1", "BUF", "", {5, 25}, {40, 55},
                       {{"in", 0, 40, 1}, {"Q", 40, 40, 7}, {"com", 0, 50, 8}}, true));
    all.push_back(gate("buf", "BUF", "1", {0, 20}, {30, 60},
                       {{"in", 0, 40, 1}, {"_Q", 40, 50, 6}, {"Q", 40, 30, 7}, {"com", 0, 60, 8}}));
    all.push_back(gate("schmitt", "SCHMITT", "S", {0, 20}, {30, 60},
                       {{"in", 0, 40, 1}, {"_Q", 40, 50, 6}, {"Q", 40, 30, 7}, {"com", 0, 60, 8}}));
    all.push_back(gate("schmtbuf", "SCHMITT", "S", {5, 25}, {40, 55},
                       {{"in", 0, 40, 1}, {"Q", 40, 40, 7}, {"com", 0, 50, 8}}, true));
    all.push_back(gate("schmtinv", "SCHMITT", "S", {5, 25}, {30, 55},
                       {{"in", 0, 40, 1}, {"_Q", 40, 40, 6}, {"com", 0, 50, 8}}, true));
    all.push_back(gate("diffschmitt", "SCHMITT", "S", {0, 20}, {30, 60},
                       {{"in+", 0, 30, 1},
                        {"in-", 0, 50, 2},
                        {"_Q", 40, 50, 6},
                        {"Q", 40, 30, 7},
                        {"com", 0, 60, 8}}));
    all.push_back(
        gate("diffschmtbuf", "SCHMITT", "S", {0, 20}, {40, 60},
             {{"in+", 0, 30, 1}, {"in-", 0, 50, 2}, {"Q", 40, 40, 7}, {"com", 0, 60, 8}}));
    all.push_back(
        gate("diffschmtinv", "SCHMITT", "S", {0, 20}, {30, 60},
             {{"in+", 0, 30, 1}, {"in-", 0, 50, 2}, {"_Q", 40, 40, 6}, {"com", 0, 60, 8}}));
    all.push_back(gate("dflop", "DFLOP", "D", {-40, 10}, {40, 80},
                       {{"D", -50, 30, 1},
                        {"CLK", -50, 60, 3},
                        {"PRE", 0, 0, 4},
                        {"CLR", 0, 90, 5},
                        {"_Q", 60, 60, 6},
                        {"Q", 50, 30, 7},
                        {"com", -50, 90, 8}}));
    all.push_back(gate("srflop", "SRFLOP", "SR", {-20, 20}, {20, 70},
                       {{"S", -30, 30, 1},
                        {"R", -30, 60, 2},
                        {"_Q", 40, 60, 6},
                        {"Q", 30, 30, 7},
                        {"com", -30, 80, 8}}));
    all.push_back(gate("sample", "SAMPLEHOLD", "S/H", {-40, -35}, {50, 65},
                       {{"in+", -50, -20, 1},
                        {"in-", -50, 0, 2},
                        {"CLK", -50, 20, 3},
                        {"S/H", -50, 40, 4},
                        {"out", 60, 10, 7},
                        {"com", -50, 60, 8}}));
    all.push_back(gate("modulate", "MODULATOR", "VCO", {0, -15}, {80, 65},
                       {{"FM", 0, 0, 1}, {"AM", 0, 40, 2}, {"Q", 90, 20, 7}, {"com", 0, 60, 8}}));
    all.push_back(gate("modulate2", "MODULATOR", "VCO", {0, -15}, {80, 65},
                       {{"FM", 0, 0, 1},
                        {"AM", 0, 40, 2},
                        {"COS", 90, 40, 6},
                        {"SIN", 90, 0, 7},
                        {"com", 0, 60, 8}}));
    all.push_back(
        gate("counter", "COUNTER", "CTR", {-40, -15}, {80, 85},
             {{"CLK", -50, 20, 1}, {"Phi2", 90, 40, 6}, {"Phi1", 90, 0, 7}, {"com", -50, 80, 8}}));
}

std::vector<LtSymbol> makeLibrary() {
    std::vector<LtSymbol> all;
    addPassives(all);
    addSources(all);
    addTransistors(all);
    addAmplifiers(all);
    addGates(all);
    return all;
}

} // namespace

const LtSymbol* librarySymbol(std::string_view name) {
    static const std::vector<LtSymbol> library = makeLibrary();
    const auto it = std::find_if(library.begin(), library.end(),
                                 [&](const LtSymbol& s) { return s.drawing.name == name; });
    return it == library.end() ? nullptr : &*it;
}

} // namespace ohm::schematic::ltspice
