// SPDX-License-Identifier: GPL-3.0-or-later
// The page on sizing: a whole run through its buttons, refused set-ups, a session that goes on.
#include "core/base/files.h"
#include "ui/pages/optimizepage.h"
#include "ui/services/text.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"

#include <fstream>

#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableWidget>
#include <QtTest>

using namespace ohm;
using namespace ohm::ui;

class TestOptimizePage : public QObject {
    Q_OBJECT
private:
    static QString divider(const std::filesystem::path& folder) {
        std::ofstream(folder / "divider.cir")
            << "* divider\n.param r1=1k r2=1k\nv1 in 0 dc 1\nr1 in out {r1}\nr2 out 0 {r2}\n.end\n";
        std::ofstream(folder / "project.yaml")
            << "name: divider\ncircuits: [divider.cir]\nparameters:\n"
               "  r1: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
               "  r2: {value: 1k, min: 100, max: 10k, step: 100, unit: ohm}\n"
               "benches:\n  op: {circuit: divider.cir, analyses: [op]}\n"
               "measurements:\n  vout: {kind: voltage, bench: op, of: out}\n"
               "  supply: {kind: current, bench: op, source: v1}\n"
               "specs:\n  vout: {target: 0.25, tolerance: 0.1}\n  supply: {max: 0.2m}\n";
        return fromPath(folder / "project.yaml");
    }

private slots:
    void initTestCase() {
        QVERIFY(m_cache.isValid());
        qputenv("XDG_CACHE_HOME", m_cache.path().toUtf8());
        qputenv("OHMSCAPE_RUNS", m_cache.filePath(QStringLiteral("runs")).toUtf8());
        qputenv("OHMSCAPE_SIZINGS", m_cache.filePath(QStringLiteral("sizings")).toUtf8());
    }

    void offersTheDemoWhereThereIsNothing() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        const auto buttons = page.findChildren<QPushButton*>();
        const auto demo = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton* b) {
            return b->text().contains(QStringLiteral("demo"));
        });
        QVERIFY(demo != buttons.end() && (*demo)->isVisible());
        QSignalSpy opened(&page, &OptimizePage::openRequested);
        QTest::mouseClick(*demo, Qt::LeftButton);
        QCOMPARE(opened.size(), 1);
        QVERIFY(QFileInfo(opened[0][0].toString() + QStringLiteral("/project.yaml")).exists());
        page.openProject(divider(folder->path()));
        QVERIFY(!(*demo)->isVisible());
    }

    void wholeRun() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1200, 800);
        page.show();
        QVERIFY(!page.startButton()->isEnabled());
        page.openProject(divider(folder->path()));
        QCOMPARE(page.variableTable()->rowCount(), 2);
        QCOMPARE(page.specTable()->rowCount(), 2);
        QVERIFY(page.startButton()->isEnabled());
        page.algorithmBox()->setCurrentIndex(page.algorithmBox()->findData(QStringLiteral("evo")));
        page.startButton()->click();
        QVERIFY(page.isRunning());
        QVERIFY(!page.specTable()->isEnabled() && page.stopButton()->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QVERIFY(page.designTable()->rowCount() >= 20);
        QCOMPARE(page.designTable()->item(0, 1)->text(), QStringLiteral("pass"));
        QCOMPARE(page.costPlot()->series().size(), 1);
        QVERIFY(page.costPlot()->series()[0].x.size() >= 1);
        QCOMPARE(page.specPlot()->series().size(), 2);
        QCOMPARE(page.scatterPlot()->series().size(), 3);
        QCOMPARE(page.startButton()->text(), QStringLiteral("Go on"));
        const QSignalSpy opened(&page, &OptimizePage::openRequested);
        page.netlistButton()->click();
        QCOMPARE(opened.count(), 1);
        QVERIFY(QFile::exists(opened[0][0].toString()));
    }

    void stopsAndGoesOn() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(divider(folder->path()));
        page.algorithmBox()->setCurrentIndex(
            page.algorithmBox()->findData(QStringLiteral("random")));
        page.budgetBox()->setValue(1000000);
        page.startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.designTable()->rowCount() > 0, 60000);
        page.pauseButton()->click();
        QCOMPARE(page.pauseButton()->text(), QStringLiteral("Resume"));
        page.pauseButton()->click();
        page.stopButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 5000);
        const auto before = page.costPlot()->series()[0].x.size();
        jobs.shutdown(std::chrono::seconds(10));
        JobService others;
        OptimizePage again(others);
        again.openProject(fromPath(folder->path() / "project.yaml"));
        again.algorithmBox()->setCurrentIndex(
            again.algorithmBox()->findData(QStringLiteral("random")));
        QCOMPARE(again.startButton()->text(), QStringLiteral("Go on"));
        again.budgetBox()->setValue(20); // spent already: it only shows what there is
        again.startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!again.isRunning(), 60000);
        QVERIFY(again.costPlot()->series()[0].x.size() >= before);
    }

    void refuses_data() {
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("text");
        QTest::newRow("no number") << 1 << QStringLiteral("much");
        QTest::newRow("contradiction") << 1 << QStringLiteral("9");
        QTest::newRow("weight") << 3 << QStringLiteral("0");
    }
    void refuses() {
        QFETCH(int, column);
        QFETCH(QString, text);
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(divider(folder->path()));
        page.specTable()->item(0, column)->setText(text);
        page.startButton()->click();
        QVERIFY(!page.isRunning());
        QVERIFY(page.bar()->isVisible());
    }

private:
    QTemporaryDir m_cache;
};

QTEST_MAIN(TestOptimizePage)
#include "tst_optimizepage.moc"
