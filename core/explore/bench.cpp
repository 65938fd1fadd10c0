// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/bench.h"

#include "core/explore/tsne.h"

#include <chrono>
#include <cmath>
#include <random>

namespace ohm::explore {

std::vector<float> gaussianMixture(std::size_t count, std::uint64_t seed) {
    constexpr std::size_t kWidth = 128, kCentres = 10;
    constexpr double kSpread = 1; // a centre lies sqrt(2 * 128) = 16 deviations from another
    std::mt19937_64 random(seed);
    // Box-Muller: std::normal_distribution differs between libraries.
    const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
    const auto normal = [&] {
        return std::sqrt(-2 * std::log(uniform())) *
               std::cos(2 * 3.14159265358979323846 * uniform());
    };
    std::vector<double> centres(kCentres * kWidth);
    for (double& c : centres)
        c = kSpread * normal();
    std::vector<float> out(count * kWidth);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < kWidth; ++c)
            out[i * kWidth + c] = static_cast<float>(centres[i % kCentres * kWidth + c] + normal());
    }
    return out;
}

Expected<void> benchTsne(int threads, const std::function<void(const learn::BenchRow&)>& report,
                         StopToken stop) {
    for (const std::size_t count : {std::size_t{2000}, std::size_t{10000}, std::size_t{50000}}) {
        const auto values = gaussianMixture(count, 1);
        const Points points{values, count, 128};
        const std::string name = "t-SNE, " + std::to_string(count) + " x 128";
        TsneOptions options;
        options.threads = threads;
        const auto start = std::chrono::steady_clock::now();
        const auto seconds = [&] {
            return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        };
        auto tsne = Tsne::create(points, options, stop);
        if (!tsne)
            return tsne.failure();
        const double prepared = seconds();
        while (!tsne->finished()) {
            if (stop.shouldStop())
                return fail("EXPL-003", "The measurement was stopped");
            tsne->step();
        }
        report({name + ", whole", seconds(), "s", 1, {}});
        report({name + ", neighbours and similarities", prepared, "s", 1, {}});
        report({name + ", divergence",
                exactDivergence(*tsne->affinities(), tsne->layout(), threads),
                "nat",
                1,
                {}});
        const auto kept =
            neighbourPreservation(points, {tsne->layout(), count, 2}, 10, 5000, threads);
        if (!kept)
            return kept.failure();
        report({name + ", neighbours kept of 10", *kept, "", 1, {}});
    }
    return {};
}

} // namespace ohm::explore
