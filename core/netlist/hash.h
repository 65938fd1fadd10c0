// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace ohm::netlist {

/// A fast, well mixed hash of a short name: eight bytes per multiplication (the folded 128-bit
/// product, as in wyhash). `seed` is drawn once per process, so that a hostile file cannot choose
/// colliding names. Thread: any.
inline std::uint64_t hashName(std::string_view name, std::uint64_t seed) {
    const auto mix = [](std::uint64_t a, std::uint64_t b) {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    constexpr std::uint64_t kFirst = 0xa0761d6478bd642full;
    constexpr std::uint64_t kSecond = 0xe7037ed1a0b428dbull;
    const char* p = name.data();
    std::size_t left = name.size();
    std::uint64_t state = seed ^ (left * kFirst);
    while (left > 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, 8);
        state = mix(state ^ word, kSecond);
        p += 8;
        left -= 8;
    }
    std::uint64_t word = 0;
    if (left >= 4) {
        std::uint32_t head = 0;
        std::uint32_t tail = 0;
        std::memcpy(&head, p, 4);
        std::memcpy(&tail, p + left - 4, 4);
        word = (static_cast<std::uint64_t>(head) << 32) | tail;
    } else if (left > 0) {
        word = static_cast<unsigned char>(p[0]) |
               (static_cast<std::uint64_t>(static_cast<unsigned char>(p[left / 2])) << 8) |
               (static_cast<std::uint64_t>(static_cast<unsigned char>(p[left - 1])) << 16);
    }
    return mix(state ^ word, kFirst);
}

/// The process's seed for `hashName`.
std::uint64_t hashSeed();

} // namespace ohm::netlist
