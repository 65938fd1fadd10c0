// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/cuda/genblock.h"
#include "core/nn/cuda/kernels.h"

#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace ohm::nn::cuda {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr float kEpsilon = 1e-5f; // of both normalisations, as torch's defaults
constexpr float kMomentum = 0.1f;

Stream stream() {
    return c10::cuda::getCurrentCUDAStream().stream();
}
float* data(const Tensor& t) {
    return t.defined() ? t.data_ptr<float>() : nullptr;
}
Csr csrOf(const Tensor& rows, const Tensor& columns) {
    return {rows.data_ptr<std::int32_t>(), columns.data_ptr<std::int32_t>(), rows.size(0) - 1};
}
Tensor partsOf(const Tensor& like, std::int64_t planes, std::int64_t columns) {
    return torch::empty({planes, kParts, columns}, like.options());
}

struct LayerNormReluResult {
    Tensor y, mean, rstd;
};
LayerNormReluResult runLayerNormRelu(const Tensor& x, const Tensor& gamma, const Tensor& beta) {
    const std::int64_t n = x.size(0);
    LayerNormReluResult r{torch::empty_like(x), torch::empty({n}, x.options()),
                          torch::empty({n}, x.options())};
    layerNormRelu(data(x), data(gamma), data(beta), kEpsilon, data(r.y), data(r.mean), data(r.rstd),
                  n, static_cast<int>(x.size(1)), stream());
    return r;
}
/// dx, dGamma, dBeta.
std::array<Tensor, 3> runLayerNormReluBackward(const Tensor& dy, const Tensor& x, const Tensor& y,
                                               const Tensor& gamma, const Tensor& mean,
                                               const Tensor& rstd, const Tensor& residual) {
    const int c = static_cast<int>(x.size(1));
    const Tensor parts = partsOf(x, 2, c);
    std::array<Tensor, 3> out{torch::empty_like(x), torch::empty_like(gamma),
                              torch::empty_like(gamma)};
    layerNormReluBackward(data(dy), data(x), data(y), data(gamma), data(mean), data(rstd),
                          data(residual), data(out[0]), data(parts), x.size(0), c, stream());
    sumParts(data(parts), data(out[1]), c, stream());
    sumParts(data(parts) + static_cast<std::size_t>(kParts) * c, data(out[2]), c, stream());
    return out;
}

