// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace ohm::explore {

/// Points as rows, not owned: [count, width] row-major, no unit.
struct Points {
    std::span<const float> values;
    std::size_t count = 0;
    std::size_t width = 0;
    const float* row(std::size_t i) const { return values.data() + i * width; }
};

} // namespace ohm::explore
