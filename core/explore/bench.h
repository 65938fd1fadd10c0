// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/learn/engine.h"

#include <functional>
#include <vector>

namespace ohm::explore {

/// A mixture of ten Gaussians in 128 dimensions (centres 16 deviations apart on average), [count,
/// 128].
std::vector<float> gaussianMixture(std::size_t count, std::uint64_t seed);

/// Times 1000 steps at perplexity 30 on the mixture, with exact divergence and preservation, for
/// 2,000, 10,000 and 50,000 points. Errors: EXPL-003 stopped. Thread: any.
Expected<void> benchTsne(int threads, const std::function<void(const learn::BenchRow&)>& report,
                         StopToken stop = {});

} // namespace ohm::explore
