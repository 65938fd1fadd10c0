// SPDX-License-Identifier: GPL-3.0-or-later
// MPGD in recipes: the loss on tensors against the one without LibTorch, entries per batch and per
// sample, quantile and floor, what is tallied and told; and the network on maps.
#include <torch/torch.h>

#include "core/learn/selection.h"

#include "core/dataset/resistive.h"
#include "core/deep/loss.h"
#include "core/learn/run.h"
#include "core/learn/torchmaps.h"
#include "core/learn/trainer.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <random>

using namespace ohm;
using namespace ohm::learn;

namespace {

Recipe smallRecipe() {
    Recipe r;
    r.name = "test";
    r.network.hidden = 16;
    r.network.layers = 2;
    r.steps = 24;
    r.warmup = 2;
    r.batch = 16;
    r.peakRate = 3e-3;
    r.validateEvery = 4;
    r.loss = "mpgd";
    r.lossThreshold = 0.05;
    return r;
}

/// Blurred noise and its inputs, something that a convolution learns.
void pictures(std::int64_t count, std::int64_t side, std::vector<float>& x, std::vector<float>& y) {
    std::mt19937_64 random(5);
    std::uniform_real_distribution<float> uniform(0, 1);
    x.resize(static_cast<std::size_t>(count * side * side));
    for (float& v : x)
        v = uniform(random) > 0.6f ? 1.0f : 0.0f;
    y = x;
    const auto at = [&](std::int64_t n, std::int64_t i, std::int64_t j) {
        return static_cast<std::size_t>((n * side + (i + side) % side) * side + (j + side) % side);
    };
    for (std::int64_t n = 0; n < count; ++n) {
        for (std::int64_t i = 0; i < side; ++i) {
            for (std::int64_t j = 0; j < side; ++j)
                y[at(n, i, j)] =
                    0.5f * x[at(n, i, j)] + 0.25f * x[at(n, i, j - 1)] + 0.25f * x[at(n, i - 1, j)];
        }
    }
}

} // namespace

