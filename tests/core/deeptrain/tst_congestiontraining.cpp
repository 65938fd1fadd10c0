// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/congestion/features.h"
#include "core/congestion/npy.h"
#include "core/deeptrain/example.h"
#include "core/deeptrain/run.h"
#include "core/learn/tensorfile.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>

using namespace ohm;
using namespace ohm::deeptrain;

namespace {

/// Designs on a square grid whose label depends on the node's own features.
congestion::CongestionSet designs(int count, int side = 8) {
    congestion::CongestionSet set = congestion::emptyCongestionSet();
    const std::size_t width = set.featureNames.size();
    for (int d = 0; d < count; ++d) {
        congestion::CongestionSample s;
        s.name = "design" + std::to_string(d);
        s.family = s.name;
        s.format = "def";
        s.labelSource = "maps";
        s.grid.columns = s.grid.rows = side;
        const int nodes = 3 * side * side;
        s.pins.nodes = static_cast<std::size_t>(nodes);
        s.pins.nets = static_cast<std::size_t>(nodes);
        for (int n = 0; n < nodes; ++n) {
            for (const int step : {0, 1, 5}) {
                s.pins.pinNode.push_back((n + step * (d + 1)) % nodes);
                s.pins.pinNet.push_back(n);
            }
            const float wave =
                0.5f + 0.4f * std::sin(0.7f * static_cast<float>(n) + static_cast<float>(d));
            for (std::size_t f = 0; f < width; ++f)
                s.x.push_back(f == 0 ? wave : f == 1 ? static_cast<float>(100 * (d + 1)) : 2.0f);
            s.y.push_back(0.5f * wave);
            s.y.push_back(0.25f * wave);
            s.mask.push_back(n % 17 == 16 ? 0 : 1);
            s.gcell.push_back(n % side);
            s.gcell.push_back((n / side) % side);
        }
        s.mapX.assign(s.grid.count() * set.mapFeatureNames.size(), 0);
        s.mapY.assign(s.grid.count() * 2, 0);
        set.samples.push_back(std::move(s));
    }
    return set;
}

TaskOptions split() {
    TaskOptions options;
    options.split.validationDesigns = {"design1"};
    options.split.testDesigns = {"design2"};
    return options;
}

deep::TrainConfig recipe(deep::LossKind loss = deep::LossKind::Mse) {
    deep::TrainConfig config;
    config.network.layers = 3;
    config.network.channels = 16;
    config.network.k = 4;
    config.network.threads = 1;
    config.adam.rate = 1e-2;
    config.loss.kind = loss;
    config.epochs = 40;
    return config;
}

} // namespace

class TestCongestionTraining : public QObject {
    Q_OBJECT
private slots:
    void theTaskIsNormalisedByTrainingDesignsOnly() {
        auto set = designs(4);
        const auto task = makeTask(set, split());
        QVERIFY2(task.ok(), task.ok() ? "" : task.error().message().c_str());
        QCOMPARE(task->designs.size(), std::size_t{4});
        // Feature 1 is 100 and 400 in the designs that are trained on.
        const double expected = (std::log1p(100.0) + std::log1p(400.0)) / 2;
        QVERIFY(std::fabs(static_cast<double>(task->normalisation.mean[1]) - expected) < 1e-4);
        // A constant feature keeps its scale: nothing is divided by 0.
        QCOMPARE(task->normalisation.scale[2], 1.0f);
        // What the others hold changes nothing.
        for (float& x : set.samples[2].x)
            x += 7;
        const auto other = makeTask(set, split());
        QVERIFY(other.ok());
        QCOMPARE(other->normalisation.mean, task->normalisation.mean);
        QCOMPARE(other->normalisation.scale, task->normalisation.scale);
        // Over the training nodes: mean 0, deviation 1.
        double sum = 0, square = 0, count = 0;
        for (const TaskDesign& design : task->designs) {
            for (std::size_t n = 0; n < design.parts.size(); ++n) {
                if (design.parts[n] != deep::Part::Train)
                    continue;
                const auto v = static_cast<double>(design.features[n * task->featureNames.size()]);
                sum += v;
                square += v * v;
                ++count;
            }
        }
        QVERIFY(std::fabs(sum / count) < 1e-4);
        QVERIFY(std::fabs(square / count - 1) < 1e-3);
        QVERIFY(std::isnan(task->designs[0].labels[16]));
        QVERIFY(!std::isnan(task->designs[0].labels[0]));
    }

