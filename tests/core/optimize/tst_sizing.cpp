// SPDX-License-Identifier: GPL-3.0-or-later
// Sizing: golden designs, specs and costs, sessions that go on after a kill, hostile set-ups.
#include "core/base/files.h"
#include "core/optimize/evolution.h"
#include "core/optimize/session.h"
#include "core/optimize/store.h"
#include "tests/core/optimize/sizinghelpers.h"

#include <cmath>
#include <csignal>
#include <fstream>
#include <map>

#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>

using namespace ohm;
using namespace ohm::optimize;
using namespace ohm::optimize::testing;
namespace fs = std::filesystem;

class TestSizing : public QObject {
    Q_OBJECT
private:
    static bool havePagmo() { return makeAlgorithm({}, optionsFor("de").algorithm).ok(); }

private slots:
    void goldenDesign_data() {
        QTest::addColumn<QString>("project");
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("value");
        const auto rows = [](const char* project, std::map<std::string, double> values) {
            for (const auto& [name, value] : values)
                QTest::newRow((std::string(project) + " " + name).c_str())
                    << QString::fromLatin1(project) << QString::fromStdString(name) << value;
        };
        rows("two-stage-opamp", {{"gain", 343.515},
                                 {"ugbw", 18.64e6},
                                 {"pm", 46.7},
                                 {"ibias", 177.80e-6},
                                 {"cmrr", 54.48},
                                 {"psrr", 58.50},
                                 {"offset", 0.39558e-3},
                                 {"tset", 57.38e-9}});
        rows("two-stage-opamp-cc",
             {{"gain", 343.515}, {"ugbw", 19.02e6}, {"pm", 36.67}, {"tset", 75.91e-9}});
    }
    /// Within 1 % of an independent simulation of the published benches.
    void goldenDesign() {
        QFETCH(QString, project);
        QFETCH(QString, name);
        QFETCH(double, value);
        static std::map<QString, std::vector<double>> measured;
        const Problem problem = problemIn(kProjects / project.toStdString());
        if (!measured.count(project)) {
            Evaluator evaluator(problem, pool());
            const auto result = evaluator.evaluate({problem.nominal()});
            QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
            QVERIFY2(result->front().valid, result->front().failure.c_str());
            measured[project] = result->front().values;
        }
        for (std::size_t m = 0; m < problem.measures.size(); ++m) {
            if (problem.measures[m].name != name.toStdString())
                continue;
            const double error = std::fabs(measured[project][m] / value - 1);
            QVERIFY2(error < 0.01, qPrintable(QString::number(measured[project][m])));
            return;
        }
        QFAIL("no such measurement");
    }

    void goldenCost() {
        const Problem problem = problemIn(kProjects / "two-stage-opamp");
        Evaluator evaluator(problem, pool());
        const auto result = evaluator.evaluate({problem.nominal()});
        QVERIFY(result.ok());
        Population population;
        population.add(problem, problem.nominal(), result->front());
        QVERIFY(std::fabs(population.members[0].cost - 0.2211) < 0.003);
    }

    void grid() {
        const Problem problem = problemIn(kProjects / "two-stage-opamp");
        double size = 1;
        for (const Variable& v : problem.variables)
            size *= v.count();
        QVERIFY(std::fabs(size / 1.86e15 - 1) < 0.01); // the published size of the space
        const Variable cc{"cc", "F", 0.1e-12, 9.9e-12, 0.1e-12, false, 3e-12};
        QCOMPARE(cc.count(), 99);
        QCOMPARE(cc.value(cc.nearest(3e-12)), 3e-12);
        const Variable log{"w", "m", 1e-6, 1e-4, 0, true, 1e-5};
        QVERIFY(std::fabs(log.value(log.nearest(1e-5)) / 1e-5 - 1) < 1e-9);
    }

    void penalties() {
        Spec least{"gain", 300.0, std::nullopt, 1};
        QCOMPARE(least.penalty(300), 0.0);
        QCOMPARE(least.penalty(150), 0.5);
        Spec most{"ibias", std::nullopt, 0.2e-3, 2};
        QCOMPARE(most.penalty(0.1e-3), 0.0);
        QVERIFY(std::fabs(most.penalty(0.4e-3) - 1.0) < 1e-12);
        Spec phase{"pm", 60.0, std::nullopt, 1};
        QCOMPARE(phase.penalty(-180), 4.0);
        QVERIFY(phase.penalty(std::nan("")) > 0);
    }

