// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/simulator.h"
#include "core/sim/worker.h"

#include <QElapsedTimer>
#include <QFile>
#include <QtTest>

#include <atomic>
#include <csignal>
#include <thread>

using namespace ohm;
using namespace ohm::sim;

namespace {

Job opJob(const std::string& deck) {
    Job job;
    job.deck = deck;
    job.analyses.push_back({});
    return job;
}

Job divider(double volts) {
    return opJob("divider\nv1 in 0 " + std::to_string(volts) + "\nr1 in out 2k\nr2 out 0 1k\n");
}

/// A transient of hours: 1e12 steps.
Job endless() {
    Job job;
    job.deck = "endless\nv1 in 0 sin(0 1 1e6)\nr1 in out 1k\nc1 out 0 1n\n";
    job.analyses.push_back({Analysis::Kind::Tran, "", "", 0, 0, 1000, 1e-9});
    return job;
}

double outOf(const Expected<Outcome>& outcome, const char* name = "out") {
    const auto* vector = outcome ? outcome->plots.at(0).find(name) : nullptr;
    return vector ? vector->real.at(0) : std::nan("");
}

std::string codeOf(const Expected<Outcome>& outcome) {
    return outcome ? "" : outcome.error().code;
}

PoolOptions workers(int count) {
    PoolOptions options;
    options.workers = count;
    return options;
}

class LastProgress : public ProgressSink {
public:
    void report(double fraction, const std::string&) override {
        m_calls.fetch_add(1);
        double seen = m_best.load();
        while (fraction > seen && !m_best.compare_exchange_weak(seen, fraction)) {
        }
    }
    int calls() const { return m_calls; }
    double best() const { return m_best; }

private:
    std::atomic<int> m_calls{0};
    std::atomic<double> m_best{0};
};

} // namespace

class TestSimulator : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void operatingPoint();
    void nothingIsCarriedOver();
    void keepsOnlyWhatIsNamed();
    void version();
    void missingProgram();
    void notNgspice_data();
    void notNgspice();
    void refusedByNgspice_data();
    void refusedByNgspice();
    void unsafeIsNeverSent();
    void noConvergence();
    void floatingNode();
    void timeout();
    void stopIsQuick();
    void stopBeforeStart();
    void stopWhileWaiting();
    void diedBeforeTheJob();
    void diedDuringTheJob();
    void runAllInOrder();
    void runAllStops();
    void manyThreads();
    void threadsMayEnd();
    void growthIsRecycled();
    void oneThreadInside();
    void longLog();
    void savedVectors();
    void workerFoldersGo();
};

void TestSimulator::initTestCase() {
    if (!findNgspice("ngspice"))
        QSKIP("ngspice is not installed");
}

void TestSimulator::operatingPoint() {
    SimulatorPool pool(workers(1));
    const auto outcome = pool.run(divider(3));
    QVERIFY2(outcome.ok(), codeOf(outcome).c_str());
    QCOMPARE(outOf(outcome), 1.0);
    QVERIFY(std::abs(outOf(outcome, "v1#branch") + 1e-3) < 1e-15);
    QVERIFY(!outcome->singular);
    QVERIFY(outcome->seconds > 0 && outcome->seconds < 60);
    QVERIFY(!outcome->plots.at(0).find("nosuch"));
}

void TestSimulator::nothingIsCarriedOver() {
    SimulatorPool pool(workers(1));
    const std::string diode = "d\nv1 a 0 0.6\nd1 a 0 dx\n.model dx d(is=1e-14)\n";
    const double before = outOf(pool.run(opJob(diode)), "v1#branch");
    QVERIFY(std::isfinite(before));
    const double hot =
        outOf(pool.run(opJob(diode + ".options temp=125 gmin=1e-6\n.param k=7\n")), "v1#branch");
    QVERIFY(std::isfinite(hot) && std::abs(hot / before) > 2);
    // A deck that fails must not leave the one before it loaded.
    QCOMPARE(codeOf(pool.run(opJob("x\nv1 a 0 1\nm1 a a 0 0 nomodel\n"))), std::string("SIM-005"));
    QCOMPARE(outOf(pool.run(opJob(diode)), "v1#branch"), before);
    QCOMPARE(codeOf(pool.run(opJob("x\nv1 a 0 {k}\nr1 a 0 1\n"))), std::string("SIM-005"));
    QCOMPARE(outOf(pool.run(opJob(diode)), "v1#branch"), before);
}

