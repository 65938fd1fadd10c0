// SPDX-License-Identifier: GPL-3.0-or-later
// The circuit as others use it: names, look-ups, hierarchy, parameters, models.
#include "netlisttest.h"

#include "core/netlist/circuitdata.h"
#include "core/netlist/elementtext.h"
#include "core/netlist/evaluator.h"

#include <cmath>

using namespace ohm;
using namespace ohm::netlist;
using namespace netlisttest;

class TestCircuit : public QObject {
    Q_OBJECT

private slots:
    void namesAndLookups();
    void flatNets();
    void terminals();
    void dotsInNames();
    void topCell();
    void counts();
    void parameters_data();
    void parameters();
    void circularParameters();
    void deepParameters();
    void multipliers();
    void models();
    void labels_data();
    void labels();
    void items_data();
    void items();
    void cards();
};

void TestCircuit::namesAndLookups() {
    const auto circuit = read("t\nX1 A B Amp\nX2 B C amp\nR1 a 0 1k\n.subckt amp in out\n"
                              "Xinv in mid inv\nRload MID out 2k\n.ends\n.subckt inv p q\nM1 q p 0 0 n\n"
                              ".ends\n");
    QVERIFY(circuit.ok());
    const Circuit& c = **circuit;
    QCOMPARE(c.deviceCount(), std::size_t{5});
    for (DeviceId d = 0; d < c.deviceCount(); ++d)
        QCOMPARE(c.findDevice(c.deviceName(d)).value_or(kNone), d);
    for (NetId n = 0; n < c.netCount(); ++n)
        QCOMPARE(c.findNet(c.netName(n)).value_or(kNone), n);
    QCOMPARE(wiring(c, "x2.xinv.m1"), std::string("x2.xinv.m1 x2.mid b 0 0"));
    QCOMPARE(wiring(c, "X1.RLOAD"), std::string("x1.rload x1.mid b"));
    QVERIFY(!c.findDevice("x1.nosuch"));
    QVERIFY(!c.findDevice("x1"));
    QVERIFY(!c.findNet("x1.xinv.nosuch"));
    QCOMPARE(c.findNet("x1.xinv.p").value(), c.findNet("a").value()); // a port is its outer net
    QVERIFY(c.ground() && c.isGround(*c.ground()));
    QCOMPARE(c.netName(*c.ground()), std::string("0"));
    const auto m1 = c.findDevice("x1.xinv.m1").value();
    QCOMPARE(c.devicePath(m1).size(), std::size_t{3});
    QCOMPARE(c.deviceLocation(m1).line, 10u);
    QCOMPARE(c.files().front(), std::string("test.sp"));
    QCOMPARE(c.title(), std::string("t"));
}

void TestCircuit::flatNets() {
    const auto circuit = read("t\nx1 a b amp\nr1 a 0 1\n.subckt amp in out\nxi in mid inv\nr2 mid out 1\n"
                              ".ends\n.subckt inv p q\nr3 q p 1\n.ends\n");
    QVERIFY(circuit.ok());
    const Circuit& c = **circuit;
    const auto path = c.devicePath(c.findDevice("x1.xi.r3").value());
    const CellId inv = c.findCell("inv").value();
    QCOMPARE(c.cellPortCount(inv), std::size_t{2});
    QCOMPARE(c.cellNetName(inv, 0), std::string_view("p"));
    QCOMPARE(c.flatNet({path.data(), 2}, 0).value(), c.findNet("a").value());
    QCOMPARE(c.netName(c.flatNet({path.data(), 2}, 1).value()), std::string("x1.mid"));
    QCOMPARE(c.flatNet({path.data(), 1}, 1).value(), c.findNet("b").value());
    QCOMPARE(c.flatNet({}, 0).value(), c.findNet("a").value());
    QVERIFY(!c.flatNet({path.data(), 2}, 99));
    const std::uint32_t wrong[] = {77};
    QVERIFY(!c.flatNet(wrong, 0));
}

