// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ohm::nn {

/// A named array of a network's state (weights and running statistics), float32, row-major. A plain
/// value.
struct NamedArray {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

} // namespace ohm::nn
