// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/dataset/random.h"
#include "core/learn/annotation.h"
#include "core/learn/parasiticlosses.h"
#include "core/learn/parasiticnet.h"
#include "core/learn/parasiticsamples.h"
#include "core/learn/regressionlosses.h"
#include "core/learn/tensorfile.h"
#include "core/learn/torchparasitics.h"
#include "core/netlist/reader.h"
#include "core/parasitics/labels.h"
#include "core/parasitics/pairs.h"

#include <QtTest>

#include <cmath>
#include <map>
#include <numbers>

using namespace ohm;
using namespace ohm::learn;
using parasitics::Design;

namespace {

/// A design whose capacitances follow from its circuit: couplings from the devices that two nets
/// share, ground from the pins of a net.
Design madeDesign(std::uint64_t seed, std::size_t nodes = 2500) {
    Design d;
    d.graph = parasitics::generateGraph(nodes, seed);
    d.graph.name = "made" + std::to_string(seed);
    for (std::uint32_t n = 0; n < d.graph.nets; ++n)
        d.graph.netNames.push_back("n" + std::to_string(n));
    const parasitics::PairContext context(d.graph);
    for (const auto& [a, b] : context.candidates()) {
        float f[parasitics::kPairFeatures];
        context.features(a, b, f);
        if (f[6] == 0) // only what shares a device couples
            continue;
        d.couplings.push_back(
            {a, b, 1e-18F * (1 + 2 * f[0] + 20 * f[1]), parasitics::CouplingKind::NetNet});
    }
    for (std::uint32_t n = 0; n < d.graph.nets; ++n)
        d.ground.push_back(1e-18F * (1 + 5 * d.graph.netStats[n * parasitics::kNetStats + 2]));
    return d;
}

ParasiticSpec quick(const std::string& method, const std::string& task, const std::string& loss) {
    ParasiticSpec spec;
    spec.method = method;
    spec.task = task;
    spec.loss = loss;
    spec.hidden = 48;
    spec.layers = 2;
    spec.encoderHidden = 32;
    spec.encoderLayers = 2;
    spec.encoderSteps = 20;
    spec.steps = 60;
    spec.batch = 256;
    spec.validateEvery = 20;
    return spec;
}

Expected<ParasiticCheckpoint> trained(const ParasiticSpec& spec, const Design& design,
                                      StopToken stop = {}) {
    ParasiticTraining training;
    training.spec = spec;
    training.designs = {&design};
    return trainParasitics(training, nullptr, stop, noProgress());
}

} // namespace

