// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schematic/schematicdoc.h"

#include <initializer_list>
#include <string>

namespace ohm::schematic {

/// Puts a symbol together from strokes and whole bodies. All coordinates are relative to the
/// present origin (`moveTo`), so that the same body serves symbols with different pin geometry.
/// Internal to this room. Thread: owner only.
class SymbolBuilder {
public:
    explicit SymbolBuilder(std::string name);
    SymbolBuilder& moveTo(Pt origin);
    SymbolBuilder& line(std::initializer_list<Pt> points);
    SymbolBuilder& polygon(std::initializer_list<Pt> points, bool filled = false);
    SymbolBuilder& circle(Pt centre, int radius, bool filled = false);
    SymbolBuilder& box(Pt a, Pt b);
    /// Degrees counter-clockwise from the right, in the box a-b.
    SymbolBuilder& arc(Pt a, Pt b, double start, double span);
    SymbolBuilder& text(Pt at, std::string text, int size, TextAnchor anchor = TextAnchor::Center);
    /// Filled arrow head; `direction` is one of the four unit steps or a diagonal.
    SymbolBuilder& arrow(Pt tip, Pt direction, int length = 7, int halfWidth = 4);
    /// Signs are texts: they stay upright in a lying source.
    SymbolBuilder& plus(Pt centre);
    SymbolBuilder& minus(Pt centre);
    /// Pins are numbered in the order they are added.
    SymbolBuilder& pin(Pt at, std::string name);
    SymbolBuilder& slots(TextSlot name, TextSlot value);
    Symbol take();

    // Bodies around the origin, each within +-20 vertically; the caller draws the leads.
    enum class Body {
        Resistor,
        Capacitor,
        Inductor,
        Diode,
        CircleVoltage,
        CircleCurrent,
        DiamondVoltage,
        DiamondCurrent,
        DiamondBehavioural,
        Switch
    };
    SymbolBuilder& body(Body body);
    /// Half the length of a body: where its leads begin.
    static int bodyHalf(Body body);
    /// A two-terminal part on a vertical line: body at the middle of `top` and `bottom`.
    SymbolBuilder& twoTerminal(Body body, Pt top, Pt bottom, const char* topName,
                               const char* bottomName);
    /// The two control terminals of a controlled part, with open circles and signs.
    SymbolBuilder& controlPort(Pt positive, Pt negative);

private:
    Pt shifted(Pt p) const { return {p.x + m_origin.x, p.y + m_origin.y}; }
    Shape& add(Shape::Kind kind, std::initializer_list<Pt> points);
    Symbol m_symbol;
    Pt m_origin;
};

} // namespace ohm::schematic