    void learnsAndMeasures_data() {
        QTest::addColumn<int>("loss");
        QTest::addColumn<int>("block");
        const auto row = [](const char* name, deep::LossKind loss, deep::Block block) {
            QTest::newRow(name) << static_cast<int>(loss) << static_cast<int>(block);
        };
        row("mse, gsr", deep::LossKind::Mse, deep::Block::Gsr);
        row("mpgd, gsr", deep::LossKind::Mpgd, deep::Block::Gsr);
        row("shrinkage, gsr", deep::LossKind::Shrinkage, deep::Block::Gsr);
        row("mse, sage", deep::LossKind::Mse, deep::Block::Sage);
    }
    void learnsAndMeasures() {
        QFETCH(int, loss);
        QFETCH(int, block);
        const auto task = makeTask(designs(5), split());
        QVERIFY(task.ok());
        auto config = recipe(static_cast<deep::LossKind>(loss));
        config.loss.shrinkC = 0.02;
        config.epochs = 100;
        config.network.block = static_cast<deep::Block>(block);
        if (config.network.block != deep::Block::Gsr)
            config.network.k = 0;
        std::vector<EpochFigures> epochs;
        const auto result = trainOn(*task, config, {}, noProgress(),
                                    [&](const EpochFigures& e) { epochs.push_back(e); });
        QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
        QCOMPARE(epochs.size(), std::size_t{100});
        QVERIFY(epochs.back().trainSquare < 0.3 * epochs.front().trainSquare);
        QVERIFY2(result->test.mse < 0.2 * result->testZero.mse,
                 qPrintable(QString::number(result->test.mse / result->testZero.mse)));
        QVERIFY(result->test.pearson && *result->test.pearson > 0.7);
        QVERIFY(!result->testZero.pearson);
        const bool mpgd = config.loss.kind == deep::LossKind::Mpgd;
        for (const EpochFigures& e : epochs) {
            QCOMPARE(e.selected.has_value(), mpgd);
            QCOMPARE(e.overlap.has_value(), mpgd && e.epoch > 1);
            if (e.selected)
                QVERIFY(*e.selected > 0 && *e.selected <= 1);
            if (e.overlap)
                QVERIFY(*e.overlap >= 0 && *e.overlap <= 1);
            // Measured beside predicted: within a hundredth.
            const auto measured = static_cast<double>(e.measuredBytes);
            const auto predicted = static_cast<double>(e.predictedBytes);
            QVERIFY2(std::fabs(measured / predicted - 1) < 0.01,
                     qPrintable(QString::number(measured / predicted)));
        }
        QCOMPARE(result->test.designs, std::size_t{1});
        QCOMPARE(result->validation.designs, std::size_t{1});
    }

    /// The share that is told is that of the errors above the threshold.
    void theSelectedShareIsThatOfTheErrors() {
        const auto task = makeTask(designs(3), split());
        QVERIFY(task.ok());
        auto config = recipe(deep::LossKind::Mpgd);
        config.epochs = 1;
        config.loss.threshold = 0.3;
        double selected = -1;
        const auto result = trainOn(*task, config, {}, noProgress(),
                                    [&](const EpochFigures& e) { selected = *e.selected; });
        QVERIFY(result.ok());
        // One training design, and the network's weights before the only step.
        config.network.inputs = task->features();
        const deep::GraphSize size = largestSize(task->designs, config.network);
        auto model = deep::makeModel<float>(config.network, size);
        QVERIFY(model.ok());
        const auto plan = deep::makePlan<float>(task->designs[0].graph, config.network);
        (*model)->bind(plan);
        std::vector<float> p(task->designs[0].labels.size());
        QVERIFY((*model)->forward(task->designs[0].features.data(), p.data()).ok());
        double above = 0, all = 0;
        for (std::size_t n = 0; n < p.size(); ++n) {
            if (std::isnan(task->designs[0].labels[n]))
                continue;
            ++all;
            above += std::fabs(p[n] - task->designs[0].labels[n]) > 0.3f ? 1 : 0;
        }
        QVERIFY(above > 0 && above < all);
        QVERIFY2(std::fabs(selected - above / all) < 1e-9,
                 qPrintable(QString::number(selected) + QLatin1Char(' ') +
                            QString::number(above / all)));
    }

