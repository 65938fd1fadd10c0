// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dataset/random.h"
#include "core/learn/calibration.h"
#include "core/parasitics/labels.h"

#include <QtTest>

#include <cmath>
#include <numbers>

using namespace ohm;
using namespace ohm::learn;

namespace {

double normal(dataset::Random& random) { // Box and Muller
    return std::sqrt(-2 * std::log(1 - random.uniform())) *
           std::cos(2 * std::numbers::pi * random.uniform());
}

/// Estimates whose errors have the deviation sqrt(residual^2 + factor * spread), in `designs`
/// designs of growing size.
BoundSamples made(double residual, double factor, std::uint32_t designs, bool ensemble) {
    dataset::Random random(7, 1);
    BoundSamples s;
    for (std::uint32_t d = 0; d < designs; ++d) {
        for (int i = 0; i < 2000 * static_cast<int>(d + 1); ++i) {
            const double spread = ensemble ? std::pow(0.005 * random.uniform(), 2) : 0.0;
            const double label = 0.5; // all of one fifth, as far as errors reach
            const double error = std::sqrt(residual * residual + factor * spread) * normal(random);
            s.label.push_back(static_cast<float>(label));
            s.predicted.push_back(static_cast<float>(label + error));
            s.spread.push_back(static_cast<float>(spread));
            s.group.push_back(d);
        }
    }
    return s;
}

} // namespace

class TestCalibration : public QObject {
    Q_OBJECT
private slots:
    void recovers_data() {
        QTest::addColumn<double>("factor");
        for (const double factor : {0.0, 1.0, 4.0, 16.0})
            QTest::newRow(qPrintable(QString::number(factor))) << factor;
    }
    void recovers() {
        QFETCH(double, factor);
        const BoundSamples samples = made(0.002, factor, 3, true);
        const Bounds bounds = fitBounds(samples);
        QVERIFY2(std::abs(bounds.spreadFactor - factor) <= 0.15 * factor + 1e-9,
                 qPrintable(QString::number(bounds.spreadFactor)));
        QVERIFY(std::abs(bounds.residual[2] - 0.002) < 0.0006);
        std::vector<float> deviation;
        for (std::size_t i = 0; i < samples.size(); ++i)
            deviation.push_back(
                static_cast<float>(deviationOf(bounds, samples.predicted[i], samples.spread[i])));
        const Coverage c = coverageOf(samples.predicted, samples.label, deviation);
        QVERIFY(std::abs(c.one - 0.683) < 0.02);
        QVERIFY(std::abs(c.ninety - 0.9) < 0.02);
        const Coverage out = coverageLeftOut(samples);
        QVERIFY(std::abs(out.one - 0.683) < 0.03);
    }

    /// Bounds say what they hold even where errors are not normal: a tenth is far off.
    void heavyTails() {
        BoundSamples samples = made(0.02, 0, 1, false);
        for (std::size_t i = 0; i < samples.size(); i += 10)
            samples.predicted[i] += 0.3F;
        const Bounds bounds = fitBounds(samples);
        std::vector<float> deviation;
        for (std::size_t i = 0; i < samples.size(); ++i)
            deviation.push_back(static_cast<float>(deviationOf(bounds, samples.predicted[i], 0)));
        QVERIFY(std::abs(coverageOf(samples.predicted, samples.label, deviation).one - 0.683) <
                0.02);
        QVERIFY(bounds.residual[2] < 0.05); // not the 0.095 of the root mean square
    }

    void fewSamples() {
        const BoundSamples one{{0.5F}, {0.4F}, {0.0F}, {0}};
        const Bounds bounds = fitBounds(one);
        for (const double r : bounds.residual)
            QVERIFY(std::abs(r - 0.1) < 0.01); // every fifth leans on all there is
        QVERIFY(std::isnan(coverageLeftOut(one).one));
    }
};

QTEST_GUILESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
