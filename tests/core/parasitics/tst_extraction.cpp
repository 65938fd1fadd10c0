// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/extraction.h"
#include "core/parasitics/names.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace ohm;
using namespace ohm::parasitics;

namespace {

Expected<Extraction> read(const char* text, const ExtractionOptions& options = {}) {
    return readExtractionText(text, "test", options);
}

/// Index of a node by name, or -1.
int nodeOf(const Extraction& e, const std::string& name) {
    for (std::size_t i = 0; i < e.nodes.size(); ++i) {
        if (e.nodes[i].name == name)
            return static_cast<int>(i);
    }
    return -1;
}

double couplingOf(const Extraction& e, const std::string& a, const std::string& b) {
    const int x = nodeOf(e, a), y = nodeOf(e, b);
    for (const auto& c : e.couplings) {
        if ((static_cast<int>(c.a) == x && static_cast<int>(c.b) == y) ||
            (static_cast<int>(c.a) == y && static_cast<int>(c.b) == x))
            return c.farad;
    }
    return 0;
}

bool finds(const Extraction& e, const char* code) {
    return std::any_of(e.findings.begin(), e.findings.end(),
                       [&](const Diagnostic& d) { return d.code == code; });
}

bool near(double value, double expected) {
    return std::abs(value - expected) <= 1e-6 * std::abs(expected);
}

} // namespace

class TestExtraction : public QObject {
    Q_OBJECT
private slots:
    void names() {
        QCOMPARE(canonicalName("XTop/xA/Net<3>"), std::string("top.a.net[3]"));
        QCOMPARE(canonicalName("genblk1\\[0\\].s"), std::string("genblk1[0].s"));
        QCOMPARE(canonicalName("xx.n"), std::string("xx.n")); // nothing but x stays
        QCOMPARE(canonicalName("xor_out"), std::string("xor_out"));
        QVERIFY(isGroundName("u1/VSUBS"));
        QVERIFY(isGroundName("0"));
        QVERIFY(!isGroundName("vss_sense"));
        QVERIFY(isSupplyName("VPWR"));
    }

