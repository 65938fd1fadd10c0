// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/repulsion.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace ohm::graph {

namespace {

constexpr std::uint32_t kLeafSize = 16;
constexpr std::size_t kLanes = 4; // SSE2 and NEON width
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

std::uint32_t spread(std::uint32_t v) {
    v &= 0xFFFFu;
    v = (v | (v << 8)) & 0x00FF00FFu;
    v = (v | (v << 4)) & 0x0F0F0F0Fu;
    v = (v | (v << 2)) & 0x33333333u;
    return (v | (v << 1)) & 0x55555555u;
}

Lanes load(const float* from, std::size_t count) {
    Lanes lanes = {};
    std::memcpy(&lanes, from, count * sizeof(float));
    return lanes;
}

} // namespace

void Repulsion::sortPoints(std::span<const Point> positions) {
    float minX = positions[0].x, maxX = minX, minY = positions[0].y, maxY = minY;
    for (const Point& p : positions) {
        minX = std::min(minX, p.x);
        maxX = std::max(maxX, p.x);
        minY = std::min(minY, p.y);
        maxY = std::max(maxY, p.y);
    }
    const float scale = 65535.0f / std::max({maxX - minX, maxY - minY, 1e-20f});
    m_keys.resize(positions.size());
    m_scratch.resize(positions.size());
    for (std::size_t i = 0; i < positions.size(); ++i) {
        const auto ix = static_cast<std::uint32_t>((positions[i].x - minX) * scale);
        const auto iy = static_cast<std::uint32_t>((positions[i].y - minY) * scale);
        const std::uint64_t code = spread(ix) | (spread(iy) << 1);
        m_keys[i] = (code << 32) | i;
    }
    if (positions.size() < 1024) {
        std::sort(m_keys.begin(), m_keys.end());
        return;
    }
    for (int shift = 32; shift < 64; shift += 8) { // radix, stable, so ties keep the point's order
        std::array<std::uint32_t, 257> start{};
        for (std::uint64_t key : m_keys)
            ++start[((key >> shift) & 0xFF) + 1];
        for (std::size_t i = 1; i < start.size(); ++i)
            start[i] += start[i - 1];
        for (std::uint64_t key : m_keys)
            m_scratch[start[(key >> shift) & 0xFF]++] = key;
        m_keys.swap(m_scratch);
    }
}

void Repulsion::build(std::uint32_t begin, std::uint32_t end, int shift) {
    const std::size_t self = m_cells.size();
    m_cells.emplace_back();
    Cell cell;
    cell.begin = begin;
    cell.end = end;
    if (end - begin <= kLeafSize || shift < 32) {
        cell.leaf = true;
        float minX = m_x[begin], maxX = minX, minY = m_y[begin], maxY = minY;
        for (std::uint32_t i = begin; i < end; ++i) {
            cell.mass += m_mass[i];
            cell.x += m_mass[i] * m_x[i];
            cell.y += m_mass[i] * m_y[i];
            minX = std::min(minX, m_x[i]);
            maxX = std::max(maxX, m_x[i]);
            minY = std::min(minY, m_y[i]);
            maxY = std::max(maxY, m_y[i]);
        }
        cell.size = std::max(maxX - minX, maxY - minY);
        cell.midX = (minX + maxX) / 2;
        cell.midY = (minY + maxY) / 2;
        m_leaves.push_back(static_cast<std::uint32_t>(self));
    } else {
        float minX = m_x[begin], maxX = minX, minY = m_y[begin], maxY = minY;
        std::uint32_t from = begin;
        for (std::uint64_t quarter = 0; quarter < 4; ++quarter) {
            const auto to = static_cast<std::uint32_t>(
                std::partition_point(
                    m_keys.begin() + from, m_keys.begin() + end,
                    [&](std::uint64_t key) { return ((key >> shift) & 3) <= quarter; }) -
                m_keys.begin());
            if (to == from)
                continue;
            const std::size_t child = m_cells.size();
            build(from, to, shift - 2);
            const Cell& c = m_cells[child];
            cell.mass += c.mass;
            cell.x += c.mass * c.x;
            cell.y += c.mass * c.y;
            from = to;
        }
        for (std::uint32_t i = begin; i < end; ++i) {
            minX = std::min(minX, m_x[i]);
            maxX = std::max(maxX, m_x[i]);
            minY = std::min(minY, m_y[i]);
            maxY = std::max(maxY, m_y[i]);
        }
        cell.size = std::max(maxX - minX, maxY - minY);
        cell.midX = (minX + maxX) / 2;
        cell.midY = (minY + maxY) / 2;
    }
    cell.x /= cell.mass;
    cell.y /= cell.mass;
    cell.next = static_cast<std::uint32_t>(m_cells.size());
    m_cells[self] = cell;
}

