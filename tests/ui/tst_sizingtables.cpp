// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the sizing set-up for scatter, matched parameters and noise, by real events.
#include "core/optimize/scattersetup.h"
#include "sizinghelpers.h"

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr auto kScatter = "monte_carlo:\n  count: 50   # few\n  seed: 7\n"
                          "  process: {nmos: {vth0: 8m, u0: 3%}}\n"
                          "  mismatch: {nmos: {vth0: {area: 2n}}}\n"
                          "  parameters: {r1: {sigma: 20, distribution: uniform}}\n";

QString withScatter(const std::filesystem::path& folder) {
    const QString file = divider(folder);
    std::ofstream(toPath(file), std::ios::app) << kScatter;
    return file;
}
/// Types into a cell through the view.
bool type(OptimizePage& page, SetupKind kind, int row, const QString& key, const QString& text) {
    page.setupPane()->tabs()->setCurrentIndex(static_cast<int>(kind));
    QTableView* table = page.setupPane()->table(kind);
    const QModelIndex at = table->model()->index(row, page.setupPane()->model(kind)->columnOf(key));
    table->scrollTo(at);
    table->setCurrentIndex(at);
    table->edit(at);
    auto* editor = table->viewport()->findChild<QLineEdit*>();
    if (!editor)
        return false;
    QTest::keyClick(editor, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(editor, text);
    QTest::keyClick(editor, Qt::Key_Return);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    return true;
}

} // namespace

