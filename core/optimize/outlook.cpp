// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimize/outlook.h"

#include "core/optimize/session.h"

#include <algorithm>
#include <cmath>

namespace ohm::optimize {
namespace {

constexpr std::size_t kWindow = 10;  ///< iterations a trend is taken from
constexpr std::size_t kLeast = 4;    ///< fewer say nothing
constexpr double kNearlyMet = 0.01;  ///< mean cost that counts as there
constexpr double kBelievable = 0.5;  ///< share of the variance a line must explain
constexpr double kFarthest = 1000.0; ///< a trend is not followed farther than so many times itself

struct Line {
    double slope = 0, explained = 0;
};
Line lineThrough(const std::vector<double>& x, const std::vector<double>& y) {
    const auto n = static_cast<double>(x.size());
    double sx = 0, sy = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sx += x[i], sy += y[i];
    double xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - sx / n) * (x[i] - sx / n);
        xy += (x[i] - sx / n) * (y[i] - sy / n);
        yy += (y[i] - sy / n) * (y[i] - sy / n);
    }
    if (xx <= 0 || yy <= 0)
        return {};
    return {xy / xx, xy * xy / (xx * yy)};
}

/// Designs until the target, by the latest iterations.
std::optional<double> simsToTarget(const std::vector<IterationReport>& recent,
                                   const StopCriteria& criteria) {
    const IterationReport& last = recent.back();
    if (last.meetingAll >= criteria.target)
        return 0.0;
    if (recent.size() < kLeast)
        return std::nullopt;
    const double span = static_cast<double>(last.sims) - static_cast<double>(recent.front().sims);
    const double found =
        static_cast<double>(last.meetingAll) - static_cast<double>(recent.front().meetingAll);
    if (span > 0 && found > 0)
        return static_cast<double>(criteria.target - last.meetingAll) * span / found;
    std::vector<double> x, y;
    for (const IterationReport& r : recent) {
        if (!(r.meanCost > 0))
            return std::nullopt;
        x.push_back(static_cast<double>(r.sims));
        y.push_back(std::log(r.meanCost));
    }
    const Line line = lineThrough(x, y);
    if (!(line.slope < 0) || line.explained < kBelievable || last.meanCost <= kNearlyMet)
        return std::nullopt;
    const double ahead = std::log(last.meanCost / kNearlyMet) / -line.slope;
    return ahead < kFarthest * span ? std::optional<double>(ahead) : std::nullopt;
}

} // namespace

Outlook lookAhead(const std::vector<IterationReport>& history, const StopCriteria& criteria) {
    Outlook o;
    const IterationReport& last = history.back();
    o.budgetLeft = criteria.mostSims > last.sims ? criteria.mostSims - last.sims : 0;
    double lowest = last.meanCost;
    for (std::size_t i = history.size() - 1; i-- > 0 && !(history[i].meanCost > lowest);)
        ++o.withoutProgress;
    // The random designs of the beginning say nothing about the pace of what follows.
    const std::size_t first =
        std::max<std::size_t>(1, history.size() > kWindow ? history.size() - kWindow : 0);
    if (first >= history.size())
        return o;
    const std::vector<IterationReport> recent(
        history.begin() + static_cast<std::ptrdiff_t>(first) - 1, history.end());
    double seconds = 0;
    for (std::size_t i = 1; i < recent.size(); ++i)
        seconds += recent[i].iterationSeconds;
    const double sims = static_cast<double>(last.sims) - static_cast<double>(recent.front().sims);
    if (const auto left = simsToTarget(recent, criteria))
        o.simsLeft = static_cast<std::size_t>(std::ceil(*left));
    if (sims <= 0)
        return o;
    const double pace = seconds / sims;
    o.mostSecondsLeft = pace * static_cast<double>(o.budgetLeft);
    if (criteria.mostSeconds > 0)
        o.mostSecondsLeft =
            std::min(*o.mostSecondsLeft, std::max(0.0, criteria.mostSeconds - last.seconds));
    if (o.simsLeft)
        o.secondsLeft = std::min(pace * static_cast<double>(*o.simsLeft), *o.mostSecondsLeft);
    return o;
}

} // namespace ohm::optimize
