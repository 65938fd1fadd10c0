// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace ohm::deep::kernels {

/// Adam's moments in 16 bits (NetworkConfig::halfMoments): floats without their lower bits. Nearest
/// rounding would hold a second moment where it is, since it changes by a thousandth per step and
/// neighbours are a 256th apart; so the bits that are dropped decide how probably it is rounded up.
/// Static, for the kernels' sources are compiled for several processors.
static inline float firstMomentOf(std::uint16_t half) {
    return __builtin_bit_cast(float, static_cast<std::uint32_t>(half) << 16);
}
static inline float secondMomentOf(std::uint16_t half) {
    return __builtin_bit_cast(float, static_cast<std::uint32_t>(half) << 15);
}
/// `draw`: its lower bits are uniform; 0 cuts off.
static inline std::uint16_t firstHalfOf(float moment, std::uint32_t draw) {
    return static_cast<std::uint16_t>(
        (__builtin_bit_cast(std::uint32_t, moment) + (draw & 0xffffu)) >> 16);
}
static inline std::uint16_t secondHalfOf(float moment, std::uint32_t draw) {
    return static_cast<std::uint16_t>(
        (__builtin_bit_cast(std::uint32_t, moment) + (draw & 0x7fffu)) >> 15);
}
/// 32 bits that look drawn, the same for the same salt and index everywhere.
static inline std::uint32_t drawn(std::uint32_t salt, std::uint32_t index) {
    std::uint32_t x = index * 0x9e3779b9u + salt;
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

} // namespace ohm::deep::kernels
