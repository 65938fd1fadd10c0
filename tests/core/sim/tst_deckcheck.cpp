// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/deckcheck.h"

#include <QRandomGenerator>
#include <QRegularExpression>
#include <QtTest>

#include <limits>

using namespace ohm;
using namespace ohm::sim;

class TestDeckCheck : public QObject {
    Q_OBJECT
private slots:
    void rewritesTheDeck();
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void dropsDisguisedCommands();
    void anyInput();
    void tellsTheLine();
    void analyses_data();
    void analyses();
    void measurements_data();
    void measurements();
    void vectorNames_data();
    void vectorNames();
};

void TestDeckCheck::rewritesTheDeck() {
    const auto deck = checkedDeck("Some Title\n* comment\nV1 IN 0\n+ DC 3\r\n\n  R1 IN 0 1K\n"
                                  ".END\nshell rm -rf /\n");
    QVERIFY(deck.ok());
    QCOMPARE(QString::fromStdString(*deck),
             QString("* ohmscape\nv1 in 0  dc 3\nr1 in 0 1k\n.end\n"));
}

void TestDeckCheck::accepts_data() {
    QTest::addColumn<QString>("card");
    for (const char* card : {"r1 a 0 1k",
                             "m1 d g s b nmos w=1u l=1u m=4",
                             "x1 a b sub w={3*2}",
                             "a1 [in] [out] bridge",
                             "p1 a b 0 c d 0 coupled",
                             "b1 a 0 v='tanh(v(b))'",
                             "r1 file 0 1k",
                             "r1 profile 0 1k",
                             "x1 a b sub profile=2",
                             ".model nmos nmos level=14 version=4.5",
                             ".model q1 NPN(is=1e-16 bf=100)",
                             ".model bridge adc_bridge(in_low=1 in_high=2)",
                             ".param x={2*y} y=3",
                             ".func f(x)={x*x}",
                             ".subckt s a b\nr1 a b 1\n.ends s",
                             ".global vdd",
                             ".options reltol=1e-4 abstol = 1p",
                             ".option method=gear",
                             ".temp 85",
                             ".ic v(a)=1",
                             ".nodeset v(a)=1",
                             ".opt gmin=1e-13 noopiter"})
        QTest::newRow(card) << QString(card);
}

void TestDeckCheck::accepts() {
    QFETCH(QString, card);
    const auto deck = checkedDeck("title\n" + card.toStdString() + "\n");
    QVERIFY2(deck.ok(), deck.ok() ? "" : deck.error().message().c_str());
}

void TestDeckCheck::refuses_data() {
    QTest::addColumn<QString>("card");
    for (const char* card : {".control",
                             ".CONTROL\nshell id\n.endc",
                             "  .control",
                             "\t.Control",
                             ".endc",
                             ".include /etc/passwd",
                             ".inc x",
                             ".lib x tt",
                             ".csparam a=1",
                             ".save all",
                             ".print op v(a)",
                             ".plot tran v(a)",
                             ".four 1k v(a)",
                             ".probe all",
                             ".op",
                             ".tran 1n 1u",
                             ".meas tran x max v(a)",
                             ".measure",
                             ".model",
                             ".model x",
                             ".model fs filesource(file=\"/etc/passwd\")",
                             ".model st d_state (state_file=\"x\")",
                             ".model s d_source(input_file=\"x\")",
                             ".model p d_process(process_file=\"/bin/sh\")",
                             ".model c d_cosim",
                             ".model t table2d",
                             ".model q1 npn file=x",
                             ".model gain gain(gain=1 file = \"x\")",
                             "n1 a b osdimodel",
                             "v1 a 0 pwl file=\"/etc/passwd\"",
                             "v1 a 0 pwl wavefile = x",
                             "a1 a b m filename=\"x\"",
                             ".options sourcepath=/etc",
                             ".options shell=/bin/sh",
                             ".option filetype=ascii",
                             ".options reltol=1e-3 rawfile=/tmp/x",
                             ".title x",
                             ".width out=80",
                             ".",
                             ".x",
                             "$shell",
                             "`id`",
                             "!ls",
                             "|cat",
                             "/bin/sh",
                             "1 2 3",
                             "{x}",
                             "@x",
                             "\\"})
        QTest::newRow(card) << QString(card);
    QTest::newRow("nul") << QString::fromLatin1("r1 a 0 1k\0b", 11);
    QTest::newRow("escape") << QString("r1 a 0 1k \x1b[2J");
    QTest::newRow("latin-1") << QString("r1 a 0 1\u00b5");
    QTest::newRow("continued card") << QString(".inc\n+ lude /etc/passwd");
    QTest::newRow("continued over a comment") << QString(".opt\n* x\n\n+ rawfile=x");
}

