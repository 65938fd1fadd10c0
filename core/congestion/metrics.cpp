// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/congestion/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ohm::congestion {
namespace {

constexpr int kWindow = 11, kBorder = kWindow / 2;
constexpr double kSigma = 1.5, kK1 = 0.01, kK2 = 0.03;

double d(float value) {
    return static_cast<double>(value);
}

Figure correlation(std::span<const double> a, std::span<const double> b) {
    const auto n = static_cast<double>(a.size());
    if (a.size() < 2)
        return {};
    const double meanA = std::accumulate(a.begin(), a.end(), 0.0) / n;
    const double meanB = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a[i] - meanA, y = b[i] - meanB;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    return aa > 0 && bb > 0 ? Figure(std::clamp(ab / std::sqrt(aa) / std::sqrt(bb), -1.0, 1.0))
                            : Figure();
}

bool constant(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(),
                       [&](float value) { return value == values.front(); });
}

std::vector<double> widened(std::span<const float> values) {
    return {values.begin(), values.end()};
}

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const float> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
    std::vector<double> out(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t j = i + 1;
        while (j < order.size() && values[order[j]] == values[order[i]])
            ++j;
        const double rank = static_cast<double>(i + j + 1) / 2;
        for (; i < j; ++i)
            out[order[i]] = rank;
    }
    return out;
}

std::uint64_t pairsOf(std::uint64_t n) {
    return n * (n - (n > 0)) / 2;
}

/// Sorts and counts the exchanges that sorting takes: pairs that stand the wrong way round.
std::uint64_t inversions(std::vector<float>& values, std::vector<float>& room, std::size_t begin,
                         std::size_t end) {
    if (end - begin < 2)
        return 0;
    const std::size_t middle = begin + (end - begin) / 2;
    std::uint64_t count =
        inversions(values, room, begin, middle) + inversions(values, room, middle, end);
    for (std::size_t i = begin, j = middle, k = begin; k < end; ++k) {
        if (j == end || (i < middle && values[i] <= values[j])) {
            room[k] = values[i++];
        } else {
            count += middle - i;
            room[k] = values[j++];
        }
    }
    std::copy(room.begin() + static_cast<std::ptrdiff_t>(begin),
              room.begin() + static_cast<std::ptrdiff_t>(end),
              values.begin() + static_cast<std::ptrdiff_t>(begin));
    return count;
}

/// Pairs of equal neighbours in a sorted sequence of `n`, equal(i) = element i equals i - 1.
template <typename Equal>
std::uint64_t tiedPairs(std::size_t n, Equal&& equal) {
    std::uint64_t pairs = 0, run = 1;
    for (std::size_t i = 1; i <= n; ++i) {
        if (i < n && equal(i)) {
            ++run;
        } else {
            pairs += pairsOf(run);
            run = 1;
        }
    }
    return pairs;
}

/// Rows and columns smoothed by the window; only places where it lies inside.
std::vector<double> smoothed(const std::vector<double>& map, std::size_t columns, std::size_t rows,
                             const std::array<double, kWindow>& weights) {
    const std::size_t w = columns - kWindow + 1, h = rows - kWindow + 1;
    std::vector<double> across(w * rows, 0), out(w * h, 0);
    for (std::size_t y = 0; y < rows; ++y) {
        for (std::size_t x = 0; x < w; ++x) {
            double sum = 0;
            for (std::size_t k = 0; k < kWindow; ++k)
                sum += weights[k] * map[y * columns + x + k];
            across[y * w + x] = sum;
        }
    }
    for (std::size_t y = 0; y < h; ++y) {
        for (std::size_t k = 0; k < kWindow; ++k) {
            for (std::size_t x = 0; x < w; ++x)
                out[y * w + x] += weights[k] * across[(y + k) * w + x];
        }
    }
    return out;
}

double quantile(std::vector<double>& values, double q) {
    const double place = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), values.begin() + below, values.end());
    const double low = values[static_cast<std::size_t>(below)];
    if (static_cast<std::size_t>(below) + 1 == values.size())
        return low;
    const double high = *std::min_element(values.begin() + below + 1, values.end());
    return low + (place - static_cast<double>(below)) * (high - low);
}

