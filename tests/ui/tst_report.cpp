// SPDX-License-Identifier: GPL-3.0-or-later
// Reports of every kind of run: what is shown, what is named as missing, and the page that makes
// them.
#include "core/base/files.h"
#include "core/deeptrain/example.h"
#include "core/deeptrain/training.h"
#include "core/runs/sizingrun.h"
#include "fakeruns.h"
#include "ui/pages/reportpage.h"
#include "ui/pages/runspage.h"
#include "ui/report/reportdrawings.h"
#include "ui/report/reportviews.h"
#include "ui/services/text.h"
#include "uitesting.h"
#include "widgets/common/messagebar.h"
#include "widgets/plot/plotview.h"

#include <QDesktopServices>
#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTextBrowser>

#include <algorithm>
#include <cmath>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace fs = std::filesystem;

namespace {

void makeSizing(const fs::path& folder, std::uint64_t seed) {
    runs::SizingRun run;
    run.problem = "amp";
    run.algorithm = "evo";
    run.seed = seed;
    run.budget = 40;
    run.finished = true;
    run.ending = "the budget of simulations is spent";
    run.command = "ohmscape-cli optimize amp";
    run.variables = {{"w", "m", 1e-6, 1e-4, 0, true, 2e-6}};
    run.specs = {{"gain", "", 100, std::nullopt, 1, 250, true},
                 {"power", "W", std::nullopt, 1e-3, 1, 2e-3, false}};
    for (std::size_t i = 1; i < 5; ++i) {
        optimize::IterationReport r;
        r.iteration = i;
        r.sims = 10 * i;
        r.bestCost = 1.0 / static_cast<double>(i + seed);
        r.meanCost = r.bestCost + 1;
        r.meeting = {i, 0};
        run.history.push_back(r);
    }
    run.bestCost = 0.25;
    fs::create_directories(folder);
    QVERIFY(runs::writeSizingRun(run, folder).ok());
}

/// A deep network trained for real, on designs that are made up.
void makeDeep(const fs::path& folder) {
    fs::create_directories(folder);
    deeptrain::ExampleOptions example;
    example.designs = 4;
    example.nodes = 200;
    const auto set = deeptrain::exampleDesigns(example);
    QVERIFY(set.ok());
    const fs::path data = folder.parent_path() / ".designs.h5";
    QVERIFY(congestion::writeCongestionSet(*set, data).ok());
    deeptrain::TaskOptions options;
    options.split.testShare = 0.25;
    options.split.validationShare = 0.25;
    const auto task = deeptrain::makeTask(*set, options);
    QVERIFY(task.ok());
    deep::TrainConfig config;
    config.network.layers = 2;
    config.network.channels = 8;
    config.network.k = 4;
    config.epochs = 2;
    std::string log;
    const auto result =
        deeptrain::trainOn(*task, config, {}, noProgress(), [&](const deeptrain::EpochFigures& e) {
            log += "{\"epoch\":" + std::to_string(e.epoch) + ",\"loss\":" + std::to_string(e.loss) +
                   ",\"pearson\":0." + std::to_string(e.epoch) + "}\n";
        });
    QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
    QVERIFY(deeptrain::writeDeepModel(result->model, folder / "model.safetensors").ok());
    writeFile(folder / "epochs.jsonl", log);
    writeFile(folder / "result.json",
              "{\"seed\":1,\"best_epoch\":2,\"designs\":[],\"settings\":{\"data\":\"" +
                  data.string() + "\"}}");
}

QJsonObject readJson(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                          : QJsonObject();
}

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestReport : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QStringList m_opened;

