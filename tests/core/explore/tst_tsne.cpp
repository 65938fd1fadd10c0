// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/bench.h"
#include "core/explore/tsne.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace ohm::explore;

namespace {

std::vector<float> layoutOf(std::size_t count, double spread, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, spread);
    std::vector<float> out(2 * count);
    for (float& v : out)
        v = static_cast<float>(normal(random));
    return out;
}

std::shared_ptr<const Affinities> someAffinities(std::size_t count) {
    const auto values = gaussianMixture(count, 2);
    const auto found = nearestNeighbours({values, count, 128}, 30);
    return std::make_shared<const Affinities>(makeAffinities(*found, 10));
}

/// Root mean square of a - b over that of b.
double difference(const std::vector<float>& a, const std::vector<float>& b) {
    double top = 0, bottom = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        top += d * d;
        bottom += static_cast<double>(b[i]) * static_cast<double>(b[i]);
    }
    return std::sqrt(top / bottom);
}

} // namespace

class TestTsne : public QObject {
    Q_OBJECT
private slots:
    /// The gradient is the slope of the divergence.
    void finiteDifferences() {
        constexpr std::size_t kCount = 60;
        TsneOptions options;
        options.method = TsneOptions::Method::Exact;
        const auto affinities = someAffinities(kCount);
        const auto y = layoutOf(kCount, 1.0, 3);
        auto t = Tsne::create(affinities, y, options);
        const auto gradient = t->gradient();
        constexpr float kStep = 1e-2F;
        for (std::size_t i = 0; i < 2 * kCount; i += 7) {
            auto moved = y;
            moved[i] = y[i] + kStep;
            const double up = exactDivergence(*affinities, moved);
            moved[i] = y[i] - kStep;
            const double down = exactDivergence(*affinities, moved);
            const double slope = (up - down) / (2 * static_cast<double>(kStep));
            QVERIFY2(
                std::fabs(slope - static_cast<double>(gradient[i])) < 2e-5,
                qPrintable(QStringLiteral("%1: %2 for %3").arg(i).arg(gradient[i]).arg(slope)));
        }
    }
    void gridAgainstPairs_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<double>("spread");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("the start") << 900 << 1e-4 << 2e-3;
        QTest::newRow("early") << 900 << 1.0 << 2e-3;
        QTest::newRow("grown") << 3000 << 12.0 << 2e-2;
        QTest::newRow("wide") << 3000 << 60.0 << 2e-2;
    }
    void gridAgainstPairs() {
        QFETCH(int, count);
        QFETCH(double, spread);
        QFETCH(double, tolerance);
        const auto n = static_cast<std::size_t>(count);
        const auto y = layoutOf(n, spread, 11);
        std::vector<float> exact(2 * n), grid(2 * n), once(2 * n);
        const double zExact = exactRepulsion(2)->evaluate(y.data(), n, exact.data());
        const auto fourier = fourierRepulsion(2);
        const double zGrid = fourier->evaluate(y.data(), n, grid.data());
        QVERIFY2(std::fabs(zGrid / zExact - 1) < tolerance,
                 qPrintable(QStringLiteral("Z %1 for %2").arg(zGrid).arg(zExact)));
        const double d = difference(grid, exact);
        QVERIFY2(d < tolerance, qPrintable(QStringLiteral("forces differ by %1").arg(d)));
        // Neither threads nor what was computed before matter.
        const auto small = layoutOf(50, 0.5, 12);
        std::vector<float> ignored(100);
        fourier->evaluate(small.data(), 50, ignored.data());
        fourier->evaluate(y.data(), n, once.data());
        QVERIFY(difference(once, grid) < 1e-6);
    }
    void separatesClusters() {
        constexpr std::size_t kCount = 600;
        const auto values = gaussianMixture(kCount, 5);
        TsneOptions options;
        options.steps = 400;
        options.exaggerationSteps = 150;
        for (const auto method : {TsneOptions::Method::Exact, TsneOptions::Method::Fourier}) {
            options.method = method;
            auto t = Tsne::create({values, kCount, 128}, options);
            QVERIFY(t.ok());
            const double before = t->divergence();
            while (!t->finished())
                t->step();
            const double after = exactDivergence(*t->affinities(), t->layout());
            QVERIFY2(after < 0.6 * before && after > 0,
                     qPrintable(QStringLiteral("%1 to %2").arg(before).arg(after)));
            QVERIFY(std::fabs(t->divergence() - after) < 0.03 * after);
            // The nearest point of the layout nearly always comes from the same centre.
            const auto near = nearestNeighbours({t->layout(), kCount, 2}, 1);
            std::size_t same = 0;
            for (std::size_t i = 0; i < kCount; ++i)
                same += static_cast<std::size_t>(near->index[i]) % 10 == i % 10 ? 1U : 0U;
            QVERIFY2(same > kCount * 95 / 100, qPrintable(QString::number(same)));
        }
    }
    void sameSeedSameLayout() {
        const auto values = gaussianMixture(1500, 5);
        TsneOptions options;
        options.steps = 40;
        std::vector<std::vector<float>> layouts;
        for (const int threads : {1, 1, 3}) {
            options.threads = threads;
            auto t = Tsne::create({values, 1500, 128}, options);
            while (!t->finished())
                t->step();
            layouts.push_back(t->layout());
        }
        QCOMPARE(layouts[0], layouts[1]);
        QCOMPARE(layouts[0], layouts[2]);
        options.seed = 1;
        auto other = Tsne::create({values, 1500, 128}, options);
        other->step();
        QVERIFY(other->layout() != layouts[0]);
    }
    void restartKeepsTheLayout() {
        auto t = Tsne::create(someAffinities(100), layoutOf(100, 0.1, 4), TsneOptions());
        for (int i = 0; i < 30; ++i)
            t->step();
        const auto before = t->layout();
        t->restart();
        QCOMPARE(t->layout(), before);
        QVERIFY(!t->finished());
        QCOMPARE(t->options().steps, 1030);
    }
    void oddSettings_data() {
        QTest::addColumn<double>("perplexity");
        QTest::addColumn<int>("steps");
        QTest::newRow("perplexity zero") << 0.0 << 10;
        QTest::newRow("perplexity not a number") << std::nan("") << 10;
        QTest::newRow("no steps") << 30.0 << 0;
    }
    void oddSettings() {
        QFETCH(double, perplexity);
        QFETCH(int, steps);
        TsneOptions options;
        options.perplexity = perplexity;
        options.steps = steps;
        const auto t = Tsne::create(someAffinities(50), layoutOf(50, 1, 1), options);
        QVERIFY(!t.ok());
        QCOMPARE(t.error().code, std::string("EXPL-004"));
    }
    void smallestSets() {
        std::vector<float> values{0, 0, 1, 1, 3, 3};
        for (const std::size_t count : {std::size_t{2}, std::size_t{3}}) {
            auto t = Tsne::create({values, count, 2}, TsneOptions());
            QVERIFY(t.ok());
            for (int i = 0; i < 50; ++i)
                t->step();
            QVERIFY(std::all_of(t->layout().begin(), t->layout().end(),
                                [](float v) { return std::isfinite(v); }));
        }
    }
};

QTEST_GUILESS_MAIN(TestTsne)
#include "tst_tsne.moc"
