// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parasitics/pairs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

namespace ohm::parasitics {
namespace {

/// Devices with more pins than this are black boxes that say nothing about what lies beside what.
constexpr std::size_t kMostPins = 64;

float log1(double value) {
    return static_cast<float>(std::log1p(value));
}

} // namespace

PairContext::PairContext(const CircuitGraph& graph)
    : m_graph(graph)
    , m_bus(graph.nets)
    , m_pins(graph.nets, 0) {
    struct Entry {
        std::uint64_t key;
        Shared shared;
    };
    std::vector<Entry> entries;
    std::uint32_t first = 0;
    while (first < graph.pins) {
        std::uint32_t last = first;
        while (last < graph.pins && graph.pinDevice[last] == graph.pinDevice[first])
            ++last;
        const std::uint32_t device = graph.pinDevice[first];
        const auto type = static_cast<DeviceType>(graph.deviceType[device]);
        const bool mos = type == DeviceType::Nmos || type == DeviceType::Pmos;
        const float* stats = graph.deviceStats.data() + std::size_t{device} * kDeviceStats;
        const float width = 1e6F * stats[1] * std::max(1.0F, stats[0]);
        for (std::uint32_t p = first; p < last; ++p) {
            if (graph.pinNet[p] != CircuitGraph::kNoNet)
                ++m_pins[graph.pinNet[p]];
        }
        for (std::uint32_t p = first; p < last && last - first <= kMostPins; ++p) {
            for (std::uint32_t r = first; r < last; ++r) {
                const std::uint32_t a = graph.pinNet[p], b = graph.pinNet[r];
                if (a == b || a == CircuitGraph::kNoNet || b == CircuitGraph::kNoNet)
                    continue;
                const bool gate = graph.pinRole[p] == 1, otherGate = graph.pinRole[r] == 1;
                entries.push_back({(std::uint64_t{a} << 32) | b,
                                   {1, mos && gate != otherGate ? 1.0F : 0.0F,
                                    mos && !gate && !otherGate ? 1.0F : 0.0F, width}});
            }
        }
        first = last;
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& x, const Entry& y) { return x.key < y.key; });
    m_rows.assign(std::size_t{graph.nets} + 1, 0);
    for (std::size_t i = 0; i < entries.size();) {
        Shared sum;
        std::size_t end = i;
        for (; end < entries.size() && entries[end].key == entries[i].key; ++end) {
            sum.devices += entries[end].shared.devices;
            sum.gateChannel += entries[end].shared.gateChannel;
            sum.channelChannel += entries[end].shared.channelChannel;
            sum.width += entries[end].shared.width;
        }
        m_columns.push_back(static_cast<std::uint32_t>(entries[i].key & 0xFFFFFFFFu));
        m_shared.push_back(sum);
        ++m_rows[(entries[i].key >> 32) + 1];
        i = end;
    }
    for (std::size_t n = 1; n < m_rows.size(); ++n)
        m_rows[n] += m_rows[n - 1];
    std::unordered_map<std::string_view, std::uint32_t> bases;
    for (std::uint32_t n = 0; n < graph.nets && n < graph.netNames.size(); ++n) {
        const std::string_view name = graph.netNames[n];
        const std::size_t open = name.rfind('[');
        if (open == std::string_view::npos || name.empty() || name.back() != ']')
            continue;
        std::int32_t index = 0;
        const char* end = name.data() + name.size() - 1;
        const auto [at, error] = std::from_chars(name.data() + open + 1, end, index);
        if (error != std::errc{} || at != end)
            continue;
        const auto number = static_cast<std::uint32_t>(bases.size() + 1);
        m_bus[n] = {bases.emplace(name.substr(0, open), number).first->second, index};
    }
}

std::uint32_t PairContext::netOf(std::uint32_t node) const {
    return node < m_graph.nets ? node : m_graph.pinNet[node - m_graph.nets - m_graph.devices];
}

std::span<const std::uint32_t> PairContext::neighbours(std::uint32_t net) const {
    return {m_columns.data() + m_rows[net], m_columns.data() + m_rows[net + 1]};
}

