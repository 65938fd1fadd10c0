// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs page and the Compare tab of the Data page through real events; no engine is needed.
#include "core/dataset/h5file.h"
#include "core/generate/request.h"
#include "fakeruns.h"
#include "ui/models/runtable.h"
#include "ui/pages/datapage.h"
#include "ui/pages/distributionpane.h"
#include "ui/pages/errorspage.h"
#include "ui/pages/reportpage.h"
#include "ui/pages/runspage.h"
#include "ui/services/commands.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QHeaderView>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>

#include <cmath>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace fs = std::filesystem;

namespace {

runs::RunRecord record(const char* name, double accuracy) {
    runs::RunRecord r;
    r.name = name;
    r.folder = fs::path("/runs") / name;
    r.recipe = "small";
    r.steps = r.stepsDone = 40;
    r.finished = true;
    r.metrics = {{"validation.acc_at_50", accuracy + 0.1}, {"validation.acc_at_100", accuracy}};
    return r;
}

} // namespace

class TestRunsPage : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QStringList m_opened;
    fs::path runsFolder() const { return m_folder.filePath(u"runs"_s).toStdString(); }

    /// The row of the table that shows a run; -1 if none does.
    static int rowOf(const RunsPage* page, const QString& name) {
        const QAbstractItemModel* shown = page->table()->model();
        for (int row = 0; row < shown->rowCount(); ++row) {
            if (shown->index(row, RunTable::Name).data().toString() == name)
                return row;
        }
        return -1;
    }
    static void click(const RunsPage* page, const QString& name,
                      Qt::KeyboardModifiers modifiers = {}) {
        QTableView* table = page->table();
        const QModelIndex index = table->model()->index(rowOf(page, name), RunTable::Name);
        table->scrollTo(index);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, modifiers,
                          table->visualRect(index).center());
    }

public slots:
    void opened(const QUrl& url) { m_opened << url.toLocalFile(); }

