// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schematic/ordering.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ohm::schematic::draw {
namespace {

/// Small deterministic generator (xorshift64*): the standard distributions differ by library.
class Random {
public:
    explicit Random(std::uint64_t seed)
        : m_state(seed) {}
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>((static_cast<std::uint64_t>(next()) * limit) >> 32U);
    }
    double unit() { return next() * (1.0 / 4294967296.0); }

private:
    std::uint32_t next() {
        m_state ^= m_state >> 12U;
        m_state ^= m_state << 25U;
        m_state ^= m_state >> 27U;
        return static_cast<std::uint32_t>((m_state * 0x2545F4914F6CDD1DULL) >> 32U);
    }
    std::uint64_t m_state;
};

class Annealer {
public:
    Annealer(const OrderProblem& problem, const StopToken& stop)
        : p(problem)
        , m_stop(stop) {
        // Taps net by net: the cost runs over nets.
        m_start.assign(p.nets.size() + 1, 0);
        for (const auto& group : p.groups)
            for (const auto& tap : group.taps)
                ++m_start[tap.net + 1];
        std::partial_sum(m_start.begin(), m_start.end(), m_start.begin());
        m_taps.resize(m_start.back());
        auto at = m_start;
        for (std::uint32_t g = 0; g < p.groups.size(); ++g)
            for (const auto& tap : p.groups[g].taps)
                m_taps[at[tap.net]++] = {g, tap};
        m_x.resize(p.groups.size());
    }

    Order run() {
        const auto count = static_cast<std::uint32_t>(p.groups.size());
        Order best;
        best.sequence.resize(count);
        std::iota(best.sequence.begin(), best.sequence.end(), 0U);
        best.flipped.assign(count, false);
        if (count < 2)
            return bestFlip(best);
        std::stable_sort(best.sequence.begin(), best.sequence.end(),
                         [depth = depths()](auto a, auto b) { return depth[a] < depth[b]; });
        double bestCost = cost(best);
        const Order begin = best;
        const int runs = count <= 12 ? 4 : 3;
        for (int run = 0; run < runs && !m_stop.stopRequested(); ++run)
            anneal(run == 0 ? begin : best, 0x9E3779B97F4A7C15ULL + static_cast<unsigned>(run),
                   best, bestCost);
        return best;
    }

private:
    struct GroupTap {
        std::uint32_t group;
        OrderProblem::Tap tap;
    };

    Order bestFlip(Order order) {
        double least = cost(order);
        for (std::size_t g = 0; g < order.flipped.size(); ++g) {
            order.flipped[g] = true;
            if (const double c = cost(order); c < least)
                least = c;
            else
                order.flipped[g] = false;
        }
        return order;
    }

    /// Groups by their distance from the inputs: a start that already reads from left to right.
    std::vector<int> depths() const {
        std::vector<int> depth(p.groups.size(), std::numeric_limits<int>::max());
        std::vector<std::uint32_t> open;
        for (std::uint32_t g = 0; g < p.groups.size(); ++g)
            for (const auto& tap : p.groups[g].taps)
                if (p.nets[tap.net].toLeft > 0 && depth[g] != 0) {
                    depth[g] = 0;
                    open.push_back(g);
                }
        for (std::size_t i = 0; i < open.size(); ++i)
            for (const auto& tap : p.groups[open[i]].taps) {
                if (m_start[tap.net + 1] - m_start[tap.net] > 8)
                    continue;
                for (auto t = m_start[tap.net]; t < m_start[tap.net + 1]; ++t)
                    if (int& d = depth[m_taps[t].group]; d == std::numeric_limits<int>::max()) {
                        d = depth[open[i]] + 1;
                        open.push_back(m_taps[t].group);
                    }
            }
        return depth;
    }

