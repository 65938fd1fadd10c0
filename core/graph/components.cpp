// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/components.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ohm::graph {

namespace {

std::uint32_t rootOf(std::vector<std::uint32_t>& parent, std::uint32_t node) {
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

struct Box {
    float minX = std::numeric_limits<float>::max();
    float minY = std::numeric_limits<float>::max();
    float maxX = std::numeric_limits<float>::lowest();
    float maxY = std::numeric_limits<float>::lowest();
    float width() const { return maxX - minX; }
    float height() const { return maxY - minY; }
};

Box boxOf(const std::vector<Point>& points) {
    Box box;
    for (const Point& p : points) {
        box.minX = std::min(box.minX, p.x);
        box.minY = std::min(box.minY, p.y);
        box.maxX = std::max(box.maxX, p.x);
        box.maxY = std::max(box.maxY, p.y);
    }
    return box;
}

} // namespace

std::vector<Component> splitComponents(std::size_t nodes, std::span<const std::uint32_t> edges) {
    std::vector<std::uint32_t> parent(nodes);
    std::iota(parent.begin(), parent.end(), 0u);
    const auto usable = [&](std::size_t e) {
        return edges[e] < nodes && edges[e + 1] < nodes && edges[e] != edges[e + 1];
    };
    for (std::size_t e = 0; e + 1 < edges.size(); e += 2) {
        if (!usable(e))
            continue;
        const std::uint32_t a = rootOf(parent, edges[e]);
        const std::uint32_t b = rootOf(parent, edges[e + 1]);
        if (a != b)
            parent[std::max(a, b)] = std::min(a, b);
    }

    // Number the components by their lowest node, then order by size.
    std::vector<std::uint32_t> number(nodes, 0);
    std::vector<std::uint32_t> sizes;
    for (std::uint32_t i = 0; i < nodes; ++i) {
        const std::uint32_t root = rootOf(parent, i);
        if (root == i) {
            number[i] = static_cast<std::uint32_t>(sizes.size());
            sizes.push_back(1);
        } else {
            number[i] = number[root];
            ++sizes[number[i]];
        }
    }
    std::vector<std::uint32_t> order(sizes.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return sizes[a] > sizes[b]; });
    std::vector<std::uint32_t> rank(sizes.size());
    std::vector<Component> components(sizes.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        rank[order[i]] = i;
        components[i].nodes.reserve(sizes[order[i]]);
    }
    std::vector<std::uint32_t>& local = parent; // reused
    for (std::uint32_t i = 0; i < nodes; ++i) {
        Component& component = components[rank[number[i]]];
        local[i] = static_cast<std::uint32_t>(component.nodes.size());
        component.nodes.push_back(i);
    }

    // Rows by the lower end, sorted, without repeats.
    std::vector<std::uint32_t> rows(nodes + 1, 0);
    for (std::size_t e = 0; e + 1 < edges.size(); e += 2)
        if (usable(e))
            ++rows[std::min(edges[e], edges[e + 1]) + 1];
    for (std::size_t i = 1; i < rows.size(); ++i)
        rows[i] += rows[i - 1];
    std::vector<std::uint32_t> columns(rows.back());
    std::vector<std::uint32_t> fill(rows.begin(), rows.end() - (rows.empty() ? 0 : 1));
    for (std::size_t e = 0; e + 1 < edges.size(); e += 2)
        if (usable(e))
            columns[fill[std::min(edges[e], edges[e + 1])]++] = std::max(edges[e], edges[e + 1]);
    for (std::uint32_t i = 0; i < nodes; ++i) {
        const auto begin = columns.begin() + rows[i];
        const auto end = columns.begin() + rows[i + 1];
        std::sort(begin, end);
        auto& out = components[rank[number[i]]].edges;
        for (auto it = begin; it != end; ++it) {
            if (it == begin || *it != *(it - 1)) {
                out.push_back(local[i]);
                out.push_back(local[*it]);
            }
        }
    }
    return components;
}

std::vector<Point> packComponents(std::size_t nodes, const std::vector<Component>& components,
                                  const std::vector<std::vector<Point>>& local, float gap) {
    std::vector<Box> boxes(components.size());
    double area = 0;
    float widest = 0;
    for (std::size_t i = 0; i < components.size(); ++i) {
        boxes[i] = boxOf(local[i]);
        area += (static_cast<double>(boxes[i].width()) + gap) *
                (static_cast<double>(boxes[i].height()) + gap);
        widest = std::max(widest, boxes[i].width());
    }
    std::vector<std::uint32_t> order(components.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return boxes[a].height() > boxes[b].height();
    });
    const float frame = std::max(widest, static_cast<float>(std::sqrt(area * 4.0 / 3.0)));

    std::vector<Point> out(nodes);
    float x = 0;
    float y = 0;
    float rowHeight = 0;
    for (std::uint32_t i : order) {
        const Box& box = boxes[i];
        if (x > 0 && x + box.width() > frame) {
            x = 0;
            y += rowHeight + gap;
            rowHeight = 0;
        }
        for (std::size_t k = 0; k < components[i].nodes.size(); ++k)
            out[components[i].nodes[k]] = {local[i][k].x - box.minX + x,
                                           local[i][k].y - box.minY + y};
        x += box.width() + gap;
        rowHeight = std::max(rowHeight, box.height());
    }
    return out;
}

void separateNodes(std::vector<Point>& points, float distance) {
    constexpr int kRounds = 30;
    const std::size_t n = points.size();
    if (n < 2)
        return;
    std::vector<std::uint32_t> order(n);
    for (int round = 0; round < kRounds; ++round) {
        // Sorted along x, only a short stretch can be near.
        std::iota(order.begin(), order.end(), 0u);
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return points[a].x < points[b].x || (points[a].x == points[b].x && a < b);
        });
        std::vector<Point> push(n);
        bool any = false;
        for (std::size_t i = 0; i < n; ++i) {
            const Point& a = points[order[i]];
            for (std::size_t k = i + 1; k < n && points[order[k]].x - a.x < distance; ++k) {
                const Point& b = points[order[k]];
                float dx = b.x - a.x;
                float dy = b.y - a.y;
                float apart = std::sqrt(dx * dx + dy * dy);
                if (apart >= distance)
                    continue;
                if (apart < 1e-3f) { // on one spot: in directions that differ from pair to pair
                    const auto angle = static_cast<float>(order[i] * 7 + order[k] * 13);
                    dx = std::cos(angle);
                    dy = std::sin(angle);
                    apart = 1;
                }
                const float part = 0.35f * (distance - std::min(apart, distance)) / apart;
                push[order[i]].x -= dx * part;
                push[order[i]].y -= dy * part;
                push[order[k]].x += dx * part;
                push[order[k]].y += dy * part;
                any = true;
            }
        }
        if (!any)
            return;
        for (std::size_t i = 0; i < n; ++i) {
            points[i].x += push[i].x;
            points[i].y += push[i].y;
        }
    }
}

} // namespace ohm::graph
