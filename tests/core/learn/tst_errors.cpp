// SPDX-License-Identifier: GPL-3.0-or-later
// Errors label by label, by hand and without an engine.
#include "core/dataset/nodetext.h"
#include "core/dataset/resistive.h"
#include "core/generate/request.h"
#include "core/learn/errors.h"
#include "core/learn/recipe.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace ohm;

namespace {

/// Answers with the labels plus `wrong` at the first output of each graph; graphs lie `nodes` / 10
/// from the training.
class Slightly : public learn::Model {
public:
    learn::Checkpoint made;
    double wrong = 0.5;
    float firstAnswer = 0;
    bool first = false;
    const learn::Checkpoint& checkpoint() const override { return made; }
    std::int64_t parameterCount() const override { return 0; }
    int passes = 0; ///< over a batch
    Expected<learn::EmbeddedPrediction> predictEmbedded(const nn::GraphBatch& batch,
                                                        bool pooled) override {
        auto both = Model::predictEmbedded(batch, pooled); // of one pass, as a network does it
        passes -= 1;
        return both;
    }
    Expected<std::vector<float>> predict(const nn::GraphBatch& batch) override {
        ++passes;
        std::vector<float> out = batch.labels;
        std::int64_t graph = -1;
        for (std::size_t i = 0; i < batch.outputs.size(); ++i) {
            const auto at =
                std::upper_bound(batch.graphPtr.begin(), batch.graphPtr.end(), batch.outputs[i]) -
                batch.graphPtr.begin() - 1;
            if (at != graph)
                out[i] += static_cast<float>(wrong);
            graph = at;
        }
        if (first)
            out[0] = firstAnswer;
        return out;
    }
    Expected<std::vector<float>> sample(const nn::GraphBatch& batch, std::uint64_t) override {
        return predict(batch);
    }
    Expected<std::vector<float>> embed(const nn::GraphBatch&, int) override {
        return fail("NN-013", "none");
    }
    Expected<std::vector<float>> embedGraphs(const nn::GraphBatch& batch, int) override {
        ++passes;
        std::vector<float> out;
        for (std::int64_t g = 0; g < batch.graphs; ++g)
            out.push_back(static_cast<float>(batch.graphPtr[static_cast<std::size_t>(g) + 1] -
                                             batch.graphPtr[static_cast<std::size_t>(g)]) /
                          10);
        return out;
    }
};

dataset::GraphSet ladders(int low, int high, std::size_t count) {
    auto set = generate::generateKind("ladder", low, high, count, 3);
    return set ? *set : dataset::GraphSet{};
}

} // namespace

