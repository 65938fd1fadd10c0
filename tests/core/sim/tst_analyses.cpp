// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/simulator.h"
#include "core/sim/worker.h"

#include <QtTest>

#include <cmath>
#include <numbers>

using namespace ohm;
using namespace ohm::sim;
using Kind = Analysis::Kind;

namespace {

constexpr double kPi = std::numbers::pi;
const char* const kRc = "rc\nv1 in 0 dc 0 ac 1 pulse(0 1 0 1p 1p 1 2)\nr1 in out 1k\nc1 out 0 1n\n";

bool near(double value, double wanted, double relative) {
    return std::abs(value - wanted) <= relative * std::abs(wanted);
}

} // namespace

/// Every analysis against a known answer.
class TestAnalyses : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void dcSweep();
    void acLowPass();
    void acLinear();
    void transientStep();
    void transientFromLater();
    void allInOneJob();
    void failedMeasurementIsLeftOut();
    void savedInTransient();
    void oneFailsAllFail();

private:
    Outcome mustRun(const Job& job) {
        auto outcome = m_pool.run(job);
        if (!outcome)
            qFatal("%s", outcome.error().message().c_str());
        return std::move(outcome).value();
    }
    SimulatorPool m_pool;
};

void TestAnalyses::initTestCase() {
    if (!findNgspice("ngspice"))
        QSKIP("ngspice is not installed");
}

void TestAnalyses::dcSweep() {
    Job job;
    job.deck = "divider\nv1 in 0 0\nr1 in out 3k\nr2 out 0 1k\n";
    job.analyses = {{Kind::Dc, "v1", "", 0, -2, 2, 0.5}};
    job.measurements = {"dc half find v(out) at=1", "dc swing pp v(out)"};
    const auto outcome = mustRun(job);
    const auto& plot = outcome.plots.at(0);
    QCOMPARE(plot.kind, Kind::Dc);
    const auto& scale = plot.vectors.at(0);
    QCOMPARE(scale.real.size(), std::size_t(9));
    const auto* out = plot.find("out");
    QVERIFY(out);
    QCOMPARE(out->unit, std::string("V"));
    for (std::size_t i = 0; i < 9; ++i) {
        QCOMPARE(scale.real[i], -2 + 0.5 * double(i));
        QVERIFY(std::abs(out->real[i] - scale.real[i] / 4) < 1e-12);
    }
    QVERIFY(near(outcome.measurements.at("half"), 0.25, 1e-9));
    QVERIFY(near(outcome.measurements.at("swing"), 1.0, 1e-9));
}

void TestAnalyses::acLowPass() {
    Job job;
    job.deck = kRc;
    job.analyses = {{Kind::Ac, "", "dec", 100, 1e3, 1e7}};
    job.measurements = {"ac f3db when vdb(out)=-3.0102999566398",
                        ".meas ac low find vdb(out) at=1e3"};
    const auto outcome = mustRun(job);
    const auto& plot = outcome.plots.at(0);
    const auto& frequency = plot.vectors.at(0);
    const auto* out = plot.find("out");
    QVERIFY(out && out->complex);
    QCOMPARE(frequency.real.size(), std::size_t(401));
    QCOMPARE(frequency.unit, std::string("Hz"));
    for (std::size_t i = 0; i < frequency.real.size(); ++i) {
        // H = 1/(1 + jwRC)
        const double w = 2 * kPi * frequency.real[i] * 1e3 * 1e-9;
        QVERIFY(std::abs(out->real[i] - 1 / (1 + w * w)) < 1e-9);
        QVERIFY(std::abs(out->imag[i] + w / (1 + w * w)) < 1e-9);
    }
    QVERIFY(near(outcome.measurements.at("f3db"), 1 / (2 * kPi * 1e3 * 1e-9), 1e-4));
}

void TestAnalyses::acLinear() {
    Job job;
    job.deck = kRc;
    job.analyses = {{Kind::Ac, "", "lin", 11, 1000, 2000}};
    const auto outcome = mustRun(job);
    const auto& frequency = outcome.plots.at(0).vectors.at(0).real;
    QCOMPARE(frequency.size(), std::size_t(11));
    QVERIFY(near(frequency[5], 1500, 1e-12));
}

