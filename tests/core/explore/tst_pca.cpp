// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/pca.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace ohm::explore;

class TestPca : public QObject {
    Q_OBJECT
private slots:
    void knownDirections_data() {
        QTest::addColumn<int>("width");
        QTest::newRow("narrow") << 3;
        QTest::newRow("hidden size") << 64;
    }
    /// Points along known orthogonal directions with deviations 5 and 2, noise of 0.01.
    void knownDirections() {
        QFETCH(int, width);
        const auto w = static_cast<std::size_t>(width);
        std::mt19937_64 random(3);
        std::normal_distribution<double> normal;
        std::vector<double> first(w), second(w);
        for (std::size_t c = 0; c < w; ++c) {
            first[c] = 1 / std::sqrt(static_cast<double>(w));
            second[c] = c == 0 ? 1 : c == 1 ? -1 : 0;
            second[c] /= std::sqrt(2.0);
        }
        std::vector<float> values;
        constexpr std::size_t kCount = 4000;
        for (std::size_t i = 0; i < kCount; ++i) {
            const double a = 5 * normal(random), b = 2 * normal(random);
            for (std::size_t c = 0; c < w; ++c)
                values.push_back(
                    static_cast<float>(7 + a * first[c] + b * second[c] + 0.01 * normal(random)));
        }
        const Points points{values, kCount, w};
        const auto pca = fitPca(points, 2);
        QVERIFY(pca.ok());
        QCOMPARE(pca->kept(), std::size_t{2});
        double along = 0, across = 0;
        for (std::size_t c = 0; c < w; ++c) {
            along += pca->components[c] * first[c];
            across += pca->components[w + c] * second[c];
            QVERIFY(std::fabs(pca->mean[c] - 7) < 0.3);
        }
        QVERIFY2(std::fabs(along) > 0.999, qPrintable(QString::number(along)));
        QVERIFY2(std::fabs(across) > 0.999, qPrintable(QString::number(across)));
        QVERIFY(std::fabs(std::sqrt(pca->variance[0]) - 5) < 0.3);
        QVERIFY(std::fabs(std::sqrt(pca->variance[1]) - 2) < 0.12);
        QVERIFY(pca->total >= pca->variance[0] + pca->variance[1]);
        // Coordinates have the variances said, around zero, and do not correlate.
        const auto at = project(*pca, points);
        double mean = 0, square = 0, cross = 0;
        for (std::size_t i = 0; i < kCount; ++i) {
            mean += static_cast<double>(at[2 * i]) / kCount;
            square += static_cast<double>(at[2 * i]) * static_cast<double>(at[2 * i]) / kCount;
            cross += static_cast<double>(at[2 * i]) * static_cast<double>(at[2 * i + 1]) / kCount;
        }
        QVERIFY(std::fabs(mean) < 1e-3);
        QVERIFY(std::fabs(square / pca->variance[0] - 1) < 1e-3);
        QVERIFY(std::fabs(cross) < 1e-3);
    }
    void threadsDoNotMatter() {
        std::vector<float> values(3000 * 8);
        std::mt19937_64 random(4);
        for (float& v : values)
            v = static_cast<float>(random() >> 40);
        const auto a = fitPca({values, 3000, 8}, 3, 1);
        const auto b = fitPca({values, 3000, 8}, 3, 3);
        QVERIFY(a.ok() && b.ok());
        QCOMPARE(a->components, b->components);
    }
    void badPoints() {
        QCOMPARE(fitPca({}, 2).error().code, std::string("EXPL-001"));
        std::vector<float> values(2000, 0.0F);
        QCOMPARE(fitPca({values, 1, 2000}, 2).error().code, std::string("EXPL-002"));
        values[5] = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(fitPca({values, 100, 20}, 2).error().code, std::string("EXPL-001"));
    }
};

QTEST_GUILESS_MAIN(TestPca)
#include "tst_pca.moc"
