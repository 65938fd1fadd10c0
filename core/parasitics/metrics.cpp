// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace ohm::parasitics {
namespace {

std::optional<double> r2Of(std::span<const double> predicted, std::span<const double> label) {
    double mean = 0;
    for (const double y : label)
        mean += y;
    mean /= static_cast<double>(label.size());
    double rest = 0, total = 0;
    for (std::size_t i = 0; i < label.size(); ++i) {
        rest += (predicted[i] - label[i]) * (predicted[i] - label[i]);
        total += (label[i] - mean) * (label[i] - mean);
    }
    if (!(total > 0))
        return {};
    return 1 - rest / total;
}

std::optional<double> pearsonOf(std::span<const double> x, std::span<const double> y) {
    const auto n = static_cast<double>(x.size());
    double mx = 0, my = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        mx += x[i] / n;
        my += y[i] / n;
    }
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    if (!(xx > 0) || !(yy > 0))
        return {};
    return xy / std::sqrt(xx * yy);
}

struct Macro {
    double accuracy = 0, precision = 0, recall = 0, f1 = 0;
    std::size_t count = 0;
};

Macro macroOf(std::span<const int> predicted, std::span<const int> label, int leftOut) {
    std::array<std::size_t, kClasses> hit{}, said{}, is{};
    Macro m;
    std::size_t right = 0;
    for (std::size_t i = 0; i < label.size(); ++i) {
        if (label[i] == leftOut)
            continue;
        ++m.count;
        ++said[static_cast<std::size_t>(predicted[i])];
        ++is[static_cast<std::size_t>(label[i])];
        if (predicted[i] == label[i]) {
            ++hit[static_cast<std::size_t>(label[i])];
            ++right;
        }
    }
    if (m.count == 0)
        return m;
    m.accuracy = static_cast<double>(right) / static_cast<double>(m.count);
    int classes = 0;
    for (int c = 0; c < kClasses; ++c) {
        const auto k = static_cast<std::size_t>(c);
        // A left-out class is none that samples of others should count for.
        if (c == leftOut || (is[k] == 0 && said[k] == 0))
            continue;
        ++classes;
        const double p =
            said[k] > 0 ? static_cast<double>(hit[k]) / static_cast<double>(said[k]) : 0;
        const double r = is[k] > 0 ? static_cast<double>(hit[k]) / static_cast<double>(is[k]) : 0;
        m.precision += p;
        m.recall += r;
        m.f1 += p + r > 0 ? 2 * p * r / (p + r) : 0;
    }
    if (classes > 0) {
        m.precision /= classes;
        m.recall /= classes;
        m.f1 /= classes;
    }
    return m;
}

} // namespace

CapacitanceMetrics measureCapacitances(std::span<const float> predicted,
                                       std::span<const float> label, Quantity quantity) {
    CapacitanceMetrics m;
    m.count = label.size();
    if (m.count == 0)
        return m;
    std::vector<double> p, t, pf, tf, ratio;
    struct Sum {
        std::size_t count = 0;
        double absolute = 0, difference = 0;
    };
    std::map<int, Sum> decades;
    for (std::size_t i = 0; i < m.count; ++i) {
        p.push_back(std::clamp(static_cast<double>(predicted[i]), 0.0, 1.0));
        t.push_back(static_cast<double>(label[i]));
        pf.push_back(farads(p.back(), quantity));
        tf.push_back(farads(t.back(), quantity));
        const double error = p.back() - t.back();
        m.mae += std::abs(error);
        m.mse += error * error;
        m.maeFarad += std::abs(pf.back() - tf.back());
        ratio.push_back(std::max(pf.back() / tf.back(), tf.back() / pf.back()));
        m.within2 += ratio.back() <= 2 ? 1 : 0;
        Sum& decade = decades[static_cast<int>(std::floor(std::log10(tf.back()) + 1e-9))];
        ++decade.count;
        decade.absolute += std::abs(error);
        decade.difference += error;
    }
    const auto n = static_cast<double>(m.count);
    m.mae /= n;
    m.mse /= n;
    m.rmse = std::sqrt(m.mse);
    m.maeFarad /= n;
    m.within2 /= n;
    m.r2 = r2Of(p, t);
    m.r2Farad = r2Of(pf, tf);
    m.pearson = pearsonOf(p, t);
    const auto middle = ratio.begin() + static_cast<std::ptrdiff_t>(ratio.size() / 2);
    std::nth_element(ratio.begin(), middle, ratio.end());
    m.medianRatio = *middle;
    for (const auto& [exponent, sum] : decades) {
        const auto count = static_cast<double>(sum.count);
        m.decades.push_back({exponent, sum.count, sum.absolute / count, sum.difference / count});
    }
    return m;
}

ClassMetrics measureClasses(std::span<const int> predicted, std::span<const int> label,
                            int frequent) {
    ClassMetrics m;
    const Macro all = macroOf(predicted, label, -1);
    const Macro without = macroOf(predicted, label, frequent);
    m.count = all.count;
    m.accuracy = all.accuracy;
    m.precision = all.precision;
    m.recall = all.recall;
    m.f1 = all.f1;
    m.countWithout = without.count;
    m.accuracyWithout = without.accuracy;
    m.precisionWithout = without.precision;
    m.recallWithout = without.recall;
    m.f1Without = without.f1;
    for (std::size_t i = 0; i < label.size(); ++i)
        ++m.confusion[static_cast<std::size_t>(label[i])][static_cast<std::size_t>(predicted[i])];
    return m;
}

} // namespace ohm::parasitics
