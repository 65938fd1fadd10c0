// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace ohm::optimize {

struct IterationReport;

/// When a session ends by itself; may differ from one run of the same session to the next.
/// Thread: a plain value.
struct StopCriteria {
    std::size_t mostSims = 2000; ///< budget of simulated designs
    std::size_t stagnation = 0;  ///< iterations without a better mean cost; 0 = never
    std::size_t target = 20;     ///< designs that must meet every spec
    double mostSeconds = 0;      ///< budget of time (of this session, s); 0 = none
};

/// What is still ahead, from the latest iterations. Nothing where that cannot be told: an
/// iteration's cost or the trend is not known yet, or nothing has got better lately.
/// Thread: a plain value.
struct Outlook {
    std::size_t budgetLeft = 0;            ///< simulated designs until the budget is spent
    std::optional<std::size_t> simsLeft;   ///< designs until the target, by the trend
    std::optional<double> secondsLeft;     ///< until the target or the budget, by the trend
    std::optional<double> mostSecondsLeft; ///< until a budget is spent: it ends by then
    std::size_t withoutProgress = 0;       ///< iterations since the mean cost fell last
};

/// Looks ahead from the last of `history` (not empty). The trend is that of the number of designs
/// that meet every spec where it rises; else a straight line through the logarithm of the mean cost
/// of the best 20, down to a hundredth of a spec. Both over the latest ten iterations. Thread: any.
Outlook lookAhead(const std::vector<IterationReport>& history, const StopCriteria& criteria);

} // namespace ohm::optimize
