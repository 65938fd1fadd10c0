// SPDX-License-Identifier: GPL-3.0-or-later
// What a judge said before a simulation against what the simulation gave.
#include "core/optimize/calibration.h"
#include "core/optimize/store.h"
#include "core/runs/sizingrun.h"
#include "tests/core/optimize/sizinghelpers.h"

#include <cmath>

#include <nlohmann/json.hpp>

using namespace ohm;
using namespace ohm::optimize;
using namespace ohm::optimize::testing;

class TestJudgeClaims : public QObject {
    Q_OBJECT
private slots:
    void figures() {
        // Four at 0.9 of which three came, four at 0.3 of which one came.
        const std::vector<Claim> claims{{0.9, true}, {0.9, true},  {0.9, false}, {0.9, true},
                                        {0.3, true}, {0.3, false}, {0.3, false}, {0.3, false}};
        const Calibration c = calibrationOf(claims, 5);
        QCOMPARE(c.count, std::size_t{8});
        QVERIFY(std::fabs(c.said - 0.6) < 1e-12);
        QVERIFY(std::fabs(c.came.rate - 0.5) < 1e-12);
        QVERIFY(std::fabs(c.right - 0.75) < 1e-12);
        const double brier = (3 * 0.01 + 0.81 + 3 * 0.09 + 0.49) / 8;
        QVERIFY(std::fabs(c.brier - brier) < 1e-12);
        QCOMPARE(c.bins.size(), std::size_t{2});
        QVERIFY(std::fabs(c.bins[0].low - 0.2) < 1e-12 && std::fabs(c.bins[0].high - 0.4) < 1e-12);
        QVERIFY(std::fabs(c.bins[0].said - 0.3) < 1e-12);
        QVERIFY(std::fabs(c.bins[0].came.rate - 0.25) < 1e-12);
        QVERIFY(std::fabs(c.bins[1].low - 0.8) < 1e-12 && c.bins[1].count == 4);
        QVERIFY(std::fabs(c.error - (0.5 * 0.05 + 0.5 * 0.15)) < 1e-12);
        QVERIFY(c.verdict() == Calibration::Verdict::TooFew);
        // The ends belong to the outermost ranges.
        const Calibration ends = calibrationOf(std::vector<Claim>{{0, false}, {1, true}}, 5);
        QCOMPARE(ends.bins.front().low, 0.0);
        QCOMPARE(ends.bins.back().high, 1.0);
        QCOMPARE(ends.error, 0.0);
        QCOMPARE(calibrationOf({}, 5).count, std::size_t{0});
        const double no = std::nan("");
        const Calibration some = calibrationOf(std::vector<Claim>{{no, false}, {0.8, true}}, 5);
        QCOMPARE(some.count, std::size_t{1});
        QVERIFY(std::fabs(some.said - 0.8) < 1e-12);
        QCOMPARE(calibrationOf(std::vector<Claim>{{no, true}}, 5).count, std::size_t{0});
    }

    void verdicts() {
        const auto of = [](double said, int came, int count) {
            std::vector<Claim> claims;
            for (int i = 0; i < count; ++i)
                claims.push_back({said, i < came});
            return calibrationOf(claims).verdict();
        };
        QVERIFY(of(0.9, 30, 100) == Calibration::Verdict::TooSure);
        QVERIFY(of(0.1, 30, 100) == Calibration::Verdict::TooDoubtful);
        QVERIFY(of(0.3, 30, 100) == Calibration::Verdict::Fits);
        QVERIFY(of(1.0, 297, 300) == Calibration::Verdict::Fits); // what does not matter
        QVERIFY(of(0.9, 3, 10) == Calibration::Verdict::TooFew);
    }

