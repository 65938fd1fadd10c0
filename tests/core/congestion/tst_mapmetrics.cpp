// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of merit against definitions taken literally and values worked out by hand.
#include "core/congestion/metrics.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace ohm::congestion;
using namespace std::string_literals;

namespace {

std::vector<float> noise(unsigned seed, std::size_t n, int levels) {
    std::mt19937 random(seed);
    std::vector<float> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(static_cast<float>(random() % static_cast<unsigned>(levels)) /
                      static_cast<float>(levels));
    return out;
}

double bruteKendall(const std::vector<float>& a, const std::vector<float>& b) {
    double concordant = 0, discordant = 0, onlyA = 0, onlyB = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const int x = (a[i] > a[j]) - (a[i] < a[j]), y = (b[i] > b[j]) - (b[i] < b[j]);
            concordant += x * y > 0;
            discordant += x * y < 0;
            onlyA += x == 0 && y != 0;
            onlyB += x != 0 && y == 0;
        }
    }
    return (concordant - discordant) /
           std::sqrt((concordant + discordant + onlyA) * (concordant + discordant + onlyB));
}

/// The definition of SSIM, window by window.
double bruteSsim(const std::vector<float>& a, const std::vector<float>& b, int columns, int rows) {
    double weight[11][11], total = 0, sum = 0;
    for (int y = 0; y < 11; ++y) {
        for (int x = 0; x < 11; ++x) {
            weight[y][x] = std::exp(-((x - 5) * (x - 5) + (y - 5) * (y - 5)) / 4.5);
            total += weight[y][x];
        }
    }
    int count = 0;
    for (int v = 5; v < rows - 5; ++v) {
        for (int u = 5; u < columns - 5; ++u) {
            double ma = 0, mb = 0, va = 0, vb = 0, ab = 0;
            const auto each = [&](auto&& fn) {
                for (int y = 0; y < 11; ++y) {
                    for (int x = 0; x < 11; ++x) {
                        const auto at = static_cast<std::size_t>((v + y - 5) * columns + u + x - 5);
                        fn(weight[y][x] / total, static_cast<double>(a[at]),
                           static_cast<double>(b[at]));
                    }
                }
            };
            each([&](double w, double p, double q) {
                ma += w * p;
                mb += w * q;
            });
            each([&](double w, double p, double q) {
                va += w * (p - ma) * (p - ma);
                vb += w * (q - mb) * (q - mb);
                ab += w * (p - ma) * (q - mb);
            });
            sum += (2 * ma * mb + 1e-4) * (2 * ab + 9e-4) /
                   ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
            ++count;
        }
    }
    return sum / count;
}

} // namespace

