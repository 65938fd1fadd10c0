// SPDX-License-Identifier: GPL-3.0-or-later
// How far a judge can be believed: what it said of designs against what came, spec by spec; and
// the networks that judges of earlier sessions need.
#include "core/optimize/store.h"
#include "core/runs/sizingrun.h"
#include "sizinghelpers.h"

#include <nlohmann/json.hpp>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;
using namespace Qt::StringLiterals;

class TestSizingJudge : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QVERIFY(m_cache.isValid());
        useOwnFolders(m_cache);
    }

    /// A user's own network is found where it was; one that is gone is told, not tried.
    void sessionsWithANetworkOfOnesOwn() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        QString session;
        {
            JobService jobs;
            OptimizePage page(jobs);
            page.openProject(file);
            chooseAlgorithm(page, u"random"_s);
            page.runPane()->seedBox()->setValue(40);
            page.runPane()->budgetBox()->setValue(100);
            page.runPane()->startButton()->click();
            QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
            session = page.runs().runs()[0].folder;
        }
        // As BagNet would have left it, in an earlier version.
        const auto network = folder->path() / "mine.safetensors";
        const auto store = toPath(session) / "session.jsonl";
        const auto lines = optimize::readLines(store);
        QVERIFY(lines.ok());
        std::string text;
        for (const std::string& line : *lines) {
            auto json = nlohmann::json::parse(line);
            if (json.contains("algorithm")) {
                json["algorithm"] = "bagnet-frozen";
                json["backbone"] = "mine.safetensors";
            }
            json.erase("pool");
            text += json.dump() + "\n";
        }
        QVERIFY(writeFileAtomically(store, text).ok());
        auto record = runs::readSizingRun(toPath(session));
        QVERIFY(record.ok());
        record->backbone = network;
        QVERIFY(runs::writeSizingRun(*record, toPath(session)).ok());
        const auto recalled = [&](OptimizePage& page) {
            page.show();
            page.openProject(file);
            return QTest::qWaitFor([&] { return page.runs().runs().size() == 1; }, 10000);
        };
        {
            JobService jobs;
            OptimizePage page(jobs);
            QVERIFY(recalled(page));
            const SizingRun& run = page.runs().runs()[0];
            QVERIFY2(run.outcome.contains(u"mine.safetensors is gone"_s), qPrintable(run.outcome));
            page.runs().choose(0);
            QVERIFY(!page.progressPane()->goOnButton()->isEnabled());
            QCOMPARE(page.progressPane()->goOnButton()->toolTip(), run.outcome);
            page.runs().goOn(0, {});
            QVERIFY(!page.isRunning());
        }
        std::ofstream(network) << "a network";
        JobService jobs;
        OptimizePage page(jobs);
        QVERIFY(recalled(page));
        const SizingRun& run = page.runs().runs()[0];
        QCOMPARE(run.options.algorithm.backbone, network);
        QVERIFY2(run.outcome.contains(u"earlier version"_s), qPrintable(run.outcome));
        page.runs().choose(0);
        QVERIFY(page.progressPane()->goOnButton()->isEnabled());
    }

    void saysWhyItIsEmpty() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        SizingJudgePane* judge = page.judgePane();
        page.tabs()->setCurrentWidget(judge);
        QVERIFY(judge->reliabilityPlot()->accessibleDescription().contains(u"once a sizing"_s));
        page.openProject(divider(folder->path()));
        run(page, u"random"_s, 100);
        QTRY_VERIFY(judge->reliabilityPlot()->accessibleDescription().contains(u"has no judge"_s));
        QCOMPARE(judge->table()->rowCount(), 0);
        QVERIFY(judge->reliabilityPlot()->series().isEmpty());
        QVERIFY(!judge->note()->isVisible());
    }

    void drawsEachSpec() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1300, 850);
        page.show();
        page.openProject(divider(folder->path()));
        page.runPane()->settings()->initialBox()->setValue(20);
        page.runPane()->targetBox()->setValue(10000);
        run(page, u"bayes"_s, 80);
        SizingJudgePane* judge = page.judgePane();
        page.tabs()->setCurrentWidget(judge);
        QTableWidget* table = judge->table();
        QTRY_COMPARE(table->rowCount(), 3);
        QCOMPARE(table->item(0, 1)->text(), u"120"_s); // 60 designs, two specs
        QCOMPARE(table->item(1, 1)->text(), u"60"_s);
        QCOMPARE(table->item(2, 0)->text(), u"supply"_s);
        // The figures are those of what the session kept.
        std::vector<optimize::Claim> claims;
        for (const auto& r : page.runs().current()->history) {
            for (const auto& spec : r.claims) {
                if (spec.spec == "vout")
                    claims.insert(claims.end(), spec.meets.begin(), spec.meets.end());
            }
        }
        const auto c = optimize::calibrationOf(claims);
        QCOMPARE(table->item(1, 2)->text(), QString::number(100 * c.said, 'f', 0));
        QCOMPARE(table->item(1, 4)->text(), QString::number(100 * c.right, 'f', 0));
        QVERIFY(!table->item(1, 6)->text().isEmpty() && !table->item(1, 6)->icon().isNull());
        // All specs first; a row shows its own.
        QCOMPARE(judge->rightPlot()->series().size(), 3);
        QCOMPARE(judge->rightPlot()->series()[1].x.size(), 12); // iterations
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Down);
        QCOMPARE(table->currentRow(), 1);
        const auto& drawn = judge->reliabilityPlot()->series();
        QCOMPARE(drawn.size(), 3);
        QCOMPARE(drawn[2].name, u"vout came true"_s);
        QCOMPARE(drawn[2].x.size(), static_cast<qsizetype>(c.bins.size()));
        QCOMPARE(drawn[2].y.back(), 100 * c.bins.back().came.rate);
        QCOMPARE(drawn[2].low.back(), 100 * c.bins.back().came.low);
        double all = 0; // two ends of each step
        for (const double share : drawn[0].y)
            all += share / 2;
        QVERIFY(std::abs(all - 100) < 1e-9);
        QCOMPARE(judge->rightPlot()->series().size(), 2);
        QVERIFY(judge->reliabilityPlot()->renderable().csv().contains("vout came true"));
        grabFor(page, u"judge-small-light"_s);
        // What processes do not say is told.
        judge->claimBox()->setCurrentIndex(1);
        QCOMPARE(table->rowCount(), 0);
        QVERIFY(judge->reliabilityPlot()->accessibleDescription().contains(u"not whether"_s));
        judge->claimBox()->setCurrentIndex(0);
        QCOMPARE(table->rowCount(), 3);
        // A spec that is taken away has no row any more; the rest stays.
        page.setup().remove(SetupKind::Specs, 1);
        QTRY_COMPARE(table->rowCount(), 2);
        page.setup().undo();
        QTRY_COMPARE(table->rowCount(), 3);
        // Of an earlier time the same.
        JobService others;
        OptimizePage again(others);
        again.openProject(fromPath(folder->path() / "project.yaml"));
        QTRY_COMPARE(again.runs().runs().size(), 1);
        again.runs().choose(0);
        QTRY_COMPARE(again.judgePane()->table()->rowCount(), 3);
        QCOMPARE(again.judgePane()->table()->item(1, 1)->text(), u"60"_s);
    }

private:
    static void run(OptimizePage& page, const QString& algorithm, int budget) {
        chooseAlgorithm(page, algorithm);
        page.runPane()->budgetBox()->setValue(budget);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 120000);
    }

    QTemporaryDir m_cache;
};

QTEST_MAIN(TestSizingJudge)
#include "tst_sizingjudge.moc"
