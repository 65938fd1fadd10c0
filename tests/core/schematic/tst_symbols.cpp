// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/symbols.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace ohm::schematic;
using ohm::netlist::DeviceKind;

namespace {

const std::vector<const char*> kNames{"res",     "cap",    "ind",   "vsource", "isource", "diode",
                                      "nmos4",   "pmos4",  "nmos3", "pmos3",   "npn",     "pnp",
                                      "njf",     "pjf",    "vcvs",  "vccs",    "ccvs",    "cccs",
                                      "bsource", "switch", "tline", "gnd",     "vdd"};

struct Box {
    double x0, y0, x1, y1;
    bool meets(const Box& o) const { return x0 < o.x1 && o.x0 < x1 && y0 < o.y1 && o.y0 < y1; }
};

/// A text's box as the view draws it: upright whatever the symbol's orientation.
Box textBox(const TextSlot& slot, Orientation o, double width) {
    const Pt at = o.apply(slot.at);
    const double height = 12;
    double x = at.x;
    double y = at.y;
    switch (turnedAnchor(slot.anchor, o)) {
    case TextAnchor::Left:
        y -= height / 2;
        break;
    case TextAnchor::Right:
        x -= width;
        y -= height / 2;
        break;
    case TextAnchor::Center:
        x -= width / 2;
        y -= height / 2;
        break;
    case TextAnchor::TopLeft:
        break;
    case TextAnchor::Top:
        x -= width / 2;
        break;
    case TextAnchor::TopRight:
        x -= width;
        break;
    case TextAnchor::BottomLeft:
        y -= height;
        break;
    case TextAnchor::Bottom:
        x -= width / 2;
        y -= height;
        break;
    case TextAnchor::BottomRight:
        x -= width;
        y -= height;
        break;
    }
    return {x, y, x + width, y + height};
}

/// The strokes of a symbol as small boxes on screen, with a wire going out of every pin.
std::vector<Box> ink(const Symbol& symbol, Orientation o) {
    std::vector<Box> boxes;
    const auto add = [&](Pt a, Pt b) {
        a = o.apply(a);
        b = o.apply(b);
        boxes.push_back({std::min(a.x, b.x) - 0.5, std::min(a.y, b.y) - 0.5,
                         std::max(a.x, b.x) + 0.5, std::max(a.y, b.y) + 0.5});
    };
    for (const Shape& shape : symbol.shapes) {
        if (shape.kind == Shape::Kind::Text)
            continue;
        const bool boxed = shape.kind == Shape::Kind::Rectangle ||
                           shape.kind == Shape::Kind::Circle || shape.kind == Shape::Kind::Arc;
        if (boxed)
            add(shape.points[0], shape.points[1]);
        else
            for (std::size_t i = 1; i < shape.points.size(); ++i)
                add(shape.points[i - 1], shape.points[i]);
    }
    // A wire leaves a pin away from the body.
    for (const Pin& pin : symbol.pins) {
        const bool vertical = std::abs(pin.at.y) >= 30 && std::abs(pin.at.x) < 30;
        Pt out = pin.at;
        if (vertical)
            out.y += pin.at.y > 0 ? 20 : -20;
        else
            out.x += pin.at.x > 0 ? 40 : -20;
        add(pin.at, out);
    }
    return boxes;
}

} // namespace

