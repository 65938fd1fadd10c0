// SPDX-License-Identifier: GPL-3.0-or-later
// The Deep page: designs are read, memory is told before the start, a network is trained, maps are
// drawn and kept.
#include "core/dataset/mapset.h"
#include "core/deeptrain/example.h"
#include "core/learn/engine.h"
#include "core/maps/model.h"
#include "core/runs/curves.h"
#include "core/runs/runstore.h"
#include "ui/pages/deeppage.h"
#include "ui/pages/depthpane.h"
#include "ui/pages/mapimagespane.h"
#include "ui/pages/maptrainform.h"
#include "ui/services/commands.h"
#include "uitesting.h"
#include "widgets/common/exportview.h"
#include "widgets/common/messagebar.h"
#include "widgets/map/mapview.h"
#include "widgets/plot/plotview.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDateTime>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QTimer>

#include <cmath>
#include <ctime>
#include <numeric>

using namespace ohm;
using namespace ohm::ui;
using namespace ohm::ui::testing;

class TestDeepPage : public QObject {
    Q_OBJECT
private:
    Sandbox m_sandbox;
    QString m_file;

    static void makeSmall(DeepPage& page) {
        page.layersBox()->setValue(3);
        page.channelsBox()->setValue(16);
        page.selectBox()->setValue(4);
        page.epochsBox()->setValue(15);
    }

private slots:
    void initTestCase() {
        const auto set = deeptrain::exampleDesigns({5, 300, 2});
        QVERIFY(set.ok());
        m_file = m_sandbox.path(u"designs.h5"_s);
        QVERIFY(congestion::writeCongestionSet(*set, m_file.toStdString()).ok());
    }

    void thePageIsInTheWindow() {
        MainWindow window(m_sandbox.settings());
        window.bench().commands.trigger(u"page.deep"_s);
        QCOMPARE(window.page(), MainWindow::Page::Deep);
        QVERIFY(window.deepPage() != nullptr);
        QCOMPARE(window.bench().commands.action(u"page.deep"_s)->shortcut(),
                 QKeySequence(u"Ctrl+Shift+9"_s));
    }

    void memoryIsToldBeforeTheStart() {
        JobService jobs;
        DeepPage page(jobs);
        QVERIFY(!page.trainButton()->isEnabled());
        QVERIFY(!page.saveButton()->isEnabled());
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        makeSmall(page);
        QVERIFY(page.trainButton()->isEnabled());
        const auto bytes = [&] {
            return deep::predictedBytes(page.config().network, page.work().designs()->size);
        };
        const std::size_t small = bytes();
        const QString told = page.memoryLabel()->text();
        QVERIFY2(told.contains(QLocale().toString(static_cast<double>(small) / 1048576, 'f', 1)),
                 qPrintable(told));
        // Everything stored grows with depth, nothing stored does only by its weights.
        page.storageBox()->setCurrentIndex(0);
        const std::size_t stored = bytes();
        QVERIFY(stored > small);
        QVERIFY(page.memoryLabel()->text() != told);
        page.blockBox()->setCurrentIndex(2);
        QVERIFY(!page.storageBox()->isEnabled());
        QVERIFY(!page.selectBox()->isEnabled());
        QCOMPARE(page.config().network.k, 0);
        page.blockBox()->setCurrentIndex(0);
        // An odd number of channels cannot be divided into halves: said at once.
        page.channelsBox()->setValue(17);
        QVERIFY(!page.trainButton()->isEnabled());
        QVERIFY(page.memoryLabel()->text().contains(u"DEEP-002"_s));
    }

