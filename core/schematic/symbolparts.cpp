// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/symbolparts.h"

#include <cmath>
#include <utility>

namespace ohm::schematic {

SymbolBuilder::SymbolBuilder(std::string name) {
    m_symbol.name = std::move(name);
}

SymbolBuilder& SymbolBuilder::moveTo(Pt origin) {
    m_origin = origin;
    return *this;
}

Shape& SymbolBuilder::add(Shape::Kind kind, std::initializer_list<Pt> points) {
    Shape shape;
    shape.kind = kind;
    shape.points.reserve(points.size());
    for (const Pt& p : points)
        shape.points.push_back(shifted(p));
    return m_symbol.shapes.emplace_back(std::move(shape));
}

SymbolBuilder& SymbolBuilder::line(std::initializer_list<Pt> points) {
    add(Shape::Kind::Line, points);
    return *this;
}

SymbolBuilder& SymbolBuilder::polygon(std::initializer_list<Pt> points, bool filled) {
    add(Shape::Kind::Polygon, points).filled = filled;
    return *this;
}

SymbolBuilder& SymbolBuilder::circle(Pt c, int r, bool filled) {
    add(Shape::Kind::Circle, {{c.x - r, c.y - r}, {c.x + r, c.y + r}}).filled = filled;
    return *this;
}

SymbolBuilder& SymbolBuilder::box(Pt a, Pt b) {
    add(Shape::Kind::Rectangle, {a, b});
    return *this;
}

SymbolBuilder& SymbolBuilder::arc(Pt a, Pt b, double start, double span) {
    Shape& shape = add(Shape::Kind::Arc, {a, b});
    shape.startAngle = start;
    shape.spanAngle = span;
    return *this;
}

SymbolBuilder& SymbolBuilder::text(Pt at, std::string text, int size, TextAnchor anchor) {
    Shape& shape = add(Shape::Kind::Text, {at});
    shape.text = std::move(text);
    shape.size = size;
    shape.anchor = anchor;
    return *this;
}

SymbolBuilder& SymbolBuilder::arrow(Pt tip, Pt d, int length, int halfWidth) {
    const double norm = std::hypot(d.x, d.y);
    const double ux = d.x / norm;
    const double uy = d.y / norm;
    const auto point = [&](double along, double across) {
        return Pt{tip.x + static_cast<int>(std::lround(along * ux - across * uy)),
                  tip.y + static_cast<int>(std::lround(along * uy + across * ux))};
    };
    return polygon({tip, point(-length, halfWidth), point(-length, -halfWidth)}, true);
}

SymbolBuilder& SymbolBuilder::plus(Pt c) {
    return text(c, "+", 14);
}

SymbolBuilder& SymbolBuilder::minus(Pt c) {
    return text(c, "\xE2\x88\x92", 14);
}

SymbolBuilder& SymbolBuilder::pin(Pt at, std::string name) {
    m_symbol.pins.push_back(
        {shifted(at), std::move(name), static_cast<std::uint16_t>(m_symbol.pins.size())});
    return *this;
}

SymbolBuilder& SymbolBuilder::slots(TextSlot name, TextSlot value) {
    m_symbol.nameSlot = {shifted(name.at), name.anchor};
    m_symbol.valueSlot = {shifted(value.at), value.anchor};
    return *this;
}

Symbol SymbolBuilder::take() {
    return std::move(m_symbol);
}

int SymbolBuilder::bodyHalf(Body body) {
    switch (body) {
    case Body::Capacitor:
        return 4;
    case Body::Diode:
        return 9;
    case Body::Switch:
        return 15;
    case Body::Resistor:
        return 18;
    default:
        return 20;
    }
}

SymbolBuilder& SymbolBuilder::body(Body kind) {
    switch (kind) {
    case Body::Resistor:
        return line({{0, -18}, {7, -15}, {-7, -9}, {7, -3}, {-7, 3}, {7, 9}, {-7, 15}, {0, 18}});
    case Body::Capacitor:
        return line({{-10, -4}, {10, -4}}).line({{-10, 4}, {10, 4}});
    case Body::Inductor:
        for (int y = -20; y < 20; y += 10)
            arc({-6, y}, {6, y + 10}, -90, 180);
        return *this;
    case Body::Diode:
        return polygon({{-10, -9}, {10, -9}, {0, 9}}).line({{-10, 9}, {10, 9}});
    case Body::CircleVoltage:
        return circle({0, 0}, 20).plus({0, -10}).minus({0, 10});
    case Body::CircleCurrent:
        return circle({0, 0}, 20).line({{0, -13}, {0, 7}}).arrow({0, 14}, {0, 1}, 9, 5);
    case Body::DiamondVoltage:
        return polygon({{0, -20}, {20, 0}, {0, 20}, {-20, 0}}).plus({0, -9}).minus({0, 9});
    case Body::DiamondCurrent:
        return polygon({{0, -20}, {20, 0}, {0, 20}, {-20, 0}})
            .line({{0, -12}, {0, 5}})
            .arrow({0, 13}, {0, 1}, 9, 5);
    case Body::DiamondBehavioural:
        return polygon({{0, -20}, {20, 0}, {0, 20}, {-20, 0}}).text({0, 0}, "f(x)", 11);
    case Body::Switch:
        return circle({0, -12}, 3).circle({0, 12}, 3).line({{2, 9}, {13, -11}});
    }
    return *this;
}

SymbolBuilder& SymbolBuilder::twoTerminal(Body kind, Pt top, Pt bottom, const char* topName,
                                          const char* bottomName) {
    const Pt middle{top.x, (top.y + bottom.y) / 2};
    const int half = bodyHalf(kind);
    if (top.y < middle.y - half)
        line({top, {middle.x, middle.y - half}});
    if (bottom.y > middle.y + half)
        line({{middle.x, middle.y + half}, bottom});
    pin(top, topName).pin(bottom, bottomName);
    const Pt origin = m_origin;
    moveTo(shifted(middle)).body(kind);
    return moveTo(origin);
}

SymbolBuilder& SymbolBuilder::controlPort(Pt positive, Pt negative) {
    for (const Pt& p : {positive, negative}) {
        line({p, {p.x + 8, p.y}});
        circle({p.x + 10, p.y}, 2);
    }
    // The signs stand inside the port: half a step towards each other.
    const int step = positive.y < negative.y ? 8 : -8;
    text({positive.x + 10, positive.y + step}, "+", 10);
    text({negative.x + 10, negative.y - step}, "\xE2\x88\x92", 10);
    return *this;
}

} // namespace ohm::schematic