    fs::path runsFolder() const { return m_folder.filePath(u"runs"_s).toStdString(); }
    QVector<runs::RunRecord> find(const QStringList& names) const {
        auto store = runs::RunStore::open(runsFolder());
        QVector<runs::RunRecord> out;
        if (!store || !store->refresh())
            return out;
        for (const QString& name : names) {
            if (auto run = store->find(ss(name)))
                out << *run;
        }
        return out;
    }
    QString outside(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    static int rowOf(const QTableWidget* table, const QString& text) {
        for (int row = 0; row < table->rowCount(); ++row) {
            if (table->item(row, 0)->text() == text)
                return row;
        }
        return -1;
    }

public slots:
    void opened(const QUrl& url) { m_opened << url.toLocalFile(); }

private slots:
    void initTestCase() {
        qputenv("OHMSCAPE_RUNS", QByteArray::fromStdString(runsFolder().string()));
        for (int seed = 0; seed < 3; ++seed)
            makeTraining(runsFolder() / "small" / ("seed-" + std::to_string(seed)), 3, seed,
                         0.5 + 0.1 * seed, false);
        makeTraining(runsFolder() / "wide", 9, 0, 0.8, false);
        makeSizing(runsFolder() / "evo-0", 0);
        makeSizing(runsFolder() / "evo-1", 1);
        makeDeep(runsFolder() / "deep");
    }

    /// Letters keep their share of a picture, whatever it is painted on.
    void lettersScaleWithThePicture_data() {
        QTest::addColumn<bool>("map");
        QTest::newRow("map") << true;
        QTest::newRow("scatter") << false;
    }
    void lettersScaleWithThePicture() {
        QFETCH(bool, map);
        widgets::Renderable drawn;
        if (map) {
            drawn =
                drawMaps({u"d"_s, 4, 4, std::vector<float>(16, 0.5F), std::vector<float>(16, 1)});
        } else {
            ScatterPlan plan;
            plan.title = u"scatter"_s;
            plan.axes.x = u"true"_s;
            plan.axes.y = u"predicted"_s;
            plan.points = {0, 0, 1, 1, 0.5F, 0.2F};
            plan.colours = QVector<QRgb>(3, qRgb(0, 0, 200));
            plan.row = [](int) { return QStringList(); };
            drawn = drawScatter(plan);
        }
        const auto ink = [](const QImage& image) {
            qint64 sum = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    sum += 255 - qGray(image.pixel(x, y));
            }
            return static_cast<double>(sum) / (255.0 * image.width() * image.height());
        };
        const double small = ink(widgets::renderImage(drawn, 1));
        const double large = ink(widgets::renderImage(drawn, 4));
        QVERIFY2(std::fabs(large - small) < 0.15 * small,
                 qPrintable(u"%1 %2"_s.arg(small).arg(large)));
    }

    void viewsSayWhyNot() {
        const auto all = find({u"small/seed-0"_s, u"evo-0"_s, u"deep"_s});
        QCOMPARE(all.size(), 3);
        QSet<QString> ids;
        for (const ReportView& view : reportViews()) {
            QVERIFY2(!ids.contains(view.id), qPrintable(view.id));
            ids << view.id;
            QVERIFY(!view.title.isEmpty() && view.what.endsWith(u'.'));
            QVERIFY(!whyNot(view, QVector<runs::RunRecord>{}).isEmpty());
        }
        const auto alone = [&](int i) { return QVector<runs::RunRecord>{all[i]}; };
        QVERIFY(whyNot(*reportView(u"loss"_s), alone(0)).isEmpty());
        QVERIFY(whyNot(*reportView(u"loss"_s), alone(1)).contains(u"another kind"_s));
        QVERIFY(whyNot(*reportView(u"predicted"_s), alone(0)).contains(u"not finished"_s));
        QVERIFY(whyNot(*reportView(u"convergence"_s), alone(1)).isEmpty());
        QVERIFY(whyNot(*reportView(u"maps"_s), alone(2)).isEmpty());
        QVERIFY(whyNot(*reportView(u"differences"_s), alone(0)).contains(u"two"_s));
        QVERIFY(whyNot(*reportView(u"differences"_s), all).isEmpty());
        QVERIFY(!reportView(u"nonsense"_s));
    }

    /// Runs of one name, a run twice, and names that would make one file.
    void namesakesKeepTheirFigures() {
        const auto home = outside("namesakes");
        for (const char* folder : {"a/far", "b/far", "b-far"})
            makeTraining(std::filesystem::path(ss(home)) / folder, 3, 1, 0.5, false);
        ReportRequest request;
        auto store = runs::RunStore::open(ss(outside("namesakes-list")));
        QVERIFY(store.ok());
        for (const char* folder : {"/a/far", "/b/far", "/a/far", "/b-far"})
            request.runs << *store->find(ss(home + QLatin1String(folder)));
        QCOMPARE(request.runs.size(), 4);
        request.views = QStringList{u"configuration"_s, u"loss"_s};
        request.folder = outside("namesakes-report");
        const auto written = writeReport(request);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
        const QDir folder(request.folder);
        const QString html = QString::fromUtf8(bytesOf(written->page));
        for (const char* name : {"far", "b/far", "b-far"})
            QVERIFY2(html.contains(u">%1<"_s.arg(QLatin1String(name))), name);
        const auto json = QJsonDocument::fromJson(bytesOf(folder.filePath(u"report.json"_s)));
        QCOMPARE(json[u"runs"_s].toArray().size(), 3);
        QStringList tables;
        for (const auto& table : json[u"tables"_s].toArray()) {
            QVERIFY2(!tables.contains(table.toString()), qPrintable(table.toString()));
            tables << table.toString();
            QVERIFY(QFileInfo(folder.filePath(table.toString() + u".csv"_s)).size() > 0);
        }
        QVERIFY2(tables.contains(u"configuration-b-far-2"_s), qPrintable(tables.join(u' ')));
    }

