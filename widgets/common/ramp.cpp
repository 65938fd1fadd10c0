// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/ramp.h"

#include <algorithm>
#include <cmath>

namespace ohm::widgets {

QColor rampColour(double at, bool dark) {
    // Through five colours of even steps in lightness, readable without colour vision.
    static constexpr int kOnLight[][3] = {
        {48, 40, 110}, {44, 100, 142}, {33, 150, 138}, {96, 170, 60}, {205, 160, 20}};
    static constexpr int kOnDark[][3] = {
        {96, 104, 214}, {60, 140, 190}, {40, 176, 156}, {120, 208, 96}, {246, 222, 60}};
    const auto& stops = dark ? kOnDark : kOnLight;
    const double place = std::clamp(std::isfinite(at) ? at : 0.0, 0.0, 1.0) * 4;
    const int below = std::min(3, static_cast<int>(place));
    const double t = place - below;
    const auto mix = [&](int c) {
        return static_cast<int>(std::lround(stops[below][c] * (1 - t) + stops[below + 1][c] * t));
    };
    return {mix(0), mix(1), mix(2)};
}

QColor deviationColour(double at, bool dark) {
    static constexpr int kLow[] = {30, 110, 190}, kHigh[] = {213, 84, 0};
    static constexpr int kLowOnDark[] = {90, 170, 245}, kHighOnDark[] = {255, 140, 60};
    const double size = std::clamp(std::isfinite(at) ? std::abs(at) : 0.0, 0.0, 1.0);
    const auto* end = at < 0 ? (dark ? kLowOnDark : kLow) : (dark ? kHighOnDark : kHigh);
    const double middle = dark ? 52 : 242;
    const auto mix = [&](int c) {
        return static_cast<int>(std::lround(middle * (1 - size) + end[c] * size));
    };
    return {mix(0), mix(1), mix(2)};
}

} // namespace ohm::widgets
