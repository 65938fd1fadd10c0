// SPDX-License-Identifier: GPL-3.0-or-later
// Reports whose networks are run again: deep networks of several depths, networks on maps,
// estimators of parasitics; and that the window goes on while one is written.
#include "core/dataset/mapset.h"
#include "core/deeptrain/example.h"
#include "core/deeptrain/run.h"
#include "core/maps/run.h"
#include "core/parasitics/design.h"
#include "core/parasitics/pairs.h"
#include "fakeruns.h"
#include "ui/pages/reportpage.h"
#include "ui/report/reportviews.h"
#include "ui/services/text.h"
#include "uitesting.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>

#include <algorithm>
#include <cmath>
#include <ctime>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

namespace fs = std::filesystem;

namespace {

constexpr qint64 kStallMs = 50; ///< of the processor, in one turn of the event loop

/// A deep network of so many layers, trained for real, on designs that are made up.
void makeDeep(const fs::path& folder, const fs::path& data, int layers, std::uint64_t seed) {
    const auto set = congestion::readCongestionSet(data);
    QVERIFY(set.ok());
    deeptrain::TaskOptions options;
    options.split.testShare = 0.25;
    options.split.validationShare = 0.25;
    const auto task = deeptrain::makeTask(*set, options);
    QVERIFY(task.ok());
    deep::TrainConfig config;
    config.network.layers = layers;
    config.network.channels = 8;
    config.network.k = 4;
    config.network.seed = seed;
    config.epochs = 2;
    deeptrain::RunRequest request;
    request.folder = folder;
    request.data = data.string();
    request.command = "test";
    const auto done = deeptrain::runTraining(request, *task, options, config);
    QVERIFY2(done.ok(), done.ok() ? "" : done.error().message().c_str());
}

/// Pictures whose target is half the input, shifted by a pixel.
void makeMaps(const fs::path& path, int count) {
    constexpr std::size_t kSide = 16, kPixels = kSide * kSide;
    dataset::MapSetInfo info;
    info.rows = info.columns = kSide;
    info.inputNames = {"mask"};
    info.targetNames = {"shifted"};
    for (int i = 0; i < count; ++i) {
        info.sampleNames.push_back("s" + std::to_string(i));
        info.families.push_back("f" + std::to_string(i));
    }
    auto writer = dataset::MapSetWriter::create(info, path);
    QVERIFY(writer.ok());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        std::vector<float> x(kPixels), y(kPixels);
        for (std::size_t p = 0; p < kPixels; ++p)
            x[p] = (p * 7 + i * 13) % 5 < 2 ? 1.0F : 0.0F;
        for (std::size_t p = 1; p < kPixels; ++p)
            y[p] = 0.5F * x[p - 1];
        writer->write(i, x, y);
    }
    QVERIFY(writer->finish().ok());
}

/// A design whose couplings follow from the devices that two nets share.
parasitics::Design madeDesign(std::uint64_t seed) {
    parasitics::Design d;
    d.graph = parasitics::generateGraph(1500, seed);
    d.graph.name = "made" + std::to_string(seed);
    for (std::uint32_t n = 0; n < d.graph.nets; ++n)
        d.graph.netNames.push_back("n" + std::to_string(n));
    d.ground.assign(d.graph.nets, 1e-18F);
    const parasitics::PairContext context(d.graph);
    for (const auto& [a, b] : context.candidates()) {
        float f[parasitics::kPairFeatures];
        context.features(a, b, f);
        if (f[6] != 0)
            d.couplings.push_back(
                {a, b, 1e-18F * (1 + 2 * f[0] + 20 * f[1]), parasitics::CouplingKind::NetNet});
    }
    return d;
}

