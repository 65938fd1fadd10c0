// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/jobservice.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <atomic>
#include <stdexcept>
#include <thread>

using namespace ohm;
using namespace ohm::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
JobSpec spec(const QString& lane = {}, Pool pool = Pool::Cpu) {
    JobSpec s;
    s.title = u"test"_s;
    s.lane = lane;
    s.pool = pool;
    return s;
}
/// Runs until stopped (or for ten seconds, which the tests would notice).
Expected<int> untilStopped(StopToken stop, ProgressSink&) {
    for (int i = 0; i < 2000 && !stop.shouldStop(); ++i)
        std::this_thread::sleep_for(5ms);
    return 1;
}
} // namespace

class TestJobService : public QObject {
    Q_OBJECT
private slots:
    void deliversInGuiThread() {
        JobService service;
        QObject context;
        bool inside = true;
        int got = 0;
        service.start<int>(
            spec(), [](StopToken, ProgressSink&) -> Expected<int> { return 42; }, &context,
            [&](Expected<int> r) {
                QVERIFY(!inside);
                QCOMPARE(QThread::currentThread(), qApp->thread());
                got = *r;
            });
        inside = false;
        QTRY_COMPARE(got, 42);
        QTRY_VERIFY(service.isIdle());
        QCOMPARE(service.jobs().size(), 1);
        QCOMPARE(service.jobs().first().state, JobState::Done);
    }

    void reportsFailure() {
        JobService service;
        QObject context;
        QString code;
        const JobId id = service.start<int>(
            spec(), [](StopToken, ProgressSink&) -> Expected<int> { return fail("NET-001", "no"); },
            &context, [&](Expected<int> r) { code = QString::fromStdString(r.error().code); });
        QTRY_COMPARE(code, u"NET-001"_s);
        QCOMPARE(service.job(id).state, JobState::Failed);
        QCOMPARE(service.job(id).error.code, std::string("NET-001"));
    }

    void catchesExceptions() {
        JobService service;
        QObject context;
        std::vector<std::string> codes;
        const auto note = [&](Expected<int> r) { codes.push_back(r.error().code); };
        service.start<int>(
            spec({}, Pool::Layout),
            [](StopToken, ProgressSink&) -> Expected<int> { throw std::runtime_error("boom"); },
            &context, note);
        service.start<int>(
            spec({}, Pool::Layout),
            [](StopToken, ProgressSink&) -> Expected<int> { throw std::bad_alloc(); }, &context,
            note);
        service.start<int>(
            spec({}, Pool::Layout), [](StopToken, ProgressSink&) -> Expected<int> { throw 5; },
            &context, note);
        QTRY_COMPARE(codes.size(), std::size_t{3});
        QCOMPARE(codes, (std::vector<std::string>{"UI-001", "UI-003", "UI-001"}));
    }

    void stopReturnsAtOnce() {
        JobService service;
        QObject context;
        std::atomic<bool> release{false};
        std::atomic<bool> running{false};
        QString code;
        const JobId id = service.start<int>(
            spec(),
            [&](StopToken, ProgressSink&) -> Expected<int> { // deaf to the token, like a library
                running = true;
                while (!release)
                    std::this_thread::sleep_for(1ms);
                return 1;
            },
            &context,
            [&](Expected<int> r) {
                QVERIFY(code.isEmpty());
                code = QString::fromStdString(r.error().code);
            });
        QTRY_VERIFY(running);
        QElapsedTimer clock;
        clock.start();
        service.stop(id);
        QVERIFY(clock.elapsed() < 50);
        QVERIFY(code.isEmpty()); // never from inside stop()
        QTRY_COMPARE(code, u"UI-002"_s);
        QCOMPARE(service.job(id).state, JobState::Stopping);
        QVERIFY(!service.isIdle());
        release = true;
        QTRY_COMPARE(service.job(id).state, JobState::Stopped);
        QTest::qWait(20);
        QCOMPARE(code, u"UI-002"_s); // and the late result was dropped
    }

