// SPDX-License-Identifier: GPL-3.0-or-later
// Networks on maps: files are read and divided, training, what was interrupted goes on, models,
// figures.
#include "core/base/files.h"
#include "core/dataset/mapset.h"
#include "core/learn/engine.h"
#include "core/litho/made.h"
#include "core/litho/simulate.h"
#include "core/maps/run.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <set>

using namespace ohm;
using namespace ohm::maps;
namespace fs = std::filesystem;

namespace {

/// Pictures whose second target is half the first input, shifted by a pixel.
fs::path makeFile(const fs::path& path, int count, std::size_t side = 16, bool broken = false) {
    dataset::MapSetInfo info;
    info.rows = info.columns = side;
    info.inputNames = {"mask", "other"};
    info.targetNames = {"zero", "shifted"};
    for (int i = 0; i < count; ++i) {
        info.sampleNames.push_back("s" + std::to_string(i));
        info.families.push_back("f" + std::to_string(i / 2));
    }
    auto writer = dataset::MapSetWriter::create(info, path);
    const std::size_t pixels = side * side;
    for (int i = 0; i < count; ++i) {
        std::vector<float> x(2 * pixels), y(2 * pixels);
        for (std::size_t p = 0; p < pixels; ++p) {
            x[p] = (p * 7 + static_cast<std::size_t>(i) * 13) % 5 < 2 ? 1.0f : 0.0f;
            x[pixels + p] = 100 + static_cast<float>(p % side);
        }
        for (std::size_t p = 1; p < pixels; ++p)
            y[pixels + p] = 0.5f * x[p - 1];
        if (broken)
            y[3] = std::nanf("");
        writer->write(static_cast<std::size_t>(i), x, y);
    }
    if (!writer->finish().ok())
        return {};
    return path;
}

TrainConfig recipe() {
    TrainConfig config;
    config.network.width = 4;
    config.network.instanceNorm = false;
    config.loss.kind = deep::LossKind::Mpgd;
    config.loss.threshold = 0.02;
    config.epochs = 6;
    config.batch = 4;
    config.rate = 5e-3;
    config.flips = true;
    return config;
}

} // namespace

class TestMaps : public QObject {
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    fs::path at(const char* name) const {
        return m_dir.filePath(QLatin1String(name)).toStdString();
    }

private slots:
    void initTestCase() {
        const auto engine = learn::engine();
        QVERIFY2(engine.ok(), engine.ok() ? "" : engine.error().message().c_str());
        (*engine)->setThreads(1); // sums in a fixed order
    }

    void filesAreReadAndDivided() {
        auto images = readImages(makeFile(at("a.h5"), 20), {"shifted"});
        QVERIFY2(images.ok(), images.ok() ? "" : images.error().message().c_str());
        QCOMPARE(images->count(), std::size_t{20});
        QCOMPARE(images->targetNames, std::vector<std::string>{"shifted"});
        QCOMPARE(images->target(3)[1], 0.5f * images->input(3)[0]);
        SplitOptions split;
        split.testShare = 0.2;
        split.validationShare = 0.2;
        QVERIFY(divide(*images, split).ok());
        QCOMPARE(images->count(Part::Test), std::size_t{4});
        QCOMPARE(images->count(Part::Validate), std::size_t{4});
        for (std::size_t i = 0; i < 20; i += 2) // families stay together
            QCOMPARE(images->parts[i], images->parts[i + 1]);
        const auto before = images->parts;
        QVERIFY(divide(*images, split).ok());
        QCOMPARE(images->parts, before);
        split.seed = 2;
        QVERIFY(divide(*images, split).ok());
        QVERIFY(images->parts != before);
        split.testFamilies = {"f3"};
        QVERIFY(divide(*images, split).ok());
        QCOMPARE(images->count(Part::Test), std::size_t{2});
        QCOMPARE(images->parts[6], Part::Test);
        split.testFamilies = {"nobody"};
        QCOMPARE(divide(*images, split).error().code, std::string("MAPS-003"));
        split.testFamilies = {};
        split.testShare = 1;
        QCOMPARE(divide(*images, split).error().code, std::string("MAPS-003"));
        // Another file to test on.
        split.testShare = 0;
        QVERIFY(divide(*images, split).ok());
        QVERIFY(addTests(*images, *readImages(makeFile(at("t.h5"), 3), {"shifted"})).ok());
        QCOMPARE(images->count(Part::Test), std::size_t{3});
        QCOMPARE(addTests(*images, *readImages(at("t.h5"))).error().code, std::string("MAPS-001"));
    }

