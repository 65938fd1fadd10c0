// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace ohm::nn {

/// Architecture of a network, enough to build it again. Stored in every checkpoint. A plain value.
struct NetworkSpec {
    std::string architecture = "deepgen"; ///< DeepGEN of Hakhamaneshi et al.
    std::int64_t inputWidth = 9;          ///< node features
    std::int64_t hidden = 128;
    std::int64_t layers = 15; ///< message-passing blocks
    bool sigmoid = true;      ///< output in (0, 1), as for resistive circuits

    bool operator==(const NetworkSpec&) const = default;
};

} // namespace ohm::nn
