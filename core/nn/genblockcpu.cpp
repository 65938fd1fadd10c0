// SPDX-License-Identifier: GPL-3.0-or-later
#include <torch/torch.h>

#include "core/nn/genblockcpu.h"

#include "core/nn/kernels/kernels.h"

#include <ATen/Parallel.h>

#include <cmath>

namespace ohm::nn::cpu {
namespace {

using kernels::Store;
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr float kEpsilon = 1e-5F; // of both normalisations, as torch's defaults
constexpr float kMomentum = 0.1F;
constexpr std::int64_t kBlock = 96;      ///< rows that are worked on in the cache
constexpr std::int64_t kMostPieces = 16; ///< of the nodes; each has sums of its own

float* data(const Tensor& t) {
    return t.data_ptr<float>();
}

/// The nodes in pieces that depend on their number alone.
struct Pieces {
    explicit Pieces(std::int64_t nodes)
        : n(nodes) {
        const std::int64_t blocks = (n + kBlock - 1) / kBlock;
        rows = std::max<std::int64_t>(1, (blocks + kMostPieces - 1) / kMostPieces) * kBlock;
        count = (n + rows - 1) / rows;
    }
    std::int64_t begin(std::int64_t piece) const { return piece * rows; }
    std::int64_t end(std::int64_t piece) const { return std::min(n, (piece + 1) * rows); }
    template <typename Work>
    void each(Work&& work) const {
        at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t piece = first; piece < last; ++piece)
                work(piece, begin(piece), end(piece));
        });
    }
    template <typename Work>
    static void blocks(std::int64_t begin, std::int64_t end, Work&& work) {
        for (std::int64_t b = begin; b < end; b += kBlock)
            work(b, std::min(kBlock, end - b));
    }
    std::int64_t n, rows, count;
};

/// Room of one thread for a block.
float* scratch(std::int64_t floats) {
    thread_local std::vector<float> room;
    if (room.size() < static_cast<std::size_t>(floats))
        room.resize(static_cast<std::size_t>(floats));
    return room.data();
}

/// B = W^T of Linear weights [out, in]: what a forward product takes.
std::vector<float> packForward(const Tensor& w, const kernels::Table& k) {
    std::vector<float> packed(static_cast<std::size_t>(w.numel()));
    k.pack(data(w), 1, w.size(1), static_cast<int>(w.size(1)), static_cast<int>(w.size(0)),
           packed.data());
    return packed;
}
/// B = W: what the gradient's product takes.
std::vector<float> packBackward(const Tensor& w, const kernels::Table& k) {
    std::vector<float> packed(static_cast<std::size_t>(w.numel()));
    k.pack(data(w), w.size(1), 1, static_cast<int>(w.size(0)), static_cast<int>(w.size(1)),
           packed.data());
    return packed;
}

/// One row of sums per piece, added up in order.
template <typename T>
class PieceSums {
public:
    PieceSums(std::int64_t pieces, std::int64_t width)
        : m_width(static_cast<std::size_t>(width))
        , m_values(static_cast<std::size_t>(pieces * width), T(0)) {}
    T* of(std::int64_t piece) {
        return m_values.data() + static_cast<std::size_t>(piece) * m_width;
    }
    std::vector<double> total() const {
        std::vector<double> sum(m_width, 0.0);
        for (std::size_t first = 0; first < m_values.size(); first += m_width) {
            const T* piece = m_values.data() + first;
            for (std::size_t i = 0; i < m_width; ++i)
                sum[i] += static_cast<double>(piece[i]);
        }
        return sum;
    }
    Tensor tensor(at::IntArrayRef shape) const {
        const auto sum = total();
        Tensor out = torch::empty(shape);
        for (std::size_t i = 0; i < sum.size(); ++i)
            data(out)[i] = static_cast<float>(sum[i]);
        return out;
    }

private:
    std::size_t m_width;
    std::vector<T> m_values;
};

