// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics, shift, splits, normalisation.
#include "core/dataset/normalization.h"
#include "core/dataset/resistive.h"
#include "core/dataset/split.h"
#include "core/dataset/statistics.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

using namespace ohm::dataset;

namespace {

bool near(double a, double b, double tolerance) {
    return std::fabs(a - b) <= tolerance;
}

/// One graph of unconnected nodes: rows of value, code bits; no labels but the first node's.
void addNodes(GraphSet& set, const std::vector<std::vector<float>>& rows, float label) {
    std::vector<float> x;
    for (const auto& row : rows)
        x.insert(x.end(), row.begin(), row.end());
    std::vector<std::uint8_t> mask(rows.size(), 0);
    std::vector<float> y(rows.size(), 0.0F);
    mask[0] = 1;
    y[0] = label;
    set.append(x, {}, mask, y, 0);
}

} // namespace

class TestStatistics : public QObject {
    Q_OBJECT
private slots:
    void momentsAndBins() {
        const std::vector<float> values{1, 2, 3, 4, 5, 5};
        const auto s = statisticsOf(values, 4);
        QCOMPARE(s.count, std::size_t{6});
        QCOMPARE(s.minimum, 1.0);
        QCOMPARE(s.maximum, 5.0);
        QVERIFY(near(s.mean, 20.0 / 6, 1e-12));
        QVERIFY(near(s.deviation, std::sqrt(80.0 / 6 - 400.0 / 36), 1e-12));
        QCOMPARE(s.histogram, (std::vector<std::size_t>{1, 1, 1, 3})); // the greatest in the last
        const auto ranged = statisticsOf(values, 2, std::pair(0.0, 4.0));
        QCOMPARE(ranged.histogram, (std::vector<std::size_t>{1, 5}));
        QCOMPARE(statisticsOf(std::vector<float>{}).count, std::size_t{0});
        const auto constant = statisticsOf(std::vector<float>(9, 1.2F), 3);
        QCOMPARE(constant.deviation, 0.0);
        QCOMPARE(constant.histogram[0], std::size_t{9});
    }
    void narrowAndTinyValuesKeepTheirSpread() {
        std::vector<float> values;
        for (int i = 0; i < 1000; ++i)
            values.push_back(1.2F + (i % 2 == 0 ? 1e-4F : -1e-4F));
        QVERIFY(near(statisticsOf(values).deviation, 1e-4, 1e-7));
        values.clear();
        for (int i = 0; i < 1000; ++i)
            values.push_back(5e-12F + (i % 2 == 0 ? 1e-12F : -1e-12F));
        QVERIFY(near(statisticsOf(values).deviation, 1e-12, 1e-16));
    }
    void valuesThatAreNotNumbersAreLeftOut() {
        const std::vector<float> values{1, std::nanf(""), 3, INFINITY};
        const auto s = statisticsOf(values, 2);
        QCOMPARE(s.count, std::size_t{2});
        QCOMPARE(s.mean, 2.0);
        QVERIFY(!shiftBetween(values, std::vector<float>{NAN}));
    }
    void byTopologyAddsUpToTheWhole() {
        const GraphSet set = generateLadders(2, 6, 300, 3);
        const auto all = labelStatistics(set, 10);
        std::vector<std::size_t> sum(10, 0);
        for (const auto& [topology, s] : statisticsByTopology(set, {}, 10)) {
            QCOMPARE(s.count % static_cast<std::size_t>(topology), std::size_t{0});
            for (std::size_t i = 0; i < 10; ++i)
                sum[i] += s.histogram[i];
        }
        QCOMPARE(sum, all.histogram);
        QCOMPARE(labelValues(set, "rout").size(), set.graphCount());
        QVERIFY(labelValues(set, "nothing").empty());
        const std::vector<std::size_t> some{4, 7};
        QCOMPARE(labelValues(set, {}, some).size(),
                 static_cast<std::size_t>(set.topology[4] + set.topology[7]));
    }
    void aBarListsItsGraphs() {
        const GraphSet set = generateLadders(2, 4, 200, 3);
        const auto s = labelStatistics(set, 8);
        const double width = (s.maximum - s.minimum) / 8;
        std::set<std::size_t> seen;
        for (int bin = 0; bin < 8; ++bin) {
            const double low = s.minimum + bin * width;
            for (const std::size_t g : graphsWithin(set, low, low + width * (1 + 1e-12))) {
                const auto values = labelValues(set, {}, std::vector<std::size_t>{g});
                QVERIFY(std::any_of(values.begin(), values.end(), [&](double v) {
                    return v >= low && v <= low + width * 1.0001;
                }));
                seen.insert(g);
            }
        }
        QCOMPARE(seen.size(), set.graphCount());
    }

