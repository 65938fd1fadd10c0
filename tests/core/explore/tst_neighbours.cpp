// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/affinities.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace ohm::explore;

namespace {

std::vector<float> cloud(std::size_t count, std::size_t width, std::uint64_t seed,
                         float shift = 0) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<float> out(count * width);
    for (float& v : out)
        v = shift + uniform(random);
    return out;
}

} // namespace

class TestNeighbours : public QObject {
    Q_OBJECT
private slots:
    void everyPairCompared_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("k");
        QTest::addColumn<float>("shift");
        QTest::newRow("plane") << 700 << 2 << 10 << 0.0F;
        QTest::newRow("hidden size") << 600 << 128 << 90 << 0.0F;
        QTest::newRow("odd width, far from zero") << 300 << 33 << 7 << 1000.0F;
        QTest::newRow("fewer points than k") << 9 << 5 << 90 << 0.0F;
    }
    void everyPairCompared() {
        QFETCH(int, count);
        QFETCH(int, width);
        QFETCH(int, k);
        QFETCH(float, shift);
        const auto n = static_cast<std::size_t>(count), w = static_cast<std::size_t>(width);
        const auto values = cloud(n, w, 5, shift);
        const auto found = nearestNeighbours({values, n, w}, static_cast<std::size_t>(k));
        QVERIFY(found.ok());
        QCOMPARE(found->k, std::min(static_cast<std::size_t>(k), n - 1));
        for (std::size_t i = 0; i < n; ++i) {
            std::vector<double> all;
            for (std::size_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::size_t c = 0; c < w; ++c) {
                    const double d = static_cast<double>(values[i * w + c]) -
                                     static_cast<double>(values[j * w + c]);
                    sum += d * d;
                }
                if (j != i)
                    all.push_back(sum);
            }
            std::sort(all.begin(), all.end());
            for (std::size_t r = 0; r < found->k; ++r) {
                const double got = static_cast<double>(found->squared[i * found->k + r]);
                QVERIFY2(std::fabs(got - all[r]) <= 2e-4 * (all[r] + 1e-3) + 1e-6,
                         qPrintable(QStringLiteral("point %1, neighbour %2: %3 for %4")
                                        .arg(i)
                                        .arg(r)
                                        .arg(got)
                                        .arg(all[r])));
                QVERIFY(found->index[i * found->k + r] != static_cast<std::int32_t>(i));
            }
        }
    }
    void preservation() {
        const auto values = cloud(500, 2, 6);
        const Points points{values, 500, 2};
        QCOMPARE(*neighbourPreservation(points, points), 1.0);
        const auto other = cloud(500, 2, 7);
        const double chance = *neighbourPreservation(points, {other, 500, 2});
        QVERIFY2(chance > 0.005 && chance < 0.06, qPrintable(QString::number(chance)));
    }
    void similarities() {
        const auto values = cloud(400, 16, 8);
        const auto found = nearestNeighbours({values, 400, 16}, 90);
        const Affinities a = makeAffinities(*found, 30);
        double mass = 0;
        for (std::size_t i = 0; i < a.count(); ++i) {
            for (auto e = a.rows[i]; e < a.rows[i + 1]; ++e) {
                const auto at = static_cast<std::size_t>(e);
                mass += static_cast<double>(a.values[at]);
                // Symmetric: the opposite entry has the same value.
                const auto j = static_cast<std::size_t>(a.columns[at]);
                const auto* begin = a.columns.data() + a.rows[j];
                const auto* end = a.columns.data() + a.rows[j + 1];
                const auto* opposite = std::lower_bound(begin, end, static_cast<std::int32_t>(i));
                QVERIFY(opposite != end && *opposite == static_cast<std::int32_t>(i));
                QCOMPARE(a.values[static_cast<std::size_t>(opposite - a.columns.data())],
                         a.values[at]);
            }
        }
        QVERIFY(std::fabs(mass - 1) < 1e-5);
        QVERIFY(a.entropyTerm < 0);
    }
    void manyOnOneSpot() {
        std::vector<float> values(50 * 3, 2.0F);
        const auto found = nearestNeighbours({values, 50, 3}, 10);
        QVERIFY(found.ok());
        const Affinities a = makeAffinities(*found, 3);
        QVERIFY(std::all_of(a.values.begin(), a.values.end(),
                            [](float v) { return std::isfinite(v) && v > 0; }));
    }
    void badPoints() {
        std::vector<float> one(4, 1.0F);
        QCOMPARE(nearestNeighbours({one, 1, 4}, 3).error().code, std::string("EXPL-001"));
        one[2] = std::numeric_limits<float>::infinity();
        QCOMPARE(nearestNeighbours({one, 2, 2}, 1).error().code, std::string("EXPL-001"));
        const auto values = cloud(500, 8, 9);
        ohm::StopSource source;
        source.requestStop();
        QCOMPARE(nearestNeighbours({values, 500, 8}, 3, 1, source.token()).error().code,
                 std::string("EXPL-003"));
    }
};

QTEST_GUILESS_MAIN(TestNeighbours)
#include "tst_neighbours.moc"