    /// Nothing is simulated twice: not within a process, not by the next one.
    void cache() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        const auto file = folder->path() / "cache.jsonl";
        std::vector<double> values;
        {
            Evaluator evaluator(problem, pool(), file);
            const auto result = evaluator.evaluate({{9, 9}, {9, 9}, {0, 9}});
            QVERIFY(result.ok());
            QCOMPARE(evaluator.simulated(), std::size_t{2});
            QVERIFY((*result)[1].cached);
            QVERIFY(std::fabs((*result)[0].values[0] - 0.5) < 1e-9);
            values = (*result)[2].values;
        }
        Evaluator next(problem, pool(), file);
        const auto again = next.evaluate({{0, 9}});
        QVERIFY(again.ok() && again->front().cached);
        QCOMPARE(next.simulated(), std::size_t{0});
        QCOMPARE(again->front().values, values);
    }

    void converges_data() {
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("evo") << QStringLiteral("evo");
        QTest::newRow("oracle") << QStringLiteral("oracle");
        QTest::newRow("bayes") << QStringLiteral("bayes");
        if (havePagmo()) {
            QTest::newRow("differential evolution") << QStringLiteral("de");
            QTest::newRow("cma-es") << QStringLiteral("cmaes");
            QTest::newRow("nsga-ii") << QStringLiteral("nsga2");
        }
    }
    /// Ends only when the best 20 meet every spec, and every one of them really does.
    void converges() {
        QFETCH(QString, algorithm);
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        auto session = Session::open(problem, optionsFor(algorithm.toStdString()),
                                     folder->path() / "run", pool());
        QVERIFY2(session.ok(), session.ok() ? "" : session.error().message().c_str());
        const auto ending = (*session)->run({});
        QVERIFY(ending.ok());
        QVERIFY2(*ending == Ending::Converged, endingText(*ending));
        QVERIFY((*session)->population().meetingAll() >= 20);
        const auto best = (*session)->population().byCost().front();
        const auto& member = (*session)->population().members[best];
        const double r1 = problem.variables[0].value(member.design[0]);
        const double r2 = problem.variables[1].value(member.design[1]);
        QVERIFY(std::fabs(r2 / (r1 + r2) - 0.25) <= 0.02 + 1e-9);
        QVERIFY(1 / (r1 + r2) <= 0.2e-3 + 1e-12);
        const auto netlist = designNetlist(problem, member.design);
        QVERIFY(netlist.ok() && netlist->find("r1 = ") != std::string::npos);
    }

    /// What the processes learned saves simulations.
    void bayesNeedsFewer() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        std::map<std::string, std::size_t> sims;
        for (const std::string algorithm : {"random", "evo", "bayes"}) {
            auto session =
                Session::open(problem, optionsFor(algorithm), folder->path() / algorithm, pool());
            QVERIFY(session.ok() && (*session)->run({}).ok());
            sims[algorithm] = (*session)->history().back().sims;
            // Only what believes something can be right or wrong about the designs it chose.
            const auto& history = (*session)->history();
            for (const IterationReport& r : history) {
                const bool told = algorithm == "bayes" && r.iteration > 1;
                QCOMPARE(r.accuracy >= 0, told);
                QVERIFY(!told || (r.accuracy <= 1 && r.loss >= 0 && std::isfinite(r.loss)));
            }
        }
        QVERIFY2(sims["bayes"] <= 70, qPrintable(QString::number(sims["bayes"]))); // 40 + 20 + 10
        QVERIFY(sims["bayes"] < sims["evo"] && sims["bayes"] < sims["random"]);
    }

    /// A session of the past is looked at without a simulator and without its algorithm.
    void readWithoutRunning() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        const auto place = folder->path() / "run";
        auto session = Session::open(problem, optionsFor("random", 4), place, pool());
        QVERIFY(session.ok() && (*session)->run({}).ok());
        const auto again = Session::read(problem, place);
        QVERIFY2(again.ok(), again.ok() ? "" : again.error().message().c_str());
        QCOMPARE((*again)->options().algorithm.name, std::string("random"));
        QCOMPARE((*again)->options().algorithm.seed, std::uint64_t{4});
        QCOMPARE((*again)->options().algorithm.initial, std::size_t{40});
        QCOMPARE((*again)->history().size(), (*session)->history().size());
        QCOMPARE((*again)->population().members.size(), (*session)->population().members.size());
        QCOMPARE((*again)->history().back().meanCost, (*session)->history().back().meanCost);
        QVERIFY(!(*again)->run({}));
        QVERIFY(!Session::read(problem, folder->path())); // no session
        std::ofstream(folder->path() / "session.jsonl") << "{\"ohmscape-session\": 1}\n";
        QCOMPARE(Session::read(problem, folder->path()).error().code, std::string("OPT-031"));
        Problem other = problem;
        other.variables.pop_back();
        QCOMPARE(Session::read(other, place).error().code, std::string("OPT-030"));
    }

    /// Two that run one store would spoil it: the second is told so, whenever it was opened.
    void oneRunsAtATime() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        const auto place = folder->path() / "run";
        auto first = Session::open(problem, optionsFor("evo"), place, pool());
        auto second = Session::open(problem, optionsFor("evo"), place, pool());
        QVERIFY(first.ok() && second.ok());
        std::string during;
        QVERIFY((*first)
                    ->run([&](const IterationReport& r) {
                        if (r.iteration != 1)
                            return;
                        auto third = Session::open(problem, optionsFor("evo"), place, pool());
                        const auto ran = third.ok() ? (*third)->run({}) : third.failure();
                        during = ran.ok() ? std::string() : ran.error().code;
                    })
                    .ok());
        QCOMPARE(during, std::string("OPT-032"));
        const auto late = (*second)->run({});
        QVERIFY(!late.ok());
        QCOMPARE(late.error().code, std::string("OPT-032"));
        QVERIFY((*first)->run({}).ok()); // it knows what is there
        auto again = Session::open(problem, optionsFor("evo"), place, pool());
        QVERIFY(again.ok() && (*again)->run({}).ok());
    }

    /// Two runs of one seed are the same; another seed is not.
    void deterministic() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        std::vector<std::vector<Design>> runs;
        for (const std::uint64_t seed : {3, 3, 4}) {
            auto session =
                Session::open(problem, optionsFor("evo", seed),
                              folder->path() / ("run" + std::to_string(runs.size())), pool());
            QVERIFY(session.ok() && (*session)->run({}).ok());
            std::vector<Design> designs;
            for (const Member& m : (*session)->population().members)
                designs.push_back(m.design);
            runs.push_back(std::move(designs));
        }
        QCOMPARE(runs[0], runs[1]);
        QVERIFY(runs[0] != runs[2]);
    }

    /// A build without pagmo says so.
    void withoutPagmo() {
        const auto made = makeAlgorithm({}, optionsFor("cmaes").algorithm);
        if (!made.ok())
            QCOMPARE(made.error().code, std::string("OPT-025"));
        const auto& names = algorithmNames();
        QVERIFY(std::find(names.begin(), names.end(), "cmaes") != names.end());
    }

    void pagmoGoesOn_data() {
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("differential evolution") << QStringLiteral("de");
        QTest::newRow("cma-es") << QStringLiteral("cmaes");
        QTest::newRow("nsga-ii") << QStringLiteral("nsga2");
    }
    /// Stopped after every iteration and opened anew, it proposes what it would have proposed; each
    /// design is simulated once and counted once.
    void pagmoGoesOn() {
        QFETCH(QString, algorithm);
        if (!havePagmo())
            QSKIP("built without pagmo");
        const auto folder = TemporaryDirectory::create();
        Problem problem = problemIn(dividerIn(folder->path()));
        problem.specs[0].min = 0.2499; // hard to meet: nothing converges
        problem.specs[0].max = 0.2501;
        problem.specs[1].max = 0.06e-3;
        SessionOptions options = optionsFor(algorithm.toStdString(), 9);
        options.mostSims = 260;
        auto whole = Session::open(problem, options, folder->path() / "whole", pool());
        QVERIFY2(whole.ok(), whole.ok() ? "" : whole.error().message().c_str());
        const auto ended = (*whole)->run({});
        QVERIFY2(ended.ok(), ended.ok() ? "" : ended.error().message().c_str());
        for (std::size_t go = 0; go < 60; ++go) {
            auto part = Session::open(problem, options, folder->path() / "parts", pool());
            QVERIFY2(part.ok(), part.ok() ? "" : part.error().message().c_str());
            StopSource source;
            const auto ending =
                (*part)->run([&](const IterationReport&) { source.requestStop(); }, source.token());
            QVERIFY(ending.ok());
            if (*ending != Ending::Stopped)
                break;
        }
        auto parts = Session::open(problem, options, folder->path() / "parts", pool());
        QVERIFY(parts.ok());
        const auto& a = (*whole)->population();
        const auto& b = (*parts)->population();
        QVERIFY(a.members.size() >= 200);
        QCOMPARE(a.members.size(), b.members.size());
        for (std::size_t i = 0; i < a.members.size(); ++i)
            QCOMPARE(a.members[i].design, b.members[i].design);
        const auto& last = (*whole)->history().back();
        QCOMPARE(last.sims, a.known.size());
        QCOMPARE(last.queries + options.algorithm.initial, last.sims);
        QVERIFY(last.meanCost < (*whole)->history().front().meanCost);
    }

    /// Killed with SIGKILL again and again, the session ends with the designs of an undisturbed
    /// one.
    void survivesKill() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        SessionOptions options = optionsFor("random");
        options.mostSims = 100;
        auto whole = Session::open(problem, options, folder->path() / "whole", pool());
        QVERIFY(whole.ok() && (*whole)->run({}).ok());
        const auto run = folder->path() / "killed";
        int kills = 0;
        for (int attempt = 0; attempt < 40; ++attempt) {
            const pid_t child = fork();
            if (child == 0) {
                const auto own = std::make_shared<sim::SimulatorPool>();
                auto session = Session::open(problem, options, run, own);
                std::size_t seen = 0;
                if (!session)
                    _exit(1);
                const auto ending = (*session)->run([&](const IterationReport&) {
                    if (++seen == 2)
                        ::kill(getpid(), SIGKILL);
                });
                _exit(ending ? 0 : 1);
            }
            int status = 0;
            waitpid(child, &status, 0);
            if (WIFEXITED(status)) {
                QCOMPARE(WEXITSTATUS(status), 0);
                break;
            }
            ++kills;
            std::ofstream(run / "session.jsonl", std::ios::app) << "{\"iteration\": 99, \"des";
        }
        QVERIFY(kills >= 3);
        auto resumed = Session::open(problem, options, run, pool());
        QVERIFY2(resumed.ok(), resumed.ok() ? "" : resumed.error().message().c_str());
        const auto& a = (*whole)->population().members;
        const auto& b = (*resumed)->population().members;
        QCOMPARE(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            QCOMPARE(a[i].design, b[i].design);
            QCOMPARE(a[i].values, b[i].values);
        }
    }

    /// Other specs: costs change, nothing is simulated.
    void changedSpecs() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        SessionOptions options = optionsFor("random");
        options.mostSims = 50;
        auto session = Session::open(problem, options, folder->path() / "run", pool());
        QVERIFY(session.ok() && (*session)->run({}).ok());
        const double before = (*session)->population().meanCost();
        Problem harder = problem;
        harder.specs[1].max = 0.02e-3;
        (*session)->setSpecs(harder);
        QVERIFY((*session)->population().meanCost() > before);
        auto reopened = Session::open(harder, options, folder->path() / "run", pool());
        QVERIFY(reopened.ok());
        QCOMPARE((*reopened)->population().meanCost(), (*session)->population().meanCost());
    }

    void otherSessionIsRefused() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        QVERIFY(
            Session::open(problem, optionsFor("random", 1), folder->path() / "run", pool()).ok());
        const auto other =
            Session::open(problem, optionsFor("random", 2), folder->path() / "run", pool());
        QVERIFY(!other.ok());
        QCOMPARE(other.error().code, std::string("OPT-030"));
    }

    void hostile_data() {
        QTest::addColumn<QString>("sizing");
        QTest::addColumn<QString>("code");
        const QString benches =
            QStringLiteral("benches:\n  op: {circuit: divider.cir, analyses: [op]}\n");
        const QString measures =
            QStringLiteral("measurements:\n  vout: {kind: voltage, bench: op, of: out}\n");
        QTest::newRow("nothing") << QStringLiteral("outputs: [out]\n") << QStringLiteral("OPT-001");
        QTest::newRow("contradiction")
            << benches + measures + QStringLiteral("specs: {vout: {min: 1, max: 0.5}}\n")
            << QStringLiteral("OPT-004");
        QTest::newRow("no limit") << benches + measures +
                                         QStringLiteral("specs: {vout: {weight: 1}}\n")
                                  << QStringLiteral("OPT-002");
        QTest::newRow("unknown measurement")
            << benches + measures + QStringLiteral("specs: {gain: {min: 1}}\n")
            << QStringLiteral("OPT-005");
        QTest::newRow("path outside")
            << QStringLiteral("benches:\n  op: {circuit: ../x.cir, analyses: [op]}\n")
            << QStringLiteral("OPT-005");
        QTest::newRow("command as analysis")
            << QStringLiteral("benches:\n  op: {circuit: divider.cir, analyses: [shell ls]}\n")
            << QStringLiteral("OPT-002");
        QTest::newRow("wrong analysis")
            << benches + QStringLiteral("measurements: {g: {kind: gain, bench: op, of: out}}\n")
            << QStringLiteral("OPT-002");
    }
    void hostile() {
        QFETCH(QString, sizing);
        QFETCH(QString, code);
        const auto folder = TemporaryDirectory::create();
        const auto project = project::readProject(dividerIn(folder->path(), sizing.toStdString()));
        QVERIFY(project.ok());
        const auto problem = problemOf(*project);
        QVERIFY(!problem.ok());
        QCOMPARE(QString::fromStdString(problem.error().code), code);
        QVERIFY(!problem.error().text.empty());
    }

    void emptySpace() {
        auto project = project::readProject(kProjects / "two-stage-opamp");
        QVERIFY(project.ok());
        for (auto& p : project->parameters)
            p.min = p.max = p.value;
        const auto problem = problemOf(*project);
        QVERIFY(!problem.ok());
        QCOMPARE(problem.error().code, std::string("OPT-003"));
    }
};

QTEST_GUILESS_MAIN(TestSizing)
#include "tst_sizing.moc"
