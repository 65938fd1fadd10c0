// SPDX-License-Identifier: GPL-3.0-or-later
// From a netlist to voltages with the shipped networks, and what is said when they should not be
// trusted.
#include "core/base/units.h"
#include "core/dataset/resistive.h"
#include "core/graph/features.h"
#include "core/learn/evaluate.h"
#include "core/learn/predictor.h"
#include "core/netlist/reader.h"
#include "core/netlist/writer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <dlfcn.h>

using namespace ohm;
using learn::Notice;

namespace {

const std::string kModels = OHMSCAPE_SOURCE_DIR "/resources/models/";

netlist::CircuitPtr circuitOf(const std::string& cards) {
    const auto circuit = netlist::readNetlistText("* test\n" + cards + ".end\n", "t.cir", {});
    return circuit.ok() ? *circuit : nullptr;
}

std::string cardsOf(const dataset::Ladder& ladder) {
    std::string text = "vin in 0 " + formatExact(ladder.inputVoltage) + "\n";
    for (std::size_t i = 0; i < ladder.series.size(); ++i) {
        const std::string n = std::to_string(i + 1);
        text += "rh" + n + (i ? " o" + std::to_string(i) : " in") + " o" + n + " " +
                formatExact(ladder.series[i]) + "\n";
        text += "rv" + n + " o" + n + " b" + n + " " + formatExact(ladder.shunt[i]) + "\n";
        text += "v" + n + " b" + n + " 0 " + formatExact(ladder.branch[i]) + "\n";
    }
    return text;
}

dataset::Ladder ladderOf(int branches, std::uint64_t seed) {
    dataset::Random random(seed, 77);
    return dataset::randomLadder(branches, random);
}

/// Where the nodes of appendLadder stand in the graph of the netlist that cardsOf writes.
std::vector<std::uint32_t> nodeOrder(const graph::TerminalGraph& graph, int branches) {
    const netlist::Circuit& c = graph.circuit();
    const auto net = [&](const std::string& name) { return graph.nodeOfNet(*c.findNet(name)); };
    const auto terminal = [&](const std::string& device, std::uint32_t which) {
        for (netlist::DeviceId d = 0; d < c.deviceCount(); ++d)
            if (c.deviceName(d) == device)
                return c.firstTerminal(d) + which;
        qFatal("no device %s", device.c_str());
    };
    std::vector<std::uint32_t> order{net("0"), terminal("vin", 1), terminal("vin", 0), net("in")};
    for (int i = 1; i <= branches; ++i) {
        const std::string n = std::to_string(i);
        for (const std::uint32_t node :
             {terminal("rh" + n, 0), terminal("rh" + n, 1), net("o" + n), terminal("rv" + n, 0),
              terminal("rv" + n, 1), net("b" + n), terminal("v" + n, 0), terminal("v" + n, 1)})
            order.push_back(node);
    }
    return order;
}

std::unique_ptr<learn::Predictor> shipped(const char* name) {
    auto predictor = learn::Predictor::load({kModels + name + ".safetensors"});
    if (!predictor)
        qFatal("%s", predictor.error().message().c_str());
    return std::move(*predictor);
}

/// A small network trained for a moment on ladders.
learn::Checkpoint trained(const std::function<void(learn::Recipe&)>& change = nullptr) {
    learn::Recipe r;
    r.network.hidden = 8;
    r.network.layers = 2;
    r.network.latents = 4;
    r.network.latentWidth = 4;
    r.steps = 20;
    r.warmup = 2;
    r.batch = 32;
    r.validateEvery = 20;
    if (change)
        change(r);
    const auto result =
        (*learn::engine())
            ->train(
                r,
                {dataset::generateLadders(2, 4, 200, 1), dataset::generateLadders(2, 4, 50, 2), {}},
                {});
    if (!result)
        qFatal("%s", result.error().message().c_str());
    return result->checkpoint;
}

std::set<Notice::Kind> kindsOf(const learn::CircuitPrediction& prediction) {
    std::set<Notice::Kind> kinds;
    for (const Notice& notice : prediction.notices)
        kinds.insert(notice.kind);
    return kinds;
}

} // namespace

