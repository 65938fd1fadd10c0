// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/diagnostic.h"
#include "core/base/error.h"
#include "core/base/job.h"
#include "core/base/log.h"

#include <QTest>

#include <thread>

class TestJob : public QObject {
    Q_OBJECT
private slots:
    void defaultTokenNeverStops() { QVERIFY(!ohm::StopToken().shouldStop()); }
    void stops() {
        ohm::StopSource source;
        const ohm::StopToken token = source.token();
        QVERIFY(!token.shouldStop());
        source.requestStop();
        QVERIFY(token.shouldStop());
        QVERIFY(token.stopRequested());
    }
    void pausesAndResumes() {
        ohm::StopSource source;
        std::atomic<int> steps{0};
        source.setPaused(true);
        std::thread worker([&, token = source.token()] {
            while (!token.shouldStop())
                ++steps;
        });
        QTest::qWait(20);
        QCOMPARE(steps.load(), 0);
        source.setPaused(false);
        QTRY_VERIFY(steps.load() > 0);
        source.setPaused(true);
        source.requestStop(); // must also wake a paused job
        worker.join();
        QVERIFY(source.stopRequested());
    }
    void expectedHoldsEither() {
        const auto half = [](int n) -> ohm::Expected<int> {
            if (n % 2)
                return ohm::fail("T-001", "It is odd", "remainder 1", "n", "Take an even one");
            return n / 2;
        };
        QCOMPARE(*half(4), 2);
        QVERIFY(!half(3).ok());
        QCOMPARE(half(3).error().message(),
                 std::string("It is odd (n): remainder 1. Take an even one [T-001]"));
        const ohm::Expected<void> passedOn = half(3).failure();
        QCOMPARE(passedOn.error().code, std::string("T-001"));
    }
    void diagnosticText() {
        ohm::Diagnostic d{ohm::Severity::Warning, "NET-050", "Odd", "a.sp", 3, 7, {}};
        QCOMPARE(ohm::toString(d), std::string("a.sp:3:7: warning: Odd [NET-050]"));
        QVERIFY(!ohm::hasErrors({d}));
        d.severity = ohm::Severity::Error;
        QVERIFY(ohm::hasErrors({d}));
    }
    void logReachesSinks() {
        std::string seen;
        const int id =
            ohm::log::addSink([&](ohm::log::Level, std::string_view room, std::string_view text) {
                seen = std::string(room) + "|" + std::string(text);
            });
        ohm::log::info("base", "hello");
        ohm::log::removeSink(id);
        ohm::log::info("base", "gone");
        QCOMPARE(seen, std::string("base|hello"));
    }
};

QTEST_GUILESS_MAIN(TestJob)
#include "tst_job.moc"
