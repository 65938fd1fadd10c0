// SPDX-License-Identifier: GPL-3.0-or-later
// Measuring a model on a set, and what a training remembers of its data: by hand, without an engine.
#include "core/dataset/resistive.h"
#include "core/learn/evaluate.h"
#include "core/learn/prepare.h"
#include "core/learn/seen.h"

#include <QTest>

#include <cmath>

using namespace ohm;

namespace {

/// Answers with the labels it was given, each off by its turn in `errors`.
class Scripted : public learn::Model {
public:
    explicit Scripted(std::vector<float> answers, std::string target = "voltages")
        : m_answers(std::move(answers)) {
        m_checkpoint.target = std::move(target);
    }
    const learn::Checkpoint& checkpoint() const override { return m_checkpoint; }
    std::int64_t parameterCount() const override { return 0; }
    Expected<std::vector<float>> predict(const nn::GraphBatch& batch) override {
        const std::size_t count = m_checkpoint.target == "voltages"
                                      ? batch.outputs.size()
                                      : static_cast<std::size_t>(batch.graphs);
        const auto first = m_answers.begin() + static_cast<std::ptrdiff_t>(m_at);
        m_at += count;
        return std::vector<float>(first, first + static_cast<std::ptrdiff_t>(count));
    }
    Expected<std::vector<float>> sample(const nn::GraphBatch& batch, std::uint64_t) override {
        return predict(batch);
    }
    Expected<std::vector<float>> embed(const nn::GraphBatch&, int) override {
        return std::vector<float>{};
    }
    Expected<std::vector<float>> embedGraphs(const nn::GraphBatch&, int) override {
        return std::vector<float>{};
    }

private:
    learn::Checkpoint m_checkpoint;
    std::vector<float> m_answers;
    std::size_t m_at = 0;
};

/// Graphs of two labelled nodes each.
dataset::GraphSet pairsOf(const std::vector<std::pair<float, float>>& labels,
                          const std::vector<std::int32_t>& topologies) {
    dataset::GraphSet set;
    set.featureWidth = 1;
    set.featureNames = {"x"};
    for (std::size_t g = 0; g < labels.size(); ++g) {
        const std::vector<float> x{0, 1};
        const std::vector<std::int32_t> edges{0, 1};
        const std::vector<std::uint8_t> mask{1, 1};
        const std::vector<float> y{labels[g].first, labels[g].second};
        set.append(x, edges, mask, y, topologies[g]);
    }
    return set;
}

} // namespace

class TestEvaluate : public QObject {
    Q_OBJECT
private slots:
    void byTopologyByPlaceAndPerBatch() {
        // Range of the whole set 8; of the first two graphs 1, of the last two 7.
        const auto set = pairsOf({{0, 1}, {0.5F, 1}, {1, 2}, {8, 4}}, {1, 1, 2, 2});
        Scripted model({0, 1.5F, 0.5F, 1, 2.5F, 2, 8, 4});
        learn::EvaluationOptions options;
        options.ks = {2, 8, 16};
        options.perBatch = 2;
        const auto e = learn::evaluate(model, set, options);
        QVERIFY2(e.ok(), e.ok() ? "" : e.error().message().c_str());
        QCOMPARE(e->all.count, std::size_t{8});
        QCOMPARE(e->all.accAt.at(2), 1.0);      // band 4
        QCOMPARE(e->all.accAt.at(8), 7.0 / 8);  // band 1: an error of 1.5
        QCOMPARE(e->all.accAt.at(16), 7.0 / 8); // band 0.5: an error of 0.5 is within
        QCOMPARE(e->byTopology.size(), std::size_t{2});
        QCOMPARE(e->byTopology.at(1).accAt.at(8), 1.0); // the whole set's range, not its own
        QCOMPARE(e->byTopology.at(2).accAt.at(8), 0.75);
        QCOMPARE(e->byTopology.at(2).mae, 1.5 / 4);
        QCOMPARE(e->byPosition.size(), std::size_t{2});
        QCOMPARE(e->byPosition[0].mae, 1.5 / 4);
        QCOMPARE(e->byPosition[1].mae, 0.5 / 4);
        // The authors' variant: each batch its own range, strictly within.
        QCOMPARE(e->accPerBatch.at(2), (0.75 + 1.0) / 2); // bands 0.5 and 3.5
        QCOMPARE(e->accPerBatch.at(8), (0.75 + 0.75) / 2);
        QCOMPARE(e->graphOf, (std::vector<std::size_t>{0, 0, 1, 1, 2, 2, 3, 3}));
    }
    void manyBatchesKeepTheirOrder() {
        std::vector<std::pair<float, float>> labels;
        std::vector<float> answers;
        for (int i = 0; i < 700; ++i) {
            labels.emplace_back(static_cast<float>(i), static_cast<float>(-i));
            answers.push_back(static_cast<float>(i));
            answers.push_back(static_cast<float>(-i));
        }
        Scripted model(answers);
        const auto e =
            learn::evaluate(model, pairsOf(labels, std::vector<std::int32_t>(700, 1)));
        QVERIFY(e.ok());
        QCOMPARE(e->all.mae, 0.0);
        QCOMPARE(e->all.r2, 1.0);
    }
    void graphLabels() {
        auto set = dataset::generateLadders(2, 3, 5, 1);
        const auto truth = learn::targetsOf(set, "rout");
        QVERIFY(truth.ok());
        QCOMPARE(*truth, set.graphLabels);
        Scripted model(*truth, "rout");
        const auto e = learn::evaluate(model, set);
        QVERIFY(e.ok());
        QCOMPARE(e->all.count, std::size_t{5});
        QCOMPARE(e->all.mae, 0.0);
        QVERIFY(e->byPosition.empty());
        Scripted other({}, "gain");
        QCOMPARE(learn::evaluate(other, set).error().code, std::string("LEARN-010"));
        set = dataset::emptyResistiveSet();
        Scripted nothing({});
        QCOMPARE(learn::evaluate(nothing, set).error().code, std::string("LEARN-010"));
    }
    void stops() {
        StopSource stop;
        stop.requestStop();
        Scripted model({0, 1});
        QCOMPARE(learn::evaluate(model, pairsOf({{0, 1}}, {1}), {}, stop.token()).error().code,
                 std::string("LEARN-012"));
    }

