// SPDX-License-Identifier: GPL-3.0-or-later
// Settling times from few steps, against circuits whose step response is known on paper and against
// the transient as declared.
#include "core/optimize/measure.h"
#include "core/optimize/settling.h"
#include "tests/core/optimize/sizinghelpers.h"

#include <cmath>

using namespace ohm;
using namespace ohm::optimize;
using namespace ohm::optimize::testing;

namespace {

constexpr double kWindow = 600e-9;

/// A series resonant circuit, or with `load` a divider that never comes within 1 % of its input.
std::string resonator(double damping, double radians, double load = 0) {
    char text[400];
    // L = 1 uH: damping = R / 2L, w0^2 = 1 / LC
    std::snprintf(text, sizeof(text),
                  "resonator\nvin in 0 dc 0.6 pwl(0 0.6 10p 0.62 1 0.62)\nr1 in a %.9g\n"
                  "l1 a out 1u\nc1 out 0 %.9g\n%s.end\n",
                  2e-6 * damping, 1e6 / (radians * radians),
                  load > 0 ? ("r2 out 0 " + std::to_string(load) + "\n").c_str() : "");
    return text;
}
/// The last time at which 1 - y is beyond the band, of that circuit, s.
double onPaper(double damping, double radians, double tolerance) {
    const double w = std::sqrt(radians * radians - damping * damping);
    const auto error = [&](double t) {
        return std::exp(-damping * t) * (std::cos(w * t) + damping / w * std::sin(w * t));
    };
    double t = kWindow;
    while (t > 0 && std::fabs(error(t)) <= tolerance)
        t -= 1e-13;
    return t;
}
Measure settling(double tolerance = 0.01) {
    Measure m;
    m.kind = Measure::Kind::Settling;
    m.name = "tset";
    m.of = "out";
    m.input = "in";
    m.tolerance = tolerance;
    return m;
}
sim::Job jobOf(const std::string& deck) {
    sim::Job job;
    job.deck = deck;
    sim::Analysis a;
    a.kind = sim::Analysis::Kind::Tran;
    a.step = 500e-12;
    a.stop = kWindow;
    job.analyses = {a};
    job.keep = {"in", "out"};
    return job;
}
std::size_t points(const sim::Outcome& outcome) {
    return outcome.plots.front().vectors.front().real.size();
}
double measured(const Measure& m, const Expected<sim::Outcome>& outcome) {
    if (!outcome)
        qFatal("%s", outcome.error().message().c_str());
    const auto value = takeMeasure(m, {&*outcome});
    return value ? *value : std::nan("");
}

} // namespace

class TestSettling : public QObject {
    Q_OBJECT
private slots:
    /// The crossing is found between the points, far finer than they lie.
    void crossingBetweenPoints() {
        std::vector<double> t, y;
        for (int i = 0; i <= 100; ++i) {
            t.push_back(i * 0.1);
            y.push_back(1 - std::exp(-t.back()));
        }
        QVERIFY(std::fabs(settlingTime(t, y, 1, 0.01) / std::log(100) - 1) < 1e-5);
        QCOMPARE(settlingTime(t, y, 2, 0.01), 10.0); // half of it: never there
        QCOMPARE(settlingTime(t, std::vector<double>(t.size(), 0.5), 1, 2), 0.0); // always
        QVERIFY(std::fabs(settlingTime({0, 1}, {0, 1}, 1, 0.1) - 0.9) <
                1e-12); // too few for a cubic
    }

    void onlyWhereNothingElseIsRead() {
        Problem problem;
        Bench bench;
        bench.analyses = jobOf({}).analyses;
        problem.benches = {bench};
        problem.measures = {settling()};
        QCOMPARE(settlingsAlone(problem, 0).size(), std::size_t{1});
        Measure other = settling();
        other.kind = Measure::Kind::Offset;
        problem.measures.push_back(other);
        QCOMPARE(settlingsAlone(problem, 0).size(), std::size_t{1});
        problem.benches[0].analyses.front().start = 1e-9;
        QVERIFY(settlingsAlone(problem, 0).empty());
        problem.benches[0].analyses.front().start = 0;
        problem.measures.back().kind = Measure::Kind::Slew;
        QVERIFY(settlingsAlone(problem, 0).empty());
        problem.measures.pop_back();
        problem.benches[0].analyses.push_back({});
        QVERIFY(settlingsAlone(problem, 0).empty());
    }

    /// Within 0.1 % of the exact time, with fewer points than declared.
    void asOnPaper_data() {
        QTest::addColumn<double>("damping");
        QTest::addColumn<double>("radians");
        QTest::newRow("fast ringing") << 5e7 << 4e8;
        QTest::newRow("slow ringing") << 1.2e7 << 6e7;
        QTest::newRow("hardly any") << 8e7 << 1e8;
        QTest::newRow("long ringing") << 1.5e7 << 3e8;
    }
    void asOnPaper() {
        QFETCH(double, damping);
        QFETCH(double, radians);
        const double exact = onPaper(damping, radians, 0.01);
        QVERIFY(exact > 30e-9 && exact < 500e-9);
        const Measure m = settling();
        const auto outcome =
            simulateSettling(*pool(), jobOf(resonator(damping, radians)), {&m}, {});
        const double found = measured(m, outcome);
        QVERIFY2(std::fabs(found / exact - 1) < 1e-3,
                 qPrintable(QString("%1 %2").arg(found).arg(exact)));
        QVERIFY(points(*outcome) < 1000); // 1200 in the declared one
    }