    void badFilesAreRefused() {
        makeFile(at("a.h5"), 4);
        QCOMPARE(readImages(at("a.h5"), {"heat"}).error().code, std::string("MAPS-001"));
        QCOMPARE(readImages(makeFile(at("odd.h5"), 2, 18)).error().code, std::string("MAPS-002"));
        QCOMPARE(readImages(makeFile(at("nan.h5"), 2, 16, true)).error().code,
                 std::string("MAPS-002"));
        QVERIFY(writeFileAtomically(at("x.h5"), "no maps").ok());
        QVERIFY(!readImages(at("x.h5")).ok());
        QVERIFY(!readImages(at("missing.h5")).ok());
        StopSource stop;
        stop.requestStop();
        QCOMPARE(readImages(at("a.h5"), {}, stop.token()).error().code, std::string("MAPS-009"));
    }

    /// Stopped, and killed with lines that no snapshot knows of: the same weights to the bit.
    void trainsAndGoesOn() {
        auto images = readImages(makeFile(at("a.h5"), 20), {"shifted"});
        SplitOptions split;
        split.testShare = 0.2;
        QVERIFY(divide(*images, split).ok());
        const TrainConfig config = recipe();
        RunRequest request;
        request.split = split;
        request.keepSeconds = 0;
        request.folder = at("whole");
        std::vector<EpochFigures> epochs;
        request.report = [&](const EpochFigures& e) { epochs.push_back(e); };
        const auto whole = runTraining(request, *images, config);
        QVERIFY2(whole.ok(), whole.ok() ? "" : whole.error().message().c_str());
        QCOMPARE(epochs.size(), std::size_t{6});
        QVERIFY2(epochs.back().trainSquare < 0.9 * epochs.front().trainSquare,
                 qPrintable(QString::number(epochs.front().trainSquare) + QLatin1Char(' ') +
                            QString::number(epochs.back().trainSquare)));
        QVERIFY(epochs.front().selected && !epochs.front().overlap);
        QVERIFY(epochs.back().overlap && *epochs.back().overlap > 0);
        QCOMPARE(whole->test.size(), std::size_t{1});
        QCOMPARE(whole->test[0].target, std::string("shifted"));
        QVERIFY(whole->test[0].mse < whole->testZero[0].mse);
        QVERIFY(whole->test[0].ssim && whole->test[0].nrmse);

        request.folder = at("parts");
        for (const int last : {2, 4}) {
            StopSource stop;
            request.report = [&](const EpochFigures& e) {
                if (e.epoch == last)
                    stop.requestStop();
            };
            const auto part = runTraining(request, *images, config, stop.token());
            QVERIFY(!part.ok());
            QCOMPARE(part.error().code, std::string("MAPS-009"));
        }
        {
            std::ofstream log(at("parts") / "epochs.jsonl", std::ios::app);
            log << "{\"epoch\":5}\n{\"ep";
        }
        request.report = {};
        const auto rest = runTraining(request, *images, config);
        QVERIFY2(rest.ok(), rest.ok() ? "" : rest.error().message().c_str());
        QCOMPARE(rest->bestEpoch, whole->bestEpoch);
        for (std::size_t i = 0; i < whole->model.weights.size(); ++i)
            QVERIFY(rest->model.weights[i].values == whole->model.weights[i].values);
        const auto lines = [&](const char* name) {
            std::ifstream in(at(name) / "epochs.jsonl");
            QStringList all;
            for (std::string line; std::getline(in, line);)
                all << QString::fromStdString(line.substr(0, line.find("\"seconds\"")));
            return all;
        };
        QCOMPARE(lines("parts"), lines("whole"));
        QVERIFY(!fs::exists(at("parts") / "snapshot.safetensors"));
        QCOMPARE(runTraining(request, *images, config).error().code, std::string("LEARN-014"));

        // The model comes back and says the same.
        const auto model = readMapModel(at("parts") / "model.safetensors");
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
        auto network = loadNetwork(*model);
        QVERIFY2(network.ok(), network.ok() ? "" : network.error().message().c_str());
        const auto which = imagesOf(*images, Part::Test);
        const auto predictions = predictImages(**network, *model, *images, which);
        QVERIFY(predictions.ok());
        const auto figures = figuresOf(*images, which, *predictions, 0.05, 1, false);
        QCOMPARE((*figures)[0].mse, whole->test[0].mse);
        auto foreign = *images;
        foreign.inputNames[0] = "else";
        QCOMPARE(predictImages(**network, *model, foreign, which).error().code,
                 std::string("MAPS-005"));
        MapModel damaged = *model;
        damaged.mean.pop_back();
        QVERIFY(writeMapModel(damaged, at("d.safetensors")).ok());
        QCOMPARE(readMapModel(at("d.safetensors")).error().code, std::string("MAPS-004"));
        damaged = *model;
        damaged.weights.pop_back();
        QVERIFY(!loadNetwork(damaged).ok());
        damaged.weights[0].values[0] = std::nanf("");
        QVERIFY(writeMapModel(damaged, at("d.safetensors")).ok());
        QVERIFY(!readMapModel(at("d.safetensors")).ok());

        // Other images or settings do not go on from this snapshot.
        request.folder = at("other");
        StopSource stop;
        request.report = [&](const EpochFigures&) { stop.requestStop(); };
        QVERIFY(!runTraining(request, *images, config, stop.token()).ok());
        auto changed = *images;
        changed.targets[5] += 1;
        QCOMPARE(runTraining(request, changed, config).error().code, std::string("MAPS-008"));
        auto other = config;
        other.rate = 1e-4;
        QCOMPARE(runTraining(request, *images, other).error().code, std::string("LEARN-014"));
    }

