// SPDX-License-Identifier: GPL-3.0-or-later
// Rank correlation against worked values; importance of inputs whose influence is known.
#include "core/dataset/random.h"
#include "core/explore/importance.h"

#include <QTest>

#include <cmath>

using namespace ohm;
using namespace ohm::explore;

class TestImportance : public QObject {
    Q_OBJECT
private slots:
    void ranks() {
        QCOMPARE(rankCorrelation({1, 2, 3, 4}, {10, 20, 40, 30}), 0.8); // 1 - 6 * 2 / 60
        QCOMPARE(rankCorrelation({1, 2, 3}, {9, 4, 1}), -1.0);
        QCOMPARE(rankCorrelation({1, 10, 100, 1000}, {0.1, 0.2, 0.3, 1e9}), 1.0);
        // Equal values: ranks 0.5, 0.5, 2 against 0, 1, 2 give 1.5 / sqrt(1.5 * 2).
        QVERIFY(std::fabs(rankCorrelation({5, 5, 6}, {1, 2, 3}) - std::sqrt(0.75)) < 1e-12);
        QCOMPARE(rankCorrelation({1, 1, 1}, {1, 2, 3}), 0.0);
        QCOMPARE(rankCorrelation({1, 2}, {1, 2}), 0.0);
        QCOMPARE(rankCorrelation({1, std::nan(""), 2, 3}, {1, 0, 2, 3}), 1.0);
    }

    void knownInfluence() {
        dataset::Random random(3, 0);
        std::vector<std::vector<double>> inputs(4);
        std::vector<double> output;
        for (int i = 0; i < 600; ++i) {
            for (auto& column : inputs)
                column.push_back(random.uniform(-1, 1));
            // The first counts most, the second as a parabola that no correlation sees, the third
            // little and falling, the fourth not at all.
            output.push_back(4 * inputs[0].back() + 3 * inputs[1].back() * inputs[1].back() -
                             0.8 * inputs[2].back());
        }
        const auto importance = importanceOf(inputs, output);
        QCOMPARE(importance.size(), std::size_t{4});
        QVERIFY(importance[0].rank > 0.8);
        QVERIFY(std::fabs(importance[1].rank) < 0.15);
        QVERIFY(importance[2].rank < 0);
        QVERIFY(importance[0].share > importance[1].share);
        QVERIFY(importance[1].share > 0.05);
        QVERIFY(importance[1].share > importance[3].share * 3);
        double sum = 0;
        for (const auto& i : importance)
            sum += i.share;
        QVERIFY(std::fabs(sum - 1) < 1e-9);
        QCOMPARE(importanceOf(inputs, output)[0].share, importance[0].share); // by seed
    }

    void nothingToTell() {
        const std::vector<std::vector<double>> inputs{{1, 2, 3}};
        QCOMPARE(importanceOf(inputs, {1, 2, 3})[0].share, 0.0); // too few
        std::vector<std::vector<double>> many(1);
        for (int i = 0; i < 50; ++i)
            many[0].push_back(i);
        QCOMPARE(importanceOf(many, std::vector<double>(50, 7))[0].rank, 0.0);
        QVERIFY(importanceOf({}, std::vector<double>(50, 7)).empty());
        std::vector<double> holes(50, std::nan(""));
        QCOMPARE(importanceOf(many, holes)[0].share, 0.0);
        StopSource stop;
        stop.requestStop();
        QCOMPARE(importanceOf(many, many[0], {}, stop.token())[0].share, 0.0);
        QCOMPARE(importanceOf(many, many[0])[0].share, 1.0);
    }
};

QTEST_GUILESS_MAIN(TestImportance)
#include "tst_importance.moc"
