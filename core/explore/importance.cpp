// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/importance.h"

#include "core/dataset/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::explore {
namespace {

constexpr std::size_t kLeastRows = 10;
constexpr std::size_t kLeastLeaf = 5;

using Columns = std::vector<std::vector<double>>;

/// Ranks from 0, equal values the mean of theirs.
std::vector<double> ranksOf(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i + 1;
        while (end < order.size() && !(values[order[i]] < values[order[end]]))
            ++end;
        for (std::size_t k = i; k < end; ++k)
            ranks[order[k]] = static_cast<double>(i + end - 1) / 2;
        i = end;
    }
    return ranks;
}

/// A regression tree grown on some rows.
class Tree {
public:
    Tree(const Columns& inputs, const std::vector<double>& output, std::vector<std::size_t> rows,
         int depth)
        : m_inputs(inputs)
        , m_output(output) {
        grow(std::move(rows), depth);
    }

    /// With one input of the row taken from another row; `input` out of range: none.
    double value(std::size_t row, std::size_t input, std::size_t other) const {
        std::size_t node = 0;
        while (m_nodes[node].input >= 0) {
            const auto column = static_cast<std::size_t>(m_nodes[node].input);
            const double v = m_inputs[column][column == input ? other : row];
            node = v <= m_nodes[node].threshold ? m_nodes[node].left : m_nodes[node].right;
        }
        return m_nodes[node].mean;
    }

private:
    struct Node {
        int input = -1;
        double threshold = 0, mean = 0;
        std::size_t left = 0, right = 0;
    };

    std::size_t grow(std::vector<std::size_t> rows, int depth) {
        const std::size_t at = m_nodes.size();
        m_nodes.emplace_back();
        double sum = 0;
        for (const std::size_t r : rows)
            sum += m_output[r];
        const auto n = static_cast<double>(rows.size());
        m_nodes[at].mean = sum / n;
        if (depth == 0 || rows.size() < 2 * kLeastLeaf)
            return at;
        // The cut that takes most of the squared error away.
        double best = sum * sum / n + 1e-9;
        for (std::size_t i = 0; i < m_inputs.size(); ++i) {
            const auto& column = m_inputs[i];
            std::sort(rows.begin(), rows.end(),
                      [&](std::size_t a, std::size_t b) { return column[a] < column[b]; });
            double left = 0;
            for (std::size_t k = 0; k + 1 < rows.size(); ++k) {
                left += m_output[rows[k]];
                const std::size_t count = k + 1;
                if (count < kLeastLeaf || rows.size() - count < kLeastLeaf ||
                    !(column[rows[k]] < column[rows[k + 1]]))
                    continue;
                const auto c = static_cast<double>(count);
                const double gain = left * left / c + (sum - left) * (sum - left) / (n - c);
                if (gain > best) {
                    best = gain;
                    m_nodes[at].input = static_cast<int>(i);
                    m_nodes[at].threshold = (column[rows[k]] + column[rows[k + 1]]) / 2;
                }
            }
        }
        if (m_nodes[at].input < 0)
            return at;
        const auto& column = m_inputs[static_cast<std::size_t>(m_nodes[at].input)];
        const double threshold = m_nodes[at].threshold;
        const auto middle = std::partition(rows.begin(), rows.end(),
                                           [&](std::size_t r) { return column[r] <= threshold; });
        std::vector<std::size_t> right(middle, rows.end());
        rows.erase(middle, rows.end());
        if (rows.empty() || right.empty()) { // two values that are next to each other
            m_nodes[at].input = -1;
            return at;
        }
        const std::size_t l = grow(std::move(rows), depth - 1);
        const std::size_t r = grow(std::move(right), depth - 1);
        m_nodes[at].left = l;
        m_nodes[at].right = r;
        return at;
    }

    const Columns& m_inputs;
    const std::vector<double>& m_output;
    std::vector<Node> m_nodes;
};

} // namespace

double rankCorrelation(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (std::isfinite(a[i]) && std::isfinite(b[i])) {
            x.push_back(a[i]);
            y.push_back(b[i]);
        }
    }
    if (x.size() < 3)
        return 0;
    x = ranksOf(x);
    y = ranksOf(y);
    const double mean = static_cast<double>(x.size() - 1) / 2;
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
        xy += (x[i] - mean) * (y[i] - mean);
    }
    return xx > 0 && yy > 0 ? std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0) : 0;
}

std::vector<Importance> importanceOf(const std::vector<std::vector<double>>& inputs,
                                     const std::vector<double>& output,
                                     const ImportanceOptions& options, StopToken stop) {
    std::vector<Importance> result(inputs.size());
    std::vector<std::size_t> good;
    for (std::size_t r = 0; r < output.size(); ++r) {
        if (std::isfinite(output[r]) &&
            std::all_of(inputs.begin(), inputs.end(),
                        [r](const auto& c) { return r < c.size() && std::isfinite(c[r]); }))
            good.push_back(r);
    }
    if (good.size() < kLeastRows)
        return result;
    Columns columns(inputs.size());
    std::vector<double> target;
    for (const std::size_t r : good) {
        target.push_back(output[r]);
        for (std::size_t i = 0; i < inputs.size(); ++i)
            columns[i].push_back(inputs[i][r]);
    }
    if (std::all_of(target.begin(), target.end(), [&](double v) { return v == target.front(); }))
        return result;
    for (std::size_t i = 0; i < columns.size(); ++i)
        result[i].rank = rankCorrelation(columns[i], target);
    target = ranksOf(target);

    const std::size_t n = target.size();
    std::vector<double> growth(columns.size(), 0);
    for (int t = 0; t < options.trees; ++t) {
        if (stop.shouldStop())
            return std::vector<Importance>(inputs.size());
        dataset::Random random(options.seed, static_cast<std::uint64_t>(t));
        std::vector<std::size_t> rows;
        std::vector<char> seen(n, 0);
        for (std::size_t i = 0; i < std::min(n, options.mostRows); ++i) {
            rows.push_back(static_cast<std::size_t>(random.below(static_cast<std::uint64_t>(n))));
            seen[rows.back()] = 1;
        }
        std::vector<std::size_t> unseen;
        for (std::size_t r = 0; r < n && unseen.size() < options.mostRows; ++r) {
            if (!seen[r])
                unseen.push_back(r);
        }
        if (unseen.size() < 2)
            continue;
        const Tree tree(columns, target, std::move(rows), options.depth);
        std::vector<std::size_t> shuffled = unseen;
        for (std::size_t i = shuffled.size(); i > 1; --i)
            std::swap(
                shuffled[i - 1],
                shuffled[static_cast<std::size_t>(random.below(static_cast<std::uint64_t>(i)))]);
        const auto error = [&](std::size_t input) {
            double sum = 0;
            for (std::size_t k = 0; k < unseen.size(); ++k) {
                const double miss = tree.value(unseen[k], input, shuffled[k]) - target[unseen[k]];
                sum += miss * miss;
            }
            return sum / static_cast<double>(unseen.size());
        };
        const double whole = error(columns.size());
        for (std::size_t i = 0; i < columns.size(); ++i)
            growth[i] += error(i) - whole;
    }
    double all = 0;
    for (double& g : growth) {
        g = std::max(0.0, g);
        all += g;
    }
    for (std::size_t i = 0; all > 0 && i < growth.size(); ++i)
        result[i].share = growth[i] / all;
    return result;
}

} // namespace ohm::explore