    /// A GPU can be chosen where there is one; else the choice is grey and says why.
    void theDeviceIsChosen() {
        JobService jobs;
        DeepPage page(jobs);
        QComboBox& box = *page.deviceBox();
        const auto* items = qobject_cast<const QStandardItemModel*>(box.model());
        QVERIFY(items);
        const int gpu = box.findData(int(deep::DeviceChoice::Cuda));
        QCOMPARE(box.currentData().toInt(), int(deep::DeviceChoice::Auto));
        QVERIFY(!items->item(gpu)->isEnabled()); // not before the driver has answered
        QTRY_VERIFY(jobs.isIdle());
        const auto usable = deep::cudaUsable();
        QCOMPARE(items->item(gpu)->isEnabled(), usable.ok());

        page.setGpu(
            Error{"DEEP-011", "There is no GPU that this program can use", "no device", {}, {}});
        QVERIFY(!items->item(gpu)->isEnabled());
        QCOMPARE(items->item(gpu)->toolTip(), u"There is no GPU that this program can use"_s);
        QCOMPARE(page.deviceNote()->text(),
                 u"There is no GPU that this program can use (no device). Runs on the CPU."_s);
        QVERIFY(page.config().network.device == deep::Device::Cpu);
        box.setFocus();
        QTest::keyClick(&box, Qt::Key_End); // which passes over what is grey
        QCOMPARE(box.currentData().toInt(), int(deep::DeviceChoice::Cpu));

        page.setGpu({});
        QVERIFY(items->item(gpu)->isEnabled());
        box.setCurrentIndex(0);
        QVERIFY(page.config().network.device == deep::Device::Cuda);
        QCOMPARE(page.deviceNote()->text(), u"Runs on the GPU."_s);
        page.blockBox()->setCurrentIndex(2); // GCN
        QVERIFY(page.config().network.device == deep::Device::Cpu);
        QVERIFY2(page.deviceNote()->text().contains(u"GCN and GraphSAGE run on the CPU"_s),
                 qPrintable(page.deviceNote()->text()));
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        QVERIFY(page.trainButton()->isEnabled());
        box.setCurrentIndex(gpu);
        QVERIFY(!page.trainButton()->isEnabled()); // a GPU it shall be, and it cannot
        QVERIFY2(page.deviceNote()->text().contains(u"GCN and GraphSAGE run on the CPU"_s),
                 qPrintable(page.deviceNote()->text()));
        QVERIFY(page.memoryLabel()->text().contains(u"DEEP-002"_s));
        page.blockBox()->setCurrentIndex(0);
        QVERIFY(page.trainButton()->isEnabled());
        // The GPU that is gone is no longer what is chosen.
        page.setGpu(Error{"DEEP-011", "gone", {}, {}, {}});
        QVERIFY(page.config().network.device == deep::Device::Cpu);
        QVERIFY(page.trainButton()->isEnabled());
    }

    /// Every setting of a network that the command line has can be made here.
    void whatElseCanBeSet() {
        JobService jobs;
        DeepPage page(jobs);
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        makeSmall(page);
        const auto recipe = [&] { return deeptrain::recipeText({}, {}, page.config()); };
        const std::string before = recipe();
        QVERIFY(before.find("rate: 0.003\n") != std::string::npos);
        page.groupsBox()->setValue(4);
        QVERIFY(page.config().network.groups == 4 && recipe() != before);
        QVERIFY(page.trainButton()->isEnabled());
        page.groupsBox()->setValue(3); // 16 channels
        QVERIFY(!page.trainButton()->isEnabled());
        page.groupsBox()->setValue(2);
        page.rateBox()->setValue(0.01);
        QCOMPARE(page.config().adam.rate, 0.01);
        page.rateBox()->setValue(0.003);
        page.normBox()->setCurrentIndex(page.normBox()->findData(int(deep::Norm::Softmax)));
        QVERIFY(!page.trainButton()->isEnabled()); // it is for RevGNN
        page.blockBox()->setCurrentIndex(1);
        QVERIFY(page.trainButton()->isEnabled());
        page.normBox()->setCurrentIndex(0);
        page.blockBox()->setCurrentIndex(0);
        QCOMPARE(recipe(), before);
        // What MPGD has besides its threshold is seen with MPGD alone.
        QVERIFY(page.quantileBox()->isHidden() && page.floorBox()->isHidden());
        page.lossBox()->setCurrentIndex(1);
        QVERIFY(!page.quantileBox()->isHidden() && !page.floorBox()->isHidden());
        page.quantileBox()->setValue(0.9);
        page.floorBox()->setValue(0.05);
        QCOMPARE(page.config().loss.quantile, 0.9);
        QCOMPARE(page.config().loss.floor, 0.05);
        page.lossBox()->setCurrentIndex(0);
        QCOMPARE(page.config().loss.quantile, 0.0);
        QCOMPARE(recipe(), before);
        page.sumsBox()->setCurrentIndex(1);
        QVERIFY(!page.config().network.factorised && recipe() != before);
        QVERIFY(page.trainButton()->isEnabled());
    }

