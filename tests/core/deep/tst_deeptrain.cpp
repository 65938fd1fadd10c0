// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/train.h"
#include "fixtures.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace ohm::deep;

namespace {

/// Labels that depend on a node's own features and on its neighbours', so that a network has to
/// aggregate.
struct Data {
    Incidence graph;
    std::vector<float> features, labels;
    std::vector<Part> parts;

    explicit Data(std::int64_t nodes, std::uint64_t seed)
        : graph(*syntheticCircuit({nodes, nodes * 20, seed})) {
        const auto n = static_cast<std::size_t>(nodes);
        features = deeptest::randomValues<float>(n * 4, seed);
        const Aggregator<float> mean(graph, {Norm::Mean, true, 3});
        std::vector<float> nets(static_cast<std::size_t>(mean.netRows()) * 4), around(n * 4);
        mean.nets(features.data(), 4, false, nets.data(), 1);
        mean.rows(features.data(), 4, false, nets.data(), 0, nodes, around.data());
        for (std::size_t i = 0; i < n; ++i) {
            labels.push_back(0.5f + features[4 * i] + 2 * around[4 * i + 1]);
            parts.push_back(i % 10 == 0 ? Part::Validate : i % 10 == 1 ? Part::Test : Part::Train);
        }
    }
    Sample sample() const { return {&graph, features, labels, parts}; }
};

TrainConfig recipe() {
    TrainConfig config;
    config.network.inputs = 4;
    config.network.channels = 64;
    config.network.layers = 6;
    config.network.k = 8;
    config.network.threads = 1;
    config.adam.rate = 5e-3;
    config.epochs = 80;
    return config;
}

} // namespace

