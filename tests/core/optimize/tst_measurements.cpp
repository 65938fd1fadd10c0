// SPDX-License-Identifier: GPL-3.0-or-later
// Measurements that are made of others, noise, and set-ups that cannot work.
#include "core/optimize/check.h"
#include "core/optimize/measure.h"
#include "tests/core/optimize/sizinghelpers.h"

#include <cmath>

using namespace ohm;
using namespace ohm::optimize;
using namespace ohm::optimize::testing;
namespace fs = std::filesystem;

namespace {

/// A divider with a capacitor: everything about it is known on paper.
fs::path filterIn(const fs::path& folder, const std::string& measurements,
                  const std::string& specs = "  vout: {min: 0.1}\n",
                  const std::string& benches = {}) {
    std::ofstream(folder / "filter.cir") << "* filter\n.param r1=1k r2=1k\nv1 in 0 dc 1 ac 1\n"
                                            "r1 in out {r1}\nr2 out 0 {r2}\nc1 out 0 1n\n.end\n";
    // Two sources of different voltage in parallel: no solution at all.
    std::ofstream(folder / "broken.cir")
        << "* broken\n.param r1=1k r2=1k\nv1 in 0 dc 1\nv2 in 0 dc 2\n"
           "r1 in out {r1}\nr2 out 0 {r2}\n.end\n";
    std::ofstream(folder / "project.yaml")
        << "name: filter\ncircuits: [filter.cir]\nparameters:\n"
           "  r1: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
           "  r2: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
           "benches:\n"
           "  ac: {circuit: filter.cir, analyses: [ac dec 20 1 10meg, op]}\n"
           "  noise: {circuit: filter.cir, analyses: [noise out v1 dec 20 1 1g]}\n"
        << benches
        << "measurements:\n"
           "  vout: {kind: voltage, bench: ac, of: out}\n"
        << measurements << "specs:\n"
        << specs;
    return folder;
}
bool near(double a, double b, double relative = 1e-4) {
    return std::fabs(a - b) <= relative * std::fabs(b);
}
constexpr double k4kT = 4 * 1.380649e-23 * 300.15;

} // namespace

