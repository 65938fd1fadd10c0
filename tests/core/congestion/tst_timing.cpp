// SPDX-License-Identifier: GPL-3.0-or-later
// Arrival times: roles of pins, the longest path by hand, loops, a DEF, the file.
#include "core/congestion/congestionset.h"
#include "core/congestion/def.h"
#include "core/congestion/timing.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace ohm;
using namespace ohm::congestion;

namespace {

/// A design of cells on a line, pins as (node, net, role).
struct Pin {
    int node, net;
    PinRole role;
};
Design makeDesign(const std::vector<std::pair<const char*, double>>& cells,
                  const std::vector<Pin>& pins) {
    Design d;
    d.grid.columns = d.grid.rows = 100;
    for (const auto& [master, x] : cells) {
        d.masters.emplace_back(master);
        d.nodeNames.emplace_back(master);
        d.boxes.push_back({x, 0, x, 0});
        d.placed.push_back(1);
        d.cells.push_back({static_cast<int>(x), 0});
    }
    d.pins.nodes = cells.size();
    for (const Pin& pin : pins) {
        d.pins.pinNode.push_back(pin.node);
        d.pins.pinNet.push_back(pin.net);
        d.pinRoles.push_back(static_cast<std::uint8_t>(pin.role));
        d.pins.nets = std::max(d.pins.nets, static_cast<std::size_t>(pin.net) + 1);
    }
    return d;
}

constexpr auto In = PinRole::Input, Out = PinRole::Output, Control = PinRole::Control;

} // namespace

class TestTiming : public QObject {
    Q_OBJECT
private slots:
    void rolesFollowTheLibraries() {
        QCOMPARE(pinRole("NAND2_X1", "ZN"), Out);
        QCOMPARE(pinRole("NAND2_X1", "A1"), In);
        QCOMPARE(pinRole("MUX2_X1", "S"), In);
        QCOMPARE(pinRole("FA_X1", "S"), Out);
        QCOMPARE(pinRole("FA_X1", "CO"), Out);
        QCOMPARE(pinRole("DFFR_X1", "RN"), Control);
        QCOMPARE(pinRole("DFFR_X1", "CK"), Control);
        QCOMPARE(pinRole("DFFS_X1", "SN"), Control);
        QCOMPARE(pinRole("DFFR_X1", "D"), In);
        QCOMPARE(pinRole("DFFR_X1", "QN"), Out);
        QCOMPARE(pinRole("sky130_fd_sc_hd__inv_2", "Y"), Out);
        QCOMPARE(pinRole("sky130_fd_sc_hd__dfrtp_1", "RESET_B"), Control);
        QCOMPARE(pinRole("CLKBUF_X3", "Z"), Out);
        QVERIFY(isSequential("SDFFRS_X2") && isSequential("sky130_fd_sc_hd__dfxtp_1"));
        QVERIFY(isSequential("DLH_X1") && isSequential("sky130_fd_sc_hd__dlxtp_1"));
        QVERIFY(isSequential("fakeram45_256x32") && isSequential("DFFHQNx1_ASAP7_75t_R"));
        QVERIFY(!isSequential("INV_X4") && !isSequential("sky130_fd_sc_hd__dlygate4sd3_1"));
        QCOMPARE(driveStrength("INV_X4"), 4.0);
        QCOMPARE(driveStrength("sky130_fd_sc_hd__inv_16"), 16.0);
        QCOMPARE(driveStrength("INVx2_ASAP7_75t_R"), 2.0);
        QCOMPARE(driveStrength("TAPCELL"), 1.0);
    }

    /// port -> inverter -> inverter (twice as strong) -> flip-flop, and its clock.
    void theLongestPathByHand() {
        const DelayModel m;
        const Design d =
            makeDesign({{"INV_X1", 0}, {"INV_X2", 10}, {"DFF_X1", 30}}, {{0, 0, In},
                                                                         {0, 1, Out},
                                                                         {1, 1, In},
                                                                         {1, 2, Out},
                                                                         {2, 2, In},
                                                                         {2, 3, Control},
                                                                         {2, 4, Out}});
        const auto t = timingOf(d, m);
        QCOMPARE(t.size(), std::size_t{12});
        const double first = m.cell; // its net has no driver
        const auto wire = [&](double strength, double length, int sinks, double l) {
            return m.resistance / strength * (m.wire * length + sinks * m.pin) +
                   m.wireOhms * l * (m.wire * l / 2 + m.pin);
        };
        const double second = first + wire(1, 10, 1, 10) + m.cell;
        const double third = second + wire(2, 20, 1, 20); // nothing of its own: it is an end
        QVERIFY(std::fabs(t[0] - first) < 1e-6);
        QVERIFY(std::fabs(t[4] - second) < 1e-6);
        QVERIFY(std::fabs(t[8] - third) < 1e-6);
        QCOMPARE(t[9], 1.0f);  // a start
        QCOMPARE(t[10], 1.0f); // data inputs: the clock is none
        QCOMPARE(t[3], 1.0f);  // fan-out
    }