    /// A last swing that just leaves the band: no coarser step than the declared may decide.
    void grazingSwing() {
        // The greatest distance of swing n is exp(-damping n pi / w).
        const double w = 2e8, beyond = 0.0101;
        const double damping = -std::log(beyond) * w / (5 * M_PI);
        const double radians = std::sqrt(w * w + damping * damping);
        const Measure m = settling();
        const sim::Job job = jobOf(resonator(damping, radians));
        const double found = measured(m, simulateSettling(*pool(), job, {&m}, {}));
        const double declared = measured(m, pool()->run(job));
        QVERIFY(std::fabs(found / onPaper(damping, radians, 0.01) - 1) < 0.02);
        QVERIFY(std::fabs(found / declared - 1) < 0.01);
    }

    /// What never settles is told by the coarse run alone; the window's end is its time.
    void neverSettles() {
        const Measure m = settling();
        const auto outcome = simulateSettling(*pool(), jobOf(resonator(5e7, 4e8, 1000)), {&m}, {});
        QCOMPARE(measured(m, outcome), kWindow);
        QVERIFY(points(*outcome) < 250);
    }
    /// Within a third of the band's edge at the end: only the declared run can tell.
    void atTheEdge() {
        const double r = 2e-6 * 5e7;
        for (const double share : {0.0095, 0.0105}) {
            const Measure m = settling();
            const sim::Job job = jobOf(resonator(5e7, 4e8, r * (1 - share) / share));
            const auto outcome = simulateSettling(*pool(), job, {&m}, {});
            QCOMPARE(measured(m, outcome), measured(m, pool()->run(job)));
        }
    }
    void severalBands() {
        const Measure tight = settling(0.001), wide = settling(0.05);
        const auto outcome =
            simulateSettling(*pool(), jobOf(resonator(5e7, 4e8)), {&tight, &wide}, {});
        QVERIFY(std::fabs(measured(tight, outcome) / onPaper(5e7, 4e8, 0.001) - 1) < 1e-3);
        QVERIFY(std::fabs(measured(wide, outcome) / onPaper(5e7, 4e8, 0.05) - 1) < 1e-3);
    }

    void failures() {
        const Measure m = settling();
        sim::Job job = jobOf("nothing\nvin in 0 dc 1\nvin2 in 0 dc 2\nr1 in out 1k\n.end\n");
        QVERIFY(!simulateSettling(*pool(), job, {&m}, {}));
        job.deck = "no step\nvin in 0 dc 0.6\nr1 in out 1k\nc1 out 0 1p\n.end\n";
        const auto still = simulateSettling(*pool(), job, {&m}, {});
        QVERIFY(still);
        QCOMPARE(takeMeasure(m, {&*still}).error().code, std::string("OPT-011"));
        StopSource stop;
        stop.requestStop();
        const auto stopped = simulateSettling(*pool(), job, {&m}, stop.token());
        QVERIFY(!stopped);
        QCOMPARE(stopped.error().code, std::string("SIM-006"));
    }

    /// The amplifier of the paper: designs at random as by the published step of 100 ps.
    void amplifier() {
        const auto problem = problemIn(kProjects / "two-stage-opamp");
        Evaluator evaluator(problem, pool());
        dataset::Random random(11, 0);
        auto designs = randomDesigns(problem, 8, {}, random);
        designs.push_back(problem.nominal());
        const auto results = evaluator.evaluate(designs);
        QVERIFY(results);
        std::size_t tset = 0, follower = 0, settled = 0;
        while (problem.measures[tset].name != "tset")
            ++tset;
        while (problem.benches[follower].name != "follower")
            ++follower;
        for (std::size_t d = 0; d < designs.size(); ++d) {
            sim::Job job = jobOf(*evaluator.deck(follower, designs[d]));
            job.keep = {"inp", "out"};
            job.analyses.front().step = 100e-12;
            Measure alone = problem.measures[tset];
            alone.bench = 0;
            const double fine = measured(alone, pool()->run(job));
            QVERIFY((*results)[d].valid);
            const double found = (*results)[d].values[tset];
            settled += fine < kWindow * 0.999 ? 1 : 0;
            QVERIFY2(std::fabs(found / fine - 1) < 1e-3,
                     qPrintable(QString("design %1: %2 %3").arg(d).arg(found).arg(fine)));
        }
        QVERIFY(settled >= 3 && settled < designs.size());
    }
};

QTEST_GUILESS_MAIN(TestSettling)
#include "tst_settling.moc"