void Repulsion::leafForces(const Cell& leaf, float softening, std::span<Point> forces,
                           std::vector<float>& list) const {
    // The list interleaves x, y, mass of what acts on every point of this leaf.
    list.clear();
    const float reach = leaf.size * 0.7072f;
    const float invTheta = 1.0f / m_theta;
    for (std::uint32_t c = 0; c < m_cells.size();) {
        const Cell& cell = m_cells[c];
        const float dx = cell.midX - leaf.midX;
        const float dy = cell.midY - leaf.midY;
        const float need = cell.size * invTheta + reach;
        if (dx * dx + dy * dy > need * need) {
            list.insert(list.end(), {cell.x, cell.y, cell.mass});
            c = cell.next;
        } else if (cell.leaf) {
            for (std::uint32_t i = cell.begin; i < cell.end; ++i)
                list.insert(list.end(), {m_x[i], m_y[i], m_mass[i]});
            c = cell.next;
        } else {
            ++c;
        }
    }
    for (std::uint32_t i = leaf.begin; i < leaf.end; i += 2 * kLanes) {
        const std::size_t count = std::min<std::size_t>(2 * kLanes, leaf.end - i);
        const std::size_t low = std::min(count, kLanes);
        const std::size_t high = count - low;
        const Lanes px0 = load(&m_x[i], low), py0 = load(&m_y[i], low);
        const Lanes px1 = load(m_x.data() + i + low, high), py1 = load(m_y.data() + i + low, high);
        Lanes ax0 = {}, ay0 = {}, ax1 = {}, ay1 = {};
        for (std::size_t k = 0; k < list.size(); k += 3) {
            const float x = list[k], y = list[k + 1], mass = list[k + 2];
            const Lanes dx0 = px0 - x, dy0 = py0 - y;
            const Lanes dx1 = px1 - x, dy1 = py1 - y;
            const Lanes w0 = mass / (dx0 * dx0 + dy0 * dy0 + softening);
            const Lanes w1 = mass / (dx1 * dx1 + dy1 * dy1 + softening);
            ax0 += dx0 * w0;
            ay0 += dy0 * w0;
            ax1 += dx1 * w1;
            ay1 += dy1 * w1;
        }
        for (std::size_t l = 0; l < low; ++l)
            forces[m_keys[i + l] & 0xFFFFFFFFu] = {ax0[l], ay0[l]};
        for (std::size_t l = 0; l < high; ++l)
            forces[m_keys[i + low + l] & 0xFFFFFFFFu] = {ax1[l], ay1[l]};
    }
}

void Repulsion::compute(std::span<const Point> positions, std::span<const float> masses,
                        float softening, std::span<Point> forces, const StopToken& stop) {
    if (positions.empty())
        return;
    sortPoints(positions);
    const std::size_t n = positions.size();
    m_x.resize(n);
    m_y.resize(n);
    m_mass.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t point = m_keys[i] & 0xFFFFFFFFu;
        m_x[i] = positions[point].x;
        m_y[i] = positions[point].y;
        m_mass[i] = masses[point];
    }
    m_cells.clear();
    m_leaves.clear();
    build(0, static_cast<std::uint32_t>(n), 62);
    parallelBlocks(m_leaves.size(), 64, m_threads, [&](std::size_t begin, std::size_t end) {
        if (stop.stopRequested())
            return;
        std::vector<float> list;
        list.reserve(4096);
        for (std::size_t i = begin; i < end; ++i)
            leafForces(m_cells[m_leaves[i]], softening, forces, list);
    });
}

} // namespace ohm::graph