void PairContext::features(std::uint32_t a, std::uint32_t b, float* out) const {
    std::fill_n(out, kPairFeatures, 0.0F);
    const bool pinA = a >= m_graph.nets, pinB = b >= m_graph.nets;
    out[14] = pinA != pinB ? 1.0F : 0.0F;
    out[15] = pinA && pinB ? 1.0F : 0.0F;
    const std::uint32_t x = netOf(a), y = netOf(b);
    if (x == CircuitGraph::kNoNet || y == CircuitGraph::kNoNet) {
        out[8] = 1;
        return;
    }
    const auto nx = neighbours(x), ny = neighbours(y);
    const auto found = std::lower_bound(nx.begin(), nx.end(), y);
    const bool direct = found != nx.end() && *found == y;
    if (direct) {
        const Shared& shared = m_shared[m_rows[x] + static_cast<std::size_t>(found - nx.begin())];
        out[0] = log1(shared.devices);
        out[1] = log1(shared.gateChannel);
        out[2] = log1(shared.channelChannel);
        out[3] = log1(shared.width);
    }
    const auto small = nx.size() < ny.size() ? nx : ny;
    const auto large = nx.size() < ny.size() ? ny : nx;
    std::size_t common = 0;
    if (small.size() * 8 < large.size()) {
        for (const std::uint32_t n : small)
            common += std::binary_search(large.begin(), large.end(), n) ? 1 : 0;
    } else {
        for (std::size_t i = 0, k = 0; i < small.size() && k < large.size();) {
            common += small[i] == large[k] ? 1 : 0;
            const bool step = small[i] <= large[k];
            k += large[k] <= small[i] ? 1 : 0;
            i += step ? 1 : 0;
        }
    }
    out[4] = log1(static_cast<double>(common));
    const std::size_t either = nx.size() + ny.size() - common;
    out[5] = either > 0 ? static_cast<float>(common) / static_cast<float>(either) : 0;
    out[direct ? 6 : common > 0 ? 7 : 8] = 1;
    if (m_bus[x].base != 0 && m_bus[x].base == m_bus[y].base)
        out[std::abs(m_bus[x].index - m_bus[y].index) == 1 ? 9 : 10] = 1;
    if (x < m_graph.netNames.size() && y < m_graph.netNames.size()) {
        const std::string_view p = m_graph.netNames[x], r = m_graph.netNames[y];
        std::size_t same = 0, shared = 0;
        while (same < p.size() && same < r.size() && p[same] == r[same]) {
            shared += p[same] == '.' ? 1 : 0;
            ++same;
        }
        const auto depth =
            std::max(std::count(p.begin(), p.end(), '.'), std::count(r.begin(), r.end(), '.'));
        out[11] = depth > 0 ? static_cast<float>(shared) / static_cast<float>(depth) : 1.0F;
    }
    out[12] = log1(std::min(m_pins[x], m_pins[y]));
    out[13] = log1(std::max(m_pins[x], m_pins[y]));
}

std::vector<std::pair<std::uint32_t, std::uint32_t>>
PairContext::candidates(std::size_t fanout) const {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    const auto add = [&](std::uint32_t a, std::uint32_t b) {
        if (a != b)
            pairs.emplace_back(std::min(a, b), std::max(a, b));
    };
    for (std::uint32_t n = 0; n < m_graph.nets; ++n) {
        const auto beside = neighbours(n);
        for (const std::uint32_t other : beside) {
            if (n < other)
                add(n, other);
        }
        if (beside.size() > fanout)
            continue;
        for (std::size_t i = 0; i < beside.size(); ++i) {
            for (std::size_t k = i + 1; k < beside.size(); ++k)
                add(beside[i], beside[k]);
        }
    }
    std::vector<std::uint32_t> buses;
    for (std::uint32_t n = 0; n < m_graph.nets; ++n) {
        if (m_bus[n].base != 0)
            buses.push_back(n);
    }
    std::sort(buses.begin(), buses.end(), [&](std::uint32_t x, std::uint32_t y) {
        return m_bus[x].base != m_bus[y].base ? m_bus[x].base < m_bus[y].base
                                              : m_bus[x].index < m_bus[y].index;
    });
    for (std::size_t i = 1; i < buses.size(); ++i) {
        if (m_bus[buses[i - 1]].base == m_bus[buses[i]].base)
            add(buses[i - 1], buses[i]);
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
}

} // namespace ohm::parasitics
