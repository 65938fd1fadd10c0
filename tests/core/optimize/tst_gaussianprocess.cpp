// SPDX-License-Identifier: GPL-3.0-or-later
// Gaussian processes: exact on known functions, honest about what they have not seen.
#include "core/dataset/random.h"
#include "core/optimize/gaussianprocess.h"

#include <cmath>

#include <QtTest>

using namespace ohm;
using optimize::GaussianProcess;

namespace {

struct Data {
    std::vector<double> x, y;
};

/// Three inputs, the last of which has no influence.
double truth(double a, double b) {
    return std::sin(4 * a) + 2 * b * b;
}
Data draw(std::size_t count, std::uint64_t seed) {
    dataset::Random random(seed, 0);
    Data d;
    for (std::size_t i = 0; i < count; ++i) {
        const double a = random.uniform(), b = random.uniform(), c = random.uniform();
        d.x.insert(d.x.end(), {a, b, c});
        d.y.push_back(truth(a, b));
    }
    return d;
}

} // namespace

class TestGaussianProcess : public QObject {
    Q_OBJECT
private slots:
    void learns() {
        const Data known = draw(60, 1), fresh = draw(200, 2);
        const GaussianProcess process(known.x, known.y, 3, 80);
        const auto estimate = process.predict(fresh.x);
        double squared = 0;
        int within = 0;
        for (std::size_t i = 0; i < fresh.y.size(); ++i) {
            const double error = estimate.mean[i] - fresh.y[i];
            squared += error * error;
            within += std::fabs(error) <= 2 * estimate.deviation[i];
        }
        QVERIFY2(std::sqrt(squared / 200) < 0.03, qPrintable(QString::number(squared)));
        QVERIFY2(within >= 180, qPrintable(QString::number(within))); // 95 % of a calibrated one
        const auto& scales = process.lengthScales();
        QVERIFY(scales[2] > 2 * scales[0] && scales[2] > 2 * scales[1]);
    }

    void surenessFades() {
        const Data known = draw(40, 3);
        const GaussianProcess process(known.x, known.y, 3, 60);
        const std::vector<double> at(known.x.begin(), known.x.begin() + 3);
        const double near = process.predict(at).deviation[0];
        const double far = process.predict({6, 6, 6}).deviation[0];
        QVERIFY(near < 0.05 * far);
        QVERIFY(std::fabs(process.predict(at).mean[0] - known.y[0]) < 0.02);
    }

    /// Noise in the labels is told apart from the function.
    void noise() {
        Data known = draw(150, 4);
        dataset::Random random(9, 9);
        for (double& y : known.y)
            y += 0.3 * std::sqrt(-2 * std::log(1 - random.uniform())) *
                 std::cos(6.283185307 * random.uniform());
        const GaussianProcess process(known.x, known.y, 3, 100);
        QVERIFY2(std::fabs(process.noise() - 0.3) < 0.08,
                 qPrintable(QString::number(process.noise())));
    }

    /// One observation more, added in place, is what solving anew with it gives.
    void observes() {
        const Data known = draw(30, 5);
        // No steps: both have the hyperparameters of the start, and the unit of y is that of all.
        Data all = known;
        const Data more = draw(12, 6);
        GaussianProcess grown(known.x, known.y, 3, 0);
        for (std::size_t i = 0; i < 12; ++i) {
            const std::vector<double> point(more.x.begin() + static_cast<std::ptrdiff_t>(3 * i),
                                            more.x.begin() +
                                                static_cast<std::ptrdiff_t>(3 * i + 3));
            const double before = grown.predict(point).deviation[0];
            grown.observe(point, more.y[i]);
            QVERIFY(grown.predict(point).deviation[0] < before);
        }
        QCOMPARE(grown.observations(), std::size_t{42});
        all.x.insert(all.x.end(), more.x.begin(), more.x.end());
        all.y.insert(all.y.end(), more.y.begin(), more.y.end());
        const GaussianProcess whole(all.x, all.y, 3, 0);
        const Data probe = draw(20, 7);
        const auto a = grown.predict(probe.x), b = whole.predict(probe.x);
        for (std::size_t i = 0; i < 20; ++i) // centre and unit differ a little, hence not exactly
            QVERIFY(std::fabs(a.mean[i] - b.mean[i]) < 0.01);
    }

    /// An input that the labels follow from makes them likelier, one of chance does not.
    void evidence() {
        const Data known = draw(50, 8);
        dataset::Random random(3, 3);
        std::vector<double> one, useful, chance;
        for (std::size_t i = 0; i < known.y.size(); ++i) {
            one.push_back(known.x[3 * i]);
            useful.insert(useful.end(), {known.x[3 * i], known.x[3 * i + 1]});
            chance.insert(chance.end(), {known.x[3 * i], random.uniform()});
        }
        const double alone = GaussianProcess(one, known.y, 1, 60).evidence();
        QVERIFY(GaussianProcess(useful, known.y, 2, 60).evidence() > alone + 20);
        QVERIFY(GaussianProcess(chance, known.y, 2, 60).evidence() < alone + 3);
    }

    void degenerate() {
        // The same point over and over, and labels that never change.
        const GaussianProcess process(std::vector<double>(30, 0.5), std::vector<double>(10, 7.0), 3,
                                      40);
        const auto estimate = process.predict({0.1, 0.2, 0.3, 0.5, 0.5, 0.5});
        QVERIFY(std::fabs(estimate.mean[0] - 7) < 1e-9 && std::fabs(estimate.mean[1] - 7) < 1e-9);
        QVERIFY(std::isfinite(estimate.deviation[0]) && estimate.deviation[1] >= 0);
    }
};

QTEST_GUILESS_MAIN(TestGaussianProcess)
#include "tst_gaussianprocess.moc"