    void stopsQueuedWithoutRunning() {
        JobService service;
        QObject context;
        std::atomic<int> ran{0};
        const JobId first = service.start<int>(spec({}, Pool::Layout), untilStopped, &context,
                                               [](Expected<int>) {});
        const JobId second = service.start<int>(
            spec({}, Pool::Layout),
            [&](StopToken, ProgressSink&) -> Expected<int> {
                ++ran;
                return 1;
            },
            &context, [](Expected<int>) {});
        QCOMPARE(service.job(second).state, JobState::Queued);
        service.stop(second);
        service.stop(first);
        QTRY_COMPARE(service.job(second).state, JobState::Stopped);
        QCOMPARE(ran.load(), 0);
    }

    void laneDropsStaleResults() {
        JobService service;
        QObject context;
        QVector<int> got;
        std::atomic<bool> release{false};
        for (int i = 0; i < 5; ++i) {
            service.start<int>(
                spec(u"view"_s),
                [&release, i](StopToken stop, ProgressSink&) -> Expected<int> {
                    while (!release && !(i < 4 && stop.shouldStop()))
                        std::this_thread::sleep_for(1ms);
                    return i;
                },
                &context, [&](Expected<int> r) { got.push_back(r.ok() ? *r : -1); });
        }
        release = true;
        QTRY_VERIFY(service.isIdle());
        QCOMPARE(got, QVector<int>{4});
    }

    void abandonTellsNobody() {
        JobService service;
        QObject context;
        bool called = false;
        service.start<int>(spec(u"a"_s), untilStopped, &context,
                           [&](Expected<int>) { called = true; });
        service.abandon(u"a"_s);
        QTRY_VERIFY(service.isIdle());
        QTest::qWait(20);
        QVERIFY(!called);
    }

    void contextGuards() {
        JobService service;
        bool called = false;
        auto context = std::make_unique<QObject>();
        std::atomic<bool> release{false};
        service.start<int>(
            spec(),
            [&](StopToken, ProgressSink&) -> Expected<int> {
                while (!release)
                    std::this_thread::sleep_for(1ms);
                return 1;
            },
            context.get(), [&](Expected<int>) { called = true; });
        context.reset();
        release = true;
        QTRY_VERIFY(service.isIdle());
        QVERIFY(!called);
    }

    void callbackMayStartAndStop() {
        JobService service;
        QObject context;
        int depth = 0;
        std::function<void()> again = [&] {
            service.start<int>(
                spec(u"chain"_s), [](StopToken, ProgressSink&) -> Expected<int> { return 1; },
                &context,
                [&](Expected<int>) {
                    if (++depth < 50) {
                        again();
                        again(); // supersedes the one just started
                    }
                    service.stop(12345678);
                });
        };
        again();
        QTRY_COMPARE(depth, 50);
        QVERIFY(service.jobs().size() <= 60); // the finished ones do not pile up
    }

    void drainsProgressTenTimesASecond() {
        JobService service;
        QObject context;
        QSignalSpy spy(&service, &JobService::changed);
        QString last;
        double fraction = -2;
        connect(&service, &JobService::changed, &context, [&] {
            const JobStatus status = service.jobs().first();
            if (status.state == JobState::Running) {
                last = status.step;
                fraction = status.fraction;
            }
        });
        bool done = false;
        service.start<int>(
            spec(),
            [](StopToken, ProgressSink& sink) -> Expected<int> {
                const auto end = std::chrono::steady_clock::now() + 600ms;
                int i = 0;
                while (std::chrono::steady_clock::now() < end) {
                    sink.report(0.5, "step " + std::to_string(++i));
                    if (i % 64 == 0)
                        std::this_thread::sleep_for(100us);
                }
                return i;
            },
            &context,
            [&](Expected<int> r) {
                QVERIFY(*r > 100);
                done = true;
            });
        QTRY_VERIFY(done);
        QVERIFY2(spy.count() <= 15, qPrintable(QString::number(spy.count())));
        QVERIFY(last.startsWith(u"step "_s));
        QCOMPARE(fraction, 0.5);
    }

