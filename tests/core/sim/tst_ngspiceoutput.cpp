// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/devicestate.h"
#include "core/sim/devicetable.h"
#include "core/sim/ngspicelog.h"
#include "core/sim/rawfile.h"

#include <QtTest>

#include <bit>
#include <cmath>
#include <cstring>

using namespace ohm;
using namespace ohm::sim;

namespace {

std::string bytesOf(std::initializer_list<double> values) {
    std::string bytes;
    for (const double value : values) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        bytes.append(raw, sizeof value);
    }
    return bytes;
}

std::string header(const char* flags, int variables, int points, const char* list) {
    return "Title: * t\nDate: today\nPlotname: AC Analysis\nFlags: " + std::string(flags) +
           "\nNo. Variables: " + std::to_string(variables) +
           "\nNo. Points: " + std::to_string(points) + "\nVariables:\n" + list + "Binary:\n";
}

double valueIn(const DeviceState& state, std::string_view name) {
    for (const auto& [key, value] : state.values)
        if (key == name)
            return value;
    return std::nan("");
}

} // namespace

class TestNgspiceOutput : public QObject {
    Q_OBJECT
private slots:
    void readsReal();
    void readsComplex();
    void malformedRaw_data();
    void malformedRaw();
    void everyCutRaw();
    void log_data();
    void log();
    void measured();
    void prompts();
    void table();
    void tableGarbage();
    void regions_data();
    void regions();
};

void TestNgspiceOutput::readsReal() {
    const auto raw = readRawPlot(header("real", 4, 2,
                                        "\t0\ttime\ttime\n\t1\tv(out)\tvoltage\n"
                                        "\t2\ti(v1)\tcurrent\n\t3\ti(@m1[id])\tcurrent\n") +
                                 bytesOf({0, 1, 2, 3, 0.5, 11, 12, 13}));
    QVERIFY(raw.ok());
    QCOMPARE(raw->plotName, std::string("AC Analysis"));
    QCOMPARE(raw->points, std::size_t(2));
    QCOMPARE(raw->vectors.at(0).unit, std::string("s"));
    QCOMPARE(raw->vectors.at(1).name, std::string("out"));
    QCOMPARE(raw->vectors.at(2).name, std::string("v1#branch"));
    QCOMPARE(raw->vectors.at(3).name, std::string("@m1[id]"));
    QCOMPARE(raw->vectors.at(3).real, (std::vector<double>{3, 13}));
    QVERIFY(raw->vectors.at(3).imag.empty());
}

void TestNgspiceOutput::readsComplex() {
    const auto raw = readRawPlot(
        header("complex", 2, 2, "\t0\tfrequency\tfrequency grid=3\n\t1\tv(out)\tvoltage\n") +
        bytesOf({1, 0, 2, 3, 10, 0, 4, 5}));
    QVERIFY(raw.ok());
    QCOMPARE(raw->vectors.at(0).unit, std::string("Hz"));
    QCOMPARE(raw->vectors.at(1).real, (std::vector<double>{2, 4}));
    QCOMPARE(raw->vectors.at(1).imag, (std::vector<double>{3, 5}));
}

void TestNgspiceOutput::malformedRaw_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("hello\n");
    QTest::newRow("ascii") << QByteArray(
        "No. Variables: 1\nNo. Points: 1\nVariables:\n\t0 a voltage\nValues:\n 0 1\n");
    const auto add = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    add("few doubles", header("real", 1, 2, "\t0\tv(a)\tvoltage\n") + bytesOf({1}));
    add("endless points", "Flags: real\nNo. Variables: 1\nNo. Points: 18446744073709551615\n"
                          "Variables:\n\t0 v(a) voltage\nBinary:\n" +
                              bytesOf({1, 2}));
    add("endless variables", "No. Variables: 18446744073709551615\nNo. Points: 1\nVariables:\n");
    add("negative", "No. Variables: -1\nNo. Points: 1\nVariables:\n");
    add("no list", "No. Variables: 1\nNo. Points: 1\nBinary:\n12345678");
}

void TestNgspiceOutput::malformedRaw() {
    QFETCH(QByteArray, bytes);
    const auto raw = readRawPlot(bytes.toStdString());
    QVERIFY(!raw.ok());
    QCOMPARE(raw.error().code, std::string("SIM-008"));
}