/// Kept vectors are those of this deck alone; the same values, and all again in the next one.
void TestSimulator::keepsOnlyWhatIsNamed() {
    SimulatorPool pool(workers(1));
    Job job;
    job.deck = "d\nv1 in 0 dc 1 ac 1 pulse(0 1 1u 1n)\nr1 in mid 1k\nr2 mid out 1k\nc1 out 0 1n\n";
    job.analyses = {{Analysis::Kind::Op},
                    {Analysis::Kind::Ac, "", "dec", 10, 1, 1e6},
                    {Analysis::Kind::Tran, "", "", 0, 0, 1e-5, 1e-7}};
    const auto whole = pool.run(job);
    QVERIFY(whole.ok());
    job.keep = {"out", "v1#branch"};
    const auto part = pool.run(job);
    QVERIFY2(part.ok(), part.ok() ? "" : part.error().message().c_str());
    for (std::size_t i = 0; i < 3; ++i) {
        const Plot& plot = part->plots[i];
        QVERIFY(!plot.find("mid") && !plot.find("in"));
        for (const char* name : {"out", "v1#branch"}) {
            QVERIFY(plot.find(name));
            QCOMPARE(plot.find(name)->real, whole->plots[i].find(name)->real);
        }
    }
    job.keep.clear();
    const auto again = pool.run(job);
    QVERIFY(again.ok() && again->plots[2].find("mid") && again->plots[0].find("in"));
    job.keep = {"out); shell"};
    QCOMPARE(codeOf(pool.run(job)), std::string("SIM-010"));
}

void TestSimulator::version() {
    SimulatorPool pool(workers(1));
    const auto version = pool.version();
    QVERIFY(version.ok());
    QVERIFY(QString::fromStdString(*version).startsWith("ngspice-"));
    QCOMPARE(*pool.version(), *version);
}

void TestSimulator::missingProgram() {
    PoolOptions options;
    options.ngspice = "no-such-simulator";
    SimulatorPool pool(options);
    const auto outcome = pool.run(divider(1));
    QCOMPARE(codeOf(outcome), std::string("SIM-001"));
    QVERIFY(!outcome.error().hint.empty());
    QVERIFY(!pool.version().ok());
    options.ngspice = "/no/such/folder/ngspice";
    QCOMPARE(codeOf(SimulatorPool(options).run(divider(1))), std::string("SIM-001"));
}

void TestSimulator::notNgspice_data() {
    QTest::addColumn<QString>("program");
    QTest::newRow("true") << "/bin/true";
    QTest::newRow("cat") << "/bin/cat";
    QTest::newRow("folder") << "/usr/lib";
    QTest::newRow("device") << "/dev/null";
}

void TestSimulator::notNgspice() {
    QFETCH(QString, program);
    PoolOptions options;
    options.ngspice = program.toStdString();
    SimulatorPool pool(options);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(codeOf(pool.run(divider(1))), std::string("SIM-001"));
    QVERIFY(timer.elapsed() < 30000);
}

void TestSimulator::refusedByNgspice_data() {
    QTest::addColumn<QString>("deck");
    QTest::addColumn<QString>("says");
    QTest::newRow("no such model") << "v1 a 0 1\nm1 a a 0 0 nomodel"
                                   << "nomodel";
    QTest::newRow("bad parameter") << "v1 a 0 1\nr1 a 0 1k zork=3"
                                   << "zork";
    QTest::newRow("undefined parameter") << "v1 a 0 1\nr1 a 0 {undefd*2}"
                                         << "undefd";
    QTest::newRow("no such subcircuit") << "v1 a 0 1\nx1 a b foo"
                                        << "foo";
    QTest::newRow("subcircuit without end") << "x1 a s\nv1 a 0 1\n.subckt s a\nr1 a 0 1k"
                                            << "";
    QTest::newRow("nothing") << ""
                             << "";
}