    void theLatestInputCounts() {
        // Two paths meet in a gate: the longer decides; a flip-flop behind itself is no loop.
        const Design d = makeDesign({{"DFF_X1", 0}, {"INV_X1", 0}, {"NAND2_X1", 0}}, {{0, 0, Out},
                                                                                      {1, 0, In},
                                                                                      {2, 0, In},
                                                                                      {1, 1, Out},
                                                                                      {2, 1, In},
                                                                                      {2, 2, Out},
                                                                                      {0, 2, In}});
        const DelayModel m;
        const auto t = timingOf(d, m);
        const double one = m.resistance * m.pin;
        const double inverter = m.cell + 2 * one + m.cell;
        QVERIFY(std::fabs(t[4] - inverter) < 1e-6);
        QVERIFY(std::fabs(t[8] - (inverter + one + m.cell)) < 1e-6);
        QVERIFY(std::fabs(t[0] - (inverter + 2 * one + m.cell)) < 1e-6);
    }

    void loopsHaveNoLabel() {
        // 0 and 1 drive each other, 2 stands behind, 3 apart.
        const Design d = makeDesign({{"NOR2_X1", 0}, {"NOR2_X1", 1}, {"INV_X1", 2}, {"INV_X1", 3}},
                                    {{0, 0, Out},
                                     {1, 0, In},
                                     {1, 1, Out},
                                     {0, 1, In},
                                     {2, 1, In},
                                     {2, 2, Out},
                                     {3, 3, In}});
        const auto t = timingOf(d);
        QVERIFY(std::isnan(t[0]) && std::isnan(t[4]) && std::isnan(t[8]));
        QVERIFY(std::isfinite(t[12]));
        Design silent = d;
        silent.pinRoles.clear();
        for (std::size_t n = 0; n < 4; ++n)
            QVERIFY(std::isnan(timingOf(silent)[n * kTimingColumns]));
    }

    void aDefAndTheFileKeepThem() {
        const char* text = "VERSION 5.8 ;\nDESIGN toy ;\nUNITS DISTANCE MICRONS 1000 ;\n"
                           "DIEAREA ( 0 0 ) ( 20000 20000 ) ;\nGCELLGRID X 0 DO 11 STEP 2000 ;\n"
                           "GCELLGRID Y 0 DO 11 STEP 2000 ;\nCOMPONENTS 2 ;\n"
                           "- u1 INV_X1 + PLACED ( 0 0 ) N ;\n- u2 DFF_X1 + PLACED ( 8000 0 ) N ;\n"
                           "END COMPONENTS\nPINS 0 ;\nEND PINS\nNETS 2 ;\n"
                           "- a ( PIN a ) ( u1 A ) + USE SIGNAL ;\n"
                           "- b ( u1 ZN ) ( u2 D ) + USE SIGNAL ;\nEND NETS\nEND DESIGN\n";
        QTemporaryDir dir;
        const std::string def = dir.filePath(QStringLiteral("toy.def")).toStdString();
        {
            QFile file(QString::fromStdString(def));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        }
        const auto sources = findSources(def);
        QVERIFY2(sources.ok(), sources.ok() ? "" : sources.error().message().c_str());
        Diagnostics findings;
        const auto set = importDesigns(*sources, {}, 1, {}, noProgress(), findings);
        QVERIFY2(set.ok(), set.ok() ? "" : set.error().message().c_str());
        const auto& timing = set->samples[0].timing;
        QCOMPARE(timing.size(), std::size_t{8});
        const DelayModel m;
        const double expected = m.cell + m.resistance * (4 * m.wire + m.pin) +
                                m.wireOhms * 4 * (m.wire * 2 + m.pin); // four GCells apart
        QVERIFY2(std::fabs(timing[4] - expected) < 1e-5, qPrintable(QString::number(timing[4])));
        const std::string file = dir.filePath(QStringLiteral("d.h5")).toStdString();
        QVERIFY(writeCongestionSet(*set, file).ok());
        const auto back = readCongestionSet(file);
        QVERIFY2(back.ok(), back.ok() ? "" : back.error().message().c_str());
        QCOMPARE(back->samples[0].timing, timing);
        // Beside a design without it: its rows are unknown, not zero.
        CongestionSet two = *set;
        two.samples.push_back(two.samples[0]);
        two.samples[1].name = "silent";
        two.samples[1].timing.clear();
        QVERIFY(writeCongestionSet(two, file).ok());
        const auto both = readCongestionSet(file);
        QVERIFY2(both.ok(), both.ok() ? "" : both.error().message().c_str());
        QCOMPARE(both->samples[0].timing, timing);
        QVERIFY(std::isnan(both->samples[1].timing[0]));
    }
};

QTEST_GUILESS_MAIN(TestTiming)
#include "tst_timing.moc"