void TestCircuit::terminals() {
    const auto circuit = read("t\nk0 l1 l2 1\nl1 a 0 1\nl2 b 0 1\nm1 a b 0 0 n\nk1 l1 l2 1\nr1 a b 1\n");
    QVERIFY(circuit.ok());
    const Circuit& c = **circuit;
    std::uint32_t next = 0;
    for (DeviceId d = 0; d < c.deviceCount(); ++d) {
        QCOMPARE(c.firstTerminal(d), next);
        for (std::size_t i = 0; i < c.deviceNets(d).size(); ++i)
            QCOMPARE(c.terminalDevice(next++), d);
    }
    QCOMPARE(c.terminalCount(), std::size_t{next});
    const auto a = c.netTerminals(c.findNet("a").value());
    QCOMPARE(a.size(), std::size_t{3});
    QCOMPARE(c.deviceName(c.terminalDevice(a[1])), std::string("m1"));
}

void TestCircuit::dotsInNames() {
    const auto circuit = read("t\nxa.b n.1 s\n.subckt s p\nr.1 p q.2 1\nc1 q.2 0 1\n.ends\n");
    QVERIFY(circuit.ok());
    QCOMPARE(wiring(**circuit, "xa.b.r.1"), std::string("xa.b.r.1 n.1 xa.b.q.2"));
    QVERIFY((*circuit)->findNet("xa.b.q.2").has_value());
}

void TestCircuit::topCell() {
    const std::string text = ".subckt a p\nr1 p 0 1\n.ends\n.subckt b p\nx1 p a\nx2 p a\n.ends\n";
    const auto chosen = read(text);
    QVERIFY(chosen.ok());
    QVERIFY(!(*chosen)->isDeck());
    QCOMPARE((*chosen)->cellName((*chosen)->topCell()), std::string_view("b"));
    ReadOptions options;
    options.top = "A";
    const auto named = read(text, options);
    QVERIFY(named.ok());
    QCOMPARE(letters(**named), std::string("r1"));
    options.top = "nosuch";
    const auto missing = read(text, options);
    QVERIFY(!missing.ok());
    QCOMPARE(missing.error().code, std::string("NET-006"));
}

void TestCircuit::counts() {
    // The ladder of the graph's definition: n branches give 8n+4 nodes and 9n+3 edges.
    std::string text = "ladder\nv1 n0 0 1\n";
    for (int i = 0; i < 10; ++i)
        text += "r" + std::to_string(2 * i) + " n" + std::to_string(i) + " n" + std::to_string(i + 1) +
                " 1k\nr" + std::to_string(2 * i + 1) + " n" + std::to_string(i + 1) + " 0 1k\n";
    const auto circuit = read(text);
    QVERIFY(circuit.ok());
    const auto counts = countCircuit(**circuit);
    QCOMPARE(counts.deviceTotal, std::size_t{21});
    QCOMPARE(counts.netsWithGround, std::size_t{12});
    QCOMPARE(counts.graphNodes, std::size_t{42 + 12});
    QCOMPARE(counts.graphEdges, std::size_t{21 + 42});
}

