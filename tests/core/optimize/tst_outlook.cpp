// SPDX-License-Identifier: GPL-3.0-or-later
// What a session says about what is ahead, and when it ends by itself.
#include "core/optimize/store.h"
#include "tests/core/optimize/sizinghelpers.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include <nlohmann/json.hpp>

using namespace ohm;
using namespace ohm::optimize;
using namespace ohm::optimize::testing;

namespace {

/// `count` iterations of five designs and two seconds each after 100 initial ones.
std::vector<IterationReport> historyOf(std::size_t count, double (*cost)(std::size_t),
                                       std::size_t (*met)(std::size_t)) {
    std::vector<IterationReport> all;
    for (std::size_t i = 0; i <= count; ++i) {
        IterationReport r;
        r.iteration = i;
        r.sims = 100 + 5 * i;
        r.meanCost = cost(i);
        r.meetingAll = met(i);
        r.iterationSeconds = i == 0 ? 60 : 2;
        r.seconds = 60 + 2.0 * static_cast<double>(i);
        all.push_back(r);
    }
    return all;
}
std::size_t none(std::size_t) {
    return 0;
}

} // namespace

class TestOutlook : public QObject {
    Q_OBJECT
private slots:
    /// One more design meets everything every second iteration: 12 are lacking, so 120 designs.
    void countRises() {
        const auto history = historyOf(
            16, [](std::size_t) { return 0.2; }, [](std::size_t i) { return i / 2; });
        const Outlook o = lookAhead(history, {1000, 0, 20, 0});
        QVERIFY(o.simsLeft && o.secondsLeft && o.mostSecondsLeft);
        QCOMPARE(*o.simsLeft, std::size_t{120});
        QVERIFY(std::fabs(*o.secondsLeft - 48) < 1e-9); // 0.4 s a design, not the 0.6 of the start
        QCOMPARE(o.budgetLeft, std::size_t{820});
        QVERIFY(std::fabs(*o.mostSecondsLeft - 328) < 1e-9);
        // The budget ends it first.
        const Outlook tight = lookAhead(history, {200, 0, 20, 0});
        QVERIFY(std::fabs(*tight.secondsLeft - 8) < 1e-9);
        const Outlook timed = lookAhead(history, {1000, 0, 20, history.back().seconds + 3});
        QVERIFY(std::fabs(*timed.secondsLeft - 3) < 1e-9);
    }

    /// A mean cost that halves every five designs: from 1 to 0.01 takes log2(100) times as many.
    void costFalls() {
        const auto history = historyOf(
            6, [](std::size_t i) { return std::pow(0.5, double(i) - 6); }, none);
        const Outlook o = lookAhead(history, {1000, 0, 20, 0});
        QVERIFY(o.simsLeft.has_value());
        QCOMPARE(*o.simsLeft, std::size_t(std::ceil(5 * std::log2(100))));
        QCOMPARE(o.withoutProgress, std::size_t{0});
    }

    void unknown_data() {
        QTest::addColumn<int>("iterations");
        QTest::addColumn<bool>("flat");
        QTest::newRow("only the beginning") << 0 << false;
        QTest::newRow("too short") << 2 << false;
        QTest::newRow("nothing gets better") << 30 << true;
    }
    /// No number is made up where there is none.
    void unknown() {
        QFETCH(int, iterations);
        QFETCH(bool, flat);
        const auto history =
            flat ? historyOf(
                       iterations, [](std::size_t) { return 0.7; }, none)
                 : historyOf(
                       iterations, [](std::size_t i) { return 1.0 / (1 + i); }, none);
        const Outlook o = lookAhead(history, {1000, 0, 20, 0});
        QVERIFY(!o.simsLeft);
        QVERIFY(!o.secondsLeft);
        QCOMPARE(o.mostSecondsLeft.has_value(), iterations > 0);
        QCOMPARE(o.withoutProgress, flat ? std::size_t(iterations) : std::size_t{0});
    }

