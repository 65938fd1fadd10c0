// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/netlist/reader.h"
#include "core/sim/operatingpoint.h"
#include "core/sim/worker.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

using namespace ohm;
using namespace ohm::sim;

namespace {

std::filesystem::path sharedData() {
    if (const char* shared = std::getenv("OHMSCAPE_SHARED"))
        return std::filesystem::path(shared) / "data/netlists";
    return std::filesystem::path(OHMSCAPE_SOURCE_DIR) / "../shared/data/netlists";
}

netlist::CircuitPtr circuitOf(const std::string& text) {
    auto circuit = netlist::readNetlistText(text, "test.cir", {});
    if (!circuit)
        qFatal("%s", circuit.error().message().c_str());
    return *circuit;
}

double valueIn(const DeviceState& state, std::string_view name) {
    for (const auto& [key, value] : state.values)
        if (key == name)
            return value;
    return std::nan("");
}

bool close(double value, double wanted, double relative = 1e-6, double absolute = 1e-6) {
    return std::abs(value - wanted) <= absolute + relative * std::abs(wanted);
}

bool tells(const Diagnostics& diagnostics, std::string_view code, std::string_view object = {}) {
    return std::any_of(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& diagnostic) {
        return diagnostic.code == code && (object.empty() || diagnostic.object == object);
    });
}

/// Names that only the simulator's own expansion of a deck has: nodes and devices inside its
/// transistor models and its rewritten sources, and device currents under a ".save".
bool madeBySimulator(const netlist::Circuit& circuit, const std::string& name) {
    if (name.find('#') != std::string::npos && !circuit.findNet(name))
        return name.find("m1#") == 0;
    if (name.starts_with("i(@") || name == "i(all)" || name.starts_with("i(a$poly$"))
        return true;
    if (name.ends_with("_int1") || name.ends_with("_int2"))
        return true;
    // "ae1" and "be1" stand for a source "e1" given as a table or an expression.
    return (name.starts_with("i(a") || name.starts_with("i(b")) &&
           circuit.findDevice(name.substr(3, name.size() - 4)).has_value();
}

/// "i(v.x1.vin)" -> "x1.vin": the simulator puts the element letter before a path.
std::string deviceOf(std::string name) {
    name = name.substr(2, name.size() - 3);
    if (name.size() > 2 && name[1] == '.')
        name.erase(0, 2);
    return name;
}

} // namespace

class TestOperatingPoint : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void divider();
    void mirror();
    void currentsObeyKirchhoff();
    void everyElement();
    void longNames();
    void missingDefinitions();
    void floatingNet();
    void refusedDeckNamesTheDevice();
    void stopped();
    void manyDevices();
    void golden_data();
    void golden();

private:
    OperatingPoint mustRun(const netlist::Circuit& circuit) {
        auto point = sim::operatingPoint(m_pool, circuit);
        if (!point)
            qFatal("%s", point.error().message().c_str());
        return std::move(point).value();
    }
    SimulatorPool m_pool;
};

void TestOperatingPoint::initTestCase() {
    if (!findNgspice("ngspice"))
        QSKIP("ngspice is not installed");
}

void TestOperatingPoint::divider() {
    const auto circuit =
        circuitOf("divider\nv1 in 0 3\nr1 in out 2k\nr2 out 0 1k\nc1 out 0 1p\n.end\n");
    const auto point = mustRun(*circuit);
    QVERIFY(QString::fromStdString(point.simulator).startsWith("ngspice-"));
    QCOMPARE(point.netVoltages.size(), circuit->netCount());
    QCOMPARE(point.netVoltages.at(*circuit->findNet("out")), 1.0);
    QCOMPARE(point.netVoltages.at(*circuit->ground()), 0.0);
    QVERIFY(point.diagnostics.empty());
    const auto& r1 = point.devices.at(*circuit->findDevice("r1"));
    QVERIFY(close(r1.current.value(), 1e-3, 1e-5, 0));
    QVERIFY(close(valueIn(r1, "p"), 2e-3, 1e-5, 0));
    const auto& v1 = point.devices.at(*circuit->findDevice("v1"));
    QVERIFY(close(v1.current.value(), -1e-3, 1e-9, 0));
    QCOMPARE(point.devices.at(*circuit->findDevice("c1")).current, std::optional<double>(0.0));
    QCOMPARE(v1.region, Region::Unknown);
}

