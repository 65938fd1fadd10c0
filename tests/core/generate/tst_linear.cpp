// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/units.h"
#include "core/dataset/random.h"
#include "core/generate/linear.h"
#include "core/generate/request.h"
#include "core/netlist/reader.h"
#include "core/netlist/writer.h"
#include "core/sim/simulator.h"

#include <QTest>

#include <cmath>

using namespace ohm;

namespace {

netlist::CircuitPtr circuitOf(const std::string& cards) {
    const auto circuit = netlist::readNetlistText("* test\n" + cards + ".end\n", "t.cir", {});
    return circuit.ok() ? *circuit : nullptr;
}

double at(const netlist::Circuit& circuit, const std::vector<double>& volts, const char* net) {
    return volts[*circuit.findNet(net)];
}

/// A random connected mesh of resistors with sources of all kinds.
std::string randomMesh(std::uint64_t seed) {
    dataset::Random random(seed, 0);
    const int nets = 3 + static_cast<int>(random.below(12));
    std::string text;
    const auto net = [](int n) { return "n" + std::to_string(n); };
    int number = 0;
    for (int n = 1; n <= nets; ++n)
        text +=
            "r" + std::to_string(++number) + " " + net(n) + " " +
            (n == 1 ? "0"
                    : net(1 + static_cast<int>(random.below(static_cast<std::uint64_t>(n - 1))))) +
            " " + formatExact(random.uniform(0.1, 1000)) + "\n";
    for (int k = 0; k < nets; ++k) {
        const int a = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(nets)));
        const int b = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(nets)));
        if (a != b)
            text += "r" + std::to_string(++number) + " " + net(a) + " " + net(b) + " " +
                    formatExact(random.uniform(0.1, 1000)) + "\n";
    }
    text += "v1 s 0 dc " + formatExact(random.uniform(-5, 5)) + "\nrs s n1 10\n";
    text += "i1 0 " + net(nets) + " dc " + formatExact(random.uniform(-0.01, 0.01)) + "\n";
    text += "e1 c 0 n1 n2 " + formatExact(random.uniform(-2, 2)) + "\nrc c n3 50\n";
    text += "g1 n2 0 n1 0 " + formatExact(random.uniform(0, 1e-3)) + "\n";
    text += "c1 n1 n3 1p\nl1 n2 w 1n\nrw w 0 333\n";
    return text;
}

} // namespace

