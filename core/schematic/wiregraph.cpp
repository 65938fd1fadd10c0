// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/wiregraph.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

namespace ohm::schematic {
namespace {

/// Each direction costs a pass over all points; drawings know four, hostile files any number.
constexpr std::size_t kMaxDirections = 64;

} // namespace

std::uint32_t WireGraph::point(Pt at, Kind kind) {
    const std::uint64_t key = static_cast<std::uint64_t>(static_cast<std::uint32_t>(at.x)) << 32 |
                              static_cast<std::uint32_t>(at.y);
    const auto [it, fresh] = m_index.emplace(key, static_cast<std::uint32_t>(m_points.size()));
    if (fresh) {
        m_points.push_back(at);
        m_kinds.push_back(0);
        m_branches.push_back(0);
        m_parent.push_back(it->second);
    }
    const std::uint32_t node = it->second;
    m_kinds[node] |= kind;
    if (kind == kPin && m_branches[node] < std::numeric_limits<std::uint16_t>::max() - 2)
        ++m_branches[node];
    return node;
}

void WireGraph::wire(std::uint32_t a, std::uint32_t b) {
    if (a == b)
        return;
    m_wires.emplace_back(a, b);
    for (const std::uint32_t end : {a, b})
        if (m_branches[end] < std::numeric_limits<std::uint16_t>::max() - 2)
            ++m_branches[end];
    unite(a, b);
}

std::uint32_t WireGraph::root(std::uint32_t node) {
    while (m_parent[node] != node) {
        m_parent[node] = m_parent[m_parent[node]];
        node = m_parent[node];
    }
    return node;
}

void WireGraph::unite(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t ra = root(a);
    const std::uint32_t rb = root(b);
    // The older node stays the root: deterministic, and path halving keeps the trees flat.
    m_parent[std::max(ra, rb)] = std::min(ra, rb);
}

bool WireGraph::join(unsigned joining) {
    std::map<Direction, std::vector<Segment>> byDirection;
    for (const auto& [a, b] : m_wires) {
        Pt from = m_points[a];
        Pt to = m_points[b];
        if (to < from)
            std::swap(from, to);
        std::int64_t dx = std::int64_t{to.x} - from.x;
        std::int64_t dy = std::int64_t{to.y} - from.y;
        const std::int64_t g = std::gcd(dx, dy);
        const Direction d{dx / g, dy / g};
        const auto along = [&](Pt p) { return d.dx != 0 ? std::int64_t{p.x} : std::int64_t{p.y}; };
        byDirection[d].push_back({d.dx * from.y - d.dy * from.x, along(from), along(to), a});
    }
    std::size_t slanted = 0;
    bool complete = true;
    for (auto& [direction, segments] : byDirection) {
        if (direction.dx != 0 && direction.dy != 0 && ++slanted > kMaxDirections)
            complete = false;
        else
            joinAlong(direction, segments, joining);
    }
    return complete;
}

void WireGraph::joinAlong(Direction d, std::vector<Segment>& segments, unsigned joining) {
    struct Candidate {
        std::int64_t line;
        std::int64_t at;
        std::uint32_t node;
    };
    std::vector<Candidate> candidates;
    for (std::uint32_t node = 0; node < m_points.size(); ++node) {
        if ((m_kinds[node] & joining) == 0)
            continue;
        const Pt p = m_points[node];
        candidates.push_back(
            {d.dx * p.y - d.dy * p.x, d.dx != 0 ? std::int64_t{p.x} : std::int64_t{p.y}, node});
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::tie(a.line, a.at, a.node) < std::tie(b.line, b.at, b.node);
    });
    std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) {
        return std::tie(a.line, a.from, a.to, a.node) < std::tie(b.line, b.from, b.to, b.node);
    });

    std::vector<Segment> open; // segments of this line that have begun; joined ones are merged
    std::size_t next = 0;
    std::int64_t line = 0;
    for (const Candidate& c : candidates) {
        if (open.empty() || line != c.line) {
            open.clear();
            line = c.line;
        }
        for (; next < segments.size() && segments[next].line < c.line; ++next) {
        }
        for (;
             next < segments.size() && segments[next].line == c.line && segments[next].from <= c.at;
             ++next)
            open.push_back(segments[next]);
        std::erase_if(open, [&](const Segment& s) { return s.to < c.at; });
        if (open.empty())
            continue;
        Segment longest = open.front();
        for (const Segment& s : open) {
            unite(s.node, c.node);
            if (s.to > longest.to)
                longest = s;
        }
        const bool passes = std::any_of(open.begin(), open.end(), [&](const Segment& s) {
            return s.from < c.at && c.at < s.to;
        });
        if (passes && m_branches[c.node] < std::numeric_limits<std::uint16_t>::max() - 2)
            m_branches[c.node] = static_cast<std::uint16_t>(m_branches[c.node] + 2);
        // All of them are one net from here on: the one that reaches farthest speaks for all.
        open.assign(1, longest);
    }
}

std::vector<Pt> WireGraph::junctions() const {
    std::vector<Pt> dots;
    for (std::size_t node = 0; node < m_points.size(); ++node)
        if (m_branches[node] >= 3)
            dots.push_back(m_points[node]);
    std::sort(dots.begin(), dots.end());
    return dots;
}

} // namespace ohm::schematic