    void aLogarithmicScaleGoesBothWays() {
        dataset::Normalization n;
        n.labelLog = true;
        n.labelMean = std::log(10.0);
        n.labelDeviation = std::log(10.0);
        QVERIFY(std::fabs(n.fromUnit(100) - 1) < 1e-12);
        QVERIFY(std::fabs(n.toUnit(-1) - 1) < 1e-12);
        auto set = pairsOf({{1, 100}}, {1});
        n.apply(set);
        QVERIFY(std::fabs(set.y[0] + 1) < 1e-6F && std::fabs(set.y[1] - 1) < 1e-6F);
    }

    void rangesAreMeasuredByKind() {
        const auto set = dataset::generateLadders(2, 2, 50, 3);
        const auto seen = learn::Seen::measureRanges(set);
        QCOMPARE(seen.properties, std::size_t{1});
        QCOMPARE(seen.byCode.size(), std::size_t{8}); // every kind of the resistive features
        for (const auto& [code, ranges] : seen.byCode)
            QVERIFY(ranges[0].first >= 0 && ranges[0].second < 1);
    }
    void aDistanceOfOneIsNinetyNineOfAHundred() {
        // Two channels of known spread, a third that never moves.
        std::vector<float> training, held;
        for (int i = 0; i < 200; ++i)
            for (const float v : {i % 2 ? 1.0F : -1.0F, i % 4 < 2 ? 4.0F : 0.0F, 5.0F})
                training.push_back(v);
        for (int i = 0; i < 100; ++i)
            for (const float v : {0.01F * static_cast<float>(i), 2.0F, 9.0F})
                held.push_back(v);
        learn::Seen seen;
        seen.measureEmbeddings(training, held, 3);
        QCOMPARE(seen.embeddingMean, (std::vector<float>{0, 2, 5}));
        QCOMPARE(seen.embeddingDeviation, (std::vector<float>{1, 2, 0}));
        QVERIFY(std::fabs(seen.distanceScale - 0.99 / std::sqrt(2)) < 1e-6);
        QVERIFY(std::fabs(seen.distance({0.99F, 2, 5}) - 1) < 1e-6);
        QVERIFY(std::fabs(seen.distance({0, 6, 5}) - 2 / 0.99) < 1e-5);
        QVERIFY(std::isnan(seen.distance({0, 1}))); // another width
    }

    void setsAreMixedAndSplitEachByItself() {
        learn::Recipe r;
        r.data = {"ladder:2:100:seed=1", "bridge:40:seed=2"};
        r.testData = {"divider:10:seed=3"};
        r.validationShare = 0.1;
        r.testShare = 0.2;
        const auto data = learn::prepareData(r);
        QVERIFY2(data.ok(), data.ok() ? "" : data.error().message().c_str());
        const auto of = [](const dataset::GraphSet& set, std::int32_t topology) {
            return std::count(set.topology.begin(), set.topology.end(), topology);
        };
        QCOMPARE(of(data->training, 2), 70);
        QCOMPARE(of(data->training, 204), 28);
        QCOMPARE(of(data->validation, 2), 10);
        QCOMPARE(of(data->validation, 204), 4);
        QCOMPARE(of(data->test, 2), 20);
        QCOMPARE(of(data->test, 203), 10); // tested on whole
        r.seed = 5;                        // the seed of the training does not move the split
        QCOMPARE(learn::prepareData(r)->training.y, data->training.y);
        r.fraction = 0.5; // the first half of the same order
        const auto half = learn::prepareData(r);
        QCOMPARE(of(half->training, 2), 35);
        QCOMPARE(half->validation.y, data->validation.y);
        QVERIFY(std::equal(half->training.y.begin(), half->training.y.begin() + 35 * 20,
                           data->training.y.begin()));
    }
};

QTEST_GUILESS_MAIN(TestEvaluate)
#include "tst_evaluate.moc"