void TestOperatingPoint::mirror() {
    // vgs = vto + sqrt(2 I L / (kp W)): 0.5 + sqrt(2e-5 / 1e-3)
    const auto circuit =
        circuitOf("mirror\nvdd vdd 0 3\niref vdd g 10u\nm1 g g 0 0 nm w=10u l=1u\n"
                  "m2 d g 0 0 nm w=10u l=1u\nr2 vdd d 100k\n"
                  "m3 e g 0 0 nm w=10u l=1u\nr3 vdd e 1meg\nm4 vdd off 0 0 nm w=1u l=1u\n"
                  "roff off 0 1k\n.model nm nmos level=1 vto=0.5 kp=1e-4\n.end\n");
    const auto point = mustRun(*circuit);
    const auto device = [&](const char* name) {
        return point.devices.at(*circuit->findDevice(name));
    };
    QVERIFY(close(valueIn(device("m1"), "vgs"), 0.5 + std::sqrt(0.02), 1e-4));
    QVERIFY(close(device("m1").current.value(), 1e-5, 1e-4, 0));
    QCOMPARE(device("m1").region, Region::Saturation);
    QCOMPARE(device("m2").region, Region::Saturation);
    QCOMPARE(device("m3").region, Region::Triode);
    QCOMPARE(device("m4").region, Region::Off);
    QVERIFY(close(valueIn(device("m2"), "gm"), std::sqrt(2 * 1e-3 * 1e-5), 1e-3, 0));
    QCOMPARE(valueIn(device("m2"), "vth"), 0.5);
}

void TestOperatingPoint::currentsObeyKirchhoff() {
    // A device of each kind and polarity between its own source and ground or supply: the current
    // into its first terminal is what that source delivers. With two in parallel for good measure.
    struct Case {
        const char* name;
        const char* card; ///< of device DUT between d, g, s
        const char* model;
        double d, g, s;
    };
    const Case cases[] = {
        {"mos1 n", "m1 d g s s mod w=10u l=1u m=3", "nmos level=1 vto=0.5 kp=1e-4", 2, 1.5, 0},
        {"mos1 p", "m1 d g s s mod w=10u l=1u m=3", "pmos level=1 vto=-0.5 kp=1e-4", 0, 0.5, 2},
        {"mos3 p", "m1 d g s s mod w=10u l=1u m=2", "pmos level=3 vto=-0.5 kp=1e-4", 0, 0.5, 2},
        {"bsim3 n", "m1 d g s s mod w=10u l=1u m=2", "nmos level=8 version=3.3.0 vth0=0.5", 2, 1.5,
         0},
        {"bsim3 p", "m1 d g s s mod w=10u l=1u m=2", "pmos level=8 version=3.3.0 vth0=-0.5", 0, 0,
         3},
        {"bsim4 n", "m1 d g s s mod w=10u l=100n m=2", "nmos level=14 version=4.5", 1, 1, 0},
        {"bsim4 p", "m1 d g s s mod w=10u l=100n m=2", "pmos level=14 version=4.5", 0, 0, 1},
        {"npn", "q1 d g s mod m=2", "npn is=1e-16 bf=100", 2, 0.7, 0},
        {"pnp", "q1 d g s mod m=2", "pnp is=1e-16 bf=100", 0, 1.3, 2},
        {"njf", "j1 d g s mod m=2", "njf vto=-2 beta=1e-4", 3, 0, 0},
        {"pjf", "j1 d g s mod m=2", "pjf vto=-2 beta=1e-4", 0, 3, 3},
        {"diode", "d1 d s mod m=2", "d is=1e-14", 0.7, 0, 0},
        {"resistor", "r1 d s 1k m=2", "", 2, 0, 1},
        {"current source", "i1 d s 1m m=2", "", 2, 0, 1},
        {"behavioural current", "b1 d s i=v(g)*1e-3", "", 2, 1, 0},
        {"vccs", "g1 d s g 0 1m", "", 2, 1, 0},
        {"reversed", "m1 d g s s mod w=10u l=1u", "nmos level=1 vto=0.5 kp=1e-4", 0, 1.5, 0.2},
    };
    for (const auto& test : cases) {
        const auto number = [](double value) { return std::to_string(value); };
        std::string text = std::string("t\nvd d 0 ") + number(test.d) + "\nvg g 0 " +
                           number(test.g) + "\nvs s 0 " + number(test.s) + "\n" + test.card + "\n";
        if (*test.model)
            text += std::string(".model mod ") + test.model + "\n";
        const auto circuit = circuitOf(text + ".end\n");
        const auto point = mustRun(*circuit);
        const auto& state = point.devices.at(*circuit->findDevice(
            std::string(test.card).substr(0, std::string(test.card).find(' '))));
        const double delivered = -point.devices.at(*circuit->findDevice("vd")).current.value();
        QVERIFY2(state.current.has_value(), test.name);
        QVERIFY2(close(*state.current, delivered, 1e-4, 1e-11),
                 qPrintable(QString("%1: %2 into the device, %3 delivered")
                                .arg(test.name)
                                .arg(*state.current)
                                .arg(delivered)));
        QVERIFY2(std::abs(delivered) > 1e-6, test.name);
    }
}