struct GenBlock : Function<GenBlock> {
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& gamma,
                          const Tensor& beta, const Tensor& temperature, const Tensor& weight1,
                          const Tensor& bias1, const Tensor& normWeight, const Tensor& normBias,
                          const Tensor& weight2, const Tensor& bias2, const Tensor& runningMean,
                          const Tensor& runningVar, const Tensor& rows, const Tensor& columns,
                          bool training) {
        const c10::cuda::CUDAGuard guard(x.device());
        const std::int64_t n = x.size(0);
        const int c = static_cast<int>(x.size(1));
        const int h = static_cast<int>(weight1.size(0));
        const auto norm = runLayerNormRelu(x, gamma, beta);
        const Tensor agg = torch::empty_like(x), lse = torch::empty_like(x),
                     sum = torch::empty_like(x);
        softmaxAggregate(data(norm.y), data(temperature), csrOf(rows, columns), data(agg),
                         data(lse), data(sum), true, c, stream());
        const Tensor hidden = torch::addmm(bias1, sum, weight1.t());
        Tensor mean, rstd;
        if (training) {
            mean = torch::empty({h}, x.options());
            rstd = torch::empty({h}, x.options());
            const Tensor parts = partsOf(x, 2, h);
            batchStatistics(data(hidden), kEpsilon, kMomentum, data(mean), data(rstd),
                            data(runningMean), data(runningVar), data(parts), n, h, stream());
        } else {
            mean = runningMean.clone();
            rstd = torch::rsqrt(runningVar + kEpsilon);
        }
        const Tensor z = torch::empty_like(hidden);
        batchNormRelu(data(hidden), data(mean), data(rstd), data(normWeight), data(normBias),
                      data(z), n, h, stream());
        Tensor out = torch::addmm(x, z, weight2.t());
        addBias(data(out), data(bias2), n, c, stream());
        context->save_for_backward({x, gamma, temperature, weight1, normWeight, normBias, weight2,
                                    norm.y, norm.mean, norm.rstd, agg, lse, sum, hidden, mean, rstd,
                                    z, rows, columns});
        context->saved_data["training"] = training;
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const Tensor &x = saved[0], &gamma = saved[1], &temperature = saved[2], &weight1 = saved[3],
                     &normWeight = saved[4], &normBias = saved[5], &weight2 = saved[6],
                     &y = saved[7], &rowMean = saved[8], &rowRstd = saved[9], &agg = saved[10],
                     &lse = saved[11], &sum = saved[12], &hidden = saved[13], &mean = saved[14],
                     &rstd = saved[15], &z = saved[16], &rows = saved[17], &columns = saved[18];
        const c10::cuda::CUDAGuard guard(x.device());
        const bool training = context->saved_data["training"].toBool();
        const std::int64_t n = x.size(0);
        const int c = static_cast<int>(x.size(1));
        const int h = static_cast<int>(weight1.size(0));
        const Tensor dOut = gradients[0].contiguous();
        const Tensor parts = partsOf(x, 2, std::max(c, h));

        const Tensor dBias2 = torch::empty({c}, x.options());
        columnSum(data(dOut), data(dBias2), data(parts), n, c, stream());
        const Tensor dWeight2 = torch::mm(dOut.t(), z);
        const Tensor dHidden = torch::mm(dOut, weight2);
        const Tensor dNormWeight = torch::empty({h}, x.options());
        const Tensor dNormBias = torch::empty({h}, x.options());
        batchNormReluBackward(data(dHidden), data(hidden), data(mean), data(rstd), data(normWeight),
                              data(normBias), data(dNormWeight), data(dNormBias), data(parts),
                              !training, n, h, stream());
        // Batch normalisation takes away what a bias before it adds: its gradient is zero.
        const Tensor dBias1 = torch::zeros({h}, x.options());
        if (!training)
            columnSum(data(dHidden), data(dBias1), data(parts), n, h, stream());
        const Tensor dWeight1 = torch::mm(dHidden.t(), sum);
        const Tensor dSum = torch::mm(dHidden, weight1);
        const Tensor dY = torch::empty_like(x);
        softmaxAggregateBackward(data(dSum), data(y), data(agg), data(lse), data(temperature),
                                 csrOf(rows, columns), data(dY), data(parts), true, c, stream());
        const Tensor dTemperature = torch::empty({1}, x.options());
        sumParts(data(parts), data(dTemperature), 1, stream());
        const auto dNorm = runLayerNormReluBackward(dY, x, y, gamma, rowMean, rowRstd, dOut);
        return {dNorm[0], dNorm[1],    dNorm[2],  dTemperature, dWeight1,
                dBias1,   dNormWeight, dNormBias, dWeight2,     dBias2,
                Tensor(), Tensor(),    Tensor(),  Tensor(),     Tensor()};
    }
};

