// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/spectrelexer.h"
#include "netlisttest.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <cmath>
#include <random>

using namespace ohm::netlist;
using netlisttest::letters;
using netlisttest::value;
using netlisttest::wiring;

namespace {

ohm::Expected<CircuitPtr> spectre(const std::string& text) {
    ReadOptions options;
    options.dialect = Dialect::Spectre;
    return netlisttest::read(text, options);
}

QString shared() {
    const QString given = qEnvironmentVariable("OHMSCAPE_SHARED");
    return given.isEmpty() ? QStringLiteral(OHMSCAPE_SOURCE_DIR "/../shared") : given;
}

void write(const QString& path, const QByteArray& text) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

class TestSpectre : public QObject {
    Q_OBJECT
private slots:
    void realFiles_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QJsonObject>("facts");
        QFile expected(shared() + "/data/netlists/expected.jsonl");
        if (!expected.open(QIODevice::ReadOnly))
            QSKIP("the shared circuits are not here");
        for (const QByteArray& line : expected.readAll().split('\n')) {
            const QJsonObject facts = QJsonDocument::fromJson(line).object();
            if (facts["dialect"].toString() == "spectre")
                QTest::newRow(qPrintable(facts["file"].toString()))
                    << shared() + "/data/netlists/" + facts["file"].toString() << facts;
        }
    }
    void realFiles() {
        QFETCH(QString, path);
        QFETCH(QJsonObject, facts);
        const auto circuit = readNetlist(path.toStdString());
        QVERIFY2(circuit.ok(), circuit.ok() ? "" : circuit.error().message().c_str());
        QVERIFY((*circuit)->dialect() == Dialect::Spectre);
        const CircuitCounts counts = countCircuit(**circuit);
        const auto fact = [&](const char* name) {
            return static_cast<std::size_t>(facts[name].toInteger());
        };
        QCOMPARE(counts.deviceTotal, fact("device_total"));
        QCOMPARE(counts.terminals, fact("terminals"));
        QCOMPARE(counts.nets, fact("nets_excl_ground"));
        QCOMPARE(counts.netsWithGround, fact("nets_incl_ground"));
        QCOMPARE(counts.graphNodes, fact("graph_nodes"));
        QCOMPARE(counts.graphEdges, fact("graph_edges"));
        // Letter by letter: a model without definition is an x, an ammeter a v, a port a p.
        std::map<char, qint64> expected;
        const QJsonObject devices = facts["devices"].toObject();
        for (auto at = devices.begin(); at != devices.end(); ++at) {
            const QString key = at.key();
            const char letter = key.size() == 1   ? key.toLower().toLatin1().at(0)
                                : key == "iprobe" ? 'v'
                                : key == "port"   ? 'p'
                                                  : 'x';
            expected[letter] += at->toInteger();
        }
        std::map<char, qint64> found;
        for (const auto& [letter, count] : counts.devices)
            found[letter] = static_cast<qint64>(count);
        QVERIFY(found == expected);
    }

    void statements() {
        const auto circuit = spectre("// comment\n"
                                     "* comment\n"
                                     "global gnd! vdd!\n"
                                     "V1 (vdd! gnd!) vsource dc=1 // trailing\n"
                                     "R1 vdd! Out resistor r=1k \\\n"
                                     "   m=2\n"
                                     "R2 (out\n"
                                     "+ gnd!) resistor\n"
                                     "+ r=2k\n"
                                     "C1 (Vin\\- Out) capacitor c=1p\n"
                                     "M1 (Out a\\<3\\> gnd! gnd!) nch w=1u\n"
                                     "E1 (o gnd! Out gnd!) vcvs gain=2\n"
                                     "P1 (vdd! Out) iprobe\n"
                                     "PORT0 (Out gnd!) port r=50\n"
                                     "K1 mutual_inductor coupling=0.9 ind1=L1 ind2=L2\n"
                                     "L1 (Out gnd!) inductor l=1u\n"
                                     "L2 (o gnd!) inductor l=1u\n"
                                     "noise (Out gnd!) noise start=1 stop=10\n"
                                     "tran1 tran stop=1u\n"
                                     "opts options reltol=1e-4\n"
                                     "save Out\n");
        QVERIFY(circuit.ok());
        QCOMPARE(letters(**circuit), std::string("c1 e1 k1 l2 p1 r2 v2 x1"));
        QCOMPARE(wiring(**circuit, "V1"), std::string("V1 vdd! 0"));
        QCOMPARE(wiring(**circuit, "R1"), std::string("R1 vdd! Out"));
        QCOMPARE(wiring(**circuit, "R2"), std::string("R2 out 0"));
        QCOMPARE(wiring(**circuit, "C1"), std::string("C1 Vin- Out"));
        QCOMPARE(wiring(**circuit, "M1"), std::string("M1 Out a<3> 0 0"));
        QCOMPARE(wiring(**circuit, "K1"), std::string("K1"));
        QCOMPARE(value(**circuit, "R1", "m"), 2.0);
        QVERIFY((*circuit)->deviceKind(*(*circuit)->findDevice("M1")) == DeviceKind::Mosfet);
        QVERIFY(!(*circuit)->findDevice("r1"));
    }

