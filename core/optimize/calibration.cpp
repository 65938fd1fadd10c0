// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/calibration.h"

#include <algorithm>
#include <cmath>

namespace ohm::optimize {
namespace {
constexpr double kMatters = 0.05; ///< a smaller difference is none, however sure it is

/// Rounded as stores keep it, so that figures are the same live and read again. What is no number
/// claims nothing.
void add(std::vector<Claim>& claims, double said, bool came) {
    constexpr double kDigits = 1e4;
    if (std::isfinite(said))
        claims.push_back({std::round(kDigits * said) / kDigits, came});
}
} // namespace

double qualityOf(const Problem& problem, std::size_t spec, const std::vector<double>& values) {
    const Spec& s = problem.specs[spec];
    if (s.min && s.max)
        return -problem.penalties(values)[spec];
    const double value = values[problem.measureOf[spec]];
    return s.min ? value : -value;
}

std::vector<SpecClaims> claimsOf(const Problem& problem, const std::vector<Belief>& beliefs,
                                 const std::vector<std::vector<double>>& values,
                                 const std::vector<double>& reference) {
    std::vector<SpecClaims> all;
    if (beliefs.empty())
        return all;
    const std::size_t specs = problem.specs.size();
    for (const Spec& s : problem.specs)
        all.push_back({s.name, {}, {}});
    for (std::size_t i = 0; i < std::min(beliefs.size(), values.size()); ++i) {
        const Belief& belief = beliefs[i];
        if (values[i].empty())
            continue;
        const auto penalties = problem.penalties(values[i]);
        for (std::size_t s = 0; s < specs; ++s) {
            if (belief.meets.size() == specs)
                add(all[s].meets, belief.meets[s], penalties[s] == 0);
            if (belief.better.size() != specs || reference.empty())
                continue;
            const double mine = qualityOf(problem, s, values[i]);
            const double other = qualityOf(problem, s, reference);
            add(all[s].better, belief.better[s],
                mine > other || (mine == other && problem.specs[s].max));
        }
    }
    return all;
}

Calibration::Verdict Calibration::verdict() const {
    if (count < kLeast)
        return Verdict::TooFew;
    if (said > came.high && said > came.rate + kMatters)
        return Verdict::TooSure;
    return said < came.low && said < came.rate - kMatters ? Verdict::TooDoubtful : Verdict::Fits;
}

Calibration calibrationOf(std::span<const Claim> claims, std::size_t bins) {
    Calibration c;
    c.count = static_cast<std::size_t>(
        std::count_if(claims.begin(), claims.end(),
                      [](const Claim& claim) { return std::isfinite(claim.said); }));
    if (c.count == 0 || bins == 0)
        return c;
    std::vector<std::size_t> confirmed(bins);
    c.bins.resize(bins);
    std::size_t came = 0, right = 0;
    for (const Claim& claim : claims) {
        if (!std::isfinite(claim.said))
            continue;
        const double p = std::clamp(claim.said, 0.0, 1.0);
        const auto b = std::min(bins - 1, static_cast<std::size_t>(p * static_cast<double>(bins)));
        ++c.bins[b].count;
        c.bins[b].said += p;
        confirmed[b] += claim.came ? 1 : 0;
        c.said += p;
        came += claim.came ? 1 : 0;
        right += (p > 0.5) == claim.came ? 1 : 0;
        const double miss = p - (claim.came ? 1 : 0);
        c.brier += miss * miss;
    }
    const auto n = static_cast<double>(c.count);
    c.said /= n;
    c.brier /= n;
    c.right = static_cast<double>(right) / n;
    c.came = shareOf(came, c.count);
    for (std::size_t b = 0; b < bins; ++b) {
        Calibration::Bin& bin = c.bins[b];
        bin.low = static_cast<double>(b) / static_cast<double>(bins);
        bin.high = static_cast<double>(b + 1) / static_cast<double>(bins);
        if (bin.count == 0)
            continue;
        bin.said /= static_cast<double>(bin.count);
        bin.came = shareOf(confirmed[b], bin.count);
        c.error += static_cast<double>(bin.count) / n * std::fabs(bin.said - bin.came.rate);
    }
    std::erase_if(c.bins, [](const Calibration::Bin& bin) { return bin.count == 0; });
    return c;
}

} // namespace ohm::optimize