struct GenBlock : Function<GenBlock> {
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& gamma,
                          const Tensor& beta, const Tensor& temperature, const Tensor& weight1,
                          const Tensor& bias1, const Tensor& normWeight, const Tensor& normBias,
                          const Tensor& weight2, const Tensor& bias2, const Tensor& runningMean,
                          const Tensor& runningVar, const Tensor& rows, const Tensor& columns,
                          bool training) {
        const kernels::Table& k = kernels::best();
        const std::int64_t n = x.size(0);
        const int c = static_cast<int>(x.size(1));
        const int h = static_cast<int>(weight1.size(0));
        const Pieces pieces(n);
        const Tensor y = torch::empty({n, c}), s = torch::empty({n, c}), lse = torch::empty({n, c}),
                     hidden = torch::empty({n, h});
        Tensor out = torch::empty({n, c});
        const Tensor rowMean = torch::empty({n}), rowRstd = torch::empty({n});
        const float t = data(temperature)[0];
        const auto* r = rows.data_ptr<std::int32_t>();
        const auto* cols = columns.data_ptr<std::int32_t>();

        pieces.each([&](std::int64_t, std::int64_t b, std::int64_t e) {
            k.layerNormRelu(data(x), data(gamma), data(beta), kEpsilon, data(y), data(rowMean),
                            data(rowRstd), b, e, c);
        });
        const auto packed1 = packForward(weight1, k);
        PieceSums<double> sums(pieces.count, 2 * h);
        const Tensor shift = runningMean.clone();
        pieces.each([&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
            Pieces::blocks(begin, end, [&](std::int64_t b, std::int64_t count) {
                k.aggregate(data(y), t, r, cols, data(s), data(lse), 0, b, b + count, c, true);
                k.gemm(data(s) + b * c, c, count, c, packed1.data(), h, data(bias1),
                       data(hidden) + b * h, h, Store::Write);
                if (training)
                    k.columnMoments(data(hidden) + b * h, count, data(shift), sums.of(piece),
                                    sums.of(piece) + h, h);
            });
        });
        const Tensor mean = torch::empty({h}), rstd = torch::empty({h}), scale = torch::empty({h}),
                     offset = torch::empty({h});
        const auto total = sums.total();
        for (std::int64_t i = 0; i < h; ++i) {
            double m = data(runningMean)[i];
            double variance = data(runningVar)[i];
            if (training) {
                const double shifted = total[static_cast<std::size_t>(i)] / static_cast<double>(n);
                variance =
                    std::max(0.0, total[static_cast<std::size_t>(h + i)] / static_cast<double>(n) -
                                      shifted * shifted);
                m = shifted + data(shift)[i];
                const double unbiased =
                    n > 1 ? variance * static_cast<double>(n) / static_cast<double>(n - 1)
                          : variance;
                data(runningMean)[i] =
                    static_cast<float>((1 - static_cast<double>(kMomentum)) * data(runningMean)[i] +
                                       static_cast<double>(kMomentum) * m);
                data(runningVar)[i] =
                    static_cast<float>((1 - static_cast<double>(kMomentum)) * data(runningVar)[i] +
                                       static_cast<double>(kMomentum) * unbiased);
            }
            const double inverse = 1 / std::sqrt(variance + static_cast<double>(kEpsilon));
            data(mean)[i] = static_cast<float>(m);
            data(rstd)[i] = static_cast<float>(inverse);
            data(scale)[i] = static_cast<float>(inverse * data(normWeight)[i]);
            data(offset)[i] =
                static_cast<float>(data(normBias)[i] - m * inverse * data(normWeight)[i]);
        }
        const auto packed2 = packForward(weight2, k);
        pieces.each([&](std::int64_t, std::int64_t begin, std::int64_t end) {
            float* z = scratch(kBlock * h);
            Pieces::blocks(begin, end, [&](std::int64_t b, std::int64_t count) {
                k.affineRelu(data(hidden) + b * h, data(scale), data(offset), z, count, h);
                std::copy(data(x) + b * c, data(x) + (b + count) * c, data(out) + b * c);
                k.gemm(z, h, count, h, packed2.data(), c, data(bias2), data(out) + b * c, c,
                       Store::Add);
            });
        });
        context->save_for_backward({x, gamma, temperature, weight1, normWeight, weight2, y, rowMean,
                                    rowRstd, s, lse, hidden, mean, rstd, scale, offset, rows,
                                    columns});
        context->saved_data["training"] = training;
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const Tensor &x = saved[0], &gamma = saved[1], &temperature = saved[2], &weight1 = saved[3],
                     &normWeight = saved[4], &weight2 = saved[5], &y = saved[6],
                     &rowMean = saved[7], &rowRstd = saved[8], &s = saved[9], &lse = saved[10],
                     &hidden = saved[11], &mean = saved[12], &rstd = saved[13], &scale = saved[14],
                     &offset = saved[15], &rows = saved[16], &columns = saved[17];
        const bool training = context->saved_data["training"].toBool();
        const kernels::Table& k = kernels::best();
        const std::int64_t n = x.size(0);
        const int c = static_cast<int>(x.size(1));
        const int h = static_cast<int>(weight1.size(0));
        const Pieces pieces(n);
        const Tensor dOut = gradients[0].contiguous();

        const auto packed2 = packBackward(weight2, k);
        const Tensor g = torch::empty({n, h});
        PieceSums<float> dWeight2(pieces.count, std::int64_t{c} * h);
        PieceSums<float> dWeight1(pieces.count, std::int64_t{c} * h);
        PieceSums<double> dBias2(pieces.count, c), dBias1(pieces.count, h);
        PieceSums<double> norm(pieces.count, 2 * h);
        pieces.each([&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
            float* z = scratch(kBlock * h);
            Pieces::blocks(begin, end, [&](std::int64_t b, std::int64_t count) {
                k.affineRelu(data(hidden) + b * h, data(scale), data(offset), z, count, h);
                k.gemm(data(dOut) + b * c, c, count, c, packed2.data(), h, nullptr, data(g) + b * h,
                       h, Store::Write);
                k.maskAndSum(data(g) + b * h, z, data(hidden) + b * h, data(mean), data(rstd),
                             norm.of(piece), norm.of(piece) + h, count, h);
                k.gemmTransposed(data(dOut) + b * c, c, z, h, count, dWeight2.of(piece));
                k.columnSum(data(dOut) + b * c, count, dBias2.of(piece), c);
            });
        });
        // dh = w / sigma * (g - mean(g) - hat * mean(g hat)) as a combination of g and h.
        const auto total = norm.total();
        const Tensor dNormWeight = torch::empty({h}), dNormBias = torch::empty({h}),
                     a = torch::empty({h}), bv = torch::empty({h}), d = torch::empty({h});
        for (std::int64_t i = 0; i < h; ++i) {
            const double sum = total[static_cast<std::size_t>(i)];
            const double dot = total[static_cast<std::size_t>(h + i)];
            data(dNormBias)[i] = static_cast<float>(sum);
            data(dNormWeight)[i] = static_cast<float>(dot);
            const double inverse = data(rstd)[i];
            const double factor = static_cast<double>(data(normWeight)[i]) * inverse;
            const double share = training ? 1 / static_cast<double>(n) : 0;
            data(a)[i] = static_cast<float>(factor);
            data(bv)[i] = static_cast<float>(-factor * inverse * dot * share);
            data(d)[i] = static_cast<float>(-factor * sum * share +
                                            factor * inverse * dot * share * data(mean)[i]);
        }
        const auto packed1 = packBackward(weight1, k);
        const Tensor ds = torch::empty({n, c});
        pieces.each([&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
            Pieces::blocks(begin, end, [&](std::int64_t b, std::int64_t count) {
                float* own = data(g) + b * h;
                k.affineCombine(own, data(hidden) + b * h, data(a), data(bv), data(d), count, h);
                k.gemmTransposed(own, h, data(s) + b * c, c, count, dWeight1.of(piece));
                if (!training) // batch statistics take away what the bias adds
                    k.columnSum(own, count, dBias1.of(piece), h);
                k.gemm(own, h, count, h, packed1.data(), c, nullptr, data(ds) + b * c, c,
                       Store::Write);
            });
        });
        const auto* r = rows.data_ptr<std::int32_t>();
        const auto* cols = columns.data_ptr<std::int32_t>();
        const float t = data(temperature)[0];
        Tensor dx = torch::empty({n, c});
        PieceSums<float> dGamma(pieces.count, c), dBeta(pieces.count, c);
        PieceSums<double> dTemperature(pieces.count, 1);
        pieces.each([&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
            // dy of a row is used up by the same row's dx: it may stand in dx meanwhile.
            Pieces::blocks(begin, end, [&](std::int64_t b, std::int64_t count) {
                k.aggregateBackward(data(ds), data(y), data(s), data(lse), t, r, cols, data(dx),
                                    dTemperature.of(piece), b, b + count, c, true);
                k.layerNormReluBackward(data(dx), data(x), data(y), data(gamma), data(rowMean),
                                        data(rowRstd), data(dOut), data(dx), dGamma.of(piece),
                                        dBeta.of(piece), b, b + count, c);
            });
        });
        return {dx,
                dGamma.tensor({c}),
                dBeta.tensor({c}),
                dTemperature.tensor({1}),
                dWeight1.tensor({h, c}),
                dBias1.tensor({h}),
                dNormWeight,
                dNormBias,
                dWeight2.tensor({c, h}),
                dBias2.tensor({c}),
                Tensor(),
                Tensor(),
                Tensor(),
                Tensor(),
                Tensor()};
    }
};

