// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/symboldata.h"

#include "core/schematic/symbolparts.h"

namespace ohm::schematic {
namespace {

using Body = SymbolBuilder::Body;

Symbol twoTerminal(const char* name, Body body, int textX, const char* top = "p",
                   const char* bottom = "n") {
    return SymbolBuilder(name)
        .twoTerminal(body, {0, -30}, {0, 30}, top, bottom)
        .slots({{textX, -8}}, {{textX, 8}})
        .take();
}

Symbol controlled(const char* name, Body body, int textX) {
    return SymbolBuilder(name)
        .twoTerminal(body, {0, -30}, {0, 30}, "p", "n")
        .controlPort({-40, -20}, {-40, 20})
        .pin({-40, -20}, "cp")
        .pin({-40, 20}, "cn")
        .slots({{textX, -10}}, {{textX, 10}})
        .take();
}

/// Four terminals: the arrow is on the bulk and points from p to n material. Three: it is on the
/// source and shows the current.
Symbol mosfet(const char* name, bool nType, bool bulk) {
    SymbolBuilder b(name);
    const int source = nType ? 1 : -1; // the side of the source: n below, p above
    if (nType)
        b.line({{-20, 0}, {-6, 0}});
    else
        b.line({{-20, 0}, {-14, 0}}).circle({-10, 0}, 4);
    b.line({{-6, -12}, {-6, 12}}).line({{0, -17}, {0, 17}});
    b.line({{0, -12}, {20, -12}, {20, -30}}).line({{0, 12}, {20, 12}, {20, 30}});
    if (bulk) {
        b.line({{0, 0}, {20, 0}});
        if (nType)
            b.arrow({1, 0}, {-1, 0}, 8, 4);
        else
            b.arrow({12, 0}, {1, 0}, 8, 4);
    } else if (nType) {
        b.arrow({17, 12 * source}, {1, 0}, 9, 4);
    } else {
        b.arrow({4, 12 * source}, {-1, 0}, 9, 4);
    }
    b.pin({20, -30 * source}, "d").pin({-20, 0}, "g").pin({20, 30 * source}, "s");
    if (bulk)
        b.pin({20, 0}, "b");
    return b.slots({{26, -12}}, {{26, 12}}).take();
}

Symbol bipolar(const char* name, bool npn) {
    SymbolBuilder b(name);
    const int emitter = npn ? 1 : -1;
    b.line({{-20, 0}, {0, 0}}).line({{0, -15}, {0, 15}});
    b.line({{0, -7 * emitter}, {20, -20 * emitter}, {20, -30 * emitter}});
    b.line({{0, 7 * emitter}, {20, 20 * emitter}, {20, 30 * emitter}});
    if (npn)
        b.arrow({18, 19}, {20, 13}, 9, 4);
    else
        b.arrow({3, -9}, {-20, 13}, 9, 4);
    b.pin({20, -30 * emitter}, "c").pin({-20, 0}, "b").pin({20, 30 * emitter}, "e");
    return b.slots({{26, -8}}, {{26, 8}}).take();
}

Symbol junctionFet(const char* name, bool nType) {
    SymbolBuilder b(name);
    const int source = nType ? 1 : -1;
    b.line({{-20, 0}, {0, 0}}).line({{0, -16}, {0, 16}});
    b.line({{0, -10}, {20, -10}, {20, -30}}).line({{0, 10}, {20, 10}, {20, 30}});
    if (nType)
        b.arrow({-1, 0}, {1, 0}, 9, 4);
    else
        b.arrow({-12, 0}, {-1, 0}, 9, 4);
    b.pin({20, -30 * source}, "d").pin({-20, 0}, "g").pin({20, 30 * source}, "s");
    return b.slots({{26, -8}}, {{26, 8}}).take();
}

Symbol transmissionLine() {
    SymbolBuilder b("tline");
    b.line({{-24, -15}, {24, -15}}).line({{-24, 15}, {24, 15}});
    b.arc({-30, -15}, {-18, 15}, 90, 180);
    b.arc({18, -15}, {30, 15}, 0, 360);
    b.line({{-40, -10}, {-29, -10}}).line({{-40, 10}, {-29, 10}});
    b.line({{29, -10}, {40, -10}}).line({{29, 10}, {40, 10}});
    b.pin({-40, -10}, "1+").pin({-40, 10}, "1-").pin({40, -10}, "2+").pin({40, 10}, "2-");
    return b.slots({{0, -18}, TextAnchor::Bottom}, {{0, 18}, TextAnchor::Top}).take();
}

Symbol ground() {
    return SymbolBuilder("gnd")
        .line({{0, 0}, {0, 10}})
        .line({{-10, 10}, {10, 10}})
        .line({{-6, 14}, {6, 14}})
        .line({{-2, 18}, {2, 18}})
        .pin({0, 0}, "0")
        .slots({{0, 21}, TextAnchor::Top}, {{0, 33}, TextAnchor::Top})
        .take();
}

Symbol supply() {
    return SymbolBuilder("vdd")
        .line({{0, 0}, {0, -10}})
        .line({{-10, -10}, {10, -10}})
        .pin({0, 0}, "vdd")
        .slots({{0, -13}, TextAnchor::Bottom}, {{0, -25}, TextAnchor::Bottom})
        .take();
}

std::vector<Symbol> makeAll() {
    std::vector<Symbol> all;
    all.push_back(twoTerminal("res", Body::Resistor, 13));
    all.push_back(twoTerminal("cap", Body::Capacitor, 15));
    all.push_back(twoTerminal("ind", Body::Inductor, 13));
    all.push_back(twoTerminal("vsource", Body::CircleVoltage, 25));
    all.push_back(twoTerminal("isource", Body::CircleCurrent, 25));
    all.push_back(twoTerminal("diode", Body::Diode, 16, "a", "k"));
    all.push_back(mosfet("nmos4", true, true));
    all.push_back(mosfet("pmos4", false, true));
    all.push_back(mosfet("nmos3", true, false));
    all.push_back(mosfet("pmos3", false, false));
    all.push_back(bipolar("npn", true));
    all.push_back(bipolar("pnp", false));
    all.push_back(junctionFet("njf", true));
    all.push_back(junctionFet("pjf", false));
    all.push_back(controlled("vcvs", Body::DiamondVoltage, 26));
    all.push_back(controlled("vccs", Body::DiamondCurrent, 26));
    all.push_back(twoTerminal("ccvs", Body::DiamondVoltage, 26));
    all.push_back(twoTerminal("cccs", Body::DiamondCurrent, 26));
    all.push_back(twoTerminal("bsource", Body::DiamondBehavioural, 26));
    all.push_back(controlled("switch", Body::Switch, 18));
    all.push_back(transmissionLine());
    all.push_back(ground());
    all.push_back(supply());
    return all;
}

} // namespace

const std::vector<Symbol>& builtinSymbols() {
    static const std::vector<Symbol> all = makeAll();
    return all;
}

} // namespace ohm::schematic
