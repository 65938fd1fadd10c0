// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/learn/metrics.h"

#include <QTest>

#include <cmath>

class TestMetrics : public QObject {
    Q_OBJECT
private slots:
    void knownValues() {
        const std::vector<float> truth{0, 1, 2, 4};
        const std::vector<float> predicted{0, 1.5F, 2, 3};
        const auto m = ohm::learn::regressionMetrics(predicted, truth, {4, 8, 100});
        QCOMPARE(m.count, std::size_t{4});
        QCOMPARE(m.mse, (0.25 + 1) / 4);
        QCOMPARE(m.mae, 1.5 / 4);
        // Range 4: K=4 allows 1 (the bound counts), K=8 allows 0.5, K=100 only exact ones.
        QCOMPARE(m.accAt.at(4), 1.0);
        QCOMPARE(m.accAt.at(8), 0.75);
        QCOMPARE(m.accAt.at(100), 0.5);
        QVERIFY(std::fabs(m.r2 - (1 - 0.3125 / 2.1875)) < 1e-12);
    }
    void edges() {
        const std::vector<float> nan{std::nanf("")};
        const std::vector<float> one{1};
        QCOMPARE(ohm::learn::regressionMetrics(nan, one, {10}).accAt.at(10), 0.0);
        QCOMPARE(ohm::learn::regressionMetrics({}, {}, {10}).count, std::size_t{0});
        QCOMPARE(ohm::learn::regressionMetrics(one, one, {10}).accAt.at(10), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
