// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/ops.h"
#include "core/nn/rowmath.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <vector>

namespace ohm::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr std::int64_t kRows = 64; ///< of nodes that a thread takes at once

/// What all passes walk over. Arrays: values [n, heads, width], scores [n, heads].
template <typename T>
struct Rows {
    const T *values, *from, *to;
    const std::int32_t *rows, *columns;
    std::int64_t nodes, heads, width;
    T slope;

    T score(std::int64_t sender, std::int64_t receiver, std::int64_t head) const {
        const T s = from[sender * heads + head] + to[receiver * heads + head];
        return s > 0 ? s : slope * s;
    }
    T slopeAt(std::int64_t sender, std::int64_t receiver, std::int64_t head) const {
        return from[sender * heads + head] + to[receiver * heads + head] > 0 ? T(1) : slope;
    }
    const T* value(std::int64_t node, std::int64_t head) const {
        return values + (node * heads + head) * width;
    }
    /// Calls with every neighbour of a node and the node itself.
    template <typename Fn>
    void each(std::int64_t node, Fn&& fn) const {
        for (std::int32_t e = rows[node]; e < rows[node + 1]; ++e)
            fn(static_cast<std::int64_t>(columns[e]));
        fn(node);
    }
    template <typename Fn>
    void parallel(Fn&& fn) const {
        at::parallel_for(0, nodes, kRows, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                fn(i);
        });
    }
};

template <typename T>
Rows<T> rowsOf(const Tensor& values, const Tensor& from, const Tensor& to, const Tensor& rows,
               const Tensor& columns, double slope) {
    return {values.data_ptr<T>(),
            from.data_ptr<T>(),
            to.data_ptr<T>(),
            rows.data_ptr<std::int32_t>(),
            columns.data_ptr<std::int32_t>(),
            from.size(0),
            from.size(1),
            values.size(1) / from.size(1),
            static_cast<T>(slope)};
}

template <typename T>
void forwardRows(const Rows<T>& r, T* out, T* lse) {
    r.parallel([&](std::int64_t i) {
        T* sum = out + i * r.width;
        std::fill(sum, sum + r.width, T(0));
        for (std::int64_t h = 0; h < r.heads; ++h) {
            T top = r.score(i, i, h);
            r.each(i, [&](std::int64_t j) { top = std::max(top, r.score(j, i, h)); });
            T total = 0;
            r.each(i, [&](std::int64_t j) { total += std::exp(r.score(j, i, h) - top); });
            const T log = top + std::log(total);
            lse[i * r.heads + h] = log;
            r.each(i, [&](std::int64_t j) {
                addScaled(sum, r.value(j, h),
                          std::exp(r.score(j, i, h) - log) / static_cast<T>(r.heads), r.width);
            });
        }
    });
}

/// Every share follows again from the scores of its two nodes, so that nothing of the size of the
/// edges is kept and no node's gradient is written by two.
template <typename T>
void backwardRows(const Rows<T>& r, const T* g, const T* lse, T* dValues, T* dFrom, T* dTo) {
    const T part = T(1) / static_cast<T>(r.heads);
    std::vector<T> mean(static_cast<std::size_t>(r.nodes * r.heads)); // sum of share * (g . v)
    r.parallel([&](std::int64_t i) {
        for (std::int64_t h = 0; h < r.heads; ++h) {
            // d to = sum share (dot - mean) slope: needs the mean first, so both sums are kept.
            T all = 0, bent = 0, bentShares = 0;
            r.each(i, [&](std::int64_t j) {
                const T share = std::exp(r.score(j, i, h) - lse[i * r.heads + h]);
                const T d = share * part * dot(g + i * r.width, r.value(j, h), r.width);
                const T slope = r.slopeAt(j, i, h);
                all += d;
                bent += d * slope;
                bentShares += share * slope;
            });
            mean[static_cast<std::size_t>(i * r.heads + h)] = all;
            dTo[i * r.heads + h] = bent - all * bentShares;
        }
    });
    r.parallel([&](std::int64_t j) {
        for (std::int64_t h = 0; h < r.heads; ++h) {
            T* dv = dValues + (j * r.heads + h) * r.width;
            std::fill(dv, dv + r.width, T(0));
            T sum = 0;
            r.each(j, [&](std::int64_t i) {
                const T share = std::exp(r.score(j, i, h) - lse[i * r.heads + h]);
                const T* gi = g + i * r.width;
                addScaled(dv, gi, share * part, r.width);
                sum += share * r.slopeAt(j, i, h) *
                       (part * dot(gi, r.value(j, h), r.width) -
                        mean[static_cast<std::size_t>(i * r.heads + h)]);
            });
            dFrom[j * r.heads + h] = sum;
        }
    });
}

