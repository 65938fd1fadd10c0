// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace ohm::dataset {

/// A small counter-based generator (SplitMix64): the same numbers on every machine and library, and
/// one independent stream per (seed, index), so that sample i can be made alone and in any order.
/// Thread: owner only.
class Random {
public:
    Random(std::uint64_t seed, std::uint64_t stream)
        : m_state(mix(seed + 0x9E3779B97F4A7C15ull) ^ mix(stream * 0xD1B54A32D192ED03ull + 1)) {}

    std::uint64_t next() {
        m_state += 0x9E3779B97F4A7C15ull;
        return mix(m_state);
    }
    /// Uniform in [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Uniform integer in [0, count), without modulo bias worth mentioning for count < 2^32.
    std::uint64_t below(std::uint64_t count) {
        return static_cast<std::uint64_t>(uniform() * static_cast<double>(count));
    }

private:
    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    std::uint64_t m_state;
};

} // namespace ohm::dataset
