// SPDX-License-Identifier: GPL-3.0-or-later
// Densities, distribution functions and the parts of sets, against closed forms.
#include "core/dataset/distribution.h"
#include "core/dataset/statistics.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace ohm;
using namespace ohm::dataset;

namespace {

/// Quantiles of the normal distribution by bisection of its distribution function: a sample without
/// any chance in it.
std::vector<float> normal(std::size_t count, double mean, double deviation) {
    std::vector<float> out;
    for (std::size_t i = 0; i < count; ++i) {
        const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        double low = -8, high = 8;
        for (int step = 0; step < 60; ++step) {
            const double middle = (low + high) / 2;
            (std::erfc(-middle / std::numbers::sqrt2) / 2 < share ? low : high) = middle;
        }
        out.push_back(static_cast<float>(mean + deviation * low));
    }
    return out;
}

GraphSet sets(std::size_t count) {
    GraphSet set;
    set.featureWidth = 1;
    set.featureNames = {"x"};
    set.graphLabelNames = {"gain"};
    for (std::size_t g = 0; g < count; ++g) {
        const auto v = static_cast<float>(g);
        set.append(std::vector<float>{0, 1}, std::vector<std::int32_t>{0, 1},
                   std::vector<std::uint8_t>{1, 0}, std::vector<float>{v, 0},
                   static_cast<std::int32_t>(g % 5));
        set.graphLabels.push_back(10 * v);
    }
    return set;
}

} // namespace

class TestDistribution : public QObject {
    Q_OBJECT
private slots:
    void densityOfANormal() {
        const auto values = normal(4000, 1, 0.5);
        const Curve c = densityOf(values, -2, 4, 601);
        QCOMPARE(c.places.size(), std::size_t{601});
        double mass = 0;
        for (std::size_t i = 0; i < c.places.size(); ++i) {
            mass += c.heights[i] * 0.01;
            // The kernel widens it a little: variance s^2 + h^2, h = 0.9 * 0.5 * 4000^-0.2.
            const double h = 0.9 * 0.5 * std::pow(4000, -0.2);
            const double s = std::sqrt(0.25 + h * h);
            const double z = (c.places[i] - 1) / s;
            const double wanted = std::exp(-z * z / 2) / (s * std::sqrt(2 * std::numbers::pi));
            QVERIFY2(std::fabs(c.heights[i] - wanted) < 0.012,
                     qPrintable(QString::number(c.places[i])));
        }
        QVERIFY(std::fabs(mass - 1) < 1e-3);
    }
    void densityOfOddSamples() {
        QVERIFY(densityOf({}, 0, 1).places.empty());
        const std::vector<float> same(10, 2.0F);
        const Curve one = densityOf(same, 2, 2);
        const auto top = std::max_element(one.heights.begin(), one.heights.end());
        QVERIFY(std::isfinite(*top) && *top > 0);
        const std::vector<float> broken{1, std::nanf(""), 2, INFINITY};
        for (const double h : densityOf(broken, 0, 3).heights)
            QVERIFY(std::isfinite(h) && h >= 0);
    }
    void cumulative() {
        const std::vector<float> values{3, 1, 2, 2, std::nanf("")};
        const Curve c = cumulativeOf(values);
        QVERIFY(std::is_sorted(c.places.begin(), c.places.end()));
        QVERIFY(std::is_sorted(c.heights.begin(), c.heights.end()));
        QCOMPARE(c.heights.front(), 0.0);
        QCOMPARE(c.heights.back(), 1.0);
        // Just right of 2 it is three quarters.
        double at = 0;
        for (std::size_t i = 0; i < c.places.size(); ++i)
            at = c.places[i] <= 2 ? c.heights[i] : at;
        QCOMPARE(at, 0.75);
        // Thinned, it is off by no more than one step.
        const auto many = normal(20'000, 0, 1);
        const Curve thin = cumulativeOf(many, 100);
        QVERIFY(thin.places.size() <= 101);
        for (std::size_t i = 1; i < thin.places.size(); ++i)
            QVERIFY(std::fabs(thin.heights[i] -
                              std::erfc(-thin.places[i] / std::numbers::sqrt2) / 2) < 0.011);
    }
    void shiftOfTwoNormals() {
        // Moved by 0.3: that is what Wasserstein-1 says; KS = 2 Phi(0.15) - 1.
        const auto shift = shiftBetween(normal(5000, 0, 1), normal(5000, 0.3, 1));
        QVERIFY(shift.has_value());
        QVERIFY(std::fabs(shift->wasserstein - 0.3) < 1e-3);
        QVERIFY(std::fabs(shift->ks - std::erf(0.15 / std::numbers::sqrt2)) < 1e-3);
        QVERIFY(shift->ks > shift->ksCritical);
    }
    void parts() {
        const GraphSet set = sets(100);
        const auto whole = labelSamples(set, "s");
        QVERIFY(whole.ok());
        QCOMPARE(whole->size(), std::size_t{1});
        QCOMPARE(whole->front().values.size(), std::size_t{100});
        QCOMPARE(whole->front().name, std::string("s"));
        const auto gain = labelSamples(set, "s", "gain", DivideBy::Seed);
        QVERIFY(gain.ok());
        QCOMPARE(gain->size(), std::size_t{3});
        QCOMPARE((*gain)[0].values.size(), std::size_t{80});
        QCOMPARE((*gain)[2].values.size(), std::size_t{10});
        QCOMPARE((*gain)[2].name, std::string("s, test"));
        double sum = 0;
        for (const auto& part : *gain) {
            for (const float v : part.values)
                sum += static_cast<double>(v);
        }
        QCOMPARE(sum, 10.0 * 99 * 100 / 2); // each graph is in one part
        const auto classes = labelSamples(set, "s", {}, DivideBy::Classes);
        QCOMPARE(classes->size(), std::size_t{5});
        const auto apart = labelSamples(set, "s", {}, DivideBy::Topology);
        QVERIFY(apart.ok());
        for (const auto& part : *apart)
            QCOMPARE(part.values.size() % 20, std::size_t{0}); // whole classes
        QCOMPARE(labelSamples(set, "s", "power").error().code, std::string("DATA-040"));
        QCOMPARE(rangeOf(*classes), (std::pair{0.0, 99.0}));
        QCOMPARE(rangeOf({}), (std::pair{0.0, 0.0}));
    }
};

QTEST_GUILESS_MAIN(TestDistribution)
#include "tst_distribution.moc"
