// SPDX-License-Identifier: GPL-3.0-or-later
// The Deep page: designs are read, memory is told before the start, a network is trained, maps are
// drawn and kept.
#include "core/deeptrain/example.h"
#include "ui/pages/deeppage.h"
#include "ui/services/commands.h"
#include "uitesting.h"
#include "widgets/common/exportview.h"
#include "widgets/common/messagebar.h"
#include "widgets/map/mapview.h"
#include "widgets/plot/plotview.h"

#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>

#include <cmath>

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

    void trainsAndShowsMaps() {
        JobService jobs;
        DeepPage page(jobs);
        page.resize(1400, 900);
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

    void stopsAtOnce() {
        JobService jobs;
        DeepPage page(jobs);
        page.work().open(m_file);
        QTRY_VERIFY(page.work().designs());
        page.epochsBox()->setValue(100'000);
        page.trainButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.lossPlot()->series().isEmpty(), 60'000);
        page.trainButton()->click();
        QTRY_VERIFY(!page.work().isTraining());
        QVERIFY(!page.work().outcome());
        QCOMPARE(page.trainButton()->text(), u"Train"_s);
        QVERIFY(page.bar()->isHidden());
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