void TestSimulator::refusedByNgspice() {
    QFETCH(QString, deck);
    QFETCH(QString, says);
    SimulatorPool pool(workers(1));
    QElapsedTimer timer;
    timer.start();
    const auto outcome = pool.run(opJob("title\n" + deck.toStdString() + "\n"));
    QCOMPARE(codeOf(outcome), std::string("SIM-005"));
    QVERIFY2(QString::fromStdString(outcome.error().detail).contains(says),
             outcome.error().detail.c_str());
    QVERIFY(timer.elapsed() < 10000);
    QCOMPARE(outOf(pool.run(divider(3))), 1.0);
}

void TestSimulator::unsafeIsNeverSent() {
    PoolOptions options;
    options.ngspice = "no-such-simulator"; // so that anything sent would fail otherwise
    SimulatorPool pool(options);
    QCOMPARE(codeOf(pool.run(opJob("t\n.control\nshell id\n.endc\n"))), std::string("SIM-010"));
    auto job = divider(1);
    job.save.push_back("all\nshell id");
    QCOMPARE(codeOf(pool.run(job)), std::string("SIM-010"));
    job = divider(1);
    job.measurements.push_back("dc x max v(a); shell id");
    QCOMPARE(codeOf(pool.run(job)), std::string("SIM-010"));
    job.measurements = {"tran x max v(a)"}; // no such analysis
    QCOMPARE(codeOf(pool.run(job)), std::string("SIM-012"));
    job = divider(1);
    job.analyses.clear();
    QCOMPARE(codeOf(pool.run(job)), std::string("SIM-011"));
}

void TestSimulator::noConvergence() {
    SimulatorPool pool(workers(1));
    const auto outcome = pool.run(opJob("n\nv1 a 0 1\nr1 a 0 1\nb2 c 0 v=v(c)*v(c)+1\nr2 c 0 1\n"));
    QCOMPARE(codeOf(outcome), std::string("SIM-004"));
    QCOMPARE(outOf(pool.run(divider(3))), 1.0);
}

void TestSimulator::floatingNode() {
    SimulatorPool pool(workers(1));
    const auto outcome = pool.run(opJob("f\nv1 a 0 1\nr1 a 0 1\nc1 a b 1p\nc2 b 0 1p\n"));
    QVERIFY2(outcome.ok(), codeOf(outcome).c_str());
    QVERIFY(outcome->singular);
    QVERIFY(!pool.run(divider(3))->singular);
}

void TestSimulator::timeout() {
    SimulatorPool pool(workers(1));
    auto job = endless();
    job.timeoutSeconds = 0.3;
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(codeOf(pool.run(job)), std::string("SIM-002"));
    QVERIFY(timer.elapsed() >= 300);
    QVERIFY(timer.elapsed() < 5000);
    QCOMPARE(outOf(pool.run(divider(3))), 1.0);
}

void TestSimulator::stopIsQuick() {
    SimulatorPool pool(workers(1));
    QVERIFY(pool.version().ok());
    StopSource source;
    std::atomic<qint64> stoppedAt{0};
    QElapsedTimer timer;
    timer.start();
    std::thread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        stoppedAt = timer.elapsed();
        source.requestStop();
    });
    const auto outcome = pool.run(endless(), source.token());
    const qint64 end = timer.elapsed();
    stopper.join();
    QCOMPARE(codeOf(outcome), std::string("SIM-006"));
    // 100 ms by design; the bound is for a machine under load.
    QVERIFY2(end - stoppedAt < 1000, std::to_string(end - stoppedAt).c_str());
    QCOMPARE(outOf(pool.run(divider(3))), 1.0);
}