    void beliefsAgainstValues() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        // vout within 0.23 .. 0.27, supply at most 0.2 mA.
        const std::vector<Belief> beliefs{
            {{0.8, 0.4}, {0.7, 0.6}}, {{0.2, 0.9}, {0.1, 0.3}}, {{0.5, 0.5}, {0.5, 0.5}}};
        const std::vector<std::vector<double>> values{{0.25, 0.1e-3}, {0.5, 0.3e-3}, {}};
        const auto claims = claimsOf(problem, beliefs, values, {0.4, 0.3e-3});
        QCOMPARE(claims.size(), std::size_t{2});
        QCOMPARE(claims[0].spec, std::string("vout"));
        QCOMPARE(claims[0].meets.size(), std::size_t{2}); // the third could not be simulated
        QVERIFY(claims[0].meets[0].came && !claims[0].meets[1].came);
        QCOMPARE(claims[1].meets[1].said, 0.9);
        QVERIFY(claims[1].meets[0].came && !claims[1].meets[1].came);
        QVERIFY(claims[0].better[0].came && !claims[0].better[1].came);
        // Equal to the reference: better, as the judge is taught of upper limits.
        QVERIFY(claims[1].better[0].came && claims[1].better[1].came);
        QVERIFY(claimsOf(problem, {}, values, {}).empty());
        QVERIFY(claimsOf(problem, beliefs, values, {})[0].better.empty()); // no reference
        // A judge gone astray claims nothing; the others count as a store keeps them.
        const auto astray = claimsOf(problem, {{{std::nan(""), 0.50004}, {}}}, values, {});
        QVERIFY(astray[0].meets.empty());
        QCOMPARE(astray[1].meets[0].said, 0.5);
    }

    void keptWithTheSession_data() {
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("bayes") << "bayes";
        QTest::newRow("bagnet-fc") << "bagnet-fc";
    }
    /// A session keeps what was said, also for who only reads it and under other specs.
    void keptWithTheSession() {
        QFETCH(QString, algorithm);
        const auto folder = TemporaryDirectory::create();
        Problem problem = problemIn(dividerIn(folder->path()));
        problem.benches.front().timeoutSeconds = 5;
        SessionOptions options = optionsFor(algorithm.toStdString(), 3);
        options.algorithm.threads = 1;
        options.algorithm.gradientSteps = 20;
        options.mostSims = 60;
        options.target = 1000;
        const auto place = folder->path() / "run";
        auto session = Session::open(problem, options, place, pool());
        if (!session && session.error().code == "LEARN-040")
            QSKIP("this build has no engine");
        QVERIFY2(session.ok(), session.ok() ? "" : session.error().message().c_str());
        QVERIFY((*session)->run({}).ok());
        const auto& history = (*session)->history();
        QVERIFY(history.front().claims.empty()); // nobody chose the first ones
        std::vector<Claim> meets;
        for (std::size_t i = 1; i < history.size(); ++i) {
            QCOMPARE(history[i].claims.size(), std::size_t{2});
            QCOMPARE(history[i].claims[0].spec, std::string("vout"));
            QCOMPARE(history[i].claims[0].meets.size(), std::size_t{5});
            QCOMPARE(history[i].claims[0].better.empty(), algorithm == "bayes");
            for (const auto& spec : history[i].claims)
                meets.insert(meets.end(), spec.meets.begin(), spec.meets.end());
        }
        const Calibration c = calibrationOf(meets);
        QCOMPARE(c.count, std::size_t{40}); // four iterations, five designs, two specs
        for (const Claim& claim : meets)
            QVERIFY(claim.said >= 0 && claim.said <= 1);
        // What came is what the designs' penalties say, in their order.
        const auto& members = (*session)->population().members;
        for (std::size_t i = 0; i < 5; ++i)
            QCOMPARE(history[1].claims[1].meets[i].came, members[40 + i].penalties[1] == 0);
        const auto again = Session::read(problem, place);
        QVERIFY(again.ok());
        const auto& stored = (*again)->history();
        QCOMPARE(stored.size(), history.size());
        const Claim& one = stored.back().claims[0].meets[2];
        QCOMPARE(one.said, history.back().claims[0].meets[2].said); // the figures are the same
        QCOMPARE(one.came, history.back().claims[0].meets[2].came);
        Problem easy = problem;
        easy.specs[1].max = 1;
        (*session)->setSpecs(easy);
        QCOMPARE((*session)->history()[1].claims[1].meets[0].came, members[40].values[1] <= 0.2e-3);
    }

    /// How a judge chooses belongs to a session; stores of before say nothing of it and go on.
    void settingsOfTheJudge() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        SessionOptions options = optionsFor("random", 3);
        options.mostSims = 40;
        const auto place = folder->path() / "run";
        auto session = Session::open(problem, options, place, pool());
        QVERIFY(session.ok() && (*session)->run({}).ok());
        options.algorithm.pool = 100;
        QCOMPARE(Session::open(problem, options, place, pool()).error().code,
                 std::string("OPT-030"));
        // As earlier versions wrote it: their headers and starts say nothing.
        const auto store = place / "session.jsonl";
        const auto without = [&](const std::string& key) {
            std::string text;
            const auto before = readLines(store);
            for (const std::string& line : *before) {
                auto json = nlohmann::json::parse(line);
                json.erase(key);
                text += json.dump() + "\n";
            }
            return writeFileAtomically(store, text).ok();
        };
        QVERIFY(without("pool") && without("designs_per_step"));
        QVERIFY(!judgeSettingsOf(*readLines(store)).complete());
        QCOMPARE((*Session::read(problem, place))->options().algorithm.pool, std::size_t{0});
        // What it goes on with is kept, and is what it goes on with from then on.
        options.mostSims = 60;
        auto again = Session::open(problem, options, place, pool());
        QVERIFY(again.ok() && (*again)->run({}).ok());
        QVERIFY(judgeSettingsOf(*readLines(store)).complete());
        QCOMPARE((*Session::read(problem, place))->options().algorithm.pool, std::size_t{100});
        QVERIFY(Session::open(problem, options, place, pool()).ok());
        options.algorithm.pool = 0;
        QCOMPARE(Session::open(problem, options, place, pool()).error().code,
                 std::string("OPT-030"));
    }

    /// Stores of before may say null where a judge gave no number: unknown, not damaged.
    void noNumbers() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        SessionOptions options = optionsFor("random", 3);
        options.mostSims = 45;
        const auto place = folder->path() / "run";
        auto session = Session::open(problem, options, place, pool());
        QVERIFY(session.ok() && (*session)->run({}).ok());
        const auto store = place / "session.jsonl";
        std::string text;
        const auto before = readLines(store);
        for (const std::string& line : *before) {
            auto json = nlohmann::json::parse(line);
            if (json.contains("iteration")) {
                json["loss"] = json["accuracy"] = nullptr;
                json["claims"] = {
                    {"vout",
                     {{"meets", nlohmann::json::array({nlohmann::json::array({nullptr, true}),
                                                       nlohmann::json::array({0.25, true})})}}}};
            }
            text += json.dump() + "\n";
        }
        QVERIFY(writeFileAtomically(store, text).ok());
        const auto again = Session::read(problem, place);
        QVERIFY2(again.ok(), again.ok() ? "" : again.error().message().c_str());
        const auto& last = (*again)->history().back();
        QCOMPARE(last.loss, -1.0);
        QCOMPARE(last.accuracy, -1.0);
        QCOMPARE(last.claims.front().meets.size(), std::size_t{1});
        QCOMPARE(last.claims.front().meets.front().said, 0.25);
        // A list of runs reads the claims of the store alone, too.
        const auto listed = runs::readSizingRun(place);
        QVERIFY(listed.ok());
        QCOMPARE(listed->judged.size(), std::size_t{1});
        QCOMPARE(listed->judged.front().figures.count, (*again)->history().size());
        QCOMPARE(listed->judged.front().figures.said, 0.25);
        // Its own record, too.
        runs::SizingRun record = *listed;
        record.judged.push_back({"supply", false, calibrationOf(std::vector<Claim>{{0.5, true}})});
        record.judged.back().figures.said = std::nan("");
        QVERIFY(runs::writeSizingRun(record, place).ok());
        const auto read = runs::readSizingRun(place);
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(read->judged.size(), std::size_t{1});
    }

    void moreThanTheTwenty_data() {
        QTest::addColumn<QString>("algorithm");
        for (const char* name : {"evo", "oracle", "bagnet-fc"})
            QTest::newRow(name) << name;
    }
    /// Past the best 20 that meet every spec, up to a higher target.
    void moreThanTheTwenty() {
        QFETCH(QString, algorithm);
        const auto folder = TemporaryDirectory::create();
        Problem problem = problemIn(dividerIn(folder->path()));
        problem.benches.front().timeoutSeconds = 5;
        problem.specs[1].max = 1; // so that it is soon
        SessionOptions options = optionsFor(algorithm.toStdString(), 1);
        options.algorithm.threads = 1;
        options.algorithm.gradientSteps = 20;
        options.target = 30;
        auto session = Session::open(problem, options, folder->path() / "run", pool());
        if (!session && session.error().code == "LEARN-040")
            QSKIP("this build has no engine");
        QVERIFY2(session.ok(), session.ok() ? "" : session.error().message().c_str());
        const auto ending = (*session)->run({});
        QVERIFY2(ending.ok(), ending.ok() ? "" : ending.error().message().c_str());
        QCOMPARE(*ending, Ending::Converged);
        QVERIFY((*session)->population().meetingAll() >= 30);
        const auto& history = (*session)->history();
        QVERIFY(std::any_of(history.begin(), history.end(), [](const IterationReport& r) {
            return r.meetingAll >= 20 && r.meetingAll < 30;
        })); // it went on from there
    }
};

QTEST_GUILESS_MAIN(TestJudgeClaims)
#include "tst_judgeclaims.moc"
