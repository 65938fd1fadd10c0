// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/labels.h"
#include "core/parasitics/metrics.h"
#include "core/parasitics/mixture.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace ohm::parasitics;

class TestLabels : public QObject {
    Q_OBJECT
private slots:
    void normalisation() {
        QCOMPARE(normalized(1e-21, Quantity::Coupling), 0.0);
        QVERIFY(std::abs(normalized(1e-15, Quantity::Coupling) - 1) < 1e-12);
        QVERIFY(std::abs(normalized(1e-17, Quantity::Ground) - 0.5) < 1e-12);
        QCOMPARE(normalized(0, Quantity::Ground), 0.0);
        QCOMPARE(normalized(1, Quantity::Ground), 1.0); // clipped
        QVERIFY(
            std::abs(farads(normalized(3.3e-18, Quantity::Coupling), Quantity::Coupling) / 3.3e-18 -
                     1) < 1e-9);
    }

    void classes() {
        QCOMPARE(classOf(0), 0);
        QCOMPARE(classOf(0.2), 0); // bound[i-1] < y <= bound[i]
        QCOMPARE(classOf(0.2000001), 1);
        QCOMPARE(classOf(0.8), 3);
        QCOMPARE(classOf(1), 4);
    }

    void regression() {
        const std::vector<float> label{0.5F, 0.6F, 0.7F, 0.8F};
        const std::vector<float> predicted{0.5F, 0.7F, 0.7F, 1.4F}; // the last is clipped to 1
        const auto m = measureCapacitances(predicted, label, Quantity::Coupling);
        QVERIFY(std::abs(m.mae - 0.3 / 4) < 1e-6);
        QVERIFY(std::abs(m.mse - (0.01 + 0.04) / 4) < 1e-6);
        QVERIFY(std::abs(*m.r2 - (1 - 0.05 / 0.05)) < 1e-5);
        QCOMPARE(m.within2, 0.5);
        std::size_t counted = 0;
        for (const auto& d : m.decades)
            counted += d.count;
        QCOMPARE(counted, label.size());
        QVERIFY(!measureCapacitances(predicted, std::vector<float>(4, 0.5F), Quantity::Ground).r2);
    }

    void classification() {
        const std::vector<int> label{0, 0, 2, 2, 2, 3}, predicted{0, 2, 2, 2, 3, 3};
        const auto m = measureClasses(predicted, label, 2);
        QVERIFY(std::abs(m.accuracy - 4.0 / 6) < 1e-12);
        // class 0: p 1, r 1/2; class 2: p 2/3, r 2/3; class 3: p 1/2, r 1.
        QVERIFY(std::abs(m.precision - (1 + 2.0 / 3 + 0.5) / 3) < 1e-12);
        QVERIFY(std::abs(m.recall - (0.5 + 2.0 / 3 + 1) / 3) < 1e-12);
        QVERIFY(std::abs(m.f1 - (2.0 / 3 + 2.0 / 3 + 2.0 / 3) / 3) < 1e-12);
        QCOMPARE(m.countWithout, std::size_t{3});
        QVERIFY(std::abs(m.accuracyWithout - 2.0 / 3) < 1e-12);
        // Without labels of class 2: class 0: p 1, r 1/2; class 3: p 1, r 1. What was said to be 2
        // costs class 0 recall, but 2 is none of the classes averaged over.
        QVERIFY(std::abs(m.precisionWithout - 1) < 1e-12);
        QVERIFY(std::abs(m.recallWithout - 0.75) < 1e-12);
        QVERIFY(std::abs(m.f1Without - (2.0 / 3 + 1) / 2) < 1e-12);
        // Nothing but the most frequent class: nothing to average over, no division by zero.
        const std::vector<int> only{2, 2};
        QCOMPARE(measureClasses(only, only, 2).countWithout, std::size_t{0});
        QCOMPARE(measureClasses(only, only, 2).f1Without, 0.0);
        QCOMPARE(measureClasses(only, only, 2).f1, 1.0);
        QCOMPARE(m.confusion[2][3], std::size_t{1});
    }

    void mixture() {
        std::mt19937 random(1);
        std::normal_distribution<float> low(0.3F, 0.02F), high(0.8F, 0.05F);
        std::vector<float> values;
        for (int i = 0; i < 3000; ++i)
            values.push_back(i % 3 ? low(random) : high(random));
        const Mixture m = fitMixture(values, 2);
        QCOMPARE(m.mean.size(), std::size_t{2});
        QVERIFY(std::abs(m.mean[0] - 0.3) < 0.01 && std::abs(m.mean[1] - 0.8) < 0.01);
        QVERIFY(std::abs(m.weight[0] - 2.0 / 3) < 0.02);
        QVERIFY(std::abs(std::sqrt(m.variance[1]) - 0.05) < 0.01);
        // Integrates to one.
        double area = 0;
        for (double x = -1; x < 2; x += 1e-3)
            area += 1e-3 * std::exp(m.logDensity(x));
        QVERIFY(std::abs(area - 1) < 1e-3);
        QVERIFY(fitMixture(std::vector<float>(50, 0.4F), 8).mean.size() == 1); // clones
    }

    /// A weight of three is as good as three of the value, whatever the weights add up to.
    void weighedMixture() {
        std::mt19937 random(2);
        std::normal_distribution<float> low(0.3F, 0.03F), high(0.7F, 0.06F);
        std::vector<float> values, repeated;
        std::vector<double> weights;
        for (int i = 0; i < 600; ++i) {
            values.push_back(i % 3 ? low(random) : high(random));
            weights.push_back(i % 3 ? 0.01 : 0.03);
            repeated.insert(repeated.end(), i % 3 ? 1 : 3, values.back());
        }
        const Mixture weighed = fitMixture(values, weights, 2), all = fitMixture(repeated, 2);
        QCOMPARE(weighed.mean.size(), std::size_t{2});
        QVERIFY(std::abs(weighed.weight[1] - 0.6) < 0.02); // 200 of three and 400 of one
        for (std::size_t k = 0; k < 2; ++k) {
            QVERIFY(std::abs(weighed.mean[k] - all.mean[k]) < 1e-6);
            QVERIFY(std::abs(weighed.variance[k] - all.variance[k]) < 1e-6);
            QVERIFY(std::abs(weighed.weight[k] - all.weight[k]) < 1e-5);
        }
        // Equal weights that are no whole numbers change nothing.
        const Mixture plain = fitMixture(values, 8),
                      even = fitMixture(values, std::vector<double>(values.size(), 0.1 / 3), 8);
        QCOMPARE(even.mean.size(), plain.mean.size());
        for (std::size_t k = 0; k < plain.mean.size(); ++k)
            QVERIFY(std::abs(even.mean[k] - plain.mean[k]) < 1e-9);
    }
};

QTEST_APPLESS_MAIN(TestLabels)
#include "tst_labels.moc"