void TestDeckCheck::refuses() {
    QFETCH(QString, card);
    const auto deck = checkedDeck("title\nv1 a 0 1\n" + card.toStdString() + "\nr9 a 0 1\n");
    QVERIFY(!deck.ok());
    QCOMPARE(QString::fromStdString(deck.error().code), QString("SIM-010"));
    QVERIFY(!deck.error().hint.empty());
}

void TestDeckCheck::dropsDisguisedCommands() {
    // ngspice runs "*#" lines, and whole files that begin with "*ng_script".
    const auto deck = checkedDeck("*ng_script\n*# shell id\n*#quit\nr1 a 0 1\n+\n* x\n+ tc=1\n");
    QVERIFY(deck.ok());
    QCOMPARE(QString::fromStdString(*deck), QString("* ohmscape\nr1 a 0 1   tc=1\n.end\n"));
}

void TestDeckCheck::anyInput() {
    // Pieces in any order: what passes has only cards that may pass.
    static const char* const kPieces[] = {"\n",
                                          "\n",
                                          "\r\n",
                                          "+",
                                          "*",
                                          "*#",
                                          ".control",
                                          ".include /etc/passwd",
                                          ".model a npn",
                                          ".",
                                          "r1 a 0 1",
                                          " ",
                                          "\t",
                                          "shell id",
                                          "x",
                                          ".end",
                                          ".options",
                                          "reltol=1",
                                          "file=x",
                                          "$",
                                          ";",
                                          "'",
                                          "{",
                                          "(",
                                          ")",
                                          "=",
                                          "\x01",
                                          "\xff",
                                          ".subckt",
                                          ".ends",
                                          "v1 a 0 pwl",
                                          ",",
                                          "\\\\",
                                          "//"};
    QRandomGenerator random(7);
    int accepted = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text = "title\n";
        for (int i = random.bounded(12); i > 0; --i)
            text += kPieces[random.bounded(int(std::size(kPieces)))];
        const auto deck = checkedDeck(text);
        if (!deck)
            continue;
        ++accepted;
        const auto lines = QString::fromStdString(*deck).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.front(), QString("* ohmscape"));
        QCOMPARE(lines.back(), QString(".end"));
        for (const auto& line : lines.mid(1, lines.size() - 2)) {
            QVERIFY2(line[0] == '.' || line[0].isLetter(), qPrintable(line));
            QVERIFY2(!line.startsWith(".c") && !line.startsWith(".in") &&
                         !line.startsWith(".end\n"),
                     qPrintable(line));
            QVERIFY2(!(line[0].isLetter() || line.startsWith(".model")) ||
                         !line.contains(QRegularExpression("(^|[\\s,(])file\\s*=")),
                     qPrintable(line));
        }
    }
    QVERIFY(accepted > 500);
}

void TestDeckCheck::tellsTheLine() {
    const auto deck = checkedDeck("title\nr1 a 0 1\n\n.include x\n");
    QVERIFY(!deck.ok());
    QCOMPARE(QString::fromStdString(deck.error().where), QString("line 4"));
    QCOMPARE(QString::fromStdString(deck.error().detail), QString(".include x"));
}