class TestMeasurements : public QObject {
    Q_OBJECT
private:
    static double measured(const Problem& problem, const Design& design, const char* name) {
        Evaluator evaluator(problem, pool());
        const auto result = evaluator.evaluate({design});
        if (!result || !result->front().valid)
            qFatal("%s",
                   result ? result->front().failure.c_str() : result.error().message().c_str());
        for (std::size_t m = 0; m < problem.measures.size(); ++m) {
            if (problem.measures[m].name == name)
                return result->front().values[m];
        }
        qFatal("no measurement %s", name);
        return 0;
    }

private slots:
    /// A matched parameter follows its partner in every deck, in expressions and in the netlist.
    void matchedParameters() {
        const auto folder = TemporaryDirectory::create("ohmtest");
        filterIn(folder->path(), "  ratio: {expr: \"r2/r1\"}\n");
        const auto file = folder->path() / "project.yaml";
        std::string text(readFile(file)->view());
        const std::string free = "  r2: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n";
        const auto with = [&](const std::string& row) {
            std::string changed = text;
            changed.replace(changed.find(free), free.size(), row);
            std::ofstream(file) << changed;
            const auto project = project::readProject(folder->path());
            return project ? problemOf(*project) : Expected<Problem>(project.failure());
        };
        const auto problem = with("  r2: {matches: 3*r1, unit: ohm}\n");
        QVERIFY2(problem, problem ? "" : problem.error().message().c_str());
        QCOMPARE(problem->variables.size(), std::size_t{1});
        Design design = problem->nominal();
        design[0] = problem->variables[0].nearest(2000);
        QCOMPARE(problem->parameters(design).back(), std::pair(std::string("r2"), 6000.0));
        QVERIFY(near(measured(*problem, design, "vout"), 0.75));
        QVERIFY(near(measured(*problem, design, "ratio"), 3));
        const auto netlist = designNetlist(*problem, design);
        QVERIFY(netlist && netlist->find("* r2 = 6k") != std::string::npos);
        QVERIFY(checkProblem(*problem));
        const auto project = project::readProject(folder->path());
        QVERIFY(project && project->diagnostics.empty()); // a key like any other

        const auto unknown = with("  r2: {matches: 3*r7}\n");
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, std::string("OPT-005"));
        QCOMPARE(unknown.error().detail, std::string("r7"));
        const auto both = with("  r2: {matches: r1, value: 1k, min: 1, max: 10k}\n");
        QCOMPARE(both.error().code, std::string("OPT-002"));
        const auto nonsense = with("  r2: {matches: \"3*(r1\"}\n");
        QVERIFY(!nonsense && nonsense.error().where.find("parameters.r2") != std::string::npos);
        const auto nowhere = with(free + "  r9: {matches: r1}\n");
        QVERIFY(nowhere);
        QCOMPARE(checkProblem(*nowhere).error().code, std::string("OPT-005"));
    }

    void expressions_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("value");
        // gain 0.5, corner at 1 / (2 pi 500 ohm 1 nF), power 0.5 mW, r1 = r2 = 1k.
        const double corner = 1 / (2 * M_PI * 500 * 1e-9);
        QTest::newRow("product") << QStringLiteral("gain*bw") << 0.5 * corner;
        QTest::newRow("db") << QStringLiteral("db(gain)") << 20 * std::log10(0.5);
        QTest::newRow("max") << QStringLiteral("max(gain, vout, 0.75)") << 0.75;
        QTest::newRow("min of abs") << QStringLiteral("min(abs(-gain), 2)") << 0.5;
        QTest::newRow("parameter") << QStringLiteral("r1/(r1+3*r2)") << 0.25;
        QTest::newRow("scale") << QStringLiteral("gain*10meg") << 5e6;
        QTest::newRow("exponent") << QStringLiteral("gain*1e-3") << 5e-4;
        QTest::newRow("choice") << QStringLiteral("gain > 0.4 ? 2 : 3") << 2.0;
        QTest::newRow("of an expression") << QStringLiteral("later^2") << 0.25;
        QTest::newRow("upper case") << QStringLiteral("GAIN+VOUT") << 1.0;
    }
    void expressions() {
        QFETCH(QString, text);
        QFETCH(double, value);
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(
            filterIn(folder->path(), "  what: {expr: \"" + text.toStdString() +
                                         "\", unit: Hz}\n"
                                         "  later: {expr: gain*1}\n"
                                         "  gain: {kind: gain, bench: ac, of: out}\n"
                                         "  bw: {kind: bandwidth, bench: ac, of: out}\n"));
        QCOMPARE(problem.measures[1].unit, std::string("Hz"));
        const double got = measured(problem, problem.nominal(), "what");
        QVERIFY2(near(got, value, 2e-3), qPrintable(QString::number(got, 'g', 9)));
    }

    /// The value follows the design also where no deck has the parameter's use, from the cache too.
    void parametersOfTheDesign() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem =
            problemIn(filterIn(folder->path(), "  sum: {expr: r1 + r2, unit: ohm}\n"));
        QVERIFY(near(measured(problem, problem.nominal(), "sum"), 2000));
        QVERIFY(near(measured(problem, {0, 99}, "sum"), 10100));
    }

    /// A design whose expression has no value counts as failed, the others go on.
    void noValue() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(filterIn(folder->path(), "  odd: {expr: 1/(r1-1k)}\n"));
        Evaluator evaluator(problem, pool());
        const auto result = evaluator.evaluate({problem.nominal(), {0, 0}});
        QVERIFY(result.ok());
        QVERIFY(!(*result)[0].valid && (*result)[1].valid);
        QVERIFY((*result)[0].failure.find("odd") != std::string::npos);
    }

    /// Thermal noise of 500 ohm behind 1 nF; in all, kT/C.
    void noise() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(filterIn(
            folder->path(), "  spot: {kind: output_noise, bench: noise, at: 1k}\n"
                            "  in: {kind: input_noise, bench: noise, at: 1k}\n"
                            "  total: {kind: output_noise, bench: noise}\n"
                            "  band: {kind: output_noise, bench: noise, from: 10, to: 1k}\n"));
        const double density = std::sqrt(k4kT * 500);
        const Design d = problem.nominal();
        QVERIFY(near(measured(problem, d, "spot"), density, 1e-3));
        QVERIFY(near(measured(problem, d, "in"), 2 * density, 1e-3));
        QVERIFY(near(measured(problem, d, "band"), density * std::sqrt(990.0), 1e-3));
        const double total = std::sqrt(k4kT / 4 / 1e-9);
        QVERIFY2(near(measured(problem, d, "total"), total, 5e-3),
                 qPrintable(QString::number(measured(problem, d, "total") / total)));
        QVERIFY(formatMeasure(problem.measures[1], density).find("V/√Hz") != std::string::npos);
    }

    void hostile_data() {
        QTest::addColumn<QString>("measurements");
        QTest::addColumn<QString>("specs");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("says");
        const QString specs = QStringLiteral("  vout: {min: 0.1}\n");
        const auto row = [&](const char* name, const char* measurements, const char* code,
                             const char* says, const QString& own = {}) {
            QTest::newRow(name) << QString::fromLatin1(measurements)
                                << (own.isEmpty() ? specs : own) << QString::fromLatin1(code)
                                << QString::fromLatin1(says);
        };
        row("circle", "  a: {expr: b+1}\n  b: {expr: c}\n  c: {expr: a*2}\n", "OPT-006",
            "a -> b -> c -> a");
        row("itself", "  a: {expr: a}\n", "OPT-006", "a -> a");
        row("unknown name", "  a: {expr: gian*2}\n", "OPT-005", "gian");
        row("unknown function", "  a: {expr: loudness(vout)}\n", "NET-103", "loudness");
        row("syntax", "  a: {expr: \"vout*(\"}\n", "NET-101", "measurements.a");
        row("both", "  a: {expr: vout, kind: gain, bench: ac, of: out}\n", "OPT-002", "alone");
        row("unknown net", "  a: {kind: gain, bench: ac, of: oot}\n", "OPT-005", "oot");
        row("unknown source", "  a: {kind: current, bench: ac, source: vdd}\n", "OPT-005", "vdd");
        row("unknown bench", "  a: {kind: gain, bench: dc, of: out}\n", "OPT-005", "dc");
        row("noise without", "  a: {kind: input_noise, bench: ac, at: 1k}\n", "OPT-002", "noise");
        row("band upside down", "  a: {kind: input_noise, bench: noise, from: 10, to: 1}\n",
            "OPT-002", "band");
        row("frequency of a gain", "  a: {kind: gain, bench: ac, of: out, at: 3}\n", "OPT-002",
            "noise");
        row("two of one name", "  vout: {expr: 1}\n", "OPT-002", "one name");
        row("specs exclude each other", "", "OPT-004", "exclude",
            QStringLiteral("  vout: {min: 0.5}\n  vout: {max: 0.4}\n"));
        row("spec of nothing", "", "OPT-005", "pm", QStringLiteral("  pm: {min: 60}\n"));
    }
    /// Told in a sentence, before any simulation.
    void hostile() {
        QFETCH(QString, measurements);
        QFETCH(QString, specs);
        QFETCH(QString, code);
        QFETCH(QString, says);
        const auto folder = TemporaryDirectory::create();
        const auto project = project::readProject(
            filterIn(folder->path(), measurements.toStdString(), specs.toStdString()));
        if (!project.ok()) { // the reader may refuse two keys of one name itself
            QCOMPARE(code.left(5), QStringLiteral("OPT-0"));
            QVERIFY(!project.error().text.empty());
            return;
        }
        const auto problem = problemOf(*project);
        Error error;
        if (!problem) {
            error = problem.error();
        } else {
            const auto session =
                Session::open(*problem, optionsFor("random"), folder->path() / "run", pool());
            QVERIFY(!session.ok());
            error = session.error();
            QVERIFY(!fs::exists(folder->path() / "run"));
        }
        QVERIFY2(QString::fromStdString(error.code) == code, error.message().c_str());
        QVERIFY2(QString::fromStdString(error.message()).contains(says), error.message().c_str());
    }

    void unknownParameter() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(filterIn(folder->path(), ""));
        Problem other = problem;
        other.variables.push_back({"width", "m", 1e-6, 1e-5, 1e-6, false, 2e-6});
        const auto fine = checkProblem(other);
        QVERIFY(!fine.ok());
        QCOMPARE(fine.error().code, std::string("OPT-005"));
        QVERIFY(fine.error().message().find("width") != std::string::npos);
    }

    /// A bench without any solution: one sentence after five designs, not a hundred failures.
    void neverConverges() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem =
            problemIn(filterIn(folder->path(), "  other: {kind: voltage, bench: broken, of: out}\n",
                               "  other: {min: 0.1}\n",
                               "  broken: {circuit: broken.cir, analyses: [op], timeout: 5}\n"));
        auto session = Session::open(problem, optionsFor("random"), folder->path() / "run", pool());
        QVERIFY2(session.ok(), session.ok() ? "" : session.error().message().c_str());
        const auto ending = (*session)->run({});
        QVERIFY(!ending.ok());
        QCOMPARE(ending.error().code, std::string("OPT-041"));
        QVERIFY2(ending.error().message().find("(broken)") != std::string::npos,
                 ending.error().message().c_str());
        QVERIFY((*session)->history().empty());
    }

    void tooFewDesigns() {
        const auto folder = TemporaryDirectory::create();
        Problem problem = problemIn(filterIn(folder->path(), ""));
        problem.variables.resize(1);
        problem.variables[0].step = 1000; // ten of them
        const auto session =
            Session::open(problem, optionsFor("random"), folder->path() / "run", pool());
        QVERIFY(!session.ok());
        QCOMPARE(session.error().code, std::string("OPT-003"));
    }
};

QTEST_GUILESS_MAIN(TestMeasurements)
#include "tst_measurements.moc"