void TestCircuit::parameters_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("device");
    QTest::addColumn<QByteArray>("parameter");
    QTest::addColumn<double>("value");
    const auto add = [](const char* name, const char* text, const char* device, const char* parameter,
                        double value) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(device) << QByteArray(parameter) << value;
    };
    add("number", "t\nr1 a b 2.2k\n", "r1", "value", 2200);
    add("megohms", "t\nr1 a b 1MEG\n", "r1", "value", 1e6);
    add("named value", "t\nr1 a b r=5k tc=1m\n", "r1", "value", 5000);
    add("forward reference", "t\nr1 a b {x*2}\n.param x={y+1} y=3\n", "r1", "value", 8);
    add("bare parameter", "t\nc1 a b cc\n.param cc=3p\n", "c1", "value", 3e-12);
    add("quotes", "t\nm1 d g s b n w='wn*2' l=\"ln\"\n.param wn=1u ln=90n\n", "m1", "w", 2e-6);
    add("default", "t\nx1 a s\n.subckt s p r=7\nr1 p 0 {r}\n.ends\n", "x1.r1", "value", 7);
    add("override", "t\nx1 a s r=9\n.subckt s p r=7\nr1 p 0 {r}\n.ends\n", "x1.r1", "value", 9);
    add("override with params:", "t\nx1 a s PARAMS: R={3*k}\n.param k=2\n.subckt s p params: r=7\nr1 p 0 {r}\n.ends\n",
        "x1.r1", "value", 6);
    add("default from another", "t\nx1 a s w=4\n.subckt s p w=1 r='w*10'\nr1 p 0 'r'\n.ends\n", "x1.r1",
        "value", 40);
    add("own param in the body", "t\nx1 a s w=4\n.subckt s p w=1\n.param r='w*w'\nr1 p 0 r\n.ends\n",
        "x1.r1", "value", 16);
    add("override in the caller's scope",
        "t\nx1 a t w=5\n.subckt t p w=1\nx2 p s w='w+1'\n.ends\n.subckt s p w=1\nr1 p 0 w\n.ends\n", "x1.x2.r1",
        "value", 6);
    add("caller's parameters are visible", "t\nx1 a t\n.subckt t p q=8\nx2 p s\n.ends\n.subckt s p\nr1 p 0 q\n.ends\n",
        "x1.x2.r1", "value", 8);
    add("global under a root cell", ".param q=2\n.subckt s p\nr1 p 0 {q*3}\n.ends\n", "r1", "value", 6);
    add("function", "t\n.func f(x,y) {x*y+1}\nr1 a b {f(2,3)}\n", "r1", "value", 7);
    add("function as a parameter", "t\n.param f(x)='x*2'\nr1 a b 'f(4)'\n", "r1", "value", 8);
    add("source", "t\nv1 a 0 dc 1.5 ac 1\n", "v1", "value", 1.5);
    add("source without a keyword", "t\nv1 a 0 3\n", "v1", "value", 3);
    add("source with an assignment", "t\nv1 a 0 dc=0.7 ac=1\n", "v1", "value", 0.7);
    add("small-signal source", "t\nv1 a 0 0 ac 2 90\n", "v1", "ac", 2);
    add("gain", "t\ne1 a 0 b 0 -5\n", "e1", "gain", -5);
    add("coupling", "t\nl1 a 0 1\nl2 b 0 1\nk1 l1 l2 0.9\n", "k1", "value", 0.9);
    add("area", "t\nq1 c b e qm 2\n.model qm npn\n", "q1", "area", 2);
    add("continued", "t\nm1 d g s b n\n+ w=1u $ wide\n* note\n+ l = 2u\n", "m1", "l", 2e-6);
    add("cdl property", "* auCdl\n.subckt s a\nrr1 a b 1k $W=3u\n.ends\n", "rr1", "w", 3e-6);
}

void TestCircuit::parameters() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, device);
    QFETCH(QByteArray, parameter);
    QFETCH(double, value);
    const auto circuit = read(text.toStdString());
    QVERIFY(circuit.ok());
    const double found = netlisttest::value(**circuit, device.toStdString(), parameter.toStdString());
    QVERIFY2(std::fabs(found - value) <= 1e-12 * std::fabs(value), qPrintable(QString::number(found)));
}

void TestCircuit::circularParameters() {
    const auto circuit = read("t\n.param a={b} b={a+1} c=4\nr1 x y {a}\nr2 x y {c}\n");
    QVERIFY(circuit.ok());
    QVERIFY(std::isnan(value(**circuit, "r1", "value")));
    QCOMPARE(value(**circuit, "r2", "value"), 4.0);
    const auto self = read("t\nx1 a s r={r}\n.subckt s p r={r}\nr1 p 0 {r}\n.ends\n");
    QVERIFY(self.ok());
    QVERIFY(std::isnan(value(**self, "x1.r1", "value")));
}