void TestOperatingPoint::everyElement() {
    const auto circuit = circuitOf(
        "all\nv1 a 0 2\nr1 a b 1k\nl1 b c 1m\nr2 c 0 1k\ne1 e 0 b 0 2\nr3 e 0 1k\nf1 f 0 v1 1\nr4 "
        "f 0 1k\n"
        "h1 h 0 v1 1k\nr5 h 0 1k\ns1 a k b 0 sw1\nr6 k 0 1k\nb1 bb 0 v=v(a)*3\nr7 bb 0 1k\n"
        "t1 b 0 tt 0 z0=50 td=1n\nrt tt 0 1k\n.model sw1 sw vt=0.5 ron=1 roff=1meg\n.end\n");
    const auto point = mustRun(*circuit);
    for (const auto name : {"v1", "r1", "l1", "r2", "e1", "f1", "h1", "b1"})
        QVERIFY2(point.devices.at(*circuit->findDevice(name)).current.has_value(), name);
    const auto device = [&](const char* name) {
        return point.devices.at(*circuit->findDevice(name));
    };
    const double through = device("l1").current.value();
    QVERIFY(close(through, point.netVoltages.at(*circuit->findNet("c")) / 1e3, 1e-6, 1e-12));
    QVERIFY(close(point.netVoltages.at(*circuit->findNet("bb")), 6));
    // f1 takes its current out of net f: into its first terminal flows v1's.
    QVERIFY(close(device("f1").current.value(), device("v1").current.value(), 1e-4, 0));
    // Rather none than ngspice's, which is that of an open switch.
    QVERIFY(!device("s1").current);
    QVERIFY(point.netVoltages.at(*circuit->findNet("k")) > 1.9);
}

void TestOperatingPoint::longNames() {
    // The simulator's table cuts names at 21 characters; these differ only behind that.
    const std::string path = "xa_rather_long_instance_name";
    std::string text = "long\nvdd vdd 0 3\n";
    for (int i = 0; i < 12; ++i)
        text += path + std::to_string(i) + " vdd n" + std::to_string(i) +
                " cell rval=" + std::to_string(i + 1) + "k\n";
    text += ".subckt cell a b rval=1k\nrmain_with_long_name a b {rval}\nmmain_with_long_name b b 0 "
            "0 nm w=1u l=1u\n"
            ".ends\n.model nm nmos level=1 vto=0.5 kp=1e-4\n.end\n";
    const auto circuit = circuitOf(text);
    const auto point = mustRun(*circuit);
    for (int i = 0; i < 12; ++i) {
        const auto cell = path + std::to_string(i) + ".";
        const auto r = circuit->findDevice(cell + "rmain_with_long_name");
        const auto m = circuit->findDevice(cell + "mmain_with_long_name");
        QVERIFY(r && m);
        const double drop = 3 - point.netVoltages.at(*circuit->findNet("n" + std::to_string(i)));
        const double current = drop / (1e3 * (i + 1));
        QVERIFY(close(point.devices.at(*r).current.value(), current, 1e-5, 0));
        QVERIFY(close(point.devices.at(*m).current.value(), current, 1e-4, 0));
        QCOMPARE(point.devices.at(*m).region, Region::Saturation);
    }
    QVERIFY(point.log.find("_ohm") == std::string::npos);
}

void TestOperatingPoint::missingDefinitions() {
    const auto circuit = circuitOf(
        "x\nv1 a 0 1\nr1 a 0 1k\nx1 a b nfet_01v8\nx2 a b nfet_01v8\nx3 b a magic\n.end\n");
    const auto point = sim::operatingPoint(m_pool, *circuit);
    QVERIFY(!point.ok());
    QCOMPARE(point.error().code, std::string("SIM-020"));
    QVERIFY2(point.error().detail.find("nfet_01v8 (2 times)") != std::string::npos &&
                 point.error().detail.find("magic") != std::string::npos,
             point.error().detail.c_str());
    const auto partial = sim::operatingPoint(m_pool, *circuit, {}, noProgress(), true);
    QVERIFY2(partial.ok(), partial ? "" : partial.error().message().c_str());
    QCOMPARE(partial->netVoltages.at(*circuit->findNet("a")), 1.0);
    QVERIFY(std::isnan(partial->netVoltages.at(*circuit->findNet("b"))));
    QVERIFY(tells(partial->diagnostics, "SIM-022"));
    QVERIFY(!partial->devices.at(*circuit->findDevice("x1")).current);
}

void TestOperatingPoint::floatingNet() {
    const auto circuit = circuitOf("f\nv1 a 0 1\nr1 a 0 1k\nc1 a lost 1p\nc2 lost 0 1p\n.end\n");
    const auto point = mustRun(*circuit);
    QVERIFY(tells(point.diagnostics, "SIM-021", "lost"));
    QVERIFY(close(point.netVoltages.at(*circuit->findNet("a")), 1.0));
}

