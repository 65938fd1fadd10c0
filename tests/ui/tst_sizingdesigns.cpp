// SPDX-License-Identifier: GPL-3.0-or-later
// Designs of a sizing on its page: brushed, explained, inspected, in corners and under scatter;
// thousands of them.
#include "sizinghelpers.h"

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;
using namespace Qt::StringLiterals;

class TestSizingDesigns : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QVERIFY(m_cache.isValid());
        useOwnFolders(m_cache);
    }

    void brushesFilterEverything() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1200, 800);
        page.show();
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(30);
        page.runPane()->budgetBox()->setValue(100);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        SizingDesignsPane* pane = page.designsPane();
        page.tabs()->setCurrentWidget(pane);
        widgets::ParallelView* parallel = pane->parallel();
        QCOMPARE(parallel->axisCount(), 5); // two parameters, two measurements, the cost
        QCOMPARE(parallel->rowCount(), 100);
        parallel->setBrushes({{0, 100, 3000}, {2, 0.5, 1.0}});
        const int brushed = parallel->brushedCount();
        QVERIFY(brushed > 0 && brushed < 60);
        QCOMPARE(pane->model()->rowCount(), brushed);
        for (int row = 0; row < brushed; ++row) {
            const auto& m = (*page.runs().current()->members)[static_cast<std::size_t>(
                pane->model()->memberAt(row))];
            QVERIFY(m.values[0] >= 0.5);
        }
        QVERIFY(pane->clearButton()->isEnabled());
        pane->clearButton()->click();
        QCOMPARE(pane->model()->rowCount(), 100);
        // A click on a line chooses the design everywhere.
        emit parallel->rowClicked(17);
        QCOMPARE(pane->design(), 17);
        QCOMPARE(pane->scatter()->selection(), QVector<int>{17});
        QCOMPARE(pane->model()->memberAt(pane->table()->currentIndex().row()), 17);
        pane->table()->setCurrentIndex(pane->model()->index(0, 0));
        QCOMPARE(parallel->selected(), pane->design());
        QVERIFY(pane->design() != 17);
        // What moves the output: both resistors, one up, one down.
        pane->tabs()->setCurrentIndex(2);
        pane->outputBox()->setCurrentIndex(1);
        QTRY_COMPARE_WITH_TIMEOUT(pane->importance()->bars().size(), 2, 30000);
        QTRY_VERIFY(jobs.isIdle());
        for (const auto& bar : pane->importance()->bars())
            QCOMPARE(bar.direction > 0, bar.name == u"r2"_s);
        for (int tab = 0; tab < 3; ++tab) {
            pane->tabs()->setCurrentIndex(tab);
            QVERIFY(!page.grab().isNull());
        }
    }

    void inspectsADesign() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1200, 800);
        page.show();
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(40);
        page.runPane()->budgetBox()->setValue(100);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        page.designsPane()->choose(5);
        page.designsPane()->inspectButton()->click();
        QCOMPARE(page.tabs()->currentWidget(), page.inspectPane());
        QTRY_VERIFY_WITH_TIMEOUT(page.inspection().result() && !page.inspection().isRunning(),
                                 30000);
        const auto& member = (*page.runs().current()->members)[5];
        QCOMPARE(page.inspection().result()->design, member.design);
        QTableWidget* nets = page.inspectPane()->nets();
        QVERIFY(nets->rowCount() >= 2);
        bool found = false;
        for (const auto& net : page.inspection().result()->nets) {
            if (net.name == u"out"_s) {
                found = true;
                QVERIFY(std::abs(net.simulated - member.values[0]) < 1e-6);
            }
        }
        QVERIFY(found);
        QTableWidget* devices = page.inspectPane()->devices();
        QCOMPARE(devices->rowCount(), 3); // v1, r1, r2
        bool resistor = false;
        for (int row = 0; row < devices->rowCount(); ++row) {
            resistor = resistor || (devices->item(row, 0)->text() == u"r1"_s &&
                                    !devices->item(row, 2)->text().isEmpty());
        }
        QVERIFY(resistor);
        QVERIFY(page.inspectPane()->curveBox()->count() >= 1); // the AC of the net that is measured
        const auto curve = page.inspectPane()->plot()->series();
        QCOMPARE(curve.size(), 1);
        QVERIFY(std::abs(curve[0].y[0] - 20 * std::log10(member.values[0])) < 1e-3);
        QVERIFY(page.inspectPane()->phase()->isVisible());
        QCOMPARE(page.inspectPane()->values()->rowCount(), 4);
        // Looked at before: at once.
        page.designsPane()->choose(6);
        QTRY_COMPARE_WITH_TIMEOUT(page.inspection().result()->design,
                                  (*page.runs().current()->members)[6].design, 30000);
        page.designsPane()->choose(5);
        QCOMPARE(page.inspection().result()->design, member.design);
        QVERIFY(!page.inspection().isRunning());
    }

    /// Noise has a curve of its own, on logarithmic axes.
    void drawsNoise() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(divider(folder->path()));
        edit(page, SetupKind::Benches, 0, u"analyses"_s, u"op, noise out v1 dec 5 1 1meg"_s);
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(41);
        page.runPane()->budgetBox()->setValue(100);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        page.designsPane()->choose(5);
        page.designsPane()->inspectButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.inspection().result() && !page.inspection().isRunning(),
                                 30000);
        QComboBox* box = page.inspectPane()->curveBox();
        QCOMPARE(box->count(), 2);
        QVERIFY2(box->itemText(0).contains(u"at the output"_s), qPrintable(box->itemText(0)));
        // Thermal noise of the two resistors in parallel.
        const auto& member = (*page.runs().current()->members)[5];
        const auto& problem = *page.runs().problem();
        const double r1 = problem.variables[0].value(member.design[0]);
        const double r2 = problem.variables[1].value(member.design[1]);
        const double density = std::sqrt(4 * 1.380649e-23 * 300.15 * r1 * r2 / (r1 + r2));
        const auto curve = page.inspectPane()->plot()->series();
        QCOMPARE(curve.size(), 1);
        QVERIFY2(std::abs(curve[0].y[0] / density - 1) < 1e-3,
                 qPrintable(u"%1 of %2"_s.arg(curve[0].y[0]).arg(density)));
        QVERIFY(page.inspectPane()->plot()->isLogarithmicY());
        QVERIFY(!page.inspectPane()->phase()->isVisible());
    }

    void cornersAndScatter() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        std::ofstream(toPath(file), std::ios::app)
            << "monte_carlo:\n  count: 50\n  parameters: {r1: {sigma: 50}}\n";
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1200, 800);
        page.show();
        page.openProject(file);
        QVERIFY(page.setup().problem());
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(60);
        page.runPane()->budgetBox()->setValue(100);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        SizingRobustPane* pane = page.inspectPane()->robust();
        QVERIFY(!pane->cornersButton()->isEnabled()); // there are none yet
        // Corners are rows; those that nothing is judged in leave the sessions as they are.
        page.setup().add(SetupKind::Corners);
        edit(page, SetupKind::Corners, 0, {}, u"hot"_s);
        edit(page, SetupKind::Corners, 0, u"temperature"_s, u"85"_s);
        page.setup().add(SetupKind::Corners);
        edit(page, SetupKind::Corners, 1, {}, u"cold"_s);
        edit(page, SetupKind::Corners, 1, u"temperature"_s, u"-40, 0"_s); // a sweep
        QVERIFY2(page.setup().problem(), qPrintable(page.setupPane()->findings()->text()));
        QCOMPARE(page.setup().problem()->corners.size(), std::size_t{3});
        QVERIFY(page.runs().current() && page.runs().current()->members->size() == 100);
        page.tabs()->setCurrentWidget(page.inspectPane());
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), 30000);
        QVERIFY(pane->cornersButton()->isEnabled());
        pane->cornersButton()->click();
        QVERIFY(pane->isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!pane->isRunning(), 60000);
        QCOMPARE(pane->table()->rowCount(), 4);
        QCOMPARE(pane->table()->item(0, 0)->text(), u"nominal"_s);
        QCOMPARE(pane->table()->item(1, 2)->text(), pane->table()->item(0, 2)->text());
        pane->countBox()->setValue(60);
        pane->scatterButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!pane->isRunning(), 60000);
        QVERIFY2(pane->yieldLabel()->text().contains(u"Yield of 60"_s),
                 qPrintable(pane->yieldLabel()->text()));
        QCOMPARE(pane->histogram()->bars().size(), 1);
        double samples = 0;
        for (const double count : pane->histogram()->bars()[0].counts)
            samples += count;
        QCOMPARE(samples, 60.0);
        QCOMPARE(pane->histogram()->series().size(), 2); // a range has two limits
        page.designsPane()->choose(3);                   // of another design nothing is known
        QCOMPARE(pane->table()->rowCount(), 0);
        QVERIFY(pane->histogram()->bars().isEmpty());
    }

    /// With thousands of designs no turn of the event loop takes 50 ms of the processor (time that
    /// other programs take on a busy machine is not counted).
    void staysResponsive() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1280, 800);
        page.show();
        page.openProject(divider(folder->path()));
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->seedBox()->setValue(50);
        page.runPane()->budgetBox()->setValue(100);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        // A session that was left with 5,000 designs.
        const optimize::Problem problem = *page.runs().problem();
        std::ofstream store(toPath(page.runs().current()->folder) / "session.jsonl", std::ios::app);
        const auto designs = members(problem, 4900);
        for (int iteration = 1; iteration < 50; ++iteration) {
            store << "{\"iteration\":" << iteration << ",\"critical\":[],\"leaders\":100,"
                  << "\"queries\":100,\"designs\":[";
            for (int i = 0; i < 100; ++i) {
                const auto& m = (*designs)[static_cast<std::size_t>((iteration - 1) * 100 + i)];
                store << (i ? "," : "") << "{\"x\":[" << m.design[0] << "," << m.design[1]
                      << "],\"values\":[" << m.values[0] << "," << m.values[1] << "]}";
            }
            store << "]}\n";
        }
        store.close();
        page.runPane()->budgetBox()->setValue(1000000);
        const auto spent = [] {
            timespec t{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
            return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
        };
        double worst = 0, before = spent();
        QTimer heart;
        heart.setInterval(0);
        connect(&heart, &QTimer::timeout, this, [&] {
            const double now = spent();
            worst = std::max(worst, now - std::exchange(before, now));
        });
        heart.start();
        page.runPane()->startButton()->click();
        page.tabs()->setCurrentWidget(page.designsPane());
        QTest::qWait(3000);
        page.designsPane()->parallel()->setBrushes({{0, 100, 5000}});
        QTest::qWait(1500);
        page.tabs()->setCurrentWidget(page.progressPane());
        QTest::qWait(1500);
        heart.stop();
        const auto count = page.runs().current()->members->size();
        QVERIFY(count >= 5000);
        page.runPane()->stopButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 10000);
        qInfo("the longest turn took %.1f ms of the processor, with %zu designs", worst, count);
        QVERIFY2(worst < 50, qPrintable(QString::number(worst)));
    }

private:
    QTemporaryDir m_cache;
};

QTEST_MAIN(TestSizingDesigns)
#include "tst_sizingdesigns.moc"
