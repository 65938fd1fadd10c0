// SPDX-License-Identifier: GPL-3.0-or-later
// The demos sized through the page as a new user would: start, pause, other limits, stop, close and
// open again, a killed program, a design taken home, corners and scatter.
#include "core/netlist/reader.h"
#include "core/sim/simulator.h"
#include "sizinghelpers.h"

#include <csignal>

#include <QDirIterator>
#include <QProcess>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr auto kVictim = "--size-until-killed";

/// A demo with the models that it includes, in a folder that may be written to.
QString copyOf(const QString& name, const QString& into) {
    for (const QString& folder : {name, u"models"_s}) {
        const QString from = QStringLiteral(OHMSCAPE_SOURCE_DIR "/projects/") + folder;
        QDir(into).mkpath(folder);
        for (const QString& file : QDir(from).entryList(QDir::Files))
            QFile::copy(from + u'/' + file, into + u'/' + folder + u'/' + file);
    }
    return into + u'/' + name + u"/project.yaml"_s;
}

void prepare(OptimizePage& page, const QString& algorithm, int initial, int budget) {
    chooseAlgorithm(page, algorithm);
    page.runPane()->settings()->initialBox()->setValue(initial);
    page.runPane()->targetBox()->setValue(1000);
    page.runPane()->budgetBox()->setValue(budget);
}

/// The program that is killed: it sizes and tells how far it is.
int sizeUntilKilled(const QString& project) {
    JobService jobs;
    OptimizePage page(jobs);
    page.show();
    page.openProject(project);
    prepare(page, u"random"_s, 20, 100000);
    QObject::connect(&page.runs(), &SizingRuns::updated, &page, [&] {
        std::printf("%zu\n", page.runs().current()->history.back().sims);
        std::fflush(stdout);
    });
    page.runPane()->startButton()->click();
    return QApplication::exec();
}

} // namespace

