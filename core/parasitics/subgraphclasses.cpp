// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/subgraphclasses.h"

#include <algorithm>
#include <unordered_map>

namespace ohm::parasitics {
namespace {

std::uint64_t mixed(std::uint64_t z) {
    z += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

/// Numbers of the colours in the order of their first nodes.
std::vector<std::uint32_t> numbered(const std::vector<std::uint64_t>& colour,
                                    std::vector<std::uint32_t>& member) {
    std::unordered_map<std::uint64_t, std::uint32_t> numbers;
    numbers.reserve(colour.size() / 4 + 16);
    member.clear();
    std::vector<std::uint32_t> classOf(colour.size());
    for (std::uint32_t i = 0; i < colour.size(); ++i) {
        const auto [it, fresh] =
            numbers.emplace(colour[i], static_cast<std::uint32_t>(member.size()));
        if (fresh)
            member.push_back(i);
        classOf[i] = it->second;
    }
    return classOf;
}

} // namespace

SubgraphClasses joinEqual(const Subgraph& s, std::vector<std::uint64_t> colour, int rounds) {
    std::vector<std::uint64_t> next(colour.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < colour.size(); ++i) {
            std::uint64_t sum = 0; // of a set: in any order
            for (std::uint64_t e = s.rows[i]; e < s.rows[i + 1]; ++e)
                sum += mixed(colour[s.columns[e]]);
            next[i] = mixed(colour[i] ^ mixed(sum));
        }
        colour.swap(next);
    }
    SubgraphClasses out;
    out.classOf = numbered(colour, out.member);
    out.rows.push_back(0);
    std::vector<std::uint32_t> neighbours;
    for (const std::uint32_t node : out.member) {
        neighbours.clear();
        for (std::uint64_t e = s.rows[node]; e < s.rows[node + 1]; ++e)
            neighbours.push_back(out.classOf[s.columns[e]]);
        std::sort(neighbours.begin(), neighbours.end());
        for (std::size_t i = 0; i < neighbours.size();) {
            std::size_t end = i;
            while (end < neighbours.size() && neighbours[end] == neighbours[i])
                ++end;
            out.columns.push_back(neighbours[i]);
            out.counts.push_back(static_cast<float>(end - i));
            i = end;
        }
        out.rows.push_back(out.columns.size());
    }
    return out;
}

} // namespace ohm::parasitics
