// SPDX-License-Identifier: GPL-3.0-or-later
// The demos that can be sized: every bench simulates, as an independent run of ngspice does.
#include "core/optimize/check.h"
#include "core/optimize/robustness.h"
#include "core/project/installation.h"
#include "tests/core/optimize/sizinghelpers.h"

#include <cmath>
#include <map>

using namespace ohm;
using namespace ohm::optimize;
using namespace ohm::optimize::testing;

class TestSizingDemos : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { qputenv("OHMSCAPE_DATA", OHMSCAPE_SOURCE_DIR); }

    void measured_data() {
        QTest::addColumn<QString>("project");
        QTest::addColumn<QString>("measure");
        QTest::addColumn<double>("value");
        const auto rows = [](const char* project, const std::map<std::string, double>& values) {
            for (const auto& [name, value] : values)
                QTest::newRow((std::string(project) + " " + name).c_str())
                    << QString::fromLatin1(project) << QString::fromStdString(name) << value;
        };
        // From ngspice -b on the circuits with .meas, the start designs.
        rows("cs-amp", {{"gain", 4.0895}, {"bw", 1.342e9}, {"ibias", 427.43e-6}});
        rows("ota-5t",
             {{"gain", 19.500}, {"ugbw", 71.59e6}, {"ibias", 83.547e-6}, {"noise", 13.197e-9}});
        rows("ldo", {{"vout", 0.904347},
                     {"vlight", 0.905460},
                     {"loop_gain", 7692.4},
                     {"ugbw", 267.57e3},
                     {"pm", 180 - 2.347381 * 180 / M_PI},
                     {"ripple", 2.36971e-3},
                     {"low", 0.9040033}});
    }
    void measured() {
        QFETCH(QString, project);
        QFETCH(QString, measure);
        QFETCH(double, value);
        const Problem problem = problemIn(kProjects / project.toStdString());
        static std::map<QString, std::vector<double>> known;
        if (!known.count(project)) {
            Evaluator evaluator(problem, pool());
            const auto result = evaluator.evaluate({problem.nominal()});
            QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
            QVERIFY2(result->front().valid, result->front().failure.c_str());
            known[project] = result->front().values;
        }
        for (std::size_t m = 0; m < problem.measures.size(); ++m) {
            if (problem.measures[m].name == measure.toStdString()) {
                // Crossings: ours is interpolated in logarithms, ngspice's linearly.
                QVERIFY2(std::fabs(known[project][m] / value - 1) < 0.015,
                         qPrintable(QString::number(known[project][m], 'g', 8)));
                return;
            }
        }
        QFAIL("no such measurement");
    }

    void corners_data() {
        QTest::addColumn<QString>("project");
        for (const auto& file : project::shippedDemos()) {
            const auto project = project::readProject(file);
            if (project.ok() && problemOf(*project).ok())
                QTest::newRow(file.parent_path().filename().c_str())
                    << QString::fromStdString(file.parent_path().string());
        }
    }
    /// Checked against their circuits; every corner of the start design and two samples simulate.
    void corners() {
        QFETCH(QString, project);
        const Problem problem = problemIn(project.toStdString());
        QVERIFY(checkProblem(problem).ok());
        const auto report = evaluateCorners(problem, problem.nominal(), pool());
        QVERIFY2(report.ok(), report.ok() ? "" : report.error().message().c_str());
        QVERIFY(report->corners.size() >= 5);
        for (const auto& r : report->corners)
            QVERIFY2(r.evaluation.valid, (r.name + ": " + r.evaluation.failure).c_str());
        const auto samples = monteCarlo(problem, problem.nominal(), 2, 1, pool());
        QVERIFY2(samples.ok(), samples.ok() ? "" : samples.error().message().c_str());
        QCOMPARE(samples->failed, std::size_t{0});
    }

    /// The small published problem: its grid, and 20 designs that meet every spec.
    void commonSource() {
        const Problem problem = problemIn(kProjects / "cs-amp");
        QCOMPARE(problem.variables[0].count() * problem.variables[1].count(), 2450);
        const auto folder = TemporaryDirectory::create();
        SessionOptions options = optionsFor("evo", 0);
        options.mostSims = 600;
        auto session = Session::open(problem, options, folder->path() / "run", pool());
        QVERIFY(session.ok());
        const auto ending = (*session)->run({});
        QVERIFY(ending.ok());
        QVERIFY2(*ending == Ending::Converged, endingText(*ending));
    }
    /// A condition such as the load is no part of the design.
    void conditionsDoNotVary() {
        const Problem problem = problemIn(kProjects / "ldo");
        for (const Variable& v : problem.variables)
            QVERIFY(v.name != "load");
        QCOMPARE(problem.variables.size(), std::size_t{7});
    }
};

QTEST_GUILESS_MAIN(TestSizingDemos)
#include "tst_sizingdemos.moc"
