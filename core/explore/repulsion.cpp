// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explore/repulsion.h"

#include "core/base/parallel.h"
#include "core/explore/clones.h"

#include <cmath>

namespace ohm::explore {
namespace {

constexpr std::size_t kBlock = 64;

/// Force on one point from all of them, itself included (which adds nothing to the force and 1 to
/// the sum). Coordinates apart, so that the loop runs in vectors.
OHM_CLONES void oneToAll(float x, float y, const float* xs, const float* ys, std::size_t count,
                         float* force, double* sum) {
    constexpr std::size_t kChunk = 512; // sums of floats stay short
    double fx = 0, fy = 0, total = 0;
    for (std::size_t begin = 0; begin < count; begin += kChunk) {
        const std::size_t end = std::min(begin + kChunk, count);
        float cx = 0, cy = 0, cs = 0;
#pragma GCC ivdep
        for (std::size_t j = begin; j < end; ++j) {
            const float dx = x - xs[j], dy = y - ys[j];
            const float q = 1.0F / (1.0F + dx * dx + dy * dy);
            cs += q;
            cx += q * q * dx;
            cy += q * q * dy;
        }
        fx += static_cast<double>(cx);
        fy += static_cast<double>(cy);
        total += static_cast<double>(cs);
    }
    force[0] = static_cast<float>(fx);
    force[1] = static_cast<float>(fy);
    *sum += total;
}

class Exact : public Repulsion {
public:
    explicit Exact(int threads)
        : m_threads(threadCount(threads)) {}
    double evaluate(const float* y, std::size_t count, float* force) override {
        m_x.resize(count);
        m_y.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            m_x[i] = y[2 * i];
            m_y[i] = y[2 * i + 1];
        }
        m_sums.assign((count + kBlock - 1) / kBlock, 0);
        parallelBlocks(count, kBlock, m_threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                oneToAll(m_x[i], m_y[i], m_x.data(), m_y.data(), count, force + 2 * i,
                         &m_sums[begin / kBlock]);
        });
        double z = -static_cast<double>(count);
        for (const double s : m_sums)
            z += s;
        return z;
    }

private:
    unsigned m_threads;
    std::vector<float> m_x, m_y;
    std::vector<double> m_sums;
};

} // namespace

std::unique_ptr<Repulsion> exactRepulsion(int threads) {
    return std::make_unique<Exact>(threads);
}

} // namespace ohm::explore