class TestParasitics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void balancedLosses() {
        // GAI against the integral it stands for: -log N(y; p, s) + log of the integral of
        // N(y'; p, s) p(y') over y', times 2 s^2, up to a constant.
        const double s = 0.07;
        parasitics::Mixture mixture;
        mixture.weight = {0.3, 0.7};
        mixture.mean = {0.2, 0.6};
        mixture.variance = {0.01, 0.003};
        const torch::Tensor noise = torch::full({1}, s, torch::kFloat64);
        const auto reference = [&](double p, double y) {
            double area = 0;
            for (double t = -2; t < 3; t += 1e-4)
                area += 1e-4 * std::exp(mixture.logDensity(t) - 0.5 * (t - p) * (t - p) / (s * s));
            area /= s * std::sqrt(2 * std::numbers::pi);
            const double likelihood = -0.5 * (y - p) * (y - p) / (s * s) - std::log(s);
            return 2 * s * s * (-likelihood + std::log(area));
        };
        for (const auto& [p, y] : {std::pair{0.3, 0.5}, {0.61, 0.6}, {0.1, 0.9}}) {
            const double value = gaiLoss(torch::full({1}, p, torch::kFloat64),
                                         torch::full({1}, y, torch::kFloat64), mixture, noise)
                                     .item<double>();
            // The constant: log sqrt(2 pi) of the evidence, which has no effect on any gradient.
            const double constant = 2 * s * s * 0.5 * std::log(2 * std::numbers::pi);
            QVERIFY2(std::abs(value - (reference(p, y) + constant)) < 1e-6,
                     qPrintable(QString::number(value - reference(p, y))));
        }
        // BMC by hand on two samples.
        const torch::Tensor p = torch::tensor({0.2, 0.7}, torch::kFloat64);
        const torch::Tensor y = torch::tensor({0.3, 0.6}, torch::kFloat64);
        double expected = 0;
        for (int i = 0; i < 2; ++i) {
            double all = 0;
            for (int k = 0; k < 2; ++k)
                all +=
                    std::exp(-std::pow(p[i].item<double>() - y[k].item<double>(), 2) / (2 * s * s));
            expected -= std::log(std::exp(-std::pow(p[i].item<double>() - y[i].item<double>(), 2) /
                                          (2 * s * s)) /
                                 all) /
                        2;
        }
        QVERIFY(std::abs(bmcLoss(p, y, noise).item<double>() - 2 * s * s * expected) < 1e-9);
        // Bins as narrow mixtures: BNI agrees with GAI.
        mixture.weight = {0.25, 0.75};
        mixture.mean = {0.25, 0.75};
        mixture.variance = {1e-12, 1e-12};
        QVERIFY(std::abs(bniLoss(p, y, {0.25, 0.75}, {0.25, 0.75}, noise).item<double>() -
                         gaiLoss(p, y, mixture, noise).item<double>()) < 1e-7);
    }

    /// Losses that look at large errors, by hand; and a network learns with each.
    void tailLosses() {
        const torch::Tensor e = torch::tensor({0.1, -0.3, 0.01}, torch::kFloat64);
        double expected = 0;
        for (const double v : {0.1, 0.3, 0.01})
            expected += v * v / (1 + std::exp(10 * (0.2 - v))) / 3;
        QVERIFY(std::abs(shrinkageLoss(e, 10, 0.2).item<double>() - expected) < 1e-12);
        const Design design = madeDesign(5);
        double reference = 0; // of the mean square, with the same few steps
        for (const char* loss : {"mse", "mpgd", "shrinkage"}) {
            ParasiticSpec spec = quick("sage", "ground", loss);
            spec.noise = 0.01; // of a made design there is none; below, nothing is learned
            const auto checkpoint = trained(spec, design);
            QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
            auto model = loadParasitics(*checkpoint);
            QVERIFY(model.ok());
            const auto judged = evaluateParasitics(**model, {&design});
            QVERIFY(judged.ok());
            const double r2 = *judged->values->r2;
            qInfo("%s: R2 %.3f", loss, r2);
            if (reference == 0)
                reference = r2;
            QVERIFY2(r2 > reference - 0.2 && r2 > 0.2, qPrintable(QString::number(r2)));
        }
    }

    void classLosses() {
        const torch::Tensor logits = torch::tensor({{1.0, 0.0, -1.0}}, torch::kFloat64);
        const torch::Tensor label = torch::tensor({1}, torch::kInt64);
        const std::vector<double> priors{0.7, 0.2, 0.1};
        const double z = std::exp(1.0) * 0.7 + 0.2 + std::exp(-1.0) * 0.1;
        QVERIFY(std::abs(balancedSoftmaxLoss(logits, label, priors).item<double>() +
                         std::log(0.2 / z)) < 1e-9);
        // As the equation has it, with the training set's counts: -log(n_y e^z_y / sum n_c e^z_c),
        // here 7, 2, 1; and its gradient is the softmax of z + log n minus the label's indicator.
        const torch::Tensor z3 = torch::tensor({{0.5, -0.25, 2.0}}, torch::kFloat64);
        const torch::Tensor leaf = z3.clone().set_requires_grad(true);
        const torch::Tensor loss = balancedSoftmaxLoss(leaf, label, priors);
        const double weight[] = {7 * std::exp(0.5), 2 * std::exp(-0.25), 1 * std::exp(2.0)};
        const double all = weight[0] + weight[1] + weight[2];
        QVERIFY(std::abs(loss.item<double>() + std::log(weight[1] / all)) < 1e-9);
        loss.backward();
        for (int c = 0; c < 3; ++c)
            QVERIFY(std::abs(leaf.grad()[0][c].item<double>() -
                             (weight[c] / all - (c == 1 ? 1 : 0))) < 1e-9);
        // A class that the training set has not: finite, and all but out of the question.
        const double absent = balancedSoftmaxLoss(z3, label, {0.5, 0.0, 0.5}).item<double>();
        QVERIFY(std::isfinite(absent) && absent > 12);
        const double p = 1 / (std::exp(1.0) + 1 + std::exp(-1.0));
        const double sum = 1 / 0.7 + 1 / 0.2 + 1 / 0.1;
        QVERIFY(std::abs(focalLoss(logits, label, priors).item<double>() +
                         (1 / 0.2) * 3 / sum * std::pow(1 - p, 2) * std::log(p)) < 1e-9);
    }

    /// Priors and the most frequent class are those of the training samples, whatever is in a batch
    /// or in the validation split.
    void classPriors() {
        Design design = madeDesign(1);
        // Ground labels that are not alike in all classes: by the pins of a net.
        const ParasiticSpec spec = [] {
            ParasiticSpec s = quick("sage", "ground", "balanced");
            s.classify = true;
            s.steps = 2;
            s.batch = 8; // far from holding every class
            return s;
        }();
        const auto checkpoint = trained(spec, design);
        QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
        const parasitics::CircuitGraph* graphs[] = {&design.graph};
        const auto q = parasitics::refine(graphs, reach(spec));
        const auto samples = collectSamples(spec, {&design}, q.classOf);
        QVERIFY(samples.ok());
        std::vector<double> counts(parasitics::kClasses, 0);
        for (const std::size_t i : samples->training) // C = 10^(6 y - 20), bounds at .2, .4, .6, .8
            counts[static_cast<std::size_t>(
                std::min(4.0, std::floor(static_cast<double>(samples->label[i]) / 0.2)))] += 1;
        QVERIFY(!samples->validation.empty());
        const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
        QCOMPARE(checkpoint->frequentClass, static_cast<int>(most));
        for (std::size_t c = 0; c < counts.size(); ++c)
            QVERIFY(std::abs(checkpoint->priors[c] -
                             counts[c] / static_cast<double>(samples->training.size())) < 1e-9);
    }

    /// Of several designs the priors are those of what the network meets: the frequencies of a long
    /// draw. The most frequent class stays that of the labels.
    void drawnPriors() {
        Design large = madeDesign(1), small = madeDesign(2, 400);
        for (float& farad : small.ground) // other classes than the large one's
            farad *= 400;
        ParasiticSpec spec = quick("sage", "ground", "balanced");
        spec.classify = true;
        spec.steps = 2;
        ParasiticTraining training;
        training.spec = spec;
        training.designs = {&large, &small};
        const auto checkpoint = trainParasitics(training, nullptr, {}, noProgress());
        QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
        const parasitics::CircuitGraph* graphs[] = {&large.graph, &small.graph};
        const auto q = parasitics::refine(graphs, reach(spec));
        const auto samples = collectSamples(spec, {&large, &small}, q.classOf);
        QVERIFY(samples.ok());
        std::vector<double> all(parasitics::kClasses, 0), drawn(parasitics::kClasses, 0);
        double sizes[2] = {0, 0}, times[2] = {0, 0};
        for (const std::size_t i : samples->training) {
            all[static_cast<std::size_t>(samples->klass[i])] +=
                1.0 / static_cast<double>(samples->training.size());
            sizes[samples->design[i]] += 1;
        }
        QVERIFY(sizes[1] > 20 && sizes[0] > 4 * sizes[1]);
        constexpr std::size_t kDraws = 1'000'000;
        const ParasiticDraw draw(*samples);
        dataset::Random random(7, 1);
        for (const std::int64_t i : draw.draw(random, kDraws)) {
            drawn[static_cast<std::size_t>(samples->klass[static_cast<std::size_t>(i)])] +=
                1.0 / kDraws;
            times[samples->design[static_cast<std::size_t>(i)]] += 1;
        }
        // Designs come up by the root of how many samples they have.
        QVERIFY(std::abs(times[0] / times[1] / std::sqrt(sizes[0] / sizes[1]) - 1) < 0.02);
        double away = 0, sum = 0;
        for (std::size_t c = 0; c < drawn.size(); ++c) {
            QVERIFY2(std::abs(checkpoint->priors[c] - drawn[c]) < 3e-3,
                     qPrintable(QString::number(checkpoint->priors[c]) + u' ' +
                                QString::number(drawn[c])));
            away = std::max(away, std::abs(checkpoint->priors[c] - all[c]));
            sum += checkpoint->priors[c];
        }
        QVERIFY(std::abs(sum - 1) < 1e-9);
        QVERIFY2(away > 0.05, "the shares among all samples are others"); // or this shows nothing
        QCOMPARE(checkpoint->frequentClass,
                 static_cast<int>(std::max_element(all.begin(), all.end()) - all.begin()));
    }

    void scattering() {
        const torch::Tensor rows = torch::tensor({{2.0, 0.0}, {0.0, 3.0}}, torch::kFloat64);
        const torch::Tensor weight = torch::tensor({0.5, 0.5}, torch::kFloat64);
        QVERIFY(std::abs(scatteringLoss(rows, weight).item<double>() + 0.5) < 1e-9);
        QVERIFY(std::abs(alignmentLoss(rows, rows, weight).item<double>() + 1) < 1e-9);
        // Double the weight of a row and it counts as two.
        const torch::Tensor three =
            torch::tensor({{2.0, 0.0}, {2.0, 0.0}, {0.0, 3.0}}, torch::kFloat64);
        const torch::Tensor third = torch::full({3}, 1.0 / 3, torch::kFloat64);
        const torch::Tensor two = torch::tensor({2.0 / 3, 1.0 / 3}, torch::kFloat64);
        QVERIFY(std::abs(scatteringLoss(three, third).item<double>() -
                         scatteringLoss(rows, two).item<double>()) < 1e-9);
    }

    void learns_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("task");
        QTest::addColumn<QString>("loss");
        for (const char* method :
             {"sage", "gcn", "paragraph", "dlplcap", "circuitgps", "circuitgcl", "ohmscape"})
            QTest::addRow("%s coupling", method)
                << QString::fromLatin1(method) << QStringLiteral("coupling")
                << QStringLiteral("mse");
        QTest::newRow("gai") << QStringLiteral("ohmscape") << QStringLiteral("coupling")
                             << QStringLiteral("gai");
        QTest::newRow("bmc") << QStringLiteral("ohmscape") << QStringLiteral("coupling")
                             << QStringLiteral("bmc");
        QTest::newRow("bni") << QStringLiteral("ohmscape") << QStringLiteral("coupling")
                             << QStringLiteral("bni");
        QTest::newRow("ground") << QStringLiteral("ohmscape") << QStringLiteral("ground")
                                << QStringLiteral("mse");
        QTest::newRow("classes") << QStringLiteral("ohmscape") << QStringLiteral("ground")
                                 << QStringLiteral("balanced");
        QTest::newRow("focal") << QStringLiteral("sage") << QStringLiteral("ground")
                               << QStringLiteral("focal");
        QTest::newRow("link") << QStringLiteral("ohmscape") << QStringLiteral("link")
                              << QStringLiteral("mse");
    }
    void learns() {
        QFETCH(QString, method);
        QFETCH(QString, task);
        QFETCH(QString, loss);
        const Design design = madeDesign(1), other = madeDesign(2);
        ParasiticSpec spec = quick(method.toStdString(), task.toStdString(), loss.toStdString());
        spec.classify = loss == QStringLiteral("balanced") || loss == QStringLiteral("focal");
        if (method == QStringLiteral("circuitgps"))
            spec.steps = 20; // sampled subgraphs are dear
        else
            spec.steps = 120;
        const auto checkpoint = trained(spec, design);
        QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
        auto model = loadParasitics(*checkpoint);
        QVERIFY(model.ok());
        QVERIFY((*model)->parameterCount() > 0);
        const auto e = evaluateParasitics(**model, {&other});
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->predicted.size(), e->label.size());
        for (const float value : e->predicted)
            QVERIFY(std::isfinite(value));
        // The one with all features must understand a world this simple on a design never seen.
        if (method == QStringLiteral("ohmscape") && task == QStringLiteral("coupling")) {
            QVERIFY2(*e->values->pearson > 0.8, qPrintable(QString::number(*e->values->pearson)));
            if (loss == QStringLiteral("mse")) // the balanced ones give some of it for the tails
                QVERIFY2(*e->values->r2 > 0.5, qPrintable(QString::number(*e->values->r2)));
        }
        if (task == QStringLiteral("link"))
            QVERIFY2(*e->linkAuc > 0.9, qPrintable(QString::number(*e->linkAuc)));
    }

    void repeatableAndKept() {
        const Design design = madeDesign(1);
        ParasiticSpec spec = quick("circuitgcl", "coupling", "gai");
        spec.members = 2;
        spec.learnNoise = true;
        const auto first = trained(spec, design), second = trained(spec, design);
        QVERIFY(first.ok() && second.ok());
        QCOMPARE(first->weights.size(), second->weights.size());
        for (std::size_t i = 0; i < first->weights.size(); ++i)
            QCOMPARE(first->weights[i].values, second->weights[i].values);
        QTemporaryDir folder;
        const auto path = folder.filePath(QStringLiteral("m.safetensors")).toStdString();
        QVERIFY(writeParasiticCheckpoint(*first, path).ok());
        const auto back = readParasiticCheckpoint(path);
        QVERIFY2(back.ok(), back.ok() ? "" : back.error().message().c_str());
        QVERIFY(back->spec == first->spec);
        auto a = loadParasitics(*first), b = loadParasitics(*back);
        const auto x = evaluateParasitics(**a, {&design}), y = evaluateParasitics(**b, {&design});
        QCOMPARE(x->predicted, y->predicted);
        QVERIFY(x->deviation.size() == x->predicted.size() && x->deviation[0] > 0);
        const auto embedding = (*a)->embed(design.graph);
        QVERIFY(embedding.ok());
        QCOMPARE(embedding->classOf.size(), std::size_t{design.graph.nodes()});
        QCOMPARE(embedding->width, spec.encoderHidden);
    }

    /// Stopped anywhere and taken up again it ends with the same weights, and tells the same.
    void goesOn_data() {
        QTest::addColumn<int>("stopAt"); // reports
        QTest::newRow("in the first encoder") << 1;
        QTest::newRow("in the first network") << 3;
        QTest::newRow("in the second member") << 6;
    }
    void goesOn() {
        QFETCH(int, stopAt);
        const Design design = madeDesign(1);
        ParasiticSpec spec = quick("circuitgcl", "coupling", "gai");
        spec.members = 2;
        spec.learnNoise = true;
        spec.dropout = 0.2;
        spec.validateEvery = 10;
        QTemporaryDir folder;
        ParasiticKeeping keeping;
        keeping.snapshot = folder.filePath(QStringLiteral("s.safetensors")).toStdString();
        keeping.fingerprint = "this";
        keeping.everySeconds = 1e9; // at the stop alone
        const auto line = [](ParasiticReport r) {
            r.seconds = 0;
            return reportLine(r);
        };
        std::vector<std::string> whole, parts;
        ParasiticTraining training;
        training.spec = spec;
        training.designs = {&design};
        training.report = [&](const ParasiticReport& r) { whole.push_back(line(r)); };
        const auto reference = trainParasitics(training, nullptr, {}, noProgress());
        QVERIFY(reference.ok());
        StopSource source;
        training.report = [&](const ParasiticReport& r) {
            parts.push_back(line(r));
            if (static_cast<int>(parts.size()) == stopAt)
                source.requestStop();
        };
        const auto stopped = trainParasitics(training, &keeping, source.token(), noProgress());
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, std::string("LEARN-012"));
        const auto snapshot = readParasiticSnapshot(keeping.snapshot, "this");
        QVERIFY2(snapshot.ok(), snapshot.ok() ? "" : snapshot.error().message().c_str());
        QCOMPARE(snapshot->reports, static_cast<std::int64_t>(stopAt));
        QCOMPARE(readParasiticSnapshot(keeping.snapshot, "that").error().code,
                 std::string("LEARN-047"));
        // One of a version that drew and weighted otherwise is refused.
        auto older = readTensorFile(keeping.snapshot);
        QVERIFY(older.ok());
        const std::string now = "\"version\":" + std::to_string(kParasiticSnapshotVersion);
        QVERIFY(older->about.find(now) != std::string::npos);
        older->about.replace(older->about.find(now), now.size(), "\"version\":1");
        const auto olderFile = folder.filePath(QStringLiteral("older.safetensors")).toStdString();
        QVERIFY(writeTensorFile(*older, olderFile).ok());
        QCOMPARE(readParasiticSnapshot(olderFile, "this").error().code, std::string("LEARN-047"));
        torch::manual_seed(99); // somebody else draws in between
        (void)torch::rand({5});
        const auto ended = trainParasitics(training, &keeping, {}, noProgress());
        QVERIFY2(ended.ok(), ended.ok() ? "" : ended.error().message().c_str());
        QCOMPARE(parts, whole);
        std::map<std::string, std::vector<float>> got, wanted; // a file has them by name
        for (const auto& array : ended->weights)
            got[array.name] = array.values;
        for (const auto& array : reference->weights)
            wanted[array.name] = array.values;
        QCOMPARE(got.size(), reference->weights.size());
        QVERIFY(got == wanted);
        QCOMPARE(ended->residual, reference->residual);
        keeping.fingerprint = "that";
        QCOMPARE(trainParasitics(training, &keeping, {}, noProgress()).error().code,
                 std::string("LEARN-047"));
    }

    void refuses() {
        const Design design = madeDesign(1);
        ParasiticSpec spec = quick("sage", "coupling", "mse");
        spec.method = "magic";
        QCOMPARE(trained(spec, design).error().code, std::string("LEARN-021"));
        spec.method = "sage";
        spec.loss = "balanced";
        QCOMPARE(trained(spec, design).error().code, std::string("LEARN-021"));
        spec.loss = "mse";
        Design empty = design;
        empty.couplings.clear();
        QCOMPARE(trained(spec, empty).error().code, std::string("LEARN-010"));
        StopSource source;
        source.requestStop();
        QCOMPARE(trained(spec, design, source.token()).error().code, std::string("LEARN-012"));
        auto checkpoint = trained(spec, design);
        QVERIFY(checkpoint.ok());
        auto model = loadParasitics(*checkpoint);
        QCOMPARE((*model)->nets(design.graph).error().code, std::string("LEARN-044"));
        QCOMPARE((*model)->embed(design.graph).error().code, std::string("LEARN-043"));
        QCOMPARE((*model)->pairs(design.graph, {{0, 9'999'999}}).error().code,
                 std::string("NN-012"));
        checkpoint->weights.pop_back();
        QCOMPARE(loadParasitics(*checkpoint).error().code, std::string("NN-011"));
        ParasiticSpec set;
        QCOMPARE(setParasiticKey(set, "nonsense", "1").error().code, std::string("LEARN-021"));
        QCOMPARE(setParasiticKey(set, "steps", "many").error().code, std::string("LEARN-021"));
        QVERIFY(setParasiticKey(set, "steps", "77").ok());
        QCOMPARE(set.steps, std::int64_t{77});
    }

    void annotates() {
        const Design design = madeDesign(1);
        ParasiticModels models;
        auto ground = trained(quick("sage", "ground", "mse"), design);
        auto coupling = trained(quick("ohmscape", "coupling", "mse"), design);
        auto link = trained(quick("ohmscape", "link", "mse"), design);
        QVERIFY(ground.ok() && coupling.ok() && link.ok());
        models.ground = std::move(*loadParasitics(*ground));
        models.coupling = std::move(*loadParasitics(*coupling));
        models.link = std::move(*loadParasitics(*link));
        const auto circuit = netlist::readNetlistText("* inverter\nm1 out in 0 0 n w=1u l=0.1u\n"
                                                      "m2 out in vdd vdd p w=2u l=0.1u\n"
                                                      ".model n nmos\n.model p pmos\n.end\n",
                                                      "inverter", {});
        QVERIFY(circuit.ok());
        const auto annotation = annotate(**circuit, models);
        QVERIFY2(annotation.ok(), annotation.ok() ? "" : annotation.error().message().c_str());
        QCOMPARE(annotation->candidates, std::size_t{1}); // in and out
        QVERIFY(annotation->entries.size() >= 2);
        for (const auto& e : annotation->entries) {
            QVERIFY(e.farad > 0 && e.low <= e.farad && e.farad <= e.high);
            QVERIFY(!(*circuit)->isGround(e.a));
        }
        const std::vector<std::string> names{"0", "out", "in", "vdd"};
        const std::string cards = annotationCards(*annotation, names, Bound::High);
        QCOMPARE(std::count(cards.begin(), cards.end(), '\n'),
                 static_cast<std::ptrdiff_t>(annotation->entries.size()));
        QVERIFY(cards.starts_with("cpar1 "));
    }
};

QTEST_APPLESS_MAIN(TestParasitics)
#include "tst_parasitics.moc"