struct Attention : Function<Attention> {
    static Tensor forward(AutogradContext* context, const Tensor& values, const Tensor& from,
                          const Tensor& to, const Tensor& rows, const Tensor& columns,
                          double slope) {
        Tensor out = torch::empty({from.size(0), values.size(1) / from.size(1)}, values.options());
        Tensor lse = torch::empty_like(from);
        AT_DISPATCH_FLOATING_TYPES(values.scalar_type(), "attention", [&] {
            forwardRows(rowsOf<scalar_t>(values, from, to, rows, columns, slope),
                        out.data_ptr<scalar_t>(), lse.data_ptr<scalar_t>());
        });
        context->save_for_backward({values, from, to, lse});
        context->saved_data["rows"] = rows;
        context->saved_data["columns"] = columns;
        context->saved_data["slope"] = slope;
        return out;
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const Tensor g = gradients[0].contiguous();
        Tensor dValues = torch::empty_like(saved[0]), dFrom = torch::empty_like(saved[1]),
               dTo = torch::empty_like(saved[2]);
        AT_DISPATCH_FLOATING_TYPES(g.scalar_type(), "attention", [&] {
            backwardRows(rowsOf<scalar_t>(saved[0], saved[1], saved[2],
                                          context->saved_data["rows"].toTensor(),
                                          context->saved_data["columns"].toTensor(),
                                          context->saved_data["slope"].toDouble()),
                         g.data_ptr<scalar_t>(), saved[3].data_ptr<scalar_t>(),
                         dValues.data_ptr<scalar_t>(), dFrom.data_ptr<scalar_t>(),
                         dTo.data_ptr<scalar_t>());
        });
        return {dValues, dFrom, dTo, Tensor(), Tensor(), Tensor()};
    }
};

/// By LibTorch's operations: what CUDA takes.
Tensor attentionPlain(const Tensor& values, const Tensor& fromScore, const Tensor& toScore,
                      const Adjacency& adjacency, double slope) {
    const std::int64_t heads = fromScore.size(1);
    const Tensor each = values.view({values.size(0), heads, -1});
    const Tensor to = receivers(adjacency);
    const Tensor from = adjacency.columns.to(torch::kInt64);
    const Tensor scores =
        torch::leaky_relu(fromScore.index_select(0, from) + toScore.index_select(0, to), slope);
    const Tensor own = torch::leaky_relu(fromScore + toScore, slope);
    // The greatest score of a row, the node's own included: a constant to the softmax.
    const Tensor top = own.detach().scatter_reduce(0, to.unsqueeze(1).expand_as(scores),
                                                   scores.detach(), "amax", true);
    const Tensor weights = torch::exp(scores - top.index_select(0, to));
    const Tensor ownWeight = torch::exp(own - top);
    const Tensor sums = ownWeight.index_add(0, to, weights);
    const Tensor shares = weights / sums.index_select(0, to);
    Tensor out = (each * (ownWeight / sums).unsqueeze(2)).sum(1);
    for (std::int64_t h = 0; h < heads; ++h)
        out = out + torch::zeros_like(out).index_add(0, to,
                                                     each.select(1, h).index_select(0, from) *
                                                         shares.select(1, h).unsqueeze(1));
    return out / static_cast<double>(heads);
}

} // namespace

Tensor neighbourAttention(const Tensor& values, const Tensor& fromScore, const Tensor& toScore,
                          const Adjacency& adjacency, double slope) {
    if (values.device().is_cpu())
        return Attention::apply(values.contiguous(), fromScore.contiguous(), toScore.contiguous(),
                                adjacency.rows, adjacency.columns, slope);
    return attentionPlain(values, fromScore, toScore, adjacency, slope);
}

} // namespace ohm::nn