class TestSizingTables : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QVERIFY(m_cache.isValid());
        useOwnFolders(m_cache);
    }

    void scatterIsShownWithUnits() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(withScatter(folder->path()));
        QCOMPARE(page.setup().names(SetupKind::Scatter),
                 (QStringList{u"samples"_s, u"seed"_s, u"process nmos.vth0"_s, u"process nmos.u0"_s,
                              u"mismatch nmos.vth0"_s, u"parameter r1"_s}));
        const auto value = [&](int row) {
            return shown(page, SetupKind::Scatter, row, u"value"_s);
        };
        QCOMPARE(value(0), u"50"_s);
        QCOMPARE(value(2), u"8 mV"_s);
        QCOMPARE(value(3), u"3%"_s);
        QCOMPARE(value(4), u"2 mV \u00b5m"_s);
        QCOMPARE(value(5), u"20 \u03a9"_s);
        QCOMPARE(shown(page, SetupKind::Scatter, 5, u"distribution"_s), u"uniform"_s);
        const auto box = [&](int row) {
            SetupTable* model = page.setupPane()->model(SetupKind::Scatter);
            return model->index(row, model->columnOf(u"area"_s)).data(Qt::CheckStateRole);
        };
        QVERIFY(!box(0).isValid() && !box(2).isValid()); // nothing to check there
        QCOMPARE(box(4).toInt(), static_cast<int>(Qt::Checked));
        QVERIFY(!page.setup().isModified());
        QVERIFY2(page.setup().problem(), qPrintable(page.setupPane()->findings()->text()));
        QCOMPARE(page.setup().problem()->monteCarlo.count, std::size_t{50});
    }

    void scatterIsEditedUndoneAndSaved() {
        const auto folder = TemporaryDirectory::create();
        const QString file = withScatter(folder->path());
        const QByteArray before = bytesOf(file);
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1400, 900);
        page.show();
        page.openProject(file);
        QVERIFY(type(page, SetupKind::Scatter, 0, u"value"_s, u"300"_s));
        QTRY_COMPARE(shown(page, SetupKind::Scatter, 0, u"value"_s), u"300"_s);
        QVERIFY(type(page, SetupKind::Scatter, 4, u"value"_s, u"3.5 mV um"_s));
        QTRY_COMPARE(shown(page, SetupKind::Scatter, 4, u"value"_s), u"3.5 mV \u00b5m"_s);
        QTableView* table = page.setupPane()->table(SetupKind::Scatter);
        table->setCurrentIndex(table->model()->index(3, 0));
        QTest::keyClick(table, Qt::Key_Insert);
        QCOMPARE(table->model()->rowCount(), 7);
        QVERIFY(!page.setup().problem()); // as row 2: given twice
        QVERIFY(page.setupPane()->findings()->text().contains(u"given twice"_s));
        QVERIFY(edit(page, SetupKind::Scatter, 4, u"model"_s, u"pmos"_s));
        QVERIFY(page.setup().problem());
        QCOMPARE(page.setup().problem()->monteCarlo.spreads.size(), std::size_t{5});
        QVERIFY(page.setup().save());
        QByteArray wanted = before;
        wanted.replace("count: 50", "count: 300");
        wanted.replace("{nmos: {vth0: 8m, u0: 3%}}",
                       "{nmos: {vth0: 8m, u0: 3%}, pmos: {vth0: 10m}}");
        wanted.replace("area: 2n", "area: 3.5n");
        QCOMPARE(bytesOf(file), wanted);
        for (int i = 0; i < 4; ++i)
            page.setupPane()->undoButton()->click();
        QCOMPARE(shown(page, SetupKind::Scatter, 0, u"value"_s), u"50"_s);
        QVERIFY(page.setup().save());
        QCOMPARE(bytesOf(file), before);
    }

    void scatterFaultsAreMarked() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(withScatter(folder->path()));
        const auto fault = [&](int row, const QString& key, const QString& text) {
            edit(page, SetupKind::Scatter, row, key, text);
            const QString issue = page.setup().issue(SetupKind::Scatter, row, key);
            const bool stopped = !page.setup().problem();
            page.setup().undo();
            return stopped ? issue : QString();
        };
        QVERIFY(fault(0, u"value"_s, u"1"_s).contains(u"2 to 100000"_s));
        QVERIFY(fault(1, u"value"_s, u"-1"_s).contains(u"whole number"_s));
        QVERIFY(fault(2, u"value"_s, u"nothing"_s).contains(u"number"_s));
        QVERIFY(fault(2, u"value"_s, u"0"_s).contains(u"above zero"_s));
        QVERIFY(fault(3, u"value"_s, u"120%"_s).contains(u"below 100"_s));
        QVERIFY(fault(2, u"model"_s, {}).contains(u"model"_s));
        QVERIFY(fault(2, u"kind"_s, u"odd"_s).contains(u"mismatch"_s));
        QVERIFY(fault(5, u"distribution"_s, u"square"_s).contains(u"uniform"_s));
        QVERIFY(page.setup().problem());
    }

    /// What this table does not know stays as it is in the file.
    void oddScatterStays() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        std::ofstream(toPath(file), std::ios::app) << "monte_carlo:\n  wafers: 3\n";
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(file);
        QVERIFY(!page.setup().problem());
        QVERIFY(page.setupPane()->findings()->text().contains(u"wafers"_s));
        edit(page, SetupKind::Parameters, 0, u"max"_s, u"5k"_s);
        QVERIFY(page.setup().save());
        QVERIFY(bytesOf(file).contains("wafers: 3"));
    }

    void scatterOfTheDemosReadsBack() {
        for (const char* name : {"two-stage-opamp", "ldo", "ota-5t", "cs-amp"}) {
            const auto file =
                std::filesystem::path(OHMSCAPE_SOURCE_DIR) / "projects" / name / "project.yaml";
            const auto text = readFile(file);
            const auto section = project::readSetup(text->view(), "monte_carlo", file.string());
            QVERIFY(section);
            const auto rows = optimize::scatterRows(*section);
            QVERIFY2(rows, name);
            const auto again = optimize::scatterRows(optimize::scatterSection(*rows));
            QVERIFY(again);
            QCOMPARE(*again == *rows, true);
        }
    }

    void matchedParameters() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1400, 900);
        page.show();
        page.openProject(file);
        QVERIFY(type(page, SetupKind::Parameters, 1, u"matches"_s, u"2*r1"_s));
        QTRY_VERIFY(!page.setup().problem()); // it still has a range
        QVERIFY(!page.setup().issue(SetupKind::Parameters, 1, u"matches"_s).isEmpty());
        edit(page, SetupKind::Parameters, 1, u"min"_s, {});
        edit(page, SetupKind::Parameters, 1, u"max"_s, {});
        QVERIFY(page.setup().problem());
        QCOMPARE(page.setup().problem()->variables.size(), std::size_t{1});
        QCOMPARE(page.setup().problem()->parameters({0}).back().second, 200.0);
        QVERIFY(shown(page, SetupKind::Parameters, 1, u"#points"_s).contains(u"follows"_s));
        // A name that does not vary is told in its row.
        edit(page, SetupKind::Parameters, 1, u"matches"_s, u"r9"_s);
        QVERIFY(!page.setup().problem());
        QVERIFY(page.setup().issue(SetupKind::Parameters, 1, {}).contains(u"r9"_s));
        // A partner that is renamed takes it along.
        edit(page, SetupKind::Parameters, 1, u"matches"_s, u"r1"_s);
        edit(page, SetupKind::Parameters, 0, {}, u"top"_s);
        QCOMPARE(page.setup().text(SetupKind::Parameters, 1, u"matches"_s), u"top"_s);
        page.setup().undo();
        QVERIFY(page.setup().save());
        QVERIFY(bytesOf(file).contains("matches: r1"));
    }

    void noiseAndExpressions() {
        const auto folder = TemporaryDirectory::create();
        JobService jobs;
        OptimizePage page(jobs);
        page.openProject(divider(folder->path()));
        edit(page, SetupKind::Benches, 0, u"analyses"_s, u"op, noise out v1 dec 5 1 1meg"_s);
        const int row = page.setup().add(SetupKind::Measurements);
        edit(page, SetupKind::Measurements, row, {}, u"hum"_s);
        edit(page, SetupKind::Measurements, row, u"kind"_s, u"output_noise"_s);
        edit(page, SetupKind::Measurements, row, u"at"_s, u"1 kHz"_s);
        QVERIFY2(page.setup().problem(), qPrintable(page.setupPane()->findings()->text()));
        QCOMPARE(shown(page, SetupKind::Measurements, row, u"at"_s), u"1 kHz"_s);
        QCOMPARE(page.setup().problem()->measures.back().at, 1000.0);
        const int spec = page.setup().add(SetupKind::Specs);
        edit(page, SetupKind::Specs, spec, u"max"_s, u"5n"_s);
        QCOMPARE(shown(page, SetupKind::Specs, spec, u"max"_s), u"5 nV/\u221aHz"_s);
        edit(page, SetupKind::Measurements, row, u"at"_s, u"never"_s);
        QVERIFY(page.setup().issue(SetupKind::Measurements, row, u"at"_s).contains(u"number"_s));
        page.setup().undo();
        // An expression takes the place of a kind, and the other way round, in one step each.
        edit(page, SetupKind::Measurements, row, u"expr"_s, u"vout*2"_s);
        QVERIFY2(page.setup().problem(), qPrintable(page.setupPane()->findings()->text()));
        QVERIFY(page.setup().text(SetupKind::Measurements, row, u"bench"_s).isEmpty());
        page.setup().undo();
        QCOMPARE(page.setup().text(SetupKind::Measurements, row, u"kind"_s), u"output_noise"_s);
        QVERIFY(page.setup().problem());
    }

    /// A session comes back when the project is opened again: listed, overlaid, chosen, gone on
    /// with; not where other parameters vary.
    void earlierSessionsComeBack() {
        const auto folder = TemporaryDirectory::create();
        const QString file = divider(folder->path());
        std::size_t designs = 0;
        {
            JobService jobs;
            OptimizePage page(jobs);
            page.openProject(file);
            chooseAlgorithm(page, u"random"_s);
            page.runPane()->budgetBox()->setValue(60);
            page.runPane()->startButton()->click();
            QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
            designs = page.runs().current()->members->size();
            QVERIFY(designs > 20);
        }
        JobService jobs;
        OptimizePage page(jobs);
        page.resize(1400, 900);
        page.show();
        page.openProject(file);
        QTRY_VERIFY(page.runs().hasRecalled());
        QCOMPARE(page.runs().runs().size(), 1);
        QVERIFY(!page.runs().runs()[0].shown);
        QVERIFY(page.runs().runs()[0].outcome.contains(u"earlier"_s));
        QCOMPARE(page.runs().chosen(), -1);
        // Its row chooses its designs, its box draws its curve.
        QTableView* table = page.progressPane()->table();
        page.tabs()->setCurrentWidget(page.progressPane());
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(0, 2)).center());
        QCOMPARE(page.runs().chosen(), 0);
        QCOMPARE(page.designsPane()->model()->rowCount(), static_cast<int>(designs));
        QVERIFY(
            table->model()->setData(table->model()->index(0, 0), Qt::Checked, Qt::CheckStateRole));
        QVERIFY(page.runs().runs()[0].shown);
        // Start with the same algorithm and seed goes on with it.
        chooseAlgorithm(page, u"random"_s);
        page.runPane()->budgetBox()->setValue(80);
        page.runPane()->startButton()->click();
        QCOMPARE(page.runs().runs().size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QVERIFY(page.runs().runs()[0].members->size() >= designs);
        // Of other ranges it is no session.
        edit(page, SetupKind::Parameters, 0, u"max"_s, u"5k"_s);
        page.runPane()->startButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.isRunning(), 60000);
        QTRY_VERIFY(page.runs().hasRecalled());
        QCOMPARE(page.runs().runs().size(), 1);
        QVERIFY(page.runs().runs()[0].folder.contains(u"random-seed"_s));
    }

private:
    QTemporaryDir m_cache;
};

QTEST_MAIN(TestSizingTables)
#include "tst_sizingtables.moc"
