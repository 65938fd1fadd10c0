// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/resistive.h"
#include "core/learn/torchengine.h"
#include "core/learn/trainer.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace ohm;

class TestTrainer : public QObject {
    Q_OBJECT
private:
    static learn::Recipe smallRecipe() {
        learn::Recipe r;
        r.name = "test";
        r.network.hidden = 16;
        r.network.layers = 2;
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
        r.schedule = "cosine";
        QVERIFY(std::fabs(learn::learningRate(r, 550) - 5.05e-4) < 1e-9);
        QVERIFY(learn::learningRate(r, 325) > 7.5e-4);
        r.schedule = "constant";
        QCOMPARE(learn::learningRate(r, 700), 1e-3);
        r.schedule = "linear";
        r.decaySteps = 300;
        QCOMPARE(learn::learningRate(r, 301), 1e-5);
    }
    void learnsAndReports() {
        const auto data = dataset::generateLadders(1, 2, 256, 1);
        const auto held = dataset::generateLadders(1, 2, 64, 2);
        auto r = smallRecipe();
        r.averageDecay = 0.95;
        r.network.layers = 5; // a source stands four hops from the net it drives
        r.steps = 600;
        r.validateEvery = 150;
        std::vector<learn::TrainingReport> reports;
        learn::TrainingOptions options;
        options.report = [&](const learn::TrainingReport& report) { reports.push_back(report); };
        const auto trained = learn::train(r, {data, held, {}}, options);
        QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message().c_str());
        QCOMPARE(reports.size(), std::size_t{4});
        QVERIFY(reports.back().trainLoss < reports.front().trainLoss);
        QVERIFY2(reports.back().validation->r2 > 0.4,
                 qPrintable(QString::number(reports.back().validation->r2)));
        QCOMPARE(reports.back().skipped, 0);
    }
    void resumedTrainingIsTheUninterruptedOne() {
        const auto data = dataset::generateLadders(1, 3, 100, 1);
        const auto r = smallRecipe();
        const auto whole = learn::train(r, {data, {}, {}}, {});
        QVERIFY(whole.ok());
        QTemporaryDir folder;
        learn::TrainingOptions options;
        options.snapshot = folder.filePath("snapshot").toStdString();
        StopSource stop;
        options.report = [&](const learn::TrainingReport& report) {
            if (report.step == 20)
                stop.requestStop();
        };
        const auto stopped = learn::train(r, {data, {}, {}}, options, stop.token());
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, std::string("LEARN-012"));
        options.report = nullptr;
        const auto resumed = learn::train(r, {data, {}, {}}, options);
        QVERIFY(resumed.ok());
        for (std::size_t i = 0; i < whole->checkpoint.weights.size(); ++i)
            QVERIFY(whole->checkpoint.weights[i].values == resumed->checkpoint.weights[i].values);
        auto other = r;
        other.seed = 9;
        QCOMPARE(learn::train(other, {data, {}, {}}, options).error().code, std::string("LEARN-013"));
    }
    void unfitDataIsRefused() {
        QCOMPARE(learn::train(smallRecipe(), {}, {}).error().code,
                 std::string("LEARN-010"));
        dataset::GraphSet wide;
        wide.featureWidth = 15;
        const std::vector<float> x(15, 0.0F);
        const std::vector<std::uint8_t> mask{1};
        const std::vector<float> y{0.5F};
        wide.append(x, {}, mask, y, 0);
        QCOMPARE(learn::train(smallRecipe(), {wide, {}, {}}, {}).error().code,
                 std::string("LEARN-010"));
    }
    void aPoisonedLabelIsRefused() {
        auto data = dataset::generateLadders(1, 2, 32, 1);
        data.y[static_cast<std::size_t>(
            std::find(data.outputMask.begin(), data.outputMask.end(), 1) -
            data.outputMask.begin())] = std::nanf("");
        const auto trained = learn::train(smallRecipe(), {data, {}, {}}, {});
        QCOMPARE(trained.error().code, std::string("LEARN-010"));
    }
    void anExplodingTrainingIsStoppedByTheGuard() {
        const auto data = dataset::generateLadders(1, 2, 32, 1);
        auto r = smallRecipe();
        r.network.sigmoid = false;
        r.network.architecture = "gcn"; // nothing normalises it
        r.network.layers = 12;
        r.steps = 2000;
        r.warmup = 0;
        r.peakRate = 1;
        r.schedule = "constant";
        r.weightDecay = 0;
        const auto trained = learn::train(r, {data, {}, {}}, {});
        if (!trained.ok())
            QCOMPARE(trained.error().code, std::string("LEARN-011"));
        else // the guard kept the weights finite
            for (const auto& array : trained->checkpoint.weights)
                for (const float value : array.values)
                    QVERIFY(std::isfinite(value));
    }
    void averagedWeightsResumeExactlyToo() {
        const auto data = dataset::generateLadders(1, 3, 100, 1);
        const auto held = dataset::generateLadders(1, 3, 30, 2);
        auto r = smallRecipe();
        r.averageDecay = 0.9;
        r.keepBest = true;
        const auto whole = learn::train(r, {data, held, {}}, {});
        QVERIFY(whole.ok());
        QTemporaryDir folder;
        learn::TrainingOptions options;
        options.snapshot = folder.filePath("snapshot").toStdString();
        StopSource stop;
        options.report = [&](const learn::TrainingReport& report) {
            if (report.step == 40)
                stop.requestStop();
        };
        QVERIFY(!learn::train(r, {data, held, {}}, options, stop.token()).ok());
        options.report = nullptr;
        const auto resumed = learn::train(r, {data, held, {}}, options);
        QVERIFY(resumed.ok());
        for (std::size_t i = 0; i < whole->checkpoint.weights.size(); ++i)
            QVERIFY(whole->checkpoint.weights[i].values == resumed->checkpoint.weights[i].values);
    }
    void frozenPartsStay_data() {
        QTest::addColumn<QString>("freeze");
        QTest::addColumn<QString>("moves");
        QTest::addColumn<QString>("stays");
        QTest::newRow("backbone") << "backbone" << "head.linear0.weight"
                                  << "backbone.block1_conv.first.weight";
        QTest::newRow("one block") << "blocks:1" << "backbone.block1_conv.first.weight"
                                   << "backbone.block0_conv.first.weight";
    }
    void frozenPartsStay() {
        QFETCH(QString, freeze);
        QFETCH(QString, moves);
        QFETCH(QString, stays);
        const auto data = dataset::generateLadders(2, 2, 64, 1);
        auto r = smallRecipe();
        const auto base = learn::train(r, {data, {}, {}}, {});
        QVERIFY(base.ok());
        r.freeze = freeze.toStdString();
        learn::TrainingOptions options;
        options.from = base->checkpoint;
        const auto tuned = learn::train(r, {data, {}, {}}, options);
        QVERIFY(tuned.ok());
        const auto values = [](const learn::TrainingResult& result, const QString& name) {
            for (const auto& array : result.checkpoint.weights)
                if (array.name == name.toStdString())
                    return array.values;
            return std::vector<float>{};
        };
        QVERIFY(!values(*base, moves).empty() && !values(*base, stays).empty());
        QVERIFY(values(*base, moves) != values(*tuned, moves));
        QVERIFY(values(*base, stays) == values(*tuned, stays));
    }
    void graphLabelsAreLearned() {
        auto data = dataset::generateLadders(1, 2, 300, 1);
        auto r = smallRecipe();
        r.network.task = "graph";
        r.target = "rout";
        r.targetScale = "standard";
        r.network.sigmoid = false;
        r.steps = 300;
        r.network.latents = 4;
        r.network.latentWidth = 4;
        const auto held = dataset::generateLadders(1, 2, 100, 2);
        for (const char* readout : {"attention", "mean"}) {
            r.network.readout = readout;
            const auto trained = learn::train(r, {data, held, {}}, {});
            QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message().c_str());
            QVERIFY(trained->last.validation->r2 > 0.5);
            QCOMPARE(trained->last.validation->count, std::size_t{100});
        }
    }
    void aLogarithmicTargetComesBackInItsUnit() {
        const auto data = dataset::generateLadders(1, 2, 300, 1);
        auto r = smallRecipe();
        r.network.task = "graph";
        r.network.readout = "mean";
        r.network.sigmoid = false;
        r.target = "rout";
        r.targetScale = "log";
        r.steps = 300;
        const auto trained = learn::train(r, {data, dataset::generateLadders(1, 2, 100, 2), {}}, {});
        QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message().c_str());
        QVERIFY(trained->checkpoint.normalization.labelLog);
        QVERIFY2(trained->last.validation->r2 > 0.4,
                 qPrintable(QString::number(trained->last.validation->r2)));
        QVERIFY(trained->last.validation->mae < 0.2);
        auto negative = data;
        negative.graphLabels[3] = -1;
        QCOMPARE(learn::train(r, {negative, {}, {}}, {}).error().code, std::string("LEARN-010"));
    }
    void theMlpKnowsOneTopologyOnly() {
        auto r = smallRecipe();
        const auto data = dataset::generateLadders(2, 2, 64, 1);
        r.network.architecture = "mlp";
        r.network.nodesPerGraph = 20;
        r.network.outputsPerGraph = 2;
        const auto trained = learn::train(r, {data, data, {}}, {});
        QVERIFY2(trained.ok(), trained.ok() ? "" : trained.error().message().c_str());
        const auto other = dataset::generateLadders(3, 3, 8, 1);
        const auto model = learn::makeTorchEngine()->load(trained->checkpoint);
        QVERIFY(model.ok());
        QCOMPARE(learn::evaluate(**model, other).error().code, std::string("NN-020"));
    }
    void finetuningStartsFromTheCheckpoint() {
        const auto data = dataset::generateLadders(2, 2, 64, 1);
        auto r = smallRecipe();
        const auto base = learn::train(r, {data, {}, {}}, {});
        r.steps = 1;
        r.warmup = 0;
        r.peakRate = 1e-9;
        r.endRate = 1e-9;
        learn::TrainingOptions options;
        options.from = base->checkpoint;
        const auto tuned = learn::train(r, {data, {}, {}}, options);
        QVERIFY(tuned.ok());
        const float before = base->checkpoint.weights.front().values.front();
        QVERIFY(std::fabs(tuned->checkpoint.weights.front().values.front() - before) < 1e-6F);
    }
    void lossesThatChooseEntries() {
        const auto data = dataset::generateLadders(2, 2, 64, 1);
        const auto train = [&](const char* loss, double threshold) {
            auto r = smallRecipe();
            r.steps = 20;
            r.loss = loss;
            r.lossThreshold = threshold;
            return learn::train(r, {data, data, {}}, {});
        };
        const auto difference = [](const auto& a, const auto& b) {
            double most = 0;
            for (std::size_t w = 0; w < a->checkpoint.weights.size(); ++w) {
                for (std::size_t i = 0; i < a->checkpoint.weights[w].values.size(); ++i)
                    most = std::max(most, std::fabs(double(a->checkpoint.weights[w].values[i]) -
                                                    b->checkpoint.weights[w].values[i]));
            }
            return most;
        };
        const auto plain = train("mse", 0);
        // No error is above 1e9, so every step falls back to all entries.
        const auto fallBack = train("mpgd", 1e9);
        const auto chosen = train("mpgd", 0.1);
        const auto shrunk = train("shrinkage", 0);
        QVERIFY(plain.ok() && fallBack.ok() && chosen.ok() && shrunk.ok());
        QVERIFY2(difference(plain, fallBack) < 1e-4,
                 qPrintable(QString::number(difference(plain, fallBack))));
        QVERIFY(difference(plain, chosen) > 1e-3);
        QVERIFY(difference(plain, shrunk) > 1e-3);
        auto bad = smallRecipe();
        bad.loss = "mpgd";
        bad.lossThreshold = -1;
        QVERIFY(!learn::checkRecipe(bad).ok());
    }
};

QTEST_GUILESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