struct NeighbourSum : Function<NeighbourSum> {
    static Tensor run(const Tensor& x, const Tensor& rows, const Tensor& columns,
                      const Tensor& scale, const Tensor& neighbourScale) {
        const c10::cuda::CUDAGuard guard(x.device());
        const Tensor in = x.contiguous();
        Tensor out = torch::empty_like(in);
        cuda::neighbourSum(data(in), csrOf(rows, columns), data(scale), data(neighbourScale),
                           data(out), static_cast<int>(in.size(1)), stream());
        return out;
    }
    /// Not arguments of their own: autograd takes no undefined tensor for one.
    struct Scales {
        Tensor row, neighbour;
    };
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& rows,
                          const Tensor& columns, const Scales& scales) {
        context->saved_data["rows"] = rows;
        context->saved_data["columns"] = columns;
        if (scales.row.defined())
            context->saved_data["scale"] = scales.row;
        if (scales.neighbour.defined())
            context->saved_data["neighbourScale"] = scales.neighbour;
        return run(x, rows, columns, scales.row, scales.neighbour);
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        auto& saved = context->saved_data;
        const auto get = [&](const char* name) {
            return saved.count(name) ? saved[name].toTensor() : Tensor();
        };
        // The transpose of diag(s) A diag(n) is diag(n) A diag(s).
        return {run(gradients[0], get("rows"), get("columns"), get("neighbourScale"), get("scale")),
                Tensor(), Tensor(), Tensor()};
    }
};

struct SoftmaxAggregate : Function<SoftmaxAggregate> {
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& t,
                          const Tensor& rows, const Tensor& columns) {
        const c10::cuda::CUDAGuard guard(x.device());
        const Tensor in = x.contiguous();
        const Tensor agg = torch::empty_like(in), lse = torch::empty_like(in);
        Tensor out = torch::empty_like(in);
        cuda::softmaxAggregate(data(in), data(t), csrOf(rows, columns), data(agg), data(lse),
                               data(out), false, static_cast<int>(in.size(1)), stream());
        context->save_for_backward({in, t, agg, lse, rows, columns});
        return out;
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const Tensor& x = saved[0];
        const c10::cuda::CUDAGuard guard(x.device());
        const Tensor dOut = gradients[0].contiguous();
        const Tensor dx = torch::empty_like(x), dt = torch::empty({1}, x.options());
        const Tensor parts = partsOf(x, 1, 1);
        cuda::softmaxAggregateBackward(data(dOut), data(x), data(saved[2]), data(saved[3]),
                                       data(saved[1]), csrOf(saved[4], saved[5]), data(dx),
                                       data(parts), false, static_cast<int>(x.size(1)), stream());
        sumParts(data(parts), data(dt), 1, stream());
        return {dx, dt, Tensor(), Tensor()};
    }
};

struct LayerNormRelu : Function<LayerNormRelu> {
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& gamma,
                          const Tensor& beta) {
        const c10::cuda::CUDAGuard guard(x.device());
        const Tensor in = x.contiguous();
        auto r = runLayerNormRelu(in, gamma, beta);
        context->save_for_backward({in, gamma, r.y, r.mean, r.rstd});
        return r.y;
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        const auto s = context->get_saved_variables();
        const c10::cuda::CUDAGuard guard(s[0].device());
        const auto d = runLayerNormReluBackward(gradients[0].contiguous(), s[0], s[2], s[1], s[3],
                                                s[4], Tensor());
        return {d[0], d[1], d[2]};
    }
};

} // namespace

Tensor genBlock(const Tensor& x, const Adjacency& a, const GenBlockTensors& b, bool training) {
    return GenBlock::apply(x.contiguous(), b.gamma, b.beta, b.temperature, b.weight1, b.bias1,
                           b.normWeight, b.normBias, b.weight2, b.bias2, b.runningMean,
                           b.runningVar, a.rows, a.columns, training);
}

Tensor neighbourSum(const Tensor& x, const Adjacency& a, const Tensor& scale,
                    const Tensor& neighbourScale) {
    return NeighbourSum::apply(x, a.rows, a.columns, NeighbourSum::Scales{scale, neighbourScale});
}

Tensor softmaxAggregate(const Tensor& x, const Adjacency& a, const Tensor& t) {
    return SoftmaxAggregate::apply(x, t, a.rows, a.columns);
}

Tensor layerNormRelu(const Tensor& x, const Tensor& gamma, const Tensor& beta) {
    return LayerNormRelu::apply(x, gamma, beta);
}

} // namespace ohm::nn::cuda
