// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/routing.h"

#include <cmath>
#include <queue>

namespace ohm::schematic::draw {
namespace {

// Directions: 0 right, 1 down, 2 left, 3 up.
constexpr std::int32_t kDx[4] = {1, 0, -1, 0};
constexpr std::int32_t kDy[4] = {0, 1, 0, -1};

constexpr double kBend = 4;
constexpr double kCross = 5;
constexpr double kText = 12;   ///< per point of a text that is crossed
constexpr double kNearPin = 6; ///< the point that a terminal needs for its own wire
constexpr double kBranch = 0.5;

constexpr std::int32_t kMaxNodes = 1'500'000;

std::int32_t floorDiv(std::int32_t a) {
    return a >= 0 ? a / kGrid : -((-a + kGrid - 1) / kGrid);
}

} // namespace

Router::Router(const Box& area) {
    m_origin = {floorDiv(area.x0) * kGrid, floorDiv(area.y0) * kGrid};
    m_columns = std::max(1, (area.x1 - m_origin.x) / kGrid + 2);
    m_rows = std::max(1, (area.y1 - m_origin.y) / kGrid + 2);
    if (static_cast<std::int64_t>(m_columns) * m_rows > kMaxNodes)
        m_rows = std::max(1, kMaxNodes / m_columns);
    const auto count = static_cast<std::size_t>(m_columns) * static_cast<std::size_t>(m_rows);
    m_body.assign(count, 0);
    m_text.assign(count, 0);
    m_pin.assign(count, kFree);
    m_keep.assign(count, kFree);
    m_right.assign(count, kFree);
    m_down.assign(count, kFree);
    m_cost.assign(count * 4, 0.0F);
    m_from.assign(count * 4, 0);
    m_stamp.assign(count * 4, 0);
    m_goal.assign(count, 0);
}

bool Router::inside(Pt p) const {
    const std::int32_t x = p.x - m_origin.x;
    const std::int32_t y = p.y - m_origin.y;
    return x >= 0 && y >= 0 && x % kGrid == 0 && y % kGrid == 0 && x / kGrid < m_columns &&
           y / kGrid < m_rows;
}

std::size_t Router::node(Pt p) const {
    return static_cast<std::size_t>((p.y - m_origin.y) / kGrid) *
               static_cast<std::size_t>(m_columns) +
           static_cast<std::size_t>((p.x - m_origin.x) / kGrid);
}

Pt Router::at(std::size_t n) const {
    const auto columns = static_cast<std::size_t>(m_columns);
    return {m_origin.x + static_cast<std::int32_t>(n % columns) * kGrid,
            m_origin.y + static_cast<std::int32_t>(n / columns) * kGrid};
}

namespace {
template <typename F>
void forGrid(const Box& box, F&& f) {
    for (std::int32_t y = floorDiv(box.y0 + kGrid - 1) * kGrid; y <= box.y1; y += kGrid)
        for (std::int32_t x = floorDiv(box.x0 + kGrid - 1) * kGrid; x <= box.x1; x += kGrid)
            f(Pt{x, y});
}
} // namespace

void Router::addBody(const Box& b) {
    // A little wider than the drawing, so that no wire runs along a resistor's zigzag.
    forGrid({b.x0 - 5, b.y0 - 5, b.x1 + 5, b.y1 + 5}, [&](Pt p) {
        if (inside(p))
            m_body[node(p)] = 1;
    });
}

void Router::addText(const Box& b) {
    forGrid({b.x0 - 2, b.y0 - 1, b.x1 + 2, b.y1 + 1}, [&](Pt p) {
        if (inside(p))
            m_text[node(p)] = 1;
    });
}

void Router::addPin(Pt p, Pt leaving, std::uint32_t net) {
    if (!inside(p))
        return;
    m_pin[node(p)] = net;
    const Pt before{p.x + leaving.x * kGrid, p.y + leaving.y * kGrid};
    if (inside(before))
        m_keep[node(before)] = net;
}

void Router::addAnchor(Pt p, std::uint32_t net) {
    if (inside(p))
        m_pin[node(p)] = net;
}

std::uint32_t Router::edge(std::size_t n, int direction) const {
    switch (direction) {
    case 0:
        return m_right[n];
    case 1:
        return m_down[n];
    case 2:
        return n % static_cast<std::size_t>(m_columns) == 0 ? kFree : m_right[n - 1];
    default:
        return n < static_cast<std::size_t>(m_columns)
                   ? kFree
                   : m_down[n - static_cast<std::size_t>(m_columns)];
    }
}

void Router::setEdge(std::size_t n, int direction, std::uint32_t net) {
    switch (direction) {
    case 0:
        m_right[n] = net;
        break;
    case 1:
        m_down[n] = net;
        break;
    case 2:
        m_right[n - 1] = net;
        break;
    default:
        m_down[n - static_cast<std::size_t>(m_columns)] = net;
        break;
    }
}

/// May a path of `net` enter this node moving in `in` and leave it in `out`? (-1: it ends there.)
bool Router::passable(std::size_t n, std::uint32_t net, int in, int out, double& price) const {
    if (m_body[n] != 0 && m_pin[n] != net)
        return false;
    if (m_pin[n] != kFree && m_pin[n] != net)
        return false;
    int foreign = 0;
    bool along = false; // another net on the line we travel on
    for (int d = 0; d < 4; ++d) {
        const std::uint32_t e = edge(n, d);
        if (e == kFree || e == net)
            continue;
        ++foreign;
        along |= (d & 1) == (in & 1);
    }
    if (foreign != 0) {
        // Only straight across another net that itself runs straight through.
        if (foreign != 2 || along || in != out)
            return false;
        price += kCross;
    }
    if (m_text[n] != 0)
        price += kText;
    if (m_keep[n] != kFree && m_keep[n] != net)
        price += kNearPin;
    return true;
}

std::optional<Router::Path> Router::find(std::uint32_t net, Pt from, const std::vector<Pt>& targets,
                                         double limit) {
    if (!inside(from))
        return std::nullopt;
    ++m_round;
    Box goal;
    for (const Pt t : targets)
        if (inside(t)) {
            m_goal[node(t)] = m_round;
            goal.include(t);
        }
    if (goal.empty())
        return std::nullopt;
    const auto estimate = [&](Pt p) {
        const std::int32_t dx = std::max({0, goal.x0 - p.x, p.x - goal.x1});
        const std::int32_t dy = std::max({0, goal.y0 - p.y, p.y - goal.y1});
        return (dx + dy) / kGrid + (dx > 0 && dy > 0 ? kBend : 0.0);
    };
    struct Entry {
        float total;
        std::uint32_t state;
        bool operator>(const Entry& o) const {
            return total != o.total ? total > o.total : state > o.state;
        }
    };
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    const std::size_t start = node(from);
    if (m_goal[start] == m_round)
        return Path{{from}, 0};
    constexpr std::uint8_t kStart = 4;
    const auto reach = [&](std::size_t n, int direction, float cost, std::uint8_t previous) {
        const std::size_t state = n * 4 + static_cast<std::size_t>(direction);
        if (m_stamp[state] == m_round && m_cost[state] <= cost)
            return;
        const float total = cost + static_cast<float>(estimate(at(n)));
        if (total > static_cast<float>(limit))
            return;
        m_stamp[state] = m_round;
        m_cost[state] = cost;
        m_from[state] = previous;
        open.push({total, static_cast<std::uint32_t>(state)});
    };
    // The first step: nothing of another net may lie at the start but in passing.
    for (int d = 0; d < 4; ++d) {
        const Pt p{from.x + kDx[d] * kGrid, from.y + kDy[d] * kGrid};
        const std::uint32_t e = inside(p) ? edge(start, d) : net;
        if (inside(p) && (e == kFree || e == net))
            reach(node(p), d, 1.0F, kStart);
    }
    while (!open.empty()) {
        const Entry top = open.top();
        open.pop();
        const std::size_t n = top.state / 4;
        const int in = static_cast<int>(top.state % 4);
        const float cost = m_cost[top.state];
        if (cost + static_cast<float>(estimate(at(n))) < top.total - 1e-3F)
            continue; // an older entry of this state
        if (m_goal[n] == m_round) {
            double price = 0;
            if (passable(n, net, in, -1, price)) {
                Path path;
                path.cost = cost;
                std::size_t state = top.state;
                path.points.push_back(at(n));
                while (true) {
                    const int d = static_cast<int>(state % 4);
                    const Pt here = at(state / 4);
                    const Pt before{here.x - kDx[d] * kGrid, here.y - kDy[d] * kGrid};
                    const std::uint8_t previous = m_from[state];
                    if (previous == kStart) {
                        path.points.push_back(before);
                        break;
                    }
                    if (previous != d)
                        path.points.push_back(before);
                    state = node(before) * 4 + previous;
                }
                std::reverse(path.points.begin(), path.points.end());
                return path;
            }
            continue;
        }
        for (int turn = 0; turn < 4; ++turn) {
            if (turn == 2)
                continue; // no way back
            const int out = (in + turn) & 3;
            const Pt here = at(n);
            const Pt p{here.x + kDx[out] * kGrid, here.y + kDy[out] * kGrid};
            if (!inside(p))
                continue;
            const std::uint32_t e = edge(n, out);
            if (e != kFree && e != net)
                continue;
            double price = 1;
            if (!passable(n, net, in, out, price))
                continue;
            if (turn != 0)
                price += kBend;
            if (m_pin[n] == net)
                price += kBranch;
            reach(node(p), out, cost + static_cast<float>(price), static_cast<std::uint8_t>(in));
        }
    }
    return std::nullopt;
}

void Router::lay(std::uint32_t net, const std::vector<Pt>& points) {
    if (m_nodesOf.size() <= net)
        m_nodesOf.resize(net + 1);
    for (std::size_t i = 1; i < points.size(); ++i) {
        Pt p = points[i - 1];
        const Pt q = points[i];
        const int d = q.x > p.x ? 0 : q.y > p.y ? 1 : q.x < p.x ? 2 : 3;
        while (p != q) {
            setEdge(node(p), d, net);
            m_nodesOf[net].push_back(node(p));
            p = {p.x + kDx[d] * kGrid, p.y + kDy[d] * kGrid};
        }
        m_nodesOf[net].push_back(node(q));
    }
}

void Router::remove(std::uint32_t net) {
    if (m_nodesOf.size() <= net)
        return;
    for (const std::size_t n : m_nodesOf[net])
        for (int d = 0; d < 4; ++d)
            if (edge(n, d) == net)
                setEdge(n, d, kFree);
    m_nodesOf[net].clear();
}

std::vector<Pt> Router::points(std::uint32_t net) const {
    std::vector<Pt> all;
    if (m_nodesOf.size() > net)
        for (const std::size_t n : m_nodesOf[net])
            all.push_back(at(n));
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::vector<Router::Segment> Router::segments(std::uint32_t net,
                                              const std::vector<Pt>& stops) const {
    std::vector<Segment> out;
    std::vector<Pt> sortedStops = stops;
    std::sort(sortedStops.begin(), sortedStops.end());
    const auto cut = [&](std::size_t n, int along) {
        const int across = along ^ 1;
        return edge(n, across) == net || edge(n, across + 2) == net ||
               std::binary_search(sortedStops.begin(), sortedStops.end(), at(n));
    };
    for (const Pt p : points(net)) {
        const std::size_t first = node(p);
        for (const int d : {0, 1}) {
            if (edge(first, d) != net)
                continue;
            if (edge(first, d + 2) == net && !cut(first, d))
                continue; // in the middle of a piece
            std::size_t n = first;
            do {
                const Pt here = at(n);
                n = node({here.x + kDx[d] * kGrid, here.y + kDy[d] * kGrid});
            } while (edge(n, d) == net && !cut(n, d));
            out.push_back({p, at(n)});
        }
    }
    return out;
}

bool Router::free(Pt p, std::uint32_t net) const {
    if (!inside(p))
        return false;
    const std::size_t n = node(p);
    if (m_body[n] != 0 || m_pin[n] != kFree)
        return false;
    if (m_keep[n] != kFree && m_keep[n] != net)
        return false;
    for (int d = 0; d < 4; ++d)
        if (edge(n, d) != kFree)
            return false;
    return true;
}

bool Router::wireIn(const Box& box, std::uint32_t except) const {
    bool hit = false;
    // Shrunk by one unit: a wire along the border does not disturb.
    forGrid({box.x0 + 1, box.y0 + 1, box.x1 - 1, box.y1 - 1}, [&](Pt p) {
        if (hit || !inside(p))
            return;
        for (int d = 0; d < 4; ++d) {
            const std::uint32_t e = edge(node(p), d);
            hit |= e != kFree && e != except;
        }
    });
    return hit;
}

} // namespace ohm::schematic::draw