class TestSelection : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { nn::setThreads(1); }

    void theTwoImplementationsAgree_data() {
        QTest::addColumn<double>("threshold");
        QTest::addColumn<double>("quantile");
        QTest::addColumn<double>("floor");
        QTest::addColumn<bool>("perSample");
        for (const bool apart : {false, true}) {
            const char* how = apart ? "sample" : "batch";
            QTest::addRow("%s threshold", how) << 0.3 << 0.0 << 0.0 << apart;
            QTest::addRow("%s nothing above", how) << 1e9 << 0.0 << 0.0 << apart;
            QTest::addRow("%s one sample has nothing above", how) << 1.2 << 0.0 << 0.0 << apart;
            QTest::addRow("%s quantile", how) << 0.007 << 0.8 << 0.0 << apart;
            QTest::addRow("%s small quantile", how) << 0.007 << 0.01 << 0.0 << apart;
            QTest::addRow("%s floor", how) << 0.9 << 0.0 << 0.5 << apart;
        }
    }
    void theTwoImplementationsAgree() {
        QFETCH(double, threshold);
        QFETCH(double, quantile);
        QFETCH(double, floor);
        QFETCH(bool, perSample);
        constexpr std::int64_t kSamples = 4, kEach = 11;
        std::mt19937_64 random(3);
        std::normal_distribution<double> normal;
        std::vector<double> p, y;
        for (std::int64_t i = 0; i < kSamples * kEach; ++i) {
            p.push_back(normal(random) * (i < kEach ? 0.2 : 1));
            y.push_back(0.1 * normal(random));
        }
        Recipe r = smallRecipe();
        r.lossThreshold = threshold;
        r.lossQuantile = quantile;
        r.lossFloor = floor;
        const deep::Loss loss{
            deep::LossKind::Mpgd, threshold, r.shrinkA, r.shrinkC, quantile, floor, perSample};
        std::vector<double> slopes(p.size());
        std::vector<std::uint8_t> marks(p.size());
        const auto expected =
            deep::lossOf<double>(loss, p, y, {}, 1, slopes, marks, static_cast<std::size_t>(kEach));
        torch::Tensor out = torch::tensor(p, torch::kFloat64).requires_grad_(true);
        torch::Tensor groups;
        if (perSample)
            groups = torch::arange(kSamples).repeat_interleave(kEach);
        const auto got =
            mpgdLoss(r, out, torch::tensor(y, torch::kFloat64), groups, perSample ? kSamples : 1);
        got.loss.backward();
        QVERIFY2(std::fabs(got.loss.item<double>() - expected.loss) < 1e-12,
                 qPrintable(QString::number(got.loss.item<double>()) + QLatin1Char(' ') +
                            QString::number(expected.loss)));
        double chosen = 0;
        for (std::size_t i = 0; i < p.size(); ++i) {
            const auto at = static_cast<std::int64_t>(i);
            QVERIFY(std::fabs(out.grad()[at].item<double>() - slopes[i]) < 1e-12);
            QCOMPARE(got.chosen[at].item<bool>(), marks[i] != 0);
            chosen += marks[i];
        }
        QCOMPARE(expected.selected, chosen / static_cast<double>(p.size()));
        // The derivative is that of the loss, by finite differences (the choice does not move).
        constexpr double kStep = 1e-6;
        for (std::size_t i = 0; i < p.size(); i += 5) {
            const auto moved = [&](double h) {
                auto q = p;
                q[i] += h;
                return deep::lossOf<double>(loss, q, y, {}, 1, {}, {},
                                            static_cast<std::size_t>(kEach))
                    .loss;
            };
            QVERIFY(std::fabs((moved(kStep) - moved(-kStep)) / (2 * kStep) - slopes[i]) < 1e-7);
        }
    }

    void theGradientIsMagnified() {
        // n / k times that of the mean square where k of n entries are chosen; a floor bounds it.
        const std::vector<double> p{1, 0, 0, 0}, y{0, 0, 0, 0};
        std::vector<double> d(4);
        deep::Loss loss;
        loss.kind = deep::LossKind::Mpgd;
        loss.threshold = 0.5;
        deep::lossOf<double>(loss, p, y, {}, 1, d);
        QCOMPARE(d[0], 2.0);
        loss.floor = 0.5;
        deep::lossOf<double>(loss, p, y, {}, 1, d);
        QCOMPARE(d[0], 1.0);
        loss.floor = 2;
        QCOMPARE(deep::checkLoss(loss).error().code, std::string("DEEP-002"));
        loss.floor = 0;
        loss.quantile = 1;
        QCOMPARE(deep::checkLoss(loss).error().code, std::string("DEEP-002"));
    }

    /// The share and the overlap that a training tells are those of the entries themselves.
    void sharesAreTallied() {
        const auto data = dataset::generateLadders(2, 2, 32, 1);
        Recipe r = smallRecipe();
        r.batch = 32; // both passes see every graph
        SelectionTally tally(data, r, torch::kCPU);
        const auto entries = static_cast<std::int64_t>(
            std::count(data.outputMask.begin(), data.outputMask.end(), std::uint8_t{1}));
        torch::Tensor all = torch::ones({entries}, torch::kBool);
        tally.add(0, all);
        auto shares = tally.take();
        QCOMPARE(*shares.selected, 1.0);
        QVERIFY(!shares.overlap);
        // Half of the entries, by graph: the order of the second pass is another one.
        BatchOrder order(data, r);
        torch::Tensor half = torch::zeros({entries}, torch::kBool);
        const auto graphs = order.graphsOf(1);
        std::int64_t place = 0, taken = 0;
        for (const std::size_t g : graphs) {
            for (auto n = data.nodePtr[g]; n < data.nodePtr[g + 1]; ++n) {
                if (!data.outputMask[static_cast<std::size_t>(n)])
                    continue;
                half[place++] = g % 2 == 0;
                taken += g % 2 == 0;
            }
        }
        tally.add(1, half);
        shares = tally.take();
        const double expected = static_cast<double>(taken) / static_cast<double>(entries);
        QVERIFY(std::fabs(*shares.selected - expected) < 1e-12);
        QVERIFY(std::fabs(*shares.overlap - expected) < 1e-12);
        SelectionTally other(data, r, torch::kCPU);
        other.load({tally.state()});
        torch::Tensor none = torch::zeros({entries}, torch::kBool);
        other.add(2, none);
        QCOMPARE(*other.take().overlap, 0.0);
    }

    void trainingsTellThem_data() {
        QTest::addColumn<QString>("setting");
        QTest::newRow("batch") << "loss_per=batch";
        QTest::newRow("sample") << "loss_per=sample";
        QTest::newRow("quantile") << "loss_quantile=0.75";
        QTest::newRow("floor") << "loss_floor=0.3";
    }
    void trainingsTellThem() {
        QFETCH(QString, setting);
        const auto data = dataset::generateLadders(2, 2, 64, 1);
        const auto recipe = withSetting(smallRecipe(), setting.toStdString());
        QVERIFY2(recipe.ok(), recipe.ok() ? "" : recipe.error().message().c_str());
        QTemporaryDir dir;
        const auto told = [&](const std::filesystem::path& snapshot, StopToken stop,
                              std::vector<TrainingReport>& reports, StopSource* source) {
            TrainingOptions options;
            options.snapshot = snapshot;
            options.report = [&, source](const TrainingReport& report) {
                // As a line of the run's log and back.
                reports.push_back(*parseReport(reportLine(report)));
                if (source && report.step == 12)
                    source->requestStop();
            };
            return learn::train(*recipe, {data, data, {}}, options, stop);
        };
        std::vector<TrainingReport> whole, parts;
        const auto first = told({}, {}, whole, nullptr);
        QVERIFY2(first.ok(), first.ok() ? "" : first.error().message().c_str());
        QCOMPARE(whole.size(), std::size_t{6});
        for (const TrainingReport& report : whole)
            QVERIFY(report.selected && *report.selected > 0 && *report.selected <= 1);
        if (setting.startsWith(u"loss_quantile"))
            QVERIFY(std::fabs(*whole[0].selected - 0.25) < 0.05);
        QVERIFY(!whole[0].overlap); // 4 steps of 16 graphs are one pass
        QVERIFY(whole[1].overlap && *whole[1].overlap >= 0 && *whole[1].overlap <= 1);
        StopSource stop;
        const std::filesystem::path snapshot = dir.filePath(QStringLiteral("s")).toStdString();
        QVERIFY(!told(snapshot, stop.token(), parts, &stop).ok());
        QVERIFY(told(snapshot, {}, parts, nullptr).ok());
        QCOMPARE(parts.size(), whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i) {
            QCOMPARE(parts[i].selected, whole[i].selected);
            QCOMPARE(parts[i].overlap, whole[i].overlap);
        }
        auto plain = *recipe;
        plain.loss = "mse";
        TrainingOptions options;
        options.report = [](const TrainingReport& report) { QVERIFY(!report.selected); };
        QVERIFY(learn::train(plain, {data, data, {}}, options).ok());
    }

    void impossibleRecipesAreRefused() {
        for (const char* setting : {"loss_per=graph", "loss_quantile=1", "loss_floor=-1"}) {
            const auto recipe = withSetting(smallRecipe(), setting);
            QVERIFY(!recipe.ok());
            QCOMPARE(recipe.error().code, std::string("LEARN-021"));
        }
        Recipe gain = smallRecipe();
        gain.network.task = "graph";
        gain.lossPer = "sample";
        QVERIFY(!checkRecipe(gain).ok());
    }

    // --- the network on maps --------------------------------------------------------------------

    void mapsAreLearned_data() {
        QTest::addColumn<bool>("norm");
        QTest::newRow("instance norm") << true;
        QTest::newRow("no norm") << false;
    }
    void mapsAreLearned() {
        QFETCH(bool, norm);
        constexpr std::int64_t kCount = 4, kSide = 16;
        std::vector<float> x, y;
        pictures(kCount, kSide, x, y);
        MapNetworkSpec spec;
        spec.width = 6;
        spec.instanceNorm = norm;
        auto made = makeTorchMapNetwork(spec);
        QVERIFY2(made.ok(), made.ok() ? "" : made.error().message().c_str());
        MapNetwork& network = **made;
        const MapBatch batch{x, kCount, kSide, kSide};
        const auto train = [&](MapNetwork& n, int steps) {
            double last = 0;
            for (int i = 0; i < steps; ++i) {
                const auto out = n.forward(batch);
                std::vector<float> d(out->size());
                last = 0;
                for (std::size_t k = 0; k < d.size(); ++k) {
                    const float e = (*out)[k] - y[k];
                    last += static_cast<double>(e) * e / static_cast<double>(d.size());
                    d[k] = 2 * e / static_cast<float>(d.size());
                }
                if (!n.backward(d, {5e-3, 0, 1}).ok())
                    return std::nan("");
            }
            return last;
        };
        const double first = train(network, 1);
        const double later = train(network, 60);
        QVERIFY2(later < 0.15 * first,
                 qPrintable(QString::number(first) + QLatin1Char(' ') + QString::number(later)));
        // The state holds all: the copy goes on to the same weights, to the bit.
        auto copy = makeTorchMapNetwork(spec);
        QVERIFY((*copy)->loadState(network.state(true)).ok());
        train(network, 5);
        train(**copy, 5);
        const auto a = network.state(true), b = (*copy)->state(true);
        for (std::size_t i = 0; i < a.size(); ++i)
            QVERIFY2(a[i].values == b[i].values, a[i].name.c_str());
        QCOMPARE(*network.predict(batch), *(*copy)->predict(batch));
    }

    void mapGradientsAreTheLosses() {
        constexpr std::int64_t kSide = 8;
        std::vector<float> x, y;
        pictures(1, kSide, x, y);
        MapNetworkSpec spec;
        spec.width = 2;
        auto network = *makeTorchMapNetwork(spec);
        const MapBatch batch{x, 1, kSide, kSide};
        std::vector<float> d(x.size(), 0);
        d[20] = 1; // the loss is one prediction
        QVERIFY(network->forward(batch).ok());
        // A step of the first Adam moves every weight by the rate against its gradient's sign.
        const auto before = network->predict(batch);
        QVERIFY(network->forward(batch).ok());
        QVERIFY(network->backward(d, {1e-4, 0, 0}).ok());
        const auto after = network->predict(batch);
        QVERIFY((*after)[20] < (*before)[20]);
        // The same network from the same seed, another from another.
        QCOMPARE(*(*makeTorchMapNetwork(spec))->predict(batch), *before);
        spec.seed = 2;
        QVERIFY(*(*makeTorchMapNetwork(spec))->predict(batch) != *before);
    }

    void mapsThatDoNotFitAreRefused() {
        MapNetworkSpec spec;
        spec.width = 2;
        auto network = *makeTorchMapNetwork(spec);
        const std::vector<float> x(6 * 6);
        QCOMPARE(network->predict({x, 1, 6, 6}).error().code, std::string("LEARN-046"));
        QCOMPARE(network->predict({x, 2, 8, 8}).error().code, std::string("LEARN-046"));
        QCOMPARE(network->backward(x, {}).error().code, std::string("LEARN-046"));
        auto other = spec;
        other.width = 3;
        QCOMPARE(network->loadState((*makeTorchMapNetwork(other))->state(false)).error().code,
                 std::string("NN-011"));
        other.width = 0;
        QCOMPARE(makeTorchMapNetwork(other).error().code, std::string("LEARN-046"));
    }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "tst_selection.moc"