class TestLinear : public QObject {
    Q_OBJECT
private slots:
    void knownCircuits() {
        const auto divider = circuitOf("v1 a 0 dc 3\nr1 a b 1k\nr2 b 0 2k\n");
        const auto volts = generate::solveLinear(*divider);
        QVERIFY(volts);
        QVERIFY(std::fabs(at(*divider, *volts, "b") - 2) < 1e-12);
        const auto current = circuitOf("i1 0 a dc 1m\nr1 a 0 1k\n");
        QVERIFY(std::fabs(at(*current, *generate::solveLinear(*current), "a") - 1) < 1e-12);
    }
    void whatIsNotDeterminedIsNotANumber() {
        const auto floating = circuitOf("v1 a 0 dc 1\nr1 a 0 1\nr2 x y 1\n");
        const auto volts = generate::solveLinear(*floating);
        QVERIFY(volts);
        QVERIFY(std::isnan(at(*floating, *volts, "x")));
        QVERIFY(std::fabs(at(*floating, *volts, "a") - 1) < 1e-12);
        const auto contradiction = circuitOf("v1 a 0 dc 1\nv2 a 0 dc 2\nr1 a 0 1\n");
        QVERIFY(!generate::solveLinear(*contradiction));
    }
    void otherDevicesAreNotLinear() {
        QVERIFY(!generate::isLinear(*circuitOf("v1 a 0 dc 1\nd1 a 0 dd\n.model dd d\n")));
        QVERIFY(!generate::isLinear(*circuitOf("v1 a 0 sin(0 1 1k)\nr1 a 0 1\n")));
    }
    void agreesWithTheSimulator() {
        sim::SimulatorPool pool;
        if (!pool.version().ok())
            QSKIP("ngspice is not installed");
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            const auto circuit = circuitOf(randomMesh(seed));
            QVERIFY(circuit);
            const auto ours = generate::solveLinear(*circuit);
            QVERIFY2(ours, qPrintable(QString::number(seed)));
            const auto deck = netlist::writeFlatDeck(*circuit);
            sim::Job job;
            // The title, then options: ngspice's default 1e-12 S at every node costs digits.
            const std::size_t title = deck.text.find('\n') + 1;
            job.deck = deck.text.substr(0, title) + ".options gmin=1e-30 gshunt=0\n" +
                       deck.text.substr(title);
            job.analyses.push_back({});
            const auto outcome = pool.run(job);
            QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().message().c_str());
            double scale = 0;
            for (const double v : *ours)
                scale = std::max(scale, std::fabs(v));
            for (netlist::NetId net = 0; net < circuit->netCount(); ++net) {
                if (circuit->isGround(net))
                    continue;
                const auto* vector = outcome->plots.front().find(deck.netNames[net]);
                QVERIFY(vector);
                QVERIFY2(std::fabs(vector->real.front() - (*ours)[net]) < 1e-9 * scale,
                         qPrintable(QString("seed %1 net %2: %3 against %4")
                                        .arg(seed)
                                        .arg(net)
                                        .arg(vector->real.front(), 0, 'g', 15)
                                        .arg((*ours)[net], 0, 'g', 15)));
            }
        }
    }
    void generatedKindsAreSolvedRight_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("edges");
        QTest::addColumn<int>("outputs");
        QTest::newRow("parallel") << "ladder-parallel" << 14 << 15 << 1;
        QTest::newRow("series") << "ladder-series" << 15 << 15 << 2;
        QTest::newRow("divider") << "divider" << 14 << 15 << 1;
        QTest::newRow("bridge") << "bridge" << 25 << 27 << 4;
    }
    /// Every graph is turned back into a netlist and solved anew.
    void generatedKindsAreSolvedRight() {
        QFETCH(QString, kind);
        QFETCH(int, nodes);
        QFETCH(int, edges);
        QFETCH(int, outputs);
        const auto set = generate::generateKind(kind.toStdString(), 0, 0, 50, 7);
        QVERIFY(set.ok());
        for (std::size_t g = 0; g < set->graphCount(); ++g) {
            const auto n0 = set->nodePtr[g];
            QCOMPARE(set->nodePtr[g + 1] - n0, nodes);
            QCOMPARE(set->edgePtr[g + 1] - set->edgePtr[g], edges);
            QCOMPARE(std::count(set->outputMask.begin() + n0,
                                set->outputMask.begin() + set->nodePtr[g + 1], 1),
                     outputs);
            const auto row = [&](std::int64_t n) { return set->x.data() + (n0 + n) * 9; };
            const auto isNet = [&](std::int64_t n) {
                return row(n)[1] != 0 || row(n)[4] != 0 || row(n)[5] != 0;
            };
            const auto name = [&](std::int64_t n) {
                return row(n)[1] != 0 ? std::string("0") : "n" + std::to_string(n);
            };
            std::map<std::int64_t, std::int64_t> netOf, partner;
            for (auto e = set->edgePtr[g]; e < set->edgePtr[g + 1]; ++e) {
                const std::int64_t u = set->edges[static_cast<std::size_t>(2 * e)];
                const std::int64_t v = set->edges[static_cast<std::size_t>(2 * e + 1)];
                if (isNet(u) != isNet(v))
                    netOf[isNet(u) ? v : u] = isNet(u) ? u : v;
                else
                    partner[u] = v;
            }
            std::string text;
            for (const auto& [a, b] : partner) {
                const bool resistor = row(a)[2] != 0;
                const bool aPlus = row(a)[6] != 0 || row(a)[8] != 0;
                const auto p = aPlus || resistor ? a : b;
                const auto m = p == a ? b : a;
                text += (resistor ? "r" : "v") + std::to_string(a) + " " + name(netOf.at(p)) + " " +
                        name(netOf.at(m)) + " " + formatExact(row(a)[0]) + "\n";
            }
            const auto circuit = circuitOf(text);
            const auto volts = generate::solveLinear(*circuit);
            QVERIFY(volts);
            for (std::int64_t n = 0; n < nodes; ++n) {
                if (set->outputMask[static_cast<std::size_t>(n0 + n)])
                    QVERIFY(std::fabs(at(*circuit, *volts, name(n).c_str()) -
                                      set->y[static_cast<std::size_t>(n0 + n)]) < 1e-5);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestLinear)
#include "tst_linear.moc"