    void shiftOfKnownSamples() {
        std::vector<float> a;
        std::vector<float> b;
        for (int i = 0; i < 1000; ++i) {
            a.push_back(static_cast<float>(i) / 1000);
            b.push_back(static_cast<float>(i) / 1000 + 0.25F);
        }
        const auto moved = shiftBetween(a, b);
        QVERIFY(moved);
        QVERIFY(near(moved->wasserstein, 0.25, 1e-5)); // everything moves by 0.25
        QVERIFY(near(moved->ks, 0.25, 2e-3));
        QVERIFY(near(moved->relative, 0.25 / std::sqrt(1.0 / 12), 2e-3));
        QVERIFY(moved->ks > moved->ksCritical);
        std::reverse(b.begin(), b.end());
        QCOMPARE(shiftBetween(b, a)->ks, moved->ks); // order and roles do not matter
        const auto none = shiftBetween(a, a);
        QCOMPARE(none->wasserstein, 0.0);
        QCOMPARE(none->ks, 0.0);
        // Uneven sizes: {0} against {0, 1}: half the mass moves by one.
        const auto half = shiftBetween(std::vector<float>{0}, std::vector<float>{1, 0});
        QCOMPARE(half->wasserstein, 0.5);
        QCOMPARE(half->ks, 0.5);
    }
    void shiftAgreesWithPairingSortedValues() {
        Random random(4, 2);
        for (int trial = 0; trial < 50; ++trial) {
            std::vector<float> a(101);
            std::vector<float> b(101);
            for (std::size_t i = 0; i < a.size(); ++i) {
                a[i] = static_cast<float>(random.below(20)); // many ties
                b[i] = static_cast<float>(random.uniform(-3, 25));
            }
            const auto shift = shiftBetween(a, b);
            std::sort(a.begin(), a.end());
            std::sort(b.begin(), b.end());
            double sum = 0;
            for (std::size_t i = 0; i < a.size(); ++i)
                sum += std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
            QVERIFY(near(shift->wasserstein, sum / 101, 1e-9));
        }
    }
    void sameDistributionIsNoShift() {
        const auto shift = shiftBetween(labelValues(generateLadders(2, 10, 1000, 1)),
                                        labelValues(generateLadders(2, 10, 1000, 2)));
        QVERIFY(shift->relative < 0.05);
        const auto other = shiftBetween(labelValues(generateLadders(2, 2, 1000, 1)),
                                        labelValues(generateLadders(32, 32, 1000, 2)));
        QVERIFY(other->relative > 3 * shift->relative);
    }

