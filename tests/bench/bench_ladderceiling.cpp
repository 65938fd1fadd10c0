// SPDX-License-Identifier: GPL-3.0-or-later
// How well can any network of L message-passing layers know a ladder's voltages? What stands
// further than L hops from a net cannot reach it: that part is drawn anew many times, and the
// median of the net's voltage over the draws is the best guess (least mean error). Prints the share
// of nets whose guess is within 1/100 of the label range, for each L and ladder size.
#include "core/dataset/resistive.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

using ohm::dataset::Ladder;
using ohm::dataset::Random;

namespace {

constexpr int kDraws = 200;
constexpr double kRange = 0.98; ///< of the labels of a thousand ladders

/// The ladder with everything out of reach of output net `i` drawn anew. Hops: a resistor d nets
/// away is 3 d + 1 (its near end), a branch source 3 d + 4, the input source 3 d + 5 from net d
/// + 1.
Ladder redraw(const Ladder& l, int i, int layers, Random& random) {
    const int n = static_cast<int>(l.series.size());
    const int resistors = (layers - 1) / 3; // nets away whose resistors are seen
    const int sources = layers < 4 ? -1 : (layers - 4) / 3;
    // Which end of the ladder is seen: beyond, its length is unknown too.
    const bool seesInput = 3 * i + 5 <= layers;
    const bool seesEnd = 3 * (n - 1 - i) + 1 <= layers;
    const int left = seesInput ? i : resistors + static_cast<int>(random.below(6));
    const int right = seesEnd ? n - 1 - i : resistors + static_cast<int>(random.below(6));
    Ladder out;
    out.inputVoltage = seesInput ? l.inputVoltage : random.uniform();
    for (int d = -left; d <= right; ++d) {
        const int at = i + d;
        const int away = std::abs(d);
        const bool exists = at >= 0 && at < n;
        // The series resistor left of a net belongs to the nearer of the two.
        const int seriesAway = d > 0 ? away - 1 : away;
        out.series.push_back(exists && seriesAway <= resistors
                                 ? l.series[static_cast<std::size_t>(at)]
                                 : random.uniform());
        out.shunt.push_back(exists && away <= resistors ? l.shunt[static_cast<std::size_t>(at)]
                                                        : random.uniform());
        out.branch.push_back(exists && away <= sources ? l.branch[static_cast<std::size_t>(at)]
                                                       : random.uniform());
    }
    return out;
}

double ceiling(int layers, int low, int high, int samples) {
    std::size_t right = 0, all = 0;
    for (int s = 0; s < samples; ++s) {
        Random random(7, static_cast<std::uint64_t>(s) + 1000u * static_cast<unsigned>(high));
        const int n =
            low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low + 1)));
        const Ladder ladder = ohm::dataset::randomLadder(n, random);
        const auto truth = ohm::dataset::solveLadder(ladder);
        for (int i = 0; i < n; i += std::max(1, n / 16)) {
            std::vector<double> guesses;
            for (int k = 0; k < kDraws; ++k) {
                Random draw(static_cast<std::uint64_t>(s * 131 + i), static_cast<std::uint64_t>(k));
                const Ladder other = redraw(ladder, i, layers, draw);
                // Where net i stands in it: behind its left part.
                const bool seesInput = 3 * i + 5 <= layers;
                std::size_t place = static_cast<std::size_t>(i);
                if (!seesInput) {
                    Random again(static_cast<std::uint64_t>(s * 131 + i),
                                 static_cast<std::uint64_t>(k));
                    place = static_cast<std::size_t>((layers - 1) / 3 +
                                                     static_cast<int>(again.below(6)));
                }
                guesses.push_back(ohm::dataset::solveLadder(other)[place]);
            }
            std::nth_element(guesses.begin(), guesses.begin() + kDraws / 2, guesses.end());
            right +=
                std::fabs(guesses[kDraws / 2] - truth[static_cast<std::size_t>(i)]) <= kRange / 100;
            ++all;
        }
    }
    return static_cast<double>(right) / static_cast<double>(all);
}

} // namespace

int main() {
    std::printf("%-8s %8s %8s %8s %8s %8s\n", "layers", "2..10", "R12", "R16", "R32", "R128");
    for (const int layers : {5, 10, 15, 18, 20}) {
        std::printf("%-8d", layers);
        for (const auto& [low, high] :
             std::vector<std::pair<int, int>>{{2, 10}, {12, 12}, {16, 16}, {32, 32}, {128, 128}})
            std::printf(" %8.3f", ceiling(layers, low, high, high > 32 ? 60 : 250));
        std::printf("\n");
        std::fflush(stdout);
    }
}
