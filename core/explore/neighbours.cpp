// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/neighbours.h"

#include "core/base/parallel.h"
#include "core/explore/clones.h"
#include "core/nn/kernels/kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::explore {
namespace {

constexpr std::size_t kQueries = 48;     ///< rows of a block of products
constexpr std::size_t kCandidates = 256; ///< columns of it; a multiple of every kernel's panel
constexpr std::size_t kChunk = 16;       ///< products that are compared at once

OHM_CLONES bool anyBelow(const float* values, float bound) {
    int below = 0;
    for (std::size_t i = 0; i < kChunk; ++i)
        below |= values[i] < bound ? 1 : 0;
    return below != 0;
}

/// The k best so far: a heap with the worst on top. Ties go to the smaller index.
struct Best {
    std::vector<std::pair<float, std::int32_t>> heap;
    std::size_t k;
    float bound = std::numeric_limits<float>::infinity();
    void offer(float distance, std::int32_t index) {
        if (heap.size() < k) {
            heap.emplace_back(distance, index);
            std::push_heap(heap.begin(), heap.end());
        } else if (distance < heap.front().first) {
            std::pop_heap(heap.begin(), heap.end());
            heap.back() = {distance, index};
            std::push_heap(heap.begin(), heap.end());
        }
        if (heap.size() == k)
            bound = heap.front().first;
    }
};

Expected<Neighbours> search(const Points& points, const std::vector<std::size_t>& queries,
                            std::size_t k, int threads, const StopToken& stop,
                            ProgressSink& progress) {
    const std::size_t n = points.count, width = points.width;
    if (n < 2 || width == 0)
        return fail("EXPL-001", "There are fewer than two points");
    k = std::min(k, n - 1);
    const auto& kernel = nn::kernels::best();
    const std::size_t padded = (width + nn::kernels::kChannelStep - 1) / nn::kernels::kChannelStep *
                               nn::kernels::kChannelStep;
    // Centred, so that |b|^2 - 2ab loses little; the final distances are taken from differences.
    std::vector<double> mean(width, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t c = 0; c < width; ++c)
            mean[c] += static_cast<double>(points.row(i)[c]) / static_cast<double>(n);
    for (const double m : mean) {
        if (!std::isfinite(m))
            return fail("EXPL-001", "The points have values that are not finite");
    }
    const std::size_t panels = (n + kCandidates - 1) / kCandidates;
    std::vector<float> packed(panels * padded * kCandidates);
    std::vector<float> norms(panels * kCandidates, std::numeric_limits<float>::max());
    const unsigned cores = threadCount(threads);
    parallelBlocks(panels, 4, cores, [&](std::size_t begin, std::size_t end) {
        std::vector<float> block(padded * kCandidates);
        for (std::size_t p = begin; p < end; ++p) {
            std::fill(block.begin(), block.end(), 0.0F);
            for (std::size_t j = 0; j < kCandidates && p * kCandidates + j < n; ++j) {
                const float* row = points.row(p * kCandidates + j);
                double norm = 0;
                for (std::size_t c = 0; c < width; ++c) {
                    const double v = static_cast<double>(row[c]) - mean[c];
                    block[j * padded + c] = static_cast<float>(v);
                    norm += v * v;
                }
                norms[p * kCandidates + j] = static_cast<float>(norm);
            }
            kernel.pack(block.data(), 1, static_cast<std::int64_t>(padded),
                        static_cast<int>(padded), static_cast<int>(kCandidates),
                        packed.data() + p * padded * kCandidates);
        }
    });
    Neighbours out;
    out.k = k;
    out.index.resize(queries.size() * k);
    out.squared.resize(queries.size() * k);
    std::atomic<std::size_t> done{0};
    parallelBlocks(queries.size(), kQueries, cores, [&](std::size_t begin, std::size_t end) {
        if (stop.shouldStop())
            return;
        const std::size_t rows = end - begin;
        std::vector<float> a(rows * padded, 0.0F), product(rows * kCandidates);
        std::vector<Best> best(rows, Best{{}, k});
        for (std::size_t r = 0; r < rows; ++r) {
            const float* row = points.row(queries[begin + r]);
            for (std::size_t c = 0; c < width; ++c)
                a[r * padded + c] =
                    static_cast<float>(-2 * (static_cast<double>(row[c]) - mean[c]));
            best[r].heap.reserve(k);
        }
        for (std::size_t p = 0; p < panels; ++p) {
            kernel.gemm(a.data(), static_cast<std::int64_t>(padded),
                        static_cast<std::int64_t>(rows), static_cast<int>(padded),
                        packed.data() + p * padded * kCandidates, static_cast<int>(kCandidates),
                        norms.data() + p * kCandidates, product.data(),
                        static_cast<std::int64_t>(kCandidates), nn::kernels::Store::Write);
            const std::size_t columns = std::min(kCandidates, n - p * kCandidates);
            for (std::size_t r = 0; r < rows; ++r) {
                const float* d = product.data() + r * kCandidates;
                const std::size_t self = queries[begin + r];
                for (std::size_t j = 0; j < columns; j += kChunk) {
                    if (!anyBelow(d + j, best[r].bound))
                        continue;
                    for (std::size_t i = j; i < std::min(j + kChunk, columns); ++i) {
                        const std::size_t other = p * kCandidates + i;
                        if (other != self && d[i] < best[r].bound)
                            best[r].offer(d[i], static_cast<std::int32_t>(other));
                    }
                }
            }
        }
        for (std::size_t r = 0; r < rows; ++r) {
            const float* row = points.row(queries[begin + r]);
            for (auto& [distance, index] : best[r].heap) {
                const float* other = points.row(static_cast<std::size_t>(index));
                float sum = 0;
                for (std::size_t c = 0; c < width; ++c)
                    sum += (row[c] - other[c]) * (row[c] - other[c]);
                distance = sum;
            }
            std::sort(best[r].heap.begin(), best[r].heap.end());
            for (std::size_t i = 0; i < k; ++i) {
                out.squared[(begin + r) * k + i] = best[r].heap[i].first;
                out.index[(begin + r) * k + i] = best[r].heap[i].second;
            }
        }
        const std::size_t finished = done.fetch_add(rows) + rows;
        progress.report(static_cast<double>(finished) / static_cast<double>(queries.size()),
                        "Nearest neighbours");
    });
    if (stop.stopRequested())
        return fail("EXPL-003", "The search was stopped");
    return out;
}

std::vector<std::size_t> everyRow(std::size_t count, std::size_t most) {
    std::vector<std::size_t> rows(std::min(count, most));
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = i * count / rows.size();
    return rows;
}

} // namespace

Expected<Neighbours> nearestNeighbours(const Points& points, std::size_t k, int threads,
                                       StopToken stop, ProgressSink& progress) {
    return search(points, everyRow(points.count, points.count), k, threads, stop, progress);
}

Expected<double> neighbourPreservation(const Points& points, const Points& layout, std::size_t k,
                                       std::size_t most, int threads, StopToken stop) {
    const auto rows = everyRow(points.count, most);
    const auto high = search(points, rows, k, threads, stop, noProgress());
    if (!high)
        return high.failure();
    const auto low = search(layout, rows, k, threads, stop, noProgress());
    if (!low)
        return low.failure();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto* a = high->index.data() + i * high->k;
        const auto* b = low->index.data() + i * low->k;
        for (std::size_t j = 0; j < high->k; ++j)
            kept += std::find(b, b + low->k, a[j]) != b + low->k ? 1 : 0;
    }
    return static_cast<double>(kept) /
           static_cast<double>(std::max<std::size_t>(1, rows.size() * high->k));
}

} // namespace ohm::explore
