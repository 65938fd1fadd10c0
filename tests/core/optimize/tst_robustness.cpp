// SPDX-License-Identifier: GPL-3.0-or-later
// Corners, sweeps and Monte-Carlo against circuits whose answers are known on paper.
#include "core/optimize/check.h"
#include "core/optimize/robustness.h"
#include "tests/core/optimize/sizinghelpers.h"

#include <algorithm>
#include <cmath>

using namespace ohm;
using namespace ohm::optimize;
using namespace ohm::optimize::testing;
namespace fs = std::filesystem;

namespace {

/// Two saturated level-1 transistors at one gate voltage: i = kp/2 W/L m (vgs - vto)^2, and a
/// divider whose upper resistor has a temperature coefficient.
fs::path circuitIn(const fs::path& folder, const std::string& conditions,
                   const std::string& specs = "specs:\n  ia: {min: 1u}\n  vout: {min: 0.3}\n") {
    std::ofstream(folder / "cards.lib")
        << ".lib tt\n.model nch nmos level=1 vto=0.5 kp=100u\n.endl tt\n"
           ".lib ss\n.model nch nmos level=1 vto=0.7 kp=100u\n.endl ss\n";
    std::ofstream(folder / "other.lib")
        << ".lib tt\n.model nch nmos level=1 vto=0.5 kp=50u\n.endl tt\n";
    std::ofstream(folder / "pair.cir")
        << "* pair\n.lib 'cards.lib' tt\n.param vg=1 r1=1k supply=1\n"
           "vdda da 0 dc 2\nvddb db 0 dc 2\nvgate g 0 dc {vg}\n"
           "ma da g 0 0 nch w=1u l=1u m=4\nmb db g 0 0 nch w=1u l=1u m=4\n"
           "vs in 0 dc {supply}\nra in out {r1} tc1=1m\nrb out 0 1k\n.end\n";
    std::ofstream(folder / "project.yaml")
        << "name: pair\ncircuits: [pair.cir]\nparameters:\n"
           "  r1: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
           "benches:\n  op: {circuit: pair.cir, analyses: [op]}\n"
           "  dc: {circuit: pair.cir, analyses: [dc vs 0 1 0.1]}\n"
           "measurements:\n"
           "  ia: {kind: current, bench: op, source: vdda}\n"
           "  ib: {kind: current, bench: op, source: vddb}\n"
           "  vout: {kind: voltage, bench: op, of: out}\n"
        << specs << conditions;
    return folder;
}
/// kp/2 * m * (vgs - vto)^2 with lambda 0.
double drain(double kp, double vto, double vgs = 1) {
    return kp / 2 * 4 * (vgs - vto) * (vgs - vto);
}
bool near(double a, double b, double relative = 1e-4) {
    return std::fabs(a - b) <= relative * std::fabs(b);
}

} // namespace

