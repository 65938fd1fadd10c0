// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/connectivity.h"
#include "core/schematic/symbols.h"

#include <QTest>

#include <random>

using namespace ohm::schematic;

namespace {

Wire wire(int ax, int ay, int bx, int by) {
    return {{ax, ay}, {bx, by}, {}};
}

Label label(int x, int y, const char* name, Label::Kind kind = Label::Kind::Local) {
    Label l;
    l.kind = kind;
    l.at = {x, y};
    l.name = name;
    l.line = 7;
    return l;
}

/// A two-pin part: pins at (x,y-30) and (x,y+30).
void addResistor(SchematicDoc& doc, int x, int y) {
    if (doc.symbols.empty())
        doc.symbols.push_back(*builtinSymbol("res"));
    SymbolInstance instance;
    instance.at = {x, y};
    doc.instances.push_back(instance);
}

} // namespace

class TestConnectivity : public QObject {
    Q_OBJECT
private slots:
    void joints_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<bool>("ruleOn");
        QTest::addColumn<bool>("joined");
        for (const char* what : {"wire", "pin", "label"}) {
            QTest::addRow("%s on segment", what) << QString::fromLatin1(what) << true << true;
            QTest::addRow("%s not on segment", what) << QString::fromLatin1(what) << false << false;
        }
        QTest::newRow("crossing") << "crossing" << true << false;
        QTest::newRow("ends meet") << "ends" << false << true;
        QTest::newRow("pin on pin") << "pins" << false << true;
        QTest::newRow("overlap") << "overlap" << true << true;
        QTest::newRow("slanted") << "slanted" << true << true;
        QTest::newRow("beside a slanted one") << "near miss" << true << false;
    }
    void joints() {
        QFETCH(QString, what);
        QFETCH(bool, ruleOn);
        QFETCH(bool, joined);
        SchematicDoc doc;
        ConnectivityRules rules;
        rules.wireEndOnSegment = rules.pinOnSegment = rules.labelOnSegment = ruleOn;
        doc.wires.push_back(wire(0, 0, 100, 0));
        std::string other;
        if (what == "wire") {
            doc.wires.push_back(wire(50, 0, 50, 80));
        } else if (what == "crossing") {
            doc.wires.push_back(wire(50, -40, 50, 80));
        } else if (what == "ends") {
            doc.wires.push_back(wire(100, 0, 100, 80));
        } else if (what == "overlap") {
            doc.wires.push_back(wire(60, 0, 200, 0));
        } else if (what == "slanted") {
            doc.wires[0] = wire(0, 0, 90, 60);
            doc.wires.push_back(wire(30, 20, 30, 100));
        } else if (what == "near miss") {
            doc.wires[0] = wire(0, 0, 90, 61);
            doc.wires.push_back(wire(30, 20, 30, 100));
        } else if (what == "pin") {
            addResistor(doc, 50, 30);
        } else if (what == "pins") {
            doc.wires.clear();
            addResistor(doc, 0, 0);
            addResistor(doc, 0, 60);
        } else if (what == "label") {
            doc.labels.push_back(label(50, 0, "mid"));
        }
        const Connectivity found = ohm::schematic::connect(doc, rules);
        if (what == "pin")
            QCOMPARE(doc.pinNets[0][0] == doc.wires[0].net, joined);
        else if (what == "pins")
            QCOMPARE(doc.pinNets[0][1] == doc.pinNets[1][0], joined);
        else if (what == "label")
            QCOMPARE(doc.wires[0].net == "mid", joined);
        else
            QCOMPARE(doc.wires[0].net == doc.wires[1].net, joined);
        QVERIFY(found.diagnostics.empty());
    }

    void junctionsDecideWhereRequired() {
        ConnectivityRules rules;
        rules.junctionRequired = true;
        SchematicDoc crossing;
        crossing.wires = {wire(0, 0, 100, 0), wire(50, -50, 50, 50)};
        ohm::schematic::connect(crossing, rules);
        QVERIFY(crossing.wires[0].net != crossing.wires[1].net);
        crossing.junctions = {{50, 0}};
        ohm::schematic::connect(crossing, rules);
        QCOMPARE(crossing.wires[0].net, crossing.wires[1].net);
        QCOMPARE(crossing.junctions.size(), std::size_t{1}); // input, left alone
    }

    void dotsAreDrawnWhereThreeMeet() {
        SchematicDoc doc;
        doc.wires = {wire(0, 0, 50, 0),      wire(50, 0, 100, 0),
                     wire(50, 0, 50, 50),                              // T of ends
                     wire(0, 200, 100, 200), wire(40, 200, 40, 250),   // T on a segment
                     wire(0, 400, 100, 400), wire(100, 400, 100, 450), // corner
                     wire(0, 600, 100, 600), wire(50, 550, 50, 650)};  // crossing
        ohm::schematic::connect(doc);
        QCOMPARE(doc.junctions, (std::vector<Pt>{{40, 200}, {50, 0}}));
    }

    void names() {
        SchematicDoc doc;
        doc.wires = {wire(0, 0, 10, 0), wire(0, 100, 10, 100), wire(0, 200, 10, 200),
                     wire(0, 300, 10, 300), wire(0, 400, 10, 400)};
        doc.labels = {label(0, 100, "Out"), label(10, 400, "OUT"), label(0, 300, "x y"),
                      label(0, 200, "0", Label::Kind::Ground), label(500, 500, "lonely")};
        addResistor(doc, 700, 700); // both pins open
        addResistor(doc, 800, 0);
        addResistor(doc, 800, 60); // they touch without a wire
        const Connectivity found = ohm::schematic::connect(doc);
        QCOMPARE(doc.wires[0].net, std::string("n001"));
        QCOMPARE(doc.wires[1].net, std::string("out"));
        QCOMPARE(doc.wires[2].net, std::string("0"));
        QCOMPARE(doc.wires[3].net, std::string("x_y"));
        QCOMPARE(doc.wires[4].net, std::string("out")); // the same name is the same net
        QCOMPARE(doc.pinNets[0], (std::vector<std::string>{"nc_01", "nc_02"}));
        QCOMPARE(doc.pinNets[1][1], std::string("p001"));
        QCOMPARE(doc.pinNets[2][0], std::string("p001"));
        QCOMPARE(doc.labels[4].net, std::string("lonely"));
        QCOMPARE(found.nets[found.pinNets[0][0]].open, true);
        QCOMPARE(found.diagnostics.size(), std::size_t{1}); // the blank in a name
        QCOMPARE(found.diagnostics[0].code, std::string("SCH-032"));
    }
    void numbersSkipTakenNames() {
        SchematicDoc doc;
        doc.wires = {wire(0, 0, 10, 0), wire(0, 100, 10, 100)};
        doc.labels = {label(0, 100, "N001")};
        ohm::schematic::connect(doc);
        QCOMPARE(doc.wires[0].net, std::string("n002"));
    }
    void severalLabelsOnOneNet_data() {
        QTest::addColumn<int>("firstKind");
        QTest::addColumn<int>("secondKind");
        QTest::addColumn<QString>("winner");
        const auto k = [](Label::Kind kind) { return static_cast<int>(kind); };
        QTest::newRow("first of equals")
            << k(Label::Kind::Local) << k(Label::Kind::Local) << "first";
        QTest::newRow("port over local")
            << k(Label::Kind::Local) << k(Label::Kind::PortIn) << "second";
        QTest::newRow("global over port")
            << k(Label::Kind::PortOut) << k(Label::Kind::Global) << "second";
        QTest::newRow("ground over all") << k(Label::Kind::Global) << k(Label::Kind::Ground) << "0";
    }
    void severalLabelsOnOneNet() {
        QFETCH(int, firstKind);
        QFETCH(int, secondKind);
        QFETCH(QString, winner);
        SchematicDoc doc;
        doc.wires = {wire(0, 0, 100, 0)};
        doc.labels = {label(0, 0, "first", static_cast<Label::Kind>(firstKind)),
                      label(100, 0, "second", static_cast<Label::Kind>(secondKind))};
        const Connectivity found = ohm::schematic::connect(doc, {}, {}, "sheet.asc");
        QCOMPARE(QString::fromStdString(doc.wires[0].net), winner);
        QCOMPARE(found.nets.size(), std::size_t{1});
        QCOMPARE(found.nets[0].aliases.size(), std::size_t{1});
        QCOMPARE(found.diagnostics.size(), std::size_t{1});
        QCOMPARE(found.diagnostics[0].code, std::string("SCH-031"));
        QCOMPARE(found.diagnostics[0].file, std::string("sheet.asc"));
        QCOMPARE(found.diagnostics[0].line, 7);
    }

    void largeSheetsAreExact() {
        // 400 columns of 250 short wires: every column one net, by ends alone.
        SchematicDoc doc;
        std::mt19937 random(5);
        for (int x = 0; x < 400; ++x)
            for (int y = 0; y < 250; ++y)
                doc.wires.push_back(wire(x * 10, y * 10, x * 10, y * 10 + 10));
        std::shuffle(doc.wires.begin(), doc.wires.end(), random);
        Connectivity found = ohm::schematic::connect(doc);
        QCOMPARE(found.nets.size(), std::size_t{400});
        // One long wire through all ends joins them all.
        doc.wires.push_back(wire(0, 0, 3990, 0));
        found = ohm::schematic::connect(doc);
        QCOMPARE(found.nets.size(), std::size_t{1});
    }
    void manyOverlapsStayFast() {
        // All on one line, all overlapping: quadratic work would take minutes.
        SchematicDoc doc;
        for (int i = 0; i < 100000; ++i)
            doc.wires.push_back(wire(i, 0, i + 100000, 0));
        QCOMPARE(ohm::schematic::connect(doc).nets.size(), std::size_t{1});
    }
    void hostileDirections() {
        SchematicDoc doc;
        for (int i = 1; i <= 2000; ++i)
            doc.wires.push_back(wire(0, i, 1000 + i, i * 2 + 1));
        const Connectivity found = ohm::schematic::connect(doc);
        QCOMPARE(found.diagnostics.size(), std::size_t{1});
        QCOMPARE(found.diagnostics[0].code, std::string("SCH-033"));
    }
    void extremeCoordinates() {
        const int far = 1 << 30;
        SchematicDoc doc;
        doc.wires = {wire(-far, -far, far, far), wire(0, 0, 0, 10), wire(-far, far, far, -far)};
        ohm::schematic::connect(doc);
        QCOMPARE(doc.wires[0].net, doc.wires[1].net);
        QCOMPARE(doc.wires[2].net, doc.wires[1].net);
    }
    void emptySheet() {
        SchematicDoc doc;
        QVERIFY(ohm::schematic::connect(doc).nets.empty());
        doc.wires = {wire(5, 5, 5, 5)}; // no length
        QCOMPARE(ohm::schematic::connect(doc).nets.size(), std::size_t{1});
        QVERIFY(doc.junctions.empty());
    }
};

QTEST_GUILESS_MAIN(TestConnectivity)
#include "tst_connectivity.moc"