void TestOperatingPoint::refusedDeckNamesTheDevice() {
    const auto circuit = circuitOf("r\nv1 a 0 1\nxverylonginstancename a s\n.subckt s a\n"
                                   "mlongtransistorname a a 0 0 nomodel\n.ends\n.end\n");
    const auto point = sim::operatingPoint(m_pool, *circuit);
    QVERIFY(!point.ok());
    const auto message = point.error().message();
    QVERIFY2(message.find("nomodel") != std::string::npos, message.c_str());
    QVERIFY2(message.find("_ohm") == std::string::npos, message.c_str());
}

void TestOperatingPoint::stopped() {
    StopSource source;
    source.requestStop();
    const auto point =
        sim::operatingPoint(m_pool, *circuitOf("d\nv1 a 0 1\nr1 a 0 1\n.end\n"), source.token());
    QVERIFY(!point.ok());
    QCOMPARE(point.error().code, std::string("SIM-006"));
}

void TestOperatingPoint::manyDevices() {
    std::string text = "many\nvdd vdd 0 3\n.model nm nmos level=1 vto=0.5 kp=1e-4\n";
    constexpr int kCount = 3000;
    for (int i = 0; i < kCount; ++i) {
        const auto n = std::to_string(i);
        text +=
            "r" + n + " vdd n" + n + " 10k\nm" + n + " n" + n + " n" + n + " 0 0 nm w=1u l=1u\n";
    }
    const auto circuit = circuitOf(text + ".end\n");
    const auto point = mustRun(*circuit);
    for (int i = 0; i < kCount; ++i) {
        const auto& m = point.devices.at(*circuit->findDevice("m" + std::to_string(i)));
        QCOMPARE(m.region, Region::Saturation);
        QVERIFY(close(m.current.value(), 1.0505e-4, 1e-3, 0));
    }
}

void TestOperatingPoint::golden_data() {
    QTest::addColumn<QString>("line");
    std::ifstream file(sharedData() / "golden_op.jsonl");
    if (!file)
        return;
    for (std::string line; std::getline(file, line);)
        QTest::newRow(nlohmann::json::parse(line)["file"].get<std::string>().c_str())
            << QString::fromStdString(line);
}

void TestOperatingPoint::golden() {
    if (!std::filesystem::exists(sharedData() / "golden_op.jsonl"))
        QSKIP("the shared data is not here");
    QFETCH(QString, line);
    const auto wanted = nlohmann::json::parse(line.toStdString());
    const auto circuit = netlist::readNetlist(sharedData() / wanted["file"].get<std::string>());
    QVERIFY2(circuit.ok(), circuit ? "" : circuit.error().message().c_str());
    const auto point = sim::operatingPoint(m_pool, **circuit);
    QVERIFY2(point.ok(), point ? "" : point.error().message().c_str());
    if (wanted["singular_warning"])
        QVERIFY(tells(point->diagnostics, "SIM-021"));
    // In this one the recorded values are shifted by one from "m1#body diode" on, a name with a
    // blank, in the order of the names.
    const bool shifted = wanted["file"] == "spice/ngspice__dcdc.sp";
    QStringList wrong;
    const auto compare = [&](const std::string& name, double value, double want, double absolute) {
        if (!close(value, want, 1e-6, absolute))
            wrong << QString("%1: %2 instead of %3")
                         .arg(name.c_str())
                         .arg(value, 0, 'g', 12)
                         .arg(want, 0, 'g', 12);
    };
    for (const auto& [name, volts] : wanted["v"].items()) {
        const auto net = (*circuit)->findNet(name);
        if (madeBySimulator(**circuit, name) || (shifted && name > "m1#"))
            continue;
        if (!net)
            wrong << QString("%1: no such net").arg(name.c_str());
        else if (!wanted["singular_warning"])
            compare(name, point->netVoltages.at(*net), volts, 1e-6);
    }
    for (const auto& [name, amperes] : wanted["i"].items()) {
        const auto device = (*circuit)->findDevice(deviceOf(name));
        if (madeBySimulator(**circuit, name) || shifted)
            continue;
        if (!device)
            wrong << QString("%1: no such device").arg(name.c_str());
        else if (!wanted["singular_warning"])
            compare(name, point->devices.at(*device).current.value_or(std::nan("")), amperes, 1e-9);
    }
    QVERIFY2(wrong.empty(),
             qPrintable(QString::number(wrong.size()) + " differ: " + wrong.mid(0, 12).join("; ")));
}

QTEST_GUILESS_MAIN(TestOperatingPoint)
#include "tst_operatingpoint.moc"