class TestErrors : public QObject {
    Q_OBJECT
private slots:
    void everyLabelIsDescribed() {
        const auto set = ladders(2, 4, 9);
        Slightly model;
        model.made.seen.embeddingMean = {0};
        model.made.seen.embeddingDeviation = {1};
        model.made.seen.distanceScale = 1;
        const auto r = learn::inspectErrors(model, set);
        QVERIFY2(r.ok(), r.ok() ? "" : r.error().message().c_str());
        std::size_t outputs = 0;
        for (const auto m : set.outputMask)
            outputs += m;
        QCOMPARE(r->count, outputs);
        std::set<std::int32_t> seen;
        for (std::size_t i = 0; i < r->count; ++i) {
            const auto node = static_cast<std::size_t>(
                set.nodePtr[static_cast<std::size_t>(r->graph[i])] + r->node[i]);
            QVERIFY(set.outputMask[node]);
            QCOMPARE(r->truth[i], set.y[node]);
            QCOMPARE(r->topology[i], set.topology[static_cast<std::size_t>(r->graph[i])]);
            const double error = seen.insert(r->graph[i]).second ? 0.5 : 0;
            QVERIFY(std::fabs(r->error(i) - error) < 1e-6);
            const auto nodes = set.nodePtr[static_cast<std::size_t>(r->graph[i]) + 1] -
                               set.nodePtr[static_cast<std::size_t>(r->graph[i])];
            QVERIFY(std::fabs(static_cast<double>(r->distance[i]) -
                              static_cast<double>(nodes) / 10) < 1e-5);
        }
        const auto [low, high] = std::minmax_element(r->truth.begin(), r->truth.end());
        QCOMPARE(r->range, static_cast<double>(*high) - static_cast<double>(*low));
        // The worst nine are the nine wrong ones.
        std::set<std::int32_t> graphs;
        for (const std::size_t i : learn::worstErrors(*r, 9)) {
            QVERIFY(std::fabs(r->error(i)) > 0.4);
            graphs.insert(r->graph[i]);
        }
        QCOMPARE(graphs.size(), std::size_t{9});
        QCOMPARE(learn::worstErrors(*r, 100'000).size(), r->count);
        const std::string csv = learn::toCsv(*r);
        QCOMPARE(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')), r->count + 1);
    }
    /// The data are gone through once, with the distances and without.
    void onePassOverTheData() {
        const auto set = ladders(2, 4, 600);
        Slightly near, unknown;
        near.made.seen.embeddingMean = {0};
        near.made.seen.embeddingDeviation = {1};
        near.made.seen.distanceScale = 1;
        const auto a = learn::inspectErrors(near, set);
        const auto b = learn::inspectErrors(unknown, set);
        QVERIFY(a.ok() && b.ok());
        QCOMPARE(near.passes, 3); // of 256 graphs each
        QCOMPARE(unknown.passes, 3);
        QVERIFY(a->predicted == b->predicted);
        QVERIFY(std::isfinite(a->distance.front()) && std::isnan(b->distance.front()));
    }
    void groups() {
        const auto set = ladders(2, 4, 30);
        Slightly model;
        const auto r = learn::inspectErrors(model, set);
        QVERIFY(r.ok());
        for (const auto by : {learn::ErrorBy::Devices, learn::ErrorBy::Kind,
                              learn::ErrorBy::Topology, learn::ErrorBy::Distance}) {
            std::size_t labels = 0;
            double sum = 0;
            const auto all = learn::groupErrors(*r, by, 10);
            for (std::size_t g = 0; g < all.size(); ++g) {
                labels += all[g].labels.size();
                sum += all[g].mae * static_cast<double>(all[g].labels.size());
                QVERIFY(!all[g].name.empty());
                if (by != learn::ErrorBy::Distance && g > 0)
                    QVERIFY(all[g - 1].mae >= all[g].mae);
            }
            QCOMPARE(labels, r->count);
            QVERIFY(std::fabs(sum - 30 * 0.5) < 1e-4); // one wrong net in each circuit
        }
        const auto classes = learn::groupErrors(*r, learn::ErrorBy::Topology, 10);
        QCOMPARE(classes.size(), std::size_t{3});
        QCOMPARE(classes.front().name, std::string("2 branches")); // one of two nets is wrong
        QVERIFY(std::fabs(classes.front().within - 0.5) < 1e-9);
        QVERIFY(std::fabs(classes.front().bias - 0.25) < 1e-6);
        const auto unknown = learn::groupErrors(*r, learn::ErrorBy::Distance, 10);
        QCOMPARE(unknown.size(), std::size_t{1});
        QCOMPARE(unknown.front().name, std::string("not known"));
    }
    void aPredictionThatIsNoNumber() {
        const auto set = ladders(2, 2, 4);
        Slightly model;
        model.first = true;
        model.firstAnswer = std::nanf("");
        const auto r = learn::inspectErrors(model, set);
        QVERIFY(r.ok());
        QCOMPARE(learn::worstErrors(*r, 1).front(), std::size_t{0});
        const auto group = learn::groupErrors(*r, learn::ErrorBy::Topology, 1).front();
        QVERIFY(std::isnan(group.mae));
        QVERIFY(std::isfinite(group.worst));
        QVERIFY(group.within < 1);
    }
    void parts() {
        const auto set = ladders(3, 3, 50);
        learn::Checkpoint checkpoint;
        learn::Recipe recipe;
        recipe.name = "r";
        recipe.data = {"x"};
        recipe.validationShare = 0.2;
        recipe.testShare = 0.1;
        checkpoint.recipe = learn::recipeText(recipe);
        std::set<std::size_t> all;
        std::size_t sum = 0;
        for (const auto& [part, size] :
             {std::pair{learn::Part::Training, 35}, std::pair{learn::Part::Validation, 10},
              std::pair{learn::Part::Test, 5}}) {
            const auto graphs = learn::graphsOf(set, checkpoint, part);
            QVERIFY(graphs.ok());
            QCOMPARE(graphs->size(), static_cast<std::size_t>(size));
            all.insert(graphs->begin(), graphs->end());
            sum += graphs->size();
        }
        QCOMPARE(all.size(), sum); // apart from one another
        QCOMPARE(learn::graphsOf(set, checkpoint, learn::Part::All)->size(), std::size_t{50});
        recipe.testShare = 0;
        checkpoint.recipe = learn::recipeText(recipe);
        QCOMPARE(learn::graphsOf(set, checkpoint, learn::Part::Test).error().code,
                 std::string("LEARN-070"));
        // Only these graphs are inspected, under their own numbers.
        Slightly model;
        const auto r = learn::inspectErrors(model, set, {40, 7});
        QVERIFY(r.ok());
        QCOMPARE(r->graph.front(), 40);
        QCOMPARE(r->graph.back(), 7);
    }
    void noSuchLabelAndStop() {
        const auto set = ladders(2, 2, 4);
        Slightly model;
        model.made.target = "gain";
        QCOMPARE(learn::inspectErrors(model, set).error().code, std::string("LEARN-010"));
        Slightly again;
        StopSource stop;
        stop.requestStop();
        QCOMPARE(learn::inspectErrors(again, set, {}, stop.token()).error().code,
                 std::string("LEARN-012"));
    }
    void wordsForNodes() {
        const auto set = ladders(2, 2, 1);
        const auto text = dataset::graphText(set, 0);
        QCOMPARE(text.circuit, std::string("R, V"));
        std::size_t nets = 0;
        for (std::size_t n = 0; n < text.nodes.size(); ++n) {
            if (text.nodes[n] != "net")
                continue;
            ++nets;
            QCOMPARE(text.devices[n].find("R"), std::size_t{0});
            QVERIFY(text.terminals[n] >= 2);
        }
        QCOMPARE(nets, std::size_t{2});
    }
};

QTEST_GUILESS_MAIN(TestErrors)
#include "tst_errors.moc"