void TestSimulator::stopBeforeStart() {
    SimulatorPool pool(workers(1));
    StopSource source;
    source.requestStop();
    QCOMPARE(codeOf(pool.run(divider(3), source.token())), std::string("SIM-006"));
}

void TestSimulator::stopWhileWaiting() {
    SimulatorPool pool(workers(1));
    StopSource first, second;
    std::thread busy(
        [&] { QCOMPARE(codeOf(pool.run(endless(), first.token())), std::string("SIM-006")); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::thread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        second.requestStop();
    });
    QCOMPARE(codeOf(pool.run(divider(3), second.token())), std::string("SIM-006"));
    stopper.join();
    first.requestStop();
    busy.join();
}

void TestSimulator::diedBeforeTheJob() {
    SpawnThread spawner;
    WorkerSetup setup;
    setup.program = *findNgspice("ngspice");
    auto worker = Worker::start(spawner, setup, {});
    QVERIFY(worker.ok());
    ::kill((*worker)->pid(), SIGKILL);
    const auto prepared = prepareJob(divider(3));
    bool neverBegan = false;
    const auto outcome = (*worker)->run(*prepared, {}, neverBegan);
    QCOMPARE(codeOf(outcome), std::string("SIM-003"));
    QVERIFY(neverBegan);
    QVERIFY(!(*worker)->usable());
}

void TestSimulator::diedDuringTheJob() {
    SpawnThread spawner;
    WorkerSetup setup;
    setup.program = *findNgspice("ngspice");
    auto worker = Worker::start(spawner, setup, {});
    QVERIFY(worker.ok());
    const pid_t pid = (*worker)->pid();
    std::thread killer([pid] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        ::kill(pid, SIGSEGV);
    });
    const auto prepared = prepareJob(endless());
    bool neverBegan = true;
    const auto outcome = (*worker)->run(*prepared, {}, neverBegan);
    killer.join();
    QCOMPARE(codeOf(outcome), std::string("SIM-003"));
    QVERIFY2(outcome.error().detail.find("signal 11") != std::string::npos,
             outcome.error().detail.c_str());
    QVERIFY(!neverBegan);
}

void TestSimulator::runAllInOrder() {
    SimulatorPool pool(workers(2));
    std::vector<Job> jobs;
    for (int i = 0; i < 40; ++i)
        jobs.push_back(i % 7 == 3 ? opJob("x\nr1 a 0 {nope}\n") : divider(3 * i));
    LastProgress progress;
    const auto results = pool.runAll(jobs, {}, progress);
    QCOMPARE(results.size(), jobs.size());
    for (int i = 0; i < 40; ++i) {
        if (i % 7 == 3)
            QCOMPARE(codeOf(results[std::size_t(i)]), std::string("SIM-005"));
        else
            QVERIFY(std::abs(outOf(results[std::size_t(i)]) - i) < 1e-9);
    }
    QCOMPARE(progress.calls(), 40);
    QCOMPARE(progress.best(), 1.0);
    QVERIFY(pool.runAll({}).empty());
}

void TestSimulator::runAllStops() {
    SimulatorPool pool(workers(2));
    std::vector<Job> jobs(6, endless());
    StopSource source;
    std::thread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        source.requestStop();
    });
    const auto results = pool.runAll(jobs, source.token());
    stopper.join();
    QCOMPARE(results.size(), jobs.size());
    for (const auto& result : results)
        QCOMPARE(codeOf(result), std::string("SIM-006"));
}

void TestSimulator::manyThreads() {
    SimulatorPool pool(workers(2));
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) {
                const auto outcome = pool.run(divider(3 * (t * 10 + i)));
                if (std::abs(outOf(outcome) - (t * 10 + i)) > 1e-9 || !pool.version())
                    ++wrong;
            }
        });
    for (auto& thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), 0);
}

void TestSimulator::threadsMayEnd() {
    // The kernel kills a worker with the thread that started it; jobs come from short threads.
    SpawnThread spawner;
    WorkerSetup setup;
    setup.program = *findNgspice("ngspice");
    std::unique_ptr<Worker> worker;
    std::thread([&] { worker = std::move(Worker::start(spawner, setup, {})).value(); }).join();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    bool neverBegan = false;
    QCOMPARE(outOf(worker->run(*prepareJob(divider(3)), {}, neverBegan)), 1.0);
}