private slots:
    void initTestCase() {
        qputenv("OHMSCAPE_DATASETS", m_folder.filePath(u"datasets"_s).toLocal8Bit());
        qputenv("OHMSCAPE_RUNS", QByteArray::fromStdString(runsFolder().string()));
    }
    void init() {
        fs::remove_all(runsFolder());
        for (int seed = 0; seed < 3; ++seed)
            makeTraining(runsFolder() / ("small-seed" + std::to_string(seed)), 3, seed,
                         0.5 + 0.1 * seed);
        makeTraining(runsFolder() / "deep", 9, 0, 0.8);
    }
    void tableKeepsItsRows() {
        RunTable model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto a = record("a", 0.5), b = record("b", 0.7), c = record("c", 0.9);
        model.setRuns({a, b});
        QCOMPARE(model.rowCount(), 2);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        QSignalSpy told(&model, &QAbstractItemModel::dataChanged);
        model.setRuns({a, b});
        QCOMPARE(told.size(), 0); // nothing new
        b.baseline = true;
        b.tags = {"good", "paper"};
        model.setRuns({c, b, a});
        QCOMPARE(reset.size(), 0);
        QVERIFY(told.size() > 0);
        QCOMPARE(model.rowOf(a.folder), 0); // where it was
        QCOMPARE(model.rowOf(c.folder), 2);
        const auto shown = [&](int row, int column) {
            return model.index(row, column).data().toString();
        };
        QCOMPARE(shown(1, RunTable::Tags), u"good, paper"_s);
        QCOMPARE(shown(0, RunTable::Difference), u"-0.2000"_s);
        QCOMPARE(shown(2, RunTable::Difference), u"+0.2000"_s);
        QVERIFY(RunTable::searchText(model.at(1)).contains(u"#paper"_s));
        model.setK(50);
        QCOMPARE(shown(0, RunTable::Accuracy), u"0.6000"_s);
        QCOMPARE(model.headerData(RunTable::Accuracy, Qt::Horizontal, Qt::DisplayRole).toString(),
                 u"Acc@50"_s);
        // Editing tells and waits for the store.
        QSignalSpy tags(&model, &RunTable::tagsEdited);
        QVERIFY(
            model.setData(model.index(0, RunTable::Tags), u"#new, other,, new"_s, Qt::EditRole));
        QCOMPARE(tags.size(), 1);
        QCOMPARE(tags.first().at(1).toStringList(), (QStringList{u"new"_s, u"other"_s}));
        QVERIFY(shown(0, RunTable::Tags).isEmpty());
        QVERIFY(!model.setData(model.index(0, RunTable::Name), u"x"_s, Qt::EditRole));
        model.setRuns({b});
        QCOMPARE(model.rowCount(), 1);
        model.setRuns({});
        QCOMPARE(model.rowCount(), 0);
    }
    void controlsHaveNames() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        for (const QWidget* page : {static_cast<QWidget*>(window.runsPage()),
                                    static_cast<QWidget*>(window.dataPage()->distributions())}) {
            for (const QWidget* w : page->findChildren<QWidget*>()) {
                if (w->inherits("QTabWidget") || w->inherits("QSlider") ||
                    w->inherits("QTableView") || w->inherits("QComboBox") ||
                    w->inherits("QListWidget") || w->inherits("QLineEdit") ||
                    w->inherits("ohm::widgets::PlotView"))
                    QVERIFY2(!w->accessibleName().isEmpty(), w->metaObject()->className());
                const bool ofBar = w->parent()->inherits("ohm::widgets::MessageBar");
                if ((w->inherits("QPushButton") && !ofBar) || w->inherits("QCheckBox")) {
                    const auto* button = static_cast<const QAbstractButton*>(w);
                    QVERIFY(!button->text().isEmpty() || !button->accessibleName().isEmpty());
                }
            }
        }
    }
    void sortFilterTagAndPin() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1600, 950);
        window.show();
        window.showPage(MainWindow::Page::Runs);
        RunsPage* page = window.runsPage();
        QVERIFY(QTest::qWaitFor([&] { return page->model()->rowCount() == 4; }, 20'000));
        QTableView* table = page->table();
        const auto name = [&](int row) {
            return table->model()->index(row, RunTable::Name).data().toString();
        };
        // A click on a heading sorts.
        QHeaderView* header = table->horizontalHeader();
        const auto clickHeader = [&](int column) {
            QTest::mouseClick(
                header->viewport(), Qt::LeftButton, {},
                QPoint(header->sectionViewportPosition(column) + 10, header->height() / 2));
        };
        clickHeader(RunTable::Accuracy);
        if (header->sortIndicatorOrder() != Qt::DescendingOrder)
            clickHeader(RunTable::Accuracy);
        QCOMPARE(name(0), u"deep"_s);
        QCOMPARE(name(3), u"small-seed0"_s);

        click(page, u"small-seed1"_s);
        QTest::mouseClick(page->pinButton(), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor(
            [&] {
                return table->model()
                           ->index(rowOf(page, u"small-seed1"_s), RunTable::Difference)
                           .data()
                           .toString() == u"baseline"_s;
            },
            20'000));
        QCOMPARE(table->model()->index(0, RunTable::Difference).data().toString(), u"+0.2000"_s);
        QCOMPARE(page->chosen().front().name, std::string("small-seed1")); // is still chosen

        click(page, u"small-seed2"_s, Qt::ControlModifier);
        QCOMPARE(page->chosen().size(), std::size_t{2});
        QTest::keyClicks(page->tagEdit(), u"#good"_s);
        QTest::keyClick(page->tagEdit(), Qt::Key_Return);
        QVERIFY(QTest::qWaitFor(
            [&] {
                return page->model()->index(0, 0).isValid() && !page->list().runs().empty() &&
                       std::count_if(page->list().runs().begin(), page->list().runs().end(),
                                     [](const auto& r) { return r.tags.contains("good"); }) == 2;
            },
            20'000));
        QTest::keyClicks(page->filterEdit(), u"#good seed2"_s);
        QCOMPARE(table->model()->rowCount(), 1);
        QCOMPARE(name(0), u"small-seed2"_s);
        page->filterEdit()->clear();
        QCOMPARE(table->model()->rowCount(), 4);

        // A note, typed into its cell.
        const QModelIndex cell = table->model()->index(rowOf(page, u"deep"_s), RunTable::Note);
        table->scrollTo(cell);
        table->setCurrentIndex(cell);
        table->edit(cell);
        auto* editor = table->viewport()->findChild<QLineEdit*>();
        QVERIFY(editor);
        QTest::keyClicks(editor, u"too slow"_s);
        QTest::keyClick(editor, Qt::Key_Return);
        const auto noted = [&] {
            const auto at = rowOf(page, u"deep"_s);
            return table->model()->index(at, RunTable::Note).data().toString();
        };
        QVERIFY(QTest::qWaitFor([&] { return noted() == u"too slow"_s; }, 20'000));

        // What another process writes is seen, and a run it makes.
        {
            auto other = runs::RunStore::open(runsFolder());
            QVERIFY(other.ok());
            const auto run = other->find("deep");
            QVERIFY(run.ok() && run->note == "too slow");
            QVERIFY(other->setNote(*run, "fast enough").ok());
            makeTraining(runsFolder() / "from-elsewhere", 4, 0, 0.3);
        }
        QVERIFY(QTest::qWaitFor([&] { return noted() == u"fast enough"_s; }, 20'000));
        QVERIFY(QTest::qWaitFor([&] { return rowOf(page, u"from-elsewhere"_s) >= 0; }, 20'000));
    }
    void removeAndBringBack() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1600, 950);
        window.show();
        window.showPage(MainWindow::Page::Runs);
        RunsPage* page = window.runsPage();
        QVERIFY(QTest::qWaitFor([&] { return page->model()->rowCount() == 4; }, 20'000));
        QVERIFY(!page->restoreButton()->isVisible());
        click(page, u"small-seed0"_s);
        click(page, u"deep"_s, Qt::ControlModifier);
        page->table()->setFocus();
        QTest::keyClick(page->table(), Qt::Key_Delete);
        QVERIFY(QTest::qWaitFor([&] { return page->model()->rowCount() == 2; }, 20'000));
        QVERIFY(page->bar()->isVisible());
        QVERIFY(fs::exists(runsFolder() / "deep" / "recipe.yaml")); // the files stay
        QVERIFY(page->restoreButton()->isVisible());
        QVERIFY(window.bench().commands.trigger(u"edit.undo"_s));
        QVERIFY(QTest::qWaitFor([&] { return page->model()->rowCount() == 4; }, 20'000));
        QVERIFY(!page->restoreButton()->isVisible());
        QVERIFY(!page->bar()->isVisible());
    }
    void compareAndDraw() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1600, 950);
        window.show();
        window.showPage(MainWindow::Page::Runs);
        RunsPage* page = window.runsPage();
        QVERIFY(QTest::qWaitFor([&] { return page->model()->rowCount() == 4; }, 20'000));
        page->table()->selectAll();
        QVERIFY(QTest::qWaitFor([&] { return page->curvePlot()->series().size() == 2; }, 20'000));
        const auto& curves = page->curvePlot()->series();
        const auto band = std::find_if(curves.begin(), curves.end(),
                                       [](const auto& s) { return !s.low.isEmpty(); });
        QVERIFY(band != curves.end());
        QCOMPARE(band->name, u"small, 3 seeds"_s);
        QVERIFY(std::fabs(band->y.last() - 0.6) < 1e-12);
        QCOMPARE(band->low.last(), 0.5);
        QCOMPARE(band->high.last(), 0.7);
        QCOMPARE(page->accuracyPlot()->series().size(), 2);
        QCOMPARE(page->lossPlot()->series().first().y.size(), 2);
        page->bandsBox()->click();
        QCOMPARE(page->curvePlot()->series().size(), 4);
        page->kSlider()->setValue(50);
        QVERIFY(page->accuracyPlot()->series().first().y.last() > 0.59);

        page->tabs()->setCurrentIndex(1);
        QTableWidget* settings = page->settingsTable();
        QCOMPARE(settings->columnCount(), 5);
        QStringList differing;
        for (int row = 0; row < settings->rowCount(); ++row)
            differing << settings->item(row, 0)->text();
        QCOMPARE(differing, (QStringList{u"network.layers"_s, u"seed"_s}));
        bool found = false;
        for (int row = 0; row < page->metricsTable()->rowCount(); ++row) {
            if (page->metricsTable()->item(row, 0)->text() != u"validation.acc_at_100"_s)
                continue;
            for (int column = 1; column < 5; ++column)
                found = found ||
                        page->metricsTable()->item(row, column)->text().contains(u"(+"_s) ||
                        page->metricsTable()->item(row, column)->text().contains(u"(-"_s);
        }
        QVERIFY(found);
        // One alone: everything about it.
        click(page, u"deep"_s);
        QVERIFY(QTest::qWaitFor([&] { return settings->columnCount() == 2; }, 20'000));
        QVERIFY(settings->rowCount() > 3);

        // Its folder, its errors, a report.
        QDesktopServices::setUrlHandler(u"file"_s, this, "opened");
        QTest::mouseClick(page->folderButton(), Qt::LeftButton);
        QDesktopServices::unsetUrlHandler(u"file"_s);
        QCOMPARE(m_opened.size(), 1);
        QVERIFY(m_opened.first().endsWith(u"/deep"_s));
        QTest::mouseClick(page->reportButton(), Qt::LeftButton);
        QCOMPARE(window.page(), MainWindow::Page::Report);
        QVERIFY(QTest::qWaitFor(
            [&] {
                const auto asked = window.reportPage()->request();
                return asked.runs.size() == 1 && asked.runs[0].name == "deep";
            },
            20'000));
        window.showPage(MainWindow::Page::Runs);
        QTest::mouseClick(page->errorsButton(), Qt::LeftButton);
        QCOMPARE(window.page(), MainWindow::Page::Errors);
        QVERIFY(QTest::qWaitFor(
            [&] { return window.errorsPage()->setup().model.contains(u"/deep/"_s); }, 20'000));
        QVERIFY(window.errorsPage()->setup().data.isEmpty());
    }
    void aBrokenStoreIsToldOnce() {
        writeFile(runsFolder() / "runs.sqlite", std::string(4096, 'x'));
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.show();
        window.showPage(MainWindow::Page::Runs);
        RunsPage* page = window.runsPage();
        QVERIFY(QTest::qWaitFor([&] { return page->bar()->isVisible(); }, 20'000));
        QCOMPARE(page->bar()->kind(), widgets::MessageBar::Kind::Error);
        page->bar()->dismiss();
        page->list().refresh();
        QVERIFY(waitSettled(window));
        QVERIFY(!page->bar()->isVisible());
    }
    void distributions() {
        QDir().mkpath(m_folder.filePath(u"datasets"_s));
        const QString file = m_folder.filePath(u"datasets/few.h5"_s);
        const auto set = generate::loadOrGenerate("ladder:2-4:60:seed=2");
        QVERIFY(set.ok());
        QVERIFY(dataset::writeGraphSet(*set, file.toStdString()).ok());
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1500, 950);
        window.show();
        window.showPage(MainWindow::Page::Data);
        DataPage* data = window.dataPage();
        data->tabs()->setCurrentIndex(1);
        DistributionPane* pane = data->distributions();
        QListWidget* sets = pane->sets();
        const auto tick = [&](const QString& source, bool on) {
            for (int i = 0; i < sets->count(); ++i) {
                if (sets->item(i)->data(Qt::UserRole).toString() == source)
                    sets->item(i)->setCheckState(on ? Qt::Checked : Qt::Unchecked);
            }
            return QTest::qWaitFor([&] { return !pane->distributions().isRunning(); }, 60'000);
        };
        QVERIFY(tick(file, true));
        QVERIFY(tick(u"bridge:300:seed=4"_s, true));
        QCOMPARE(pane->chart()->bars().size(), 2);
        for (const auto& bars : pane->chart()->bars()) {
            double sum = 0;
            for (const double share : bars.counts)
                sum += share;
            QVERIFY(std::fabs(sum - 1) < 1e-9);
        }
        QCOMPARE(pane->table()->rowCount(), 2);
        QCOMPARE(pane->table()->item(0, 4)->text(), u"reference"_s);
        const double ks = pane->table()->item(1, 6)->text().toDouble();
        QVERIFY(ks > 0 && ks <= 1);
        // The other one as reference: the distance is the same from there.
        pane->againstBox()->setCurrentIndex(1);
        QVERIFY(QTest::qWaitFor([&] { return !pane->distributions().isRunning(); }, 60'000));
        QCOMPARE(pane->table()->item(1, 4)->text(), u"reference"_s);
        QCOMPARE(pane->table()->item(0, 6)->text().toDouble(), ks);
        pane->shapeBox()->setCurrentIndex(1);
        QCOMPARE(pane->chart()->series().size(), 2);
        pane->shapeBox()->setCurrentIndex(2);
        QCOMPARE(pane->chart()->series().first().y.last(), 1.0);
        pane->logarithmicBox()->click();
        pane->shapeBox()->setCurrentIndex(0);
        QVERIFY(pane->chart()->isLogarithmicY());
        QVERIFY(!pane->chart()->renderable().csv().isEmpty());
        // One set in parts: training, validation and test.
        QVERIFY(tick(u"bridge:300:seed=4"_s, false));
        pane->divideBox()->setCurrentIndex(1);
        QVERIFY(QTest::qWaitFor(
            [&] { return !pane->distributions().isRunning() && pane->table()->rowCount() == 3; },
            60'000));
        QVERIFY(pane->table()->item(2, 0)->text().contains(u"test"_s));
        pane->divideBox()->setCurrentIndex(3);
        QVERIFY(QTest::qWaitFor(
            [&] { return pane->table()->item(0, 0)->text() == u"few, 2 branches"_s; }, 60'000));
        // A set that cannot be read says so.
        const QString foreign = m_folder.filePath(u"datasets/foreign.h5"_s);
        QVERIFY(write(foreign, "not a dataset"));
        window.showPage(MainWindow::Page::Train);
        window.showPage(MainWindow::Page::Data);
        QVERIFY(tick(foreign, true));
        QVERIFY(data->bar()->isVisible());
        QCOMPARE(data->bar()->kind(), widgets::MessageBar::Kind::Error);
        QVERIFY(QFile::remove(foreign));
    }
};

QTEST_MAIN(TestRunsPage)
#include "tst_runspage.moc"