void TestDeckCheck::analyses_data() {
    using Kind = Analysis::Kind;
    QTest::addColumn<Analysis>("analysis");
    QTest::addColumn<QString>("command"); // empty: refused
    const auto row = [](const char* name, Analysis analysis, const char* command) {
        QTest::newRow(name) << analysis << QString(command);
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    row("op", {}, "op");
    row("dc", {Kind::Dc, "V1", "", 0, 0, 1, 0.25}, "dc v1 0 1 0.25");
    row("dc down", {Kind::Dc, "v1", "", 0, 1, 0, -0.5}, "dc v1 1 0 -0.5");
    row("dc endless", {Kind::Dc, "v1", "", 0, 0, 1, -0.5}, "");
    row("dc no step", {Kind::Dc, "v1", "", 0, 0, 1, 0}, "");
    row("dc injected", {Kind::Dc, "v1;shell", "", 0, 0, 1, 1}, "");
    row("dc nameless", {Kind::Dc, "", "", 0, 0, 1, 1}, "");
    row("ac", {Kind::Ac, "", "dec", 10, 1, 1e9}, "ac dec 10 1 1e+09");
    row("ac word", {Kind::Ac, "", "dec 1;", 10, 1, 1e9}, "");
    row("ac zero", {Kind::Ac, "", "dec", 10, 0, 1e9}, "");
    row("ac linear from zero", {Kind::Ac, "", "lin", 11, 0, 10}, "ac lin 11 0 10");
    row("ac falling", {Kind::Ac, "", "dec", 10, 10, 1}, "");
    row("ac no points", {Kind::Ac, "", "dec", 0, 1, 10}, "");
    row("tran", {Kind::Tran, "", "", 0, 0, 1e-6, 1e-9}, "tran 1e-09 1e-06");
    row("tran late", {Kind::Tran, "", "", 0, 0.5, 1, 0.125}, "tran 0.125 1 0.5");
    row("tran no step", {Kind::Tran, "", "", 0, 0, 1, 0}, "");
    row("tran backwards", {Kind::Tran, "", "", 0, 2, 1, 0.1}, "");
    row("tran greatest step", {Kind::Tran, "", "", 0, 0, 1, 0.125, 0.5}, "tran 0.125 1 0 0.5");
    row("tran step below zero", {Kind::Tran, "", "", 0, 0, 1, 0.125, -0.5}, "");
    row("noise", {Kind::Noise, "V1", "dec", 10, 1, 1e9, 0, 0, "Out", ""},
        "noise v(out) v1 dec 10 1 1e+09");
    row("noise between", {Kind::Noise, "v1", "dec", 10, 1, 1e9, 0, 0, "a", "b"},
        "noise v(a,b) v1 dec 10 1 1e+09");
    row("noise of nothing", {Kind::Noise, "v1", "dec", 10, 1, 1e9, 0, 0, "", ""}, "");
    row("noise injected", {Kind::Noise, "v1", "dec", 10, 1, 1e9, 0, 0, "a;shell", ""}, "");
    row("tran nan", {Kind::Tran, "", "", 0, 0, nan, 0.1}, "");
}

void TestDeckCheck::analyses() {
    QFETCH(Analysis, analysis);
    QFETCH(QString, command);
    const auto result = analysisCommand(analysis);
    QCOMPARE(result.ok(), !command.isEmpty());
    if (result)
        QCOMPARE(QString::fromStdString(*result), command);
}

void TestDeckCheck::measurements_data() {
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("command");
    const auto row = [](const char* body, const char* command) {
        QTest::newRow(body) << QString(body) << QString(command);
    };
    row("tran tr WHEN v(out)=0.5", "meas tran tr when v(out)=0.5");
    row(".meas ac f3 when vdb(out)=-3", "meas ac f3 when vdb(out)=-3");
    row(".measure dc  x  find v(a) at=1", "meas dc x find v(a) at=1");
    row("tran y param='2*x + 1'", "let y = 2*x + 1\nprint y");
    row("tran y PARAM = x", "let y = x\nprint y");
    row("tran y param=", "");
    row("tran y param=''", "");
    row("tran y param='x' 'y'", "");
    row("op x max v(a)", "");
    row("tran", "");
    row("tran x", "");
    row("tran 1x max v(a)", "");
    row("tran x max v(a); shell id", "");
    row("tran x max v(a) > /tmp/out", "");
    row("tran x max v(a)\nshell id", "");
    row("tran x max $shell", "");
    row("tran x max `id`", "");
    row("tran x max v(a) | cat", "");
    row("tran x max {v(a)}", "");
    row("tran x max !1", "");
    row("tran x max v(a) & id", "");
}

void TestDeckCheck::measurements() {
    QFETCH(QString, body);
    QFETCH(QString, command);
    const auto result = parseMeasurement(body.toStdString());
    QCOMPARE(result.ok(), !command.isEmpty());
    if (result)
        QCOMPARE(QString::fromStdString(result->command), command);
}

void TestDeckCheck::vectorNames_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("fine");
    for (const char* name : {"@m1[gm]", "v1#branch", "net_5", "@m.x1.m3[vth]", "v(out)"})
        QTest::newRow(name) << QString(name) << true;
    for (const char* name :
         {"", "a b", "a;shell", "a\nb", "$x", "`id`", "a>b", "-f", "{a}", "a|b", "!1"})
        QTest::newRow(name) << QString(name) << false;
}

void TestDeckCheck::vectorNames() {
    QFETCH(QString, name);
    QTEST(checkVectorName(name.toStdString()).ok(), "fine");
}

QTEST_GUILESS_MAIN(TestDeckCheck)
#include "tst_deckcheck.moc"