    void momentsTakeHalf() {
        JobService jobs;
        DeepPage page(jobs);
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        makeSmall(page);
        const auto weights = [&] {
            return deep::predictedMemory(page.config().network, page.work().designs()->size)
                .weights;
        };
        const std::size_t whole = weights();
        QTest::keyClick(page.halfMomentsBox(), Qt::Key_Space);
        QVERIFY(page.halfMomentsBox()->isChecked());
        QCOMPARE(4 * weights(), 3 * whole);
        QVERIFY(page.trainButton()->isEnabled());
        page.blockBox()->setCurrentIndex(2);
        QVERIFY(!page.halfMomentsBox()->isEnabled());
        QVERIFY(!page.config().network.halfMoments);
        QVERIFY(page.trainButton()->isEnabled());
    }

    void trainsAndShowsMaps() {
        JobService jobs;
        DeepPage page(jobs);
        page.resize(1400, 900);
        page.work().setFolder(m_sandbox.path(u"trains"_s).toStdString());
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        makeSmall(page);
        page.lossBox()->setCurrentIndex(1);
        QSignalSpy epochs(&page.work(), &DeepWork::epochReported);
        page.trainButton()->click();
        QVERIFY(page.work().isTraining());
        QCOMPARE(page.trainButton()->text(), u"Stop"_s);
        QTRY_VERIFY_WITH_TIMEOUT(page.work().outcome(), 60'000);
        QCOMPARE(epochs.size(), 15);
        QCOMPARE(page.lossPlot()->series()[0].y.size(), 15);
        QVERIFY(page.lossPlot()->series()[0].y.last() < page.lossPlot()->series()[0].y.first());
        QCOMPARE(page.figuresPlot()->series().size(), 4);
        QCOMPARE(page.selectedPlot()->series().size(), 2);
        QVERIFY(page.selectedPlot()->series()[0].y.first() > 0);
        QVERIFY(std::isnan(page.selectedPlot()->series()[1].y.first()));
        QVERIFY(std::isfinite(page.selectedPlot()->series()[1].y.last()));
        QVERIFY2(page.liveLabel()->text().contains(u"measured"_s),
                 qPrintable(page.liveLabel()->text()));
        QVERIFY(page.resultLabel()->text().contains(u"Pearson"_s));

        // Predicted, true and the error, which is their difference.
        QVERIFY(page.designBox()->currentText().contains(u"test"_s));
        const auto& outcome = *page.work().outcome();
        const auto i = static_cast<std::size_t>(page.designBox()->currentIndex());
        QCOMPARE(page.map()->columns(), outcome.task.designs[i].grid.columns);
        QCOMPARE(page.map()->panels().size(), std::size_t{3});
        int known = 0;
        for (std::size_t c = 0; c < page.map()->panels()[0].values.size(); ++c) {
            const float p = page.map()->panels()[0].values[c],
                        t = page.map()->panels()[1].values[c];
            if (!std::isfinite(p))
                continue;
            ++known;
            QVERIFY(std::fabs(page.map()->panels()[2].values[c] - (p - t)) < 1e-5f);
        }
        QVERIFY(known > 20);
        const QString before = page.map()->describe({0, 0});
        page.designBox()->setCurrentIndex(page.designBox()->currentIndex() == 0 ? 1 : 0);
        QVERIFY(page.map()->panels()[0].values != std::vector<float>());
        QVERIFY(before != page.map()->describe({0, 0}));

        // Kept, exported, and the same again.
        const QString model = m_sandbox.path(u"m.safetensors"_s);
        page.saveTo(model);
        QVERIFY(page.bar()->text().contains(u"m.safetensors"_s));
        const auto read = deeptrain::readDeepModel(model.toStdString());
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
        QCOMPARE(read->weights, outcome.result.model.weights);
        const QString csv = m_sandbox.path(u"map.csv"_s);
        QVERIFY(widgets::exportTo(page.map()->renderable(), csv).ok());
        QVERIFY(QFileInfo(csv).size() > 200);
        QVERIFY(widgets::exportTo(page.map()->renderable(), m_sandbox.path(u"map.png"_s)).ok());
    }

    void whatIsStoppedGoesOn() {
        JobService jobs;
        DeepPage page(jobs);
        page.work().setFolder(m_sandbox.path(u"kept"_s).toStdString());
        page.work().setKeepSeconds(0);
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        makeSmall(page);
        page.epochsBox()->setValue(300);
        QVERIFY(!page.anewButton()->isVisibleTo(&page));
        page.trainButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(
            QFileInfo::exists(m_sandbox.path(u"kept/deep-1/snapshot.safetensors"_s)), 60'000);
        page.trainButton()->click();
        QTRY_VERIFY(!page.work().isTraining());
        QVERIFY(!page.work().outcome());
        QVERIFY(page.bar()->isHidden());
        QCOMPARE(page.trainButton()->text(), u"Continue"_s);
        QVERIFY(page.anewButton()->isVisibleTo(&page));
        QTRY_VERIFY(jobs.isIdle());
        // It belongs to these settings alone.
        page.epochsBox()->setValue(301);
        QCOMPARE(page.trainButton()->text(), u"Train"_s);
        page.epochsBox()->setValue(300);
        QCOMPARE(page.trainButton()->text(), u"Continue"_s);
        const auto kept = page.work().interrupted(page.config(), {{}, {}});
        QVERIFY(!kept); // divided by another seed: another training
        QSignalSpy epochs(&page.work(), &DeepWork::epochReported);
        page.trainButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.work().outcome(), 120'000);
        QVERIFY(epochs.size() < 300);
        QCOMPARE(page.lossPlot()->series()[0].x.first(), 1.0); // what was seen before stays
        QCOMPARE(page.lossPlot()->series()[0].x.last(), 300.0);
        QCOMPARE(page.trainButton()->text(), u"Train"_s);
        QVERIFY(QFileInfo::exists(m_sandbox.path(u"kept/deep-1/result.json"_s)));
        QVERIFY(!QFileInfo::exists(m_sandbox.path(u"kept/deep-2"_s)));
    }

    void theHistogramShowsWhatIsSelected() {
        JobService jobs;
        DeepPage page(jobs);
        page.work().setFolder(m_sandbox.path(u"histogram"_s).toStdString());
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        makeSmall(page);
        page.trainButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.work().outcome(), 60'000);
        const auto total = [](const widgets::PlotBars& bars) {
            return std::accumulate(bars.counts.begin(), bars.counts.end(), 0.0);
        };
        const auto& bars = page.histogram()->bars();
        QCOMPARE(bars.size(), 2);
        const auto i = static_cast<std::size_t>(page.designBox()->currentIndex());
        const auto& outcome = *page.work().outcome();
        double all = 0, above = 0;
        for (std::size_t n = 0; n < outcome.task.designs[i].labels.size(); ++n) {
            const double e = std::fabs(static_cast<double>(outcome.result.predictions[i][n]) -
                                       outcome.task.designs[i].labels[n]);
            all += std::isfinite(e);
            above += e > 0.007;
        }
        QCOMPARE(total(bars[0]), all);
        QCOMPARE(total(bars[1]), above);
        QDoubleSpinBox* threshold = nullptr;
        for (auto* box : page.findChildren<QDoubleSpinBox*>()) {
            if (box->accessibleName() == u"Threshold"_s)
                threshold = box;
        }
        QVERIFY(threshold);
        page.lossBox()->setCurrentIndex(1); // which has a threshold
        threshold->setValue(0.1);
        QVERIFY(total(page.histogram()->bars()[1]) < above);
    }

    void depthIsSweptInTheBackground() {
        JobService jobs;
        DeepPage page(jobs);
        DepthPane& pane = *page.depthPane();
        QVERIFY(!pane.startButton()->isEnabled());
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        QVERIFY(pane.startButton()->isEnabled());
        makeSmall(page);
        pane.epochsBox()->setValue(3);
        pane.depthsEdit()->setText(u"2, 1,x"_s);
        pane.startButton()->click();
        QVERIFY(!page.bar()->isHidden());
        QVERIFY2(page.bar()->text().contains(u"depth"_s), qPrintable(page.bar()->text()));
        pane.depthsEdit()->setText(u"2, 1"_s);
        pane.startButton()->click();
        QVERIFY(pane.work().isRunning());
        QCOMPARE(pane.startButton()->text(), u"Stop"_s);
        QTRY_VERIFY_WITH_TIMEOUT(!pane.work().isRunning(), 60'000);
        const auto checked =
            std::count_if(pane.networkActions().begin(), pane.networkActions().end(),
                          [](const QAction* action) { return action->isChecked(); });
        const auto& points = pane.work().points();
        QCOMPARE(static_cast<qsizetype>(points.size()), 2 * checked);
        QCOMPARE(points.front().layers, 1); // the shallow ones first
        for (const auto& point : points) {
            QVERIFY(point.ran && point.measuredBytes > 0 && point.secondsPerEpoch > 0);
            const double ratio = static_cast<double>(point.measuredBytes) /
                                 static_cast<double>(point.predictedBytes);
            QVERIFY2(ratio > 0.9 && ratio < 1.1, qPrintable(QString::number(ratio)));
        }
        QCOMPARE(pane.memoryPlot()->series().size(), 2 * checked); // measured and predicted
        QCOMPARE(pane.timePlot()->series().size(), checked);
        QCOMPARE(pane.timePlot()->series()[0].x, (QVector<double>{1, 2}));
        QVERIFY(pane.figurePlot()->series().size() >= 3); // not those of the baselines
        const auto pearson = pane.figurePlot()->series()[0].y;
        pane.figureBox()->setCurrentIndex(3);
        QVERIFY(pane.figurePlot()->series()[0].y != pearson);
        const QString csv = m_sandbox.path(u"depth.csv"_s);
        QVERIFY(widgets::exportTo(pane.memoryPlot()->renderable(), csv).ok());
        // A sweep that is stopped keeps its points; without a network there is none.
        pane.depthsEdit()->setText(u"1, 400"_s);
        pane.epochsBox()->setValue(500);
        pane.startButton()->click();
        QVERIFY(pane.work().isRunning());
        pane.startButton()->click();
        QTRY_VERIFY(!pane.work().isRunning());
        for (QAction* action : pane.networkActions())
            action->setChecked(false);
        QVERIFY(!pane.startButton()->isEnabled());
    }

    void mapsOfNetworksAreShown() {
        const auto engine = learn::engine();
        QVERIFY2(engine.ok(), engine.ok() ? "" : engine.error().message().c_str());
        constexpr std::size_t kSide = 16;
        dataset::MapSetInfo info;
        info.rows = info.columns = kSide;
        info.inputNames = {"mask"};
        info.targetNames = {"aerial", "resist"};
        info.sampleNames = {"a", "b"};
        info.families = info.sampleNames;
        const QString maps = m_sandbox.path(u"maps.h5"_s);
        {
            auto writer = dataset::MapSetWriter::create(info, maps.toStdString());
            QVERIFY(writer.ok());
            for (std::size_t i = 0; i < 2; ++i) {
                std::vector<float> x(kSide * kSide), y(2 * kSide * kSide);
                for (std::size_t p = 0; p < x.size(); ++p)
                    x[p] = (p + i) % 3 == 0 ? 1.0f : 0.0f;
                for (std::size_t p = 0; p < y.size(); ++p)
                    y[p] = 0.3f * static_cast<float>(p % 7) / 7;
                writer->write(i, x, y);
            }
            QVERIFY(writer->finish().ok());
        }
        maps::MapModel model;
        model.network.outputs = 2;
        model.network.width = 2;
        model.inputNames = info.inputNames;
        model.targetNames = info.targetNames;
        model.mean = {0.3f};
        model.scale = {2};
        auto network = (*engine)->makeMapNetwork(model.network);
        QVERIFY(network.ok());
        model.weights = (*network)->state(false);
        const QString file = m_sandbox.path(u"net.safetensors"_s);
        QVERIFY(maps::writeMapModel(model, file.toStdString()).ok());

        JobService jobs;
        DeepPage page(jobs);
        page.tabs()->setCurrentIndex(2);
        MapImagesPane& pane = *page.imagesPane();
        QVERIFY(!pane.imageBox()->isEnabled());
        pane.work().openMaps(maps);
        QTRY_VERIFY(pane.work().images());
        QVERIFY(!pane.imageBox()->isEnabled()); // no network yet
        pane.work().openNetwork(file);
        QTRY_VERIFY(pane.work().answer());
        QCOMPARE(pane.imageBox()->count(), 2);
        QCOMPARE(pane.map()->columns(), int(kSide));
        QCOMPARE(pane.map()->panels().size(), std::size_t{3});
        for (std::size_t p = 0; p < kSide * kSide; ++p)
            QVERIFY(std::fabs(pane.map()->panels()[2].values[p] -
                              (pane.map()->panels()[0].values[p] -
                               pane.map()->panels()[1].values[p])) < 1e-6f);
        QVERIFY2(pane.figuresLabel()->text().contains(u"NRMSE"_s),
                 qPrintable(pane.figuresLabel()->text()));
        QCOMPARE(pane.histogram()->bars().size(), 2);
        const auto before = pane.work().answer();
        pane.imageBox()->setCurrentIndex(1);
        pane.targetBox()->setCurrentIndex(1);
        QTRY_VERIFY(pane.work().answer() != before && pane.work().answer()->target == 1 &&
                    pane.work().answer()->image == 1);
        pane.thresholdBox()->setValue(900);
        QCOMPARE(std::accumulate(pane.histogram()->bars()[1].counts.begin(),
                                 pane.histogram()->bars()[1].counts.end(), 0.0),
                 256.0); // nothing above: all of them
        // Another kind of file is told, and what was there stays.
        pane.work().openNetwork(maps);
        QTRY_VERIFY(!page.bar()->isHidden());
        QVERIFY(pane.work().model());
    }

    /// A network on maps is trained from the form: live curves, held, stopped and taken up again, a
    /// run for each seed, and at the end predictions beside the truth. The window never waits.
    void mapNetworksAreTrained() {
        const auto engine = learn::engine(); // what is loaded once is not what is measured
        QVERIFY2(engine.ok(), engine.ok() ? "" : engine.error().message().c_str());
        constexpr std::size_t kSide = 16, kImages = 20;
        dataset::MapSetInfo info;
        info.rows = info.columns = kSide;
        info.inputNames = {"mask"};
        info.targetNames = {"aerial", "resist"};
        for (std::size_t i = 0; i < kImages; ++i)
            info.sampleNames.push_back("m" + std::to_string(i));
        info.families = info.sampleNames;
        const QString maps = m_sandbox.path(u"train.h5"_s);
        {
            auto writer = dataset::MapSetWriter::create(info, maps.toStdString());
            QVERIFY(writer.ok());
            for (std::size_t i = 0; i < kImages; ++i) {
                std::vector<float> x(kSide * kSide), y(2 * kSide * kSide);
                for (std::size_t p = 0; p < x.size(); ++p) {
                    x[p] = (p / kSide + p % kSide * (1 + i % 3)) % 5 < 2 ? 1.0f : 0.0f;
                    y[p] = 0.1f + 0.2f * x[p];
                    y[x.size() + p] = x[p];
                }
                writer->write(i, x, y);
            }
            QVERIFY(writer->finish().ok());
        }
        JobService jobs;
        DeepPage page(jobs);
        page.resize(1300, 800);
        page.show();
        page.tabs()->setCurrentWidget(page.imagesPane());
        MapTrainForm& form = *page.imagesPane()->trainForm();
        QVERIFY(form.isVisible() && !page.trainButton()->isVisible()); // the form of this tab
        const std::filesystem::path runs = m_sandbox.path(u"map-runs"_s).toStdString();
        form.work().setFolder(runs);
        form.work().setKeepSeconds(0);
        QVERIFY(!form.trainButton()->isEnabled());
        form.work().open(maps);
        QTRY_VERIFY(form.work().info());
        QCOMPARE(form.targetBox()->count(), 3); // all, each
        form.targetBox()->setCurrentIndex(form.targetBox()->findData(u"aerial"_s));
        form.lossBox()->setCurrentIndex(1);
        QVERIFY(form.thresholdBox()->isEnabled());
        form.thresholdBox()->setValue(0.01);
        QVERIFY(form.perBox()->isVisible() && form.quantileBox()->isVisible());
        form.perBox()->setCurrentIndex(1);
        form.quantileBox()->setValue(0.9);
        form.floorBox()->setValue(0.05);
        QVERIFY(!form.thresholdBox()->isEnabled()); // the quantile is it
        const deep::Loss loss = form.setup().config.loss;
        QVERIFY(loss.perSample && loss.quantile == 0.9 && loss.floor == 0.05);
        form.lossBox()->setCurrentIndex(0);
        QVERIFY(!form.perBox()->isVisible() && !form.floorBox()->isVisible());
        QVERIFY(form.setup().config.loss.quantile == 0);
        form.lossBox()->setCurrentIndex(1);
        form.perBox()->setCurrentIndex(0);
        form.quantileBox()->setValue(0);
        form.floorBox()->setValue(0);
        QVERIFY(form.thresholdBox()->isEnabled());
        form.widthBox()->setValue(2);
        form.batchBox()->setValue(4);
        form.epochsBox()->setValue(24);
        form.seedsEdit()->setText(u"1, x"_s);
        QVERIFY(!form.trainButton()->isEnabled());
        form.seedsEdit()->setText(u"3, 4"_s);
        QVERIFY(form.trainButton()->isEnabled() && !form.pauseButton()->isVisible());

        // Processor time of the window between two turns of the event loop: the machine may be
        // busy.
        const auto own = [] {
            timespec now{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
            return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
        };
        double before = own(), longest = 0;
        QTimer turns;
        connect(&turns, &QTimer::timeout, this, [&] {
            longest = std::max(longest, own() - before);
            before = own();
        });
        turns.start(0);
        StallMeter meter;
        QSignalSpy epochs(&form.work(), &MapTraining::epochReported);
        QSignalSpy done(&form.work(), &MapTraining::trained);
        QTest::mouseClick(form.trainButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(epochs.count() >= 3, 60'000);
        QVERIFY2(page.bar()->isHidden(), qPrintable(page.bar()->text()));
        QTest::mouseClick(form.pauseButton(), Qt::LeftButton);
        QCOMPARE(form.pauseButton()->text(), u"Go on"_s);
        QTest::qWait(300);
        const auto held = epochs.count();
        QTest::qWait(400);
        QCOMPARE(epochs.count(), held);
        QCOMPARE(form.errorPlot()->series().size(), 2);
        QCOMPARE(form.tailPlot()->series().size(), 2);
        QCOMPARE(form.selectedPlot()->series()[0].name, u"selected"_s);
        for (const double share : form.selectedPlot()->series()[0].y)
            QVERIFY(share >= 0 && share <= 1);
        const auto tail = form.tailPlot()->series();
        for (int e = 0; e < tail[0].y.size(); ++e) // 99 of 100 errors are no greater than all
            QVERIFY(tail[0].y[e] <= tail[1].y[e]);
        auto store = runs::RunStore::open(runs);
        QVERIFY(store.ok() && store->refresh().ok());
        QVERIFY(store->find("maps-1")->attempts.state == learn::RunState::Running);
        QTest::mouseClick(form.trainButton(), Qt::LeftButton); // stop
        QTRY_VERIFY(!form.work().isTraining());
        QTRY_VERIFY(store->refresh().ok() &&
                    store->find("maps-1")->attempts.state == learn::RunState::Stopped);
        QTRY_COMPARE(form.trainButton()->text(), u"Continue"_s);
        QVERIFY(form.anewButton()->isVisible());
        form.widthBox()->setValue(3);
        QVERIFY(!form.anewButton()->isVisible());
        form.widthBox()->setValue(2);
        QTest::mouseClick(form.trainButton(), Qt::LeftButton);
        QVERIFY(!form.errorPlot()->series().isEmpty()); // what is known of it is in sight
        QTRY_VERIFY_WITH_TIMEOUT(!form.work().isTraining(), 180'000);
        turns.stop();
        qInfo("longest stall %lld ms, of which at work %.0f ms", meter.worst(), longest);
        QVERIFY2(done.count() == 2, qPrintable(page.bar()->text()));
        QVERIFY(store->refresh().ok());
        for (const char* name : {"maps-1", "maps-2"}) {
            const auto run = store->find(name);
            QVERIFY(run.ok());
            QVERIFY(run->kind == runs::RunKind::Maps && run->finished);
            QCOMPARE(run->seed, std::int64_t{name[5] == '1' ? 3 : 4});
            QCOMPARE(run->attempts.resumed, name[5] == '1' ? 1 : 0);
            QCOMPARE(run->stepsDone, std::int64_t{24});
            const auto history = runs::readHistory(run->folder);
            QVERIFY(history.ok());
            const auto curves = runs::curvesOf({*history}, 100, true);
            QCOMPARE(curves.p99.front().x.size(), std::size_t{24});
            for (std::size_t e = 0; e < 24; ++e)
                QVERIFY(curves.p99.front().mean[e] <= curves.greatest.front().mean[e]);
            QVERIFY(!curves.selected.empty() && !curves.overlap.empty());
        }
        QVERIFY(form.resultLabel()->text().contains(u"aerial"_s));
        // The last one is opened with its maps: predicted, true, error, histogram.
        MapImagesPane& pane = *page.imagesPane();
        QTRY_VERIFY_WITH_TIMEOUT(pane.work().answer(), 20'000);
        QCOMPARE(pane.imageBox()->count(), int(kImages));
        QCOMPARE(pane.targetBox()->count(), 1);
        QCOMPARE(pane.map()->panels().size(), std::size_t{3});
        QCOMPARE(pane.histogram()->bars().size(), 2);
        if (qEnvironmentVariableIsSet("OHMSCAPE_GRAB")) {
            page.grab().save(qEnvironmentVariable("OHMSCAPE_GRAB") + u"-curves.png"_s);
            pane.tabs()->setCurrentIndex(0);
            QTest::qWait(200);
            page.grab().save(qEnvironmentVariable("OHMSCAPE_GRAB") + u"-maps.png"_s);
        }
        // A file of another kind is told.
        form.work().open(m_file);
        QTRY_VERIFY(!page.bar()->isHidden());
        QVERIFY(form.work().info());
    }

    /// Without a file of one's own there are made-up pairs; they are made once.
    void mapsOfTheExample() {
        JobService jobs;
        DeepPage page(jobs);
        page.tabs()->setCurrentWidget(page.imagesPane());
        MapTrainForm& form = *page.imagesPane()->trainForm();
        form.work().setExampleFolder(m_sandbox.path(u"examples"_s));
        QVERIFY(!form.trainButton()->isEnabled());
        form.exampleButton()->click();
        QVERIFY(!form.exampleButton()->isEnabled() && !form.dataButton()->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(form.work().info(), 120'000);
        QTRY_VERIFY(form.trainButton()->isEnabled());
        QCOMPARE(form.work().info()->samples(), std::size_t{60});
        QCOMPARE(form.targetBox()->count(), 3); // all, aerial, resist
        const QFileInfo made(m_sandbox.path(u"examples/lithography.h5"_s));
        QVERIFY(made.exists());
        QCOMPARE(QDir(made.path()).entryList(QDir::Files).size(), 1); // nothing half done
        const auto info = form.work().info();
        form.exampleButton()->click();
        QTRY_VERIFY(form.work().info() != info);
        QCOMPARE(QFileInfo(made.filePath()).lastModified(), made.lastModified());
        // A place that cannot be written to is told.
        QVERIFY(write(m_sandbox.path(u"taken"_s), "a file"));
        form.work().setExampleFolder(m_sandbox.path(u"taken"_s));
        form.exampleButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.bar()->isHidden(), 120'000);
        QVERIFY(form.exampleButton()->isEnabled());
    }

    void wrongFilesAreTold() {
        JobService jobs;
        DeepPage page(jobs);
        const QString file = m_sandbox.path(u"no.h5"_s);
        QVERIFY(write(file, "not HDF5"));
        page.work().open(file);
        QTRY_VERIFY(!page.bar()->isHidden());
        QVERIFY(!page.work().designs());
        page.saveTo(m_sandbox.path(u"none.safetensors"_s));
        QVERIFY(page.bar()->text().contains(u"no trained network"_s));
    }
};

QTEST_MAIN(TestDeepPage)
#include "tst_deeppage.moc"
