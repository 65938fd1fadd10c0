// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/deep/incidence.h"

#include "core/dataset/random.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm::deep {
namespace {

constexpr double kNetsPerNode = 1.03;
/// Share of the nets with 2..8 pins; the rest falls off as 1 / pins^2.2 to 100 pins.
constexpr std::array kShares{.546, .248, .066, .036, .022, .017, .013};
/// Pins of the largest nets relative to the largest (clocks, resets, enables).
constexpr std::array kHuge{1.0, .629, .589, .371, .348, .281, .241, .226, .2, .18, .16, .15};

int sizeOf(dataset::Random& random) {
    double u = random.uniform();
    for (std::size_t i = 0; i < kShares.size(); ++i) {
        if (u < kShares[i])
            return static_cast<int>(i) + 2;
        u -= kShares[i];
    }
    constexpr double kPower = -1.2; // of the integrated density
    const double a = std::pow(9.0, kPower), b = std::pow(101.0, kPower);
    return static_cast<int>(std::pow(a + (b - a) * random.uniform(), 1 / kPower));
}

} // namespace

Expected<Incidence> syntheticCircuit(const SyntheticOptions& options) {
    const std::int64_t n = options.nodes;
    if (n < 16 || n > 50'000'000 || options.edges < 0)
        return fail("DEEP-001", "A synthetic circuit has 16 to 50 million nodes");
    dataset::Random random(options.seed, 0);
    const auto nets = static_cast<std::int64_t>(kNetsPerNode * static_cast<double>(n));
    std::vector<int> sizes(static_cast<std::size_t>(nets));
    double small = 0;
    for (int& size : sizes) {
        size = std::min(sizeOf(random), static_cast<int>(n / 2));
        small += static_cast<double>(size) * (size - 1);
    }
    // What is missing in edges comes from the huge nets.
    double squares = 0;
    for (const double share : kHuge)
        squares += share * share;
    const double missing = static_cast<double>(options.edges) - small;
    if (missing > 0) {
        const double largest = std::sqrt(missing / squares);
        for (std::size_t i = 0; i < kHuge.size() && i < sizes.size(); ++i) {
            const auto pins = static_cast<std::int64_t>(largest * kHuge[i]);
            if (pins > n)
                return fail("DEEP-001", "So many edges need a net larger than the circuit", {}, {},
                            "Ask for fewer edges or more nodes");
            sizes[i * (sizes.size() / kHuge.size())] =
                static_cast<int>(std::max<std::int64_t>(pins, 2));
        }
    }
    std::vector<Pin> pins;
    std::vector<std::int32_t> taken;
    for (std::size_t e = 0; e < sizes.size(); ++e) {
        const bool wide = sizes[e] > 100;
        const auto reach = static_cast<double>(std::max<std::int64_t>(n / 64, 8 * sizes[e]));
        const double centre = random.uniform() * static_cast<double>(n);
        taken.clear();
        while (static_cast<int>(taken.size()) < sizes[e]) {
            double at = random.uniform() * static_cast<double>(n);
            if (!wide && random.uniform() < 0.8)
                at = centre + (random.uniform() - 0.5) * reach;
            const std::int64_t node =
                std::clamp<std::int64_t>(static_cast<std::int64_t>(at), 0, n - 1);
            taken.push_back(static_cast<std::int32_t>(node));
        }
        // Two pins of a net on one node are rare in real circuits: take the next free node, but
        // let one in 64 stay.
        std::sort(taken.begin(), taken.end());
        for (std::size_t i = 1; i < taken.size(); ++i) {
            if (taken[i] <= taken[i - 1] && taken[i - 1] + 1 < n && random.uniform() > 1.0 / 64)
                taken[i] = taken[i - 1] + 1;
        }
        for (const std::int32_t node : taken)
            pins.push_back({static_cast<std::int32_t>(e), node});
    }
    return makeIncidence(n, nets, pins);
}

} // namespace ohm::deep
