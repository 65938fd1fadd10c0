// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/modules.h"

#include <ATen/Parallel.h>

namespace ohm::nn {
namespace {

/// Rows are cut into pieces of about this many values, so that small graphs stay on one thread.
constexpr std::int64_t kGrain = 1 << 15;

template <typename T>
void sumRows(const T* x, const std::int32_t* rows, const std::int32_t* columns, T* y,
             std::int64_t nodes, std::int64_t channels) {
    const std::int64_t grain =
        std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, channels));
    at::parallel_for(0, nodes, grain, [&](std::int64_t begin, std::int64_t end) {
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

torch::Tensor product(const torch::Tensor& x, const Adjacency& adjacency) {
    if (adjacency.matrix.defined())
        return torch::matmul(adjacency.matrix, x);
    const torch::Tensor in = x.contiguous();
    torch::Tensor out = torch::empty_like(in);
    AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "neighbourSum", [&] {
        sumRows(in.data_ptr<scalar_t>(), adjacency.rows.data_ptr<std::int32_t>(),
                adjacency.columns.data_ptr<std::int32_t>(), out.data_ptr<scalar_t>(), in.size(0),
                in.size(1));
    });
    return out;
}

struct NeighbourSum : torch::autograd::Function<NeighbourSum> {
    // The adjacency is no differentiable input, so it travels as a plain argument.
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                                 const Adjacency& adjacency) {
        context->saved_data["rows"] = adjacency.rows;
        context->saved_data["columns"] = adjacency.columns;
        if (adjacency.matrix.defined())
            context->saved_data["matrix"] = adjacency.matrix;
        return product(x, adjacency);
    }
    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients) {
        auto& saved = context->saved_data;
        const Adjacency adjacency{saved["rows"].toTensor(), saved["columns"].toTensor(),
                                  saved.count("matrix") ? saved["matrix"].toTensor()
                                                        : torch::Tensor()};
        return {product(gradients[0], adjacency), torch::Tensor()};
    }
};

} // namespace

torch::Tensor neighbourSum(const torch::Tensor& x, const Adjacency& adjacency) {
    return NeighbourSum::apply(x, adjacency);
}

Adjacency makeAdjacency(const GraphBatch& batch, const torch::Device& device,
                        torch::ScalarType type) {
    const auto upload = [&](const std::vector<std::int32_t>& values) {
        return torch::from_blob(const_cast<std::int32_t*>(values.data()),
                                {static_cast<std::int64_t>(values.size())}, torch::kInt32)
            .to(device, torch::kInt32, false, true);
    };
    Adjacency a;
    a.rows = upload(batch.rows);
    a.columns = upload(batch.columns);
    if (device.is_cuda()) {
        a.matrix = torch::sparse_csr_tensor(
            a.rows, a.columns,
            torch::ones({a.columns.size(0)}, torch::TensorOptions().dtype(type).device(device)),
            {batch.nodes, batch.nodes}, torch::TensorOptions().dtype(type).device(device));
    }
    return a;
}

} // namespace ohm::nn