void TestCircuit::deepParameters() {
    // Each refers to the next: must neither crash nor take for ever.
    std::string text = "t\nr1 a b {p0}\n";
    for (int i = 0; i < 10000; ++i)
        text += ".param p" + std::to_string(i) + "={p" + std::to_string(i + 1) + "+1}\n";
    text += ".param p10000=1\n";
    const auto circuit = read(text);
    QVERIFY(circuit.ok());
    value(**circuit, "r1", "value");
    text = "t\n.if (p0)\nr1 a b 1\n.endif\n" + text.substr(2);
    QVERIFY(read(text).ok());
}

void TestCircuit::multipliers() {
    const auto circuit = read("t\nx1 a t m=2\n.subckt t p\nx2 p s m='k'\n.ends\n.subckt s p\nr1 p 0 1\n.ends\n"
                              ".param k=3\nr0 a 0 1\n");
    QVERIFY(circuit.ok());
    const CircuitData& data = (*circuit)->data();
    Evaluator evaluator(data);
    QCOMPARE(evaluator.multiplier(data.place((*circuit)->findDevice("x1.x2.r1").value()).scope), 6.0);
    QCOMPARE(evaluator.multiplier(data.place((*circuit)->findDevice("r0").value()).scope), 1.0);
}

void TestCircuit::models() {
    const auto circuit = read("t\nm1 d g s b mod\nx1 a s\n.subckt s p\nm2 p p p p mod\nm3 p p p p top\n"
                              ".model mod pmos level=2\n.ends\n.model mod nmos level=1\n.model top pmos\n"
                              "d1 a b dm\n.model dm ako:base (n=2)\n.model base d(is=1e-14)\n"
                              "m4 d g s vdp\n.model vdp vdmos pchan vto=-2\n");
    QVERIFY(circuit.ok());
    const Circuit& c = **circuit;
    const auto polarity = [&](const char* name) { return c.devicePolarity(c.findDevice(name).value()); };
    QCOMPARE(polarity("m1"), 'n');
    QCOMPARE(polarity("x1.m2"), 'p'); // the cell's own card
    QCOMPARE(polarity("x1.m3"), 'p');
    QCOMPARE(polarity("m4"), 'p');
    QCOMPARE(c.deviceMaster(c.findDevice("d1").value()), std::string_view("dm"));
    const CircuitData& data = c.data();
    const auto* dm = data.model(data.instance(data.place(c.findDevice("d1").value())));
    QVERIFY(dm && dm->base != kNone);
    QCOMPARE(data.symbols.name(dm->base), std::string_view("base"));
    QCOMPARE(codes(c), std::string());
}

void TestCircuit::labels_data() {
    QTest::addColumn<QByteArray>("card");
    QTest::addColumn<QByteArray>("label");
    QTest::newRow("resistor") << QByteArray("r1 a b 10k") << QByteArray("10k");
    QTest::newRow("expression") << QByteArray("r1 a b {rval}") << QByteArray("rval");
    QTest::newRow("named") << QByteArray("r1 a b r=10k") << QByteArray("10k");
    QTest::newRow("mosfet") << QByteArray("m1 d g s b n w=1u l=90n ad=1p m=4")
                            << QByteArray("W=1u L=90n m=4");
    QTest::newRow("source") << QByteArray("v1 a b dc 1.2") << QByteArray("dc 1.2");
    QTest::newRow("braces") << QByteArray("c1 a b {cc}\n.param cc=3p") << QByteArray("3p");
    QTest::newRow("quotes") << QByteArray("r1 a b 'r'\n.param r=10k") << QByteArray("10k");
    QTest::newRow("named expression") << QByteArray("r1 a b r='2*r'\n.param r=10k") << QByteArray("20k");
    QTest::newRow("rounded") << QByteArray("v1 a b {3*0.1}") << QByteArray("300m");
    QTest::newRow("sizes") << QByteArray("m1 d g s b n w=0.5u l={lmin} m={k}\n.param lmin=90n k=20")
                           << QByteArray("W=500n L=90n m=20");
    QTest::newRow("many") << QByteArray("m1 d g s b n w=1u l=90n m={k}\n.param k=1200")
                          << QByteArray("W=1u L=90n m=1200");
    QTest::newRow("stimulus") << QByteArray("v1 a b dc {v} pulse(0 {v} 2n)\n.param v=1.2 dc=7")
                              << QByteArray("dc 1.2 pulse(0 {v} 2n)");
    QTest::newRow("overridden") << QByteArray("x1 a b s rr=5k\n.subckt s p q rr=1k\nr1 p q {rr*k}\n.ends\n"
                                              ".param k=2")
                                << QByteArray("10k");
    QTest::newRow("default") << QByteArray("x1 a b s\n.subckt s p q\n.param rr=1k\nr1 p q {rr}\n.ends")
                             << QByteArray("1k");
    QTest::newRow("circular") << QByteArray("r1 a b {p}\n.param p={q} q={p}") << QByteArray("p");
    QTest::newRow("infinite") << QByteArray("r1 a b {1e300*1e300}") << QByteArray("1e300*1e300");
}