    double cost(const Order& order) {
        std::int32_t x = 0;
        for (const std::uint32_t g : order.sequence) {
            const std::int32_t width = p.groups[g].width;
            m_x[g] = x + width / 2;
            x += width;
        }
        double sum = 0;
        for (std::size_t n = 0; n < p.nets.size(); ++n) {
            const auto from = m_start[n];
            const auto to = m_start[n + 1];
            if (from == to)
                continue;
            std::int32_t low = std::numeric_limits<std::int32_t>::max();
            std::int32_t high = std::numeric_limits<std::int32_t>::min();
            std::int64_t driver = 0;
            std::int32_t drivers = 0;
            for (auto t = from; t < to; ++t) {
                const GroupTap& gt = m_taps[t];
                const std::int32_t at =
                    m_x[gt.group] + (order.flipped[gt.group] ? -gt.tap.dx : gt.tap.dx);
                low = std::min(low, at);
                high = std::max(high, at);
                if (gt.tap.drives) {
                    driver += at;
                    ++drivers;
                }
            }
            const auto& w = p.nets[n];
            sum += w.span * (high - low) + w.toLeft * low + w.toRight * (x - high);
            if (drivers == 0)
                continue;
            const double source = static_cast<double>(driver) / drivers;
            for (auto t = from; t < to; ++t) {
                const GroupTap& gt = m_taps[t];
                if (!gt.tap.receives && gt.tap.outward == 0)
                    continue;
                const bool flipped = order.flipped[gt.group];
                const std::int32_t at = m_x[gt.group] + (flipped ? -gt.tap.dx : gt.tap.dx);
                if (gt.tap.receives && at < source)
                    sum += kBackward * w.span * (source - at);
                if (const int out = flipped ? -gt.tap.outward : gt.tap.outward; out != 0)
                    sum += kOutward * w.span * std::max(0.0, (at - source) * out);
            }
        }
        return sum;
    }

    void anneal(Order order, std::uint64_t seed, Order& best, double& bestCost) {
        const auto count = static_cast<std::uint32_t>(order.sequence.size());
        Random random(seed);
        double now = cost(order);
        const int moves = static_cast<int>(std::min<std::size_t>(1200U * count, 30000U));
        const double hot = 60;
        const double cold = 1;
        for (int i = 0; i < moves; ++i) {
            if ((i & 255) == 0 && m_stop.stopRequested())
                return;
            const double temperature = hot * std::pow(cold / hot, static_cast<double>(i) / moves);
            const std::uint32_t a = random.below(count);
            std::uint32_t b = random.below(count);
            const std::uint32_t kind = random.below(8);
            const std::uint32_t group = order.sequence[a];
            if (kind < 2) {
                order.flipped[group] = !order.flipped[group];
            } else if (kind < 5) {
                if (kind == 2) // neighbours
                    b = a + 1 < count ? a + 1 : a - 1;
                std::swap(order.sequence[a], order.sequence[b]);
            } else {
                shift(order.sequence, a, b);
            }
            const double c = cost(order);
            if (c <= now || random.unit() < std::exp((now - c) / temperature)) {
                now = c;
                if (c < bestCost - 1e-6) {
                    bestCost = c;
                    best = order;
                }
            } else if (kind < 2) {
                order.flipped[group] = !order.flipped[group];
            } else if (kind < 5) {
                std::swap(order.sequence[a], order.sequence[b]);
            } else {
                shift(order.sequence, b, a);
            }
        }
    }

    static void shift(std::vector<std::uint32_t>& sequence, std::uint32_t from, std::uint32_t to) {
        const auto begin = sequence.begin();
        if (from < to)
            std::rotate(begin + from, begin + from + 1, begin + to + 1);
        else
            std::rotate(begin + to, begin + from, begin + from + 1);
    }

    static constexpr double kBackward = 0.6; ///< price of a signal that runs to the left
    static constexpr double kOutward = 2.0;  ///< of a bridge that does not stand between its nets
    const OrderProblem& p;
    const StopToken& m_stop;
    std::vector<std::size_t> m_start;
    std::vector<GroupTap> m_taps;
    std::vector<std::int32_t> m_x;
};

} // namespace

Order arrange(const OrderProblem& problem, const StopToken& stop) {
    return Annealer(problem, stop).run();
}

} // namespace ohm::schematic::draw