    void pausesAndResumes() {
        JobService service;
        QObject context;
        std::atomic<int> steps{0};
        std::atomic<bool> finish{false};
        bool done = false;
        const JobId id = service.start<int>(
            spec(),
            [&](StopToken stop, ProgressSink&) -> Expected<int> {
                while (!stop.shouldStop() && !finish) {
                    ++steps;
                    std::this_thread::sleep_for(1ms);
                }
                return 0;
            },
            &context, [&](Expected<int> r) { done = r.ok(); });
        QTRY_COMPARE(service.job(id).state, JobState::Running);
        service.setPaused(id, true);
        QCOMPARE(service.job(id).state, JobState::Paused);
        QTest::qWait(30);
        const int frozen = steps;
        QTest::qWait(60);
        QCOMPARE(steps.load(), frozen);
        service.setPaused(id, false);
        QTRY_VERIFY(steps > frozen);
        finish = true;
        QTRY_VERIFY(done);
    }

    void stopsWhatIsPaused() {
        JobService service;
        QObject context;
        const JobId id = service.start<int>(spec(), untilStopped, &context, [](Expected<int>) {});
        QTRY_COMPARE(service.job(id).state, JobState::Running);
        service.setPaused(id, true);
        service.stop(id);
        QTRY_COMPARE(service.job(id).state, JobState::Stopped);
    }

    void shutdownIsBounded() {
        std::atomic<bool> release{false};
        auto service = std::make_unique<JobService>();
        QObject context;
        std::atomic<bool> running{false};
        bool called = false;
        service->start<int>(
            spec(),
            [&](StopToken, ProgressSink&) -> Expected<int> {
                running = true;
                while (!release)
                    std::this_thread::sleep_for(1ms);
                return 1;
            },
            &context, [&](Expected<int>) { called = true; });
        QTRY_VERIFY(running);
        QElapsedTimer clock;
        clock.start();
        QVERIFY(!service->shutdown(100ms));
        QVERIFY(clock.elapsed() < 2000);
        release = true;
        QVERIFY(service->shutdown(5s));
        service.reset();
        QCoreApplication::processEvents();
        QVERIFY(!called);
    }

    void destroyedWithRunningJobs() {
        std::atomic<int> ended{0};
        {
            JobService service;
            QObject context;
            for (int i = 0; i < 20; ++i) {
                service.start<int>(
                    spec({}, Pool(i % 4)),
                    [&](StopToken stop, ProgressSink& sink) -> Expected<int> {
                        while (!stop.shouldStop()) {
                            sink.report(0.1, "x");
                            std::this_thread::sleep_for(1ms);
                        }
                        ++ended;
                        return 1;
                    },
                    &context, [](Expected<int>) { QFAIL("must not be delivered"); });
            }
            QTest::qWait(30);
        }
        QVERIFY(ended > 0);
    }

    void releasesLargeValuesElsewhere() {
        JobService service;
        std::atomic<bool> otherThread{false};
        const std::thread::id gui = std::this_thread::get_id();
        std::shared_ptr<const void> value(new int(1), [&otherThread, gui](const int* number) {
            otherThread = std::this_thread::get_id() != gui;
            delete number;
        });
        service.release(std::move(value));
        QTRY_VERIFY(otherThread);
    }

    void ordersByPriority() {
        JobService service;
        QObject context;
        QVector<int> order;
        std::atomic<bool> release{false};
        service.start<int>(
            spec({}, Pool::Layout),
            [&](StopToken, ProgressSink&) -> Expected<int> {
                while (!release)
                    std::this_thread::sleep_for(1ms);
                return 0;
            },
            &context, [](Expected<int>) {});
        for (const int priority : {0, 5, 1, 5}) {
            JobSpec s = spec({}, Pool::Layout);
            s.priority = priority;
            service.start<int>(
                s, [](StopToken, ProgressSink&) -> Expected<int> { return 0; }, &context,
                [&order, priority](Expected<int>) { order.push_back(priority); });
        }
        release = true;
        QTRY_COMPARE(order.size(), 4);
        QCOMPARE(order, (QVector<int>{5, 5, 1, 0}));
    }
};

QTEST_GUILESS_MAIN(TestJobService)
#include "tst_jobservice.moc"