void TestNgspiceOutput::everyCutRaw() {
    const auto whole =
        header("complex", 2, 2, "\t0\tfrequency\tfrequency\n\t1\tv(out)\tvoltage\n") +
        bytesOf({1, 0, 2, 3, 10, 0, 4, 5});
    for (std::size_t length = 0; length < whole.size(); ++length)
        QVERIFY2(!readRawPlot(std::string_view(whole).substr(0, length)).ok(),
                 std::to_string(length).c_str());
    QVERIFY(readRawPlot(whole).ok());
}

void TestNgspiceOutput::log_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("singular");
    QTest::addColumn<bool>("noConvergence");
    QTest::addColumn<QString>("error");
    QTest::newRow("calm") << "Doing analysis at TEMP = 27.000000\nNo. of Data Rows : 1\n"
                          << false << false << "";
    QTest::newRow("floating") << "Warning: singular matrix:  check node b\n\n"
                                 "Warning: singular matrix:  check node b\n"
                              << true << false << "";
    QTest::newRow("failed") << "Warning: source stepping failed\n"
                               "Error: Transient op failed, timestep too small\n\n"
                            << false << true << "Error: Transient op failed, timestep too small";
    QTest::newRow("bad parameter")
        << "Error on line 2 or its substitute:\n  r1 a 0 1k zork=3\n  unknown parameter (zork) \n"
           "    Simulation interrupted due to error!\n"
        << false << false
        << "Error on line 2 or its substitute:; r1 a 0 1k zork=3; unknown parameter (zork)";
    QTest::newRow("no display") << "ERROR: (external)  no graphics interface;\n"
                                << false << false << "";
}

void TestNgspiceOutput::log() {
    QFETCH(QString, text);
    const auto findings = readLog(text.toStdString());
    QTEST(findings.singular, "singular");
    QTEST(findings.noConvergence, "noConvergence");
    QTEST(QString::fromStdString(findings.firstError), "error");
    QCOMPARE(findings.suspectNodes.size(), std::size_t(findings.singular ? 1 : 0));
}

void TestNgspiceOutput::measured() {
    const std::string text = "tau                 =  1.0000000000000000e-03\n"
                             "tau2 = 2.5 targ= 3 trig= 0.5\n\nError: measure  bad  when(WHEN)\n"
                             " meas tran bad when v(x)=1 failed!\n";
    QCOMPARE(measuredValue(text, "tau"), std::optional<double>(1e-3));
    QCOMPARE(measuredValue(text, "tau2"), std::optional<double>(2.5));
    QCOMPARE(measuredValue(text, "bad"), std::nullopt);
    QCOMPARE(measuredValue(text, "ta"), std::nullopt);
    QCOMPARE(measuredValue("x = failed\n", "x"), std::nullopt);
}

void TestNgspiceOutput::prompts() {
    QCOMPARE(withoutPrompts("ngspice 1 -> ngspice 22 -> hello\nngspice-39 done\n"),
             std::string("hello\nngspice-39 done\n"));
}

void TestNgspiceOutput::table() {
    // Two types, one row without its line end, a value that the type lacks.
    const auto rows = readDeviceTable(
        " BSIM3: Berkeley Short Channel IGFET Model Version-3\n"
        "     device                    M2\n      model                    p8\n"
        "         id           4.37607e-06\n        von             ?????????\n"
        "        vth               1.81502\n\n"
        " Mos1: Level 1 MOSfet model with Meyer capacitance model\n"
        "     device                    m4                    m3\n"
        "      model                    nm                    nm\n"
        "         id                 1e-05                   nan         gm                 3   4\n"
        "        von                   0.5                   0.6\n");
    QCOMPARE(rows.size(), std::size_t(3));
    QCOMPARE(rows[0].name, std::string("m2"));
    QCOMPARE(rows[0].type, std::string("BSIM3"));
    QVERIFY(!findValue(rows[0], "von"));
    QCOMPARE(*findValue(rows[0], "vth"), 1.81502);
    QCOMPARE(rows[1].name, std::string("m4"));
    QCOMPARE(rows[2].type, std::string("Mos1"));
    QVERIFY(!findValue(rows[2], "id"));
    QCOMPARE(*findValue(rows[2], "gm"), 4.0);
    QCOMPARE(*findValue(rows[1], "von"), 0.5);
}