struct SoftmaxAggregate : Function<SoftmaxAggregate> {
    static Tensor forward(AutogradContext* context, const Tensor& given, const Tensor& t,
                          const Tensor& rows, const Tensor& columns) {
        const kernels::Table& k = kernels::best();
        const Tensor x = given.contiguous();
        const int c = static_cast<int>(x.size(1));
        Tensor out = torch::empty(x.sizes());
        const Tensor lse = torch::empty(x.sizes());
        Pieces(x.size(0)).each([&](std::int64_t, std::int64_t b, std::int64_t e) {
            k.aggregate(data(x), data(t)[0], rows.data_ptr<std::int32_t>(),
                        columns.data_ptr<std::int32_t>(), data(out), data(lse), 0, b, e, c, false);
        });
        context->save_for_backward({x, t, out, lse, rows, columns});
        return out;
    }
    static tensor_list backward(AutogradContext* context, tensor_list gradients) {
        const kernels::Table& k = kernels::best();
        const auto saved = context->get_saved_variables();
        const Tensor& x = saved[0];
        const Tensor dOut = gradients[0].contiguous();
        const Pieces pieces(x.size(0));
        PieceSums<double> dt(pieces.count, 1);
        Tensor dx = torch::empty(x.sizes());
        pieces.each([&](std::int64_t piece, std::int64_t b, std::int64_t e) {
            k.aggregateBackward(data(dOut), data(x), data(saved[2]), data(saved[3]),
                                data(saved[1])[0], saved[4].data_ptr<std::int32_t>(),
                                saved[5].data_ptr<std::int32_t>(), data(dx), dt.of(piece), b, e,
                                static_cast<int>(x.size(1)), false);
        });
        return {dx, dt.tensor({1}), Tensor(), Tensor()};
    }
};

} // namespace