Metrics measure(std::span<const float> predicted, std::span<const float> truth,
                const MetricOptions& options) {
    Metrics m;
    m.count = truth.size();
    const auto n = static_cast<double>(m.count);
    const auto [low, high] = std::minmax_element(truth.begin(), truth.end());
    double mean = 0;
    for (const float value : truth)
        mean += d(value) / n;
    std::vector<double> errors(m.count);
    double squares = 0, deviation = 0;
    for (std::size_t i = 0; i < m.count; ++i) {
        const double e = d(predicted[i]) - d(truth[i]);
        errors[i] = std::abs(e);
        squares += e * e;
        m.mae += errors[i] / n;
        m.maxError = std::max(m.maxError, errors[i]);
        deviation += (d(truth[i]) - mean) * (d(truth[i]) - mean);
        const bool hot = d(truth[i]) > options.hotspot, said = d(predicted[i]) > options.hotspot;
        m.hotTrue += hot;
        m.hotPredicted += said;
        m.hotBoth += hot && said;
    }
    m.mse = squares / n;
    m.p99Error = quantile(errors, 0.99);
    m.pearson = pearson(predicted, truth);
    m.spearman = spearman(predicted, truth);
    m.kendall = kendallTauB(predicted, truth);
    const double range = d(*high) - d(*low);
    if (range > 0) {
        m.r2 = 1 - squares / deviation;
        m.nrmse = std::sqrt(m.mse) / range;
    }
    double peaks = 0;
    bool all = true;
    for (std::size_t k = 0; k < kPeakShares.size(); ++k) {
        m.peakNrmse[k] = peakNrmse(predicted, truth, kPeakShares[k]);
        all = all && m.peakNrmse[k].has_value();
        peaks += m.peakNrmse[k].value_or(0) / static_cast<double>(kPeakShares.size());
    }
    if (all)
        m.peakNrmseMean = peaks;
    if (options.columns > 0)
        m.ssim = ssim(predicted, truth, options.columns, options.range);
    if (m.hotTrue + m.hotPredicted > 0)
        m.hotspotF1 =
            2 * static_cast<double>(m.hotBoth) / static_cast<double>(m.hotTrue + m.hotPredicted);
    return m;
}

std::vector<float> quantised(std::span<const float> values, double range) {
    std::vector<float> out;
    out.reserve(values.size());
    for (const float value : values)
        out.push_back(static_cast<float>(
            std::nearbyint(std::clamp(d(value) / range, 0.0, 1.0) * 255) / 255 * range));
    return out;
}

} // namespace

Figure pearson(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size() || a.size() < 2 || constant(a) || constant(b))
        return {};
    return correlation(widened(a), widened(b));
}

Figure spearman(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size() || a.size() < 2 || constant(a) || constant(b))
        return {};
    return correlation(ranks(a), ranks(b));
}

Figure kendallTauB(std::span<const float> a, std::span<const float> b) {
    const std::size_t n = a.size();
    if (n != b.size() || n < 2)
        return {};
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        return a[i] != a[j] ? a[i] < a[j] : b[i] < b[j];
    });
    const auto sameA = [&](std::size_t i) { return a[order[i]] == a[order[i - 1]]; };
    const std::uint64_t tiedA = tiedPairs(n, sameA);
    const std::uint64_t tiedBoth =
        tiedPairs(n, [&](std::size_t i) { return sameA(i) && b[order[i]] == b[order[i - 1]]; });
    std::vector<float> values(n), room(n);
    for (std::size_t i = 0; i < n; ++i)
        values[i] = b[order[i]];
    const std::uint64_t discordant = inversions(values, room, 0, n);
    const std::uint64_t tiedB =
        tiedPairs(n, [&](std::size_t i) { return values[i] == values[i - 1]; });
    const std::uint64_t pairs = pairsOf(n);
    if (tiedA == pairs || tiedB == pairs)
        return {};
    // Concordant and discordant pairs are tied on neither side.
    const auto untied = static_cast<double>(pairs - tiedA - tiedB + tiedBoth);
    const double difference = untied - 2 * static_cast<double>(discordant);
    return difference / std::sqrt(static_cast<double>(pairs - tiedA)) /
           std::sqrt(static_cast<double>(pairs - tiedB));
}