class TestMapMetrics : public QObject {
    Q_OBJECT
private slots:
    void byHand() {
        const std::vector<float> truth{0, 0.1F, 0.2F, 0.4F}, said{0.1F, 0.1F, 0.1F, 0.5F};
        const auto c = compare(said, truth);
        QVERIFY(c.ok());
        const Metrics& m = c->prediction;
        QVERIFY(std::abs(m.mse - 0.03 / 4) < 1e-8);
        QVERIFY(std::abs(m.mae - 0.3 / 4) < 1e-8);
        QVERIFY(std::abs(m.maxError - 0.1) < 1e-7);
        // Deviations of the labels from 0.175: .0306 + .0056 + .0006 + .0506 = .0875.
        QVERIFY(std::abs(*m.r2 - (1 - 0.03 / 0.0875)) < 1e-6);
        QVERIFY(std::abs(*m.nrmse - std::sqrt(0.0075) / 0.4) < 1e-6);
        // Ranks 2 2 2 4 and 1 2 3 4: covariance 3 over sqrt(3 * 5).
        QVERIFY(std::abs(*m.spearman - 3 / std::sqrt(15.0)) < 1e-12);
        // Three concordant pairs, three tied on one side: 3 / sqrt(3 * 6).
        QVERIFY(std::abs(*m.kendall - 3 / std::sqrt(18.0)) < 1e-12);
        QVERIFY(std::abs(*m.pearson - 0.09 / std::sqrt(0.12 * 0.0875)) < 1e-6);
        QCOMPARE(m.hotTrue, std::size_t{3});
        QCOMPARE(m.hotPredicted, std::size_t{4});
        QVERIFY(std::abs(*m.hotspotF1 - 6.0 / 7) < 1e-12);
        QVERIFY(!m.ssim);
        QVERIFY(!m.peakNrmse[0]); // one entry has no range
        // The predictor that says 0.
        const Metrics& zero = c->zero;
        QVERIFY(std::abs(zero.mse - 0.21 / 4) < 1e-7);
        QVERIFY(!zero.pearson && !zero.spearman && !zero.kendall);
        QCOMPARE(*zero.hotspotF1, 0.0);
        QVERIFY(std::abs(*zero.r2 - (1 - 0.21 / 0.0875)) < 1e-5);
    }
    void kendallAgainstAllPairs_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("levels");
        for (const int n : {2, 3, 10, 137, 600}) {
            for (const int levels : {2, 5, 40, 100000})
                QTest::addRow("%d of %d levels", n, levels) << n << levels;
        }
    }
    void kendallAgainstAllPairs() {
        QFETCH(int, n);
        QFETCH(int, levels);
        for (unsigned seed = 0; seed < 5; ++seed) {
            const auto a = noise(2 * seed, static_cast<std::size_t>(n), levels);
            auto b = noise(2 * seed + 1, static_cast<std::size_t>(n), levels);
            for (std::size_t i = 0; i < b.size(); i += 2)
                b[i] = a[i];
            const double expected = bruteKendall(a, b);
            const auto tau = kendallTauB(a, b);
            if (std::isnan(expected)) {
                QVERIFY(!tau);
            } else {
                QVERIFY(tau);
                QVERIFY(std::abs(*tau - expected) < 1e-12);
            }
        }
    }
    void kendallIsFast() {
        const auto a = noise(1, 1'000'000, 200);
        const auto b = noise(2, 1'000'000, 200);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(std::abs(*kendallTauB(a, b)) < 0.01);
        QCOMPARE(*kendallTauB(a, a), 1.0);
        QVERIFY(timer.elapsed() < 20'000); // all pairs would take half an hour
    }
    void orderTurnedRound() {
        std::vector<float> a, b;
        for (int i = 0; i < 50; ++i) {
            a.push_back(static_cast<float>(i));
            b.push_back(static_cast<float>(-3 * i));
        }
        QCOMPARE(*kendallTauB(a, b), -1.0);
        QVERIFY(std::abs(*spearman(a, b) + 1) < 1e-12);
        QVERIFY(std::abs(*pearson(a, b) + 1) < 1e-12);
    }
    void ssimByDefinition() {
        const auto a = noise(5, 20 * 17, 50);
        auto b = a;
        QVERIFY(std::abs(*ssim(a, b, 20, 1) - 1) < 1e-12);
        for (std::size_t i = 0; i < b.size(); i += 3)
            b[i] = std::min(1.0F, b[i] + 0.3F);
        QVERIFY(std::abs(*ssim(a, b, 20, 1) - bruteSsim(a, b, 20, 17)) < 1e-10);
        // Constants: only the brightness counts.
        const std::vector<float> low(121, 0.2F), high(121, 0.4F);
        const double expected = (2 * 0.08 + 1e-4) / (0.04 + 0.16 + 1e-4);
        QVERIFY(std::abs(*ssim(low, high, 11, 1) - expected) < 1e-6);
        QVERIFY(!ssim(std::vector<float>(120, 0), std::vector<float>(120, 0), 12, 1)); // 10 rows
    }
    void peaks() {
        std::vector<float> truth, said;
        for (int i = 0; i < 200; ++i) {
            truth.push_back(static_cast<float>(i) / 200);
            said.push_back(i >= 190 ? truth.back() - 0.1F : 0);
        }
        // 5 % are the ten largest: wrong by 0.1 each, range 9 / 200.
        QVERIFY(std::abs(*peakNrmse(said, truth, 0.05) - 0.1 / (9.0 / 200)) < 1e-4);
        QVERIFY(std::abs(*peakNrmse(said, truth, 0.01) - 0.1 / (1.0 / 200)) < 1e-4);
        QVERIFY(!peakNrmse(said, truth, 0.005)); // one entry
        QVERIFY(!compare(said, truth)->prediction.peakNrmseMean);
        const std::vector<float> flat(100, 0.5F);
        QVERIFY(!peakNrmse(flat, flat, 0.05));
    }
    void quantisedAsUpstream() {
        MetricOptions options;
        options.quantise = true;
        const std::vector<float> truth{0, 0.5F, 1.2F, -0.3F}, said{0.001F, 0.501F, 1, 0};
        const auto c = compare(said, truth, options);
        QVERIFY(c.ok());
        QVERIFY(c->prediction.mse < 1e-12); // the same 256 levels
        QVERIFY(compare(said, truth)->prediction.mse > 0.01);
    }
    void whatHasNoValue() {
        const std::vector<float> flat(200, 0.0F), some = noise(1, 200, 10);
        const auto c = compare(some, flat);
        QVERIFY(c.ok());
        QVERIFY(!c->prediction.r2 && !c->prediction.nrmse && !c->prediction.pearson);
        QVERIFY(!c->zero.hotspotF1); // nothing hot on either side
        QCOMPARE(*c->prediction.hotspotF1, 0.0);
        QCOMPARE(compare({}, {}).error().code, "CONG-040"s);
        QCOMPARE(compare(some, std::vector<float>(3)).error().code, "CONG-040"s);
        MetricOptions ragged;
        ragged.columns = 33;
        QCOMPARE(compare(some, some, ragged).error().code, "CONG-040"s);
        auto broken = some;
        broken[7] = std::nanf("");
        QCOMPARE(compare(broken, some).error().code, "CONG-041"s);
        const std::vector<Figure> figures{1.0, {}, 3.0};
        const auto mean = meanOf(figures);
        QCOMPARE(*mean.mean, 2.0);
        QCOMPARE(mean.undefined, std::size_t{1});
        QVERIFY(!meanOf({}).mean);
    }
};

QTEST_GUILESS_MAIN(TestMapMetrics)
#include "tst_mapmetrics.moc"