    void splits_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<double>("validation");
        QTest::addColumn<double>("test");
        QTest::addColumn<double>("fraction");
        QTest::addColumn<int>("training");
        QTest::newRow("nine tenths") << 1000 << 0.1 << 0.0 << 1.0 << 900;
        QTest::newRow("three parts") << 1000 << 0.1 << 0.2 << 1.0 << 700;
        QTest::newRow("tenth of it") << 1000 << 0.1 << 0.0 << 0.1 << 90;
        QTest::newRow("tiny") << 3 << 0.1 << 0.1 << 1.0 << 1;
        QTest::newRow("fraction rounds up to one") << 10 << 0.1 << 0.0 << 0.001 << 1;
    }
    void splits() {
        QFETCH(int, count);
        QFETCH(double, validation);
        QFETCH(double, test);
        QFETCH(double, fraction);
        QFETCH(int, training);
        const GraphSet set = generateLadders(2, 4, static_cast<std::size_t>(count), 1);
        SplitSpec spec;
        spec.validationShare = validation;
        spec.testShare = test;
        spec.fraction = fraction;
        spec.seed = 5;
        const auto split = splitSet(set, spec);
        QVERIFY(split.ok());
        QCOMPARE(split->training.size(), static_cast<std::size_t>(training));
        std::set<std::size_t> all(split->training.begin(), split->training.end());
        all.insert(split->validation.begin(), split->validation.end());
        all.insert(split->test.begin(), split->test.end());
        QCOMPARE(all.size(),
                 split->training.size() + split->validation.size() + split->test.size());
        QVERIFY(*all.rbegin() < set.graphCount());
        // The fraction is the head of the whole training part, and repeats.
        spec.fraction = 1;
        const auto whole = splitSet(set, spec);
        QVERIFY(
            std::equal(split->training.begin(), split->training.end(), whole->training.begin()));
        QCOMPARE(whole->validation, split->validation);
        spec.seed = 6;
        if (count > 100)
            QVERIFY(splitSet(set, spec)->training != whole->training);
    }
    void splitByTopologyKeepsClassesApart() {
        const GraphSet set = generateLadders(2, 10, 500, 1);
        SplitSpec spec;
        spec.by = SplitSpec::By::Topology;
        spec.validationShare = 0.1;
        spec.testShare = 0.2;
        const auto split = splitSet(set, spec);
        QVERIFY(split.ok());
        const auto classesOf = [&](const std::vector<std::size_t>& part) {
            std::set<std::int32_t> out;
            for (const std::size_t g : part)
                out.insert(set.topology[g]);
            return out;
        };
        const auto training = classesOf(split->training);
        for (const auto& part : {split->validation, split->test}) {
            QVERIFY(!part.empty());
            for (const std::int32_t c : classesOf(part))
                QVERIFY(!training.contains(c));
        }
        QCOMPARE(split->training.size() + split->validation.size() + split->test.size(),
                 set.graphCount());
    }
    void impossibleSplits() {
        const GraphSet set = generateLadders(2, 4, 10, 1);
        SplitSpec spec;
        spec.validationShare = 0.6;
        spec.testShare = 0.4;
        QCOMPARE(splitSet(set, spec).error().code, std::string("DATA-020"));
        QCOMPARE(splitSet(emptyResistiveSet(), {}).error().code, std::string("DATA-020"));
        for (const double bad : {-0.1, 1.5, std::nan("")}) {
            spec = {};
            spec.fraction = bad;
            QCOMPARE(splitSet(set, spec).error().code, std::string("DATA-020"));
            spec = {};
            spec.validationShare = bad;
            QCOMPARE(splitSet(set, spec).error().code, std::string("DATA-020"));
        }
        spec = {};
        spec.by = SplitSpec::By::Topology; // one class cannot be divided
        const GraphSet one = generateLadders(3, 3, 10, 1);
        QCOMPARE(splitSet(one, spec).error().code, std::string("DATA-020"));
    }

    void normalisationIsPerTypeOfNode() {
        // Columns: value, type a, type b. Type b never varies.
        GraphSet training;
        training.featureWidth = 3;
        training.featureNames = {"value", "a", "b"};
        addNodes(training, {{2e-12F, 1, 0}, {7, 0, 1}}, 1);
        addNodes(training, {{4e-12F, 1, 0}, {7, 0, 1}}, 3);
        const auto n = Normalization::measure(training, 1, true);
        QVERIFY(near(n.byCode.at(1)[0].mean, 3e-12, 1e-18));
        QVERIFY(near(n.byCode.at(1)[0].deviation, 1e-12, 1e-18)); // of the population
        QCOMPARE(n.byCode.at(2)[0].deviation, 0.0);
        QCOMPARE(n.labelMean, 2.0);
        QCOMPARE(n.labelDeviation, 1.0);
        GraphSet other;
        other.featureWidth = 3;
        other.featureNames = training.featureNames;
        addNodes(other, {{5e-12F, 1, 0}, {9, 0, 1}, {9, 1, 1}}, 4);
        QCOMPARE(n.apply(other), std::size_t{1}); // a type that training has not
        QVERIFY(near(other.x[0], 2.0, 1e-5));
        QCOMPARE(other.x[3], 0.0F); // constant in training
        QCOMPARE(other.x[6], 0.0F); // unseen
        QCOMPARE(other.x[1], 1.0F); // the code itself stays
        QCOMPARE(other.y[0], 2.0F);
        QCOMPARE(other.y[1], 0.0F);
        QCOMPARE(n.toUnit(2.0), 4.0);
    }
    void normalisationLooksAtTheTrainingPartAlone() {
        const GraphSet set = generateLadders(2, 6, 200, 1);
        SplitSpec spec;
        const auto split = splitSet(set, spec);
        const GraphSet training = set.subset(split->training);
        GraphSet changed = set;
        for (const std::size_t g : split->validation)
            for (auto i = changed.nodePtr[g]; i < changed.nodePtr[g + 1]; ++i)
                changed.x[static_cast<std::size_t>(i) * changed.featureWidth] = 1e6F;
        QVERIFY(Normalization::measure(training, 1, true) ==
                Normalization::measure(changed.subset(split->training), 1, true));
        GraphSet scaled = training;
        Normalization::measure(training, 1, true).apply(scaled);
        const auto s = labelStatistics(scaled);
        QVERIFY(near(s.mean, 0, 1e-4) && near(s.deviation, 1, 1e-4));
    }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "tst_statistics.moc"