    /// A training that is stopped, and one that is killed after any snapshot, goes on to the same
    /// weights to the bit and the same lines.
    void whatWasInterruptedGoesOn_data() {
        QTest::addColumn<bool>("small");
        QTest::newRow("storage and moments in full") << false;
        QTest::newRow("streams in 24 bits, moments in 16") << true;
    }
    void whatWasInterruptedGoesOn() {
        QFETCH(bool, small);
        QTemporaryDir dir;
        const auto at = [&](const char* name) {
            return std::filesystem::path(dir.filePath(QLatin1String(name)).toStdString());
        };
        const auto task = makeTask(designs(4), split());
        QVERIFY(task.ok());
        auto config = recipe(deep::LossKind::Mpgd);
        config.loss.threshold = 0.05;
        config.epochs = 12;
        if (small) {
            config.network.storage = deep::Storage::E;
            config.network.halfMoments = true;
        }
        RunRequest request;
        request.keepSeconds = 0;
        request.folder = at("whole");
        const auto whole = runTraining(request, *task, split(), config);
        QVERIFY2(whole.ok(), whole.ok() ? "" : whole.error().message().c_str());
        QVERIFY(!std::filesystem::exists(at("whole") / "snapshot.safetensors"));
        QVERIFY(std::filesystem::exists(at("whole") / "model.safetensors"));

        request.folder = at("parts");
        for (const int last : {3, 7}) {
            StopSource stop;
            request.report = [&](const EpochFigures& epoch) {
                if (epoch.epoch == last)
                    stop.requestStop();
            };
            const auto part = runTraining(request, *task, split(), config, stop.token());
            QVERIFY(!part.ok());
            QCOMPARE(part.error().code, std::string("DEEP-003"));
            QVERIFY(std::filesystem::exists(at("parts") / "snapshot.safetensors"));
        }
        // A kill between two snapshots leaves lines that the snapshot does not know of.
        {
            std::ofstream log(at("parts") / "epochs.jsonl", std::ios::app);
            log << "{\"epoch\":8}\n{\"epo";
        }
        int first = 0;
        request.report = [&](const EpochFigures& epoch) {
            first = first == 0 ? epoch.epoch : first;
        };
        const auto rest = runTraining(request, *task, split(), config);
        QVERIFY2(rest.ok(), rest.ok() ? "" : rest.error().message().c_str());
        QCOMPARE(first, 8);
        QCOMPARE(rest->model.weights, whole->model.weights);
        QCOMPARE(rest->predictions, whole->predictions);
        QCOMPARE(rest->bestEpoch, whole->bestEpoch);
        const auto lines = [&](const char* name) {
            std::ifstream in(at(name) / "epochs.jsonl");
            QStringList all;
            for (std::string line; std::getline(in, line);)
                all << QString::fromStdString(line.substr(0, line.find("\"gradient_norm\"")));
            return all;
        };
        QCOMPARE(lines("parts").size(), 12);
        QCOMPARE(lines("parts"), lines("whole")); // selected share and overlap too

        // A finished run, another recipe and other data are told apart.
        QCOMPARE(runTraining(request, *task, split(), config).error().code,
                 std::string("LEARN-014"));
        request.folder = at("other");
        StopSource stop;
        request.report = [&](const EpochFigures&) { stop.requestStop(); };
        QVERIFY(!runTraining(request, *task, split(), config, stop.token()).ok());
        request.report = {};
        const auto more = makeTask(designs(5), split());
        QCOMPARE(runTraining(request, *more, split(), config).error().code,
                 std::string("DEEP-010"));
        config.network.seed = 9;
        QCOMPARE(runTraining(request, *task, split(), config).error().code,
                 std::string("LEARN-014"));
        QVERIFY(writeFileAtomically(at("other") / "snapshot.safetensors", "nothing").ok());
        config.network.seed = 1;
        QVERIFY(!runTraining(request, *task, split(), config).ok());
    }

    void cellsAreMeansOfTheirNodes() {
        congestion::GCellGrid grid;
        grid.columns = 2;
        grid.rows = 2;
        const std::vector<float> values{1, 3, 5, 9};
        const std::vector<std::int32_t> gcell{0, 0, 0, 0, 1, 1, -1, -1};
        const auto map = cellMeans(values, gcell, grid);
        QCOMPARE(map[0], 2.0f);
        QCOMPARE(map[3], 5.0f);
        QVERIFY(std::isnan(map[1]) && std::isnan(map[2]));
    }

    void aModelComesBackAndPredictsTheSame() {
        QTemporaryDir dir;
        const auto file = [&](const char* name) {
            return std::filesystem::path(dir.filePath(QLatin1String(name)).toStdString());
        };
        const auto set = designs(4);
        const auto task = makeTask(set, split());
        QVERIFY(task.ok());
        auto config = recipe();
        config.epochs = 4;
        const auto result = trainOn(*task, config);
        QVERIFY(result.ok());
        QVERIFY(writeDeepModel(result->model, file("m.safetensors")).ok());
        const auto model = readDeepModel(file("m.safetensors"));
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
        QCOMPARE(model->weights, result->model.weights);
        QCOMPARE(model->network.k, 4);
        const auto predicted = predictNodes(*model, set.samples[2], set.featureNames);
        QVERIFY(predicted.ok());
        QCOMPARE(*predicted, result->predictions[2]);

        auto names = set.featureNames;
        names.back() = "other";
        const auto refused = predictNodes(*model, set.samples[2], names);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, std::string("DEEP-009"));

