// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/ops.h"

#include "core/nn/genblockcpu.h"

#include <ATen/Parallel.h>

#ifdef OHMSCAPE_CUDA
#include "core/nn/cuda/genblock.h"
#endif

namespace ohm::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr double kMessageFloor = 1e-7;
/// Rows are cut into pieces of about this many values, so that small graphs stay on one thread.
constexpr std::int64_t kGrain = 1 << 15;

std::int64_t grainOf(std::int64_t channels) {
    return std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, channels));
}

/// y_i = sum of x_j over the neighbours.
template <typename T>
void sumRows(const T* x, const std::int32_t* rows, const std::int32_t* columns, T* y,
             std::int64_t nodes, std::int64_t channels) {
    at::parallel_for(0, nodes, grainOf(channels), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            T* out = y + i * channels;
            std::fill(out, out + channels, T(0));
            for (std::int32_t e = rows[i]; e < rows[i + 1]; ++e) {
                const T* in = x + static_cast<std::int64_t>(columns[e]) * channels;
                for (std::int64_t c = 0; c < channels; ++c)
                    out[c] += in[c];
            }
        }
    });
}

Tensor sumOnCpu(const Tensor& x, const Tensor& rows, const Tensor& columns) {
    const Tensor in = x.contiguous();
    if (cpu::takes(in))
        return cpu::neighbourSum(in, rows, columns);
    Tensor out = torch::empty_like(in);
    AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "neighbourSum", [&] {
        sumRows(in.data_ptr<scalar_t>(), rows.data_ptr<std::int32_t>(),
                columns.data_ptr<std::int32_t>(), out.data_ptr<scalar_t>(), in.size(0), in.size(1));
    });
    return out;
}

// The adjacency is no differentiable input of these; its tensors travel in saved_data.
struct NeighbourSum : Function<NeighbourSum> {
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& rows,
                          const Tensor& columns) {
        context->saved_data["rows"] = rows;
        context->saved_data["columns"] = columns;
        return sumOnCpu(x, rows, columns);
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        auto& saved = context->saved_data;
        return {sumOnCpu(gradients[0], saved["rows"].toTensor(), saved["columns"].toTensor()),
                Tensor(), Tensor()};
    }
};

} // namespace

Tensor receivers(const Adjacency& adjacency) {
    // Given the number of entries, no device has to be waited for.
    return torch::repeat_interleave(
        adjacency.rows.slice(0, 1).sub(adjacency.rows.slice(0, 0, -1)).to(torch::kInt64),
        c10::optional<std::int64_t>(adjacency.columns.size(0)));
}

Tensor neighbourSum(const Tensor& x, const Adjacency& adjacency) {
#ifdef OHMSCAPE_CUDA
    if (x.is_cuda() && x.scalar_type() == torch::kFloat32)
        return cuda::neighbourSum(x, adjacency, {}, {});
#endif
    if (x.device().is_cpu())
        return NeighbourSum::apply(x, adjacency.rows, adjacency.columns);
    return torch::zeros_like(x).index_add(0, receivers(adjacency),
                                          x.index_select(0, adjacency.columns.to(torch::kInt64)));
}

Tensor softmaxAggregatePlain(const Tensor& x, const Tensor& t, const Adjacency& adjacency) {
    const Tensor to = receivers(adjacency);
    const Tensor message =
        (torch::relu(x) + kMessageFloor).index_select(0, adjacency.columns.to(torch::kInt64));
    const Tensor logit = message * t;
    const Tensor index = to.unsqueeze(1).expand_as(logit);
    const Tensor top = torch::zeros_like(x).scatter_reduce(0, index, logit.detach(), "amax", false);
    const Tensor weight = torch::exp(logit - top.index_select(0, to));
    const Tensor sums = torch::zeros_like(x).index_add(0, to, weight);
    const Tensor products = torch::zeros_like(x).index_add(0, to, weight * message);
    // A node without neighbours has an empty sum: its aggregate is zero.
    return products / sums.clamp_min(std::numeric_limits<float>::min());
}

Tensor softmaxAggregate(const Tensor& x, const Tensor& t, const Adjacency& adjacency) {
#ifdef OHMSCAPE_CUDA
    if (x.is_cuda() && x.scalar_type() == torch::kFloat32)
        return cuda::softmaxAggregate(x, adjacency, t);
#endif
    if (cpu::takes(x))
        return cpu::softmaxAggregate(x, t, adjacency);
    return softmaxAggregatePlain(x, t, adjacency);
}

Tensor genBlock(const Tensor& x, torch::nn::LayerNormImpl& norm, GenConvImpl& conv,
                const Adjacency& adjacency) {
#ifdef OHMSCAPE_CUDA
    if (x.is_cuda() && x.scalar_type() == torch::kFloat32 && !conv.dropout)
        return cuda::genBlock(x, adjacency,
                              {norm.weight, norm.bias, conv.temperature, conv.first->weight,
                               conv.first->bias, conv.norm->weight, conv.norm->bias,
                               conv.norm->running_mean, conv.norm->running_var, conv.second->weight,
                               conv.second->bias},
                              conv.norm->is_training());
#endif
    if (cpu::takes(x) && !conv.dropout)
        return cpu::genBlock(x, norm, conv, adjacency);
    return x + conv.forward(torch::relu(norm.forward(x)), adjacency);
}

} // namespace ohm::nn
