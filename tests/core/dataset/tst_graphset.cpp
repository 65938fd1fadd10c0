// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/graphset.h"
#include "core/dataset/resistive.h"

#include <QTest>

#include <cmath>

using namespace ohm::dataset;

class TestGraphSet : public QObject {
    Q_OBJECT
private:
    /// Dense nodal analysis by Gaussian elimination, as an independent answer.
    static std::vector<double> solveDense(const Ladder& ladder) {
        const std::size_t n = ladder.series.size();
        std::vector<std::vector<double>> a(n, std::vector<double>(n + 1, 0.0));
        for (std::size_t i = 0; i < n; ++i) {
            const double gh = 1 / ladder.series[i];
            const double gv = 1 / ladder.shunt[i];
            a[i][i] += gh + gv;
            a[i][n] += gv * ladder.branch[i];
            if (i == 0) {
                a[0][n] += gh * ladder.inputVoltage;
            } else {
                a[i][i - 1] -= gh;
                a[i - 1][i] -= gh;
                a[i - 1][i - 1] += gh;
            }
        }
        for (std::size_t k = 0; k < n; ++k) {
            for (std::size_t i = k + 1; i < n; ++i) {
                const double factor = a[i][k] / a[k][k];
                for (std::size_t j = k; j <= n; ++j)
                    a[i][j] -= factor * a[k][j];
            }
        }
        std::vector<double> v(n);
        for (std::size_t i = n; i-- > 0;) {
            double sum = a[i][n];
            for (std::size_t j = i + 1; j < n; ++j)
                sum -= a[i][j] * v[j];
            v[i] = sum / a[i][i];
        }
        return v;
    }

private slots:
    void ladderHasThePaperCounts() {
        for (const int n : {1, 2, 10, 32, 128}) {
            const GraphSet set = generateLadders(n, n, 1, 3);
            QCOMPARE(set.nodeCount(), static_cast<std::size_t>(8 * n + 4));
            QCOMPARE(set.edgeCount(), static_cast<std::size_t>(9 * n + 3));
            QCOMPARE(std::count(set.outputMask.begin(), set.outputMask.end(), 1), n);
            QVERIFY(set.validate().ok());
        }
    }
    void ladderVoltagesAreExact() {
        Random random(11, 0);
        for (int trial = 0; trial < 200; ++trial) {
            const Ladder ladder = randomLadder(1 + trial % 40, random);
            const auto fast = solveLadder(ladder);
            const auto dense = solveDense(ladder);
            for (std::size_t i = 0; i < fast.size(); ++i)
                QVERIFY(std::fabs(fast[i] - dense[i]) < 1e-9);
        }
    }
    void ladderStatisticsMatchThePublishedOnes() {
        const auto s = labelStatistics(generateLadders(2, 10, 4000, 1));
        QVERIFY(std::fabs(s.mean - 0.50) < 0.01);
        QVERIFY(std::fabs(s.deviation - 0.185) < 0.01);
        const GraphSet set = generateLadders(10, 10, 4000, 1);
        double mean = 0;
        for (const float r : set.graphLabels)
            mean += static_cast<double>(r) / static_cast<double>(set.graphLabels.size());
        QVERIFY(std::fabs(mean - 0.264) < 0.01);
    }
    void samplesDependOnSeedAndIndexAlone() {
        const GraphSet many = generateLadders(2, 10, 50, 5);
        const GraphSet few = generateLadders(2, 10, 20, 5);
        QVERIFY(std::equal(few.x.begin(), few.x.end(), many.x.begin()));
        QVERIFY(generateLadders(2, 10, 50, 6).x != many.x);
    }
    void subsetAndExtend() {
        const GraphSet all = generateLadders(2, 6, 30, 9);
        const std::vector<std::size_t> order = permutation(30, 4);
        const GraphSet first = all.subset(std::span(order).first(10));
        GraphSet joined = first;
        QVERIFY(joined.extend(all.subset(std::span(order).subspan(10))).ok());
        const GraphSet direct = all.subset(order);
        QVERIFY(joined.x == direct.x && joined.edges == direct.edges && joined.y == direct.y);
        QVERIFY(joined.nodePtr == direct.nodePtr && joined.edgePtr == direct.edgePtr);
        GraphSet other;
        other.featureWidth = 15;
        QCOMPARE(joined.extend(other).error().code, std::string("DATA-010"));
    }
    void contradictionsAreFound() {
        GraphSet set = generateLadders(2, 3, 5, 1);
        set.edges[3] = 1000;
        QCOMPARE(set.validate().error().code, std::string("DATA-011"));
        set = generateLadders(2, 3, 5, 1);
        set.y.pop_back();
        QVERIFY(!set.validate().ok());
    }
};

QTEST_GUILESS_MAIN(TestGraphSet)
#include "tst_graphset.moc"
