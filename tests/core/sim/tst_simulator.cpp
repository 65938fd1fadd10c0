// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/simulator.h"

#include <QtTest>

using namespace ohm;
using namespace ohm::sim;

namespace {

Job opJob(const std::string& deck) {
    Job job;
    job.deck = deck;
    job.analyses.push_back({});
    return job;
}

} // namespace

class TestSimulator : public QObject {
    Q_OBJECT
private slots:
    void dividerOp();
};

void TestSimulator::dividerOp() {
    SimulatorPool pool;
    auto outcome = pool.run(opJob("divider\nv1 in 0 3\nr1 in out 2k\nr2 out 0 1k\n"));
    QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().message().c_str());
    const auto* out = outcome->plots.at(0).find("out");
    QVERIFY(out);
    QCOMPARE(out->real.at(0), 1.0);
    const auto* current = outcome->plots.at(0).find("v1#branch");
    QVERIFY(current);
    QVERIFY(std::abs(current->real.at(0) + 1e-3) < 1e-15);
}

QTEST_GUILESS_MAIN(TestSimulator)
#include "tst_simulator.moc"