class TestSizingJourney : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QVERIFY(m_cache.isValid());
        useOwnFolders(m_cache);
    }

    void demo_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("cs-amp") << u"cs-amp"_s << u"evo"_s;
        QTest::newRow("ota-5t") << u"ota-5t"_s << u"bayes"_s;
        QTest::newRow("ldo") << u"ldo"_s << u"random"_s;
        QTest::newRow("two-stage-opamp") << u"two-stage-opamp"_s << u"bayes"_s;
        QTest::newRow("two-stage-opamp-cc") << u"two-stage-opamp-cc"_s << u"random"_s;
    }
    void demo() {
        QFETCH(QString, name);
        QFETCH(QString, algorithm);
        QTemporaryDir folder;
        const QString project = copyOf(name, folder.path());
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1300, 850);
        page.show();
        page.openProject(project);
        QVERIFY2(page.runPane()->startButton()->isEnabled(),
                 qPrintable(page.setupPane()->findings()->text()));
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), 30000);
        QTest::qWait(600); // the circuits are checked when edits rest
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), 30000);
        QVERIFY2(!page.bar()->isVisible(), qPrintable(page.bar()->text()));
        prepare(page, algorithm, 12, 22);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.runs().current()->history.empty(), 60000);
        // Paused: nothing more is simulated, and limits can be changed.
        page.runPane()->pauseButton()->click();
        QTest::qWait(300);
        const auto sims = page.runs().current()->history.back().sims;
        for (const auto& [key, wide] : {std::pair{u"min"_s, u"-1e30"_s},
                                        {u"max"_s, u"1e30"_s},
                                        {u"tolerance"_s, u"1e30"_s}}) {
            const bool target = !page.setup().text(SetupKind::Specs, 0, u"target"_s).isEmpty();
            if (key == u"tolerance"_s ? target
                                      : !page.setup().text(SetupKind::Specs, 0, key).isEmpty())
                edit(page, SetupKind::Specs, 0, key, wide);
        }
        QVERIFY2(page.setup().problem(), qPrintable(page.setupPane()->findings()->text()));
        const auto& told = page.runs().current()->history.back();
        QCOMPARE(told.worstPenalty[0], 0.0); // everything meets it now
        QCOMPARE(told.sims, sims);
        QVERIFY(page.setup().canUndo());
        while (page.setup().canUndo())
            page.setup().undo();
        if (page.isRunning())
            page.runPane()->pauseButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 120000);
        const SizingRun& run = page.runs().runs()[0];
        QVERIFY2(run.state == SizingRun::State::Ended, qPrintable(run.outcome));
        QVERIFY2(run.outcome.contains(u"budget"_s), qPrintable(run.outcome));
        const std::size_t all = run.history.back().sims;
        QVERIFY(all >= 22 && all < 22 + 7); // the last iteration is simulated whole
        QVERIFY(page.designsPane()->model()->rowCount() > 0);
        // The best one taken home: a deck that reads and holds its values.
        QSignalSpy opened(&page, &OptimizePage::openRequested);
        page.designsPane()->netlistButton()->click();
        QVERIFY2(opened.count() == 1, qPrintable(page.bar()->text()));
        const auto deck = netlist::readNetlist(toPath(opened[0][0].toString()), {});
        QVERIFY2(deck.ok(), deck.ok() ? "" : deck.error().message().c_str());
        QVERIFY(bytesOf(opened[0][0].toString()).contains("* "));
        // Looked at closely.
        page.designsPane()->inspectButton()->click();
        QCOMPARE(page.tabs()->currentWidget(), page.inspectPane());
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), 60000);
        QVERIFY2(!page.bar()->isVisible() || !page.bar()->text().contains(u"not"_s),
                 qPrintable(page.bar()->text()));
        SizingRobustPane* robust = page.inspectPane()->robust();
        QVERIFY(robust->cornersButton()->isEnabled());
        robust->cornersButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), 120000);
        grabFor(page, u"journey-"_s + name);
        // Sessions are listed again when the project is opened another time.
        JobService others;
        OptimizePage again(others);
        again.openProject(project);
        QTRY_COMPARE(again.runs().runs().size(), 1);
        QCOMPARE(again.runs().runs()[0].history.back().sims, all);
    }

    /// Whatever moment the program is killed at, the session goes on where it was.
    void killedAndGoneOn() {
        QTemporaryDir folder;
        const QString project = copyOf(u"cs-amp"_s, folder.path());
        std::size_t before = 0;
        for (int round = 0; round < 3; ++round) {
            QProcess victim;
            victim.start(QCoreApplication::applicationFilePath(),
                         {QLatin1String(kVictim), project});
            QVERIFY(victim.waitForStarted());
            std::size_t told = 0;
            QElapsedTimer clock;
            clock.start();
            while (told < before + 25 && clock.elapsed() < 60000) {
                victim.waitForReadyRead(100);
                while (victim.canReadLine())
                    told = victim.readLine().trimmed().toULong();
            }
            QVERIFY2(told >= before + 25, victim.readAllStandardError().constData());
            QTest::qWait(7 * (round + 1)); // in the middle of an iteration, perhaps
            ::kill(static_cast<pid_t>(victim.processId()), SIGKILL);
            QVERIFY(victim.waitForFinished());
            before = told;
        }
        JobService jobs;
        OptimizePage page(jobs);
        page.show();
        page.openProject(project);
        QTRY_COMPARE(page.runs().runs().size(), 1); // one, however often it was begun
        const std::size_t kept = page.runs().runs()[0].history.back().sims;
        QVERIFY2(kept >= before, qPrintable(u"%1 of %2"_s.arg(kept).arg(before)));
        page.runPane()->budgetBox()->setValue(static_cast<int>(kept) + 10);
        page.runPane()->targetBox()->setValue(1000);
        page.progressPane()->table()->setCurrentIndex(
            page.progressPane()->table()->model()->index(0, 0));
        page.progressPane()->goOnButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        const SizingRun& run = page.runs().runs()[0];
        QVERIFY2(run.state == SizingRun::State::Ended, qPrintable(run.outcome));
        QCOMPARE(run.history.back().sims, kept + 10);
        std::set<optimize::Design> distinct;
        for (const auto& m : *run.members)
            QVERIFY(distinct.insert(m.design).second);
    }

private:
    QTemporaryDir m_cache;
};

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    if (argc == 3 && QLatin1String(argv[1]) == QLatin1String(kVictim))
        return sizeUntilKilled(QString::fromLocal8Bit(argv[2]));
    TestSizingJourney test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_sizingjourney.moc"