    void everyKindInOneReport() {
        ReportRequest request;
        request.runs = find({u"small/seed-0"_s, u"small/seed-1"_s, u"small/seed-2"_s, u"wide"_s,
                             u"evo-0"_s, u"evo-1"_s, u"deep"_s});
        QCOMPARE(request.runs.size(), 7);
        request.title = u"All <kinds>"_s;
        request.folder = outside("all");
        request.command = reportCommand(request);
        QVERIFY(request.command.contains(u"--title 'All <kinds>'"_s));
        const auto written = writeReport(request);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
        for (const QString& name : {u"loss"_s, u"accuracy"_s, u"acc-at-k"_s, u"rate"_s,
                                    u"convergence"_s, u"met"_s, u"deep-loss"_s, u"correlation"_s}) {
            QVERIFY2(written->figures.contains(name), qPrintable(name));
            for (const QString& suffix : {u".svg"_s, u".png"_s, u".csv"_s})
                QVERIFY2(QFileInfo(request.folder + u'/' + name + suffix).size() > 20,
                         qPrintable(name + suffix));
        }
        // Seeds are one curve with a band, in the table behind the figure as well.
        const QByteArray cost = bytesOf(request.folder + u"/convergence.csv"_s);
        QVERIFY2(cost.contains("amp, evo, 2 seeds"), cost.constData());
        QVERIFY(bytesOf(request.folder + u"/accuracy.csv"_s).contains("small, 3 seeds"));
        // A map for each labelled design, with the values behind it.
        const auto maps = std::count_if(written->figures.begin(), written->figures.end(),
                                        [](const QString& f) { return f.startsWith(u"map-"_s); });
        QVERIFY(maps >= 1);
        const QString html = QString::fromUtf8(bytesOf(written->page));
        QVERIFY(html.contains(u"All &lt;kinds&gt;"_s));
        QVERIFY(html.contains(u"train &lt;x&gt;"_s));
        QVERIFY(html.contains(u"<b>Figure 1</b>"_s) && html.contains(u"<b>Table 1</b>"_s));
        QVERIFY(!html.contains(u"http-equiv"_s) && !html.contains(u"<script"_s));
        QVERIFY(html.contains(u"at most 1 mW"_s) && html.contains(u"missed"_s));
        QCOMPARE(html.count(u"<svg"_s), written->figures.size());
        // Drawings share one page, so their marks have names of their own.
        QVERIFY(!html.contains(u"url(#gradient"_s));
        // What is not there is named: unfinished trainings have no network to run.
        const auto named = [&](const QString& view) {
            return std::any_of(written->missing.begin(), written->missing.end(),
                               [&](const QString& m) { return m.contains(view); });
        };
        for (const QString& view : {u"Predicted against true"_s, u"Residuals"_s,
                                    u"Errors by kind"_s, u"Label distribution"_s, u"Embedding"_s})
            QVERIFY2(named(view), qPrintable(written->missing.join(u'\n')));
        for (const QString& missing : written->missing)
            QVERIFY2(html.contains(missing.section(u": "_s, 0, 0).toHtmlEscaped()),
                     qPrintable(missing));
        // Views that none of these runs has to do with are not mentioned.
        QVERIFY(!named(u"Confusion"_s));
        const QJsonObject json = readJson(request.folder + u"/report.json"_s);
        QCOMPARE(json[u"runs"_s].toArray().size(), 7);
        QCOMPARE(json[u"missing"_s].toArray().size(), written->missing.size());
        const QByteArray pdf = bytesOf(written->pdf);
        QVERIFY(pdf.startsWith("%PDF-") && pdf.size() > 20'000);
        for (const QJsonValue& table : json[u"tables"_s].toArray())
            QVERIFY2(QFileInfo::exists(request.folder + u'/' + table.toString() + u".csv"_s),
                     qPrintable(table.toString()));
    }

    /// Asked for by name, a view that cannot be given is named with its reason, never left out.
    void nothingIsLeftOutSilently() {
        ReportRequest request;
        request.runs = find({u"evo-0"_s});
        request.folder = outside("few");
        for (const ReportView& view : reportViews())
            request.views << view.id;
        auto written = writeReport(request);
        QVERIFY(written.ok());
        for (const ReportView& view : reportViews()) {
            const bool given = whyNot(view, request.runs).isEmpty();
            const bool named =
                std::any_of(written->missing.begin(), written->missing.end(),
                            [&](const QString& m) { return m.startsWith(view.title + u": "_s); });
            QVERIFY2(given != named, qPrintable(view.id));
        }
        // A network that cannot be run again is a reason, too.
        makeTraining(runsFolder() / "wide", 9, 0, 0.8, true); // its network is no network
        request.runs = find({u"wide"_s});
        request.views = {u"predicted"_s};
        request.folder = outside("broken");
        written = writeReport(request);
        QVERIFY(written.ok());
        QVERIFY(written->figures.isEmpty());
        QCOMPARE(written->missing.size(), 1);
        QVERIFY(written->missing.first().startsWith(u"Predicted against true of wide: "_s));
        QVERIFY(bytesOf(written->page).contains("class=\"missing\""));
        fs::remove(runsFolder() / "wide" / "model.safetensors");
        makeTraining(runsFolder() / "wide", 9, 0, 0.8, false);
    }

    /// How far the judge of a sizing can be believed.
    void judgeOfASizing() {
        const fs::path folder = runsFolder() / "judged";
        makeSizing(folder, 0);
        auto run = runs::readSizingRun(folder);
        QVERIFY(run.ok());
        run->algorithm = "bayes";
        QVERIFY(runs::writeSizingRun(*run, folder).ok());
        QVERIFY(whyNot(*reportView(u"judge"_s), find({u"judged"_s})).contains(u"no record"_s));
        std::vector<optimize::Claim> claims;
        for (int i = 0; i < 40; ++i)
            claims.push_back({0.9, i < 20});
        run->judged = {{"gain", false, optimize::calibrationOf(claims)}};
        QVERIFY(runs::writeSizingRun(*run, folder).ok());
        ReportRequest request;
        request.runs = find({u"judged"_s});
        request.views = {u"judge"_s};
        request.folder = outside("judged");
        const auto written = writeReport(request);
        QVERIFY(written.ok() && written->missing.isEmpty());
        const QString html = QString::fromUtf8(bytesOf(written->page));
        QVERIFY(html.contains(u"meets the spec"_s) && html.contains(u"50 % (35 % to 65 %)"_s));
        fs::remove_all(folder);
    }

    void badRequests() {
        ReportRequest request;
        request.folder = outside("none");
        QCOMPARE(writeReport(request).error().code, std::string("RPT-001"));
        request.runs = find({u"wide"_s});
        request.views = {u"nonsense"_s};
        QCOMPARE(writeReport(request).error().code, std::string("RPT-003"));
        QVERIFY(writeReport(request).error().hint.find("acc-at-k") != std::string::npos);
        request.views = {u"loss"_s};
        request.folder = u"/proc/nowhere"_s;
        QCOMPARE(writeReport(request).error().code, std::string("RPT-002"));
        QVERIFY(!QFileInfo::exists(outside("none")));
        // Somebody else's page is not written over.
        request.folder = outside("foreign");
        writeFile(toPath(request.folder) / "index.html", "mine");
        QCOMPARE(writeReport(request).error().code, std::string("RPT-004"));
        QCOMPARE(bytesOf(request.folder + u"/index.html"_s), QByteArray("mine"));
        // One's own report is.
        request.folder = outside("again");
        QVERIFY(writeReport(request).ok());
        QVERIFY(writeReport(request).ok());
    }

    /// A training by the engine: every view of its network.
    void aNetworkIsRunAgain() {
        if (!learn::engine().ok())
            QSKIP("this build has no engine");
        learn::RunRequest training;
        const auto recipe = learn::parseRecipe(
            "name: real\nnetwork: {layers: 2, hidden: 8}\ndata: ['ladder:1-4:120:seed=1']\n"
            "test_share: 0.2\nsteps: 20\nwarmup: 2\nbatch: 16\nvalidate_every: 10\nseed: 1\n");
        QVERIFY2(recipe.ok(), recipe.ok() ? "" : recipe.error().message().c_str());
        training.recipe = *recipe;
        training.folder = runsFolder() / "real";
        training.command = "test";
        const auto trained = learn::runTraining(training);
        QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message().c_str());
        ReportRequest request;
        request.runs = find({u"real"_s});
        request.folder = outside("real");
        const auto written = writeReport(request);
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
        QVERIFY2(written->missing.isEmpty(), qPrintable(written->missing.join(u'\n')));
        for (const QString& name :
             {u"predicted"_s, u"residuals"_s, u"kinds"_s, u"labels"_s, u"embedding"_s})
            QVERIFY2(written->figures.contains(name), qPrintable(name));
        // As many points behind the figure as labels were tested.
        const auto count = [&](const QString& name) {
            return bytesOf(request.folder + u'/' + name + u".csv"_s).count('\n') - 1;
        };
        QVERIFY(count(u"predicted"_s) > 20);
        QCOMPARE(count(u"residuals"_s), count(u"predicted"_s));
        QCOMPARE(count(u"embedding"_s), count(u"predicted"_s));
        fs::remove_all(runsFolder() / "real");
    }

