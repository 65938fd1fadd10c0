// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/ops.h"
#include "core/nn/rowmath.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

/// Queries [graphs, latents, width], keys and values [nodes, width], shares [nodes, latents];
/// starts[g] is the first node of graph g.
template <typename T>
struct Arrays {
    const T *queries, *keys, *values;
    const std::int64_t* starts;
    std::int64_t graphs, latents, width;
    T scale;

    const T* query(std::int64_t graph, std::int64_t latent) const {
        return queries + (graph * latents + latent) * width;
    }
    template <typename Fn>
    void each(Fn&& fn) const {
        at::parallel_for(0, graphs, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t g = begin; g < end; ++g)
                fn(g, starts[g], starts[g + 1]);
        });
    }
};

template <typename T>
Arrays<T> arraysOf(const Tensor& queries, const Tensor& keys, const Tensor& values,
                   const Tensor& starts, double scale) {
    return {queries.data_ptr<T>(), keys.data_ptr<T>(),
            values.data_ptr<T>(),  starts.data_ptr<std::int64_t>(),
            queries.size(0),       queries.size(1),
            queries.size(2),       static_cast<T>(scale)};
}

template <typename T>
void attend(const Arrays<T>& a, T* shares, T* out) {
    a.each([&](std::int64_t g, std::int64_t first, std::int64_t last) {
        for (std::int64_t l = 0; l < a.latents; ++l) {
            T top = -std::numeric_limits<T>::infinity(), total = 0;
            for (std::int64_t n = first; n < last; ++n) {
                const T score = a.scale * dot(a.query(g, l), a.keys + n * a.width, a.width);
                shares[n * a.latents + l] = score;
                top = std::max(top, score);
            }
            for (std::int64_t n = first; n < last; ++n)
                total += shares[n * a.latents + l] = std::exp(shares[n * a.latents + l] - top);
            T* row = out + (g * a.latents + l) * a.width;
            std::fill(row, row + a.width, T(0));
            for (std::int64_t n = first; n < last; ++n) {
                shares[n * a.latents + l] /= total;
                addScaled(row, a.values + n * a.width, shares[n * a.latents + l], a.width);
            }
        }
    });
}

template <typename T>
void attendBackward(const Arrays<T>& a, const T* shares, const T* gradient, T* dQueries, T* dKeys,
                    T* dValues) {
    a.each([&](std::int64_t g, std::int64_t first, std::int64_t last) {
        std::fill(dKeys + first * a.width, dKeys + last * a.width, T(0));
        std::fill(dValues + first * a.width, dValues + last * a.width, T(0));
        for (std::int64_t l = 0; l < a.latents; ++l) {
            const T* up = gradient + (g * a.latents + l) * a.width;
            T* dQuery = dQueries + (g * a.latents + l) * a.width;
            std::fill(dQuery, dQuery + a.width, T(0));
            T mean = 0;
            for (std::int64_t n = first; n < last; ++n)
                mean += shares[n * a.latents + l] * dot(up, a.values + n * a.width, a.width);
            for (std::int64_t n = first; n < last; ++n) {
                const T share = shares[n * a.latents + l];
                const T dScore =
                    a.scale * share * (dot(up, a.values + n * a.width, a.width) - mean);
                addScaled(dQuery, a.keys + n * a.width, dScore, a.width);
                addScaled(dKeys + n * a.width, a.query(g, l), dScore, a.width);
                addScaled(dValues + n * a.width, up, share, a.width);
            }
        }
    });
}

struct Attend : Function<Attend> {
    static Tensor forward(AutogradContext* context, const Tensor& queries, const Tensor& keys,
                          const Tensor& values, const Tensor& starts, double scale) {
        Tensor shares = torch::empty({keys.size(0), queries.size(1)}, keys.options());
        Tensor out = torch::empty_like(queries);
        AT_DISPATCH_FLOATING_TYPES(keys.scalar_type(), "attend", [&] {
            attend(arraysOf<scalar_t>(queries, keys, values, starts, scale),
                   shares.data_ptr<scalar_t>(), out.data_ptr<scalar_t>());
        });
        context->save_for_backward({queries, keys, values, shares});
        context->saved_data["starts"] = starts;
        context->saved_data["scale"] = scale;
        return out;
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const Tensor up = gradients[0].contiguous();
        Tensor dQueries = torch::empty_like(saved[0]), dKeys = torch::empty_like(saved[1]),
               dValues = torch::empty_like(saved[2]);
        AT_DISPATCH_FLOATING_TYPES(up.scalar_type(), "attend", [&] {
            attendBackward(arraysOf<scalar_t>(saved[0], saved[1], saved[2],
                                              context->saved_data["starts"].toTensor(),
                                              context->saved_data["scale"].toDouble()),
                           saved[3].data_ptr<scalar_t>(), up.data_ptr<scalar_t>(),
                           dQueries.data_ptr<scalar_t>(), dKeys.data_ptr<scalar_t>(),
                           dValues.data_ptr<scalar_t>());
        });
        return {dQueries, dKeys, dValues, Tensor(), Tensor()};
    }
};

/// By batched products on rows that are padded to the largest graph: what CUDA takes.
Tensor attendPadded(const Tensor& queries, const Tensor& keys, const Tensor& values,
                    const DeviceBatch& batch, double scale) {
    const auto padded = [&](const Tensor& nodes) {
        return torch::zeros({batch.graphs * batch.mostNodes, nodes.size(1)}, nodes.options())
            .index_copy(0, batch.padded, nodes)
            .view({batch.graphs, batch.mostNodes, nodes.size(1)});
    };
    const Tensor absent =
        torch::ones({batch.graphs * batch.mostNodes}, keys.options().dtype(torch::kBool))
            .index_fill(0, batch.padded, false)
            .view({batch.graphs, 1, batch.mostNodes});
    const Tensor scores = torch::matmul(queries, padded(keys).transpose(1, 2)) * scale;
    return torch::matmul(torch::softmax(scores.masked_fill(absent, -1e30), 2), padded(values));
}

} // namespace

Tensor graphAttention(const Tensor& queries, const Tensor& keys, const Tensor& values,
                      const DeviceBatch& batch, double scale) {
    if (keys.device().is_cpu())
        return Attend::apply(queries.contiguous(), keys.contiguous(), values.contiguous(),
                             batch.starts, scale);
    return attendPadded(queries, keys, values, batch, scale);
}

} // namespace ohm::nn
