// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/resistive.h"
#include "core/learn/trainer.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace ohm;

class TestTrainer : public QObject {
    Q_OBJECT
private:
    static learn::Recipe smallRecipe() {
        learn::Recipe r;
        r.name = "test";
        r.network = {"deepgen", 9, 16, 2, true};
        r.steps = 60;
        r.warmup = 5;
        r.batch = 16;
        r.peakRate = 3e-3;
        r.endRate = 1e-4;
        r.validateEvery = 20;
        r.k = 10;
        return r;
    }

private slots:
    void initTestCase() { nn::setThreads(1); } // sums in a fixed order

    void scheduleIsTiedToTheSteps() {
        learn::Recipe r;
        r.steps = 1000;
        r.warmup = 100;
        r.peakRate = 1e-3;
        r.endRate = 1e-5;
        QCOMPARE(learn::learningRate(r, 99), 1e-3);
        QVERIFY(learn::learningRate(r, 0) < 2e-5);
        QVERIFY(std::fabs(learn::learningRate(r, 550) - 5.05e-4) < 1e-9);
        QCOMPARE(learn::learningRate(r, 1000), 1e-5);
        r.cosine = true;
        QVERIFY(std::fabs(learn::learningRate(r, 550) - 5.05e-4) < 1e-9);
        QVERIFY(learn::learningRate(r, 325) > 7.5e-4);
    }
    void learnsAndReports() {
        const auto data = dataset::generateLadders(1, 2, 256, 1);
        const auto held = dataset::generateLadders(1, 2, 64, 2);
        auto r = smallRecipe();
        r.steps = 400;
        r.validateEvery = 100;
        std::vector<learn::TrainingReport> reports;
        learn::TrainingOptions options;
        options.report = [&](const learn::TrainingReport& report) { reports.push_back(report); };
        const auto trained = learn::train(r, data, held, {}, options);
        QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message().c_str());
        QCOMPARE(reports.size(), std::size_t{4});
        QVERIFY(reports.back().trainLoss < reports.front().trainLoss);
        QVERIFY(reports.back().validation->r2 > 0.6);
        QCOMPARE(reports.back().skipped, 0);
    }
    void resumedTrainingIsTheUninterruptedOne() {
        const auto data = dataset::generateLadders(1, 3, 100, 1);
        const auto r = smallRecipe();
        const auto whole = learn::train(r, data, {}, {}, {});
        QVERIFY(whole.ok());
        QTemporaryDir folder;
        learn::TrainingOptions options;
        options.snapshot = folder.filePath("snapshot").toStdString();
        StopSource stop;
        options.report = [&](const learn::TrainingReport& report) {
            if (report.step == 20)
                stop.requestStop();
        };
        const auto stopped = learn::train(r, data, {}, {}, options, stop.token());
        QCOMPARE(stopped.error().code, std::string("LEARN-012"));
        options.report = nullptr;
        const auto resumed = learn::train(r, data, {}, {}, options);
        QVERIFY(resumed.ok());
        for (std::size_t i = 0; i < whole->weights.size(); ++i)
            QVERIFY(whole->weights[i].values == resumed->weights[i].values);
        auto other = r;
        other.seed = 9;
        QCOMPARE(learn::train(other, data, {}, {}, options).error().code, std::string("LEARN-013"));
    }
    void unfitDataIsRefused() {
        QCOMPARE(learn::train(smallRecipe(), {}, {}, {}, {}).error().code,
                 std::string("LEARN-010"));
        dataset::GraphSet wide;
        wide.featureWidth = 15;
        const std::vector<float> x(15, 0.0F);
        const std::vector<std::uint8_t> mask{1};
        const std::vector<float> y{0.5F};
        wide.append(x, {}, mask, y, 0);
        QCOMPARE(learn::train(smallRecipe(), wide, {}, {}, {}).error().code,
                 std::string("LEARN-010"));
    }
    void aPoisonedLabelIsStoppedByTheGuard() {
        auto data = dataset::generateLadders(1, 2, 32, 1);
        for (auto& y : data.y)
            y = std::nanf("");
        auto r = smallRecipe();
        r.steps = 300;
        const auto trained = learn::train(r, data, {}, {}, {});
        QCOMPARE(trained.error().code, std::string("LEARN-011"));
    }
    void finetuningStartsFromTheCheckpoint() {
        const auto data = dataset::generateLadders(2, 2, 64, 1);
        auto r = smallRecipe();
        const auto base = learn::train(r, data, {}, {}, {});
        r.steps = 1;
        r.warmup = 0;
        r.peakRate = 1e-9;
        r.endRate = 1e-9;
        learn::TrainingOptions options;
        options.from = *base;
        const auto tuned = learn::train(r, data, {}, {}, options);
        QVERIFY(tuned.ok());
        const float before = base->weights.front().values.front();
        QVERIFY(std::fabs(tuned->weights.front().values.front() - before) < 1e-6F);
    }
};

QTEST_GUILESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