class TestDeepTrain : public QObject {
    Q_OBJECT
private slots:
    void learns_data() {
        QTest::addColumn<int>("block");
        QTest::addColumn<int>("storage");
        QTest::addColumn<int>("loss");
        QTest::newRow("gsr, D") << static_cast<int>(Block::Gsr) << static_cast<int>(Storage::D)
                                << static_cast<int>(LossKind::Mse);
        QTest::newRow("gsr, A, mpgd")
            << static_cast<int>(Block::Gsr) << static_cast<int>(Storage::A)
            << static_cast<int>(LossKind::Mpgd);
        QTest::newRow("revgnn, D")
            << static_cast<int>(Block::RevGnn) << static_cast<int>(Storage::D)
            << static_cast<int>(LossKind::Mse);
        QTest::newRow("sage") << static_cast<int>(Block::Sage) << static_cast<int>(Storage::D)
                              << static_cast<int>(LossKind::Mse);
    }
    /// Test error well below the variance of the labels.
    void learns() {
        QFETCH(int, block);
        QFETCH(int, storage);
        QFETCH(int, loss);
        const Data data(1200, 3);
        TrainConfig config = recipe();
        config.network.block = static_cast<Block>(block);
        config.network.storage = static_cast<Storage>(storage);
        config.loss.kind = static_cast<LossKind>(loss);
        if (config.network.block != Block::Gsr)
            config.network.k = 0;
        if (config.network.block == Block::Sage) {
            config.network.layers = 2;
            config.network.method = Method::Factorised;
        }
        double mean = 0, square = 0;
        for (const float label : data.labels) {
            mean += static_cast<double>(label) / 1200;
            square += static_cast<double>(label) * static_cast<double>(label) / 1200;
        }
        std::vector<EpochReport> reports;
        const Sample sample = data.sample();
        const auto result =
            train({&sample, 1}, config, {}, ohm::noProgress(), [&](const EpochReport& report) {
                QCOMPARE(report.predictions.size(), std::size_t{1});
                QCOMPARE(report.predictions[0].size(), data.labels.size());
                reports.push_back(report);
            });
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        QCOMPARE(reports.size(), std::size_t{80});
        QVERIFY(reports.back().trainSquare < 0.1 * reports.front().trainSquare);
        const double best = reports[static_cast<std::size_t>(result->bestEpoch) - 1].testSquare;
        QVERIFY2(best < 0.1 * (square - mean * mean), qPrintable(QString::number(best)));
        QVERIFY(reports.back().selected <= 1);
        if (config.loss.kind == LossKind::Mse)
            QCOMPARE(reports.back().selected, 1.0);
        else
            QVERIFY(reports.back().selected < 1);
        QVERIFY(result->memory.peak > 0 && result->predictedBytes > 0);
        // The weights that came back make the predictions that came back.
        const auto again = predict(config.network, result->weights, data.graph, data.features);
        QVERIFY(again.ok());
        QVERIFY(std::memcmp(again->data(), result->predictions[0].data(),
                            again->size() * sizeof(float)) == 0);
    }
    /// Several graphs of several sizes; the same seed gives the same bits.
    void severalGraphs() {
        const Data a(700, 1), b(1100, 2);
        const std::vector<Sample> samples{a.sample(), b.sample()};
        TrainConfig config = recipe();
        config.epochs = 5;
        const auto one = train(samples, config), two = train(samples, config);
        QVERIFY(one.ok() && two.ok());
        QCOMPARE(one->weights, two->weights);
        QCOMPARE(one->predictions.size(), std::size_t{2});
        QCOMPARE(one->predictions[1].size(), std::size_t{1100});
        config.network.seed = 2;
        const auto other = train(samples, config);
        QVERIFY(other->weights != one->weights);
    }
    /// A split by design: the graph that only validates is judged with the weights that come back.
    void splitByDesign() {
        const Data a(700, 1), b(900, 2);
        Sample first = b.sample(), second = a.sample();
        const std::vector<Part> all(900, Part::Validate), training(700, Part::Train);
        first.parts = all;
        second.parts = training;
        const std::vector<Sample> samples{first, second};
        TrainConfig config = recipe();
        config.epochs = 30;
        double best = 1e9;
        const auto done =
            train(samples, config, {}, ohm::noProgress(), [&](const EpochReport& report) {
                best = std::min(best, report.validateSquare);
                QVERIFY(std::isnan(report.testSquare));
            });
        QVERIFY(done.ok());
        QCOMPARE(done->bestValidate, best);
        const auto again = predict(config.network, done->weights, b.graph, b.features);
        QVERIFY(std::memcmp(again->data(), done->predictions[0].data(),
                            again->size() * sizeof(float)) == 0);
    }
    void decayShrinksWeights() {
        const Data data(300, 1);
        const Sample sample = data.sample();
        TrainConfig config = recipe();
        config.epochs = 20;
        const auto size = [&](double decay) {
            config.adam.decay = decay;
            const auto done = train({&sample, 1}, config);
            double sum = 0;
            for (const float w : done->weights)
                sum += static_cast<double>(w) * static_cast<double>(w);
            return sum;
        };
        QVERIFY(size(1.0) < 0.95 * size(0));
    }
    void refuses() {
        const Data data(300, 1);
        TrainConfig config = recipe();
        config.epochs = 2;
        const auto code = [&](const Sample& sample, ohm::StopToken stop = {}) {
            const auto done = train({&sample, 1}, config, stop);
            return done ? std::string("none") : done.error().code;
        };
        QCOMPARE(code(data.sample()), std::string("none"));
        Sample wrong = data.sample();
        wrong.labels = wrong.labels.subspan(1);
        QCOMPARE(code(wrong), std::string("DEEP-006"));
        wrong = data.sample();
        const std::vector<Part> unused(300, Part::Test);
        wrong.parts = unused;
        QCOMPARE(code(wrong), std::string("DEEP-006"));
        wrong = data.sample();
        auto features = data.features;
        features[7] = std::numeric_limits<float>::quiet_NaN();
        wrong.features = features;
        QCOMPARE(code(wrong), std::string("DEEP-006"));
        wrong = data.sample();
        const std::vector<float> unknown(300, std::numeric_limits<float>::quiet_NaN());
        wrong.labels = unknown;
        QCOMPARE(code(wrong), std::string("DEEP-006"));
        ohm::StopSource source;
        source.requestStop();
        QCOMPARE(code(data.sample(), source.token()), std::string("DEEP-003"));
        QCOMPARE(train({}, config).error().code, std::string("DEEP-006"));
        config.network.k = 1000;
        QCOMPARE(code(data.sample()), std::string("DEEP-002"));
    }
    void rateSchedule() {
        const Data data(300, 1);
        const Sample sample = data.sample();
        TrainConfig config = recipe();
        config.epochs = 1;
        config.adam.clipNorm = 0;
        config.warmup = 9; // the first step at a tenth of the rate: Adam moves by the rate itself
        NetworkConfig network = config.network;
        const auto plan = makePlan<float>(data.graph, network);
        const auto fresh = makeModel<float>(network, plan.size);
        const std::vector<float> start((*fresh)->weights().begin(), (*fresh)->weights().end());
        auto unvalidated = data.parts;
        std::replace(unvalidated.begin(), unvalidated.end(), Part::Validate, Part::Train);
        Sample all = sample;
        all.parts = unvalidated;
        const auto done = train({&all, 1}, config);
        double most = 0;
        for (std::size_t i = 0; i < start.size(); ++i)
            most = std::max(most, static_cast<double>(std::fabs(done->weights[i] - start[i])));
        QVERIFY2(std::fabs(most - 5e-4) < 1e-5, qPrintable(QString::number(most)));
    }
};

QTEST_APPLESS_MAIN(TestDeepTrain)
#include "tst_deeptrain.moc"