class TestRobustness : public QObject {
    Q_OBJECT
private:
    static const ConditionResult& named(const CornerReport& report, const std::string& name) {
        const auto found = std::find_if(report.corners.begin(), report.corners.end(),
                                        [&](const auto& r) { return r.name == name; });
        if (found == report.corners.end())
            qFatal("no corner %s", name.c_str());
        return *found;
    }

private slots:
    void corners() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(
            circuitIn(folder->path(),
                      "corners:\n"
                      "  hot: {temperature: 127}\n"
                      "  low: {parameters: {supply: 0.8}}\n"
                      "  set: {models: {nch: {vto: 0.6}}}\n"
                      "  add: {models: {nch: {vto: {add: -0.1}, kp: {scale: 1.5}}}}\n"
                      "  ss: {sections: {cards.lib: ss}}\n"
                      "  weak: {files: {cards.lib: other.lib}}\n"
                      "  both: {with: [low, add], temperature: 127}\n"
                      "  sweep: {temperature: [-73, 127], parameters: {supply: [0.5, 1, 2]}}\n"));
        QCOMPARE(problem.corners.size(), std::size_t{13});
        // One worker: a temperature must not stay behind for the next deck.
        const auto one = std::make_shared<sim::SimulatorPool>(sim::PoolOptions{1, "ngspice"});
        const auto report = evaluateCorners(problem, problem.nominal(), one);
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message().c_str());
        QCOMPARE(report->corners.size(), std::size_t{14});
        const auto value = [&](const char* corner, std::size_t measure) {
            const auto& r = named(*report, corner);
            if (!r.evaluation.valid)
                qFatal("%s", r.evaluation.failure.c_str());
            return r.evaluation.values[measure];
        };
        QVERIFY(near(value("nominal", 0), drain(100e-6, 0.5)));
        QVERIFY(near(value("nominal", 2), 0.5));
        QVERIFY(near(value("hot", 2), 1 / 2.1));
        QVERIFY(near(value("low", 2), 0.4));
        QVERIFY(near(value("set", 0), drain(100e-6, 0.6)));
        QVERIFY(near(value("add", 0), drain(150e-6, 0.4)));
        QVERIFY(near(value("ss", 0), drain(100e-6, 0.7)));
        QVERIFY(near(value("weak", 1), drain(50e-6, 0.5)));
        QVERIFY(near(value("both", 2), 0.8 / 2.1));
        QVERIFY(near(value("sweep temp=-73, supply=2", 2), 2 / 1.9));
        // Worst of vout >= 0.3: the sweep's 0.5 V at 127 C.
        QCOMPARE(report->corners[report->worst[1]].name,
                 std::string("sweep temp=127, supply=500m"));
        QVERIFY(!report->holds[1] && report->holds[0] && !report->pass);
        QVERIFY(named(*report, "nominal").pass);
    }

    /// A spec may name where it is asked for; the report judges it there alone.
    void askedWhere() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem =
            problemIn(circuitIn(folder->path(), "corners:\n  low: {parameters: {supply: 0.5}}\n",
                                "specs:\n  vout: {min: 0.45, corners: nominal}\n"));
        QCOMPARE(problem.measures.size(), std::size_t{3}); // nothing more to simulate
        const auto report = evaluateCorners(problem, problem.nominal(), pool());
        QVERIFY(report.ok());
        QVERIFY(report->pass);
        QVERIFY(!report->corners[1].holds[0]);
    }

    /// Sizing in corners: the cost is that of the worst one, and what converges holds everywhere.
    void sizingInCorners() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem =
            problemIn(circuitIn(folder->path(), "corners:\n  low: {parameters: {supply: 0.8}}\n",
                                "specs:\n  vout: {min: 0.45, corners: all}\n"));
        QCOMPARE(problem.measures.size(), std::size_t{5});
        QCOMPARE(problem.measures[3].name, std::string("vout@low"));
        QCOMPARE(problem.measures[4].name, std::string("vout@worst"));
        QCOMPARE(problem.measureOf[0], std::size_t{4});
        QCOMPARE(problem.asDrawn().benches.size(), std::size_t{2});
        Evaluator evaluator(problem, pool());
        const auto result = evaluator.evaluate({problem.nominal()});
        QVERIFY(result.ok() && result->front().valid);
        QVERIFY(near(result->front().values[2], 0.5));
        QVERIFY(near(result->front().values[3], 0.4));
        QVERIFY(near(result->front().values[4], 0.4));
        QVERIFY(near(problem.penalties(result->front().values)[0], 0.05 / 0.45));
        SessionOptions options = optionsFor("random", 5);
        options.target = 3;
        auto session = Session::open(problem, options, folder->path() / "run", pool());
        QVERIFY2(session.ok(), session.ok() ? "" : session.error().message().c_str());
        const auto ending = (*session)->run({});
        QVERIFY(ending.ok() && *ending == Ending::Converged);
        std::size_t checked = 0;
        for (const Member& m : (*session)->population().members) {
            if (m.cost > 0 || checked >= 3)
                continue;
            const auto report = evaluateCorners(problem, m.design, pool());
            QVERIFY(report.ok() && report->pass);
            ++checked;
        }
        QCOMPARE(checked, std::size_t{3});
    }

    /// Process draws are common to both transistors, mismatch draws are not; both scatter as told.
    void scatter() {
        const auto folder = TemporaryDirectory::create();
        // 4 um2 of gate: an area coefficient of 20n V m gives 10 mV.
        const Problem process =
            problemIn(circuitIn(folder->path(), "monte_carlo:\n  process: {nch: {vto: 10m}}\n"));
        const auto common = monteCarlo(process, process.nominal(), 400, 3, pool());
        QVERIFY2(common.ok(), common.ok() ? "" : common.error().message().c_str());
        const Problem mismatch = problemIn(
            circuitIn(folder->path(), "monte_carlo:\n  mismatch: {nch: {vto: {area: 20n}}}\n"));
        const auto apart = monteCarlo(mismatch, mismatch.nominal(), 400, 3, pool());
        QVERIFY(apart.ok());
        const auto vto = [](double current) { return 1 - std::sqrt(current / 200e-6); };
        for (const auto* report : {&*common, &*apart}) {
            std::vector<double> a, difference;
            for (const auto& r : report->samples) {
                QVERIFY(r.evaluation.valid);
                a.push_back(vto(r.evaluation.values[0]));
                difference.push_back(vto(r.evaluation.values[1]) - a.back());
            }
            const Statistics one = statisticsOf(a);
            // Within four standard errors of the mean and of the sigma.
            QVERIFY2(std::fabs(one.mean - 0.5) < 4 * 10e-3 / 20,
                     qPrintable(QString::number(one.mean)));
            QVERIFY2(std::fabs(one.sigma - 10e-3) < 4 * 10e-3 / std::sqrt(800),
                     qPrintable(QString::number(one.sigma)));
            const Statistics two = statisticsOf(difference);
            if (report == &*common)
                QVERIFY(two.greatest - two.least < 1e-6);
            else
                QVERIFY(std::fabs(two.sigma - std::sqrt(2.0) * 10e-3) <
                        4 * 14.2e-3 / std::sqrt(800));
        }
    }

    /// Half of all samples lie above the mean: the true yield is within the interval.
    void yieldAndSeeds() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem =
            problemIn(circuitIn(folder->path(), "monte_carlo:\n  parameters: {supply: 5%}\n",
                                "specs:\n  vout: {min: 0.5}\n"));
        const auto one = std::make_shared<sim::SimulatorPool>(sim::PoolOptions{1, "ngspice"});
        const auto report = monteCarlo(problem, problem.nominal(), 100, 7, one);
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message().c_str());
        QVERIFY(report->yield.low < 0.5 && report->yield.high > 0.5);
        QCOMPARE(report->yield.passing, report->specs[0].passing);
        QCOMPARE(report->failed, std::size_t{0});
        QVERIFY(near(report->measures[2].sigma, 0.025, 0.3));
        const auto& worst = report->samples[report->worst[0]];
        QCOMPARE(worst.evaluation.values[2], report->measures[2].least);
        // Other workers and fewer samples: the same ones. Another seed: others.
        const auto fewer = monteCarlo(problem, problem.nominal(), 40, 7, pool());
        const auto other = monteCarlo(problem, problem.nominal(), 40, 8, pool());
        QVERIFY(fewer.ok() && other.ok());
        for (std::size_t i = 0; i < 40; ++i) {
            QCOMPARE(fewer->samples[i].evaluation.values, report->samples[i].evaluation.values);
            QVERIFY(other->samples[i].evaluation.values != report->samples[i].evaluation.values);
        }
    }

    /// Wilson's interval, against published values.
    void intervals() {
        const Share none = shareOf(0, 10);
        QCOMPARE(none.low, 0.0);
        QVERIFY(std::fabs(none.high - 0.2775) < 1e-4);
        const Share half = shareOf(50, 100);
        QVERIFY(std::fabs(half.low - 0.4038) < 1e-4 && std::fabs(half.high - 0.5962) < 1e-4);
        const Share all = shareOf(20, 20);
        QCOMPARE(all.high, 1.0);
        QVERIFY(std::fabs(all.low - 0.8389) < 1e-4);
        QCOMPARE(shareOf(0, 0).high, 1.0);
        const Statistics s = statisticsOf({4, 1, 3, 2, 5});
        QCOMPARE(s.mean, 3.0);
        QCOMPARE(s.median, 3.0);
        QVERIFY(std::fabs(s.sigma - std::sqrt(2.5)) < 1e-12);
        QVERIFY(std::isnan(statisticsOf({}).mean));
    }

    /// A sample or corner that cannot be simulated is told; the others stand.
    void failuresAreTold() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem =
            problemIn(circuitIn(folder->path(), "corners:\n  low: {parameters: {r1: 10k}}\n",
                                "  half: {bench: dc, meas: dc half find v(in) when v(out)=0.4}\n"
                                "specs:\n  half: {min: 0.1}\n"));
        const auto report = evaluateCorners(problem, problem.nominal(), pool());
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message().c_str());
        QVERIFY(report->corners[0].evaluation.valid && report->corners[0].pass);
        const ConditionResult& low = report->corners[1]; // never reaches 0.4 V
        QVERIFY(!low.evaluation.valid && !low.pass && !low.holds[0]);
        QVERIFY(low.evaluation.failure.find("OPT-011") == 0);
        QVERIFY(!report->pass && !report->holds[0]);
        QCOMPARE(report->worst[0], std::size_t{1});
    }

    void hostile_data() {
        QTest::addColumn<QString>("conditions");
        QTest::addColumn<QString>("specs");
        QTest::addColumn<QString>("code");
        const QString fine = QStringLiteral("specs:\n  vout: {min: 0.3}\n");
        const auto row = [&](const char* name, const char* conditions, const char* code,
                             const QString& specs) {
            QTest::newRow(name) << QString::fromLatin1(conditions) << specs
                                << QString::fromLatin1(code);
        };
        row("unknown key", "corners:\n  a: {temperatur: 3}\n", "OPT-002", fine);
        row("too cold", "corners:\n  a: {temperature: -300}\n", "OPT-002", fine);
        row("named nominal", "corners:\n  nominal: {temperature: 3}\n", "OPT-002", fine);
        row("too many",
            "corners:\n  a: {temperature: [1,2,3,4,5,6,7,8,9,10], parameters: {supply: "
            "[1,2,3,4,5,6,7,8,9,10], vg: [1,2,3,4,5,6]}}\n",
            "OPT-002", fine);
        row("unknown parameter", "corners:\n  a: {parameters: {vdd: 1}}\n", "OPT-005", fine);
        row("unknown model", "corners:\n  a: {models: {pch: {vto: 1}}}\n", "OPT-005", fine);
        row("unknown model parameter", "corners:\n  a: {models: {nch: {nfactor: {add: 1}}}}\n",
            "OPT-005", fine);
        row("unknown library", "corners:\n  a: {sections: {x.lib: ss}}\n", "OPT-005", fine);
        row("outside", "corners:\n  a: {files: {cards.lib: ../../x.lib}}\n", "OPT-002", fine);
        row("unknown base", "corners:\n  a: {with: b}\n", "OPT-005", fine);
        row("spec names no corner", "corners:\n  a: {temperature: 3}\n", "OPT-005",
            QStringLiteral("specs:\n  vout: {min: 0.3, corners: [b]}\n"));
        row("scatter of no model", "monte_carlo:\n  process: {pch: {vto: 1m}}\n", "OPT-005", fine);
        row("scatter of no parameter", "monte_carlo:\n  process: {nch: {nfactor: 1m}}\n", "OPT-005",
            fine);
        row("negative scatter", "monte_carlo:\n  process: {nch: {vto: -1m}}\n", "OPT-002", fine);
        row("area of all", "monte_carlo:\n  process: {nch: {vto: {area: 1n}}}\n", "OPT-002", fine);
        row("no scatter", "corners:\n  a: {temperature: 3}\n", "OPT-040", fine);
    }
    /// Told before anything is simulated.
    void hostile() {
        QFETCH(QString, conditions);
        QFETCH(QString, specs);
        QFETCH(QString, code);
        const auto folder = TemporaryDirectory::create();
        const auto project = project::readProject(
            circuitIn(folder->path(), conditions.toStdString(), specs.toStdString()));
        QVERIFY(project.ok());
        const auto problem = problemOf(*project);
        Error error;
        if (!problem) {
            error = problem.error();
        } else if (const auto fine = checkProblem(*problem); !fine) {
            error = fine.error();
        } else {
            const auto report = monteCarlo(*problem, problem->nominal(), 2, 1, pool());
            QVERIFY(!report.ok());
            error = report.error();
        }
        QVERIFY2(QString::fromStdString(error.code) == code, error.message().c_str());
        QVERIFY(!error.text.empty() && !error.where.empty());
    }

    /// The paper's problems are as they were: nothing is simulated besides.
    void demosAreAsPublished() {
        for (const char* name : {"two-stage-opamp", "two-stage-opamp-cc"}) {
            const Problem problem = problemIn(kProjects / name);
            QCOMPARE(problem.benches.size(), std::size_t{4});
            QCOMPARE(problem.measures.size(), std::size_t{8});
            QVERIFY(problem.corners.size() >= 5 && !problem.monteCarlo.spreads.empty());
            QVERIFY(checkProblem(problem).ok());
        }
    }
};

QTEST_GUILESS_MAIN(TestRobustness)
#include "tst_robustness.moc"