void TestCircuit::labels() {
    QFETCH(QByteArray, card);
    QFETCH(QByteArray, label);
    const auto circuit = read("t\n" + card.toStdString() + "\n");
    QVERIFY(circuit.ok());
    QCOMPARE(QByteArray::fromStdString((*circuit)->deviceLabel(0)), label);
}

void TestCircuit::items_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("items"); // "name=text|text|..."
    const auto add = [](const char* text, const char* items) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(items);
    };
    add("10k", "10k");
    add("w=1u l = 2u", "w=1u|l=2u");
    add("w='a + b' l={c d}", "w='a + b'|l={c d}");
    add("R = (time<12ms ? {x} : 2)", "r=(time<12ms ? {x} : 2)");
    add("v = a * (b + 1) tc=2", "v=a * (b + 1)|tc=2");
    add("v=if(a>=1, b, c) tc=2", "v=if(a>=1, b, c)|tc=2");
    add("dc 1 ac 2 pulse(0 1 2n)", "dc|1|ac|2|pulse(0 1 2n)");
    add("PULSE (0 1) m=2", "PULSE (0 1)|m=2");
    add("(is=1 n=2)", "is=1|n=2");
    add("( is = 1, n = 2 ", "is=1|n=2");
    add("nmos1 ( is=1 ) x=3", "nmos1|is=1|x=3");
    add("1k tc=1m,2m", "1k|tc=1m|2m");
    add("pwl 0 0 1n -1", "pwl|0|0|1n|-1");
    add("", "");
    add("=", "");
    add("f(x,y)='x*y'", "f(x,y)='x*y'");
    add("a=1 b", "a=1|b");
    add("poly(2) 1 2", "poly(2)|1|2");
    add("x=-1 y=+2", "x=-1|y=+2");
    add("x = a - 1", "x=a - 1");
    add("unclosed='a b", "unclosed='a b");
}

void TestCircuit::items() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, items);
    QByteArrayList found;
    for (const auto& item : tailItems(text.toStdString(), Dialect::Spice))
        found << QByteArray::fromStdString((item.name.empty() ? "" : item.name + "=") + item.text);
    QCOMPARE(found.join('|'), items);
}

void TestCircuit::cards() {
    const auto circuit = read("t\nr1 a 0 1\n.options reltol=1e-4 $ tight\n+ gmin=1e-15\n.temp 30\n.ic v(a)=1\n");
    QVERIFY(circuit.ok());
    const CircuitData& data = (*circuit)->data();
    QCOMPARE(data.cards.size(), std::size_t{3});
    QCOMPARE(data.symbols.name(data.cards[0].keyword), std::string_view("options"));
    QCOMPARE(tailText(data.text.view(data.cards[0].text), data.dialect),
             std::string("reltol=1e-4 gmin=1e-15"));
}

QTEST_GUILESS_MAIN(TestCircuit)
#include "tst_circuit.moc"