        // What does not fit is refused with a sentence, and nothing is run.
        DeepModel damaged = *model;
        damaged.weights.pop_back();
        QVERIFY(writeDeepModel(damaged, file("d.safetensors")).ok());
        QCOMPARE(readDeepModel(file("d.safetensors")).error().code, std::string("DEEP-008"));
        damaged = *model;
        damaged.weights[0] = std::numeric_limits<float>::infinity();
        QVERIFY(writeDeepModel(damaged, file("d.safetensors")).ok());
        QCOMPARE(readDeepModel(file("d.safetensors")).error().code, std::string("DEEP-008"));
        QVERIFY(learn::writeTensorFile({"[]", {}}, file("o.safetensors")).ok());
        QCOMPARE(readDeepModel(file("o.safetensors")).error().code, std::string("DEEP-008"));
        QVERIFY(writeFileAtomically(file("t.safetensors"), "no checkpoint").ok());
        QVERIFY(!readDeepModel(file("t.safetensors")).ok());
    }

    void mapsAreNumpyFiles() {
        QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath(QStringLiteral("a.npy")).toStdString();
        QVERIFY(writeNpy(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3}, path).ok());
        const auto bytes = readFile(path);
        QVERIFY(bytes.ok());
        const auto array = congestion::readNumericNpy(bytes->view());
        QVERIFY2(array.ok(), array.ok() ? "" : array.error().message().c_str());
        QCOMPARE(array->shape, (std::vector<std::size_t>{2, 3}));
        QCOMPARE(array->values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
        QCOMPARE(bytes->view().size() % 64, std::size_t{24}); // the data start at a multiple of 64
    }

    void examplesAreMadeTheSame() {
        const auto set = exampleDesigns({4, 300, 3});
        QVERIFY2(set.ok(), set.ok() ? "" : set.error().message().c_str());
        QCOMPARE(set->samples.size(), std::size_t{4});
        const auto again = exampleDesigns({4, 300, 3});
        QCOMPARE(again->samples[3].mapY, set->samples[3].mapY);
        QVERIFY(set->samples[0].labelled());
        // All demand of an L-shaped wire is the distance between its ends.
        const auto& s = set->samples[0];
        double demand = 0, distance = 0;
        for (const float v : s.mapY)
            demand += static_cast<double>(v) * 24;
        std::vector<std::array<double, 3>> middle(s.pins.nets);
        for (std::size_t p = 0; p < s.pins.pins(); ++p) {
            auto& m = middle[static_cast<std::size_t>(s.pins.pinNet[p])];
            const auto node = static_cast<std::size_t>(s.pins.pinNode[p]);
            m[0] += s.gcell[2 * node];
            m[1] += s.gcell[2 * node + 1];
            ++m[2];
        }
        for (std::size_t p = 0; p < s.pins.pins(); ++p) {
            const auto& m = middle[static_cast<std::size_t>(s.pins.pinNet[p])];
            const auto node = static_cast<std::size_t>(s.pins.pinNode[p]);
            distance += std::fabs(s.gcell[2 * node] - std::floor(m[0] / m[2])) +
                        std::fabs(s.gcell[2 * node + 1] - std::floor(m[1] / m[2]));
        }
        QVERIFY2(
            std::fabs(demand - distance) < 1e-3 * distance,
            qPrintable(QString::number(demand) + QLatin1Char(' ') + QString::number(distance)));
        deep::NetworkConfig config;
        const auto task = makeTask(*set, {});
        QVERIFY(task.ok());
        QCOMPARE(largestSize(*set, config)->nodes, largestSize(task->designs, config).nodes);
        QCOMPARE(exampleDesigns({2, 3, 1}).error().code, std::string("DEEP-001"));
    }

    void whatCannotBeLearnedIsRefused() {
        auto set = designs(4);
        for (auto& sample : set.samples)
            sample.labelSource.clear();
        QCOMPARE(makeTask(set, split()).error().code, std::string("DEEP-009"));
        const auto one = makeTask(designs(1), {});
        QVERIFY(!one.ok());
        QCOMPARE(one.error().code, std::string("CONG-051"));
        const auto task = makeTask(designs(4), split());
        QVERIFY(task.ok());
        auto config = recipe();
        config.network.k = 99;
        QCOMPARE(trainOn(*task, config).error().code, std::string("DEEP-002"));
        StopSource stop;
        stop.requestStop();
        QCOMPARE(trainOn(*task, recipe(), stop.token()).error().code, std::string("DEEP-003"));
        QCOMPARE(labelOf("both").error().code, std::string("DEEP-002"));
        QCOMPARE(deep::lossKindOf("l1").error().code, std::string("DEEP-002"));
    }
};

QTEST_GUILESS_MAIN(TestCongestionTraining)
#include "tst_congestiontraining.moc"