void TestSimulator::growthIsRecycled() {
    PoolOptions options = workers(1);
    options.recycleAfterBytes = 1; // any worker is too large
    SimulatorPool pool(options);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(outOf(pool.run(divider(3))), 1.0);
}

void TestSimulator::oneThreadInside() {
    SpawnThread spawner;
    WorkerSetup setup;
    setup.program = *findNgspice("ngspice");
    auto worker = Worker::start(spawner, setup, {});
    QVERIFY(worker.ok());
    QVERIFY((*worker)->memory() > 1000000);
    bool neverBegan = false;
    std::string deck = "bsim\nv1 a 0 1\n.model n4 nmos level=14 version=4.5\n";
    for (int i = 0; i < 50; ++i)
        deck += "m" + std::to_string(i) + " a a 0 0 n4 w=1u l=100n\n";
    QVERIFY((*worker)->run(*prepareJob(opJob(deck)), {}, neverBegan).ok());
    QFile status(QString("/proc/%1/status").arg((*worker)->pid()));
    QVERIFY(status.open(QIODevice::ReadOnly));
    const auto text = status.readAll();
    QVERIFY2(text.contains("Threads:\t1\n"), text.constData());
}

void TestSimulator::longLog() {
    // What a run prints is kept from both ends, so a talkative one cannot fill the memory.
    SpawnThread spawner;
    WorkerSetup setup;
    setup.program = *findNgspice("ngspice");
    auto worker = Worker::start(spawner, setup, {});
    QVERIFY(worker.ok());
    const auto output = (*worker)->runUnchecked(
        "echo first\nrepeat 20000\necho "
        "0123456789012345678901234567890123456789012345678901234567890123456789\n"
        "end\necho last",
        60);
    QVERIFY(output.ok());
    QVERIFY(output->size() > 400000 && output->size() < 800000);
    QVERIFY(output->find("first") != std::string::npos);
    QVERIFY(output->find("last") != std::string::npos);
    QVERIFY(output->find("bytes left out") != std::string::npos);
}

void TestSimulator::savedVectors() {
    SimulatorPool pool(workers(1));
    auto job =
        opJob("m\nv1 a 0 1\nm1 a a 0 0 nm w=1u l=1u\n.model nm nmos level=1 vto=0.5 kp=1e-4\n");
    job.save = {"@m1[gm]", "@M1[id]"};
    const auto outcome = pool.run(job);
    QVERIFY2(outcome.ok(), codeOf(outcome).c_str());
    QVERIFY(std::abs(outOf(outcome, "@m1[gm]") - 5e-5) < 1e-18);
    QVERIFY(std::abs(outOf(outcome, "@m1[id]") - 1.25e-5) < 1e-11);
    QVERIFY(std::isfinite(outOf(outcome, "a")));
    // Not carried into the next job.
    const auto next = pool.run(divider(3));
    QVERIFY(next.ok());
    QVERIFY(!next->plots.at(0).find("@m1[gm]"));
    QCOMPARE(outOf(next), 1.0);
}

void TestSimulator::workerFoldersGo() {
    std::filesystem::path folder;
    {
        SpawnThread spawner;
        WorkerSetup setup;
        setup.program = *findNgspice("ngspice");
        auto worker = Worker::start(spawner, setup, {});
        QVERIFY(worker.ok());
        folder = (*worker)->folder();
        QVERIFY(std::filesystem::exists(folder));
        bool neverBegan = false;
        QVERIFY((*worker)->run(*prepareJob(divider(3)), {}, neverBegan).ok());
        QVERIFY(std::filesystem::is_empty(folder)); // nothing stays from job to job
    }
    QVERIFY(!std::filesystem::exists(folder));
}

QTEST_GUILESS_MAIN(TestSimulator)
#include "tst_simulator.moc"