class TestPredictor : public QObject {
    Q_OBJECT
private slots:
    // First of all, as an engine once loaded stays.
    void aMissingEngineIsSaid_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("code");
        Dl_info info{};
        QVERIFY(
            dladdr(reinterpret_cast<void*>(static_cast<double (*)(double)>(&std::cbrt)), &info));
        QTest::newRow("no file") << "/nowhere/engine.so"
                                 << "LEARN-040";
        QTest::newRow("no library") << OHMSCAPE_SOURCE_DIR "/LICENSE"
                                    << "LEARN-041";
        QTest::newRow("another library") << info.dli_fname << "LEARN-041";
    }
    void aMissingEngineIsSaid() {
        QFETCH(QString, file);
        QFETCH(QString, code);
        qputenv("OHMSCAPE_ENGINE", file.toUtf8());
        const auto predictor = learn::Predictor::load({kModels + "ladder-deepgen15.safetensors"});
        qunsetenv("OHMSCAPE_ENGINE");
        QVERIFY(!predictor.ok());
        QCOMPARE(QString::fromStdString(predictor.error().code), code);
    }

    void aLadderAsSpiceIsTheLadderOfTheDataset_data() {
        QTest::addColumn<int>("branches");
        for (const int n : {1, 2, 7, 40})
            QTest::addRow("%d", n) << n;
    }
    void aLadderAsSpiceIsTheLadderOfTheDataset() {
        QFETCH(int, branches);
        const auto ladder = ladderOf(branches, 5);
        auto set = dataset::emptyResistiveSet();
        dataset::appendLadder(set, ladder);
        const auto circuit = circuitOf(cardsOf(ladder));
        const graph::TerminalGraph graph(circuit);
        const auto features = graph::nodeFeatures(graph, graph::FeatureSchema::Resistive);
        QCOMPARE(features.columns, set.featureNames);
        QCOMPARE(graph.nodeCount(), set.nodeCount());
        const auto order = nodeOrder(graph, branches);
        QCOMPARE(std::set<std::uint32_t>(order.begin(), order.end()).size(), graph.nodeCount());
        for (std::size_t i = 0; i < order.size(); ++i) {
            QCOMPARE(features.outputMask[order[i]], set.outputMask[i]);
            for (std::size_t c = 0; c < set.featureWidth; ++c)
                QCOMPARE(features.values[order[i] * set.featureWidth + c],
                         set.x[i * set.featureWidth + c]);
        }
        std::set<std::pair<std::uint32_t, std::uint32_t>> ours, theirs;
        for (std::size_t e = 0; e < set.edges.size(); e += 2)
            theirs.insert(std::minmax(order[static_cast<std::size_t>(set.edges[e])],
                                      order[static_cast<std::size_t>(set.edges[e + 1])]));
        for (std::size_t e = 0; e < graph.edges().size(); e += 2)
            ours.insert(std::minmax(graph.edges()[e], graph.edges()[e + 1]));
        QVERIFY(ours == theirs);
    }
    void shippedNetworksKnowLadders_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("branches");
        for (const char* name : {"ladder-deepgen15", "ladder-deepgen20"})
            for (const int n : {2, 6, 10})
                QTest::addRow("%s, %d branches", name, n) << name << n;
    }
    void shippedNetworksKnowLadders() {
        QFETCH(QString, name);
        QFETCH(int, branches);
        const auto predictor = shipped(name.toUtf8().constData());
        const auto ladder = ladderOf(branches, 6);
        const auto circuit = circuitOf(cardsOf(ladder));
        const auto prediction = predictor->predict(*circuit);
        QVERIFY2(prediction.ok(), prediction.ok() ? "" : prediction.error().message().c_str());
        QVERIFY2(prediction->notices.empty(),
                 prediction->notices.empty() ? "" : prediction->notices.front().text.c_str());
        QVERIFY(prediction->distance > 0 && prediction->distance <= 1);
        // The same numbers as over the dataset's own encoding, and near the exact solution.
        auto set = dataset::emptyResistiveSet();
        dataset::appendLadder(set, ladder);
        const auto model = (*learn::engine())->load(predictor->checkpoint());
        QVERIFY(model.ok());
        const auto evaluation = learn::evaluate(**model, set);
        QVERIFY(evaluation.ok());
        const auto exact = dataset::solveLadder(ladder);
        for (int i = 0; i < branches; ++i) {
            const double volts =
                prediction->voltages[*circuit->findNet("o" + std::to_string(i + 1))];
            QVERIFY(std::fabs(volts - evaluation->predicted[static_cast<std::size_t>(i)]) < 1e-5);
            QVERIFY2(std::fabs(volts - exact[static_cast<std::size_t>(i)]) < 0.05,
                     qPrintable(QString::number(volts)));
        }
    }
    /// Predictions and embeddings of one pass are those of two, to the bit.
    void onePassSaysBoth() {
        for (const char* name : {"ladder-deepgen15", "ladder-deepgen20"}) {
            const auto model = (*learn::engine())->load(shipped(name)->checkpoint());
            QVERIFY(model.ok());
            const auto set = dataset::generateLadders(2, 5, 40, 3);
            std::vector<std::size_t> all(set.graphCount());
            std::iota(all.begin(), all.end(), std::size_t{0});
            const auto batch = nn::makeBatch(set, all);
            for (const bool pooled : {true, false}) {
                const auto both = (*model)->predictEmbedded(batch, pooled);
                QVERIFY2(both.ok(), both.ok() ? "" : both.error().message().c_str());
                QVERIFY(!both->values.empty() && !both->embeddings.empty());
                QVERIFY(both->values == *(*model)->predict(batch));
                QVERIFY(both->embeddings ==
                        *(pooled ? (*model)->embedGraphs(batch) : (*model)->embed(batch)));
            }
        }
    }
    void whatSourcesFixIsNotGuessed() {
        const auto circuit = circuitOf("vin a 0 0.5\nr1 a o 0.5\nr2 o b 0.5\nv2 0 b 0.25\n"
                                       "v3 c a 0.125\nr3 c o 1\nr4 o d 1\nr5 d 0 1\n");
        const auto prediction = shipped("ladder-deepgen15")->predict(*circuit);
        QVERIFY(prediction.ok());
        const auto volts = [&](const char* net) {
            return prediction->voltages[*circuit->findNet(net)];
        };
        QCOMPARE(volts("0"), 0.0);
        QCOMPARE(volts("a"), 0.5);
        QCOMPARE(volts("b"), -0.25);
        QCOMPARE(volts("c"), 0.625);
        QVERIFY(volts("o") > 0 && volts("o") < 1 && volts("d") > 0); // these it predicts
    }

    void noticesSayWhatIsUnlikeTheTraining_data() {
        using Kinds = std::set<Notice::Kind>;
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("cards");
        QTest::addColumn<Kinds>("kinds");
        QTest::addColumn<QStringList>("objects");
        const QString ladder = QString::fromStdString(cardsOf(ladderOf(3, 8)));
        const auto row = [](const char* name, const char* model, const QString& cards,
                            const Kinds& kinds, const QStringList& objects) {
            QTest::newRow(name) << model << cards << kinds << objects;
        };
        row("a ladder", "ladder-deepgen15", ladder, {}, {});
        row("a value beyond", "ladder-deepgen15", ladder + "rbig o1 0 20\n",
            {Notice::Kind::FeatureRange}, {"rbig"});
        row("a negative source", "ladder-deepgen15", ladder + "rx o1 x 0.5\nvx x 0 -0.5\n",
            {Notice::Kind::FeatureRange}, {"vx"});
        row("foreign devices", "ladder-deepgen15", ladder + "c1 o1 0 1p\nd1 o2 0 dm\n.model dm d\n",
            {Notice::Kind::UnknownDevices, Notice::Kind::Schema}, {"c1", "d1"});
        row("an inductor in an op-amp's world", "opamp-deepgen15", "l1 a 0 1n\nv1 a 0 1\n",
            {Notice::Kind::UnknownDevices}, {"l1"});
    }
    void noticesSayWhatIsUnlikeTheTraining() {
        QFETCH(QString, model);
        QFETCH(QString, cards);
        QFETCH(std::set<Notice::Kind>, kinds);
        QFETCH(QStringList, objects);
        const auto circuit = circuitOf(cards.toStdString());
        const auto prediction = shipped(model.toUtf8().constData())->predict(*circuit);
        QVERIFY(prediction.ok());
        auto found = kindsOf(*prediction);
        QStringList named;
        for (const Notice& notice : prediction->notices) {
            QVERIFY(!notice.text.empty());
            if (!kinds.count(notice.kind))
                continue;
            for (const std::string& object : notice.objects)
                named << QString::fromStdString(object);
        }
        if (!kinds.empty()) // such a circuit may be far off besides
            for (const auto kind : {Notice::Kind::Distance, Notice::Kind::FeatureRange})
                if (!kinds.count(kind))
                    found.erase(kind);
        QVERIFY2(found == kinds,
                 prediction->notices.empty() ? "" : prediction->notices.front().text.c_str());
        QCOMPARE(named, objects);
    }
    void kindsThatNeverOccurredAreNamed() {
        auto checkpoint = *learn::readCheckpoint(kModels + "ladder-deepgen15.safetensors");
        const auto circuit = circuitOf(cardsOf(ladderOf(2, 3)));
        const graph::TerminalGraph graph(circuit);
        const auto features = graph::nodeFeatures(graph, graph::FeatureSchema::Resistive);
        const std::uint32_t plus = nodeOrder(graph, 2)[2];
        checkpoint.seen.byCode.erase(dataset::Normalization::codeOf(
            features.values.data() + plus * features.width, 1, features.width));
        const auto prediction = (*learn::Predictor::make({checkpoint}))->predict(*circuit);
        QVERIFY(prediction.ok());
        QCOMPARE(prediction->notices.size(), std::size_t{1});
        QVERIFY(prediction->notices.front().kind == Notice::Kind::UnseenKinds);
        QCOMPARE(prediction->notices.front().objects, std::vector<std::string>{"vin"});
    }
    void distanceIsCalibratedOnHeldOutCircuits() {
        const auto predictor = shipped("ladder-deepgen15");
        int far = 0;
        for (std::uint64_t i = 0; i < 100; ++i) {
            const auto ladder = ladderOf(2 + static_cast<int>(i % 9), 1000 + i);
            far += predictor->predict(*circuitOf(cardsOf(ladder)))->distance > 1 ? 1 : 0;
        }
        QVERIFY2(far <= 6, qPrintable(QString::number(far))); // one is expected
        std::string star = "vin a 0 0.5\n";
        for (int i = 0; i < 60; ++i)
            star += "r" + std::to_string(i) + " a o 0.5\n";
        const auto prediction = predictor->predict(*circuitOf(star + "rl o 0 0.5\n"));
        QVERIFY(prediction.ok());
        QVERIFY2(prediction->distance > 1, qPrintable(QString::number(prediction->distance)));
        QVERIFY(kindsOf(*prediction).count(Notice::Kind::Distance));
    }

    void anEnsembleTellsMeanAndSpread() {
        std::vector<learn::Checkpoint> members;
        for (const std::uint64_t seed : {1, 2, 3})
            members.push_back(trained([&](learn::Recipe& r) { r.seed = seed; }));
        const auto circuit = circuitOf(cardsOf(ladderOf(3, 4)));
        const auto net = *circuit->findNet("o2");
        std::vector<double> alone;
        for (const auto& member : members) {
            const auto prediction = (*learn::Predictor::make({member}))->predict(*circuit);
            QVERIFY(prediction.ok() && prediction->deviation.empty());
            alone.push_back(prediction->voltages[net]);
        }
        const auto predictor = learn::Predictor::make(members);
        QVERIFY(predictor.ok());
        QCOMPARE((*predictor)->members(), std::size_t{3});
        const auto together = (*predictor)->predict(*circuit);
        QVERIFY(together.ok());
        const double mean = (alone[0] + alone[1] + alone[2]) / 3;
        double square = 0;
        for (const double value : alone)
            square += (value - mean) * (value - mean);
        QVERIFY(square > 0);
        QVERIFY(std::fabs(together->voltages[net] - mean) < 1e-6);
        QVERIFY(std::fabs(together->deviation[net] - std::sqrt(square / 2)) < 1e-6);
        QVERIFY(std::isnan(together->deviation[*circuit->findNet("b1")])); // nothing was guessed

        members[1].featureSchema = "analog";
        QCOMPARE(learn::Predictor::make(members).error().code, std::string("LEARN-050"));
        QCOMPARE(learn::Predictor::make({}).error().code, std::string("LEARN-050"));
    }
    void dropoutTellsASpreadToo() {
        const auto member = trained([](learn::Recipe& r) { r.network.dropout = 0.2; });
        const auto circuit = circuitOf(cardsOf(ladderOf(3, 4)));
        const auto predictor = learn::Predictor::make({member});
        QVERIFY(predictor.ok());
        const auto once = (*predictor)->predict(*circuit);
        const auto again = (*predictor)->predict(*circuit);
        QVERIFY(once.ok() && again.ok());
        const auto net = *circuit->findNet("o1");
        QVERIFY(once->deviation[net] > 0);
        QCOMPARE(once->voltages[net], again->voltages[net]);
        QCOMPARE(once->deviation[net], again->deviation[net]);
    }
    void aGraphLabelIsAMetric() {
        const auto member = trained([](learn::Recipe& r) {
            r.network.task = "graph";
            r.network.sigmoid = false;
            r.target = "rout";
            r.targetScale = "standard";
            r.steps = 200;
        });
        const auto ladder = ladderOf(3, 4);
        const auto predictor = learn::Predictor::make({member, member});
        QVERIFY(predictor.ok());
        const auto prediction = (*predictor)->predict(*circuitOf(cardsOf(ladder)));
        QVERIFY(prediction.ok() && prediction->voltages.empty());
        QCOMPARE(prediction->metrics.size(), std::size_t{1});
        const double guess = prediction->metrics.at("rout");
        QVERIFY2(guess > -0.2 && guess < 1.2, qPrintable(QString::number(guess)));
        QVERIFY(prediction->metricDeviation.at("rout") < 1e-9); // twice the same network
    }
    void anMlpAsksForItsOrder() {
        learn::Recipe r;
        r.network.architecture = "mlp";
        r.network.layers = 1;
        r.network.hidden = 8;
        r.network.nodesPerGraph = 20;
        r.network.outputsPerGraph = 2;
        r.steps = 2;
        const auto member =
            (*learn::engine())->train(r, {dataset::generateLadders(2, 2, 20, 1), {}, {}}, {});
        QVERIFY2(member.ok(), member.ok() ? "" : member.error().message().c_str());
        const auto predictor = learn::Predictor::make({member->checkpoint});
        QVERIFY(predictor.ok());
        const auto prediction = (*predictor)->predict(*circuitOf(cardsOf(ladderOf(2, 1))));
        QVERIFY(prediction.ok());
        // It has no embeddings, and predicts all the same.
        const auto model = (*learn::engine())->load(member->checkpoint);
        const auto set = dataset::generateLadders(2, 2, 3, 1);
        const std::vector<std::size_t> all{0, 1, 2};
        const auto both = (*model)->predictEmbedded(nn::makeBatch(set, all), true);
        QVERIFY(both.ok() && both->values.size() == 6 && both->embeddings.empty());
        QVERIFY(kindsOf(*prediction).count(Notice::Kind::Schema));
        QCOMPARE((*predictor)->predict(*circuitOf(cardsOf(ladderOf(3, 1)))).error().code,
                 std::string("NN-020"));
    }
    void whatCannotBePredicted() {
        const auto predictor = shipped("ladder-deepgen15");
        const auto nothing = circuitOf("");
        QVERIFY(nothing);
        QCOMPARE(predictor->predict(*nothing).error().code, std::string("LEARN-051"));
        StopSource stop;
        stop.requestStop();
        QCOMPARE(predictor->predict(*circuitOf(cardsOf(ladderOf(2, 1))), stop.token()).error().code,
                 std::string("LEARN-012"));
        QCOMPARE(learn::Predictor::load({kModels + "none.safetensors"}).error().code,
                 std::string("BASE-001"));
    }
    void aPredictionIsQuickEnoughForASlider() {
        const auto predictor = shipped("ladder-deepgen15");
        const auto circuit = circuitOf(cardsOf(ladderOf(10, 1)));
        double least = 1;
        for (int i = 0; i < 10; ++i)
            least = std::min(least, predictor->predict(*circuit)->seconds);
        QVERIFY2(least < 0.05, qPrintable(QString::number(least)));
    }

    void errorsOfNetsGreatestFirst() {
        learn::CircuitPrediction prediction;
        const double nan = std::nan("");
        prediction.voltages = {0, 1, 2, nan, 3};
        prediction.deviation = {nan, 0.1, 0.2, nan, 0.3};
        const auto errors = learn::netErrors(prediction, {0, 1.5, 1, 4, nan});
        QCOMPARE(errors.size(), std::size_t{3});
        QCOMPARE(errors[0].net, 2U);
        QCOMPARE(errors[0].error, 1.0);
        QCOMPARE(errors[0].deviation, 0.2);
        QCOMPARE(errors[1].net, 1U);
        QCOMPARE(errors[1].error, -0.5);
        QCOMPARE(errors[2].net, 0U);
    }
    void modelsAreListed() {
        QTemporaryDir folder;
        QFile junk(folder.filePath("junk.safetensors"));
        QVERIFY(junk.open(QIODevice::WriteOnly) && junk.write("no network") > 0);
        junk.close();
        Diagnostics findings;
        const auto models =
            learn::listModels({kModels, folder.path().toStdString(), "/nowhere"}, findings);
        QCOMPARE(findings.size(), std::size_t{1});
        QCOMPARE(findings.front().code, std::string("LEARN-001"));
        const auto named = [&](const std::string& name) {
            return std::find_if(models.begin(), models.end(),
                                [&](const auto& m) { return m.name == name; });
        };
        QVERIFY(named("ladder-deepgen15") != models.end());
        QVERIFY(named("opamp-deepgen15") != models.end());
        QCOMPARE(named("ladder-deepgen15")->featureSchema, std::string("resistive"));
        QCOMPARE(named("opamp-deepgen15")->featureSchema, std::string("analog"));
        QVERIFY(std::is_sorted(models.begin(), models.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
    }
};

QTEST_GUILESS_MAIN(TestPredictor)
#include "tst_predictor.moc"