Figure peakNrmse(std::span<const float> predicted, std::span<const float> truth, double share) {
    const std::size_t n = truth.size();
    if (n == 0 || predicted.size() != n)
        return {};
    // A hair more than the product, so that 5 % of 100 are 5.
    const std::size_t k = std::clamp<std::size_t>(
        static_cast<std::size_t>(share * static_cast<double>(n) * (1 + 1e-12)), 1, n);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k - 1), order.end(),
                     [&](std::size_t i, std::size_t j) {
                         return truth[i] != truth[j] ? truth[i] > truth[j] : i < j;
                     });
    double squares = 0, low = INFINITY, high = -INFINITY;
    for (std::size_t i = 0; i < k; ++i) {
        const double y = d(truth[order[i]]), e = d(predicted[order[i]]) - y;
        squares += e * e;
        low = std::min(low, y);
        high = std::max(high, y);
    }
    return high > low ? Figure(std::sqrt(squares / static_cast<double>(k)) / (high - low))
                      : Figure();
}

Figure ssim(std::span<const float> a, std::span<const float> b, std::size_t columns, double range) {
    if (a.size() != b.size() || columns < kWindow || a.size() % columns != 0 ||
        a.size() / columns < kWindow || !(range > 0))
        return {};
    const std::size_t rows = a.size() / columns;
    std::array<double, kWindow> weights{};
    double total = 0;
    for (int k = 0; k < kWindow; ++k) {
        const double x = k - kBorder;
        weights[static_cast<std::size_t>(k)] = std::exp(-x * x / (2 * kSigma * kSigma));
        total += weights[static_cast<std::size_t>(k)];
    }
    for (double& weight : weights)
        weight /= total;
    const auto x = widened(a), y = widened(b);
    std::vector<double> xx(x.size()), yy(x.size()), xy(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx[i] = x[i] * x[i];
        yy[i] = y[i] * y[i];
        xy[i] = x[i] * y[i];
    }
    const auto mx = smoothed(x, columns, rows, weights), my = smoothed(y, columns, rows, weights);
    const auto sxx = smoothed(xx, columns, rows, weights);
    const auto syy = smoothed(yy, columns, rows, weights);
    const auto sxy = smoothed(xy, columns, rows, weights);
    const double c1 = kK1 * range * kK1 * range, c2 = kK2 * range * kK2 * range;
    double sum = 0;
    for (std::size_t i = 0; i < mx.size(); ++i) {
        const double vx = sxx[i] - mx[i] * mx[i], vy = syy[i] - my[i] * my[i];
        const double cov = sxy[i] - mx[i] * my[i];
        sum += (2 * mx[i] * my[i] + c1) * (2 * cov + c2) /
               ((mx[i] * mx[i] + my[i] * my[i] + c1) * (vx + vy + c2));
    }
    return sum / static_cast<double>(mx.size());
}

FigureMean meanOf(std::span<const Figure> figures) {
    FigureMean out;
    double sum = 0;
    for (const Figure& figure : figures) {
        if (figure)
            sum += *figure;
        else
            ++out.undefined;
    }
    if (out.undefined < figures.size())
        out.mean = sum / static_cast<double>(figures.size() - out.undefined);
    return out;
}

Expected<Comparison> compare(std::span<const float> predicted, std::span<const float> truth,
                             const MetricOptions& options) {
    if (truth.empty() || predicted.size() != truth.size())
        return fail("CONG-040", "There is nothing to compare",
                    std::to_string(predicted.size()) + " predictions, " +
                        std::to_string(truth.size()) + " labels");
    if (options.columns > 0 && truth.size() % options.columns != 0)
        return fail("CONG-040", "The map does not consist of whole rows",
                    std::to_string(truth.size()) + " values in rows of " +
                        std::to_string(options.columns));
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!std::all_of(predicted.begin(), predicted.end(), finite) ||
        !std::all_of(truth.begin(), truth.end(), finite))
        return fail("CONG-041", "A prediction or a label is not a finite number");
    const std::vector<float> zeros(truth.size(), 0);
    if (!options.quantise)
        return Comparison{measure(predicted, truth, options), measure(zeros, truth, options)};
    if (!(options.range > 0))
        return fail("CONG-040", "The range of the values is not positive");
    const auto p = quantised(predicted, options.range), t = quantised(truth, options.range);
    return Comparison{measure(p, t, options), measure(zeros, t, options)};
}

} // namespace ohm::congestion