void TestNgspiceOutput::tableGarbage() {
    QVERIFY(readDeviceTable("").empty());
    QVERIFY(readDeviceTable("no matching instances or models\n").empty());
    QCOMPARE(readDeviceTable("device a b\nmodel x\nid 1").size(), std::size_t(2));
    QCOMPARE(readDeviceTable("device a\ndevice b\nid\n").size(), std::size_t(2));
}

void TestNgspiceOutput::regions_data() {
    QTest::addColumn<QString>("letter");
    QTest::addColumn<QString>("polarity");
    QTest::addColumn<QVector<double>>("terminals");
    QTest::addColumn<QVector<double>>("values"); // m: id von vdsat; q: ic ie vbe vbc; j: id gm
    QTest::addColumn<QString>("region");
    QTest::addColumn<double>("current");
    const auto row = [](const char* name, const char* letter, const char* polarity,
                        QVector<double> terminals, QVector<double> values, const char* region,
                        double current) {
        QTest::newRow(name) << QString(letter) << QString(polarity) << terminals << values
                            << QString(region) << current;
    };
    row("nmos off", "m", "n", {1, 0, 0, 0}, {1e-12, 0.5, 0}, "off", 1e-12);
    row("nmos weak", "m", "n", {1, 0.4, 0, 0}, {1e-8, 0.5, 0.05}, "subthreshold", 1e-8);
    row("nmos triode", "m", "n", {0.1, 1, 0, 0}, {1e-5, 0.5, 0.5}, "triode", 1e-5);
    row("nmos saturation", "m", "n", {1, 1, 0, 0}, {1e-5, 0.5, 0.5}, "saturation", 1e-5);
    row("nmos reversed", "m", "n", {0, 1, 1, 0}, {-1e-5, 0.5, 0.4}, "saturation", -1e-5);
    row("pmos saturation", "m", "p", {0, 0, 2, 2}, {1e-5, -0.5, -1.5}, "saturation", -1e-5);
    row("pmos off", "m", "p", {0, 2, 2, 2}, {1e-12, -0.5, 0}, "off", -1e-12);
    row("npn active", "q", "n", {3, 0.7, 0}, {1e-3, -1.01e-3, 0.7, -2.3}, "active", 1e-3);
    row("npn saturation", "q", "n", {0.1, 0.7, 0}, {1e-3, -1.1e-3, 0.7, 0.6}, "saturation", 1e-3);
    row("npn off", "q", "n", {3, 0, 0}, {1e-12, -1e-12, 0, -3}, "off", 1e-12);
    row("npn reverse", "q", "n", {0, 0.7, 2}, {-1e-3, 1e-3, -1.3, 0.7}, "reverse", -1e-3);
    row("pnp active", "q", "p", {0, 2.3, 3}, {-1e-3, 1.01e-3, 0.7, -2.3}, "active", -1e-3);
    row("njf saturation", "j", "n", {3, 0, 0}, {4e-4, 4e-4}, "saturation", 4e-4);
    row("njf triode", "j", "n", {1, 0, 0}, {3e-4, 2e-4}, "triode", 3e-4);
    row("pjf saturation", "j", "p", {0, 3, 3}, {4e-4, 4e-4}, "saturation", -4e-4);
}

void TestNgspiceOutput::regions() {
    QFETCH(QString, letter);
    QFETCH(QString, polarity);
    QFETCH(QVector<double>, terminals);
    QFETCH(QVector<double>, values);
    DeviceRow row;
    const char kind = letter.toStdString()[0];
    row.type = kind == 'j' ? "JFET" : "Mos1";
    static const std::map<char, std::vector<const char*>> kNames = {
        {'m', {"id", "von", "vdsat"}}, {'q', {"ic", "ie", "vbe", "vbc"}}, {'j', {"id", "gm"}}};
    for (qsizetype i = 0; i < values.size(); ++i)
        row.values.emplace_back(kNames.at(kind).at(static_cast<std::size_t>(i)), values[i]);
    const auto state = deviceState(row, kind, polarity.toStdString()[0],
                                   {terminals.constData(), std::size_t(terminals.size())});
    QTEST(QString(regionName(state.region)), "region");
    QVERIFY(state.current);
    QTEST(*state.current, "current");
    if (kind == 'm')
        QCOMPARE(valueIn(state, "vgs"), terminals[1] - terminals[2]);
}

QTEST_GUILESS_MAIN(TestNgspiceOutput)
#include "tst_ngspiceoutput.moc"
