// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/parallel.h"
#include "core/deep/model.h"

namespace ohm::deep {

/// Operations on whole matrices, one pass over memory each, as a framework runs them: what the
/// baselines are made of. Temporaries come from and go back to the system, counted by the ledger.
/// Thread: owner only.
template <typename T>
class Whole {
public:
    Whole(const NetworkConfig& config, Ledger& ledger);

    void bind(const GraphPlan<T>& plan) { m_plan = &plan; }
    std::int64_t nodes() const { return m_plan->size.nodes; }
    const GraphPlan<T>& plan() const { return *m_plan; }
    bool bound() const { return m_plan != nullptr; }
    /// An uninitialised [nodes, width].
    Buffer<T> tensor(int width) const;

    /// out = A x, or with the adjoint, by the method of the configuration.
    void aggregate(const T* x, int width, bool transposed, T* out) const;
    /// Softmax aggregation (Norm::Softmax) of s; `sums` gets the denominators.
    void aggregateSoftmax(const T* s, int width, T* out, T* sums) const;
    /// ds from dOut (which it overwrites), the result and the denominators.
    void aggregateSoftmaxBack(const T* s, int width, const T* out, const T* sums, Buffer<T> dOut,
                              T* ds) const;
    /// out = x W + b; W [k, n], b may be null. `transposed`: W is stored [n, k].
    void multiply(const T* x, int k, const T* w, bool transposed, const T* b, int n, T* out) const;
    /// dw += x^T y, db += column sums of y.
    void addGradients(const T* x, int k, const T* y, int n, T* dw, T* db) const;
    /// fn(begin, end) for blocks of rows.
    template <typename Fn>
    void forRows(Fn&& fn) const {
        parallelBlocks(static_cast<std::size_t>(nodes()), 256, m_threads,
                       [&](std::size_t begin, std::size_t end) {
                           fn(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end));
                       });
    }
    /// Head over concatenated groups, forth and back.
    void head(std::span<Buffer<T>> groups, const T* w, const T* b, T* predictions) const;
    void headBackward(std::span<Buffer<T>> groups, const T* w, const T* derivatives,
                      std::span<Buffer<T>> gradients, T* dw, T* db) const;

private:
    void messages(const T* x, int width, T* out) const;
    void messagesBack(const T* x, int width, T* out) const;

    const NetworkConfig m_config;
    Ledger& m_ledger;
    const kernels::Table<T>& m_kernels;
    const unsigned m_threads;
    const GraphPlan<T>* m_plan = nullptr;
};

} // namespace ohm::deep
