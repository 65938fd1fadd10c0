// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/affinities.h"

#include "core/base/parallel.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace ohm::explore {
namespace {

constexpr int kSearchSteps = 100;
constexpr double kEntropyTolerance = 1e-5;

/// p_j proportional to exp(-beta d_j) with the entropy wanted.
void calibrate(const float* squared, std::size_t k, double entropy, double* p) {
    double beta = 1, low = 0, high = std::numeric_limits<double>::infinity();
    const double nearest = static_cast<double>(squared[0]);
    for (int step = 0; step < kSearchSteps; ++step) {
        double sum = 0, weighted = 0;
        for (std::size_t j = 0; j < k; ++j) {
            const double d = static_cast<double>(squared[j]) - nearest;
            p[j] = std::exp(-beta * d);
            sum += p[j];
            weighted += d * p[j];
        }
        const double got = std::log(sum) + beta * weighted / sum;
        for (std::size_t j = 0; j < k; ++j)
            p[j] /= sum;
        if (std::fabs(got - entropy) < kEntropyTolerance)
            return;
        if (got > entropy) {
            low = beta;
            beta = std::isinf(high) ? beta * 2 : (beta + high) / 2;
        } else {
            high = beta;
            beta = (beta + low) / 2;
        }
        if (!std::isfinite(beta)) // all neighbours lie on one spot
            return;
    }
}

} // namespace

Affinities makeAffinities(const Neighbours& neighbours, double perplexity, int threads) {
    const std::size_t k = neighbours.k;
    const std::size_t n = k > 0 ? neighbours.index.size() / k : 0;
    Affinities out;
    out.rows.assign(n + 1, 0);
    if (n == 0)
        return out;
    const double entropy =
        std::log(std::max(1.0, std::min(perplexity, static_cast<double>(k) / 3)));
    // Each row sorted by column, and the same transposed.
    std::vector<std::pair<std::int32_t, float>> rows(n * k);
    parallelBlocks(n, 256, threadCount(threads), [&](std::size_t begin, std::size_t end) {
        std::vector<double> p(k);
        for (std::size_t i = begin; i < end; ++i) {
            calibrate(neighbours.squared.data() + i * k, k, entropy, p.data());
            for (std::size_t j = 0; j < k; ++j)
                rows[i * k + j] = {neighbours.index[i * k + j], static_cast<float>(p[j])};
            std::sort(rows.begin() + static_cast<std::ptrdiff_t>(i * k),
                      rows.begin() + static_cast<std::ptrdiff_t>((i + 1) * k));
        }
    });
    std::vector<std::int64_t> start(n + 1, 0);
    for (const auto& [column, value] : rows)
        ++start[static_cast<std::size_t>(column) + 1];
    std::partial_sum(start.begin(), start.end(), start.begin());
    std::vector<std::pair<std::int32_t, float>> transposed(n * k);
    auto next = start;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < k; ++j) {
            const auto& [column, value] = rows[i * k + j];
            transposed[static_cast<std::size_t>(next[static_cast<std::size_t>(column)]++)] = {
                static_cast<std::int32_t>(i), value};
        }
    }
    out.columns.reserve(2 * n * k);
    out.values.reserve(2 * n * k);
    const double scale = 1 / (2 * static_cast<double>(n));
    for (std::size_t i = 0; i < n; ++i) {
        const auto* a = rows.data() + i * k;
        const auto* aEnd = a + k;
        const auto* b = transposed.data() + start[i];
        const auto* bEnd = transposed.data() + start[i + 1];
        while (a != aEnd || b != bEnd) {
            const std::int32_t column =
                b == bEnd || (a != aEnd && a->first < b->first) ? a->first : b->first;
            double value = 0;
            if (a != aEnd && a->first == column)
                value += static_cast<double>((a++)->second);
            if (b != bEnd && b->first == column)
                value += static_cast<double>((b++)->second);
            value *= scale;
            out.columns.push_back(column);
            out.values.push_back(static_cast<float>(value));
            if (value > 0)
                out.entropyTerm += value * std::log(value);
        }
        out.rows[i + 1] = static_cast<std::int64_t>(out.columns.size());
    }
    return out;
}

} // namespace ohm::explore