    void hierarchyAndParameters() {
        const auto circuit = spectre("parameters W=2u big=1M n=3\n"
                                     "real twice(real x) { return 2*x; }\n"
                                     "inline subckt top (a b)\n"
                                     "parameters w=W L=w/2\n"
                                     "M1 (a b 0 0) mod w=w l=L m=n\n"
                                     "X1 (a b) inner R=twice(big)\n"
                                     "ends top\n"
                                     "subckt inner p q\n"
                                     "parameters R=1 r=R*2\n"
                                     "R1 (p q) resistor r=r\n"
                                     "model local diode is=1e-14\n"
                                     "D1 (p q) local\n"
                                     "ends\n"
                                     "I1 (x y) top w=4u\n"
                                     "I2 (x y) top\n"
                                     "model mod bsim4 { 1: type=p lmin=1u lmax=2u\n"
                                     "  2: type=p lmin=2u lmax=3u }\n");
        QVERIFY(circuit.ok());
        QCOMPARE(letters(**circuit), std::string("d2 m2 r2"));
        QCOMPARE(netlisttest::codes(**circuit), std::string());
        QCOMPARE(value(**circuit, "I1.M1", "w"), 4e-6);
        QCOMPARE(value(**circuit, "I1.M1", "l"), 2e-6);
        QCOMPARE(value(**circuit, "I2.M1", "w"), 2e-6);
        QCOMPARE(value(**circuit, "I2.M1", "m"), 3.0);
        QCOMPARE(value(**circuit, "I1.X1.R1", "value"), 4e6);
        QCOMPARE((*circuit)->devicePolarity(*(*circuit)->findDevice("I1.M1")), 'p');
        QCOMPARE(wiring(**circuit, "I2.X1.D1"), std::string("I2.X1.D1 x y"));
    }