class TestSymbols : public QObject {
    Q_OBJECT
private slots:
    void all_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : kNames)
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void all() {
        QFETCH(QString, name);
        const Symbol* symbol = builtinSymbol(name.toStdString());
        QVERIFY(symbol != nullptr);
        QVERIFY(!symbol->shapes.empty());
        QVERIFY(!symbol->pins.empty());
        std::set<Pt> places;
        for (std::size_t i = 0; i < symbol->pins.size(); ++i) {
            const Pin& pin = symbol->pins[i];
            QCOMPARE(pin.order, static_cast<std::uint16_t>(i));
            QCOMPARE(pin.at.x % 10, 0);
            QCOMPARE(pin.at.y % 10, 0);
            QVERIFY2(places.insert(pin.at).second, "two pins at one place");
        }
    }

    void pinsAreInNetlistOrder_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("pins");
        QTest::newRow("mos") << "nmos4" << QStringList{"d", "g", "s", "b"};
        QTest::newRow("pmos") << "pmos3" << QStringList{"d", "g", "s"};
        QTest::newRow("npn") << "npn" << QStringList{"c", "b", "e"};
        QTest::newRow("pnp") << "pnp" << QStringList{"c", "b", "e"};
        QTest::newRow("diode") << "diode" << QStringList{"a", "k"};
        QTest::newRow("vccs") << "vccs" << QStringList{"p", "n", "cp", "cn"};
        QTest::newRow("res") << "res" << QStringList{"p", "n"};
    }
    void pinsAreInNetlistOrder() {
        QFETCH(QString, name);
        QFETCH(QStringList, pins);
        const Symbol* symbol = builtinSymbol(name.toStdString());
        QVERIFY(symbol != nullptr);
        QStringList got;
        for (const Pin& pin : symbol->pins)
            got.append(QString::fromStdString(pin.name));
        QCOMPARE(got, pins);
    }
    void suppliesAreOnTop() {
        const auto pinY = [](const char* symbol, const char* pin) {
            for (const Pin& p : builtinSymbol(symbol)->pins)
                if (p.name == pin)
                    return p.at.y;
            return 0;
        };
        QVERIFY(pinY("nmos4", "d") < pinY("nmos4", "s"));
        QVERIFY(pinY("pmos4", "s") < pinY("pmos4", "d"));
        QVERIFY(pinY("npn", "c") < pinY("npn", "e"));
        QVERIFY(pinY("pnp", "e") < pinY("pnp", "c"));
        QVERIFY(pinY("diode", "a") < pinY("diode", "k"));
    }
    void unknownNames() {
        QVERIFY(builtinSymbol("") == nullptr);
        QVERIFY(builtinSymbol("flux capacitor") == nullptr);
    }

    void textsStayClear_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("turns");
        QTest::addColumn<bool>("mirror");
        for (const char* name : kNames) {
            if (std::string_view(name) == "gnd" || std::string_view(name) == "vdd")
                continue; // drawn as labels
            for (int turns = 0; turns < 4; ++turns)
                for (const bool mirror : {false, true})
                    QTest::addRow("%s %d%s", name, turns * 90, mirror ? " mirrored" : "")
                        << QString::fromLatin1(name) << turns << mirror;
        }
    }
    void textsStayClear() {
        QFETCH(QString, name);
        QFETCH(int, turns);
        QFETCH(bool, mirror);
        const Symbol& symbol = *builtinSymbol(name.toStdString());
        SymbolInstance instance;
        instance.orientation = {static_cast<std::uint8_t>(turns), mirror};
        placeTexts(instance, symbol);
        const Box nameBox = textBox(instance.nameSlot, instance.orientation, 24);
        const Box valueBox = textBox(instance.valueSlot, instance.orientation, 60);
        QVERIFY2(!nameBox.meets(valueBox), "the name runs into the value");
        QVERIFY2(nameBox.y0 <= valueBox.y0 + 1, "the value comes before the name");
        for (const Box& stroke : ink(symbol, instance.orientation)) {
            QVERIFY2(!nameBox.meets(stroke), "the name touches the body or a wire");
            QVERIFY2(!valueBox.meets(stroke), "the value touches the body or a wire");
        }
    }

    void orientations() {
        for (int turns = 0; turns < 4; ++turns) {
            for (const bool mirror : {false, true}) {
                const Orientation o{static_cast<std::uint8_t>(turns), mirror};
                const Pt p{7, -3};
                QCOMPARE(inverse(o).apply(o.apply(p)), p);
                for (int a = 0; a < 9; ++a) {
                    const auto anchor = static_cast<TextAnchor>(a);
                    QCOMPARE(turnedAnchor(turnedAnchor(anchor, o), inverse(o)), anchor);
                }
            }
        }
        QCOMPARE(turnedAnchor(TextAnchor::Left, {1, false}), TextAnchor::Top);
        QCOMPARE(turnedAnchor(TextAnchor::Left, {0, true}), TextAnchor::Right);
    }

    void symbolsForDevices() {
        QCOMPARE(symbolFor(DeviceKind::Mosfet, 'p', 4, "pch").name, std::string("pmos4"));
        QCOMPARE(symbolFor(DeviceKind::Mosfet, 'n', 3, "nch").name, std::string("nmos3"));
        QCOMPARE(symbolFor(DeviceKind::Mosfet, '\0', 4, "x").name, std::string("nmos4"));
        QCOMPARE(symbolFor(DeviceKind::Bjt, 'n', 4, "q").pins.size(), std::size_t{4});
        QCOMPARE(symbolFor(DeviceKind::Switch, '\0', 2, "w").pins.size(), std::size_t{2});
        // Every kind with every number of terminals has as many pins, all at different places.
        for (int kind = 0; kind <= static_cast<int>(DeviceKind::Other); ++kind) {
            for (unsigned terminals = 0; terminals <= 12; ++terminals) {
                const Symbol symbol =
                    symbolFor(static_cast<DeviceKind>(kind), 'n', terminals, "cell");
                QCOMPARE(symbol.pins.size(), std::size_t{terminals});
                std::set<Pt> places;
                for (const Pin& pin : symbol.pins)
                    QVERIFY(places.insert(pin.at).second);
            }
        }
    }
    void blocks() {
        const Symbol block = blockSymbol("amp", {"inp", "inn", "vdd", "gnd", "out"});
        QCOMPARE(block.pins.size(), std::size_t{5});
        for (const Pin& pin : block.pins) {
            QCOMPARE(pin.at.x % 10, 0);
            QCOMPARE(pin.at.y % 10, 0);
            QCOMPARE(pin.at.x > 0, pin.name == "out");
        }
        // No name says what comes out: halves.
        const Symbol plain = blockSymbol("net", {"1", "2", "3"});
        QCOMPARE(std::count_if(plain.pins.begin(), plain.pins.end(),
                               [](const Pin& p) { return p.at.x < 0; }),
                 2);
        QVERIFY(blockSymbol("none", {}).pins.empty());
    }
};

QTEST_GUILESS_MAIN(TestSymbols)
#include "tst_symbols.moc"