    void thePageMakesOne() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1500, 950);
        window.show();
        window.showPage(MainWindow::Page::Report);
        ReportPage* page = window.reportPage();
        QTableWidget* runs = page->runTable();
        QTableWidget* views = page->viewTable();
        QVERIFY(QTest::qWaitFor([&] { return runs->rowCount() == 7; }, 20'000));
        QVERIFY(!page->writeButton()->isEnabled()); // nothing is ticked
        QCOMPARE(views->rowCount(), reportViews().size());
        const auto tick = [&](QTableWidget* table, const QString& text) {
            const int row = rowOf(table, text);
            QVERIFY2(row >= 0, qPrintable(text));
            table->setCurrentCell(row, 0);
            table->setFocus();
            QTest::keyClick(table, Qt::Key_Space);
        };
        tick(runs, u"small/seed-1"_s);
        tick(runs, u"small/seed-0"_s);
        QCOMPARE(page->request().runs.size(), 2);
        QCOMPARE(page->request().runs[0].name, std::string("small/seed-0"));
        QVERIFY(page->writeButton()->isEnabled());
        // What these runs cannot give stands below, disabled, with the reason.
        const int loss = rowOf(views, u"Loss curve"_s), maps = rowOf(views, u"Maps"_s);
        QVERIFY(loss < maps);
        QVERIFY(views->item(loss, 0)->flags() & Qt::ItemIsEnabled);
        QVERIFY(!(views->item(maps, 0)->flags() & Qt::ItemIsEnabled));
        QVERIFY(views->item(maps, 1)->text().contains(u"another kind"_s));
        QVERIFY(page->request().views.contains(u"loss"_s));
        tick(views, u"Learning rate"_s);
        QVERIFY(!page->request().views.contains(u"rate"_s));
        QVERIFY(page->preview()->toPlainText().contains(u"Loss curve"_s));
        QVERIFY(!page->preview()->toPlainText().contains(u"Learning rate"_s));
        page->titleEdit()->setText(u"Two seeds"_s);
        QVERIFY(page->preview()->toPlainText().contains(u"Two seeds"_s));
        page->folderEdit()->setText(outside("page"));
        // With a sizing run its views are there, too.
        tick(runs, u"evo-0"_s);
        QVERIFY(page->request().views.contains(u"convergence"_s));
        StallMeter meter;
        QSignalSpy written(page, &ReportPage::written);
        QTest::mouseClick(page->writeButton(), Qt::LeftButton);
        QVERIFY(page->isWriting());
        QVERIFY(page->cancelButton()->isVisible());
        QVERIFY(QTest::qWaitFor([&] { return written.count() == 1; }, 60'000));
        qInfo("longest stall while writing: %lld ms", meter.worst());
        QCOMPARE(page->bar()->kind(), widgets::MessageBar::Kind::Success);
        QVERIFY(QFileInfo(outside("page") + u"/report.pdf"_s).size() > 10'000);
        QVERIFY(!QFileInfo::exists(outside("page") + u"/rate.svg"_s));
        QVERIFY(page->preview()->toPlainText().contains(u"convergence"_s));
        // The command in the report makes the same one.
        const QJsonObject json = readJson(outside("page") + u"/report.json"_s);
        const QString command = json[u"command"_s].toString();
        QVERIFY(command.contains(u"--views "_s) && command.contains(u"--title 'Two seeds'"_s));
        QDesktopServices::setUrlHandler(u"file"_s, this, "opened");
        QTest::mouseClick(page->pageButton(), Qt::LeftButton);
        QTest::mouseClick(page->pdfButton(), Qt::LeftButton);
        QTest::mouseClick(page->folderButton(), Qt::LeftButton);
        QDesktopServices::unsetUrlHandler(u"file"_s);
        QCOMPARE(m_opened, (QStringList{outside("page") + u"/index.html"_s,
                                        outside("page") + u"/report.pdf"_s, outside("page")}));
        // Filter, all, none.
        page->filterEdit()->setText(u"sizing"_s);
        QCOMPARE(runs->rowCount(), 2);
        QTest::mouseClick(page->noRunsButton(), Qt::LeftButton);
        QCOMPARE(page->request().runs.size(), 2); // the hidden ones keep their ticks
        page->filterEdit()->clear();
        QTest::mouseClick(page->allRunsButton(), Qt::LeftButton);
        QCOMPARE(page->request().runs.size(), 7);
    }

    void cancelledNothingIsLeft() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1500, 950);
        window.show();
        window.showPage(MainWindow::Page::Report);
        ReportPage* page = window.reportPage();
        QVERIFY(QTest::qWaitFor([&] { return page->runTable()->rowCount() == 7; }, 20'000));
        QTest::mouseClick(page->allRunsButton(), Qt::LeftButton);
        page->folderEdit()->setText(outside("cancelled"));
        QTest::mouseClick(page->writeButton(), Qt::LeftButton);
        const auto filesUnder = [](const QString& folder) {
            QStringList files;
            QDirIterator each(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
            while (each.hasNext())
                files << each.next();
            return files;
        };
        QVERIFY(
            QTest::qWaitFor([&] { return filesUnder(outside("cancelled")).size() > 3; }, 60'000));
        QTest::mouseClick(page->cancelButton(), Qt::LeftButton);
        QVERIFY(!page->isWriting());
        QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(outside("cancelled")), 20'000);
        // Over an older report: that stays as it is.
        const QString older = outside("older");
        QVERIFY(QDir().mkpath(older));
        for (const QString& name : {u"index.html"_s, u"report.json"_s, u"report.pdf"_s}) {
            QFile file(older + u'/' + name);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write("older") == 5);
        }
        page->folderEdit()->setText(older);
        QTest::mouseClick(page->writeButton(), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([&] { return filesUnder(older).size() > 6; }, 60'000));
        QTest::mouseClick(page->cancelButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(filesUnder(older).size(), 3, 20'000);
        for (const QString& path : filesUnder(older)) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(file.readAll(), "older");
        }
        QCOMPARE(page->bar()->kind(), widgets::MessageBar::Kind::Note);
        QVERIFY(page->writeButton()->isEnabled());
        // A folder that cannot be made is told, and can be changed.
        page->folderEdit()->setText(u"/proc/nowhere"_s);
        QTest::mouseClick(page->writeButton(), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor(
            [&] { return page->bar()->kind() == widgets::MessageBar::Kind::Error; }, 60'000));
        QVERIFY(!page->isWriting());
    }

    /// The Runs page draws sizings over designs, and keeps their charts apart from trainings'.
    void sizingsOnTheRunsPage() {
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1500, 950);
        window.show();
        window.showPage(MainWindow::Page::Runs);
        RunsPage* page = window.runsPage();
        page->filterEdit()->setText(u"sizing"_s);
        QVERIFY(QTest::qWaitFor([&] { return page->table()->model()->rowCount() == 2; }, 20'000));
        page->table()->selectAll();
        QVERIFY(QTest::qWaitFor([&] { return page->costPlot()->series().size() == 1; }, 20'000));
        QCOMPARE(page->costPlot()->series()[0].name, u"amp, evo, 2 seeds"_s);
        QVERIFY(!page->costPlot()->series()[0].low.isEmpty());
        QVERIFY(page->costPlot()->isVisible() && page->metPlot()->isVisible());
        QVERIFY(!page->curvePlot()->isVisible() && !page->lossPlot()->isVisible());
        QVERIFY(!page->errorsButton()->isEnabled());
        page->filterEdit()->clear();
        page->table()->selectAll();
        QVERIFY(QTest::qWaitFor(
            [&] { return page->curvePlot()->isVisible() && page->costPlot()->isVisible(); },
            20'000));
        QVERIFY(page->correlationPlot()->isVisible());
    }
};

QTEST_MAIN(TestReport)
#include "tst_report.moc"