/// Most milliseconds of the processor that this thread uses between two turns of its event loop:
/// what the window itself does, however busy the machine is.
class BusyMeter : public QObject {
public:
    BusyMeter() {
        connect(&m_timer, &QTimer::timeout, this, [this] { note(); });
        m_timer.start(1);
    }
    qint64 worst() {
        note();
        return m_worst / 1'000'000;
    }

private:
    static qint64 used() {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<qint64>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
    }
    void note() {
        const qint64 now = used();
        m_worst = std::max(m_worst, now - m_used);
        m_used = now;
    }
    QTimer m_timer;
    qint64 m_worst = 0, m_used = used(); ///< ns
};

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Lines of a table below its head, as numbers.
std::vector<std::vector<double>> rowsOf(const QString& csv) {
    std::vector<std::vector<double>> rows;
    const QList<QByteArray> lines = bytesOf(csv).split('\n');
    for (qsizetype i = 1; i < lines.size(); ++i) {
        if (lines[i].trimmed().isEmpty())
            continue;
        std::vector<double> row;
        for (const QByteArray& cell : lines[i].trimmed().split(','))
            row.push_back(cell.toDouble());
        rows.push_back(row);
    }
    return rows;
}

} // namespace

class TestReportNetworks : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    fs::path runsFolder() const { return m_folder.filePath(u"runs"_s).toStdString(); }
    QString outside(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
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
    Expected<ReportFiles> report(const QStringList& runs, const QStringList& views,
                                 const char* folder) const {
        ReportRequest request;
        request.runs = find(runs);
        request.views = views;
        request.folder = outside(folder);
        return writeReport(request);
    }

private slots:
    void initTestCase() {
        qputenv("OHMSCAPE_RUNS", QByteArray::fromStdString(runsFolder().string()));
        deeptrain::ExampleOptions example;
        example.designs = 4;
        example.nodes = 200;
        const auto set = deeptrain::exampleDesigns(example);
        QVERIFY(set.ok());
        const fs::path data = runsFolder().parent_path() / "designs.h5";
        QVERIFY(congestion::writeCongestionSet(*set, data).ok());
        for (const auto& [layers, seed] : {std::pair{2, 1}, {2, 2}, {4, 1}})
            makeDeep(runsFolder() / ("deep-" + std::to_string(layers) + "-" + std::to_string(seed)),
                     data, layers, static_cast<std::uint64_t>(seed));
    }

    void deepNetworksAgainstDepth() {
        const auto written =
            report({u"deep-2-1"_s, u"deep-2-2"_s, u"deep-4-1"_s},
                   {u"depth"_s, u"predicted"_s, u"histogram"_s, u"maps"_s}, "deep");
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
        QVERIFY2(written->missing.isEmpty(), qPrintable(written->missing.join(u'\n')));
        for (const QString& name : {u"depth-correlation"_s, u"depth-memory"_s, u"depth-time"_s})
            QVERIFY2(written->figures.contains(name), qPrintable(written->figures.join(u' ')));
        // Two depths; the seeds of the first are one point between them.
        const auto records = find({u"deep-2-1"_s, u"deep-2-2"_s, u"deep-4-1"_s});
        const auto seconds = [&](int i) { return records[i].metrics.at("seconds_per_epoch"); };
        const auto rows = rowsOf(outside("deep") + u"/depth-time.csv"_s);
        QCOMPARE(rows.size(), std::size_t{2});
        const QByteArray text = bytesOf(outside("deep") + u"/depth-time.csv"_s);
        QVERIFY2(std::fabs(rows[0][2] - (seconds(0) + seconds(1)) / 2) < 1e-6, text.constData());
        QVERIFY2(std::fabs(rows[1][2] - seconds(2)) < 1e-6, text.constData());
        // One network stands for the seeds of a depth: two are run, each with its figures.
        const auto count = [&](const QString& start) {
            return std::count_if(written->figures.begin(), written->figures.end(),
                                 [&](const QString& f) { return f.startsWith(start); });
        };
        QCOMPARE(count(u"predicted"_s), 2);
        QCOMPARE(count(u"histogram"_s), 2);
        QVERIFY(count(u"map-"_s) >= 2);
        QVERIFY(bytesOf(written->page).contains("seed 1, one of 2"));
        // Every node is in the histogram once, and beside its prediction.
        double nodes = 0;
        for (const auto& row : rowsOf(outside("deep") + u"/histogram-deep-4-1.csv"_s))
            nodes += row.back();
        QCOMPARE(nodes, double(rowsOf(outside("deep") + u"/predicted-deep-4-1.csv"_s).size()));
        QVERIFY(nodes > 50);
    }

    void depthTakesTwo() {
        const auto written = report({u"deep-2-1"_s, u"deep-2-2"_s}, {u"depth"_s}, "one-depth");
        QVERIFY(written.ok());
        QVERIFY(written->figures.isEmpty());
        QCOMPARE(written->missing.size(), 1);
        QVERIFY2(written->missing[0].contains(u"two depths"_s), qPrintable(written->missing[0]));
        // Not finished, it has no network and no result.
        fs::remove(runsFolder() / "deep-2-2" / "model.safetensors");
        fs::rename(runsFolder() / "deep-2-2" / "result.json", runsFolder() / "kept.json");
        const auto part = report({u"deep-2-2"_s}, {u"maps"_s, u"histogram"_s}, "unfinished");
        fs::rename(runsFolder() / "kept.json", runsFolder() / "deep-2-2" / "result.json");
        QVERIFY(part.ok());
        QCOMPARE(part->missing.size(), 2);
        for (const QString& missing : part->missing)
            QVERIFY2(missing.contains(u"not finished"_s), qPrintable(missing));
    }

    void networksOnMaps() {
        if (!learn::engine().ok())
            QSKIP("this build has no engine");
        const fs::path data = runsFolder().parent_path() / "maps.h5";
        makeMaps(data, 20);
        auto images = maps::readImages(data);
        maps::RunRequest request;
        request.data = data.string();
        request.split.testFamilies = {"f3", "f7", "f11", "f2", "f5"};
        request.split.testShare = 0;
        request.folder = runsFolder() / "maps";
        request.command = "test";
        QVERIFY(maps::divide(*images, request.split).ok());
        maps::TrainConfig config;
        config.network.width = 4;
        config.network.instanceNorm = false;
        config.epochs = 3;
        config.batch = 4;
        const auto trained = maps::runTraining(request, *images, config);
        QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message().c_str());
        const auto written = report({u"maps"_s}, {}, "maps-report");
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
        QVERIFY2(written->missing.isEmpty(), qPrintable(written->missing.join(u'\n')));
        // Of five images to test on, four as maps and all of their pixels.
        const auto shown = std::count_if(written->figures.begin(), written->figures.end(),
                                         [](const QString& f) { return f.startsWith(u"map-"_s); });
        QCOMPARE(shown, 4);
        QVERIFY(written->figures.contains(u"map-s3"_s));
        const auto pairs = rowsOf(outside("maps-report") + u"/predicted.csv"_s);
        QCOMPARE(pairs.size(), std::size_t{5 * 256});
        // The mean square of what is drawn is what the training found on the same images.
        double square = 0;
        for (const auto& pair : pairs)
            square += (pair[1] - pair[0]) * (pair[1] - pair[0]) / double(pairs.size());
        QVERIFY2(std::fabs(square - trained->test[0].mse) < 1e-4 * trained->test[0].mse,
                 qPrintable(u"%1 for %2"_s.arg(square).arg(trained->test[0].mse)));
        double pixels = 0;
        for (const auto& row : rowsOf(outside("maps-report") + u"/histogram.csv"_s))
            pixels += row.back();
        QCOMPARE(pixels, 5 * 256.0);
        // Its maps gone, each view says so.
        fs::remove(data);
        const auto gone = report({u"maps"_s}, {u"maps"_s, u"predicted"_s}, "maps-gone");
        QVERIFY(gone.ok());
        QCOMPARE(gone->missing.size(), 2);
        QVERIFY2(gone->missing[0].contains(u"cannot be had"_s), qPrintable(gone->missing[0]));
    }

    void estimatorsOfParasitics() {
        const auto engine = learn::engine();
        if (!engine)
            QSKIP("this build has no engine");
        const fs::path data = runsFolder().parent_path() / "parasitics.h5";
        const std::vector<parasitics::Design> designs{madeDesign(1), madeDesign(2)};
        QVERIFY(parasitics::writeDesigns(designs, data).ok());
        learn::ParasiticTraining training;
        training.spec.method = "ohmscape";
        training.spec.task = "coupling";
        training.spec.hidden = 24;
        training.spec.layers = 2;
        training.spec.steps = 30;
        training.spec.batch = 128;
        training.spec.validateEvery = 10;
        training.designs = {&designs[0]};
        auto checkpoint = (*engine)->trainParasitics(training, {}, noProgress());
        QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
        checkpoint->provenance = {{"data", data.string()}, {"designs", "made1"}};
        const fs::path folder = runsFolder() / "estimator";
        fs::create_directories(folder);
        QVERIFY(learn::writeParasiticCheckpoint(*checkpoint, folder / "model.safetensors").ok());
        writeFile(folder / "result.json", "{\"seed\":0,\"parameters\":1,\"test\":{}}");
        writeFile(folder / "log.jsonl",
                  "{\"phase\":\"train\",\"member\":0,\"step\":10,\"loss\":0.5}\n");
        const auto written =
            report({u"estimator"_s}, {u"loss"_s, u"capacitances"_s, u"decades"_s, u"confusion"_s},
                   "estimator-report");
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
        QVERIFY2(written->missing.isEmpty(), qPrintable(written->missing.join(u'\n')));
        for (const QString& name :
             {u"parasitics-loss"_s, u"capacitances"_s, u"decades"_s, u"confusion"_s})
            QVERIFY2(written->figures.contains(name), qPrintable(name));
        // On the design that it never saw, and on all of it.
        QVERIFY(bytesOf(written->page).contains("made2, which the training did not see"));
        const auto pairs = rowsOf(outside("estimator-report") + u"/capacitances.csv"_s);
        QVERIFY(pairs.size() > 50);
        double counted = 0;
        for (const auto& row : rowsOf(outside("estimator-report") + u"/confusion.csv"_s)) {
            for (std::size_t c = 1; c < row.size(); ++c)
                counted += row[c];
        }
        QCOMPARE(counted, double(pairs.size()));
        // Without designs to test on, each view says why it is not there.
        fs::remove(data);
        QVERIFY(parasitics::writeDesigns({designs[0]}, data).ok());
        const auto seen = report(
            {u"estimator"_s}, {u"capacitances"_s, u"decades"_s, u"confusion"_s}, "estimator-seen");
        QVERIFY(seen.ok());
        QCOMPARE(seen->missing.size(), 3);
        for (const QString& missing : seen->missing)
            QVERIFY2(missing.contains(u"did not see"_s), qPrintable(missing));
    }

    /// The event loop comes round while figures are drawn and files written.
    void theWindowGoesOn() {
        for (int seed = 0; seed < 3; ++seed)
            makeTraining(runsFolder() / "small" / ("seed-" + std::to_string(seed)), 3, seed,
                         0.5 + 0.1 * seed, false);
        Sandbox sandbox;
        MainWindow window(sandbox.settings());
        window.resize(1500, 950);
        window.show();
        window.showPage(MainWindow::Page::Report);
        ReportPage* page = window.reportPage();
        QVERIFY(QTest::qWaitFor([&] { return page->runTable()->rowCount() >= 6; }, 20'000));
        QTest::mouseClick(page->allRunsButton(), Qt::LeftButton);
        page->folderEdit()->setText(outside("meter"));
        QSignalSpy written(page, &ReportPage::written);
        qint64 wall = 0, busy = 0;             // ms
        for (int turn = 0; turn < 3; ++turn) { // the first draws every font for the first time
            QTest::qWait(50);
            StallMeter meter;
            BusyMeter own;
            QTest::mouseClick(page->writeButton(), Qt::LeftButton);
            QVERIFY(QTest::qWaitFor([&] { return written.count() == turn + 1; }, 120'000));
            wall = turn == 0 ? meter.worst() : std::min(wall, meter.worst());
            busy = std::max(busy, own.worst());
        }
        qInfo("longest turn while writing: %lld ms of the processor; best of 3 longest stalls: "
              "%lld ms",
              busy, wall);
        QVERIFY(QFileInfo(outside("meter") + u"/report.pdf"_s).size() > 10'000);
        QVERIFY2(busy < kStallMs, qPrintable(u"a turn of the event loop took %1 ms"_s.arg(busy)));
    }
};

QTEST_MAIN(TestReportNetworks)
#include "tst_reportnetworks.moc"