void TestAnalyses::transientStep() {
    Job job;
    job.deck = kRc;
    job.analyses = {{Kind::Tran, "", "", 0, 0, 5e-6, 5e-9}};
    job.measurements = {"tran attau find v(out) at=1u", "tran tau when v(out)=0.632120558828558",
                        "tran top max v(out)", "tran five param='5*tau'",
                        "tran delay trig v(in) val=0.5 rise=1 targ v(out) val=0.5 rise=1"};
    const auto outcome = mustRun(job);
    const auto& plot = outcome.plots.at(0);
    QCOMPARE(plot.vectors.at(0).unit, std::string("s"));
    const auto& time = plot.vectors.at(0).real;
    const auto* out = plot.find("out");
    QVERIFY(out && time.size() > 900);
    QCOMPARE(time.back(), 5e-6);
    for (std::size_t i = 0; i < time.size(); ++i)
        QVERIFY(std::abs(out->real[i] - (1 - std::exp(-time[i] / 1e-6))) < 1e-3);
    QVERIFY(near(outcome.measurements.at("attau"), 1 - std::exp(-1.0), 1e-3));
    QVERIFY(near(outcome.measurements.at("tau"), 1e-6, 1e-3));
    QVERIFY(near(outcome.measurements.at("five"), 5 * outcome.measurements.at("tau"), 1e-5));
    QVERIFY(near(outcome.measurements.at("delay"), 1e-6 * std::log(2.0), 2e-3));
    QVERIFY(near(outcome.measurements.at("top"), 1 - std::exp(-5.0), 1e-3));
}

void TestAnalyses::transientFromLater() {
    Job job;
    job.deck = kRc;
    job.analyses = {{Kind::Tran, "", "", 0, 2e-6, 5e-6, 5e-9}};
    const auto outcome = mustRun(job);
    const auto& time = outcome.plots.at(0).vectors.at(0).real;
    QVERIFY(time.front() >= 2e-6 - 1e-8);
    QCOMPARE(time.back(), 5e-6);
}

void TestAnalyses::allInOneJob() {
    Job job;
    job.deck =
        "all\nv1 in 0 dc 2 ac 1 pulse(0 1 0 1p 1p 1 2)\nr1 in out 1k\nc1 out 0 1n\nr2 out 0 1k\n";
    job.analyses = {{Kind::Op},
                    {Kind::Ac, "", "dec", 10, 1, 1e9},
                    {Kind::Tran, "", "", 0, 0, 1e-6, 1e-9},
                    {Kind::Dc, "v1", "", 0, 0, 1, 0.5},
                    {Kind::Op}};
    job.measurements = {"ac gain max vm(out)", "tran last max v(out)", "dc end max v(out)"};
    const auto outcome = mustRun(job);
    QCOMPARE(outcome.plots.size(), std::size_t(5));
    for (std::size_t i = 0; i < 5; ++i)
        QCOMPARE(outcome.plots[i].kind, job.analyses[i].kind);
    QCOMPARE(outcome.plots[0].find("out")->real.at(0), 1.0);
    QCOMPARE(outcome.plots[4].find("out")->real.at(0), 1.0);
    QVERIFY(near(outcome.measurements.at("gain"), 0.5, 1e-6));
    QVERIFY(near(outcome.measurements.at("end"), 0.5, 1e-6));
    QVERIFY(near(outcome.measurements.at("last"), 0.5 * (1 - std::exp(-2.0)), 1e-3));
}

void TestAnalyses::failedMeasurementIsLeftOut() {
    Job job;
    job.deck = kRc;
    job.analyses = {{Kind::Ac, "", "dec", 10, 1e3, 1e7}};
    job.measurements = {"ac never when vdb(out)=20", "ac low find vdb(out) at=1e3"};
    const auto outcome = mustRun(job);
    QVERIFY(!outcome.measurements.contains("never"));
    QVERIFY(outcome.measurements.contains("low"));
}

void TestAnalyses::savedInTransient() {
    Job job;
    job.deck = "m\nvd d 0 1\nvg g 0 pulse(0 1 0 1n 1n 1 2)\nm1 d g 0 0 nm w=1u l=1u\n"
               ".model nm nmos level=1 vto=0.5 kp=1e-4\n";
    job.analyses = {{Kind::Tran, "", "", 0, 0, 1e-8, 1e-10}};
    job.save = {"@m1[gm]"};
    const auto outcome = mustRun(job);
    const auto* gm = outcome.plots.at(0).find("@m1[gm]");
    QVERIFY(gm);
    QCOMPARE(gm->real.size(), outcome.plots.at(0).vectors.at(0).real.size());
    QCOMPARE(gm->real.front(), 0.0);
    QVERIFY(near(gm->real.back(), 5e-5, 1e-6)); // kp (vgs - vto)
    QVERIFY(outcome.plots.at(0).find("d"));
}

void TestAnalyses::oneFailsAllFail() {
    Job job;
    job.deck = kRc;
    job.analyses = {{Kind::Op}, {Kind::Dc, "vnone", "", 0, 0, 1, 1}, {Kind::Op}};
    const auto outcome = m_pool.run(job);
    QVERIFY(!outcome.ok());
    QCOMPARE(outcome.error().code, std::string("SIM-005"));
}

QTEST_GUILESS_MAIN(TestAnalyses)
#include "tst_analyses.moc"