    void conditions_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("names");
        int number = 0;
        const auto row = [&](const char* text, const char* names) {
            QTest::addRow("%d", ++number) << QByteArray(text) << QByteArray(names);
        };
        row("if (a==1) {\nR1 (x 0) resistor\n} else {\nR2 (x 0) resistor\n}\n", "R1");
        row("if (a==2) {\nR1 (x 0) resistor\n} else {\nR2 (x 0) resistor\n}\n", "R2");
        row("if (a==2) {\nR1 (x 0) resistor\n}\nelse if (a==1) {\nR2 (x 0) resistor\n} else {\n"
            "R3 (x 0) resistor\n}\nR4 (x 0) resistor\n",
            "R2 R4");
        row("if (a==1) R1 (x 0) resistor\nelse R2 (x 0) resistor\n", "R1");
        row("if (a==2)\nR1 (x 0) resistor\nelse\nR2 (x 0) resistor\n", "R2");
        row("if (a==1) { R1 (x 0) resistor }\nR2 (x 0) resistor\n", "R1 R2");
        row("if (a==2) { if (a==2) {\nR1 (x 0) resistor } else {\nR2 (x 0) resistor }\n} else {\n"
            "R3 (x 0) resistor\n}\n",
            "R3");
        row("if (a==1) { if (a==2) {\nR1 (x 0) resistor } else {\nR2 (x 0) resistor }\n} else {\n"
            "R3 (x 0) resistor\n}\n",
            "R2");
        row("if (unknown) R1 (x 0) resistor\nelse R2 (x 0) resistor\n", "R1");
        row("statistics {\n process {\n vary a dist=gauss std=1\n }\n}\nR1 (x 0) resistor\n", "R1");
        row("mc1 montecarlo numruns=1 {\n tran1 tran stop=1\n}\nR1 (x 0) resistor\n", "R1");
        row("library l\nsection tt\nR1 (x 0) resistor\nendsection tt\nendlibrary l\n"
            "R2 (x 0) resistor\n",
            "R2");
    }
    void conditions() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, names);
        const auto circuit = spectre("parameters a=1\n" + text.toStdString());
        QVERIFY(circuit.ok());
        std::string found;
        for (DeviceId id = 0; id < (*circuit)->deviceCount(); ++id)
            found += (found.empty() ? "" : " ") + (*circuit)->deviceName(id);
        QCOMPARE(found, names.toStdString());
    }

    void spiceParts() {
        const auto circuit = spectre("simulator lang=spectre\n"
                                     "R1 (out 0) resistor r=1M\n"
                                     "simulator lang=spice\n"
                                     "* comment\n"
                                     "R2 OUT 0 1M $ milli\n"
                                     ".param half='0.5'\n"
                                     ".subckt sub a b w=1\n"
                                     "M1 a b 0 0 nch\n"
                                     "+ w='w*2u' l=1u\n"
                                     ".ends\n"
                                     "X1 out out sub w=3\n"
                                     "Q1 out out 0 qn 2\n"
                                     "D1 out 0 1n4148\n"
                                     ".model nch nmos level=1\n"
                                     ".model qn npn is=1e-15\n"
                                     "simulator lang=spectre\n"
                                     "X2 (out out) sub w=4\n");
        QVERIFY(circuit.ok());
        QCOMPARE(letters(**circuit), std::string("d1 m2 q1 r2"));
        QCOMPARE(value(**circuit, "R1", "value"), 1e6);
        QCOMPARE(value(**circuit, "r2", "value"), 1e-3);
        QCOMPARE(value(**circuit, "x1.m1", "w"), 6e-6);
        QCOMPARE(value(**circuit, "X2.m1", "w"), 8e-6);
        QCOMPARE((*circuit)->netCount(), std::size_t{2});
    }

    void modelsMayFollowTheirUse() {
        const auto circuit = spectre("M1 (d g 0 0) later w=1u\n"
                                     "D1 (d 0) later2\n"
                                     "X1 (d) dc\n"
                                     "model later bsim4 type=n\n"
                                     "model later2 diode\n"
                                     "subckt dc a\nR1 (a 0) resistor\nends\n");
        QVERIFY(circuit.ok());
        QCOMPARE(letters(**circuit), std::string("d1 m1 r1"));
    }

    void includes() {
        const QTemporaryDir folder;
        QVERIFY(folder.isValid());
        QVERIFY(QDir(folder.path()).mkdir("in"));
        write(folder.filePath("secret.scs"), "R9 (a 0) resistor\n");
        write(folder.filePath("in/models.scs"),
              "simulator lang=spectre\nlibrary models\nsection tt\nmodel nch bsim4 type=n\n"
              "include \"more.scs\"\nendsection\nsection ff\nmodel nch diode\nendsection\n"
              "endlibrary\n");
        write(folder.filePath("in/more.scs"), "R2 (a 0) resistor\n");
        write(folder.filePath("in/loop.scs"), "include \"loop.scs\"\n");
        write(folder.filePath("in/top.scs"), "simulator lang=spectre\n"
                                             "include \"models.scs\" section=tt\n"
                                             "include \"../secret.scs\"\n"
                                             "include \"missing.scs\"\n"
                                             "include \"loop.scs\"\n"
                                             "ahdl_include \"x.va\"\n"
                                             "M1 (a a 0 0) nch\n");
        const auto circuit = readNetlist(folder.filePath("in/top.scs").toStdString());
        QVERIFY(circuit.ok());
        QCOMPARE(letters(**circuit), std::string("m1 r1"));
        QCOMPARE(netlisttest::codes(**circuit), std::string("NET-011 NET-012 NET-014 NET-302"));
    }

    void recognition_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("isSpectre");
        const auto row = [](const char* tag, const char* text, bool isSpectre) {
            QTest::newRow(tag) << QByteArray(text) << isSpectre;
        };
        row("lang", "// x\nsimulator lang=spectre\nR1 a b 1k\n", true);
        row("nodes", "Q3 (VDD net6 net14 0) npn\nQ2 (net7 VIN1 net13 0) npn\n", true);
        row("subckt", "subckt a b c\nM1 (b c 0 0) nmos\nends a\n", true);
        row("bare", "* x\nparameters a=1\nR1 a b resistor r=1\n", true);
        row("spice", "title\nR1 a b 1k\nM1 d g s b nmos\n.end\n", false);
        row("spice subckt", ".subckt a b c\nM1 b c 0 0 nmos\n.ends\n", false);
        row("spice with parentheses", "title\nR1 (a b) 1k\n.model x d(is=1)\n.end\n", false);
        row("title", "subckt test circuit\nV1 1 0 5\nR1 1 0 1k\n.end\n", false);
        row("empty", "", false);
    }
    void recognition() {
        QFETCH(QByteArray, text);
        QFETCH(bool, isSpectre);
        const auto circuit = netlisttest::read(text.toStdString());
        if (!circuit) {
            QVERIFY(!isSpectre);
            return;
        }
        QCOMPARE((*circuit)->dialect() == Dialect::Spectre, isSpectre);
    }

    void badInput_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("codes");
        const auto row = [](const char* tag, const QByteArray& text, const char* codes) {
            QTest::newRow(tag) << text << QByteArray(codes);
        };
        row("name only", "R1\n", "NET-301");
        row("no master", "R1 (a b)\n", "NET-301");
        row("no nodes", "R1 () resistor r=1\n", "NET-306");
        row("assignment", "x = 3\n", "NET-301");
        row("open parenthesis", "R1 (a b resistor r=1\n", "NET-301");
        row("stray brace", "}\n", "NET-304");
        row("open subckt", "subckt a b\nR1 (b 0) resistor\n", "NET-304");
        row("stray ends", "ends\n", "NET-304");
        row("open if", "if (1) {\nR1 (a 0) resistor\n", "NET-304");
        row("condition", "if (nowhere>1) R1 (a 0) resistor\n", "NET-303");
        row("nameless model", "model\n", "NET-301");
        row("nameless subckt", "subckt\n", "NET-301");
        row("bad function", "real f\n", "NET-301");
        row("foreign element", "simulator lang=spice\n!x 1 2\n", "NET-307");
        row("braces", QByteArray(100000, '}') + "\n", "NET-304");
        row("ifs", QByteArray("if (1) ").repeated(100000) + "\n", "NET-304");
        row("backslashes", QByteArray(100000, '\\') + "\n", "NET-301");
    }
    void badInput() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, codes);
        const auto circuit = spectre("V0 (p 0) vsource dc=1\n" + text.toStdString());
        QVERIFY(circuit.ok());
        QVERIFY((*circuit)->findDevice("V0").has_value());
        QCOMPARE(netlisttest::codes(**circuit), codes.toStdString());
    }

    void stops() {
        std::string text;
        for (int i = 0; i < 20000; ++i)
            text += "R" + std::to_string(i) + " (a 0) resistor r=1\n";
        ReadOptions options;
        options.dialect = Dialect::Spectre;
        ohm::StopSource source;
        source.requestStop();
        const auto circuit = readNetlistText(text, "x.scs", {}, options, source.token());
        QVERIFY(!circuit.ok());
        QCOMPARE(circuit.error().code, std::string("NET-002"));
    }

    void randomTextNeverBreaks() {
        std::mt19937 random(7);
        const std::vector<std::string> pieces{"subckt ",
                                              "ends ",
                                              "if (",
                                              ") ",
                                              "{",
                                              "}",
                                              "else ",
                                              "model ",
                                              "M1 ",
                                              "(a b) ",
                                              "nmos ",
                                              "w=1u ",
                                              "\n",
                                              "\\\n",
                                              "\\",
                                              "// x\n",
                                              "* y\n",
                                              "\"",
                                              "simulator lang=spice\n",
                                              "simulator lang=spectre\n",
                                              "+ ",
                                              ".subckt x a b\n",
                                              ".ends\n",
                                              "real f(real x) { return x; }\n",
                                              "parameters a=b b=a\n",
                                              "include \"x\" section=y\n",
                                              "library l\n",
                                              "section s\n",
                                              "endsection\n",
                                              "global 0 a\n",
                                              "ic a=1\n",
                                              "R1 (a 0) resistor r=a\n",
                                              "\xC3\xA4",
                                              std::string(1, '\0')};
        for (int round = 0; round < 3000; ++round) {
            std::string text;
            const std::size_t length = random() % 40;
            for (std::size_t i = 0; i < length; ++i)
                text += pieces[random() % pieces.size()];
            const auto circuit = spectre(text);
            if (circuit)
                for (DeviceId id = 0; id < (*circuit)->deviceCount(); ++id)
                    (void)(*circuit)->deviceParameters(id);
        }
        QVERIFY(true);
    }
};

QTEST_GUILESS_MAIN(TestSpectre)
#include "tst_spectre.moc"