    void criteria_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("target") << int(Ending::Converged);
        QTest::newRow("budget") << int(Ending::Budget);
        QTest::newRow("stagnation") << int(Ending::Stagnation);
        QTest::newRow("time") << int(Ending::Time);
    }
    void criteria() {
        QFETCH(int, which);
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        const auto ending = static_cast<Ending>(which);
        SessionOptions options = optionsFor("random", 2);
        options.mostSims = 600;
        if (ending == Ending::Converged)
            options.target = 3;
        if (ending == Ending::Budget)
            options.mostSims = 60;
        if (ending == Ending::Stagnation)
            options.stagnation = 1;
        if (ending == Ending::Time)
            options.mostSeconds = 1e-3;
        auto session = Session::open(problem, options, folder->path() / "run", pool());
        QVERIFY(session.ok());
        const auto got = (*session)->run({});
        QVERIFY(got.ok());
        QVERIFY2(*got == ending, endingText(*got));
        const auto& last = (*session)->history().back();
        if (ending == Ending::Converged)
            QVERIFY(last.meetingAll >= 3 && last.meetingAll < 20);
        if (ending == Ending::Budget)
            QCOMPARE(last.outlook.budgetLeft, std::size_t{0});
        if (ending == Ending::Stagnation)
            QVERIFY(last.outlook.withoutProgress >= 1);
        QCOMPARE(last.bestValues.size(), problem.measures.size());
        // The store says with what it was started and how it ended, and is read again.
        const auto lines = readLines(folder->path() / "run" / "session.jsonl");
        QVERIFY(lines.ok());
        const auto end = nlohmann::json::parse(lines->back());
        QCOMPARE(end.at("ending").get<std::string>(), std::string(endingText(ending)));
        const auto start = nlohmann::json::parse((*lines)[1]);
        QCOMPARE(start.at("target").get<std::size_t>(), options.target);
        auto again = Session::open(problem, options, folder->path() / "run", pool());
        QVERIFY2(again.ok(), again.ok() ? "" : again.error().message().c_str());
        QCOMPARE((*again)->history().size(), (*session)->history().size());
        QCOMPARE((*again)->history().back().iterationSeconds, last.iterationSeconds);
        QCOMPARE((*again)->history().back().simulated, last.simulated);
    }

    /// Other criteria: what ended goes on.
    void moreBudget() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        SessionOptions options = optionsFor("random", 2);
        options.mostSims = 50;
        auto session = Session::open(problem, options, folder->path() / "run", pool());
        QVERIFY(session.ok() && *(*session)->run({}) == Ending::Budget);
        (*session)->setCriteria({70, 0, 20, 0});
        QCOMPARE((*session)->history().back().outlook.budgetLeft, std::size_t{20});
        QVERIFY(*(*session)->run({}) == Ending::Budget);
        QCOMPARE((*session)->history().back().sims, std::size_t{70});
    }

    /// A pause is not work.
    void pausesAreLeftOut() {
        const auto folder = TemporaryDirectory::create();
        const Problem problem = problemIn(dividerIn(folder->path()));
        SessionOptions options = optionsFor("random", 2);
        options.mostSims = 60;
        auto session = Session::open(problem, options, folder->path() / "run", pool());
        QVERIFY(session.ok());
        constexpr auto kPause = std::chrono::milliseconds(1500);
        StopSource source;
        std::thread resume;
        const auto begin = std::chrono::steady_clock::now();
        const auto ending = (*session)->run(
            [&](const IterationReport& r) {
                if (r.iteration != 1)
                    return;
                source.setPaused(true);
                resume = std::thread([&] {
                    std::this_thread::sleep_for(kPause);
                    source.setPaused(false);
                });
            },
            source.token());
        const double wall =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        resume.join();
        QVERIFY(ending.ok());
        QVERIFY(wall > 1.4);
        QVERIFY((*session)->history().back().seconds < wall - 1.2);
    }
};

QTEST_GUILESS_MAIN(TestOutlook)
#include "tst_outlook.moc"
