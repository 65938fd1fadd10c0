// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/pca.h"

#include "core/base/parallel.h"
#include "core/explore/clones.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace ohm::explore {
namespace {

constexpr std::size_t kWidest = 1024;
constexpr std::size_t kBlock = 1024; ///< rows that are summed on their own
constexpr int kMostSweeps = 60;

/// Sum of the outer products of centred rows begin..end: the upper triangle of [width, width].
OHM_CLONES void addOuter(const float* rows, const double* mean, std::size_t begin, std::size_t end,
                         std::size_t width, double* sum, double* centred) {
    for (std::size_t r = begin; r < end; ++r) {
        for (std::size_t c = 0; c < width; ++c)
            centred[c] = static_cast<double>(rows[r * width + c]) - mean[c];
        for (std::size_t a = 0; a < width; ++a) {
            const double v = centred[a];
            double* out = sum + a * width;
            for (std::size_t b = a; b < width; ++b)
                out[b] += v * centred[b];
        }
    }
}

/// Eigenvectors of the symmetric `a` [n, n] as rows of `vectors`; its diagonal ends as eigenvalues.
void jacobi(std::vector<double>& a, std::vector<double>& vectors, std::size_t n) {
    vectors.assign(n * n, 0);
    for (std::size_t i = 0; i < n; ++i)
        vectors[i * n + i] = 1;
    double scale = 0;
    for (const double v : a)
        scale += v * v;
    for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
        double off = 0;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q)
                off += a[p * n + q] * a[p * n + q];
        if (off <= 1e-26 * scale)
            return;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                const double apq = a[p * n + q];
                if (apq * apq <= 1e-32 * scale)
                    continue;
                const double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
                const double t =
                    std::copysign(1.0, theta) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1);
                const double s = t * c;
                for (std::size_t k = 0; k < n; ++k) {
                    const double x = a[p * n + k], y = a[q * n + k];
                    a[p * n + k] = c * x - s * y;
                    a[q * n + k] = s * x + c * y;
                }
                for (std::size_t k = 0; k < n; ++k) {
                    const double x = a[k * n + p], y = a[k * n + q];
                    a[k * n + p] = c * x - s * y;
                    a[k * n + q] = s * x + c * y;
                }
                for (std::size_t k = 0; k < n; ++k) {
                    const double x = vectors[p * n + k], y = vectors[q * n + k];
                    vectors[p * n + k] = c * x - s * y;
                    vectors[q * n + k] = s * x + c * y;
                }
            }
        }
    }
}

} // namespace

Expected<Pca> fitPca(const Points& points, std::size_t keep, int threads) {
    const std::size_t n = points.count, width = points.width;
    if (n == 0 || width == 0)
        return fail("EXPL-001", "There are no points");
    if (width > kWidest)
        return fail("EXPL-002", "The points are too wide", std::to_string(width) + " values each",
                    {}, "At most " + std::to_string(kWidest) + " are possible");
    Pca pca;
    pca.width = width;
    pca.mean.assign(width, 0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t c = 0; c < width; ++c)
            pca.mean[c] += static_cast<double>(points.row(i)[c]) / static_cast<double>(n);
    }
    for (const double m : pca.mean) {
        if (!std::isfinite(m))
            return fail("EXPL-001", "The points have values that are not finite");
    }
    // Few large blocks: each holds a matrix of its own, added in order.
    const std::size_t block = std::max(kBlock, (n + 15) / 16);
    const std::size_t blocks = (n + block - 1) / block;
    std::vector<std::vector<double>> sums(blocks);
    parallelBlocks(n, block, threadCount(threads), [&](std::size_t begin, std::size_t end) {
        std::vector<double>& sum = sums[begin / block];
        sum.assign(width * width, 0);
        std::vector<double> centred(width);
        addOuter(points.values.data(), pca.mean.data(), begin, end, width, sum.data(),
                 centred.data());
    });
    std::vector<double> covariance(width * width, 0);
    for (const auto& sum : sums) {
        for (std::size_t a = 0; a < width; ++a)
            for (std::size_t b = a; b < width; ++b)
                covariance[a * width + b] += sum[a * width + b] / static_cast<double>(n);
    }
    for (std::size_t a = 0; a < width; ++a) {
        pca.total += covariance[a * width + a];
        for (std::size_t b = 0; b < a; ++b)
            covariance[a * width + b] = covariance[b * width + a];
    }
    std::vector<double> vectors;
    jacobi(covariance, vectors, width);
    std::vector<std::size_t> order(width);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return covariance[a * width + a] > covariance[b * width + b];
    });
    order.resize(std::min(keep, width));
    for (const std::size_t which : order) {
        const double* v = vectors.data() + which * width;
        const double* top = std::max_element(
            v, v + width, [](double a, double b) { return std::fabs(a) < std::fabs(b); });
        const double sign = *top < 0 ? -1 : 1;
        for (std::size_t c = 0; c < width; ++c)
            pca.components.push_back(sign * v[c]);
        pca.variance.push_back(std::max(0.0, covariance[which * width + which]));
    }
    return pca;
}

std::vector<float> project(const Pca& pca, const Points& points, int threads) {
    std::vector<float> out(points.count * pca.kept());
    parallelBlocks(points.count, kBlock, threadCount(threads),
                   [&](std::size_t begin, std::size_t end) {
                       for (std::size_t i = begin; i < end; ++i) {
                           for (std::size_t k = 0; k < pca.kept(); ++k) {
                               double dot = 0;
                               for (std::size_t c = 0; c < pca.width; ++c)
                                   dot += (static_cast<double>(points.row(i)[c]) - pca.mean[c]) *
                                          pca.components[k * pca.width + c];
                               out[i * pca.kept() + k] = static_cast<float>(dot);
                           }
                       }
                   });
    return out;
}

} // namespace ohm::explore