    void flatSpice() {
        const auto e = read("* made by hand\n.subckt top a b vss\nX0 a b vss vss nfet w=1 l=1\n"
                            "C0 a b 1.5f\nC1 b a 0.5fF\n+ \nC2 a VSS 2e-15\nC3 n1 b 0f\n"
                            "C4 fill a 0.25f\n.ends\n");
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->format, ExtractionFormat::Spice);
        QCOMPARE(e->elements, std::uint64_t{5});
        QCOMPARE(e->zeros, std::uint64_t{1});
        QCOMPARE(e->couplings.size(), std::size_t{2});
        QVERIFY(near(couplingOf(*e, "a", "b"), 2e-15)); // both orders add up
        QVERIFY(near(e->ground[static_cast<std::size_t>(nodeOf(*e, "a"))], 2e-15));
        QCOMPARE(nodeOf(*e, "n1"), -1); // only a zero hangs on it
    }

    void hierarchy() {
        const auto e = read(".subckt inv a y vss\nC0 a y 1f\nC1 y int 2f\nC2 int vss 3f\n.ends\n"
                            ".subckt top p q\nXone p m gnd inv\nXtwo m q gnd inv\nC0 p q 4f\n"
                            "C1 Xone/int q 5f\n.ends\n");
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->top, std::string("top"));
        QVERIFY(near(couplingOf(*e, "p", "m"), 1e-15));
        QVERIFY(near(couplingOf(*e, "m", "one.int"), 2e-15));
        QVERIFY(near(couplingOf(*e, "q", "two.int"), 2e-15));
        QVERIFY(near(couplingOf(*e, "p", "q"), 4e-15));
        QVERIFY(near(e->ground[static_cast<std::size_t>(nodeOf(*e, "two.int"))], 3e-15));
        const auto inner = read(".subckt inv a y vss\nC0 a y 1f\n.ends\n.subckt top p q\n"
                                "Xone p q gnd inv\n.ends\n",
                                {.top = "inv", .ground = {}});
        QVERIFY(inner.ok());
        QCOMPARE(inner->nodes.size(), std::size_t{2});
    }

    /// Two inverters as Calibre writes them, in three files: made here.
    void calibre() {
        QTemporaryDir folder;
        const auto write = [&](const char* name, const char* text) {
            QFile file(folder.filePath(QString::fromLatin1(name)));
            return file.open(QIODevice::WriteOnly) && file.write(text) > 0;
        };
        QVERIFY(
            write("buf.netlist",
                  "* PEX netlist\n.include \"elsewhere/buf.netlist.pex\"\n"
                  ".subckt buf  VSS VDD IN OUT\n"
                  "mXI0/M1 N_A_B_XI0/M1_d N_IN_XI0/M1_g N_VSS_XI0/M1_s N_VSS_XI0/M1_b n L=1 W=1\n"
                  "mXI1/M1 N_OUT_XI1/M1_d N_A_B_XI1/M1_g N_VSS_XI1/M1_s N_VSS_XI1/M1_b n L=1 W=1\n"
                  ".include \"buf.netlist.BUF.pxi\"\n.ends\n"));
        QVERIFY(write(
            "buf.netlist.pex",
            ".subckt PM_BUF%IN 2 5 7\nc0 5 0 0.11f\nc1 2 0 0.04f\nr2 2 5 10\nr3 7 5 3\n.ends\n"
            ".subckt PM_BUF%A_B 1 2 3 9\nc0 9 0 0.2f\nc1 17 0 0.3f\nc2 1 17 5f\nr1 1 17 2\n.ends\n"
            ".subckt PM_BUF%OUT 1 2\nc0 1 0 0.5f\n.ends\n"));
        QVERIFY(write(
            "buf.netlist.BUF.pxi",
            "x_PM_BUF%IN N_IN_XI0/M1_g IN N_IN_c_4_p PM_BUF%IN\n"
            "x_PM_BUF%A_B N_A_B_XI0/M1_d N_A_B_XI1/M1_g N_A_B_c_12_n N_A_B_c_13_p PM_BUF%A_B\n"
            "x_PM_BUF%OUT N_OUT_XI1/M1_d OUT PM_BUF%OUT\n"
            "cc_1 N_IN_c_4_p N_A_B_c_12_n 0.06f\ncc_2 N_IN_XI0/M1_g N_A_B_c_13_p 0.02f\n"
            "cc_3 OUT N_A_B_XI1/M1_g 0.05f\ncc_4 VSS N_OUT_XI1/M1_d 0.03f\n"
            "cc_5 N_A_B_c_12_n N_A_B_c_13_p 1f\n"));
        const std::filesystem::path path(folder.filePath("buf.netlist").toStdString());
        auto e = readExtraction(path);
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->top, std::string("buf"));
        for (const auto& d : e->findings)
            qWarning("%s %s", d.text.c_str(), d.object.c_str());
        QVERIFY(e->findings.empty());
        // Nets are whole, whatever their parts are called; an underscore in a net's name stays.
        QVERIFY(near(couplingOf(*e, "IN", "A_B"), 0.06e-15));
        const auto ground = [&](const char* name) {
            return e->ground[static_cast<std::size_t>(nodeOf(*e, name))];
        };
        QVERIFY(near(ground("IN"), 0.15e-15));
        QVERIFY(near(ground("A_B"), 0.5e-15)); // c2 lies within the net
        // Device terminals are pins of their nets.
        const int gate = nodeOf(*e, "N_IN_XI0/M1_g");
        QVERIFY(gate >= 0);
        QCOMPARE(e->nodes[static_cast<std::size_t>(gate)].instance, std::string("XI0/M1"));
        QCOMPARE(e->nodes[static_cast<std::size_t>(gate)].pin, std::string("g"));
        QCOMPARE(static_cast<int>(e->nodes[static_cast<std::size_t>(gate)].net), nodeOf(*e, "IN"));
        QVERIFY(near(couplingOf(*e, "N_IN_XI0/M1_g", "A_B"), 0.02e-15));
        QVERIFY(near(couplingOf(*e, "OUT", "N_A_B_XI1/M1_g"), 0.05e-15));
        QVERIFY(near(ground("N_OUT_XI1/M1_d"), 0.03e-15));
        QVERIFY(near(ground("OUT"), 0.5e-15));
        // Without the parts: told, and what is there is read.
        QVERIFY(QFile::remove(folder.filePath("buf.netlist.pex")));
        e = readExtraction(path);
        QVERIFY(e.ok());
        QVERIFY(finds(*e, "PAR-017"));
        QVERIFY(near(couplingOf(*e, "IN", "A_B"), 0.06e-15));
    }

    void calibreUnknownNet() {
        const auto e = read(".subckt PM_T%a 1\nc0 1 0 1f\n.ends\n.subckt t a\n"
                            "x_PM_T%a N_a_c_1_p PM_T%a\ncc_1 N_a_c_1_p N_ghost_M1_g 1f\n.ends\n");
        QVERIFY(e.ok());
        QVERIFY(finds(*e, "PAR-016"));
        QVERIFY(near(couplingOf(*e, "a", "N_ghost_M1_g"), 1e-15)); // nothing is lost
    }

    void dspf() {
        const auto e = read(
            "*|DSPF 1.5\n*|GROUND_NET VSS\n.subckt top A Y\n*|NET A 3f\n*|P (A I 0 0 0)\n"
            "*|I (M1:g M1 g I 0 0 0)\n*|S (A:1 1 2)\nR1 A A:1 10\nC1 A:1 VSS 1f\nC2 M1:g VSS 0.5f\n"
            "*|NET Y 2f\n*|P (Y O 0 0 0)\n*|I (M1:d M1 d O 0 0 0)\nC3 Y A:1 1.5f\nC4 M1:d M1:g "
            "0.25f\n"
            "C5 Y stray:3 1f\n.ends\n");
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->format, ExtractionFormat::Dspf);
        QVERIFY(near(couplingOf(*e, "A", "Y"), 1.5e-15)); // sub-nodes are their net
        QVERIFY(near(couplingOf(*e, "M1:g", "M1:d"), 0.25e-15));
        const auto gate = static_cast<std::size_t>(nodeOf(*e, "M1:g"));
        QVERIFY(e->nodes[gate].isPin());
        QCOMPARE(e->nodes[gate].pin, std::string("g"));
        QCOMPARE(static_cast<int>(e->nodes[gate].net), nodeOf(*e, "A"));
        QVERIFY(near(e->ground[gate], 0.5e-15));
        QVERIFY(finds(*e, "PAR-015")); // the stray node is told
    }

    void spef() {
        const auto e = read(
            "*SPEF \"IEEE 1481-1998\"\n*DESIGN \"top\"\n*DELIMITER :\n*C_UNIT 10 FF\n*NAME_MAP\n"
            "*1 net_a\n*2 net_b\n*3 u1\n*PORTS\n*1 I\n*D_NET *1 0.3\n*CONN\n*P *1 I\n*I *3:A "
            "I\n*CAP\n"
            "1 *1 0.1\n2 *3:A 0.05\n3 *1:7 *2 0.15\n*RES\n1 *1 *3:A 5\n*END\n"
            "*D_NET *2 0.2\n*CONN\n*I *3:Y O\n*CAP\n1 *2 *1:7 0.15\n2 *2 0.05\n*END\n");
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->format, ExtractionFormat::Spef);
        QCOMPARE(e->top, std::string("top"));
        QVERIFY(
            near(couplingOf(*e, "net_a", "net_b"), 1.5e-15)); // stands in both nets, counts once
        QVERIFY(near(e->ground[static_cast<std::size_t>(nodeOf(*e, "net_a"))], 1e-15));
        const auto pin = static_cast<std::size_t>(nodeOf(*e, "u1:A"));
        QCOMPARE(e->nodes[pin].instance, std::string("u1"));
        QCOMPARE(static_cast<int>(e->nodes[pin].net), nodeOf(*e, "net_a"));
    }

    /// Parts of nets are known by their numbers; whatever way they are written they are their net,
    /// and numbers of names may be anything without costing memory.
    void spefNumbers() {
        const auto e = read(
            "*SPEF \"x\"\n*C_UNIT 1 FF\n*NAME_MAP\n*1 net_a\n*4000000000 net_b\n"
            "*D_NET *1 2\n*CAP\n1 *1:3 0.5\n2 *1:3 *4000000000:9 1\n3 net_a:3 *4000000000:12 2\n"
            "4 *1 *4000000000:012 4\n5 *1:77 0.25\n*END\n"
            "*D_NET *4000000000 2\n*CONN\n*N *4000000000:9 *C 1 1\n*CAP\n"
            "1 *4000000000:9 *1:3 1\n2 *4000000000:9 0.125\n*END\n");
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->nodes.size(), std::size_t{2});
        QVERIFY(near(couplingOf(*e, "net_a", "net_b"), 7e-15)); // 1 stands twice and counts once
        QVERIFY(near(e->ground[static_cast<std::size_t>(nodeOf(*e, "net_a"))], 0.75e-15));
        QVERIFY(near(e->ground[static_cast<std::size_t>(nodeOf(*e, "net_b"))], 0.125e-15));
        QVERIFY(e->findings.empty());
    }

    void badInput_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code"); // of the error, or of a finding
        QTest::newRow("empty") << QByteArray() << QStringLiteral("PAR-001");
        QTest::newRow("binary") << QByteArray("\x7f"
                                              "ELF\0\0C1 a b 1f",
                                              16)
                                << QStringLiteral("PAR-001");
        QTest::newRow("no capacitance")
            << QByteArray(".subckt t a b\nR1 a b 5\n.ends\n") << QStringLiteral("PAR-001");
        QTest::newRow("no value") << QByteArray(".subckt t a b\nC1 a b\nC2 a b 1f\n.ends\n")
                                  << QStringLiteral("PAR-010");
        QTest::newRow("negative") << QByteArray("C1 a b -1f\nC2 a b 1f\n")
                                  << QStringLiteral("PAR-010");
        QTest::newRow("not finite")
            << QByteArray("C1 a b nan\nC2 a b inf\nC3 a b 1f\n") << QStringLiteral("PAR-010");
        QTest::newRow("cut short")
            << QByteArray(".subckt t a b\nC1 a b 1f\n") << QStringLiteral("PAR-012");
        QTest::newRow("wrong unit")
            << QByteArray("C1 a b 1.5\nC2 a c 2\n") << QStringLiteral("PAR-011");
        QTest::newRow("contains itself")
            << QByteArray(".subckt t a b\nX1 a b t\nC1 a b 1f\n.ends\nX0 p q t\n")
            << QStringLiteral("PAR-004");
        QTest::newRow("DSPF, cut short")
            << QByteArray("*|DSPF 1\n.subckt t a\n*|NET a 1f\nC1 a 0 1f\n")
            << QStringLiteral("PAR-012");
        QTest::newRow("DSPF, pin not complete")
            << QByteArray("*|DSPF 1\n*|NET a 1f\n*|I (M1:g M1)\nC1 a 0 1f\n")
            << QStringLiteral("PAR-013");
        QTest::newRow("DSPF, node unknown")
            << QByteArray("*|DSPF 1\n*|NET a 1f\nC1 a b:2 1f\n") << QStringLiteral("PAR-015");
        QTest::newRow("DSPF, wrong unit")
            << QByteArray("*|DSPF 1\n*|NET a 1f\n*|NET b 1\nC1 a b 0.25\n")
            << QStringLiteral("PAR-011");
        QTest::newRow("SPEF, negative")
            << QByteArray("*SPEF\n*D_NET a 1\n*CAP\n1 a -0.001\n2 a 0.001\n*END\n")
            << QStringLiteral("PAR-010");
        QTest::newRow("SPEF, node unknown")
            << QByteArray("*SPEF\n*D_NET a 1\n*CAP\n1 a b:1 0.001\n*END\n")
            << QStringLiteral("PAR-015");
        QTest::newRow("SPEF, unit unknown")
            << QByteArray("*SPEF\n*C_UNIT 1 PARSEC\n*D_NET a 1\n*CAP\n1 a 0.001\n*END\n")
            << QStringLiteral("PAR-011");
        QTest::newRow("SPEF, cut short")
            << QByteArray("*SPEF\n*D_NET a 1\n*CAP\n1 a 0.001\n") << QStringLiteral("PAR-012");
        QTest::newRow("too few nodes")
            << QByteArray(
                   ".subckt c a b\nC1 a b 1f\n.ends\n.subckt t x\nX1 x c\nC1 x y 1f\n.ends\n")
            << QStringLiteral("PAR-014");
    }
    void badInput() {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        const auto e =
            readExtractionText({text.constData(), static_cast<std::size_t>(text.size())}, "bad");
        if (!e)
            QCOMPARE(QString::fromStdString(e.error().code), code);
        else
            QVERIFY(finds(*e, code.toUtf8().constData()));
    }

    /// What is wrong is said in words that help, not only by its code.
    void sentences() {
        const auto said = [](std::string_view text) {
            const auto e = readExtractionText(text, "file.sp");
            return e.ok() ? std::string("read") : e.error().message();
        };
        const auto has = [](const std::string& text, const char* part) {
            return text.find(part) != std::string::npos;
        };
        QVERIFY(has(said(" \n\t\n"), "empty"));
        QVERIFY(has(said(std::string_view("\x1f\x8b\x08\0\0\0", 6)), "compressed"));
        QVERIFY(has(said(std::string_view("\x1f\x8b\x08\0\0\0", 6)), "gzip"));
        QVERIFY(has(said(std::string_view("PK\x03\x04 x", 6)), "zip"));
        QVERIFY(has(said("BZh is a comment\nR1 a b 1\n"), "No capacitance")); // a text
        // Why there is no capacitance.
        const std::string values = said(".subckt t a b\nC1 a b\nC2 a b x\n.ends\n");
        QVERIFY2(has(values, "no value that can be read, line 2") && has(values, "1 more"),
                 values.c_str());
        QVERIFY(has(said(".subckt t a b\nM1 a b"), "may be cut short"));
        // The unit, as the file writes it; one that is not there is told, too.
        for (const char* unit : {"*C_UNIT 1 PARSEC\n", ""}) {
            const auto e = readExtractionText(std::string("*SPEF\n") + unit +
                                                  "*D_NET a 1\n*CAP\n1 a 0.001\n*END\n"
                                                  "*D_NET b 1\n*CAP\n1 b 0.001\n*END\n",
                                              "file.spef");
            QVERIFY(e.ok());
            QCOMPARE(std::count_if(e->findings.begin(), e->findings.end(),
                                   [](const auto& d) { return d.code == "PAR-011"; }),
                     std::ptrdiff_t{1});
            QVERIFY(has(e->findings.front().text, *unit ? "parsec" : "no capacitance unit"));
            QVERIFY(near(e->ground[static_cast<std::size_t>(nodeOf(*e, "a"))], 1e-15));
        }
    }

    void explosion() {
        // A few lines that would expand to 2^40 instances.
        std::string text = ".subckt c0 a b\nC1 a b 1f\n.ends\n";
        for (int i = 1; i <= 40; ++i)
            text += ".subckt c" + std::to_string(i) + " a b\nX1 a b c" + std::to_string(i - 1) +
                    "\nX2 b a c" + std::to_string(i - 1) + "\n.ends\n";
        ExtractionOptions options;
        options.maxInstances = 10000;
        const auto e = readExtractionText(text, "bomb", options);
        QVERIFY(!e.ok());
        QCOMPARE(e.error().code, std::string("PAR-004"));
    }

    void stops() {
        std::string text;
        for (int i = 0; i < 40000; ++i)
            text += "C" + std::to_string(i) + " a" + std::to_string(i) + " b 1f\n";
        StopSource source;
        source.requestStop();
        const auto e = readExtractionText(text, "long", {}, source.token());
        QVERIFY(!e.ok());
        QCOMPARE(e.error().code, std::string("PAR-002"));
    }

    void truncatedAnywhere() {
        // No prefix of a file may crash or hang the readers.
        const std::string spef =
            "*SPEF \"x\"\n*C_UNIT 1 FF\n*NAME_MAP\n*1 a\n*2 b\n*D_NET *1 2\n*CONN\n"
            "*I *2:p I\n*CAP\n1 *1 1\n2 *1 *2:p 1\n*END\n";
        const std::string dspf =
            "*|DSPF 1\n*|GROUND_NET 0\n*|NET a 1f\n*|I (M:g M g)\nC1 a M:g 1f\n";
        const std::string spice =
            ".subckt t a b\nX1 a b c\n+ d\nC1 a b 1f\n.ends\n.subckt c x y z\n.ends";
        for (const std::string& text : {spef, dspf, spice}) {
            for (std::size_t n = 0; n <= text.size(); ++n) {
                const auto e = readExtractionText(text.substr(0, n), "cut");
                QVERIFY(e.ok() || !e.error().code.empty());
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestExtraction)
#include "tst_extraction.moc"
