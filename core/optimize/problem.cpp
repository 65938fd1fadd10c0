// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/problem.h"

#include "core/optimize/measure.h"

#include <algorithm>
#include <cmath>

namespace ohm::optimize {

namespace {
constexpr int kDefaultIntervals = 100;
constexpr int kMostPoints = 1'000'000;
} // namespace

int Variable::count() const {
    if (!(high > low))
        return 1;
    if (logarithmic || step <= 0)
        return kDefaultIntervals + 1;
    const double points = std::floor((high - low) / step + 1e-6) + 1;
    return static_cast<int>(std::min(points, static_cast<double>(kMostPoints)));
}

double Variable::value(int index) const {
    const int points = count();
    if (points == 1)
        return low;
    const double share = static_cast<double>(index) / (points - 1);
    if (logarithmic)
        return low * std::pow(high / low, share);
    if (step <= 0)
        return low + (high - low) * share;
    // Grid values such as 0.3p come out as a person writes them: twelve digits are kept.
    const double raw = low + step * index;
    if (raw == 0)
        return 0;
    const double scale = std::pow(10, 12 - std::ceil(std::log10(std::fabs(raw))));
    return std::round(raw * scale) / scale;
}

int Variable::nearest(double wanted) const {
    const int points = count();
    if (points == 1)
        return 0;
    double share = 0;
    if (logarithmic)
        share = wanted > 0 ? std::log(wanted / low) / std::log(high / low) * (points - 1) : 0;
    else if (step <= 0)
        share = (wanted - low) / (high - low) * (points - 1);
    else
        share = (wanted - low) / step;
    return static_cast<int>(std::clamp(std::round(share), 0.0, static_cast<double>(points - 1)));
}

double Spec::penalty(double value) const {
    if (std::isnan(value))
        return weight;
    const auto relative = [&](double difference, double scale) {
        return weight * std::fabs(difference) / std::max(std::fabs(scale), 1e-300);
    };
    if (max && value > *max)
        return relative(value - *max, value);
    if (min && value < *min)
        return relative(value - *min, *min);
    return 0;
}

Design Problem::nominal() const {
    Design design;
    for (const Variable& variable : variables)
        design.push_back(variable.nearest(variable.nominal));
    return design;
}

std::vector<std::pair<std::string, double>> Problem::parameters(const Design& design) const {
    std::vector<std::pair<std::string, double>> all;
    for (std::size_t v = 0; v < variables.size(); ++v)
        all.emplace_back(variables[v].name, variables[v].value(design[v]));
    for (const Match& match : matches) {
        const auto value = matchedValue(*this, match, design);
        all.emplace_back(match.name, value ? *value : std::nan(""));
    }
    return all;
}

std::vector<double> Problem::penalties(const std::vector<double>& values) const {
    std::vector<double> all;
    for (std::size_t s = 0; s < specs.size(); ++s) {
        double penalty = specs[s].penalty(values[measureOf[s]]);
        for (const std::size_t m : specs[s].everywhere)
            penalty = std::max(penalty, specs[s].penalty(values[m]));
        all.push_back(penalty);
    }
    return all;
}

Problem Problem::asDrawn() const {
    Problem p = *this;
    p.benches.resize(drawnBenches);
    p.measures.resize(drawnMeasures);
    for (std::size_t s = 0; s < p.specs.size(); ++s) {
        p.specs[s].everywhere.clear();
        const auto found = std::find_if(p.measures.begin(), p.measures.end(),
                                        [&](const Measure& m) { return m.name == specs[s].name; });
        p.measureOf[s] = static_cast<std::size_t>(found - p.measures.begin());
    }
    return p;
}

} // namespace ohm::optimize