bool takes(const Tensor& x) {
    return x.device().is_cpu() && x.scalar_type() == torch::kFloat32 && x.dim() == 2 &&
           x.size(1) % kernels::kChannelStep == 0 && x.size(0) > 0;
}

Tensor genBlock(const Tensor& x, torch::nn::LayerNormImpl& norm, GenConvImpl& conv,
                const Adjacency& a) {
    return GenBlock::apply(x.contiguous(), norm.weight, norm.bias, conv.temperature,
                           conv.first->weight, conv.first->bias, conv.norm->weight, conv.norm->bias,
                           conv.second->weight, conv.second->bias, conv.norm->running_mean,
                           conv.norm->running_var, a.rows, a.columns, conv.norm->is_training());
}

Tensor infer(const Tensor& start, const std::vector<torch::nn::LayerNorm>& norms,
             const std::vector<GenConv>& convs, std::int64_t count, bool finish,
             const Adjacency& adjacency) {
    const kernels::Table& k = kernels::best();
    const Tensor x = torch::empty(start.sizes());
    const std::int64_t n = x.size(0);
    const int c = static_cast<int>(x.size(1));
    const Pieces pieces(n);
    Tensor y = torch::empty(x.sizes()), next = torch::empty(x.sizes());
    const auto* r = adjacency.rows.data_ptr<std::int32_t>();
    const auto* cols = adjacency.columns.data_ptr<std::int32_t>();
    const Tensor given = start.contiguous();
    const auto normalise = [&](std::size_t i, const Tensor& to, std::int64_t b, std::int64_t e) {
        k.layerNormRelu(data(x), data(norms[i]->weight), data(norms[i]->bias), kEpsilon, data(to),
                        nullptr, nullptr, b, e, c);
    };
    pieces.each([&](std::int64_t, std::int64_t b, std::int64_t e) {
        std::copy(data(given) + b * c, data(given) + e * c, data(x) + b * c);
        if (count > 0 || finish)
            normalise(0, y, b, e);
    });
    for (std::int64_t layer = 0; layer < count; ++layer) {
        const GenConvImpl& conv = *convs[static_cast<std::size_t>(layer)];
        // Batch normalisation with known statistics is part of the first product.
        const Tensor factor = conv.norm->weight * torch::rsqrt(conv.norm->running_var + kEpsilon);
        const Tensor weight1 = (conv.first->weight * factor.unsqueeze(1)).contiguous();
        const Tensor bias1 =
            ((conv.first->bias - conv.norm->running_mean) * factor + conv.norm->bias).contiguous();
        const int h = static_cast<int>(weight1.size(0));
        const auto packed1 = packForward(weight1, k);
        const auto packed2 = packForward(conv.second->weight, k);
        const float t = data(conv.temperature)[0];
        const bool last = layer + 1 == count;
        pieces.each([&](std::int64_t, std::int64_t begin, std::int64_t end) {
            float* s = scratch(kBlock * (c + h));
            float* z = s + kBlock * c;
            Pieces::blocks(begin, end, [&](std::int64_t b, std::int64_t rowsHere) {
                k.aggregate(data(y), t, r, cols, s, nullptr, b, b, b + rowsHere, c, true);
                k.gemm(s, c, rowsHere, c, packed1.data(), h, data(bias1), z, h, Store::WriteRelu);
                k.gemm(z, h, rowsHere, h, packed2.data(), c, data(conv.second->bias),
                       data(x) + b * c, c, Store::Add);
                if (!last)
                    normalise(static_cast<std::size_t>(layer) + 1, next, b, b + rowsHere);
                else if (finish) // the last normalisation is the first block's
                    normalise(0, next, b, b + rowsHere);
            });
        });
        std::swap(y, next);
    }
    return finish ? y : x;
}

Tensor softmaxAggregate(const Tensor& x, const Tensor& t, const Adjacency& a) {
    return SoftmaxAggregate::apply(x, t, a.rows, a.columns);
}

Tensor neighbourSum(const Tensor& given, const Tensor& rows, const Tensor& columns) {
    const kernels::Table& k = kernels::best();
    const Tensor x = given.contiguous();
    Tensor out = torch::empty(x.sizes());
    Pieces(x.size(0)).each([&](std::int64_t, std::int64_t b, std::int64_t e) {
        k.neighbourSum(data(x), rows.data_ptr<std::int32_t>(), columns.data_ptr<std::int32_t>(),
                       data(out), b, e, static_cast<int>(x.size(1)));
    });
    return out;
}

} // namespace ohm::nn::cpu