    void impossibleTrainingsAreRefused() {
        auto images = readImages(makeFile(at("a.h5"), 6), {"shifted"});
        auto config = recipe();
        config.loss.quantile = 2;
        QCOMPARE(trainOn(*images, config).error().code, std::string("DEEP-002"));
        config = recipe();
        config.batch = 0;
        QCOMPARE(trainOn(*images, config).error().code, std::string("MAPS-006"));
        config = recipe();
        config.network.width = 1000;
        QCOMPARE(trainOn(*images, config).error().code, std::string("LEARN-046"));
        images->parts.assign(images->count(), Part::Test);
        QCOMPARE(trainOn(*images, recipe()).error().code, std::string("MAPS-003"));
    }

    /// Made masks through the simulator into a network: better than nothing after a few steps.
    void lithographyIsLearned() {
        const auto clips = litho::madeClips({24, 3, 0.3});
        QVERIFY(clips.ok());
        litho::Lens lens;
        auto optics = litho::opticsOf(lens);
        QVERIFY(optics.ok());
        litho::SimulateOptions options;
        options.side = 128;
        options.threads = 1;
        QVERIFY(litho::simulateClips(*clips, {*optics, *optics}, options, at("litho.h5"), {},
                                     noProgress())
                    .ok());
        auto images = readImages(at("litho.h5"), {"aerial_nominal"});
        QVERIFY2(images.ok(), images.ok() ? "" : images.error().message().c_str());
        QVERIFY(divide(*images, {}).ok());
        auto config = recipe();
        config.loss.kind = deep::LossKind::Mse;
        config.flips = false;
        config.epochs = 12;
        const auto result = trainOn(*images, config);
        QVERIFY2(result.ok(), result.ok() ? "" : result.error().message().c_str());
        QVERIFY2(result->test[0].mse < 0.5 * result->testZero[0].mse,
                 qPrintable(QString::number(result->test[0].mse) + QLatin1Char(' ') +
                            QString::number(result->testZero[0].mse)));
    }

    void madeClipsAreTheSameEverywhere() {
        const auto a = litho::madeClips({40, 7, 0.5}), b = litho::madeClips({40, 7, 0.5});
        QVERIFY(a.ok() && b.ok());
        std::set<std::string> families;
        bool wires = false, contacts = false;
        for (std::size_t i = 0; i < a->size(); ++i) {
            const litho::Clip& clip = (*a)[i];
            QCOMPARE(clip.shapes, (*b)[i].shapes);
            QVERIFY(families.insert(clip.family).second);
            QVERIFY(!clip.shapes.empty());
            QVERIFY(clip.bounds.x1 - clip.bounds.x0 <= 1280);
            QVERIFY(clip.bounds.y1 - clip.bounds.y0 <= 1280);
            QVERIFY(litho::coverOf(clip).ok());
            wires = wires || clip.name.find("wires") != std::string::npos;
            contacts = contacts || clip.name.find("contacts") != std::string::npos;
        }
        QVERIFY(wires && contacts);
        QVERIFY((*litho::madeClips({40, 8, 0.5}))[0].shapes != (*a)[0].shapes);
        QCOMPARE(litho::madeClips({0, 1, 0.5}).error().code, std::string("LITHO-024"));
        QCOMPARE(litho::madeClips({1, 1, 2}).error().code, std::string("LITHO-024"));
    }
};

QTEST_GUILESS_MAIN(TestMaps)
#include "tst_maps.moc"
