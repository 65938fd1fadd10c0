// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/dataset/random.h"
#include "core/deep/incidence.h"

#include <vector>

namespace deeptest {

/// Random pins, some twice on the same net, nets of 1 to 300 pins.
inline ohm::deep::Incidence randomGraph(int nodes, int nets, std::uint64_t seed, int largest = 9) {
    ohm::dataset::Random random(seed, 7);
    std::vector<ohm::deep::Pin> pins;
    for (int e = 0; e < nets; ++e) {
        const auto count = e == 0 ? largest : 1 + static_cast<int>(random.below(6));
        for (int p = 0; p < count; ++p) {
            const auto node =
                static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(nodes)));
            pins.push_back({e, node});
            if (random.uniform() < 0.1)
                pins.push_back({e, node});
        }
    }
    auto graph = ohm::deep::makeIncidence(nodes, nets, pins);
    return std::move(graph).value();
}

template <typename T>
std::vector<T> randomValues(std::size_t count, std::uint64_t seed, double low = -1,
                            double high = 1) {
    ohm::dataset::Random random(seed, 3);
    std::vector<T> values(count);
    for (T& v : values)
        v = static_cast<T>(random.uniform(low, high));
    return values;
}

} // namespace deeptest
